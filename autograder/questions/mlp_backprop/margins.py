"""Squared error, and the losses that look at the margin: hinge and 0-1."""

import numpy as np

from autograder.question import Case, Part, Question, twice
from autograder.questions.mlp_backprop.drawing import (
    LISTS,
    ONE_EXAMPLE,
    ONE_OUTPUT,
    ORDINARY,
    away_from_zero,
    whole,
)

HUGE = "scores as large as ±1000"
CORNER = "a margin of exactly 1"
BOUNDARY = "a score of exactly 0"
MATRICES = (ORDINARY, ONE_EXAMPLE, ONE_OUTPUT)
AS_ARRAYS = "np.asarray(values, dtype=float) makes a float array of a list."


def draw_pairs(rng: np.random.Generator) -> list[Case]:
    """Cases with arguments (Y, T)."""
    def pair(N, K, numbers=away_from_zero):
        return numbers(rng, (N, K)), numbers(rng, (N, K))

    return [
        Case(ORDINARY, pair(4, 3)), Case(ORDINARY, pair(6, 2)), Case(ONE_EXAMPLE, pair(1, 5)),
        Case(ONE_OUTPUT, pair(5, 1)), Case(LISTS, pair(4, 2, whole)),
    ]


SQUARED_ERROR = Question(
    "squared_error", ("squared_error",), draw_pairs,
    (
        Part("losses", 0.375, 0, MATRICES, "Half the sum of squares of each row: shape (N,)."),
        Part("bars", 0.5, 1, MATRICES, "The derivative of ½ (y − t)², entry by entry: shape "
             "(N, K)."),
        Part(LISTS, 0.125, 0, (LISTS,), AS_ARRAYS),
    ),
    probe=twice,
)
for mistake in [
    ("no ½", "The ½ of the loss is missing.", "0.5 * np.sum", "np.sum"),
    ("summed over the batch", "The losses are summed over the whole batch; one number for each "
     "example was wanted.", ", axis=1)", ")"),
    ("summed over the wrong axis", "The losses are summed over the examples; sum over the outputs.",
     "axis=1", "axis=0"),
    ("the mean over the outputs", "The losses are averaged over the outputs; they are summed.",
     "0.5 * np.sum", "0.5 * np.mean"),
    ("sign (t − y)", "The sign of the bars is turned.", "axis=1), difference",
     "axis=1), -difference"),
    ("a factor 2", "The bars have a factor 2: it cancels with the ½.", "axis=1), difference",
     "axis=1), 2 * difference"),
    ("divided by N", "The bars are divided by N. Each is the derivative of its own example's loss.",
     "axis=1), difference", "axis=1), difference / len(Y)"),
    ("no sum over the outputs", "The losses still have an entry for each output.",
     "0.5 * np.sum(difference**2, axis=1)", "0.5 * difference**2"),
    ("the absolute error", "The absolute error is computed, not the squared one.",
     "difference**2", "abs(difference)"),
    ("a lost axis", "keepdims leaves an axis of length 1; the losses have shape (N,).",
     "axis=1)", "axis=1, keepdims=True)"),
]:
    SQUARED_ERROR.slip(*mistake)


@SQUARED_ERROR.wrong("mutated inputs", "The difference is taken inside the caller's own array.")
def squared_error(Y, T):
    Y -= np.asarray(T)
    return 0.5 * np.sum(np.square(Y), axis=1), Y


@SQUARED_ERROR.right("einsum")
def squared_error(Y, T):
    E = np.array(Y, dtype=float) - np.array(T)
    return np.einsum("nk,nk->n", E, E) / 2, E


@SQUARED_ERROR.right("norms")
def squared_error(Y, T):
    E = np.subtract(Y, T)
    return np.linalg.norm(E, axis=1) ** 2 / 2, E


@SQUARED_ERROR.right("example by example, as lists")
def squared_error(Y, T):
    losses, bars = [], []
    for y, t in zip(Y, T, strict=True):
        losses.append(sum((a - b) ** 2 for a, b in zip(y, t, strict=True)) / 2)
        bars.append([a - b for a, b in zip(y, t, strict=True)])
    return losses, bars


@SQUARED_ERROR.right("expanded")
def squared_error(Y, T):
    Y, T = np.asarray(Y, float), np.asarray(T, float)
    return (Y**2).sum(1) / 2 - (Y * T).sum(1) + (T**2).sum(1) / 2, Y - T


@SQUARED_ERROR.right("the diagonal of a product")
def squared_error(Y, T):
    E = np.asarray(Y) - np.asarray(T)
    return [np.diag(E @ E.T) / 2, E]


