# The notebook of a made-up course, one cell below each `# %%`: what follows it is the kind of
# cell, its grade id and its points. Kinds: text, free (a student may change it), locked,
# solution, test, and answer (marked by a person).

# %% text
# # Measurements
# A lab with a little of everything. The file `heights.csv` lies beside the notebook.

# %% locked setup
import contextlib
import io
import itertools
import math

import matplotlib.pyplot as plt
import numpy as np

TOLERANCE = 1e-9


def close(a, b):
    """Whether two numbers are as good as equal."""
    return abs(a - b) <= TOLERANCE * max(1, abs(a), abs(b))


# %% solution mean
def mean(values):
    """The arithmetic mean; a ValueError if there are no values."""
    ### BEGIN SOLUTION
    if len(values) == 0:
        raise ValueError("no values")
    return sum(values) / len(values)
    ### END SOLUTION


# %% free
mean([1, 2, 6])

# %% test test_mean 2
assert mean([1, 2, 6]) == 3, "the mean of 1, 2 and 6 is 3"
assert close(mean((0.5, 0.25)), 0.375)
### BEGIN PRIVATE
assert mean([7]) == 7
assert close(mean(np.array([1.5, 2.5, -1.0])), 1.0)
try:
    mean([])
except ValueError as error:
    assert str(error)
else:
    raise AssertionError("no ValueError for an empty list")
### END PRIVATE


# %% solution words
def count_words(text):
    """How often each word occurs, in lower case."""
    ### BEGIN SOLUTION
    counts = {}
    for word in text.lower().split():
        counts[word] = counts.get(word, 0) + 1
    return counts
    ### END SOLUTION


def first_and_last(text):
    """The first and the last word of a text, as a tuple."""
    ### BEGIN SOLUTION
    words = text.split()
    return words[0], words[-1]
    ### END SOLUTION


def letters(text):
    """The set of a text's letters."""
    ### BEGIN SOLUTION
    return {letter for letter in text if letter.isalpha()}
    ### END SOLUTION


# %% test test_words 2
assert count_words("the cat and the hat") == {"the": 2, "cat": 1, "and": 1, "hat": 1}
assert first_and_last("the cat sat") == ("the", "sat")
### BEGIN PRIVATE
found = count_words("To be or not to be")
assert isinstance(found, dict)
assert found["to"] == 2 and sorted(found) == ["be", "not", "or", "to"]
assert letters("a1b a") == {"a", "b"}
assert len(letters("")) == 0
assert isinstance(letters("x"), set)
### END PRIVATE


# %% solution vector
class Vector:
    """A vector in the plane."""

    ### BEGIN SOLUTION
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y)

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor)

    __rmul__ = __mul__

    def __neg__(self):
        return Vector(-self.x, -self.y)

    def __eq__(self, other):
        return isinstance(other, Vector) and (self.x, self.y) == (other.x, other.y)

    def __lt__(self, other):
        return abs(self) < abs(other)

    def __abs__(self):
        return math.hypot(self.x, self.y)

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return (self.x, self.y)[index]

    def __contains__(self, value):
        return value in (self.x, self.y)

    def __bool__(self):
        return bool(self.x or self.y)

    def __repr__(self):
        return f"Vector({self.x}, {self.y})"

    def __call__(self, t):
        return Vector(t * self.x, t * self.y)
    ### END SOLUTION


# %% test test_vector 2
v, w = Vector(1, 2), Vector(3, 4)
assert v.x == 1 and v.y == 2
assert v + w == Vector(4, 6), "vectors are added"
assert abs(w) == 5
### BEGIN PRIVATE
assert repr(v) == "Vector(1, 2)" and f"{w}" == "Vector(3, 4)"
assert isinstance(v + w, Vector)
assert w - v == Vector(2, 2)
assert 2 * v == v * 2 == Vector(2, 4)
assert -v == Vector(-1, -2)
assert v != w
assert v < w and sorted([w, v])[0] is v
assert len(v) == 2 and v[0] == 1 and v[-1] == 2
assert list(v) == [1, 2] and 2 in v and 7 not in v
assert v and not Vector(0, 0)
assert v(3) == Vector(3, 6)
assert sum([v, w], Vector(0, 0)) == Vector(4, 6)
v.x = 10
assert v + w == Vector(13, 6)
### END PRIVATE


