"""The perceptron: rows in order, a change at every mistake."""

import numpy as np

from autograder.question import Case, Part, Question
from autograder.questions.training.drawing import LISTS

SEPARABLE = "data that a line separates"
OVERLAPPING = "data that no line separates"
NO_EPOCHS = "no epochs at all"
BOUNDARY = "points exactly on the boundary"
ARRAYS = (SEPARABLE, OVERLAPPING, NO_EPOCHS, BOUNDARY)


def draw(rng: np.random.Generator) -> list[Case]:
    def labelled(n):
        return rng.permutation(np.resize([-1, 1, 1], n))

    def clouds(n, features, apart):
        t = labelled(n)
        return rng.normal(0.5, 1.0, (n, features)) + apart * t[:, None], t

    return [
        Case(SEPARABLE, (*clouds(9, 2, 3.0), 6)),
        Case(SEPARABLE, (*clouds(7, 4, 2.5), 4)),
        Case(OVERLAPPING, (*clouds(12, 2, 0.3), 5)),
        Case(OVERLAPPING, (*clouds(8, 3, 0.2), 3)),
        Case(NO_EPOCHS, (*clouds(5, 3, 1.0), 0)),
        Case(BOUNDARY, (
            rng.permutation([[1, 0], [0, 1], [1, 1], [-1, 1], [2, -1], [0, 0]]), labelled(6), 4)),
        Case(LISTS, (rng.permutation([[2, 1], [-1, 3], [0, -2], [4, -1], [1, 1]]).tolist(),
                     labelled(5).tolist(), 5)),
    ]


PERCEPTRON = Question(
    "perceptron", ("perceptron",), draw,
    (
        Part("mistakes", 0.5, 2, ARRAYS, "One count for each epoch: the rows with t (w·x + b) ≤ 0 "
             "at the moment when they are visited."),
        Part("w", 0.5, 0, ARRAYS, "At a mistake, and only there, t·x is added to w."),
        Part("b", 0.25, 1, ARRAYS, "At a mistake, and only there, t is added to b."),
        Part(LISTS, 0.25, 0, (LISTS,), "Make arrays of X and t first."),
    ),
)
slip = PERCEPTRON.slip
slip("a zero is no mistake", "A point exactly on the boundary is a mistake too: ≤ 0, not < 0. "
     "At the start every point is on it.", "<= 0", "< 0")
slip("the bias left out of the decision", "b is learnt but not used: z is w·x + b.",
     "(row @ w + b)", "(row @ w)")
slip("no bias", "b is never changed.", "b + target", "b")
slip("the target left out of the update", "x is added at every mistake; it must be t·x.",
     "w + target * row", "w + row")
slip("the target left out of the decision", "The sign of z alone says nothing: compare it with "
     "the target, by t·z.", "if target * (row @ w + b) <= 0", "if (row @ w + b) <= 0")
slip("sign", "t·x is subtracted: the boundary moves away from where it should be.",
     "w + target * row, b + target", "w - target * row, b - target")
slip("every example counts", "Every row changes w and b; only mistakes should.",
     "if target * (row @ w + b) <= 0:", "if True:")
slip("started anew each epoch", "w and b go back to zero at each epoch.",
     "        wrong = 0\n", "        wrong = 0\n        w, b = np.zeros(X.shape[1]), 0.0\n")
slip("the counts are added up", "The counter is not set back to 0 at the start of an epoch.",
     "mistakes.append(wrong)", "mistakes.append(wrong + sum(mistakes[-1:]))")
slip("early stop", "It stops at an epoch without mistakes. There must be one count for each "
     "epoch.", "        mistakes.append(wrong)\n",
     "        mistakes.append(wrong)\n        if wrong == 0:\n            break\n")
slip("the rows shuffled", "The rows are visited in another order than they came in.",
     "zip(X, t,", "zip(X[::-1], t[::-1],")
slip("the wrong way round", "Another order of the three results: it is (w, b, mistakes).",
     "return w, b, mistakes", "return b, w, mistakes")


@PERCEPTRON.wrong("one step for the whole epoch", "All mistakes of an epoch are found with the "
                  "same w and b. They change at once, before the next row is looked at.")
def perceptron(X, t, epochs):
    X, t = np.asarray(X, float), np.asarray(t, float)
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = t * (X @ w + b) <= 0
        w, b = w + t[wrong] @ X[wrong], b + t[wrong].sum()
        mistakes.append(wrong.sum())
    return w, b, mistakes


@PERCEPTRON.wrong("mistakes counted after the epoch", "The mistakes are counted at the end of the "
                  "epoch, with the final w and b; count them when a row is visited.")
