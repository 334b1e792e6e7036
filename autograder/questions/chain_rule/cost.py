"""The cost: the gradient of the average over a data set."""

from autograder.question import Part, Question, twice
from autograder.questions.chain_rule.drawing import AGREED, DATA, LISTS, ONE_EXAMPLE, data_sets

ARRAYS = (DATA, ONE_EXAMPLE, AGREED)

COST_GRADIENT = Question(
    "cost_gradient", ("cost_gradient",), data_sets,
    (
        Part("dw", 1.0, 0, ARRAYS, "dE/dw is the average of the N values dL/dw.", (AGREED,)),
        Part("db", 0.75, 1, ARRAYS, "dE/db is the average of the N values dL/db.", (AGREED,)),
        Part(LISTS, 0.25, 0, (LISTS,), "Make float arrays of X and T first."),
    ),
    probe=twice,
)


@COST_GRADIENT.wrong("never divided by N", "This is the sum over the examples; E is the mean.")
def cost_gradient(w, b, X, T):
    X, T = np.asarray(X, float), np.asarray(T, float)
    y = sigmoid(w * X + b)
    delta = (y - T) * y * (1 - y)
    return np.sum(delta * X), np.sum(delta)


@COST_GRADIENT.wrong("divided by N twice", "The mean is divided by N once more.")
def cost_gradient(w, b, X, T):
    X, T = np.asarray(X, float), np.asarray(T, float)
    y = sigmoid(w * X + b)
    delta = (y - T) * y * (1 - y)
    return np.mean(delta * X) / len(X), np.mean(delta) / len(X)


@COST_GRADIENT.wrong("bias gradient not averaged", "dw is averaged, db is summed: both are means.")
def cost_gradient(w, b, X, T):
    X, T = np.asarray(X, float), np.asarray(T, float)
    y = sigmoid(w * X + b)
    delta = (y - T) * y * (1 - y)
    return np.mean(delta * X), np.sum(delta)


@COST_GRADIENT.wrong("bias gradient not reduced", "db still has one entry for each example.")
def cost_gradient(w, b, X, T):
    X, T = np.asarray(X, float), np.asarray(T, float)
    y = sigmoid(w * X + b)
    delta = (y - T) * y * (1 - y)
    return np.mean(delta * X), delta


@COST_GRADIENT.wrong("no σ′", "The factor σ′(z) is missing.")
def cost_gradient(w, b, X, T):
    X, T = np.asarray(X, float), np.asarray(T, float)
    error = sigmoid(w * X + b) - T
    return np.mean(error * X), np.mean(error)


@COST_GRADIENT.wrong("sign (t − y)", "The difference is taken as t − y; it is y − t.")
def cost_gradient(w, b, X, T):
    X, T = np.asarray(X, float), np.asarray(T, float)
    y = sigmoid(w * X + b)
    delta = (T - y) * y * (1 - y)
    return np.mean(delta * X), np.mean(delta)


@COST_GRADIENT.wrong("the gradient of the mean example", "X and T are averaged first. The mean "
                     "of the gradients is not the gradient at the mean.")
def cost_gradient(w, b, X, T):
    x, t = np.mean(X), np.mean(T)
    y = sigmoid(w * x + b)
    delta = (y - t) * y * (1 - y)
    return delta * x, delta


@COST_GRADIENT.wrong("means multiplied", "The means of delta and of X are multiplied; it is the "
                     "mean of their product.")
def cost_gradient(w, b, X, T):
    X, T = np.asarray(X, float), np.asarray(T, float)
    y = sigmoid(w * X + b)
    delta = (y - T) * y * (1 - y)
    return np.mean(delta) * np.mean(X), np.mean(delta)


@COST_GRADIENT.wrong("only the last example counts", "Each example overwrites the one before; "
                     "the gradients must be added up.")
def cost_gradient(w, b, X, T):
    for x, t in zip(X, T, strict=True):
        dw, db = expanded_gradient(w, b, x, t)
    return dw / len(X), db / len(X)


