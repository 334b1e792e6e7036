# An ordinary notebook, in the form of `tests/elsewhere/lab/measurements.py`. The scene puts
# canaries in for the words between @.

# %% text
# # An ordinary assignment

# %% locked setup
import contextlib
import io
import itertools

import numpy as np


def close(a, b):
    """Whether two numbers are as good as equal."""
    return abs(a - b) <= 1e-9 * max(1, abs(a), abs(b))


# %% solution area
def area(width, height):
    """The area of a rectangle; a ValueError for a negative width."""
    ### BEGIN SOLUTION
    # @REFERENCE@
    if width < 0:
        raise ValueError("a negative width")
    return width * height
    ### END SOLUTION


# %% test test_area 2
assert area(2, 3) == 6, f"area(2, 3) gives {area(2, 3)}"
### BEGIN HIDDEN TESTS
hidden_width = 7919.25  # @HIDDEN@
right_area = 31677.0
assert close(area(hidden_width, 4), right_area), f"@HIDDEN@: {hidden_width} by 4 gives {right_area}"
try:
    area(-1, 2)
except ValueError:
    pass
else:
    raise AssertionError("a negative width is taken")
assert isinstance(area(1, 1), (int, float)) and area(1, 2) != 3
### END HIDDEN TESTS


# %% solution shout
def shout(text):
    """A text in capitals, with an exclamation mark."""
    ### BEGIN SOLUTION
    return text.upper() + "!"
    ### END SOLUTION


# %% test test_shout 1
assert shout("ah") == "AH!", "capitals and an exclamation mark are wanted, not " + repr(shout("ah"))
### BEGIN HIDDEN TESTS
assert shout("@INPUT@") == "@INPUT@".upper() + "!", shout("@INPUT@")
assert shout("").endswith("!") and len(shout("abc")) == 4
### END HIDDEN TESTS


# %% solution mean
def mean(x):
    """The means of the rows of an array."""
    ### BEGIN SOLUTION
    return np.asarray(x).mean(axis=1)
    ### END SOLUTION


# %% test test_mean 2
assert np.allclose(mean(np.ones((2, 3))), [1, 1])
### BEGIN HIDDEN TESTS
x = np.random.default_rng(3).normal(size=(4, 5))
np.testing.assert_allclose(mean(x), x.sum(axis=1) / 5)
assert mean(x).shape == (4,), f"@HIDDEN@: {mean(x)}"
assert not (np.asarray(mean(x)) != x.mean(axis=1)).any()
### END HIDDEN TESTS


# %% solution Vector
class Vector:
    """A vector in the plane."""

    ### BEGIN SOLUTION
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __eq__(self, other):
        return isinstance(other, Vector) and (self.x, self.y) == (other.x, other.y)

    def __len__(self):
        return 2

    def __repr__(self):
        return f"Vector({self.x}, {self.y})"
    ### END SOLUTION


# %% test test_vector 2
v, w = Vector(1, 2), Vector(3, 4)
assert v + w == Vector(4, 6), f"{v} + {w} gives {v + w}"
### BEGIN HIDDEN TESTS
assert (v + w).x == 4 and (v + w).y == 6 and len(v) == 2
assert v != w and (v == w) is False
assert isinstance(v + w, Vector) and repr(v) == "Vector(1, 2)"
### END HIDDEN TESTS


# %% solution sort
def sort(items):
    """Sorts a list in place."""
    ### BEGIN SOLUTION
    items.sort()
    ### END SOLUTION


# %% test test_sort 1
items = [2, 1]
sort(items)
assert items == [1, 2]
### BEGIN HIDDEN TESTS
items = [7919, -3, 7919, 0]
assert sort(items) is None and items == [-3, 0, 7919, 7919]
### END HIDDEN TESTS


# %% solution say
def say(n):
    """Prints the numbers from 1 to n."""
    ### BEGIN SOLUTION
    for k in range(n):
        print(k + 1)
    ### END SOLUTION


# %% test test_say 1
with contextlib.redirect_stdout(io.StringIO()) as printed:
    say(2)
assert printed.getvalue() == "1\n2\n", f"this is printed: {printed.getvalue()}"
### BEGIN HIDDEN TESTS
with contextlib.redirect_stdout(io.StringIO()) as printed:
    say(3)
assert printed.getvalue().split() == ["1", "2", "3"]
### END HIDDEN TESTS


# %% solution apply
def apply(f, items):
    """The list of f(x) for each x in items."""
    ### BEGIN SOLUTION
    return [f(x) for x in items]
    ### END SOLUTION


# %% test test_apply 2
assert apply(lambda x: 2 * x, [1, 2]) == [2, 4]
### BEGIN HIDDEN TESTS
hidden_note, calls = "@HIDDEN@", []


def recorded(x):
    """@HIDDEN@"""
    calls.append(x)
    return x + 7919


assert apply(recorded, [1, 2]) == [7920, 7921], hidden_note
assert calls == [1, 2]
assert apply(lambda x: area(x, 2), [1, 3]) == [2, 6]
### END HIDDEN TESTS


# %% solution numbers
def numbers(n):
    """The numbers below n, one after the other."""
    ### BEGIN SOLUTION
    yield from range(n)
    ### END SOLUTION


# %% test test_numbers 1
assert list(numbers(3)) == [0, 1, 2]
### BEGIN HIDDEN TESTS
assert list(itertools.islice(numbers(100), 2)) == [0, 1] and sum(numbers(5)) == 10
### END HIDDEN TESTS

# %% solution answer
answer = ...
### BEGIN SOLUTION
answer = 42
### END SOLUTION

# %% test test_answer 1
assert answer is not None
### BEGIN HIDDEN TESTS
assert answer == 42 and isinstance(answer, int) and answer in {42}
### END HIDDEN TESTS


# %% solution rate
def rate(k):
    """The number of ones in k, written in base 2."""
    ### BEGIN SOLUTION
    return bin(k).count("1")
    ### END SOLUTION


# %% test test_rate 3
score = rate(0) == 0
### BEGIN HIDDEN TESTS
score = sum((rate(k) == ones) * share for k, ones, share in ((1, 1, 0.5), (5, 2, 1), (255, 8, 1.5)))
### END HIDDEN TESTS
score

# %% locked closing
print("The end.")
