"""Checks of the linear models: two ways of regression, the perceptron, the hinge."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course_utils.checks.report import (
    CheckFailed,
    array_of,
    ask,
    close,
    done,
    number,
    passed,
    ratio_hint,
    require,
    show,
)
from course_utils.checks.training.forms import like, pair
from course_utils.finite_difference import derivative

#: Six examples of two features, none special: no column has mean zero.
X = np.array([[1.5, 0.3], [-0.4, 2.2], [2.8, 1.1], [0.6, -1.7], [3.1, 0.9], [-1.2, 0.5]])
T = np.array([2.4, 4.9, 6.3, -1.5, 5.2, 0.7])
#: By hand: the points (0, 1), (1, 3), (2, 5) lie on t = 2x + 1.
ON_A_LINE = (np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 5.0]))


def cost(w: np.ndarray, b: float, inputs, targets) -> float:
    """E of linear regression: the mean of half the squared errors."""
    errors = np.dot(np.asarray(inputs, float), w) + b - np.asarray(targets, float)
    return float(np.dot(errors, errors)) / (2 * len(errors))


def slopes(w: np.ndarray, b: float, inputs, targets) -> np.ndarray:
    """dE/dw and dE/db by finite differences, in one array of D + 1 entries."""
    theta = np.append(w, b)

    def moved(k, v):
        changed = np.where(np.arange(len(theta)) == k, v, theta)
        return cost(changed[:-1], changed[-1], inputs, targets)

    return np.array([derivative(lambda v, k=k: moved(k, v), float(theta[k])).value
                     for k in range(len(theta))])


def weights_of(value, name: str, features: int) -> tuple[np.ndarray, float]:
    """(w, b) as an array of shape (D,) and a number."""
    w, b = pair(value, name, ("w", "b"))
    return (array_of(w, f"the w that {name} returned", (features,)),
            number(b, f"the b that {name} returned"))


def direct_solution(direct_solution: Callable) -> None:
    """Checks ``direct_solution(X, t)``: a line by hand, then that every slope of E is zero."""
    w, b = weights_of(ask(direct_solution, *ON_A_LINE), "direct_solution", 1)
    require(close([*w, b], [2.0, 1.0]),
            f"The points (0, 1), (1, 3), (2, 5) lie on t = 2x + 1, but it gives w = {show(w)} "
            f"and b = {show(b)}.",
            "Is there a column of ones in A, and is its entry of θ the bias?")
    passed("the line through (0, 1), (1, 3), (2, 5) is t = 2x + 1")
    for inputs, targets, text in [(X, T, "6 examples with 2 features"),
                                  ([[1, 2], [3, -1], [0, 4], [2, 2]], [3, 1, 4, 2],
                                   "lists of integers")]:
        w, b = weights_of(ask(direct_solution, inputs, targets), "direct_solution", 2)
        steep = slopes(w, b, inputs, targets)
        require(close(steep, np.zeros(3), 1e-2),
                f"For {text}, E still has a slope where you are, by finite differences: "
                f"{show(steep[:2])} for w and {show(steep[2])} for b.",
                "At the lowest point all slopes are zero. Which equations say so?")
        passed(f"{text}: no slope is left")
    done("direct_solution")


def gradient_descent_regression(gradient_descent_regression: Callable) -> None:
    """Checks ``gradient_descent_regression(X, t, lr, steps)``, one step further each time."""
    name = "gradient_descent_regression"
    w, b = weights_of(ask(gradient_descent_regression, X, T, 0.1, 0), name, 2)
    require(close([*w, b], np.zeros(3)), f"After no steps it is at w = {show(w)}, b = {show(b)}; "
            "the start is zero.")
    passed("starts at zero")
    for inputs, targets, text in [(X, T, "steps go against the gradient"),
                                  ([[3, 1], [-2, 4], [1, -3]], [2, -1, 5], "lists of integers")]:
        w, b = np.zeros(2), 0.0
        for step in range(1, 5):
            steep = slopes(w, b, inputs, targets)
            expected = np.append(w, b) - 0.1 * steep
            before = np.append(w, b)
            w, b = weights_of(
                ask(gradient_descent_regression, inputs, targets, 0.1, step), name, 2)
            moved = np.append(w, b) - before
            factor = float(np.dot(moved, -0.1 * steep) / np.dot(0.1 * steep, 0.1 * steep))
            n = len(targets)
            wrong = "" if close(moved, -0.1 * steep * factor, 1e-4) is False else ratio_hint(
                factor, 1.0, {
                    "It climbs: the gradient must be subtracted.": -1.0,
                    "The step is N times too long: E is a mean.": float(n),
                    "The step is N times too short: the mean is taken twice.": 1 / n,
                    "The step is twice too long: the ½ cancels the 2.": 2.0,
                    "The step is ten times too long: is lr used?": 10.0,
                    "It has not moved at all.": 0.0})
            require(close([*w, b], expected),
                    f"Step {step} with lr = 0.1 leads from {show(before)} to "
                    f"{show(np.append(w, b))} (w, then b); minus lr times the slopes of E there "
                    f"leads to {show(expected)}.",
                    wrong or first_step_hint(close(w, expected[:-1]), close(b, expected[-1]), step))
        passed(text)
    done("gradient_descent_regression")


def first_step_hint(w_right: bool, b_right: bool, step: int) -> str:
    """Where to look after a wrong step of descent, from what of it is right."""
    if step > 1:
        return "Take all slopes at the same point, then move everything."
    if w_right:
        return "w is right so far. The slope for b is the mean of y − t."
    if b_right:
        return "b is right so far. The slope for w is the mean of (y − t) times the row x."
    return "Each slope is a mean over the N examples, and all are taken at the point of the start."


#: Worked out in the notebook: rows, targets, and (w, b) after each epoch.
THREE_POINTS = ([[1, 1], [2, 0], [-1, 1]], [1, -1, 1])


def perceptron(perceptron: Callable) -> None:
    """Checks ``perceptron(X, t, epochs)`` on a case by hand, then row by row on others."""
    w, b, mistakes = answer(perceptron, *THREE_POINTS, 1)
    require(close(mistakes, [2]),
            f"In the first epoch of the example by hand there are 2 mistakes; you have "
            f"{show(mistakes)}.", "The first point has z = 0: that is a mistake too.",
            "The second is looked at with the weights that the first has changed.")
    require(close([*w, b], [-1, 1, 0]),
            f"By hand, the first epoch ends at w = (−1, 1), b = 0; you have w = {show(w)}, "
            f"b = {show(b)}.", "At a mistake, and only then: w += t·x and b += t.")
    passed("the example by hand: 2 mistakes, then w = (−1, 1) and b = 0")
    w, b, _ = answer(perceptron, [[2, 1]], [-1], 1)
    require(close([*w, b], [-2, -1, -1]), "A single mistake, x = (2, 1) with t = −1, should make "
            f"w = (−2, −1) and b = −1; you have w = {show(w)}, b = {show(b)}.")
    apart = np.array([[2.0, 1.0], [3.0, 2.5], [-1.0, -2.0], [2.5, 0.4], [-2.0, 0.5]])
    signs = np.array([1, 1, -1, 1, -1])
    w, b, mistakes = answer(perceptron, apart, signs, 6)
    require(len(mistakes) == 6, f"6 epochs should give 6 counts, but there are {len(mistakes)}.",
            "It goes on to the end even if an epoch has no mistakes.")
    require(mistakes[-1] == 0 and np.all(signs * (np.dot(apart, w) + b) > 0),
            "A line separates these five points, but after 6 epochs it has not been found: "
            f"the mistakes are {show(mistakes)}.")
    passed("finds a line where there is one, and counts every epoch")
    mixed = np.array([[0.4, 1.3], [1.1, -0.2], [-0.7, 0.6], [0.9, 0.8], [0.3, -1.4], [1.6, 0.1]])
    for inputs, targets in [(mixed, np.array([1, -1, 1, 1, -1, -1])),
                            (np.array([[0.1, 0.2], [0.2, 0.1], [0.3, 0.5], [0.5, 0.4]]),
                             np.array([-1, -1, 1, 1])),
                            (np.array([[2, 1], [-1, 3], [1, 1], [0, 2], [1, -4]]),
                             np.array([-1, 1, -1, 1, -1]))]:
        walk(perceptron, inputs, targets)
    w, b, mistakes = answer(perceptron, mixed, [1, -1, 1, 1, -1, -1], 0)
    require(len(mistakes) == 0 and close([*w, b], np.zeros(3)),
            "With no epochs, w and b are zero and there are no counts.")
    passed("w and b are sums of t·x and t over the mistakes, over 5 epochs of three data sets")
    done("perceptron")


def answer(perceptron: Callable, inputs, targets, epochs: int) -> tuple:
    """(w, b, mistakes) in their forms."""
    w, b, mistakes = pair(ask(perceptron, inputs, targets, epochs), "perceptron",
                          ("w", "b", "mistakes"))
    counts = array_of(mistakes, "the mistakes that perceptron returned")
    require(counts.ndim == 1, "mistakes should be a list with one count for each epoch, but has "
            f"shape {counts.shape}.")
    return (array_of(w, "the w that perceptron returned", (np.shape(inputs)[1],)),
            number(b, "the b that perceptron returned"), counts)


def walk(perceptron: Callable, inputs: np.ndarray, targets: np.ndarray) -> None:
    """Runs ever longer: what one more epoch has added must be one t·x for each mistake."""
    at, counted, rows = np.zeros(3), np.zeros(0), np.column_stack([inputs, np.ones(len(inputs))])
    for epoch in range(1, 6):
        w, b, mistakes = answer(perceptron, inputs, targets, epoch)
        require(len(mistakes) == epoch and np.array_equal(mistakes[:-1], counted),
                f"The counts of {epoch} epochs should begin like those of {epoch - 1}, "
                f"{show(counted)}; they are {show(mistakes)}.",
                "Each epoch has a count of its own, from zero.")
        after = np.append(w, b)
        count = int(mistakes[-1])
        signed = rows * targets[:, None]
        wrong = visited(at, signed)
        require(len(wrong) == count, f"In epoch {epoch}, starting from w, b = {show(at)}, visiting "
                f"the rows in order meets {len(wrong)} mistakes; you count {count}.",
                "A mistake is t·(w·x + b) ≤ 0 when the row is visited. Go by hand through one "
                "epoch.")
        require(close(after - at, np.sum(signed[wrong], axis=0)),
                f"In epoch {epoch}, starting from w, b = {show(at)}, the mistakes are the rows "
                f"{wrong.tolist()} (counted from 0); w and b change by {show(after - at)}.",
                "Each mistake adds t·x to w and t to b; a row that is right adds nothing.")
        at, counted = after, mistakes


def visited(at: np.ndarray, signed: np.ndarray) -> np.ndarray:
    """The rows that are on the wrong side when each is visited.

    It is found without walking: the only set of rows of which each is wrong after the additions
    of those before it, and each other row is right.
    """
    n = len(signed)
    masks = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    added = masks[:, :, None] * signed
    margins = np.einsum("mnd,nd->mn", np.cumsum(added, axis=1) - added + at, signed)
    fits = np.all((margins <= 1e-12) == (masks == 1), axis=1)
    return np.flatnonzero(masks[np.argmax(fits)])


def hinge_cost_gradient(hinge_cost_gradient: Callable) -> None:
    """Checks ``hinge_cost_gradient(params, X, t)`` against finite differences."""
    params = {"w": np.array([0.4, -0.7]), "b": 0.3}
    t = np.array([1, -1, 1, 1, -1, -1])
    call = "hinge_cost_gradient(params, X, t)"
    _, grads = pair(ask(hinge_cost_gradient, params, X, t, says=call), "hinge_cost_gradient",
                    ("cost", "grads"))
    grads = like(grads, params, "hinge_cost_gradient", "the gradient of")

    def mean_hinge(theta):
        return float(np.mean(np.maximum(0, 1 - t * (np.dot(X, theta[:2]) + theta[2]))))

    theta = np.array([0.4, -0.7, 0.3])
    steep = np.array([derivative(
        lambda v, k=k: mean_hinge(np.where(np.arange(3) == k, v, theta)), float(theta[k])).value
        for k in range(3)])
    got = np.append(grads["w"], grads["b"])
    if not close(got, steep):
        raise CheckFailed(f"The gradient (w, then b) is {show(got)}; finite differences of the "
                          f"cost say {show(steep)}.",
                          "It climbs: mind the sign." if close(got, -steep) else
                          "Which examples have a loss that is not zero? Only they send a signal.")
    passed("w and b agree with finite differences")