# %% solution shapes
class NegativeError(ValueError):
    """A length below zero."""


class Shape:
    """A shape with a name."""

    ### BEGIN SOLUTION
    def __init__(self, name):
        self.name = name

    def describe(self):
        return f"a {self.name} of area {self.area:.1f}"

    @classmethod
    def kind(cls):
        return cls.__name__.lower()
    ### END SOLUTION


class Square(Shape):
    """A square; its side must not be negative."""

    ### BEGIN SOLUTION
    corners = 4

    def __init__(self, side):
        super().__init__("square")
        self.side = side

    @property
    def side(self):
        return self._side

    @side.setter
    def side(self, value):
        if value < 0:
            raise NegativeError(f"a side of {value}")
        self._side = value

    @property
    def area(self):
        return self.side ** 2

    @staticmethod
    def perimeter(side):
        return 4 * side
    ### END SOLUTION


# %% test test_shapes 2
square = Square(3)
assert square.area == 9
assert isinstance(square, Shape)
### BEGIN PRIVATE
assert issubclass(Square, Shape) and issubclass(NegativeError, ValueError)
assert square.describe() == "a square of area 9.0"
square.side = 2
assert square.area == 4 and square.side == 2
assert Square.corners == 4 and Square.perimeter(5) == 20 and Square.kind() == "square"
assert hasattr(square, "name") and not hasattr(square, "radius")
assert getattr(square, "radius", 7) == 7
for attempt in (lambda: Square(-1), lambda: setattr(square, "side", -2)):
    try:
        attempt()
    except NegativeError as error:
        assert "-" in str(error)
    else:
        raise AssertionError("a negative side is taken")
try:
    square.area = 3
except AttributeError:
    pass
else:
    raise AssertionError("the area can be set")
### END PRIVATE


# %% solution in_place
def sort(items):
    """Sorts a list in place, without the built-in functions for it."""
    ### BEGIN SOLUTION
    for end in range(len(items), 1, -1):
        for k in range(end - 1):
            if items[k] > items[k + 1]:
                items[k], items[k + 1] = items[k + 1], items[k]
    ### END SOLUTION


def scale(array, factor):
    """Multiplies an array in place."""
    ### BEGIN SOLUTION
    array *= factor
    ### END SOLUTION


def remember(memory, name, value):
    """Adds a value to the list that a dict keeps for a name."""
    ### BEGIN SOLUTION
    memory.setdefault(name, []).append(value)
    ### END SOLUTION


# %% test test_in_place 2
items = [3, 1, 2]
assert sort(items) is None
assert items == [1, 2, 3], "the list itself is to be sorted"
### BEGIN PRIVATE
same = items = [5, -1, 5, 0]
sort(items)
assert same is items and same == [-1, 0, 5, 5]
array = np.array([1.0, -2.0])
scale(array, 3)
assert np.array_equal(array, [3.0, -6.0])
matrix = np.ones((2, 3))
scale(matrix[0], 2)
assert matrix.sum() == 9, "a row of a matrix is scaled in place"
memory = {}
remember(memory, "a", 1)
remember(memory, "a", 2)
assert memory == {"a": [1, 2]}
### END PRIVATE


# %% solution printing
def countdown(n):
    """Prints the numbers from n to 1, and then "Go!"."""
    ### BEGIN SOLUTION
    for k in range(n, 0, -1):
        print(k)
    print("Go!")
    ### END SOLUTION


# %% test test_printing 1
printed = io.StringIO()
with contextlib.redirect_stdout(printed):
    result = countdown(2)
assert result is None
assert printed.getvalue() == "2\n1\nGo!\n"
### BEGIN PRIVATE
with contextlib.redirect_stdout(io.StringIO()) as printed:
    countdown(0)
assert printed.getvalue().strip() == "Go!"
### END PRIVATE


# %% solution functions
def integrate(f, a, b, n=100):
    """The integral of f from a to b by the midpoint rule with n intervals."""
    ### BEGIN SOLUTION
    h = (b - a) / n
    return h * sum(f(a + (k + 0.5) * h) for k in range(n))
    ### END SOLUTION


