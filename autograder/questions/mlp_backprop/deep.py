"""Networks of any depth, and what they cost."""

import itertools

import numpy as np

from autograder.question import Case, Part, Question, twice
from autograder.questions.mlp_backprop.drawing import (
    LISTS,
    ONE_EXAMPLE,
    away_from_zero,
    whole,
)

SIGMOID, TANH, RELU = "three layers of sigmoid", "three layers of tanh", "three layers of relu"
FIVE = "five layers"
EQUAL = "layers of equal width"
ONE_LAYER = "a single layer"
FAR = "large numbers"
DEEP = (SIGMOID, TANH, RELU, FIVE, EQUAL, ONE_EXAMPLE)


def layers(rng: np.random.Generator, *sizes: int, numbers=away_from_zero) -> list:
    """A list of (W, b) for these numbers of units, inputs first."""
    return [(numbers(rng, (to, of)), numbers(rng, (to,)))
            for of, to in itertools.pairwise(sizes)]


def draw(rng: np.random.Generator) -> list[Case]:
    """Cases with arguments (params, X, activation, Y_bar)."""
    def case(kind, activation, N, *sizes, numbers=away_from_zero):
        params = layers(rng, *sizes, numbers=numbers)
        return Case(kind, (params, numbers(rng, (N, sizes[0])), activation,
                           numbers(rng, (N, sizes[-1]))))

    cases = [
        case(SIGMOID, "sigmoid", 6, 3, 4, 5, 2), case(TANH, "tanh", 5, 2, 4, 3, 6),
        case(RELU, "relu", 7, 4, 6, 5, 3), case(FIVE, "tanh", 3, 2, 4, 5, 3, 4, 2),
        case(EQUAL, "sigmoid", 4, 3, 3, 3, 3), case(ONE_EXAMPLE, "relu", 1, 3, 6, 5, 2),
        case(ONE_LAYER, "tanh", 4, 3, 2),
        case(LISTS, "sigmoid", 4, 3, 2, 5, numbers=whole),
    ]
    # a far last bias drowns small steps of a finite difference, large inputs forbid long ones
    (W, b), (last, _) = layers(rng, 2, 3, 4)
    X = away_from_zero(rng, (5, 2), 2000.0, 4000.0)
    cases.append(Case(FAR, ([(W / 3000.0, b), (last, np.full(4, 1e5))], X, "tanh",
                            away_from_zero(rng, (5, 4)))))
    return cases


def draw_forward(rng: np.random.Generator) -> list[Case]:
    """The same without upstream bars."""
    return [Case(case.kind, case.arguments[:3]) for case in draw(rng) if case.kind != FAR]


