"""The cost of a batch and its gradient."""

import numpy as np

from autograder.question import Case, Part, Question, twice
from autograder.questions.mlp_backprop.drawing import (
    LISTS,
    SHAPED,
    WIDE,
    away_from_zero,
    batches,
    parameters,
)

MLP_COST = Question(
    "mlp_cost", ("mlp_cost",), batches,
    (
        Part("the cost", 0.75, None, SHAPED,
             "E is one number: for each example half the sum of squares over the outputs, then "
             "the mean over the examples."),
        Part(LISTS, 0.25, None, (LISTS,), "np.transpose and np.asarray take lists too."),
    ),
    probe=twice,
)

for mistake in [
    ("never divided by N", "This is the sum over the examples; E is the mean.",
     " / len(Y)", ""),
    ("the mean over the outputs too", "It is averaged over the outputs as well. Only the examples "
     "are averaged; the loss of one example is a sum over its outputs.",
     " / len(Y)", " / Y.size"),
    ("divided by N twice", "It is divided by N once too often.", "/ len(Y)", "/ len(Y) ** 2"),
    ("divided by the number of outputs", "It is divided by the number of outputs, not of examples.",
     "/ len(Y)", "/ Y.shape[1]"),
    ("no ½", "The ½ of the loss is missing.", "0.5 * ", ""),
    ("no σ", "There is no σ between the layers.", "logistic(X @", "1.0 * (X @"),
    ("σ at the outputs", "σ is applied to the outputs too. Here they are linear.",
     'np.transpose(params["W2"]) + params["b2"]',
     'np.transpose(params["W2"]) + params["b2"]\n    Y = logistic(Y)'),
    ("no bias", "The bias of the outputs is missing.", ' + params["b2"]', ""),
    ("the square of the sum", "The errors are summed and then squared; it is the sum of the "
     "squares.", "np.sum(np.square(Y - T))", "np.sum(Y - T) ** 2"),
    ("hard-coded sizes", "The sum is divided by a fixed number of examples.",
     "/ len(Y)", "/ 6"),
    ("a loss for each example", "There is still one number for each example; E is their mean.",
     "0.5 * np.sum(np.square(Y - T)) / len(Y)", "0.5 * np.sum(np.square(Y - T), axis=1)"),
    ("the cost of the mean example", "The examples are averaged first. The mean of the losses is "
     "not the loss of the mean.", "    H = logistic(X",
     "    X, T = np.mean(X, axis=0, keepdims=True), np.mean(T, axis=0, keepdims=True)\n"
     "    H = logistic(X"),
    ("arrays only", "Lists have no .T: make arrays of the parameters first.",
     'np.transpose(params["W1"])', 'params["W1"].T'),
]:
    MLP_COST.slip(*mistake)


@MLP_COST.wrong("the first example alone", "Only the first example counts.")
def mlp_cost(params, X, T):
    return mlp_forward(params, X[0], T[0])["loss"]


@MLP_COST.wrong("the last example alone", "The loss of each example overwrites the one before.")
def mlp_cost(params, X, T):
    for x, t in zip(X, T, strict=True):
        loss = mlp_forward(params, x, t)["loss"]
    return loss


@MLP_COST.right("a loop over the examples")
def mlp_cost(params, X, T):
    total = 0.0
    for x, t in zip(X, T, strict=True):
        total += mlp_forward(params, x, t)["loss"]
    return total / len(X)


@MLP_COST.right("the mean of the losses")
def mlp_cost(params, X, T):
    return np.mean([mlp_forward_units(params, x, t)["loss"] for x, t in zip(X, T, strict=True)])


@MLP_COST.right("examples in columns")
def mlp_cost(params, X, T):
    X, T = np.array(X).T, np.array(T).T
    b1, b2 = np.reshape(params["b1"], (-1, 1)), np.reshape(params["b2"], (-1, 1))
    Y = np.array(params["W2"]) @ logistic(np.array(params["W1"]) @ X + b1) + b2
    return np.asarray(((Y - T) ** 2).sum(axis=0).mean() / 2)


