"""Cross-entropy with a softmax and with a logistic output: exact, and stable at ±1000."""

import numpy as np

from autograder.question import Case, Part, Question
from autograder.questions.mlp_backprop.drawing import (
    LISTS,
    ONE_EXAMPLE,
    ORDINARY,
    away_from_zero,
    whole,
)

TWO = "two classes"
HUGE = "logits as large as ±1000"
OFFSET = "examples whose logits are all near plus or minus a million"
LARGE = "scores near ±50"
STABLE = (HUGE, OFFSET)
CALM = (ORDINARY, ONE_EXAMPLE, TWO)
AS_ARRAYS = "np.asarray(values, dtype=float) makes a float array of a list."


def draw_logits(rng: np.random.Generator) -> list[Case]:
    """Cases with arguments (logits, labels)."""
    def pair(N, K):
        return away_from_zero(rng, (N, K), 0.3, 2.5), rng.integers(0, K, N)

    huge = np.array([[1000.0, -1000.0, 0.0, 3.0], [1000.0, -1000.0, -1000.0, -999.0],
                     [1000.0, 998.5, 1000.5, -1000.0], [0.0, 0.0, -1000.0, 1000.0],
                     [1000.0, 999.0, 2.0, 1.0]]) + rng.uniform(-0.4, 0.4, (5, 4))
    million = 1e6 * np.array([[1], [-1], [1], [-1]]) + np.round(
        away_from_zero(rng, (4, 3), 0.4, 2.0), 3)
    return [
        Case(ORDINARY, pair(5, 3)), Case(ORDINARY, pair(3, 6)), Case(ONE_EXAMPLE, pair(1, 4)),
        Case(TWO, pair(4, 2)), Case(LISTS, (whole(rng, (4, 3)), [2, 0, 1, 1])),
        Case(HUGE, (huge, np.array([0, 3, 1, 2, 2]))),
        Case(OFFSET, (million, rng.integers(0, 3, 4))),
    ]


def quietly(function, *arguments):
    """Asks twice, with NumPy's warnings turned into errors."""
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        function(*arguments)
        return function(*arguments)


SOFTMAX_CROSS_ENTROPY = Question(
    "softmax_cross_entropy", ("softmax_cross_entropy",), draw_logits,
    (
        Part("losses", 0.5, 0, CALM, "−z at the label, plus the logarithm of the sum of e^z over "
             "the row."),
        Part("bars", 1.0, 1, CALM, "Row by row: the probabilities, and at the label one less."),
        Part("losses, stable", 0.25, 0, STABLE, "Subtract the largest logit of the row first, and "
             "take no logarithm of a probability."),
        Part("bars, stable", 0.5, 1, STABLE, "Subtract the largest logit of the row before exp."),
        Part(LISTS, 0.25, 0, (LISTS,), AS_ARRAYS),
    ),
    probe=quietly,
)

