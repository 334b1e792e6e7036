"""The multivariate chain rule: f(x, y) = y + e^(xy), x = cos t, y = t²."""

import numpy as np

from autograder.question import Case, Part, Question

STEEP = "a place where f changes fast"


def draw(rng: np.random.Generator) -> list[Case]:
    """Far out, where cos t is near 0, f is steep and large: no step of a difference fits."""
    steep = (100 + int(rng.integers(0, 50))) * np.pi + np.pi / 2 + float(rng.uniform(1, 2)) * 1e-6
    return [
        Case("ordinary numbers", (float(rng.uniform(0.4, 1.4)),)),
        Case("ordinary numbers", (float(rng.uniform(1.7, 2.4)),)),
        Case("negative numbers", (float(rng.uniform(-1.4, -0.4)),)),
        Case("integers", (int(rng.choice([2, 3])),)),
        Case(STEEP, (float(steep),)),
    ]


TOTAL_DERIVATIVE = Question(
    "total_derivative", ("total_derivative",), draw,
    (Part("df/dt", 1.0, hint="Two paths lead from t to f, one through x and one through y: "
          "df/dt = ∂f/∂x · dx/dt + ∂f/∂y · dy/dt.", exact=("ordinary numbers", STEEP)),),
)


@TOTAL_DERIVATIVE.wrong("the path through x is missing", "Only the path through y is there; "
                        "t also acts through x.")
def total_derivative(t):
    x, y = np.cos(t), t**2
    return (1 + x * np.exp(x * y)) * 2 * t


@TOTAL_DERIVATIVE.wrong("the path through y is missing", "Only the path through x is there; "
                        "t also acts through y.")
def total_derivative(t):
    x, y = np.cos(t), t**2
    return y * np.exp(x * y) * -np.sin(t)


@TOTAL_DERIVATIVE.wrong("sign of sin", "The derivative of cos t is −sin t.")
def total_derivative(t):
    x, y = np.cos(t), t**2
    return y * np.exp(x * y) * np.sin(t) + (1 + x * np.exp(x * y)) * 2 * t


@TOTAL_DERIVATIVE.wrong("∂f/∂y without the 1", "∂f/∂y has two terms: y stands in f alone and "
                        "in the exponent.")
def total_derivative(t):
    x, y = np.cos(t), t**2
    return y * np.exp(x * y) * -np.sin(t) + x * np.exp(x * y) * 2 * t


@TOTAL_DERIVATIVE.wrong("power rule off by one", "The derivative of t² is 2t.")
def total_derivative(t):
    x, y = np.cos(t), t**2
    return y * np.exp(x * y) * -np.sin(t) + (1 + x * np.exp(x * y)) * 2 * t**2


@TOTAL_DERIVATIVE.wrong("no inner derivative of the exponent", "The inner derivative of e^(xy) "
                        "is missing: y for ∂/∂x, x for ∂/∂y.")
def total_derivative(t):
    x, y = np.cos(t), t**2
    return np.exp(x * y) * -np.sin(t) + (1 + np.exp(x * y)) * 2 * t


@TOTAL_DERIVATIVE.wrong("the partial derivatives alone", "The partial derivatives are added "
                        "without dx/dt and dy/dt.")
def total_derivative(t):
    x, y = np.cos(t), t**2
    return y * np.exp(x * y) + 1 + x * np.exp(x * y)


@TOTAL_DERIVATIVE.wrong("one-sided difference", "A difference quotient stands where the chain "
                        "rule was asked for.")
def total_derivative(t):
    def f(t):
        return t**2 + np.exp(np.cos(t) * t**2)

    return (f(t + 1e-6) - f(t)) / 1e-6


@TOTAL_DERIVATIVE.wrong("finite differences at many steps", "The course's finite differences stand "
                        "where the chain rule was asked for: fine to check with, never exact.")
def total_derivative(t):
    from course_utils.finite_difference import derivative

    def f(t):
        with np.errstate(over="ignore"):
            return float(t**2 + np.exp(np.cos(t) * t**2))

    return derivative(f, float(t)).value


@TOTAL_DERIVATIVE.right("expanded")
def total_derivative(t):
    import math

    return 2 * t + math.exp(t * t * math.cos(t)) * (
        2 * t * math.cos(t) - t * t * math.sin(t))


@TOTAL_DERIVATIVE.right("as a product of a row and a column")
def total_derivative(t):
    x, y = np.cos(t), np.square(float(t))
    gradient = np.array([y, x]) * np.exp(x * y) + np.array([0.0, 1.0])
    return gradient @ np.array([-np.sin(t), 2.0 * t])


@TOTAL_DERIVATIVE.right("with bars")
def total_derivative(t):
    x, y = np.cos(t), t * t
    e = np.exp(x * y)
    f_bar = 1.0
    e_bar = f_bar
    x_bar = e_bar * e * y
    y_bar = f_bar + e_bar * e * x
    t_bar = x_bar * -np.sin(t)
    t_bar += y_bar * 2 * t
    return np.asarray(t_bar)


@TOTAL_DERIVATIVE.right("numbers that carry their slope")
def total_derivative(t):
    class Carried:
        def __init__(self, value, slope):
            self.value, self.slope = value, slope

        def __add__(self, other):
            return Carried(self.value + other.value, self.slope + other.slope)

        def __mul__(self, other):
            return Carried(self.value * other.value,
                           self.slope * other.value + self.value * other.slope)

    def exp(u):
        return Carried(np.exp(u.value), np.exp(u.value) * u.slope)

    x = Carried(np.cos(t), -np.sin(t))
    y = Carried(t, 1) * Carried(t, 1)
    return (y + exp(x * y)).slope


@TOTAL_DERIVATIVE.right("a loop over the two paths")
def total_derivative(t):
    x, y = np.cos(t), t**2
    outer = {"x": y * np.exp(x * y), "y": 1 + x * np.exp(x * y)}
    inner = {"x": -np.sin(t), "y": t + t}
    total = 0
    for name in outer:
        total += outer[name] * inner[name]
    return total


@TOTAL_DERIVATIVE.right("einsum, with e^(it) for sin and cos")
def total_derivative(t):
    turn = np.exp(1j * t)
    x, y = turn.real, t**2
    grown = np.exp(x * y)
    return np.einsum("i,i->", [y * grown, 1 + x * grown], [-turn.imag, 2.0 * t])