DEEP_FORWARD = Question(
    "deep_forward", ("deep_forward",), draw_forward,
    (
        Part("sigmoid and tanh", 0.5, None, (SIGMOID, TANH, FIVE, EQUAL),
             "An activation between any two layers, none after the last."),
        Part("relu", 0.5, None, (RELU, ONE_EXAMPLE), "max(0, z), entry by entry."),
        Part(ONE_LAYER, 0.25, None, (ONE_LAYER,), "A network of one layer has no activation."),
        Part(LISTS, 0.25, None, (LISTS,), "np.transpose and np.asarray take lists too."),
    ),
    probe=twice,
)
for mistake in [
    ("an activation after the last layer", "There is an activation after the last layer too.",
     "    return X @ np.transpose(W) + b", "    return apply(X @ np.transpose(W) + b)"),
    ("no activation", "There is no activation between the layers: all of them are one linear map.",
     "X = apply(X @ np.transpose(W) + b)", "X = X @ np.transpose(W) + b"),
    ("an activation of the inputs", "The activation is applied to the inputs of each layer, those "
     "of the network included.", "    for W, b in params[:-1]:", "    X = apply(np.asarray(X))\n"
     "    for W, b in params[:-1]:"),
    ("no bias", "The biases of the hidden layers are missing.",
     "apply(X @ np.transpose(W) + b)", "apply(X @ np.transpose(W))"),
    ("always sigmoid", "The argument activation is not used.", "[activation]", '["sigmoid"]'),
    ("the last layer left out", "The last layer is left out.",
     "    return X @ np.transpose(W) + b", "    return X"),
    ("the layers in reverse order", "The layers are taken from the last to the first.",
     "in params[:-1]", "in params[-2::-1]"),
    ("hard-coded depth", "It works for three layers only.", "in params[:-1]:",
     "in (params[0], params[1]):"),
    ("transpose done as reshape", "reshape does not turn a matrix: it keeps the order of the "
     "numbers.", "apply(X @ np.transpose(W) + b)",
     "apply(X @ np.reshape(W, np.shape(W)[::-1]) + b)"),
    ("the absolute value for ReLU", "|z| stands where max(0, z) belongs.", "np.maximum(Z, 0)",
     "np.abs(Z)"),
    ("ReLU turned round", "min(0, z) stands where max(0, z) belongs.",
     "np.maximum(Z, 0)", "np.minimum(Z, 0)"),
    ("ReLU cut off at 1", "The ReLU cuts off at 1.", "np.maximum(Z, 0)", "np.clip(Z, 0, 1)"),
    ("the same layer again", "The first layer is used in place of the last.",
     "    W, b = params[-1]", "    W, b = params[0]"),
    ("arrays only", "Lists have no .T: np.transpose takes both.",
     "apply(X @ np.transpose(W) + b)", "apply(X @ W.T + b)"),
]:
    DEEP_FORWARD.slip(*mistake)


@DEEP_FORWARD.wrong("mutated inputs", "The last layer is taken out of the caller's own list.")
def deep_forward(params, X, activation):
    apply = {"sigmoid": logistic, "tanh": np.tanh,
             "relu": lambda Z: np.maximum(Z, 0)}[activation]
    last = params.pop()
    for W, b in params:
        X = apply(X @ np.transpose(W) + b)
    return X @ np.transpose(last[0]) + last[1]


@DEEP_FORWARD.right("activation before each layer but the first")
def deep_forward(params, X, activation):
    signal = np.asarray(X, dtype=float)
    for place, (W, b) in enumerate(params):
        if place > 0:
            if activation == "relu":
                signal = signal * (signal > 0)
            elif activation == "tanh":
                signal = np.tanh(signal)
            else:
                signal = 1 / (1 + np.exp(-signal))
        signal = signal @ np.asarray(W, dtype=float).T + np.asarray(b)
    return signal


@DEEP_FORWARD.right("recursion")
def deep_forward(params, X, activation):
    (W, b), *others = params
    Z = np.einsum("nd,kd->nk", X, W) + b
    if not others:
        return Z
    apply = {"sigmoid": lambda Z: (1 + np.tanh(Z / 2)) / 2, "tanh": np.tanh,
             "relu": lambda Z: np.where(Z > 0, Z, 0)}
    return deep_forward(others, apply[activation](Z), activation)


@DEEP_FORWARD.right("example by example, as lists")
def deep_forward(params, X, activation):
    outputs = []
    for x in X:
        for k, (W, b) in enumerate(params):
            x = [bias + sum(w * v for w, v in zip(row, x, strict=True))
                 for row, bias in zip(W, b, strict=True)]
            if k < len(params) - 1:
                x = [float(logistic(v)) if activation == "sigmoid" else float(np.tanh(v))
                     if activation == "tanh" else max(v, 0) for v in x]
        outputs.append(x)
    return outputs


@DEEP_FORWARD.right("examples in columns")
def deep_forward(params, X, activation):
    apply = {"sigmoid": logistic, "tanh": np.tanh, "relu": lambda Z: np.maximum(0, Z)}[activation]
    *hidden, (W, b) = [(np.array(W), np.array(b)) for W, b in params]
    A = np.transpose(X)
    for V, c in hidden:
        A = apply(V @ A + c[:, None])
    return (W @ A + b[:, None]).T


