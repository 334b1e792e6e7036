"""The logistic function and its derivative: exact, elementwise, quiet at ±1000."""

import numpy as np

from autograder.question import Case, Part, Question

ORDINARY = "arrays of ordinary numbers"
SINGLE = "a single number"
INTEGERS = "integers"
LISTS = "a list"
HUGE = "numbers as large as ±1000"


def draw(rng: np.random.Generator) -> list[Case]:
    huge = np.array([-1000.0, rng.uniform(-2, -1), rng.uniform(1, 2), 1000.0])
    return [
        Case(ORDINARY, (rng.uniform(-4, 4, (3, 2)),)),
        Case(ORDINARY, (rng.uniform(-4, 4, 5),)),
        Case(SINGLE, (float(rng.uniform(0.5, 3)),)),
        Case(SINGLE, (float(rng.uniform(-3, -0.5)),)),
        Case(INTEGERS, (rng.permutation([-3, -2, -1, 0, 1, 2, 4]),)),
        Case(LISTS, (rng.uniform(-2, 2, 3).tolist(),)),
        Case(HUGE, (huge,)),
        Case(HUGE, (-1000.0,)),
        Case(HUGE, (1000.0,)),
    ]


def quietly_exact(function, z):
    """Calls with NumPy's warnings turned into errors: no answer where one would be seen.

    A function that silences its own is quiet too, as the visible check says. One that changes
    its argument has another one at the second call.
    """
    import warnings

    with np.errstate(over="warn", divide="warn", invalid="warn"), warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        function(z)
        return function(z)


def parts(values: float, hint: str) -> tuple[Part, ...]:
    return (
        Part("values", values, kinds=(ORDINARY, SINGLE), hint=hint, exact=(ORDINARY,)),
        Part("integers and lists", 0.25, kinds=(INTEGERS, LISTS),
             hint="Start with z = np.asarray(z, dtype=float)."),
        Part("stable at ±1000", 0.25, kinds=(HUGE,),
             hint="np.exp(1000) overflows: never take exp of a large positive number."),
    )


SIGMOID = Question(
    "sigmoid", ("sigmoid",), draw,
    parts(0.5, "Check by hand that σ(0) = 1/2 and σ(ln 3) = 3/4."),
    probe=quietly_exact,
)
SIGMOID_PRIME = Question(
    "sigmoid_prime", ("sigmoid_prime",), draw,
    parts(0.5, "Check by hand that σ′(0) = 1/4: the slope is steepest there."),
    probe=quietly_exact,
)

OVERFLOWS = ("exp is taken of a large positive number. It overflows, NumPy warns, and one "
             "step later there can be NaN. Split by the sign of z, or use tanh.")


@SIGMOID.wrong("overflow in exp", OVERFLOWS)
def sigmoid(z):
    return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))


@SIGMOID.wrong("both branches computed", "np.where computes both branches for all entries, "
               "so the exponential still overflows in the branch that is thrown away.")
def sigmoid(z):
    z = np.asarray(z, dtype=float)
    return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))


@SIGMOID.wrong("sign of the exponent", "e^z stands where e^(−z) belongs: this falls from 1 "
               "to 0 where σ rises from 0 to 1.")
def sigmoid(z):
    return 0.5 * (1 - np.tanh(0.5 * np.asarray(z, dtype=float)))


@SIGMOID.wrong("tanh for the logistic function", "tanh runs from −1 to 1; σ runs from 0 to 1.")
def sigmoid(z):
    return np.tanh(np.asarray(z, dtype=float))


@SIGMOID.wrong("tanh of z, not of z/2", "σ(z) = ½ (1 + tanh(z/2)): the half inside tanh is "
               "missing.")
def sigmoid(z):
    return 0.5 * (1 + np.tanh(np.asarray(z, dtype=float)))


@SIGMOID.wrong("integer result", "The result array takes its type from z. For integers "
               "every value is cut off to 0 or 1.")
def sigmoid(z):
    z = np.asarray(z)
    y = np.empty_like(z)
    y[...] = 0.5 * (1 + np.tanh(0.5 * z))
    return y


@SIGMOID.wrong("scalars only", "Functions of the math module take one number at a time, "
               "not arrays; np.exp and np.tanh take both.")
def sigmoid(z):
    import math

    return 0.5 * (1 + math.tanh(0.5 * z))


@SIGMOID.wrong("cut off too early", "z is cut off at a small number, or a small constant is "
               "added for safety: σ comes no nearer to 0 and 1 than that. Cut off where exp "
               "overflows, near ±700, or better not at all.")
def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(np.asarray(z, dtype=float), -10, 10)))


@SIGMOID.wrong("float16 on the way", "The numbers are rounded to a short float type on the way.")
def sigmoid(z):
    return 0.5 * (1 + np.tanh(np.asarray(z, dtype=np.float16) / 2))


@SIGMOID.wrong("float32 on the way", "The numbers are rounded to float32, which has seven digits.")
def sigmoid(z):
    z = np.asarray(z, dtype=np.float32)
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(-abs(z)))


@SIGMOID.wrong("mutated inputs", "np.asarray makes no copy of an array of floats: the caller's z "
               "is changed, so a second call gets another one.")
