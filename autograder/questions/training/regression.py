"""Linear regression, by the direct solution and by gradient descent."""

import numpy as np

from autograder.question import Case, Part, Question, twice
from autograder.questions.training.drawing import LARGE_TARGETS, LISTS, SINGLE, regressions

FLOATS = ("a few features", "a single feature", "as many examples as parameters",
          "features of different sizes")

DIRECT_SOLUTION = Question(
    "direct_solution", ("direct_solution",), regressions,
    (
        Part("w", 1.0, 0, FLOATS, hint="AᵀA θ = Aᵀt, where A is X with a column of ones, and w "
             "is θ without the entry of that column."),
        Part("b", 0.5, 1, FLOATS, hint="The bias is the entry of θ that belongs to the column "
             "of ones."),
        Part("lists of integers", 0.5, 0, (LISTS,), hint="Start with np.asarray(X, dtype=float), "
             "and t likewise."),
    ),
    probe=twice,
)


def draw_descents(rng: np.random.Generator) -> list[Case]:
    def case(kind, n, features, lr, steps, far=1.0):
        X = rng.normal(0.4, 1.0, (n, features))
        return Case(kind, (X, rng.normal(1.0, 1.5, n) * far, lr, steps))

    return [
        case("a few steps", 7, 3, 0.2, 5),
        case("a few steps", 5, 2, 0.35, 8),
        case("one step", 6, 4, 0.3, 1),
        case("no steps at all", 4, 2, 0.5, 0),
        case(SINGLE, 1, 3, 0.1, 4),
        case(LARGE_TARGETS, 6, 2, 0.2, 6, 1e7),
        Case(LISTS, (rng.permutation([[3, 1], [-2, 4], [1, -3]]).tolist(),
                     rng.permutation([2, -1, 5]).tolist(), 1 / 16, 4)),
    ]


DESCENT = ("a few steps", "one step", "no steps at all", SINGLE, LARGE_TARGETS)
GRADIENT_DESCENT_REGRESSION = Question(
    "gradient_descent_regression", ("gradient_descent_regression",), draw_descents,
    (
        Part("w", 1.0, 0, DESCENT, hint="The bar of w is the mean over the examples of "
             "(y − t) times the row x."),
        Part("b", 0.5, 1, DESCENT, hint="The bar of b is the mean over the examples of y − t."),
        Part("lists of integers", 0.5, 0, (LISTS,), hint="Start with np.asarray(X, dtype=float), "
             "and w at np.zeros(D), which is not an array of integers."),
    ),
)


@DIRECT_SOLUTION.wrong("no column of ones", "There is no bias in the model: the line is forced "
                       "through zero.")
def direct_solution(X, t):
    X, t = np.asarray(X, float), np.asarray(t, float)
    return np.linalg.lstsq(X, t, rcond=None)[0], 0.0


@DIRECT_SOLUTION.wrong("the mean as the bias", "b is the mean of t. That is right only where "
                       "every feature has mean zero.")
def direct_solution(X, t):
    X, t = np.asarray(X, float), np.asarray(t, float)
    w = np.linalg.lstsq(X - X.mean(axis=0), t - t.mean(), rcond=None)[0]
    return w, t.mean()


@DIRECT_SOLUTION.wrong("weights without a bias, then a bias", "w is found for a model without a "
                       "bias, and b afterwards. Both must be found together.")
def direct_solution(X, t):
    X, t = np.asarray(X, float), np.asarray(t, float)
    w = np.linalg.lstsq(X, t, rcond=None)[0]
    return w, np.mean(t - X @ w)


@DIRECT_SOLUTION.wrong("a regulariser", "Something is added to the diagonal of AᵀA: that solves "
                       "another problem, with smaller weights.")
def direct_solution(X, t):
    X, t = np.asarray(X, float), np.asarray(t, float)
    A = np.column_stack([X, np.ones(len(X))])
    theta = np.linalg.solve(A.T @ A + 0.01 * np.eye(A.shape[1]), A.T @ t)
    return theta[:-1], theta[-1]


