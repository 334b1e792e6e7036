"""How large the error signal is at each layer of a deep network."""

from itertools import pairwise

import numpy as np

from autograder.question import Case, Part, Question
from autograder.questions.training.drawing import LISTS

SHALLOW = "a few layers of different widths"
DEEP = "thirty layers"


def draw(rng: np.random.Generator) -> list[Case]:
    def case(kind, activation, widths, spread):
        weights = [rng.normal(0, spread / np.sqrt(before), (after, before))
                   for before, after in pairwise(widths)]
        return Case(kind, (weights, rng.normal(0, 1, widths[0]), activation,
                           rng.uniform(0.5, 2, widths[-1])))

    cases = [case(SHALLOW, activation, widths, 1.2)
             for activation, widths in [("sigmoid", (3, 5, 4, 2)), ("tanh", (4, 6, 3)),
                                        ("relu", (5, 12, 9, 4))]]
    cases.append(case(SHALLOW, "tanh", (4, 3), 1.0))
    cases.append(case(DEEP, "sigmoid", (6,) * 31, 1.0))
    cases.append(Case(LISTS, ([[[1, 2], [-1, 1], [2, 0]], [[1, -1, 1]]],
                              rng.permutation([1, 2]).tolist(), "tanh", [int(rng.integers(2, 9))])))
    return cases


def decades(case: Case, value) -> np.ndarray:
    """The sizes' logarithms, so that a tiny one counts as much as a large one.

    Raises:
        ValueError: They are not all positive numbers in a row.
    """
    sizes = np.asarray(value, dtype=float)
    if sizes.ndim != 1 or np.any(sizes < 0):
        raise ValueError("returned something else than a row of sizes")
    return np.log10(np.maximum(sizes, 1e-300))


GRADIENT_SIZES = Question(
    "gradient_sizes", ("gradient_sizes",), draw,
    (
        Part("a few layers", 0.5, kinds=(SHALLOW,), hint="From the last layer to the first: times "
             "φ′ at that layer, then through W_lᵀ. The size is the root of the mean square."),
        Part("thirty layers", 0.25, kinds=(DEEP,), hint="A signal of 10⁻²⁰ is a number like any "
             "other, if it is computed backward and not as a difference."),
        Part("lists", 0.25, kinds=(LISTS,), hint="np.asarray(W, dtype=float), and x likewise."),
    ),
    view=decades,
)
slip = GRADIENT_SIZES.slip
slip("no φ′", "The slopes of the activation are missing.",
     "W.T @ (bars[-1] * slopes[activation](h))", "W.T @ bars[-1]")
slip("the slope of the layer before", "The slope belongs to the layer's own output h_l, not to its "
     "input h_(l−1). With layers of equal width nothing complains.",
     "values[:0:-1]", "values[-2::-1]")
slip("a sum in place of the mean", "It is the length of the vector. The root mean square divides "
     "by the number of units, so that layers of different widths compare.",
     "np.mean(bar**2)", "np.sum(bar**2)")
slip("no root", "It is the mean square; the root is missing.",
     "np.sqrt(np.mean(bar**2))", "np.mean(bar**2)")
slip("the mean of the signal", "Positive and negative entries cancel in a mean: square them first.",
     "np.sqrt(np.mean(bar**2))", "abs(np.mean(bar))")
slip("the wrong way round", "The output's size comes first; it must be the input's.",
     "for bar in bars[::-1]", "for bar in bars")
slip("the output's signal left out", "There must be one size more than there are matrices: that of "
     "y_bar at the output is missing.", "for bar in bars[::-1]", "for bar in bars[:0:-1]")
slip("upstream signal ignored", "y_bar is not used.", "np.asarray(y_bar, dtype=float)",
     "np.ones(np.shape(y_bar))")
slip("always the slope of tanh", "1 − h² is the slope of tanh; the others have their own.",
     "slopes[activation](h)", "(1 - h**2)")
slip("ReLU passes everything", "The ReLU has slope 0 where its output is 0.",
     "lambda h: h > 0}", "lambda h: h >= 0}")
slip("sizes of the values", "These are the sizes of the values h; asked for are those of their "
     "bars.", "for bar in bars[::-1]", "for bar in values")


@GRADIENT_SIZES.wrong(
    "signals by finite differences", "The signals are differences. Small ones drown in rounding: "
    "go backward, layer by layer.")
def gradient_sizes(weights, x, activation, y_bar):
    functions = {"sigmoid": lambda z: (1 + np.tanh(z / 2)) / 2, "tanh": np.tanh,
                 "relu": lambda z: np.maximum(z, 0)}

    def end(h, start):
        for W in weights[start:]:
            h = functions[activation](np.asarray(W) @ h)
        return np.dot(y_bar, h)

    h, sizes = np.asarray(x, float), []
    for layer in range(len(weights) + 1):
        bar = [(end(h + e, layer) - end(h - e, layer)) / 2e-5 for e in 1e-5 * np.eye(len(h))]
        sizes.append(np.sqrt(np.mean(np.square(bar))))
        if layer < len(weights):
            h = functions[activation](np.asarray(weights[layer]) @ h)
    return sizes