@COST_GRADIENT.wrong("(N, 1) − (N,)", "A column (N, 1) minus a row (N,) is broadcast to an "
                     "(N, N) table of all pairs; keep both of shape (N,).")
def cost_gradient(w, b, X, T):
    X, T = np.asarray(X, float)[:, None], np.asarray(T, float)
    y = sigmoid(w * X + b)
    delta = (y - T) * y * (1 - y)
    return np.mean(delta * X), np.mean(delta)


@COST_GRADIENT.wrong("hard-coded sizes", "The sum is divided by a fixed number of examples.")
def cost_gradient(w, b, X, T):
    X, T = np.asarray(X, float), np.asarray(T, float)
    y = sigmoid(w * X + b)
    delta = (y - T) * y * (1 - y)
    return np.sum(delta * X) / 40, np.sum(delta) / 40


@COST_GRADIENT.wrong("arrays only", "Lists are not arrays: start with np.asarray.")
def cost_gradient(w, b, X, T):
    y = sigmoid(b + X * w)
    delta = (y - T) * y * (1 - y)
    return np.mean(delta * X), np.mean(delta)


@COST_GRADIENT.wrong("gradients by finite differences", "These are differences of costs. They are "
                     "near the gradient, and not exact: average the gradients of the losses.")
def cost_gradient(w, b, X, T):
    def cost(theta):
        return np.mean((sigmoid(theta[0] * np.asarray(X) + theta[1]) - np.asarray(T)) ** 2 / 2)

    return tuple(numerical_gradient(cost, [w, b]))


@COST_GRADIENT.wrong("mutated inputs", "The caller's X is centred in place: np.asarray makes no "
                     "copy of an array of floats.")
def cost_gradient(w, b, X, T):
    X, T = np.asarray(X, float), np.asarray(T, float)
    y = sigmoid(w * X + b)
    delta = (y - T) * y * (1 - y)
    dw = np.mean(delta * X)
    X -= np.mean(X)
    return dw, np.mean(delta)


@COST_GRADIENT.right("a loop over the examples")
def cost_gradient(w, b, X, T):
    dw = db = 0.0
    for x, t in zip(X, T, strict=True):
        bars = backward(w, b, x, t)
        dw += bars["w"] / len(X)
        db += bars["b"] / len(X)
    return dw, db


@COST_GRADIENT.right("matrix products")
def cost_gradient(w, b, X, T):
    A = np.stack([np.asarray(X, float), np.ones(len(X))], axis=1)
    z = A @ np.array([w, b])
    delta = (sigmoid(z) - np.asarray(T)) * sigmoid_prime(z)
    return A.T @ delta / len(X)


@COST_GRADIENT.right("einsum, as a list")
def cost_gradient(w, b, X, T):
    X, T = np.array(X, float), np.array(T, float)
    y = sigmoid(X * w + b)
    delta = np.einsum("n,n,n->n", y - T, y, 1 - y)
    return [np.einsum("n,n->", delta, X) / X.size, delta.sum() / X.size]


@COST_GRADIENT.right("a running mean")
def cost_gradient(w, b, X, T):
    mean = np.zeros(2)
    for n, (x, t) in enumerate(zip(X, T, strict=True), start=1):
        mean += (np.array(expanded_gradient(w, b, x, t)) - mean) / n
    return mean


@COST_GRADIENT.right("backward, on whole arrays")
def cost_gradient(w, b, X, T):
    bars = backward(w, b, np.asarray(X), np.asarray(T))
    return np.asarray(np.average(bars["w"])), np.asarray(np.average(bars["b"]))


@COST_GRADIENT.right("columns, divided by N first")
def cost_gradient(w, b, X, T):
    X, T = np.reshape(X, (-1, 1)), np.reshape(T, (-1, 1))
    Y = sigmoid(X @ np.array([[w]]) + b)
    E_bar = (Y - T) / len(T)
    Z_bar = E_bar * (Y - Y**2)
    return (X.T @ Z_bar).item(), Z_bar.sum(axis=0).item()