@DEEP_FORWARD.right("reduce, with the bias as one more input")
def deep_forward(params, X, activation):
    import functools

    apply = dict(sigmoid=logistic, tanh=np.tanh, relu=lambda Z: (Z + abs(Z)) / 2)[activation]

    def linear(A, layer):
        return np.column_stack([A, np.ones(len(A))]) @ np.column_stack(layer).T

    return functools.reduce(lambda A, layer: linear(apply(A), layer), params[1:],
                            linear(X, params[0]))


def of_each_layer(case: Case, value):
    """The gradients under the names that the parts pick."""
    depth = len(case.arguments[0])
    if not (isinstance(value, (list, tuple)) and len(value) == depth):
        raise ValueError(f"returned something else than a list of {depth} pairs, one a layer")
    for pair in value:
        if not (isinstance(pair, (list, tuple)) and len(pair) == 2):
            raise ValueError("returned a list whose entries are not pairs (W_bar, b_bar)")
    named = {"last W": value[-1][0], "last b": value[-1][1],
             "first W": value[0][0], "first b": value[0][1]}
    if depth > 2:
        named |= {"middle W": value[-2][0], "middle b": value[-2][1]}
    return named


DEEP_BACKWARD = Question(
    "deep_backward", ("deep_backward",), draw,
    (
        Part("W_bar of the last layer", 0.5, "last W", (*DEEP, ONE_LAYER, FAR),
             "linear_vjp with Y_bar and with what went into the last layer."),
        Part("b_bar of the last layer", 0.25, "last b", (*DEEP, ONE_LAYER, FAR),
             "Y_bar, summed over the examples."),
        Part("W_bar of a hidden layer", 0.75, "middle W", DEEP,
             "Its upstream bar has passed the last layer and one activation."),
        Part("b_bar of a hidden layer", 0.25, "middle b", DEEP,
             "Its upstream bar has passed the last layer and one activation."),
        Part("W_bar of the first layer", 0.75, "first W", (*DEEP, ONE_LAYER, FAR),
             "What went into the first layer is X."),
        Part("b_bar of the first layer", 0.25, "first b", (*DEEP, ONE_LAYER, FAR),
             "The upstream bar of the first layer, summed over the examples."),
        Part(LISTS, 0.25, "first W", (LISTS,), "np.transpose and np.asarray take lists too."),
    ),
    follows=("linear_vjp", "sigmoid_vjp", "tanh_vjp", "relu_vjp"),
    probe=twice, view=of_each_layer,
)
VJP = "            Z_bar = vjp(X_bar, zs.pop())"
for mistake in [
    ("no activation on the way back", "The bars pass from layer to layer without the activation's "
     "VJP.", VJP, "            Z_bar = X_bar"),
    ("an activation after the last layer", "The upstream bar passes an activation before the last "
     "layer; there is none after it.", "    bars, Z_bar = [], Y_bar",
     "    W, b = params[-1]\n    bars, Z_bar = [], vjp(Y_bar, inputs[-1] @ np.transpose(W) + b)"),
    ("upstream signal ignored", "Y_bar is not used: the backward pass starts with ones.",
     "bars, Z_bar = [], Y_bar", "bars, Z_bar = [], np.ones(np.shape(Y_bar))"),
    ("the inputs in forward order", "Each layer is paired with the input of another one: going "
     "back, the inputs must come from the end too.", "inputs.pop()", "inputs.pop(0)"),
    ("the gradients in reverse order", "The list begins with the last layer; the first layer was "
     "wanted first.", "bars.insert(0, (W_bar, b_bar))", "bars.append((W_bar, b_bar))"),
    ("z for the input of a layer", "z is remembered as the input of the next layer; it is the "
     "activation of z.", "inputs.append(apply(zs[-1]))",
     "inputs.append(zs[-1]) if len(zs) == 1 else inputs.append(apply(zs[-1]))"),
    ("always sigmoid", "The argument activation is not used.", "[activation]", '["sigmoid"]'),
    ("the bar without the weights", "The signal is not passed through the weights.",
     "X_bar, W_bar, b_bar = linear_vjp(Z_bar, inputs.pop(), W)",
     "X_bar, W_bar, b_bar = linear_vjp(Z_bar, inputs.pop(), np.ones(np.shape(W)))"),
    ("a transposed weight gradient", "The weight gradients are turned.",
     "(W_bar, b_bar))", "(np.transpose(W_bar), b_bar))"),
    ("bias gradient not summed", "The bias gradients have a row for each example.",
     "(W_bar, b_bar))", "(W_bar, np.array(Z_bar)))"),
    ("divided by N", "The gradients are divided by N; whether there is a mean is the loss's "
     "business, and is in Y_bar already.", "(W_bar, b_bar))",
     "(np.divide(W_bar, len(X)), np.divide(b_bar, len(X))))"),
    ("the first layer left out", "The gradient of the first layer is missing.",
     "    return bars", "    return bars[1:]"),
    ("weights already updated when used", "Each layer's weights are updated before the signal goes "
     "back through them.", "linear_vjp(Z_bar, inputs.pop(), W)",
     "linear_vjp(Z_bar, inputs[-1], W - 0.1 * linear_vjp(Z_bar, inputs.pop(), W)[1])"),
]:
    DEEP_BACKWARD.slip(*mistake)