def perceptron(X, t, epochs):
    X, t = np.asarray(X, float), np.asarray(t, float)
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
    for _ in range(epochs):
        for row, target in zip(X, t, strict=True):
            if target * (row @ w + b) <= 0:
                w, b = w + target * row, b + target
        mistakes.append(np.sum(t * (X @ w + b) <= 0))
    return w, b, mistakes


@PERCEPTRON.wrong("targets of 0 and 1", "The predictions are 0 and 1, as if the targets were. "
                  "They are −1 and +1.")
def perceptron(X, t, epochs):
    X, t = np.asarray(X, float), np.asarray(t, float)
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for row, target in zip(X, t, strict=True):
            error = target - (1.0 if row @ w + b > 0 else 0.0)
            w, b = w + error * row, b + error
            wrong += error != 0
        mistakes.append(wrong)
    return w, b, mistakes


@PERCEPTRON.wrong("steps as long as the error", "The step grows with z: this is the squared "
                  "error's step. The perceptron adds t·x, however far off z is.")
def perceptron(X, t, epochs):
    X, t = np.asarray(X, float), np.asarray(t, float)
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for row, target in zip(X, t, strict=True):
            z = row @ w + b
            if target * z <= 0:
                w, b, wrong = w + (target - z) * row, b + (target - z), wrong + 1
        mistakes.append(wrong)
    return w, b, mistakes


@PERCEPTRON.wrong("arrays only", "Lists are not arrays: start with np.asarray.")
def perceptron(X, t, epochs):
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for k in range(X.shape[0]):
            if t[k] * (X[k] @ w + b) <= 0:
                w, b, wrong = w + t[k] * X[k], b + t[k], wrong + 1
        mistakes.append(wrong)
    return w, b, mistakes


@PERCEPTRON.right("the bias as one more weight")
def perceptron(X, t, epochs):
    A = np.column_stack([np.asarray(X, float), np.ones(len(X))])
    theta, mistakes = np.zeros(A.shape[1]), np.zeros(epochs, dtype=int)
    for epoch in range(epochs):
        for a, target in zip(A, t, strict=True):
            if np.sign(a @ theta) != target:
                theta += target * a
                mistakes[epoch] += 1
    return theta[:-1], theta[-1], mistakes


@PERCEPTRON.right("plain lists")
def perceptron(X, t, epochs):
    w, b, mistakes = [0.0] * len(X[0]), 0.0, [0] * epochs
    for epoch in range(epochs):
        for x, target in zip(X, t, strict=True):
            z = b
            for weight, value in zip(w, x, strict=True):
                z += weight * value
            if z == 0 or (z > 0) != (target > 0):
                mistakes[epoch] += 1
                b += target
                w = [weight + target * value for weight, value in zip(w, x, strict=True)]
    return w, b, mistakes


@PERCEPTRON.right("a class that keeps the state")
def perceptron(X, t, epochs):
    class Neuron:
        def __init__(self, features):
            self.w, self.b = np.zeros(features), 0.0

        def learn(self, x, target):
            wrong = target * (np.dot(self.w, x) + self.b) <= 0
            if wrong:
                self.w = self.w + target * x
                self.b += target
            return wrong

    X = np.array(X, float)
    neuron = Neuron(X.shape[1])
    mistakes = [sum(neuron.learn(x, target) for x, target in zip(X, t, strict=True))
                for _ in range(epochs)]
    return neuron.w, neuron.b, mistakes


@PERCEPTRON.right("as coefficients of the examples")
def perceptron(X, t, epochs):
    X, t = np.asarray(X, float), np.asarray(t, float)
    counts, mistakes = np.zeros(len(t)), []
    for _ in range(epochs):
        before = counts.sum()
        for k in range(len(t)):
            w, b = (counts * t) @ X, counts @ t
            counts[k] += t[k] * (w @ X[k] + b) <= 0
        mistakes.append(counts.sum() - before)
    return (counts * t) @ X, counts @ t, mistakes


@PERCEPTRON.right("an update multiplied by a truth value")
def perceptron(X, t, epochs):
    signed = np.column_stack([np.asarray(X, float), np.ones(len(X))]) * np.asarray(t)[:, None]
    theta, log = np.zeros(signed.shape[1]), []
    for _ in range(epochs):
        for row in signed:
            wrong = float(row @ theta <= 0)
            theta = theta + wrong * row
            log.append(wrong)
    mistakes = np.reshape(log, (epochs, -1)).sum(axis=1) if epochs else []
    return theta[:-1], theta[-1], mistakes
