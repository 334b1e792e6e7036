"""The figures of notebook 1, drawn by the student's own functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyArrowPatch

from course_utils.neuron import mean_loss
from course_utils.plots.figure import FIRST, SECOND, WRONG, drawn_by_the_student, new_axes, show


@drawn_by_the_student
def sigmoid_and_slope(sigmoid: Callable, sigmoid_prime: Callable) -> None:
    """Draws σ and σ′ from the student's functions.

    Args:
        sigmoid, sigmoid_prime: Elementwise functions of an array.
    """
    z = np.linspace(-8, 8, 401)
    figure, axes = new_axes()
    axes.plot(z, sigmoid(z), color=FIRST, label="σ(z)")
    axes.plot(z, sigmoid_prime(z), "--", color=SECOND, label="σ′(z)")
    axes.axhline(0.25, color="0.6", linewidth=0.8, linestyle=":")
    axes.annotate("1/4", (-7.8, 0.27), color="0.3")
    axes.set(xlabel="z", title="The logistic function and its slope")
    axes.legend(loc="center right")
    show(figure, "The logistic function rises from 0 to 1; its slope is a bump of height one "
                 "quarter at z = 0 that is nearly zero beyond −5 and 5.")


@drawn_by_the_student
def chain_of_one_neuron(forward: Callable, backward: Callable,
                        neuron: Mapping[str, float]) -> None:
    """Draws the neuron's computation from left to right with values and bars.

    Args:
        forward, backward: The student's passes, functions of w, b, x, t.
        neuron: The numbers ``w, b, x, t``.
    """
    values = {**neuron, **forward(**neuron)}
    places = {"w": (0, 2), "x": (0, 1), "b": (0, 0), "z": (1.6, 1), "y": (3.2, 1),
              "t": (3.2, 0), "loss": (4.8, 1)}
    edges = [("w", "z"), ("x", "z"), ("b", "z"), ("z", "y"), ("y", "loss"), ("t", "loss")]
    bars = {"loss": 1.0, **backward(**neuron)}
    figure, axes = new_axes(8.4, 4.6)
    for start, end in edges:
        axes.add_patch(FancyArrowPatch(places[start], places[end], arrowstyle="-|>",
                                       shrinkA=20, shrinkB=24, mutation_scale=14, color="0.45"))
    for name, (across, up) in places.items():
        # over the arrows, so that they end where the box begins
        axes.text(across, up, f"{name}\n{float(values[name]):.4g}", ha="center", va="center",
                  zorder=3, bbox={"boxstyle": "round,pad=0.5", "facecolor": "white",
                                  "edgecolor": FIRST if name in bars else "0.6"})
        if name in bars:
            axes.text(across, up - 0.42, f"bar {float(bars[name]):.4g}", ha="center", va="center",
                      color=WRONG, fontsize=9, fontstyle="italic")
    axes.set(xlim=(-0.6, 5.4), ylim=(-0.7, 2.5),
             title="Forward: left to right, the values. Backward: right to left, the bars")
    axes.axis("off")
    listed = ", ".join(f"{name} = {float(values[name]):.4g}" for name in places)
    barred = ", ".join(f"{name} {float(bars[name]):.4g}" for name in places if name in bars)
    show(figure, f"The graph of one neuron. Values: {listed}. Bars: {barred}.")


@drawn_by_the_student
def tangents(function: Callable, slope: Callable, at: list[float]) -> None:
    """Draws a function of t, and at some places the tangent with the student's slope.

    Args:
        function: The course's function of an array.
        slope: The student's derivative, of one number.
        at: Where to draw tangents.
    """
    t = np.linspace(-2, 2, 400)
    figure, axes = new_axes()
    axes.plot(t, function(t), color=FIRST, label="f(cos t, t²)")
    for index, point in enumerate(at):
        steps = np.array([-0.25, 0.25])
        axes.plot(point + steps, function(point) + slope(point) * steps, color=WRONG, linewidth=2.5,
                  label="your df/dt" if index == 0 else None)
        axes.plot(point, function(point), "o", color="black", markersize=4)
    axes.set(xlabel="t", title="Your slopes should lie along the curve")
    axes.legend()
    show(figure, "f along the curve (cos t, t²) against t, with short straight lines of the "
                 "slopes computed by the student's function; right ones touch the curve.")


@drawn_by_the_student
def v_curve(numerical_gradient: Callable) -> None:
    """Draws the error of the student's finite difference of exp at 1 against eps.

    Args:
        numerical_gradient: ``(f, theta, eps)`` → gradient.
    """
    steps = np.logspace(-13, 0, 53)
    errors = [abs(float(numerical_gradient(lambda v: float(np.exp(v)), 1.0, float(h))) - np.e)
              / np.e for h in steps]
    figure, axes = new_axes()
    axes.loglog(steps, np.maximum(errors, 1e-17), "o-", color=FIRST, markersize=3,
                label="your central difference of e^θ at 1")
    axes.loglog(steps, steps**2 / 6, "--", color="0.4", label="ε² / 6")
    axes.loglog(steps, 1e-16 / steps, ":", color="0.2", label="10⁻¹⁶ / ε")
    axes.set(xlabel="step ε", ylabel="relative error", ylim=(1e-13, 10),
             title="Smaller is not always better")
    axes.legend()
    best = steps[int(np.argmin(errors))]
    show(figure, f"Relative error against the step, both logarithmic: a V. It is smallest near a "
                 f"step of {best:.0e}, grows like the square of the step to the right, and like "
                 "one over the step to the left.")


@drawn_by_the_student
def two_messages(backward: Callable, regularized_backward: Callable,
                 neuron: Mapping[str, float], lambdas: Iterable[float]) -> None:
    """Draws the bar of w against λ: the message from z, and what the regulariser adds.

    Args:
        backward, regularized_backward: The student's backward passes.
        neuron: The numbers ``w, b, x, t``.
        lambdas: The strengths λ to try.
    """
    lambdas = np.asarray(list(lambdas))
    from_z = float(backward(**neuron)["w"])
    together = [float(regularized_backward(**neuron, lam=lam)["w"]) for lam in lambdas]
    figure, axes = new_axes()
    axes.plot(lambdas, together, "o-", color=FIRST, label="w_bar, both messages")
    axes.axhline(from_z, linestyle="--", color="0.3", label="message from z alone")
    axes.fill_between(lambdas, from_z, together, color=SECOND, alpha=0.35,
                      label="message from reg, λ · w")
    axes.set(xlabel="λ", ylabel="w_bar", title="At a fan-out the messages add up",
             ylim=(min(0.0, *together, from_z) * 1.1, max(0.0, *together, from_z) * 1.1))
    axes.legend()
    show(figure, f"The bar of w against lambda, a straight line: it starts at the message from z, "
                 f"{from_z:.3g}, and grows by lambda times w to {together[-1]:.3g}.")


def _descent(gradient_descent: Callable, start, X, T, lr, steps) -> np.ndarray:
    """The student's path as an array of shape (steps + 1, 2).

    Raises:
        ValueError: It has another shape.
    """
    path = np.asarray(gradient_descent(*start, X, T, lr, steps), dtype=float)
    if path.shape != (steps + 1, 2):
        raise ValueError(f"gradient_descent should return an array of shape {(steps + 1, 2)}, "
                         f"but it has shape {path.shape}; the check above says more")
    return path


@drawn_by_the_student
def descent(gradient_descent: Callable, start: tuple[float, float], X: np.ndarray,
            T: np.ndarray, lr: float, steps: int) -> None:
    """Draws the path of gradient descent over the contours of E, and E against the step.

    Args:
        gradient_descent: The student's function.
        start: The first point (w, b).
        X, T: The data, shape (N,).
        lr, steps: The learning rate and the number of steps.
    """
    path = _descent(gradient_descent, start, X, T, lr, steps)
    low, high = path.min(axis=0), path.max(axis=0)
    margin = 0.4 * np.maximum(high - low, 1.0)
    W, B = np.meshgrid(np.linspace(low[0] - margin[0], high[0] + margin[0], 120),
                       np.linspace(low[1] - margin[1], high[1] + margin[1], 120))
    costs = mean_loss(path[:, 0], path[:, 1], X, T)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.2))
    figure.subplots_adjust(0.09, 0.17, 0.98, 0.88, wspace=0.25)
    contours = left.contour(W, B, mean_loss(W, B, X, T), 14, cmap="cividis", linewidths=0.9)
    left.clabel(contours, contours.levels[::3], fontsize=7)
    left.plot(*path.T, ".-", color=WRONG, linewidth=1, markersize=4, label="path")
    left.plot(*path[0], "s", color="black", label="start")
    left.plot(*path[-1], "*", color="black", markersize=11, label="end")
    left.set(xlabel="w", ylabel="b", title="Weight space: contours of E and your path",
             aspect="equal")
    left.legend()
    right.plot(costs, color=FIRST)
    right.set(xlabel="step", ylabel="E", title="The cost falls", ylim=(0, None))
    right.spines[["top", "right"]].set_visible(False)
    show(figure, f"Left: the path through weight space from ({path[0, 0]:.2f}, {path[0, 1]:.2f}) "
                 f"to ({path[-1, 0]:.2f}, {path[-1, 1]:.2f}) across the contours of the cost. "
                 f"Right: the cost against the step, from {costs[0]:.3f} to {costs[-1]:.3f}.")


@drawn_by_the_student
def fit(sigmoid: Callable, gradient_descent: Callable, start: tuple[float, float],
        X: np.ndarray, T: np.ndarray, lr: float, steps: int) -> None:
    """Draws the data and the neuron's output before and after gradient descent.

    Args:
        sigmoid, gradient_descent: The student's functions.
        start, X, T, lr, steps: As for `descent`.
    """
    path = _descent(gradient_descent, start, X, T, lr, steps)
    x = np.linspace(X.min() - 0.5, X.max() + 0.5, 300)
    figure, axes = new_axes()
    axes.plot(X, T, "o", color="black", markersize=4, alpha=0.5, label="flowers")
    for label, style, (w, b) in [("before", "--", path[0]), ("after", "-", path[-1])]:
        axes.plot(x, sigmoid(w * x + b), style, color=FIRST, label=f"y {label}")
    w, b = path[-1]
    right = np.mean((np.asarray(sigmoid(w * X + b)) > 0.5) == (T > 0.5))
    axes.set(xlabel="x, petal length − 5 cm", ylabel="t and y",
             title=f"After {steps} steps {right:.0%} of the flowers are told apart")
    axes.legend(loc="center left")
    show(figure, f"Targets 0 and 1 and the output of the neuron against the petal length, before "
                 f"and after the descent. Afterwards the curve rises from 0 to 1 between the two "
                 f"kinds, and {right:.0%} of the flowers are on the right side of one half.")