DEEP_BACKWARD.slip(
    "the activation's VJP at h", "The activation's VJP is given h; it wants z.",
    "    inputs, zs = [X], []",
    "    at_z = vjp\n    vjp = lambda bar, z: at_z(bar, apply(z))\n    inputs, zs = [X], []")


@DEEP_BACKWARD.wrong("mutated inputs", "The layers are taken out of the caller's own list.")
def deep_backward(params, X, activation, Y_bar):
    apply, vjp = {"sigmoid": (logistic, sigmoid_vjp), "tanh": (np.tanh, tanh_vjp),
                  "relu": (lambda Z: np.maximum(Z, 0), relu_vjp)}[activation]
    inputs, zs = [X], []
    for W, b in params[:-1]:
        zs.append(inputs[-1] @ np.transpose(W) + b)
        inputs.append(apply(zs[-1]))
    bars = []
    while len(params) > 1:
        W, b = params.pop()
        X_bar, *pair = linear_vjp(Y_bar, inputs.pop(), W)
        bars.append(tuple(pair))
        Y_bar = vjp(X_bar, zs.pop())
    bars.append(linear_vjp(Y_bar, inputs.pop(), params[0][0])[1:])
    return bars[::-1]


@DEEP_BACKWARD.wrong("gradients by finite differences", "These are difference quotients: near the "
                     "gradient until the numbers are large, and two forward passes a parameter.")
def deep_backward(params, X, activation, Y_bar):
    step = 1e-6
    params = [tuple(np.array(part, dtype=float) for part in layer) for layer in params]

    def value():
        return np.sum(np.asarray(deep_forward(params, X, activation)) * np.asarray(Y_bar))

    bars = []
    for layer in params:
        pair = []
        for part in layer:
            bar = np.zeros(part.shape)
            for index in np.ndindex(part.shape):
                kept = part[index]
                part[index] = kept + step
                above = value()
                part[index] = kept - step
                bar[index] = (above - value()) / (2 * step)
                part[index] = kept
            pair.append(bar)
        bars.append(tuple(pair))
    return bars


@DEEP_BACKWARD.right("all formulas in one place")
def deep_backward(params, X, activation, Y_bar):
    apply = {"sigmoid": logistic, "tanh": np.tanh, "relu": lambda Z: np.maximum(Z, 0)}[activation]
    slope = {"sigmoid": lambda H: H * (1 - H), "tanh": lambda H: 1 - H**2,
             "relu": lambda H: H > 0}[activation]
    kept = [np.asarray(X, dtype=float)]
    for W, b in params[:-1]:
        kept.append(apply(kept[-1] @ np.transpose(W) + b))
    bar, found = np.asarray(Y_bar, dtype=float), [None] * len(params)
    for k in range(len(params) - 1, -1, -1):
        found[k] = bar.T @ kept[k], bar.sum(axis=0)
        if k:
            bar = bar @ np.asarray(params[k][0]) * slope(kept[k])
    return found


