"""Central differences for a scalar function of an array of any shape."""

import numpy as np

from autograder.question import Case, Part, Question

VECTOR = "a vector"
LONG_STEP = "a long step"
MATRIX = "a matrix"
NUMBER = "a single number"
INTEGERS = "an array of integers"
LIST = "a list"

#: Long enough that another formula or another step gives other digits.
LONG = 0.1


def draw(rng: np.random.Generator) -> list[Case]:
    def case(kind, theta, eps):
        return Case(kind, (theta, rng.uniform(0.5, 2, np.shape(theta)), eps))

    return [
        case(VECTOR, rng.uniform(-1, 1, 4), 1e-5),
        case(LONG_STEP, rng.uniform(-1, 1, 3), LONG),
        case(MATRIX, rng.uniform(-1, 1, (2, 3)), 1e-5),
        case(MATRIX, rng.uniform(-1, 1, (3, 1)), LONG),
        case(NUMBER, float(rng.uniform(-1, 1)), 1e-5),
        case(NUMBER, float(rng.uniform(-1, 1)), None),
        case(INTEGERS, rng.permutation([-2, 1, 3]), 1e-5),
        case(LIST, rng.uniform(-1, 1, 3).tolist(), 1e-5),
    ]


def f_twice(numerical_gradient, theta, weights, eps):
    """Asks twice with the same theta: a theta that was changed gives itself away.

    Without an ε the one of the signature is used.
    """
    def f(theta):
        theta = np.asarray(theta)
        return float(np.sum(weights * np.sin(2 * theta)) + np.sum(theta * weights) ** 3)

    step = () if eps is None else (eps,)
    first = numerical_gradient(f, theta, *step)
    return {"first": first, "again": numerical_gradient(f, theta, *step)}


NUMERICAL_GRADIENT = Question(
    "numerical_gradient", ("numerical_gradient",), draw,
    (
        Part("a vector", 0.75, "first", (VECTOR, LONG_STEP),
             "For each entry: (f(θ + ε) − f(θ − ε)) / (2ε), with only that entry moved."),
        Part("any shape", 0.5, "first", (MATRIX, NUMBER),
             "The gradient has the shape of theta; np.ndindex(theta.shape) visits every "
             "entry of any shape, also of ()."),
        Part("integers and lists", 0.25, "first", (INTEGERS, LIST),
             "Start with theta = np.asarray(theta, dtype=float)."),
        Part("theta is left as it was", 0.5, "again", (VECTOR, MATRIX),
             "A second call with the same theta must give the same gradient: move a copy."),
    ),
    probe=f_twice,
)


@NUMERICAL_GRADIENT.wrong("one-sided differences", "This is (f(θ + ε) − f(θ)) / ε. The central "
                          "difference looks at both sides and is far more accurate.")
def numerical_gradient(f, theta, eps=1e-5):
    theta = np.asarray(theta, dtype=float)
    gradient = np.zeros_like(theta)
    for index in np.ndindex(theta.shape):
        plus = theta.copy()
        plus[index] += eps
        gradient[index] = (f(plus) - f(theta.copy())) / eps
    return gradient


@NUMERICAL_GRADIENT.wrong("divided by ε, not 2ε", "From θ − ε to θ + ε is a way of 2ε, not ε: "
                          "all is twice too large.")
def numerical_gradient(f, theta, eps=1e-5):
    theta = np.asarray(theta, dtype=float)
    gradient = np.zeros_like(theta)
    for index in np.ndindex(theta.shape):
        plus, minus = theta.copy(), theta.copy()
        plus[index] += eps
        minus[index] -= eps
        gradient[index] = (f(plus) - f(minus)) / eps
    return gradient


@NUMERICAL_GRADIENT.wrong("a perturbation that is not undone", "theta is moved and not moved "
                          "back, so each entry is measured at another place.")
def numerical_gradient(f, theta, eps=1e-5):
    theta = np.array(theta, dtype=float)
    gradient = np.zeros_like(theta)
    for index in np.ndindex(theta.shape):
        theta[index] += eps
        above = f(theta)
        theta[index] -= 2 * eps
        gradient[index] = (above - f(theta)) / (2 * eps)
    return gradient


@NUMERICAL_GRADIENT.wrong("half-way back", "From θ + ε a step of −ε leads back to θ only: this is "
                          "(f(θ + ε) − f(θ)) / (2ε). To θ − ε it takes −2ε.")
def numerical_gradient(f, theta, eps=1e-5):
    theta = np.array(theta, dtype=float)
    gradient = np.zeros_like(theta)
    for index in np.ndindex(theta.shape):
        theta[index] += eps
        above = f(theta)
        theta[index] -= eps
        gradient[index] = (above - f(theta)) / (2 * eps)
    return gradient