@GRADIENT_SIZES.right("sums kept, slopes from z")
def gradient_sizes(weights, x, activation, y_bar):
    def squash(z):
        return 1 / (1 + np.exp(-z))

    phi = {"sigmoid": squash, "tanh": np.tanh, "relu": lambda z: z * (z > 0)}[activation]
    slope = {"sigmoid": lambda z: squash(z) * squash(-z), "tanh": lambda z: np.cosh(z) ** -2.0,
             "relu": lambda z: np.heaviside(z, 0)}[activation]
    h, sums = np.array(x, float), []
    for W in weights:
        sums.append(np.dot(W, h))
        h = phi(sums[-1])
    bar, sizes = np.array(y_bar, float), []
    for W, z in zip(reversed(weights), reversed(sums), strict=True):
        sizes.insert(0, np.linalg.norm(bar) / np.sqrt(len(bar)))
        bar = np.dot(bar * slope(z), W)
    return np.array([np.linalg.norm(bar) / np.sqrt(len(bar)), *sizes])


@GRADIENT_SIZES.right("recursion")
def gradient_sizes(weights, x, activation, y_bar):
    def passes(h, rest):
        if not rest:
            return np.asarray(y_bar, float), [np.sqrt(np.mean(np.square(y_bar)))]
        W = np.asarray(rest[0], float)
        z = W @ h
        if activation == "sigmoid":
            after = 1 / (1 + np.exp(-z))
            slope = after - after**2
        elif activation == "tanh":
            after = np.tanh(z)
            slope = (1 + after) * (1 - after)
        else:
            after, slope = np.where(z > 0, z, 0), np.where(z > 0, 1.0, 0.0)
        bar, sizes = passes(after, rest[1:])
        bar = W.T @ (slope * bar)
        return bar, [np.sqrt(np.mean(bar**2)), *sizes]

    return passes(np.asarray(x, float), list(weights))[1]


@GRADIENT_SIZES.right("a product of Jacobians, from the output")
def gradient_sizes(weights, x, activation, y_bar):
    h, jacobians = np.asarray(x, float), []
    for W in weights:
        z = np.asarray(W, float) @ h
        h = {"sigmoid": 0.5 + np.tanh(z / 2) / 2, "tanh": np.tanh(z),
             "relu": np.maximum(z, 0)}[activation]
        d = {"sigmoid": h * (1 - h), "tanh": 1 - h * h, "relu": np.sign(h)}[activation]
        jacobians.append(np.diag(d) @ W)
    bars = [np.asarray(y_bar, float)]
    while jacobians:
        bars.insert(0, bars[0] @ jacobians.pop())
    return [float((bar @ bar / bar.size) ** 0.5) for bar in bars]


@GRADIENT_SIZES.right("loops over units")
def gradient_sizes(weights, x, activation, y_bar):
    import math

    rules = {"sigmoid": (lambda z: 1 / (1 + math.exp(-z)), lambda h: h * (1 - h)),
             "tanh": (math.tanh, lambda h: 1 - h * h),
             "relu": (lambda z: max(z, 0.0), lambda h: float(h > 0))}
    value, slope = rules[activation]
    values = [list(x)]
    for W in weights:
        values.append([value(sum(w * h for w, h in zip(row, values[-1], strict=True)))
                       for row in W])
    bar, sizes = list(y_bar), []
    for layer in range(len(weights), -1, -1):
        sizes.append(math.sqrt(sum(b * b for b in bar) / len(bar)))
        if layer:
            z_bar = [b * slope(h) for b, h in zip(bar, values[layer], strict=True)]
            bar = [sum(weights[layer - 1][j][i] * z_bar[j] for j in range(len(z_bar)))
                   for i in range(len(values[layer - 1]))]
    return sizes[::-1]


@GRADIENT_SIZES.right("layers of a small class")
def gradient_sizes(weights, x, activation, y_bar):
    class Layer:
        def __init__(self, W):
            self.W = np.array(W, float)

        def forward(self, h):
            z = self.W @ h
            self.slope = {"sigmoid": lambda: np.exp(-z) / (1 + np.exp(-z)) ** 2,
                          "tanh": lambda: 1 - np.tanh(z) ** 2,
                          "relu": lambda: (z > 0) * 1.0}[activation]()
            return {"sigmoid": lambda: 1 / (1 + np.exp(-z)), "tanh": lambda: np.tanh(z),
                    "relu": lambda: z.clip(0)}[activation]()

        def backward(self, bar):
            return self.W.T @ (bar * self.slope)

    layers, h = [Layer(W) for W in weights], x
    for layer in layers:
        h = layer.forward(h)
    bars = [np.array(y_bar, float)]
    for layer in reversed(layers):
        bars.append(layer.backward(bars[-1]))
    return tuple(np.std(np.concatenate([bar, -bar])) for bar in reversed(bars))