def sigmoid(z):
    z = np.asarray(z, dtype=float)
    z /= 2
    return 0.5 * (1 + np.tanh(z))


@SIGMOID.right("tanh form")
def sigmoid(z):
    return (1 + np.tanh(np.asarray(z, dtype=float) / 2)) / 2


@SIGMOID.right("by sign, with masks")
def sigmoid(z):
    z = np.asarray(z, dtype=float)
    y = np.empty_like(z)
    y[z >= 0] = 1 / (1 + np.exp(-z[z >= 0]))
    small = np.exp(z[z < 0])
    y[z < 0] = small / (1 + small)
    return y


@SIGMOID.right("logaddexp")
def sigmoid(z):
    return np.exp(-np.logaddexp(0, np.multiply(-1.0, z)))


@SIGMOID.right("minus the absolute value")
def sigmoid(z):
    z = np.asarray(z, dtype=float)
    small = np.exp(-abs(z))
    return np.where(z >= 0, 1.0, small) / (1 + small)


@SIGMOID.right("clipped, element by element")
def sigmoid(z):
    def one(value):
        return 1 / (1 + np.exp(-min(max(value, -500), 500)))

    return np.vectorize(one, otypes=[float])(z)


@SIGMOID.right("number by number, as nested lists")
def sigmoid(z):
    import math

    if np.ndim(z):
        return [sigmoid(row) for row in z]
    return 1 / (1 + math.exp(-z)) if z > 0 else 1 - 1 / (1 + math.exp(z))


@SIGMOID.right("the overflow allowed, and silent")
def sigmoid(z):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))


@SIGMOID.right("the warning silenced")
def sigmoid(z):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))


@SIGMOID_PRIME.wrong("overflow in exp", OVERFLOWS)
def sigmoid_prime(z):
    small = np.exp(-np.asarray(z, dtype=float))
    return small / (1 + small) ** 2


@SIGMOID_PRIME.wrong("σ′ of y, not of z", "z (1 − z) is computed. The formula y (1 − y) wants "
                     "y = σ(z), so take σ of z first.")
def sigmoid_prime(z):
    z = np.asarray(z, dtype=float)
    return z * (1 - z)


@SIGMOID_PRIME.wrong("no factor 1 − σ", "The factor 1 − σ(z) is missing.")
def sigmoid_prime(z):
    return sigmoid(z)


@SIGMOID_PRIME.wrong("sign", "σ rises everywhere, so its derivative is positive; yours is "
                     "negative.")
def sigmoid_prime(z):
    y = sigmoid(z)
    return y * (y - 1)


@SIGMOID_PRIME.wrong("tanh′ for σ′", "1 − y² is the derivative of tanh; for σ it is y (1 − y).")
def sigmoid_prime(z):
    return 1 - sigmoid(z) ** 2


@SIGMOID_PRIME.wrong("one-sided difference", "A difference quotient stands where the formula "
                     "y (1 − y) was wanted; it is only nearly right.")
def sigmoid_prime(z):
    z = np.asarray(z, dtype=float)
    return (sigmoid(z + 1e-5) - sigmoid(z)) / 1e-5


@SIGMOID_PRIME.wrong("finite differences", "A difference quotient stands where the formula "
                     "y (1 − y) was wanted. It is near, but it is not exact.")
def sigmoid_prime(z):
    z = np.asarray(z, dtype=float)
    return (sigmoid(z + 1e-5) - sigmoid(z - 1e-5)) / 2e-5


@SIGMOID_PRIME.wrong("mutated inputs", "np.asarray makes no copy of an array of floats: the "
                     "caller's z is changed, so a second call gets another one.")
def sigmoid_prime(z):
    z = np.asarray(z, dtype=float)
    z /= 2
    return 0.25 * (1 - np.tanh(z) ** 2)


@SIGMOID_PRIME.right("σ(z) σ(−z)")
def sigmoid_prime(z):
    z = np.asarray(z, dtype=float)
    return sigmoid(z) * sigmoid(-z)


@SIGMOID_PRIME.right("hyperbolic")
def sigmoid_prime(z):
    return 0.25 * (1 - np.tanh(np.asarray(z, dtype=float) / 2) ** 2)


@SIGMOID_PRIME.right("minus the absolute value")
def sigmoid_prime(z):
    small = np.exp(-np.abs(z))
    return small / (1 + small) ** 2


@SIGMOID_PRIME.right("the hyperbolic secant, squared")
def sigmoid_prime(z):
    return (0.5 / np.cosh(np.multiply(0.5, z))) ** 2


@SIGMOID_PRIME.right("in place: y − y²")
def sigmoid_prime(z):
    y = np.array(sigmoid(z))
    y -= y * y
    return y


@SIGMOID_PRIME.right("number by number, as nested lists")
def sigmoid_prime(z):
    if np.ndim(z):
        return [sigmoid_prime(row) for row in z]
    y = float(sigmoid(z))
    return 0.25 - (y - 0.5) ** 2


@SIGMOID_PRIME.right("by logarithms")
def sigmoid_prime(z):
    z = np.asarray(z, dtype=float)
    return np.exp(-np.logaddexp(0, z) - np.logaddexp(0, -z))