@NUMERICAL_GRADIENT.wrong("a bracket missing", "Python reads a / 2 * eps from the left, as "
                          "(a / 2) · eps. Write a / (2 * eps).")
def numerical_gradient(f, theta, eps=1e-5):
    theta = np.asarray(theta, dtype=float)
    gradient = np.zeros_like(theta)
    for index in np.ndindex(theta.shape):
        plus, minus = theta.copy(), theta.copy()
        plus[index] += eps
        minus[index] -= eps
        gradient[index] = (f(plus) - f(minus)) / 2 * eps
    return gradient


@NUMERICAL_GRADIENT.wrong("slopes cut off to integers", "The gradient takes its type from theta: "
                          "in an array of integers the slopes lose their fractions.")
def numerical_gradient(f, theta, eps=1e-5):
    theta = np.asarray(theta)
    gradient = np.zeros_like(theta)
    for index in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[index] = eps
        gradient[index] = (f(theta + step) - f(theta - step)) / (2 * eps)
    return gradient


@NUMERICAL_GRADIENT.wrong("mutated inputs", "The caller's theta is moved and left moved.")
def numerical_gradient(f, theta, eps=1e-5):
    theta = np.asarray(theta, dtype=float)
    gradient = np.zeros_like(theta)
    for index in np.ndindex(theta.shape):
        centre = theta[index]
        theta[index] = centre + eps
        above = f(theta)
        theta[index] = centre - eps
        gradient[index] = (above - f(theta)) / (2 * eps)
        theta[index] = centre
    theta += 0.01
    return gradient


@NUMERICAL_GRADIENT.wrong("aliasing", "plus and minus are two names for the same array as "
                          "theta, so the steps cancel: copy before you move.")
def numerical_gradient(f, theta, eps=1e-5):
    theta = np.asarray(theta, dtype=float)
    gradient = np.zeros_like(theta)
    for index in np.ndindex(theta.shape):
        plus = minus = theta
        plus[index] += eps
        minus[index] -= eps
        gradient[index] = (f(plus) - f(minus)) / (2 * eps)
    return gradient


@NUMERICAL_GRADIENT.wrong("integer gradients", "For integers, θ + ε is cut off to θ again: "
                          "convert theta to float first.")
def numerical_gradient(f, theta, eps=1e-5):
    theta = np.asarray(theta)
    gradient = np.zeros(theta.shape)
    for index in np.ndindex(theta.shape):
        plus, minus = theta.copy(), theta.copy()
        plus[index] = theta[index] + eps
        minus[index] = theta[index] - eps
        gradient[index] = (f(plus) - f(minus)) / (2 * eps)
    return gradient


@NUMERICAL_GRADIENT.wrong("float32 in a finite difference", "theta is stored in float32: seven "
                          "digits are too few for a difference over 1e-5.")
def numerical_gradient(f, theta, eps=1e-5):
    theta = np.asarray(theta, dtype=np.float32)
    gradient = np.zeros(theta.shape)
    for index in np.ndindex(theta.shape):
        plus, minus = theta.copy(), theta.copy()
        plus[index] += eps
        minus[index] -= eps
        gradient[index] = (f(plus) - f(minus)) / (2 * eps)
    return gradient


@NUMERICAL_GRADIENT.wrong("vectors only", "The loop runs over len(theta): that is the number of "
                          "rows of a matrix, and a single number has none.")
def numerical_gradient(f, theta, eps=1e-5):
    theta = np.asarray(theta, dtype=float)
    gradient = np.zeros_like(theta)
    for i in range(len(theta)):
        plus, minus = theta.copy(), theta.copy()
        plus[i] += eps
        minus[i] -= eps
        gradient[i] = (f(plus) - f(minus)) / (2 * eps)
    return gradient


@NUMERICAL_GRADIENT.wrong("all entries moved at once", "All entries are moved together: that "
                          "gives one number, the slope along the diagonal. Move one at a time.")
def numerical_gradient(f, theta, eps=1e-5):
    theta = np.asarray(theta, dtype=float)
    slope = (f(theta + eps) - f(theta - eps)) / (2 * eps)
    return np.full(theta.shape, slope)


@NUMERICAL_GRADIENT.wrong("a lost axis", "The gradient comes back flat; it must have the shape "
                          "of theta.")
def numerical_gradient(f, theta, eps=1e-5):
    theta = np.asarray(theta, dtype=float)
    steps = eps * np.eye(theta.size).reshape(theta.size, *theta.shape)
    return np.array([(f(theta + step) - f(theta - step)) / (2 * eps) for step in steps])


