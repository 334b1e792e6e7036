"""Figures of the linear models: a line with its errors, two ways to it, two perceptrons."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import NullLocator

from course_utils.datasets import Dataset
from course_utils.plots.figure import FIRST, SECOND, WRONG, drawn_by_the_student, new_axes, show


@drawn_by_the_student
def line_and_errors(direct_solution: Callable, data: Dataset) -> None:
    """Draws the points, the student's line, and what is left of each point above or below it.

    Args:
        direct_solution: ``(X, t)`` → ``(w, b)``.
        data: With one feature.
    """
    x, t = data.X_train[:, 0], data.t_train
    w, b = direct_solution(data.X_train, t)
    w, b = float(np.ravel(w)[0]), float(b)
    figure, axes = new_axes()
    axes.vlines(x, t, w * x + b, color=SECOND, linewidth=1.2, label="errors y − t")
    axes.plot(x, t, "o", color="black", markersize=4, label="examples")
    ends = np.array([x.min(), x.max()])
    axes.plot(ends, w * ends + b, color=FIRST, label=f"y = {w:.2f} x {'−+'[b >= 0]} {abs(b):.2f}")
    cost = float(np.mean((w * x + b - t) ** 2)) / 2
    axes.set(xlabel="x", ylabel="t and y", title=f"Your line: E = {cost:.3f}")
    axes.legend()
    show(figure, f"{len(t)} points and the line y = {w:.2f} x {'−+'[b >= 0]} {abs(b):.2f} among "
                 f"them; vertical bars show the errors. Their mean half square is {cost:.3f}.")


@drawn_by_the_student
def two_ways(direct_solution: Callable, gradient_descent_regression: Callable,
             data: Dataset) -> None:
    """Draws how E comes down to the direct solution's, with raw and with standardised features.

    Args:
        direct_solution: ``(X, t)`` → ``(w, b)``.
        gradient_descent_regression: ``(X, t, lr, steps)`` → ``(w, b)``.
        data: For regression, features of different sizes.
    """
    X, t = data.X_train, data.t_train
    standard = (X - X.mean(axis=0)) / X.std(axis=0)
    steps = np.unique(np.rint(np.logspace(0, 3, 13)).astype(int))
    figure, axes = new_axes(6.5)
    said = []
    for inputs, text, style, colour in [(X, "raw features", "s--", SECOND),
                                        (standard, "standardised", "o-", FIRST)]:
        # the largest rate that does not overshoot: 1 over the largest curvature of E
        A = np.column_stack([inputs, np.ones(len(t))])
        lr = 1.0 / float(np.linalg.norm(A, 2) ** 2 / len(t))
        costs = [half_square(gradient_descent_regression(inputs, t, lr, int(k)), inputs, t)
                 for k in steps]
        axes.loglog(steps, costs, style, color=colour, label=f"{text}, lr = {lr:.2g}", markersize=4)
        said.append(f"with {text} E is {costs[-1]:.0f} after {steps[-1]} steps")
    best = half_square(direct_solution(X, t), X, t)
    axes.axhline(best, color="0.3", linestyle=":", label="direct solution")
    axes.set(xlabel="steps", ylabel="E", title="Gradient descent on its way to the direct solution")
    axes.set_yticks([1000, 2000, 5000, 10000], ["1000", "2000", "5000", "10000"])
    axes.yaxis.set_minor_locator(NullLocator())
    axes.legend()
    show(figure, f"The cost against the number of steps, both logarithmic: {' and '.join(said)}; "
                 f"the direct solution has {best:.0f}.")


def half_square(found: tuple, X: np.ndarray, t: np.ndarray) -> float:
    """E of linear regression."""
    w, b = found
    return float(np.mean((np.dot(X, np.asarray(w, float)) + float(b) - t) ** 2)) / 2


@drawn_by_the_student
def two_perceptrons(perceptron: Callable, apart: Dataset, mixed: Dataset, epochs: int) -> None:
    """Draws the student's boundaries and the mistakes of each epoch, on two data sets.

    Args:
        perceptron: ``(X, t, epochs)`` → ``(w, b, mistakes)``.
        apart, mixed: Binary, of two features; a line separates the first.
        epochs: How many.
    """
    figure, panels = plt.subplots(2, 2, figsize=(8.5, 5.6), layout="constrained",
                                  height_ratios=[2, 1])
    said = []
    for column, (data, text) in enumerate([(apart, "a line exists"), (mixed, "no line exists")]):
        above, below = panels[:, column]
        X, t = data.X_train, 2 * data.t_train - 1
        for sign, marker, colour in [(-1, "o", FIRST), (1, "^", SECOND)]:
            above.plot(*X[t == sign].T, marker, color=colour, markersize=4, alpha=0.7)
        low, high = X.min(axis=0) - 0.5, X.max(axis=0) + 0.5
        above.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), title=text)
        for last in range(5, -1, -1):
            w, b, mistakes = perceptron(X, t, epochs - last)
            draw_line(above, np.asarray(w, float), float(b), low, high, last)
        mistakes = np.asarray(mistakes)
        below.bar(np.arange(1, epochs + 1), mistakes, color="0.4")
        below.set(xlabel="epoch", ylabel="mistakes", ylim=(0, None))
        below.spines[["top", "right"]].set_visible(False)
        said.append(f"where {text}, the mistakes go from {mistakes[0]} in the first epoch to "
                    f"{mistakes[-1]} in epoch {epochs}")
    figure.suptitle("The boundary after the last six epochs (the last one bold)")
    show(figure, f"Two clouds of points, far apart and overlapping, with the perceptron's "
                 f"boundaries of the last six epochs, and the mistakes of each epoch below: "
                 f"{'; '.join(said)}.")


def draw_line(axes, w: np.ndarray, b: float, low: np.ndarray, high: np.ndarray, age: int) -> None:
    """Draws w·x + b = 0 inside a box, fainter the older it is."""
    if not np.any(w):
        return
    at = -b * w / np.dot(w, w)
    along = np.array([-w[1], w[0]]) / np.linalg.norm(w)
    ends = np.array([at - 50 * along, at + 50 * along])
    axes.plot(*ends.T, color="black" if age == 0 else WRONG, linewidth=2 if age == 0 else 0.9,
              linestyle="-" if age == 0 else "--", alpha=1 if age == 0 else 0.8,
              scalex=False, scaley=False)