@MLP_COST.right("einsum and norms")
def mlp_cost(params, X, T):
    H = 0.5 + 0.5 * np.tanh(0.5 * (np.einsum("nj,ij->ni", X, params["W1"]) + params["b1"]))
    E = np.einsum("ni,ki->nk", H, params["W2"]) + params["b2"] - T
    return float(np.linalg.norm(E) ** 2 / (2 * len(E)))


@MLP_COST.right("a running mean")
def mlp_cost(params, X, T):
    mean = 0.0
    for count, (x, t) in enumerate(zip(X, T, strict=True), start=1):
        mean += (mlp_forward(params, x, t)["loss"] - mean) / count
    return mean


def batches_and_a_wide_one(rng: np.random.Generator) -> list[Case]:
    """The last network is so wide that a pass for each weight is not done in time."""
    return [*batches(rng), Case(WIDE, (
        parameters(rng, 240, 220, 30), away_from_zero(rng, (3, 240)) / 20,
        away_from_zero(rng, (3, 30))))]


ARRAYS = (*SHAPED, WIDE)
MLP_COST_GRADIENT = Question(
    "mlp_cost_gradient", ("mlp_cost_gradient",), batches_and_a_wide_one,
    (
        Part("dE/dW2", 1.0, "W2", ARRAYS, "A sum of N outer products ȳ hᵀ, as one product of two "
             "matrices. The 1/N goes in once, in Ȳ."),
        Part("dE/db2", 0.75, "b2", ARRAYS, "The rows of Ȳ, summed over the examples."),
        Part("dE/dW1", 1.0, "W1", ARRAYS, "H̄ = Ȳ W2, then Z̄ = H̄ ∘ H ∘ (1 − H), then a sum of "
             "outer products with the inputs."),
        Part("dE/db1", 0.75, "b1", ARRAYS, "The rows of Z̄, summed over the examples."),
        Part(LISTS, 0.5, "W1", (LISTS,), "np.asarray(values, dtype=float) makes a float array of "
             "any of them."),
    ),
    probe=twice,
)