def draw_margins(rng: np.random.Generator) -> list[Case]:
    """Cases with arguments (z, t), margins on both sides of 0 and of 1, none near them."""
    def pair(margins):
        t = rng.choice([-1, 1], len(margins))
        t[:2] = [-1, 1]
        return t * rng.permutation(margins), t

    def several():
        return np.concatenate([rng.uniform(-2, -0.3, 2), rng.uniform(0.3, 0.8, 2),
                               rng.uniform(1.3, 2.5, 3)])

    return [
        Case(ORDINARY, pair(several())), Case(ORDINARY, pair(several()[:-1])),
        Case(ONE_EXAMPLE, (np.array([rng.uniform(0.3, 0.7)]), np.array([1]))),
        Case(HUGE, (np.array([-1000.0, 1000.0, -1000.0, 1000.0, 0.4]),
                    np.array([1, 1, -1, -1, 1]))),
        Case(LISTS, ([2, -3, -2, 3], [1, 1, -1, -1])),
    ]


def draw_corners(rng: np.random.Generator) -> list[Case]:
    corner = rng.uniform(1.2, 2.0, 5) * rng.choice([-1, 1], 5)
    corner[[0, 3]] = [1.0, -1.0]
    return [*draw_margins(rng), Case(CORNER, (corner, np.array([1, -1, 1, -1, 1])))]


def between_the_slopes(case: Case, value):
    """The answer with every right bar at the corner replaced by 0: all of them are right."""
    z, t = (np.asarray(argument, dtype=float) for argument in case.arguments)
    if not (isinstance(value, (tuple, list)) and len(value) == 2):
        return value
    losses, bars = value
    array = np.asarray(bars)
    if array.shape != z.shape or array.dtype.kind not in "buif":
        return value
    right = (t * z == 1) & (array >= np.minimum(0, -t) - 1e-12) & (
        array <= np.maximum(0, -t) + 1e-12)
    return losses, np.where(right, 0.0, array)


AWAY = (ORDINARY, ONE_EXAMPLE, HUGE)
HINGE = Question(
    "hinge", ("hinge",), draw_corners,
    (
        Part("losses", 0.375, 0, (*AWAY, CORNER), "max(0, 1 − t z), for each example."),
        Part("bars", 0.75, 1, AWAY, "Where the margin t z is below 1, the derivative of "
             "1 − t z with respect to z; elsewhere 0."),
        Part("at the corner", 0.25, 1, (CORNER,), "Where t z = 1 anything from 0 to −t is right."),
        Part(LISTS, 0.125, 0, (LISTS,), AS_ARRAYS),
    ),
    probe=twice, view=between_the_slopes,
)
for mistake in [
    ("sign of the bars", "The sign of the bars is turned: the loss falls when z moves towards t.",
     "-t, 0.0)", "t, 0.0)"),
    ("slopes without t", "The bars are −1 for both classes; the derivative of −t z is −t.",
     "-t, 0.0)", "-1.0, 0.0)"),
    ("passing everything", "There is a slope where the margin is large enough too; the loss is "
     "flat there.", "np.where(t * z < 1, -t, 0.0)", "-t"),
    ("the corner at 0", "The bars stop at a margin of 0; the hinge ends at 1.",
     "np.where(t * z < 1, ", "np.where(t * z < 0, "),
    ("the perceptron's loss", "This is max(0, −t z): the hinge asks for a margin of 1.",
     "1 - t * z), np.where(t * z < 1", "-t * z), np.where(t * z < 0"),
    ("no maximum", "The loss becomes negative for large margins: it is at least 0.",
     "np.maximum(0.0, 1 - t * z)", "1 - t * z"),
    ("the target left out", "1 − z is computed: the target belongs into the margin t z.",
     "np.maximum(0.0, 1 - t * z)", "np.maximum(0.0, 1 - z)"),
    ("targets 0 and 1", "The targets are taken for 0 and 1, and turned into −1 and 1 once more.",
     "np.asarray(t, dtype=float)", "2 * np.asarray(t, dtype=float) - 1"),
    ("the squared hinge", "The hinge is squared here.", "np.maximum(0.0, 1 - t * z)",
     "np.maximum(0.0, 1 - t * z) ** 2"),
    ("the mean of the losses", "The losses are averaged; one for each example was wanted.",
     "np.maximum(0.0, 1 - t * z)", "np.mean(np.maximum(0.0, 1 - t * z))"),
    ("divided by N", "The bars are divided by N. Each is the derivative of its own example's loss.",
     "np.where(t * z < 1, -t, 0.0)", "np.where(t * z < 1, -t, 0.0) / len(z)"),
    ("the bar times the loss", "The slope is multiplied by the loss; a line has one slope.",
     "np.where(t * z < 1, -t, 0.0)", "-t * np.maximum(0.0, 1 - t * z)"),
    ("no kink at the corner", "At the corner the bar is twice the slope.",
     "np.where(t * z < 1, -t, 0.0)", "np.where(t * z == 1, -2 * t, np.where(t * z < 1, -t, 0.0))"),
]:
    HINGE.slip(*mistake)