@NUMERICAL_GRADIENT.wrong("ε ignored", "A step of its own is used in place of the argument eps.")
def numerical_gradient(f, theta, eps=1e-5):
    theta = np.asarray(theta, dtype=float)
    gradient = np.zeros_like(theta)
    for index in np.ndindex(theta.shape):
        plus, minus = theta.copy(), theta.copy()
        plus[index] += 1e-5
        minus[index] -= 1e-5
        gradient[index] = (f(plus) - f(minus)) / 2e-5
    return gradient


@NUMERICAL_GRADIENT.wrong("hard-coded sizes", "The gradient always has four entries.")
def numerical_gradient(f, theta, eps=1e-5):
    theta = np.asarray(theta, dtype=float)
    gradient = np.zeros(4)
    for i in range(4):
        step = np.zeros(4)
        step[i] = eps
        gradient[i] = (f(theta + step) - f(theta - step)) / (2 * eps)
    return gradient


@NUMERICAL_GRADIENT.right("unit vectors")
def numerical_gradient(f, theta, eps=1e-5):
    theta = np.asarray(theta, dtype=float)
    slopes = []
    for k in range(theta.size):
        step = np.zeros(theta.size)
        step[k] = eps
        step = step.reshape(theta.shape)
        slopes.append((f(theta + step) - f(theta - step)) / (2 * eps))
    return np.reshape(slopes, theta.shape)


@NUMERICAL_GRADIENT.right("in place on its own copy")
def numerical_gradient(f, theta, eps=1e-5):
    moved = np.array(theta, dtype=np.float64)
    gradient = np.empty(moved.shape)
    iterator = np.nditer(moved, flags=["multi_index"])
    for _ in iterator:
        index = iterator.multi_index
        centre = moved[index]
        moved[index] = centre + eps
        above = f(moved)
        moved[index] = centre - eps
        below = f(moved)
        moved[index] = centre
        gradient[index] = (above - below) / eps / 2
    return gradient


@NUMERICAL_GRADIENT.right("a float for a float, lists otherwise")
def numerical_gradient(f, theta, eps=1e-5):
    if isinstance(theta, (int, float)):
        return float(f(theta + eps) - f(theta - eps)) * 0.5 / eps
    theta = np.array(theta, float)
    flat = theta.ravel()

    def slope(i):
        high, low = flat.copy(), flat.copy()
        high[i], low[i] = high[i] + eps, low[i] - eps
        return (f(high.reshape(theta.shape)) - f(low.reshape(theta.shape))) / (2 * eps)

    return np.array([slope(i) for i in range(len(flat))]).reshape(theta.shape).tolist()


@NUMERICAL_GRADIENT.right("divided by the step that was really taken")
def numerical_gradient(f, theta, eps=1e-5):
    theta = np.asarray(theta, dtype=float)
    gradient = np.zeros_like(theta)
    for index in np.ndindex(theta.shape):
        above, below = theta.copy(), theta.copy()
        above[index] += eps
        below[index] -= eps
        gradient[index] = (f(above) - f(below)) / (above[index] - below[index])
    return gradient


@NUMERICAL_GRADIENT.right("recursion through nested lists")
def numerical_gradient(f, theta, eps=1e-5):
    if isinstance(theta, np.ndarray):
        theta = theta.tolist()
    if not isinstance(theta, list):
        return (f(theta + eps) - f(theta - eps)) / (eps + eps)

    def with_entry(k):
        return lambda part: f([*theta[:k], part, *theta[k + 1:]])

    return [numerical_gradient(with_entry(k), part, eps) for k, part in enumerate(theta)]


@NUMERICAL_GRADIENT.right("the mean of both one-sided slopes, vectorized")
def numerical_gradient(f, theta, eps=1e-5):
    theta = np.asarray(theta, dtype=float)
    places = np.arange(theta.size).reshape(theta.shape)

    def slope(place):
        step = eps * (places == place)
        here = f(theta)
        return ((f(theta + step) - here) / eps + (here - f(theta - step)) / eps) / 2

    return np.vectorize(slope)(places)


@NUMERICAL_GRADIENT.right("there and back by steps")
def numerical_gradient(f, theta, eps=1e-5):
    moved = np.array(theta, dtype=float)
    gradient = np.zeros(moved.size)
    for k in range(moved.size):
        moved.flat[k] += eps
        gradient[k] += f(moved)
        moved.flat[k] -= 2 * eps
        gradient[k] -= f(moved)
        moved.flat[k] += eps
    gradient /= 2 * eps
    return gradient.reshape(moved.shape)
