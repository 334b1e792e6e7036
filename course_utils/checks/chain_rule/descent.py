"""Checks of notebook 1: difference quotients, the gradient of a cost, and descent."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course_utils.checks.report import (
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
from course_utils.finite_difference import derivative
from course_utils.neuron import mean_loss


def numerical_gradient(numerical_gradient: Callable) -> None:
    """Checks ``numerical_gradient(f, theta, eps)`` on functions with known differences."""
    def cube(theta):
        return float(np.asarray(theta) ** 3)

    slope = number(ask(numerical_gradient, cube, 1.0, 0.1), "the gradient at a single number")
    require(close(slope, 3.01),
            f"For f(θ) = θ³ at θ = 1 with eps = 0.1 it is {show(slope)}; by hand it is "
            "(1.1³ − 0.9³) / 0.2 = 3.01.",
            ratio_hint(slope, 1.0, {
                "That is the one-sided difference (1.1³ − 1) / 0.1.": 3.31,
                "Divide by 2·eps: the two points are 2·eps apart.": 6.02,
                "Is eps used? With a tiny step one gets 3.": 3.0,
                "That is (1.1³ − 1) / 0.2: from θ + eps, a step of −eps leads to θ only.": 1.655,
                "Python reads a / 2 * eps as (a / 2) * eps: the 2 * eps needs brackets.":
                    0.0301}) or
            "One entry moved up by eps, then down by eps, nothing else.")
    passed("(1.1³ − 0.9³) / 0.2 = 3.01, for a single number")
    for shape in ((4,), (2, 3)):
        A = 1.0 + np.arange(np.prod(shape)).reshape(shape)
        theta = np.linspace(-1, 1.5, A.size).reshape(shape)

        def f(theta, A=A):
            return float(np.sum(A * theta) ** 2)

        got = array_of(ask(numerical_gradient, f, theta, 0.01),
                       f"the gradient at theta of shape {shape}", shape)
        expected = np.array([
            derivative(lambda v, k=k, A=A, p=theta: f(replaced(p, k, v), A), p0).value
            for k, p0 in zip(np.ndindex(shape), theta.ravel().tolist(), strict=True)
        ]).reshape(shape)
        require(close(got, expected),
                f"For f(θ) = (Σ aθ)² with theta of shape {shape} and eps = 0.01 it is "
                f"{show(got)}; it should be {show(expected)}.",
                "Is only one entry moved at a time, and moved back before the next?")
        passed(f"theta of shape {shape}, left as it was")
    for theta in (np.array([1, 2, 3]), [1, 2, 3]):
        got = array_of(ask(numerical_gradient, lambda v: float(np.sum(np.square(v))) / 4, theta,
                           says=f"numerical_gradient(f, {show(theta)})"),
                       f"the gradient at {show(theta)}", (3,))
        require(close(got, [0.5, 1, 1.5], 1e-5),
                f"For f(θ) = ¼ Σ θ² at {show(theta)} it is {show(got)}; it should be ½, 1, 1½.",
                "Neither 1 + 0.00001 nor ½ fits into an array of integers: convert theta to float "
                "before you make anything from it.")
    passed("integers and lists")
    done("numerical_gradient")


def replaced(theta: np.ndarray, index: tuple, value: float) -> np.ndarray:
    """A copy of theta with one entry set."""
    copy = theta.copy()
    copy[index] = value
    return copy


def some_data() -> tuple[np.ndarray, np.ndarray]:
    """Five examples, X and T of shape (5,), none special."""
    return np.array([-1.5, -0.2, 0.4, 1.1, 2.3]), np.array([0.1, 0.7, 0.3, 0.9, 0.6])


def cost_slopes(w: float, b: float, X, T) -> tuple[float, float]:
    """dE/dw and dE/db by finite differences on the course's own cost."""
    return (derivative(lambda v: mean_loss(v, b, X, T), float(w)).value,
            derivative(lambda v: mean_loss(w, v, X, T), float(b)).value)


def cost_gradient(cost_gradient: Callable) -> None:
    """Checks ``cost_gradient(w, b, X, T)`` against finite differences of the mean loss."""
    X, T = some_data()
    for data, text in [((X, T), "5 examples"), ((X[:1], T[:1]), "a single example"),
                       (([3, -1, 2], [1, 0, 1]), "lists of integers")]:
        pair = array_of(ask(cost_gradient, 0.7, -0.4, *data),
                        f"for {text}, what cost_gradient returned, (dw, db),", (2,))
        for value, expected, name in zip(
                pair, cost_slopes(0.7, -0.4, *data), ("dw", "db"), strict=True):
            n = len(data[0])
            require(close(value, expected),
                    f"For {text}, {name} is {show(value)}; finite differences of E say "
                    f"{show(expected)}.",
                    ratio_hint(value, expected, {
                        "That is the sum over the examples; E is their mean.": float(n),
                        "It is divided by N once too often.": 1 / n,
                        "The sign is turned.": -1.0}) or
                    "dE/dw is the mean of the N values that backward gives for w, and so for b.")
        passed(text)
    done("cost_gradient")


def step_hint(path: np.ndarray, k: int, expected: np.ndarray) -> str:
    """Where to look if step k of a path does not lead where it is expected to."""
    move, right = path[k + 1] - path[k], expected - path[k]
    if close(move, -right):
        return "It climbs: the gradient must be subtracted."
    if k and close(move, path[1] - path[0]):
        return "It is the same step as the first one: take the gradient anew where you are."
    if np.array_equal(path, np.round(path)):
        return "All rows are whole numbers: an array made from integers cuts off every fraction."
    if close(move[0], right[0]):
        return ("w moves as it should, b does not. Both derivatives belong to the point before the "
                "step: compute both, then move.")
    return "Minus lr times (dw, db), both taken at the point before the step."


def gradient_descent(gradient_descent: Callable) -> None:
    """Checks ``gradient_descent(w, b, X, T, lr, steps)`` step by step."""
    X, T = some_data()
    lr, steps = 8, 6  # long steps: what is taken at another point differs at a glance
    for start in ((0.7, -0.4), (1, -2)):
        path = array_of(ask(gradient_descent, *start, X, T, lr, steps),
                        f"the path of {steps} steps (the start, then a row for each step)",
                        (steps + 1, 2))
        require(close(path[0], start), f"The first row is {show(path[0])}; it should be the "
                f"start, {start}.")
        for k in range(steps):
            expected = path[k] - lr * np.array(cost_slopes(*path[k], X, T))
            require(close(path[k + 1], expected),
                    f"Step {k + 1} goes from {show(path[k])} to {show(path[k + 1])}; minus lr "
                    f"times the gradient there leads to {show(expected)}.",
                    step_hint(path, k, expected))
    passed("starts at the start, and every step goes against the gradient")
    array_of(ask(gradient_descent, 0.1, 0.2, X, T, lr, 0), "a path of 0 steps", (1, 2))
    passed("no steps: only the start")
    done("gradient_descent")