@HINGE.right("by mask, sloping at the corner")
def hinge(z, t):
    z, t = np.array(z, dtype=float), np.array(t, dtype=float)
    missing = 1 - t * z
    inside = missing >= 0
    return missing * inside, -t * inside


@HINGE.right("half at the corner")
def hinge(z, t):
    missing = 1 - np.multiply(t, z)
    return (missing + np.abs(missing)) / 2, -np.asarray(t) * (1 + np.sign(missing)) / 2


@HINGE.right("example by example, as lists")
def hinge(z, t):
    losses = [max(0, 1 - b * a) for a, b in zip(z, t, strict=True)]
    return losses, [-b if loss > 0 else 0 for b, loss in zip(t, losses, strict=True)]


@HINGE.right("clipped")
def hinge(z, t):
    losses = np.clip(1 - np.asarray(t) * np.asarray(z), 0, None)
    bars = np.zeros(len(losses))
    bars[losses > 0] = -np.asarray(t)[losses > 0]
    return [losses, bars]


@HINGE.right("by class")
def hinge(z, t):
    z, t = np.asarray(z, float), np.asarray(t)
    losses = np.where(t > 0, np.fmax(1 - z, 0), np.fmax(1 + z, 0))
    bars = np.select([(t > 0) & (z < 1), (t < 0) & (z > -1)], [-1.0, 1.0])
    return losses, bars


def draw_decisions(rng: np.random.Generator) -> list[Case]:
    boundary = rng.uniform(0.5, 2.0, 5) * rng.choice([-1, 1], 5)
    boundary[[1, 2]] = 0.0
    return [*draw_margins(rng), Case(BOUNDARY, (boundary, np.array([1, 1, -1, -1, 1])))]


ZERO_ONE = Question(
    "zero_one", ("zero_one",), draw_decisions,
    (
        Part("losses", 0.25, None, (*AWAY, LISTS),
             "1 where t and z have different signs, 0 elsewhere."),
        Part("on the boundary", 0.25, None, (BOUNDARY,), "A score of 0 decides nothing: it counts "
             "as a mistake, for both classes."),
    ),
    probe=twice,
)
for mistake in [
    ("hits for mistakes", "Hits are counted; the loss counts mistakes.",
     "<= 0, 1.0, 0.0", "<= 0, 0.0, 1.0"),
    ("no mistake on the boundary", "A score of 0 counts as right; t z ≤ 0 is a mistake.",
     "<= 0", "< 0"),
    ("the hinge's corner", "Mistakes are counted up to a margin of 1; they end at 0.",
     "<= 0,", "<= 1,"),
    ("the target left out", "Only the sign of z is looked at, not whether it is that of t.",
     "np.multiply(t, z)", "np.multiply(1, z)"),
    ("the number of mistakes", "The mistakes are added up; one loss for each example was wanted.",
     "np.where(np.multiply(t, z) <= 0, 1.0, 0.0)",
     "np.sum(np.where(np.multiply(t, z) <= 0, 1.0, 0.0))"),
    ("z equal to t", "z is compared with t; the sign of the score decides.",
     "np.multiply(t, z) <= 0", "np.not_equal(z, t)"),
    ("−1 for hits", "A hit counts −1; it counts 0.", "1.0, 0.0)", "1.0, -1.0)"),
    ("½ on the boundary", "A score of 0 counts as half a mistake; here it counts as one.",
     "np.where(np.multiply(t, z) <= 0, 1.0, 0.0)", "(1 - np.sign(np.multiply(t, z))) / 2"),
]:
    ZERO_ONE.slip(*mistake)


@ZERO_ONE.right("integers")
def zero_one(z, t):
    return (np.asarray(t) * np.asarray(z) <= 0).astype(int)


@ZERO_ONE.right("booleans")
def zero_one(z, t):
    return np.array(z) * np.array(t) <= 0


@ZERO_ONE.right("example by example, as a list")
def zero_one(z, t):
    return [0 if a * b > 0 else 1 for a, b in zip(z, t, strict=True)]


@ZERO_ONE.right("signs compared")
def zero_one(z, t):
    return 1.0 - (np.sign(z) == np.sign(t))


@ZERO_ONE.right("a step function")
def zero_one(z, t):
    return np.heaviside(-np.asarray(t, dtype=float) * z, 1.0)