@DIRECT_SOLUTION.wrong("divided by N on one side", "Aᵀt is divided by N and AᵀA is not.")
def direct_solution(X, t):
    X, t = np.asarray(X, float), np.asarray(t, float)
    A = np.column_stack([X, np.ones(len(X))])
    theta = np.linalg.solve(A.T @ A, A.T @ t / len(t))
    return theta[:-1], theta[-1]


@DIRECT_SOLUTION.wrong("sign", "The sign is turned: A θ should be near t, not near −t.")
def direct_solution(X, t):
    X, t = np.asarray(X, float), np.asarray(t, float)
    A = np.column_stack([X, np.ones(len(X))])
    theta = np.linalg.solve(-A.T @ A, A.T @ t)
    return theta[:-1], theta[-1]


@DIRECT_SOLUTION.wrong("w and b mixed up", "The ones are the first column, but the last entry of "
                       "θ is taken for b.")
def direct_solution(X, t):
    X, t = np.asarray(X, float), np.asarray(t, float)
    A = np.column_stack([np.ones(len(X)), X])
    theta = np.linalg.solve(A.T @ A, A.T @ t)
    return theta[:-1], theta[-1]


@DIRECT_SOLUTION.wrong("the wrong way round", "b comes first, then w; the pair is (w, b).")
def direct_solution(X, t):
    X, t = np.asarray(X, float), np.asarray(t, float)
    A = np.column_stack([X, np.ones(len(X))])
    theta = np.linalg.solve(A.T @ A, A.T @ t)
    return theta[-1], theta[:-1]


@DIRECT_SOLUTION.wrong("a lost axis", "w is a column of shape (D, 1); shape (D,) is asked for.")
def direct_solution(X, t):
    X, t = np.asarray(X, float), np.asarray(t, float)
    A = np.column_stack([X, np.ones(len(X))])
    theta = np.linalg.solve(A.T @ A, A.T @ t[:, None])
    return theta[:-1], theta[-1, 0]


@DIRECT_SOLUTION.wrong("in standard units", "w belongs to features that were standardised; it "
                       "was not brought back to those of X.")
def direct_solution(X, t):
    X, t = np.asarray(X, float), np.asarray(t, float)
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    return np.linalg.lstsq(Z, t - t.mean(), rcond=None)[0], t.mean()


@DIRECT_SOLUTION.wrong("arrays only", "Lists are not arrays: start with np.asarray.")
def direct_solution(X, t):
    A = np.column_stack([X, np.ones(X.shape[0])])
    theta = np.linalg.solve(A.T @ A, A.T @ t)
    return theta[:-1], theta[-1]


@DIRECT_SOLUTION.wrong("mutated inputs", "The caller's X and t are centred in place: np.asarray "
                       "makes no copy of an array of floats.")
def direct_solution(X, t):
    X, t = np.asarray(X, float), np.asarray(t, float)
    centre, height = X.mean(axis=0), t.mean()
    X -= centre
    t -= height
    w = np.linalg.solve(X.T @ X, X.T @ t)
    return w, height - centre @ w


@DIRECT_SOLUTION.wrong("descent in place of a solution", "It has only come near: this is gradient "
                       "descent, stopped early. The direct solution has no steps.")
def direct_solution(X, t):
    return gradient_descent_regression(X, t, 1e-3, 200)


@DIRECT_SOLUTION.right("NumPy's least squares")
def direct_solution(X, t):
    A = np.hstack([np.asarray(X, float), np.ones((len(X), 1))])
    theta = np.linalg.lstsq(A, np.asarray(t, float), rcond=None)[0]
    return theta[:-1].tolist(), theta[-1]