def compose(f, g):
    """The function x -> f(g(x))."""
    ### BEGIN SOLUTION
    return lambda x: f(g(x))
    ### END SOLUTION


def counted(f):
    """A decorator: the function counts its calls in its attribute ``calls``."""
    ### BEGIN SOLUTION
    def wrapper(*arguments, **named):
        wrapper.calls += 1
        return f(*arguments, **named)

    wrapper.calls = 0
    return wrapper
    ### END SOLUTION


# %% test test_functions 2
assert close(integrate(lambda x: 3 * x, 0, 2), 6)
assert abs(integrate(np.sin, 0, math.pi) - 2) < 1e-3
### BEGIN PRIVATE
calls = []
integrate(lambda x: calls.append(x) or x, 0, 1, n=4)
assert len(calls) == 4 and close(min(calls), 0.125)
assert compose(abs, math.floor)(-1.5) == 2
assert compose(lambda x: x + 1, lambda x: 2 * x)(5) == 11


@counted
def triple(x, plus=0):
    return 3 * x + plus


assert triple(2) == 6 and triple(1, plus=1) == 4 and triple.calls == 2


def failing(x):
    raise ZeroDivisionError("on purpose")


try:
    integrate(failing, 0, 1)
except ZeroDivisionError:
    pass
else:
    raise AssertionError("an error of the function is lost")
### END PRIVATE


# %% solution generators
def fibonacci():
    """The Fibonacci numbers 0, 1, 1, 2, ..., without an end."""
    ### BEGIN SOLUTION
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b
    ### END SOLUTION


def pairs(items):
    """The neighbours in a list, as an iterator of tuples."""
    ### BEGIN SOLUTION
    yield from itertools.pairwise(items)
    ### END SOLUTION


# %% test test_generators 1
assert list(itertools.islice(fibonacci(), 8)) == [0, 1, 1, 2, 3, 5, 8, 13]
### BEGIN PRIVATE
numbers = fibonacci()
assert next(numbers) == 0 and next(numbers) == 1
for number in numbers:
    if number > 100:
        break
assert number == 144 and next(numbers) == 233
assert iter(numbers) is numbers
assert list(pairs("abc")) == [("a", "b"), ("b", "c")] and list(pairs([])) == []
assert next(pairs([1]), None) is None
### END PRIVATE


# %% solution arrays
def moving_average(x, k):
    """The means of k neighbours each."""
    ### BEGIN SOLUTION
    return np.convolve(x, np.ones(k) / k, mode="valid")
    ### END SOLUTION


def standardize(X):
    """The columns with mean 0 and standard deviation 1, their means, their deviations."""
    ### BEGIN SOLUTION
    means, deviations = X.mean(axis=0), X.std(axis=0)
    return (X - means) / deviations, means, deviations
    ### END SOLUTION


def mask(x):
    """Which entries are positive."""
    ### BEGIN SOLUTION
    return x > 0
    ### END SOLUTION


# %% test test_arrays 2
np.testing.assert_allclose(moving_average([1, 2, 3, 4], 2), [1.5, 2.5, 3.5])
assert np.allclose(moving_average(np.arange(5.0), 3), [1, 2, 3])
### BEGIN PRIVATE
rng = np.random.default_rng(7)
X = rng.normal(size=(20, 3))
Z, means, deviations = standardize(X)
assert Z.shape == (20, 3) and Z.dtype == np.float64
assert np.allclose(Z.mean(axis=0), 0) and np.allclose(Z.std(axis=0), 1)
assert np.allclose(Z * deviations + means, X)
assert means == standardize(X)[1] if means.size == 1 else (means == standardize(X)[1]).all()
assert (mask(np.array([-1, 0, 2])) == [False, False, True]).all()
assert mask(X).dtype == bool and X[mask(X)].min() > 0
np.testing.assert_array_equal(np.asarray(mask(np.zeros(2))), [False, False])
### END PRIVATE


# %% solution plots
def draw(x, y):
    """Draws y against x in a new figure, with labels, and returns the axes."""
    ### BEGIN SOLUTION
    _, axes = plt.subplots(figsize=(4, 3))
    axes.plot(x, y, "o-", label="measured")
    axes.set(xlabel="time in s", ylabel="height in m", title="A fall")
    axes.legend()
    return axes
    ### END SOLUTION


