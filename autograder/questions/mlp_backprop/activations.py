"""Vector-Jacobian products of the elementwise functions."""

import numpy as np

from autograder.question import Case, Part, Question, twice
from autograder.questions.mlp_backprop.drawing import LISTS, away_from_zero

ORDINARY = "arrays of ordinary numbers"
SINGLE = "a single number"
SATURATED = "z as large as ±300"
CORNER = "z = 0"


def draw(rng: np.random.Generator) -> list[Case]:
    def pair(shape):
        return away_from_zero(rng, shape, 0.3, 2.5), away_from_zero(rng, shape, 0.2, 2.5)

    return [
        Case(ORDINARY, pair((4, 3))),
        Case(ORDINARY, pair((5,))),
        Case(ORDINARY, pair((2, 1, 3))),
        Case(SINGLE, tuple(map(float, pair(())))),
        Case(SATURATED, (away_from_zero(rng, (4,)), np.array([-300.0, rng.uniform(-2, -1),
                                                             rng.uniform(1, 2), 300.0]))),
        Case(LISTS, ([3, -1, 2, 4], rng.permutation([-2, 1, 2, -1]).tolist())),
    ]


def question(name: str, hint: str) -> Question:
    """The question on an activation that is smooth."""
    return Question(name, (name,), draw, (
        Part("z_bar", 0.375, None, (ORDINARY, SINGLE, SATURATED), hint, (ORDINARY,)),
        Part(LISTS, 0.125, None, (LISTS,), "Make a float array of z first."),
    ), probe=twice)


SIGMOID_VJP = question("sigmoid_vjp", "h_bar times σ′(z) = σ(z) (1 − σ(z)).")
TANH_VJP = question("tanh_vjp", "h_bar times 1 − tanh(z)².")

SIGMOID_VJP.slip("no σ′", "The bar is passed on as it came, without σ′(z).",
                 "h_bar * h * (1 - h)", "h_bar * np.ones_like(h)")
SIGMOID_VJP.slip("σ for σ′", "σ(z) stands where σ′(z) belongs.", "h_bar * h * (1 - h)", "h_bar * h")
SIGMOID_VJP.slip("σ′ of h, not of z", "z is taken for h: z (1 − z) is computed.",
                 "logistic(np.asarray(z, dtype=float))", "np.asarray(z, dtype=float)")
SIGMOID_VJP.slip("σ′ evaluated at h", "σ is taken twice: z comes in, and σ(z) is h already.",
                 "logistic(np.asarray(z, dtype=float))",
                 "logistic(logistic(np.asarray(z, dtype=float)))")
SIGMOID_VJP.slip("upstream signal ignored", "h_bar is not used: this is σ′(z) alone.",
                 "h_bar * h * (1 - h)", "h * (1 - h)")
SIGMOID_VJP.slip("tanh′ for σ′", "1 − h² is the slope of tanh.",
                 "h_bar * h * (1 - h)", "h_bar * (1 - h**2)")
SIGMOID_VJP.slip("sign", "The sign is turned: h (1 − h) is positive.", "(1 - h)", "(h - 1)")
SIGMOID_VJP.slip("summed", "The entries are summed up; each has its own bar.",
                 "h_bar * h * (1 - h)", "np.sum(h_bar * h * (1 - h))")
SIGMOID_VJP.slip("arrays only", "A list has no minus sign: start with np.asarray.",
                 "logistic(np.asarray(z, dtype=float))", "1 / (1 + np.exp(-z))")

IN_PLACE = ("np.asarray makes no copy of an array of floats: the caller's h_bar is changed, and a "
            "second call gets another one.")


@SIGMOID_VJP.wrong("mutated inputs", IN_PLACE)
def sigmoid_vjp(h_bar, z):
    h = logistic(np.asarray(z, dtype=float))
    h_bar = np.asarray(h_bar, dtype=float)
    h_bar *= h * (1 - h)
    return h_bar


@SIGMOID_VJP.wrong("finite differences", "A difference quotient stands where σ (1 − σ) was wanted. "
                   "It is near, but it is not exact.")
def sigmoid_vjp(h_bar, z):
    z = np.asarray(z, dtype=float)
    return np.asarray(h_bar) * (logistic(z + 1e-5) - logistic(z - 1e-5)) / 2e-5


@TANH_VJP.wrong("mutated inputs", IN_PLACE)
def tanh_vjp(h_bar, z):
    h_bar = np.asarray(h_bar, dtype=float)
    h_bar *= 1 - np.tanh(z) ** 2
    return h_bar


@TANH_VJP.wrong("finite differences", "A difference quotient stands where 1 − tanh² was wanted. "
                "It is near, but it is not exact.")
def tanh_vjp(h_bar, z):
    z = np.asarray(z, dtype=float)
    return np.asarray(h_bar) * (np.tanh(z + 1e-5) - np.tanh(z - 1e-5)) / 2e-5