for mistake in [
    ("overflow in exp", "exp of a large logit overflows, or those of a whole row become 0. From "
     "each row subtract its own largest logit first.",
     " - logits.max(axis=1, keepdims=True)", " * 1.0"),
    ("the largest logit of the whole batch", "The largest logit of the whole batch is subtracted. "
     "In a row that lies far below it all exponentials become 0.",
     "logits.max(axis=1, keepdims=True)", "logits.max()"),
    ("the logarithm of a zero probability", "p has become 0 before the logarithm is taken.",
     "log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))",
     "log_p = np.log(np.exp(shifted) / np.sum(np.exp(shifted), axis=1, keepdims=True))"),
    ("a masking + 1e-8", "A small constant is added inside the logarithm: losses near 0 become "
     "negative, and large ones are cut off.",
     "log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))",
     "log_p = np.log(np.exp(shifted) / np.sum(np.exp(shifted), axis=1, keepdims=True) + 1e-8)"),
    ("softmax over the whole batch", "The exponentials are summed over the whole batch; each row "
     "is an example of its own.", "np.sum(np.exp(shifted), axis=1, keepdims=True)",
     "np.sum(np.exp(shifted))"),
    ("softmax over the wrong axis", "The exponentials are summed over the examples; sum over the "
     "classes, axis 1.", "np.sum(np.exp(shifted), axis=1, keepdims=True)",
     "np.sum(np.exp(shifted), axis=0, keepdims=True)"),
    ("sign (t − p)", "The sign of the bars is turned: they are p minus one-hot.",
     "    bars[rows, labels] -= 1", "    bars[rows, labels] -= 1\n    bars = -bars"),
    ("no one-hot", "The bars are the probabilities alone; at the label 1 is to be subtracted.",
     "    bars[rows, labels] -= 1\n", ""),
    ("1 subtracted everywhere", "1 is subtracted in whole columns, for every example; "
     "A[np.arange(N), labels] picks one entry from each row.",
     "bars[rows, labels] -= 1", "bars[:, labels] -= 1"),
    ("the softmax Jacobian as diagonal", "The bars are p (1 − p) times −1/p at the label: the "
     "softmax's Jacobian is not diagonal. Every logit acts on every probability.",
     "    bars[rows, labels] -= 1", "    bars[rows, labels] -= 1\n"
     "    bars = np.where(np.arange(bars.shape[1]) == np.reshape(labels, (-1, 1)), bars, 0.0)"),
    ("an extra σ′", "The bars are multiplied by p (1 − p) once more. With the cross-entropy this "
     "factor has cancelled.", "    bars[rows, labels] -= 1",
     "    p = bars.copy()\n    bars[rows, labels] -= 1\n    bars = bars * p * (1 - p)"),
    ("sign of the losses", "The losses are ln p; the cross-entropy is −ln p.",
     "return -log_p", "return log_p"),
    ("logarithm to the base 2", "The logarithm is to the base 2; the natural one is meant.",
     "return -log_p[rows, labels]", "return -log_p[rows, labels] / np.log(2)"),
    ("the mean of the losses", "The losses are averaged; one for each example was wanted.",
     "return -log_p[rows, labels]", "return -np.mean(log_p[rows, labels])"),
    ("divided by N", "The bars are divided by N. Each row is the derivative of its own example's "
     "loss.", "], bars\n", "], bars / len(bars)\n"),
    ("the squared error of p", "The bars are those of a squared error on p.",
     "], bars\n", "], bars - np.sum(bars * np.exp(log_p), axis=1, keepdims=True)\n"),
    ("labels counted from 1", "Labels count from 0.", "[rows, labels] -= 1",
     "[rows, np.subtract(labels, 1)] -= 1"),
]:
    SOFTMAX_CROSS_ENTROPY.slip(*mistake[:2], mistake[2].rstrip("\n"), mistake[3].rstrip("\n"))


@SOFTMAX_CROSS_ENTROPY.wrong("mutated inputs", "The bars are computed inside the caller's own "
                             "array of logits, which are lost by that.")
def softmax_cross_entropy(logits, labels):
    logits -= np.max(logits, axis=1, keepdims=True)
    rows = np.arange(len(logits))
    losses = np.log(np.sum(np.exp(logits), axis=1)) - logits[rows, labels]
    bars = np.exp(logits, out=logits if logits.dtype == float else None)
    bars /= np.sum(bars, axis=1, keepdims=True)
    bars[rows, labels] -= 1
    return losses, bars


@SOFTMAX_CROSS_ENTROPY.wrong("gradients by finite differences", "The bars are difference "
                             "quotients. They lose their digits when the logits are large.")
def softmax_cross_entropy(logits, labels):
    def losses(logits):
        shifted = logits - logits.max(axis=1, keepdims=True)
        return (np.log(np.sum(np.exp(shifted), axis=1))
                - shifted[np.arange(len(logits)), labels])

    logits, step = np.array(logits, dtype=float), 1e-5
    bars = np.zeros(logits.shape)
    for k in range(logits.shape[1]):
        above, below = logits.copy(), logits.copy()
        above[:, k] += step
        below[:, k] -= step
        bars[:, k] = (losses(above) - losses(below)) / (2 * step)
    return losses(logits), bars


@SOFTMAX_CROSS_ENTROPY.right("one-hot targets")
def softmax_cross_entropy(logits, labels):
    logits = np.array(logits, dtype=float)
    one_hot = np.eye(logits.shape[1])[np.asarray(labels)]
    top = logits.max(axis=1)
    weights = np.exp(logits - top[:, None])
    total = weights.sum(axis=1)
    losses = np.log(total) + top - np.sum(one_hot * logits, axis=1)
    return losses, weights / total[:, None] - one_hot


@SOFTMAX_CROSS_ENTROPY.right("logaddexp")
def softmax_cross_entropy(logits, labels):
    z = np.asarray(logits, dtype=float)
    log_p = z - np.logaddexp.reduce(z, axis=1)[:, None]
    bars = np.exp(log_p)
    losses = []
    for n, label in enumerate(labels):
        losses.append(-log_p[n, label])
        bars[n, label] -= 1.0
    return losses, bars