for mistake in [
    ("never divided by N", "These are sums over the examples; E is the mean.", " / len(X)", ""),
    ("divided by N twice", "It is divided by N once too often.", "/ len(X)", "/ len(X) ** 2"),
    ("divided by the number of all targets", "It is divided by N·K; E is the mean over the N "
     "examples, of a sum over the K outputs.", "/ len(X)", "/ np.size(T)"),
    ("a factor 2", "Ȳ has a factor 2: it cancels with the ½ of the loss.",
     "(H @ W2.T", "2 * (H @ W2.T"),
    ("sign (t − y)", "The difference is taken as t − y; it is y − t.",
     "(H @ W2.T", "-(H @ W2.T"),
    ("no σ′", "The factor σ′(z) is missing in Z̄.", "Y_bar @ W2 * H * (1 - H)", "Y_bar @ W2"),
    ("σ for σ′", "σ(z) stands where σ′(z) belongs; the factor 1 − H is missing.",
     "Y_bar @ W2 * H * (1 - H)", "Y_bar @ W2 * H"),
    ("σ′ evaluated at h", "σ′ is evaluated at h; it belongs at z.", "Y_bar @ W2 * H * (1 - H)",
     "Y_bar @ W2 * logistic(H) * (1 - logistic(H))"),
    ("tanh′ for σ′", "1 − h² is the slope of tanh; for σ it is h (1 − h).",
     "Y_bar @ W2 * H * (1 - H)", "Y_bar @ W2 * (1 - H**2)"),
    ("W where Wᵀ belongs", "Rows are examples: H̄ = Ȳ W2, without a transpose. It is silent only "
     "where there are as many outputs as hidden units.", "Y_bar @ W2 *", "Y_bar @ W2.T *"),
    ("a transposed weight gradient", "The gradient of W2 is turned: its rows belong to the "
     "outputs.", "Y_bar.T @ H", "H.T @ Y_bar"),
    ("transpose done as reshape", "reshape does not turn a matrix: it keeps the order of the "
     "numbers.", "Z_bar.T @ X", "Z_bar.reshape(Z_bar.shape[::-1]) @ X"),
    ("bias gradient not summed", "The bias gradients still have a row for each example; all "
     "examples share one bias.", '"b1": Z_bar.sum(axis=0)', '"b1": Z_bar'),
    ("bias gradient over the wrong axis", "The bias gradient is summed over the units, not over "
     "the examples: axis 0 holds the examples.", '"b1": Z_bar.sum(axis=0)',
     '"b1": Z_bar.sum(axis=1)'),
    ("bias gradient averaged", "The bias gradient is averaged, though the 1/N is already in Ȳ.",
     '"b1": Z_bar.sum(axis=0)', '"b1": Z_bar.mean(axis=0)'),
    ("bias gradient summed to one number", "The bias gradient is summed over everything; each "
     "unit has a bias of its own.", '"b2": Y_bar.sum(axis=0)', '"b2": Y_bar.sum()'),
    ("a lost axis", "keepdims leaves an axis of length 1: the bias has shape (K,), and so has its "
     "gradient.", '"b2": Y_bar.sum(axis=0)', '"b2": Y_bar.sum(axis=0, keepdims=True)'),
    ("the gradient of the mean example", "The examples are averaged first. The mean of the "
     "gradients is not the gradient at the mean.", "    H = logistic(",
     "    X, T = X.mean(axis=0, keepdims=True), np.mean(T, axis=0, keepdims=True)\n"
     "    H = logistic("),
    ("means multiplied", "The mean error signal and the mean input are multiplied; it is the mean "
     "of their products.", "Z_bar.T @ X", "np.outer(Z_bar.sum(axis=0), X.mean(axis=0))"),
    ("a signal jumped over", "The gradient of W1 is taken from H̄, past Z.",
     "Z_bar.T @ X", "(Y_bar @ W2).T @ X"),
    ("hard-coded sizes", "It is divided by a fixed number of examples.", "/ len(X)", "/ 6"),
    ("weights already updated when used", "W2 is updated before the signal goes back through it.",
     "    Z_bar =", "    W2 = W2 - 0.1 * Y_bar.T @ H\n    Z_bar ="),
    ("arrays only", "Lists have no .T: make arrays of the parameters first.",
     'np.transpose(params["W1"])', 'params["W1"].T'),
]:
    MLP_COST_GRADIENT.slip(*mistake)

MLP_COST_GRADIENT.slip(
    "mutated inputs", "The caller's b2 is updated here: the next call starts from other "
    "parameters.", "    return {", '    params["b2"] = np.subtract(params["b2"], '
    '0.1 * Y_bar.sum(axis=0))\n    return {')


@MLP_COST_GRADIENT.wrong("only the last example counts", "Each example overwrites the one before; "
                         "the gradients must be added up.")
def mlp_cost_gradient(params, X, T):
    for x, t in zip(X, T, strict=True):
        bars = mlp_backward(params, x, t)
    return {name: bars[name] / len(X) for name in params}


@MLP_COST_GRADIENT.wrong("gradients by finite differences", "These are difference quotients: near "
                         "the gradient until the numbers are large, and a call of the cost for "
                         "every parameter.", hangs_on=(WIDE,))
def mlp_cost_gradient(params, X, T):
    step = 1e-5
    params = {name: np.array(value, dtype=float) for name, value in params.items()}
    gradient = {}
    for name, array in params.items():
        gradient[name] = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            kept = array[index]
            array[index] = kept + step
            above = mlp_cost(params, X, T)
            array[index] = kept - step
            gradient[name][index] = (above - mlp_cost(params, X, T)) / (2 * step)
            array[index] = kept
    return gradient


