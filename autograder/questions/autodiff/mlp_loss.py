"""The multilayer perceptron of notebook 3, forward only, on plain and on traced arrays."""

import numpy as np

from autograder.question import Case, Part, Question

BATCH = "a batch"
SINGLE = "a single example"
LISTS = "lists for X and labels"
LARGE = "outputs near ±1000"


def draw(rng: np.random.Generator) -> list[Case]:
    def params(D, H, K):
        return {"W1": rng.normal(0, 0.8, (H, D)), "b1": rng.normal(0, 0.5, H),
                "W2": rng.normal(0, 0.8, (K, H)), "b2": rng.normal(0, 0.5, K)}

    def case(kind, N, D, H, K):
        X, labels = rng.normal(0.3, 1, (N, D)), rng.integers(0, K, N)
        if kind == LISTS:
            X, labels = X.tolist(), labels.tolist()
        return Case(kind, (params(D, H, K), X, labels, params(D, H, K)))

    def large(N, D, H):
        """One row of small outputs beside large ones: each needs a maximum of its own."""
        X, weights = rng.uniform(0.2, 1, (N, D)), params(D, H, 3)
        weights["W1"] = np.abs(weights["W1"]) + 0.5
        weights["W2"] += rng.permutation([[1000.0], [-1000.0], [990.0]])
        X[2] = -40.0
        return Case(LARGE, (weights, X, rng.permutation([0, 1, 2, 0, 1, 2]), params(D, H, 3)))

    return [case(BATCH, 5, 3, 4, 2), case(BATCH, 4, 2, 6, 3), case(SINGLE, 1, 3, 2, 4),
            case(LISTS, 3, 4, 5, 2), large(6, 2, 4)]


def plain_and_replayed(mlp_loss, params, X, labels, others):
    """The loss on plain arrays, and what its tape says when it is played with other parameters."""
    from course_utils.tape import Array, Tape, replay, watch

    loss = mlp_loss(params, X, labels)
    tape, replayed = Tape(), None
    try:
        traced = mlp_loss(watch(tape, params), X, labels)
        if isinstance(traced, Array):
            replayed = replay(tape, list(others.values()), traced.index)
    except (AttributeError, TypeError):  # something that a traced array does not have or allow
        replayed = np.nan
    return {"loss": loss, "replayed": replayed}


MLP_LOSS = Question(
    "mlp_loss", ("mlp_loss",), draw,
    (
        Part("the loss", 0.5, "loss", (BATCH, SINGLE, LISTS),
             hint="Z = X W1ᵀ + b1, H = σ(Z), Y = H W2ᵀ + b2; the loss of an example is "
             "log Σ_k exp(y_k) − y_label; then the mean over the examples."),
        Part("all of it on the tape", 0.25, "replayed", (BATCH, SINGLE, LISTS),
             hint="Every step from the parameters to the loss must be done with the traced arrays; "
             "plain(…) is for the largest output of each row only. NaN: with traced parameters it "
             "stopped at something that the tape does not know."),
        Part("stable at ±1000", 0.25, "loss", (LARGE,),
             hint="Subtract the largest output of each row before exp, and never take the log of a "
             "probability: it may be rounded to 0."),
    ),
    probe=plain_and_replayed,
)

slip = MLP_LOSS.slip

slip("the sum in place of the mean", "This is the sum of the losses; the mean is wanted.",
     "return np.mean(", "return np.sum(")
slip("overflow in exp", "exp of large outputs overflows, or a probability is rounded to 0 before "
     "its log: subtract the largest of each row first, and take log Σ exp − y_label.",
     "Y = Y - plain(Y).max(axis=1, keepdims=True)", "pass")
slip("one maximum for the whole batch", "The largest output of the batch is subtracted everywhere. "
     "In a row that lies far below it all exponentials become 0, and the log of their sum −∞.",
     "plain(Y).max(axis=1, keepdims=True)", "plain(Y).max()")
slip("softmax over the whole batch", "The sum of exp runs over all rows; each example has its own.",
     "np.sum(np.exp(Y), axis=1)", "np.sum(np.exp(Y))")
slip("softmax over the examples", "The sum of exp runs over the examples; it must run over the "
     "classes.",
     "np.log(np.sum(np.exp(Y), axis=1))", "np.mean(np.log(np.sum(np.exp(Y), axis=0)))")
slip("only the label's output is shifted", "The shift must be the same in both terms of the loss.",
     "np.sum(np.exp(Y), axis=1)",
     "np.sum(np.exp(H @ params['W2'].T + params['b2']), axis=1)")
slip("the sign of the loss", "The loss is log Σ exp − y_label, not the other way round.",
     "np.mean(log_sums - Y[np.arange(len(labels)), labels])",
     "np.mean(Y[np.arange(len(labels)), labels] - log_sums)")
slip("no logarithm of the sum", "The log of the sum of exp is missing.",
     "log_sums = np.log(np.sum(np.exp(Y), axis=1))", "log_sums = np.sum(np.exp(Y), axis=1)")
slip("tanh units", "The hidden units are logistic: σ(z) = ½ (1 + tanh(z/2)).",
     "0.5 * (1 + np.tanh(0.5 * (X @ params[\"W1\"].T + params[\"b1\"])))",
     "np.tanh(X @ params[\"W1\"].T + params[\"b1\"])")