@SOFTMAX_CROSS_ENTROPY.right("example by example")
def softmax_cross_entropy(logits, labels):
    import math

    losses, bars = [], []
    for row, label in zip(logits, labels, strict=True):
        top = max(row)
        total = sum(math.exp(value - top) for value in row)
        losses.append(top - row[label] + math.log(total))
        bars.append([math.exp(value - top) / total - (k == label) for k, value in enumerate(row)])
    return losses, bars


@SOFTMAX_CROSS_ENTROPY.right("differences to the label's logit")
def softmax_cross_entropy(logits, labels):
    z = np.array(logits, float)
    rows = np.arange(len(z))
    others = z - z[rows, labels][:, None]
    top = others.max(axis=1, keepdims=True)
    log_total = top + np.log(np.exp(others - top).sum(axis=1, keepdims=True))
    bars = np.exp(others - log_total)
    np.subtract.at(bars, (rows, labels), 1)
    return [log_total.ravel(), bars]


@SOFTMAX_CROSS_ENTROPY.right("the Jacobian of the softmax written out, stable")
def softmax_cross_entropy(logits, labels):
    z = np.asarray(logits, float)
    z = z - np.max(z, axis=-1)[:, np.newaxis]
    e = np.exp(z)
    s = np.einsum("nk->n", e)
    losses = np.log(s) - np.take_along_axis(z, np.reshape(labels, (-1, 1)), axis=1)[:, 0]
    target = np.arange(z.shape[1]) == np.reshape(labels, (-1, 1))
    return losses, e / s.reshape(-1, 1) - target.astype(float)


def draw_scores(rng: np.random.Generator) -> list[Case]:
    """Cases with arguments (z, t)."""
    def pair(N):
        z = away_from_zero(rng, N, 0.3, 2.5)
        z[0] = rng.uniform(0.3, 0.8)
        return z, np.resize(rng.permutation([0, 1]), N)

    shift = rng.uniform(-0.4, 0.4, 6)
    return [
        Case(ORDINARY, pair(5)), Case(ORDINARY, pair(4)), Case(ONE_EXAMPLE, pair(1)),
        Case(LISTS, ([2, -1, 3, -2], [0, 1, 1, 0])),
        Case(LARGE, (np.array([50.0, -50.0, 50.0, -50.0]) + shift[:4], np.array([0, 1, 1, 0]))),
        Case(HUGE, (np.array([1000.0, 1000.0, -1000.0, -1000.0, 30.0, -30.0]) + shift,
                    np.array([0, 1, 0, 1, 0, 1]))),
    ]


CALM_SCORES = (ORDINARY, ONE_EXAMPLE)
LOGISTIC_CROSS_ENTROPY = Question(
    "logistic_cross_entropy", ("logistic_cross_entropy",), draw_scores,
    (
        Part("losses", 0.375, 0, CALM_SCORES, "−t ln y − (1 − t) ln(1 − y) with y = σ(z)."),
        Part("bars", 0.5, 1, CALM_SCORES, "Most of the factors cancel: what is left of "
             "z̄ = ȳ σ′(z)?", (ORDINARY,)),
        Part("losses, stable", 0.25, 0, (LARGE, HUGE),
             "ln(1 + e^z) = max(z, 0) + ln(1 + e^(−|z|))."),
        Part("bars, stable", 0.25, 1, (LARGE, HUGE), "σ with e^(−|z|), as in notebook 1.",
             (HUGE,)),
        Part(LISTS, 0.125, 0, (LISTS,), AS_ARRAYS),
    ),
    probe=quietly,
)