@DIRECT_SOLUTION.right("the pseudoinverse, ones first")
def direct_solution(X, t):
    X = np.asarray(X, float)
    theta = np.linalg.pinv(np.c_[np.ones(X.shape[0]), X]) @ np.asarray(t)
    return theta[1:], float(theta[0])


@DIRECT_SOLUTION.right("centred, then the bias")
def direct_solution(X, t):
    X, t = np.asarray(X, float), np.asarray(t, float)
    middle = X.mean(axis=0)
    w = np.linalg.lstsq(X - middle, t - t.mean(), rcond=None)[0]
    return w, np.asarray(t.mean() - w @ middle)


@DIRECT_SOLUTION.right("a QR decomposition")
def direct_solution(X, t):
    A = np.array([[*row, 1.0] for row in X])
    Q, R = np.linalg.qr(A)
    *w, b = np.linalg.solve(R, Q.T @ np.array(t, float))
    return np.array(w), b


@DIRECT_SOLUTION.right("sums over examples and an inverse")
def direct_solution(X, t):
    rows = [np.append(np.asarray(row, float), 1) for row in X]
    gram = sum(np.outer(row, row) for row in rows)
    moment = sum(row * target for row, target in zip(rows, t, strict=True))
    theta = np.linalg.inv(gram) @ moment
    return theta[: len(theta) - 1], theta[len(theta) - 1]


descent_slip = GRADIENT_DESCENT_REGRESSION.slip
descent_slip("never divided by N", "This goes down the sum over the examples; E is their mean.",
             "(X @ w + b - t) / len(t)", "(X @ w + b - t)")
descent_slip("divided by N twice", "The mean is divided by N once more.",
             "/ len(t)", "/ len(t)**2")
descent_slip("a factor 2", "The steps are twice too long: the ½ of the loss cancels the 2 of the "
             "square.", "(X @ w + b - t) / len(t)", "2 * (X @ w + b - t) / len(t)")
descent_slip("ascent", "The gradient is added: this climbs.",
             "w - lr * (y_bar @ X), b - lr * np.sum(y_bar)",
             "w + lr * (y_bar @ X), b + lr * np.sum(y_bar)")
descent_slip("no bias", "b is never changed.", "b - lr * np.sum(y_bar)", "b")
descent_slip("no learning rate", "lr is not used.",
             "w - lr * (y_bar @ X), b - lr * np.sum(y_bar)",
             "w - y_bar @ X, b - np.sum(y_bar)")
descent_slip("bias gradient averaged twice", "The bar of b is divided by N once too often.",
             "np.sum(y_bar)", "np.mean(y_bar)")
descent_slip("a step short", "One step is missing.", "range(steps)", "range(steps - 1)")
descent_slip("not from zero", "The start is not zero.", "np.zeros(X.shape[1])",
             "np.ones(X.shape[1])")


@GRADIENT_DESCENT_REGRESSION.wrong(
    "weights already updated when used", "b's gradient is taken after w has moved. Both belong "
    "to the same point.")
def gradient_descent_regression(X, t, lr, steps):
    X, t = np.asarray(X, float), np.asarray(t, float)
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        w = w - lr * X.T @ (X @ w + b - t) / len(t)
        b = b - lr * np.mean(X @ w + b - t)
    return w, b


@GRADIENT_DESCENT_REGRESSION.wrong(
    "a step for each example", "It steps after every example. Here a step needs all of them: the "
    "gradient of E is the mean.")
def gradient_descent_regression(X, t, lr, steps):
    X, t = np.asarray(X, float), np.asarray(t, float)
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        for row, target in zip(X, t, strict=True):
            error = row @ w + b - target
            w, b = w - lr * error * row, b - lr * error
    return w, b


@GRADIENT_DESCENT_REGRESSION.wrong(
    "always from the start", "The gradient is always the one at the start; it must be taken "
    "where you are.")
def gradient_descent_regression(X, t, lr, steps):
    X, t = np.asarray(X, float), np.asarray(t, float)
    return steps * lr * X.T @ t / len(t), steps * lr * np.mean(t)