slip("tanh without the half inside", "σ(z) is ½ (1 + tanh(z/2)): the half inside is missing.",
     "0.5 * (X @ params[\"W1\"].T + params[\"b1\"])", "(X @ params[\"W1\"].T + params[\"b1\"])")
slip("no bias at the hidden units", "b1 is not used.",
     "X @ params[\"W1\"].T + params[\"b1\"]", "X @ params[\"W1\"].T")
slip("no bias at the outputs", "b2 is not used.",
     "H @ params[\"W2\"].T + params[\"b2\"]", "H @ params[\"W2\"].T")
slip("no hidden units' σ", "The hidden units are linear: two linear layers are one.",
     "0.5 * (1 + np.tanh(0.5 * (X @ params[\"W1\"].T + params[\"b1\"])))",
     "(X @ params[\"W1\"].T + params[\"b1\"])")
slip("σ at the outputs", "The outputs are linear; softmax is part of the loss.",
     "Y = H @ params[\"W2\"].T + params[\"b2\"]",
     "Y = 0.5 * (1 + np.tanh(0.5 * (H @ params[\"W2\"].T + params[\"b2\"])))")
slip("the same column for every example", "The output of the first example's label is taken for "
     "all of them.", "Y[np.arange(len(labels)), labels]", "Y[:, labels[0]]")
slip("all rows with all labels", "Y[:, labels] is a square of every row with every label; each "
     "row has one label.", "Y[np.arange(len(labels)), labels]", "Y[:, labels]")
slip("hidden units off the tape", "The hidden units are computed with plain arrays: the tape does "
     "not know that the loss depends on W1 and b1.", "Y = H @", "Y = plain(H) @")
slip("all of it off the tape", "All is computed with plain arrays: nothing is on the tape.",
     "X, labels = np.asarray(X, dtype=float), np.asarray(labels)",
     "X, labels = np.asarray(X, dtype=float), np.asarray(labels)\n"
     "    params = {name: plain(each) for name, each in params.items()}")
slip("a masking + 1e-8", "A small constant in the logarithm hides an overflow, and is wrong.",
     "np.log(np.sum(np.exp(Y), axis=1))", "np.log(np.sum(np.exp(Y), axis=1) + 1e-3)")


slip("np.max of traced outputs", "The largest output is taken with np.max, which the tape does not "
     "know: plain(Y) takes the values off it.", "plain(Y).max(axis=1, keepdims=True)",
     "np.max(Y, axis=1, keepdims=True)")


@MLP_LOSS.right("one-hot rows")
def mlp_loss(params, X, labels):
    X = np.array(X, dtype=float)
    hidden = (np.tanh((X @ params["W1"].T + params["b1"]) / 2) + 1) / 2
    Y = hidden @ params["W2"].T + params["b2"]
    one_hot = np.eye(Y.shape[1])[np.asarray(labels)]
    shift = np.max(plain(Y), axis=1, keepdims=True)
    log_sum = shift + np.log(np.sum(np.exp(Y - shift), axis=1, keepdims=True))
    return np.sum((log_sum - Y) * one_hot) / len(X)


@MLP_LOSS.right("a loop over the examples")
def mlp_loss(params, X, labels):
    total = 0.0
    for x, label in zip(np.asarray(X, dtype=float), labels, strict=True):
        z = params["W1"] @ x.reshape(-1, 1) + np.reshape(params["b1"], (-1, 1))
        h = 1 / (1 + np.exp(-z))
        y = params["W2"] @ h + np.reshape(params["b2"], (-1, 1))
        y = y - plain(y).max()
        total = total + np.log(np.sum(np.exp(y))) - y[label, 0]
    return total / len(X)


@MLP_LOSS.right("log softmax as a helper")
def mlp_loss(params, X, labels):
    def log_softmax(Y):
        Y = Y - plain(Y).max(axis=1)[:, None]
        return Y - np.log(np.sum(np.exp(Y), axis=1, keepdims=True))

    def sigmoid(Z):
        return np.tanh(Z * 0.5) * 0.5 + 0.5

    H = sigmoid(np.asarray(X, float) @ params["W1"].T + params["b1"])
    picked = log_softmax(H @ params["W2"].T + params["b2"])[range(len(X)), list(labels)]
    return -np.mean(picked)


@MLP_LOSS.right("transposed throughout")
def mlp_loss(params, X, labels):
    Z = params["W1"] @ np.asarray(X, dtype=float).T + np.reshape(params["b1"], (-1, 1))
    Y = params["W2"] @ (0.5 + 0.5 * np.tanh(0.5 * Z)) + np.reshape(params["b2"], (-1, 1))
    Y = Y - plain(Y).max(axis=0)
    N = Y.shape[1]
    losses = np.log(np.sum(np.exp(Y), axis=0)) - Y[np.asarray(labels), np.arange(N)]
    return np.sum(losses) * (1 / N)


@MLP_LOSS.right("differences from the label's output, by maximum")
def mlp_loss(params, X, labels):
    X, labels = np.asarray(X, dtype=float), np.asarray(labels)
    H = 0.5 * (1 + np.tanh(0.5 * (X @ np.transpose(params["W1"]) + params["b1"])))
    Y = H @ np.transpose(params["W2"]) + params["b2"]
    top = Y[:, 0]
    for k in range(1, Y.shape[1]):
        top = np.maximum(top, Y[:, k])
    losses = top - Y[np.arange(len(X)), labels]
    losses = losses + np.log(sum(np.exp(Y[:, k] - top) for k in range(Y.shape[1])))
    return losses.mean()