LOSSES = "losses = np.maximum(z, 0) - t * z + np.log1p(decay)"
BARS = "np.where(z >= 0, 1, decay) / (1 + decay) - t"
for mistake in [
    ("overflow in exp", "exp is taken of large numbers and overflows. Use e^(−|z|), which is never "
     "large.", LOSSES, "losses = np.log1p(np.exp(z)) - t * z"),
    ("the logarithm of 0", "y or 1 − y has been rounded to 0 before the logarithm is taken.",
     LOSSES, "y = np.where(z >= 0, 1, decay) / (1 + decay)\n"
     "    losses = -t * np.log(y) - (1 - t) * np.log(1 - y)"),
    ("a masking + 1e-8", "A small constant is added inside the logarithms: large losses are cut "
     "off, and all are a little wrong.", LOSSES,
     "y = np.where(z >= 0, 1, decay) / (1 + decay)\n"
     "    losses = -t * np.log(y + 1e-8) - (1 - t) * np.log(1 - y + 1e-8)"),
    ("cut off", "z is cut off at ±15 first, so the loss stops growing there.",
     "z, t = np.asarray(z, dtype=float)", "z, t = np.clip(np.asarray(z, dtype=float), -15, 15)"),
    ("an extra σ′", "The bars carry a factor σ′(z), as with the squared error; with the "
     "cross-entropy it cancels.", BARS,
     "(np.where(z >= 0, 1, decay) / (1 + decay) - t) * decay / (1 + decay) ** 2"),
    ("ȳ for z̄", "This is the derivative with respect to y; it must still be multiplied by σ′(z).",
     BARS, "((np.where(z >= 0, 1, decay) / (1 + decay)) - t) * (1 + decay) ** 2 "
     "/ np.maximum(decay, 1e-300)"),
    ("sign (t − y)", "The sign of the bars is turned: they are y − t.", BARS, f"-({BARS})"),
    ("z for y", "The bars are z − t; the prediction is y = σ(z).", BARS, "z - t"),
    ("the targets exchanged", "The two terms of the loss are exchanged: t belongs to ln y.",
     "- t * z +", "- (1 - t) * z +"),
    ("one term alone", "Only −t ln y is there: examples with t = 0 have no loss.", LOSSES,
     "losses = t * (np.maximum(-z, 0) + np.log1p(decay))"),
    ("sign of the losses", "The losses are negative: the minus sign is missing.",
     "return losses", "return -losses"),
    ("targets −1 and 1", "The targets are taken for −1 and 1; here they are 0 and 1.",
     "np.asarray(t, dtype=float)", "(1 + np.asarray(t, dtype=float)) / 2"),
    ("the mean of the losses", "The losses are averaged; one for each example was wanted.",
     "return losses", "return np.mean(losses)"),
    ("divided by N", "The bars are divided by N. Each is the derivative of its own example's loss.",
     BARS, f"({BARS}) / len(z)"),
    ("logarithm to the base 2", "The logarithm is to the base 2; the natural one is meant.",
     "return losses", "return losses / np.log(2)"),
]:
    LOGISTIC_CROSS_ENTROPY.slip(*mistake)


@LOGISTIC_CROSS_ENTROPY.wrong("gradients by finite differences", "The bars are difference "
                              "quotients of the losses. They are near, but they are not exact.")
def logistic_cross_entropy(z, t):
    z, t = np.asarray(z, dtype=float), np.asarray(t, dtype=float)

    def losses(z):
        return np.maximum(z, 0) - t * z + np.log1p(np.exp(-np.abs(z)))

    return losses(z), (losses(z + 1e-5) - losses(z - 1e-5)) / 2e-5


@LOGISTIC_CROSS_ENTROPY.right("logaddexp and the tanh form")
def logistic_cross_entropy(z, t):
    z, t = np.asarray(z, float), np.asarray(t, float)
    return np.logaddexp(0, z) - t * z, 0.5 * (1 + np.tanh(z / 2)) - t


@LOGISTIC_CROSS_ENTROPY.right("with the sign of the target")
def logistic_cross_entropy(z, t):
    sign = 2 * np.asarray(t) - 1
    margin = sign * np.asarray(z, float)
    return np.logaddexp(0, -margin), -sign * np.exp(-np.logaddexp(0, margin))


@LOGISTIC_CROSS_ENTROPY.right("a softmax of two classes")
def logistic_cross_entropy(z, t):
    logits = np.stack([np.zeros(len(z)), np.asarray(z, dtype=float)], axis=1)
    losses, bars = softmax_cross_entropy(logits, np.asarray(t))
    return losses, bars[:, 1]


@LOGISTIC_CROSS_ENTROPY.right("example by example, as lists")
def logistic_cross_entropy(z, t):
    import math

    losses, bars = [], []
    for score, target in zip(z, t, strict=True):
        small = math.exp(-abs(score))
        y = 1 / (1 + small) if score >= 0 else small / (1 + small)
        losses.append(max(score, 0) - score * target + math.log1p(small))
        bars.append(y - target)
    return losses, bars


@LOGISTIC_CROSS_ENTROPY.right("by class, with masks")
def logistic_cross_entropy(z, t):
    z, yes = np.array(z, float), np.array(t) == 1
    x = np.where(yes, -z, z)
    losses = np.where(x > 0, x, 0) + np.log1p(np.exp(-abs(x)))
    small = np.exp(-abs(x))
    wrong = np.where(x > 0, 1, small) / (1 + small)
    return [losses, np.where(yes, -wrong, wrong)]