@DEEP_BACKWARD.right("recursion")
def deep_backward(params, X, activation, Y_bar):
    vjp = {"sigmoid": sigmoid_vjp, "tanh": tanh_vjp, "relu": relu_vjp}[activation]

    def back(k, inputs):
        W, b = params[k]
        Z = np.asarray(inputs) @ np.transpose(W) + b
        if k == len(params) - 1:
            Z_bar, later = np.asarray(Y_bar, dtype=float), []
        else:
            H = {"sigmoid": logistic, "tanh": np.tanh,
                 "relu": lambda Z: Z * (Z > 0)}[activation](Z)
            H_bar, later = back(k + 1, H)
            Z_bar = vjp(H_bar, Z)
        X_bar, W_bar, b_bar = linear_vjp(Z_bar, inputs, W)
        return X_bar, [[W_bar, b_bar], *later]

    return back(0, X)[1]


@DEEP_BACKWARD.right("a tape of closures")
def deep_backward(params, X, activation, Y_bar):
    tape, A = [], np.array(X, float)
    for k, (W, b) in enumerate(params):
        tape.append(("linear", lambda bar, A=A, W=W: linear_vjp(bar, A, W)))
        A = A @ np.array(W).T + b
        if k < len(params) - 1:
            rule = {"sigmoid": sigmoid_vjp, "tanh": tanh_vjp, "relu": relu_vjp}[activation]
            tape.append((activation, lambda bar, Z=A, rule=rule: rule(bar, Z)))
            A = {"sigmoid": logistic, "tanh": np.tanh,
                 "relu": lambda Z: np.where(Z > 0, Z, 0)}[activation](A)
    found, bar = [], np.array(Y_bar, float)
    for kind, rule in reversed(tape):
        if kind == "linear":
            bar, *pair = rule(bar)
            found.append(tuple(pair))
        else:
            bar = rule(bar)
    return found[::-1]


@DEEP_BACKWARD.right("example by example")
def deep_backward(params, X, activation, Y_bar):
    vjp = {"sigmoid": sigmoid_vjp, "tanh": tanh_vjp, "relu": relu_vjp}[activation]
    total = [(np.zeros(np.shape(W)), np.zeros(np.shape(b))) for W, b in params]
    for n in range(len(X)):
        steps = [np.array(X[n], float)]
        zs = []
        for W, b in params:
            zs.append(np.dot(W, steps[-1]) + b)
            h = {"sigmoid": logistic, "tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}
            steps.append(h[activation](zs[-1]))
        bar = np.array(Y_bar[n], float)
        for k in reversed(range(len(params))):
            total[k][0][...] += np.outer(bar, steps[k])
            total[k][1][...] += bar
            if k:
                bar = vjp(np.dot(bar, params[k][0]), zs[k - 1])
    return total


@DEEP_BACKWARD.right("einsum, as lists of lists")
def deep_backward(params, X, activation, Y_bar):
    apply, vjp = {"sigmoid": (logistic, sigmoid_vjp), "tanh": (np.tanh, tanh_vjp),
                  "relu": (lambda Z: np.clip(Z, 0, None), relu_vjp)}[activation]
    A, Zs = [X], []
    for W, b in params:
        Zs.append(np.einsum("nd,kd->nk", A[-1], W) + b)
        A.append(apply(Zs[-1]))
    bar, out = Y_bar, []
    for k in range(1, len(params) + 1):
        out.append([np.einsum("nk,nd->kd", bar, A[-k - 1]).tolist(), np.sum(bar, axis=0).tolist()])
        if k < len(params):
            bar = vjp(np.einsum("nk,kd->nd", bar, params[-k][0]), Zs[-k - 1])
    return list(reversed(out))
