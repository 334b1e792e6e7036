"""Gradient descent on the cost, in weight space."""

import numpy as np

from autograder.question import Case, Part, Question, twice


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
    probe=twice,
)


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


@GRADIENT_DESCENT.wrong("the end is missing", "The point after the last step is missing: the "
                        "start, and one row for each step, steps + 1 in all.")
def gradient_descent(w, b, X, T, lr, steps):
    path = []
    for _ in range(steps):
        path.append((w, b))
        dw, db = cost_gradient(w, b, X, T)
        w, b = w - lr * dw, b - lr * db
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


@GRADIENT_DESCENT.wrong("mutated inputs", "The caller's X is changed: the next call starts with "
                        "other data.")
def gradient_descent(w, b, X, T, lr, steps):
    path = [(w, b)]
    for _ in range(steps):
        dw, db = cost_gradient(w, b, X, T)
        w, b = w - lr * dw, b - lr * db
        path.append((w, b))
    X *= 0.5
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


@GRADIENT_DESCENT.right("itertools.accumulate")
def gradient_descent(w, b, X, T, lr, steps):
    from itertools import accumulate

    def step(here, _):
        return here - lr * np.array(cost_gradient(*here, X, T))

    return list(accumulate(range(steps), step, initial=np.array([w, b], dtype=float)))


@GRADIENT_DESCENT.right("two columns")
def gradient_descent(w, b, X, T, lr, steps):
    all_w, all_b = [w], [b]
    for k in range(steps):
        dw, db = cost_gradient(all_w[k], all_b[k], X, T)
        all_w.append(all_w[k] - lr * dw)
        all_b.append(all_b[k] - lr * db)
    return np.column_stack([all_w, all_b])


@GRADIENT_DESCENT.right("in place, copied, with its own gradient")
def gradient_descent(w, b, X, T, lr, steps):
    A = np.column_stack([X, np.ones(len(X))])
    theta = np.array([w, b], dtype=float)
    path = [theta.copy()]
    for _ in range(steps):
        Y = sigmoid(A @ theta)
        theta -= lr / len(A) * ((Y - T) * Y * (1 - Y)) @ A
        path.append(theta.copy())
    return np.stack(path)


@GRADIENT_DESCENT.right("a walker object")
def gradient_descent(w, b, X, T, lr, steps):
    class Walker:
        def __init__(self):
            self.w, self.b = float(w), float(b)

        def step(self):
            dw, db = cost_gradient(self.w, self.b, X, T)
            self.w -= lr * dw
            self.b -= lr * db

    walker = Walker()
    path = np.full((steps + 1, 2), np.nan)
    for row in path:
        row[:] = walker.w, walker.b
        walker.step()
    return path