@MLP_COST_GRADIENT.wrong("gradients by a complex step", "Each parameter is moved on its own, with "
                         "a forward pass for every one of them. A backward pass finds all "
                         "derivatives at the price of about two.", hangs_on=(WIDE,))
def mlp_cost_gradient(params, X, T):
    params = {name: np.array(value, dtype=complex) for name, value in params.items()}
    gradient = {}
    for name, array in params.items():
        gradient[name] = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            array[index] += 1e-100j
            H = 1 / (1 + np.exp(-(X @ params["W1"].T + params["b1"])))
            E = np.sum((H @ params["W2"].T + params["b2"] - T) ** 2) / (2 * len(X))
            gradient[name][index] = E.imag / 1e-100
            array[index] = array[index].real
    return gradient


@MLP_COST_GRADIENT.right("a loop over the examples")
def mlp_cost_gradient(params, X, T):
    total = {name: np.zeros(np.shape(value)) for name, value in params.items()}
    for x, t in zip(X, T, strict=True):
        bars = mlp_backward(params, x, t)
        for name in total:
            total[name] += np.divide(bars[name], len(X))
    return total


@MLP_COST_GRADIENT.right("einsum")
def mlp_cost_gradient(params, X, T):
    H = logistic(np.einsum("nj,ij->ni", X, params["W1"]) + params["b1"])
    E = np.einsum("ni,ki->nk", H, params["W2"]) + params["b2"] - np.asarray(T)
    D = np.einsum("nk,ki,ni,ni->ni", E, params["W2"], H, 1 - H)
    n = len(E)
    return {"b2": np.einsum("nk->k", E) / n, "W2": np.einsum("nk,ni->ki", E, H) / n,
            "b1": np.einsum("ni->i", D) / n, "W1": np.einsum("ni,nj->ij", D, X) / n}


@MLP_COST_GRADIENT.right("divided at the end, as lists")
def mlp_cost_gradient(params, X, T):
    X, T = np.array(X, float), np.array(T, float)
    W1, b1, W2, b2 = (np.array(params[name], float) for name in ("W1", "b1", "W2", "b2"))
    H = 1 / (1 + np.exp(-(X @ W1.T + b1)))
    Y_bar = H @ W2.T + b2 - T
    Z_bar = (W2.T @ Y_bar.T).T * (H - H * H)
    gradient = {"W1": (X.T @ Z_bar).T, "b1": np.ones(len(X)) @ Z_bar,
                "W2": (H.T @ Y_bar).T, "b2": Y_bar.T @ np.ones(len(X))}
    return {name: (value / len(X)).tolist() for name, value in gradient.items()}


@MLP_COST_GRADIENT.right("examples in columns, with extra keys")
def mlp_cost_gradient(params, X, T):
    A = np.vstack([np.transpose(X), np.ones(len(X))])
    W1 = np.column_stack([params["W1"], params["b1"]])
    H = 0.5 + 0.5 * np.tanh(0.5 * (W1 @ A))
    B = np.vstack([H, np.ones(len(X))])
    W2 = np.column_stack([params["W2"], params["b2"]])
    Y_bar = (W2 @ B - np.transpose(T)) / len(X)
    big2 = Y_bar @ B.T
    Z_bar = W2[:, :-1].T @ Y_bar * H * (1 - H)
    big1 = Z_bar @ A.T
    return {"W1": big1[:, :-1], "b1": big1[:, -1], "W2": big2[:, :-1], "b2": big2[:, -1],
            "Y": Y_bar.T, "Z": Z_bar.T}


@MLP_COST_GRADIENT.right("broadcast outer products, averaged")
def mlp_cost_gradient(params, X, T):
    stacked = [mlp_backward(params, x, t) for x, t in zip(X, T, strict=True)]
    return {name: np.mean([np.asarray(bars[name]) for bars in stacked], axis=0)
            for name in ("W2", "b2", "W1", "b1")}
