"""The average over a data set, and descending on it in weight space."""

import numpy as np

from autograder.question import Case, Part, Question
from autograder.questions.chain_rule.drawing import data_sets

COST_GRADIENT = Question(
    "cost_gradient", ("cost_gradient",), data_sets,
    (
        Part("dw", 1.0, 0, hint="dE/dw is the average of the N values dL/dw."),
        Part("db", 1.0, 1, hint="dE/db is the average of the N values dL/db."),
    ),
)


def draw_descents(rng: np.random.Generator) -> list[Case]:
    def data(n):
        return rng.normal(0.4, 1.5, n), rng.uniform(0, 1, n)

    return [
        Case("a few steps", (0.7, -0.4, *data(6), 0.8, 5)),
        Case("a few steps", (-0.3, 0.9, *data(9), 0.3, 7)),
        Case("no steps at all", (0.6, 0.3, *data(4), 0.5, 0)),
        Case("integers at the start", (1, -2, *data(5), 1, 4)),
    ]


GRADIENT_DESCENT = Question(
    "gradient_descent", ("gradient_descent",), draw_descents,
    (
        Part("the path", 1.5, kinds=("a few steps", "no steps at all"),
             hint="Row 0 is the start; each further row is the one before, minus lr times the "
             "gradient of E there."),
        Part("integers", 0.5, kinds=("integers at the start",),
             hint="An array made from integers stays one of integers: "
             "np.array([w, b], dtype=float)."),
    ),
    follows=("cost_gradient",),
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


@GRADIENT_DESCENT.wrong("ascent", "The gradient is added: this climbs. Descent goes against it.")
def gradient_descent(w, b, X, T, lr, steps):
    path = [(w, b)]
    for _ in range(steps):
        dw, db = cost_gradient(w, b, X, T)
        w, b = w + lr * dw, b + lr * db
        path.append((w, b))
    return np.array(path, dtype=float)


@GRADIENT_DESCENT.wrong("weights already updated when used", "w is updated before the gradient "
                        "for b is taken. Both belong to the same point.")
def gradient_descent(w, b, X, T, lr, steps):
    path = [(w, b)]
    for _ in range(steps):
        w = w - lr * cost_gradient(w, b, X, T)[0]
        b = b - lr * cost_gradient(w, b, X, T)[1]
        path.append((w, b))
    return np.array(path, dtype=float)


@GRADIENT_DESCENT.wrong("the start is missing", "The first row must be the start, before any "
                        "step: steps + 1 rows in all.")
def gradient_descent(w, b, X, T, lr, steps):
    path = []
    for _ in range(steps):
        dw, db = cost_gradient(w, b, X, T)
        w, b = w - lr * dw, b - lr * db
        path.append((w, b))
    return np.array(path, dtype=float)


@GRADIENT_DESCENT.wrong("aliasing", "All rows are the same array, so the whole path shows its "
                        "last point: store copies.")
def gradient_descent(w, b, X, T, lr, steps):
    theta = np.array([w, b], dtype=float)
    path = [theta]
    for _ in range(steps):
        theta -= lr * np.array(cost_gradient(theta[0], theta[1], X, T))
        path.append(theta)
    return np.array(path)


@GRADIENT_DESCENT.wrong("always from the start", "The gradient is always taken at the start; it "
                        "must be taken where you are.")
def gradient_descent(w, b, X, T, lr, steps):
    path = [(w, b)]
    dw, db = cost_gradient(w, b, X, T)
    for _ in range(steps):
        path.append((path[-1][0] - lr * dw, path[-1][1] - lr * db))
    return np.array(path, dtype=float)


@GRADIENT_DESCENT.wrong("integer path", "The path takes its type from the start; with integers "
                        "all steps are cut off.")
def gradient_descent(w, b, X, T, lr, steps):
    path = np.tile(np.array([w, b]), (steps + 1, 1))
    for k in range(steps):
        dw, db = cost_gradient(path[k, 0], path[k, 1], X, T)
        path[k + 1] = path[k, 0] - lr * dw, path[k, 1] - lr * db
    return path


@GRADIENT_DESCENT.wrong("the wrong way round", "The rows of the result are the coordinates; they "
                        "must be the points: shape (steps + 1, 2).")
def gradient_descent(w, b, X, T, lr, steps):
    path = [(w, b)]
    for _ in range(steps):
        dw, db = cost_gradient(w, b, X, T)
        w, b = w - lr * dw, b - lr * db
        path.append((w, b))
    return np.array(path, dtype=float).T


@GRADIENT_DESCENT.wrong("no learning rate", "lr is not used.")
def gradient_descent(w, b, X, T, lr, steps):
    path = [(w, b)]
    for _ in range(steps):
        dw, db = cost_gradient(w, b, X, T)
        w, b = w - dw, b - db
        path.append((w, b))
    return np.array(path, dtype=float)


@GRADIENT_DESCENT.right("rows of an array")
def gradient_descent(w, b, X, T, lr, steps):
    path = np.empty((steps + 1, 2))
    path[0] = w, b
    for k in range(steps):
        here, there = path[k], path[k + 1]
        there[:] = here - lr * np.asarray(cost_gradient(*here, X, T))
    return path


@GRADIENT_DESCENT.right("lists")
def gradient_descent(w, b, X, T, lr, steps):
    path = [[float(w), float(b)]]
    while len(path) <= steps:
        w, b = path[-1]
        dw, db = cost_gradient(w, b, X, T)
        path.append([float(w - lr * dw), float(b - lr * db)])
    return path


@GRADIENT_DESCENT.right("recursion")
def gradient_descent(w, b, X, T, lr, steps):
    here = np.array([[w, b]], dtype=float)
    if steps == 0:
        return here
    dw, db = cost_gradient(w, b, X, T)
    return np.vstack([here, gradient_descent(w - lr * dw, b - lr * db, X, T, lr, steps - 1)])