def histogram(values):
    """A figure with a histogram of ten bins."""
    ### BEGIN SOLUTION
    figure = plt.figure()
    plt.hist(values, bins=10)
    plt.xlabel("value")
    return figure
    ### END SOLUTION


# %% test test_plots 2
axes = draw([0, 1, 2], [5, 4, 1])
assert axes.get_xlabel() and axes.get_ylabel(), "both axes want a label"
assert len(axes.lines) == 1
### BEGIN PRIVATE
(line,) = axes.get_lines()
assert list(line.get_xdata()) == [0, 1, 2]
assert np.array_equal(line.get_ydata(), [5, 4, 1])
assert "time" in axes.get_xlabel().lower() and axes.get_title() != ""
assert [text.get_text() for text in axes.get_legend().get_texts()] == ["measured"]
figure = histogram(np.arange(50) % 7)
assert len(figure.axes) == 1 and len(figure.axes[0].patches) == 10
assert sum(patch.get_height() for patch in figure.axes[0].patches) == 50
assert figure.axes[0].get_xlabel() == "value"
plt.close("all")
### END PRIVATE

# %% solution current_figure
### BEGIN SOLUTION
plt.figure()
plt.plot([1, 2, 3], [1, 4, 9])
plt.title("Squares")
plt.grid()
figure_handle = plt.gcf()
### END SOLUTION

# %% test test_current_figure 1
### BEGIN PRIVATE
assert figure_handle.axes[0].get_title() == "Squares"
assert figure_handle.axes[0].lines[0].get_ydata().tolist() == [1, 4, 9]
### END PRIVATE

# %% solution numbers
answer = ...
speeds = ...
units = ...
### BEGIN SOLUTION
answer = 42
speeds = np.array([1.5, 2.5])
units = {"speed": "m/s", "height": "m"}
### END SOLUTION

# %% test test_numbers 1.5
assert answer == 42
### BEGIN PRIVATE
assert isinstance(answer, int) and answer % 2 == 0
assert speeds.shape == (2,) and close(speeds[1] - speeds[0], 1)
assert units.get("speed") == "m/s" and "height" in units
### END PRIVATE


# %% solution load
def load(name):
    """The numbers in the second column of a file, as an array."""
    ### BEGIN SOLUTION
    return np.loadtxt(name, delimiter=",", skiprows=1, usecols=1)
    ### END SOLUTION


heights = ...
### BEGIN SOLUTION
heights = load("heights.csv")
### END SOLUTION

# %% test test_load 1
assert len(load("heights.csv")) == 5
### BEGIN PRIVATE
with open("heights.csv") as file:
    expected = [float(row.split(",")[1]) for row in file.read().splitlines()[1:]]
assert np.allclose(load("heights.csv"), expected) and np.allclose(heights, expected)
### END PRIVATE


# %% solution steps
def collatz(n):
    """The Collatz sequence from n to 1, as a list."""
    ### BEGIN SOLUTION
    sequence = [n]
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        sequence.append(n)
    return sequence
    ### END SOLUTION


# %% test test_steps 3
points = 0
### BEGIN PRIVATE
for start, length, share in ((1, 1, 0.5), (6, 9, 1), (27, 112, 1.5)):
    if len(collatz(start)) == length:
        points += share
### END PRIVATE
points


# %% solution helper
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


def quadruple(x):
    """Four times x, by two calls of `double`."""
    ### BEGIN SOLUTION
    return double(double(x))
    ### END SOLUTION


# %% test test_helper 1
assert quadruple(3) == 12
### BEGIN PRIVATE
own, calls = double, []


def double(x):
    calls.append(x)
    return own(x)


try:
    assert quadruple(5) == 20
    assert calls == [5, 10], "quadruple does not call double"
finally:
    double = own
### END PRIVATE

# %% text
# Why is the midpoint rule exact for straight lines?

# %% answer why 2
# The errors of each half of an interval cancel.

# %% answer own_example 2
# A function of your own with a docstring.
def greet(name):
    """A greeting."""
    return f"Hello, {name}!"