@SIGMOID_VJP.right("σ(z) σ(−z)")
def sigmoid_vjp(h_bar, z):
    z = np.asarray(z, dtype=float)
    return np.asarray(h_bar) * logistic(z) * logistic(-z)


@SIGMOID_VJP.right("hyperbolic")
def sigmoid_vjp(h_bar, z):
    return np.multiply(h_bar, 1 - np.tanh(np.asarray(z) / 2) ** 2) / 4


@SIGMOID_VJP.right("element by element")
def sigmoid_vjp(h_bar, z):
    h_bar, z = np.asarray(h_bar, dtype=float), np.asarray(z, dtype=float)
    z_bar = np.zeros(z.shape)
    for index in np.ndindex(z.shape):
        h = logistic(z[index])
        z_bar[index] = h_bar[index] * (h - h * h)
    return z_bar


@SIGMOID_VJP.right("minus the absolute value")
def sigmoid_vjp(h_bar, z):
    small = np.exp(-np.abs(z))
    return h_bar * small / (1 + small) ** 2


@SIGMOID_VJP.right("with a diagonal Jacobian, as lists")
def sigmoid_vjp(h_bar, z):
    h = logistic(np.asarray(z, dtype=float))
    J = np.diag(np.atleast_1d(h * (1 - h)).ravel())
    return (J.T @ np.ravel(h_bar)).reshape(h.shape).tolist()


TANH = "np.multiply(h_bar, 1 - np.tanh(z) ** 2)"
TANH_VJP.slip("no tanh′", "The bar is passed on as it came, without tanh′(z).", TANH,
              "np.multiply(h_bar, np.ones(np.shape(z)))")
TANH_VJP.slip("tanh for tanh′", "tanh z stands where its slope belongs.", TANH,
              "np.multiply(h_bar, np.tanh(z))")
TANH_VJP.slip("tanh′ from z", "1 − z² is computed; it is 1 − tanh(z)².", TANH,
              "np.multiply(h_bar, 1 - np.square(z))")
TANH_VJP.slip("σ′ for tanh′", "h (1 − h) is the slope of σ; for tanh it is 1 − h².", TANH,
              "np.multiply(h_bar, np.tanh(z) * (1 - np.tanh(z)))")
TANH_VJP.slip("no square", "The square is missing: it is 1 − tanh(z)².", TANH,
              "np.multiply(h_bar, 1 - np.tanh(z))")
TANH_VJP.slip("upstream signal ignored", "h_bar is not used: this is tanh′(z) alone.", TANH,
              "1 - np.tanh(z) ** 2")
TANH_VJP.slip("tanh taken twice", "tanh is taken of tanh z: it is z that comes in, and h = tanh z.",
              TANH, "np.multiply(h_bar, 1 - np.tanh(np.tanh(z)) ** 2)")
TANH_VJP.slip("sign", "The sign is turned: tanh rises everywhere.", TANH,
              "np.multiply(h_bar, np.tanh(z) ** 2 - 1)")
TANH_VJP.slip("summed", "The entries are summed up; each has its own bar.", TANH,
              "np.sum(np.multiply(h_bar, 1 - np.tanh(z) ** 2))")
TANH_VJP.slip("half the slope", "σ′ of 2z alone is a quarter of it; the factors of 2 come out of "
              "tanh z = 2σ(2z) − 1.", TANH,
              "np.multiply(h_bar, logistic(2 * np.asarray(z)) * (1 - logistic(2 * np.asarray(z))))")


@TANH_VJP.right("from σ")
def tanh_vjp(h_bar, z):
    s = logistic(2 * np.asarray(z, dtype=float))
    return 4 * np.asarray(h_bar) * s * (1 - s)


@TANH_VJP.right("in factors")
def tanh_vjp(h_bar, z):
    h = np.tanh(z)
    return np.asarray(h_bar) * (1 - h) * (1 + h)


@TANH_VJP.right("one over cosh squared")
def tanh_vjp(h_bar, z):
    return np.asarray(h_bar) / np.cosh(z) ** 2


@TANH_VJP.right("element by element")
def tanh_vjp(h_bar, z):
    import math

    def one(bar, value):
        return bar * (1 - math.tanh(value) ** 2)

    return np.vectorize(one, otypes=[float])(h_bar, z)


@TANH_VJP.right("in place on a copy")
def tanh_vjp(h_bar, z):
    z_bar = np.array(h_bar, dtype=float)
    z_bar -= z_bar * np.tanh(z) ** 2
    return z_bar


def draw_with_corners(rng: np.random.Generator) -> list[Case]:
    """The same, and corners beside bars and numbers of all four pairs of signs."""
    signs = rng.permutation([[1, 1], [1, -1], [-1, 1], [-1, -1], [1, 0], [-1, 0]]).T
    bars, corners = signs * rng.uniform(0.5, 2.0, (2, 6))
    return [*draw(rng), Case(CORNER, (bars, corners))]