@GRADIENT_DESCENT_REGRESSION.wrong(
    "the direct solution", "This is the end of a long descent, whatever lr and steps are: the "
    "direct solution.")
def gradient_descent_regression(X, t, lr, steps):
    return direct_solution(X, t) if len(X) > len(X[0]) else (np.zeros(len(X[0])), 0.0)


@GRADIENT_DESCENT_REGRESSION.wrong("arrays only", "Lists are not arrays: start with np.asarray.")
def gradient_descent_regression(X, t, lr, steps):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        error = X @ w + b - t
        w, b = w - lr * X.T @ error / len(t), b - lr * error.mean()
    return w, b


@GRADIENT_DESCENT_REGRESSION.wrong(
    "gradients by finite differences", "The gradient comes from differences of E; digits are lost "
    "where E is large. It has a formula.")
def gradient_descent_regression(X, t, lr, steps):
    X, t = np.asarray(X, float), np.asarray(t, float)
    A = np.column_stack([X, np.ones(len(X))])
    theta = np.zeros(A.shape[1])

    def cost(theta):
        return np.mean((A @ theta - t) ** 2) / 2

    for _ in range(steps):
        steep = [(cost(theta + h) - cost(theta - h)) / 2e-5 for h in 1e-5 * np.eye(len(theta))]
        theta = theta - lr * np.array(steep)
    return theta[:-1], theta[-1]


@GRADIENT_DESCENT_REGRESSION.right("one array for both, in place")
def gradient_descent_regression(X, t, lr, steps):
    A = np.column_stack([np.asarray(X, float), np.ones(len(X))])
    theta = np.zeros(A.shape[1])
    for _ in range(steps):
        theta -= lr * A.T @ (A @ theta - np.asarray(t)) / len(A)
    return theta[:-1], theta[-1]


@GRADIENT_DESCENT_REGRESSION.right("loops over examples and features")
def gradient_descent_regression(X, t, lr, steps):
    features = range(len(X[0]))
    w, b = [0.0 for _ in features], 0.0
    for _ in range(steps):
        errors = [sum(w[d] * row[d] for d in features) + b - target
                  for row, target in zip(X, t, strict=True)]
        slopes = [sum(e * row[d] for e, row in zip(errors, X, strict=True)) / len(X)
                  for d in features]
        w = [w[d] - lr * slopes[d] for d in features]
        b -= lr * sum(errors) / len(errors)
    return w, b


@GRADIENT_DESCENT_REGRESSION.right("einsum and means")
def gradient_descent_regression(X, t, lr, steps):
    X, t = np.array(X, float), np.array(t, float)
    w, b = np.zeros_like(X[0]), np.array(0.0)
    for _ in range(steps):
        error = np.einsum("nd,d->n", X, w) + b - t
        w, b = w - lr * np.mean(error[:, None] * X, axis=0), b - lr * error.mean()
    return w, b


@GRADIENT_DESCENT_REGRESSION.right("the normal equations' matrices, computed once")
def gradient_descent_regression(X, t, lr, steps):
    A = np.hstack([np.asarray(X, float), np.ones((len(X), 1))])
    gram, moment = A.T @ A / len(A), A.T @ np.asarray(t, float) / len(A)
    theta = np.zeros(len(moment))
    for _ in range(steps):
        theta = theta + lr * (moment - gram @ theta)
    *w, b = theta
    return w, b


@GRADIENT_DESCENT_REGRESSION.right("recursion from the end")
def gradient_descent_regression(X, t, lr, steps):
    X, t = np.asarray(X, float), np.asarray(t, float)
    if steps == 0:
        return np.zeros(X.shape[1]), 0.0
    w, b = gradient_descent_regression(X, t, lr, steps - 1)
    error = X @ w + b - t
    return w - lr * X.T @ error / len(error), b - lr * np.average(error)