def both_gates(relu_vjp, h_bar, z):
    """Asks with all gates turned round before: what a first call has cut off stays away."""
    relu_vjp(h_bar, np.negative(z))
    return relu_vjp(h_bar, z)


def between_the_slopes(case: Case, value):
    """The answer with every right value at a corner replaced by 0: all of them are right."""
    h_bar, z = (np.asarray(argument, dtype=float) for argument in case.arguments)
    array = np.asarray(value)
    if array.shape != z.shape or array.dtype.kind not in "buif":
        return value
    low, high = np.minimum(0, h_bar), np.maximum(0, h_bar)
    right = (z == 0) & (array >= low - 1e-12) & (array <= high + 1e-12)
    return np.where(right, 0.0, array)


RELU_VJP = Question(
    "relu_vjp", ("relu_vjp",), draw_with_corners,
    (
        Part("z_bar", 0.25, kinds=(ORDINARY, SINGLE, SATURATED, LISTS),
             hint="h_bar where z is positive, 0 where it is negative."),
        Part("at the corner", 0.25, kinds=(CORNER,),
             hint="At z = 0 anything from 0 to h_bar is right; elsewhere the usual."),
    ),
    probe=both_gates, view=between_the_slopes,
)
RELU = "np.where(np.asarray(z) > 0, h_bar, 0.0)"
RELU_VJP.slip("passing everything", "Everything is passed back; where z is negative nothing "
              "passed forward, so nothing passes back.", RELU, "np.multiply(h_bar, 1.0)")
RELU_VJP.slip("the mask from the wrong array", "The mask looks at the sign of h_bar; it is the "
              "sign of z that decides.", RELU, "np.where(np.asarray(h_bar) > 0, h_bar, 0.0)")
RELU_VJP.slip("ReLU of the bar", "ReLU is applied to the product of bar and gate: a negative bar "
              "must pass too.", RELU, "np.maximum(np.where(np.asarray(z) > 0, h_bar, 0.0), 0)")
RELU_VJP.slip("the value for the slope", "ReLU(z) itself is passed on; its slope is 1 or 0.", RELU,
              "np.where(np.asarray(z) > 0, z, 0.0)")
RELU_VJP.slip("the bar times the value", "The bar is multiplied by z; the slope of ReLU is 1 "
              "there.", RELU, "np.where(np.asarray(z) > 0, np.multiply(h_bar, z), 0.0)")
RELU_VJP.slip("upstream signal ignored", "h_bar is not used: this is the slope alone.", RELU,
              "np.where(np.asarray(z) > 0, 1.0, 0.0)")
RELU_VJP.slip("the gate turned round", "The gate is open where z is negative.", RELU,
              "np.where(np.asarray(z) < 0, h_bar, 0.0)")
RELU_VJP.slip("−1 for negative z", "Where z is negative the bar is turned round; ReLU is flat "
              "there, so its slope is 0.", RELU, "np.multiply(h_bar, np.sign(z))")
RELU_VJP.slip("a leak", "A small share of the bar passes where z is negative: that is a leaky "
              "ReLU.", RELU, "np.where(np.asarray(z) > 0, h_bar, np.multiply(0.01, h_bar))")
RELU_VJP.slip("twice the slope at the corner", "At z = 0 the bar is doubled: more than either "
              "slope.", RELU, "np.multiply(h_bar, np.where(np.asarray(z) == 0, 2, "
              "np.asarray(z) > 0))")


@RELU_VJP.wrong("mutated inputs", IN_PLACE)
def relu_vjp(h_bar, z):
    h_bar = np.asarray(h_bar, dtype=float)
    h_bar[np.asarray(z) < 0] = 0
    return h_bar


@RELU_VJP.right("times the mask, open at the corner")
def relu_vjp(h_bar, z):
    return np.asarray(h_bar, dtype=float) * (np.asarray(z) >= 0)


@RELU_VJP.right("half at the corner")
def relu_vjp(h_bar, z):
    return np.multiply(h_bar, (1 + np.sign(z)) / 2)


@RELU_VJP.right("a mask on a copy")
def relu_vjp(h_bar, z):
    z_bar = np.array(h_bar, dtype=float)
    z_bar[np.asarray(z) < 0] = 0
    return z_bar


@RELU_VJP.right("heaviside")
def relu_vjp(h_bar, z):
    return np.heaviside(np.asarray(z, dtype=float), 0.3) * np.asarray(h_bar)


@RELU_VJP.right("element by element")
def relu_vjp(h_bar, z):
    h_bar, z = np.asarray(h_bar, float), np.asarray(z, float)
    out = [bar if value > 0 else 0 for bar, value in zip(h_bar.flat, z.flat, strict=True)]
    return np.reshape(out, z.shape).tolist()
