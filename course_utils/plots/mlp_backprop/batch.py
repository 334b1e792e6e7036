"""What a hidden layer can do, what each example wants, and gradient descent on exclusive or."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from course_utils.plots.figure import FIRST, drawn_by_the_student, show

#: Where the steepest descent on exclusive or starts, how long its steps are, and how many.
SEED, RATE, STEPS = 1, 0.6, 1500


def height(forward: Callable, params: Mapping, count: int = 41) -> tuple[np.ndarray, np.ndarray]:
    """The network's output over the plane: places (M,) on each axis, outputs (M, M)."""
    places = np.linspace(-0.4, 1.4, count)
    nothing = np.zeros(1)
    return places, np.array([[float(np.ravel(forward(params, np.array([a, b]), nothing)["y"])[0])
                              for a in places] for b in places])


def plane(axes: Axes, forward: Callable, params: Mapping, X: np.ndarray, T: np.ndarray) -> None:
    """The output over the plane as shades and contours, with the four examples on it."""
    places, outputs = height(forward, params)
    axes.contourf(places, places, outputs, np.linspace(-0.6, 1.6, 12), cmap="Greys", alpha=0.55,
                  extend="both")
    lines = axes.contour(places, places, outputs, [0.25, 0.5, 0.75], colors=[FIRST],
                         linestyles=["dotted", "solid", "dashed"])
    axes.clabel(lines, fontsize=7)
    for (a, b), t in zip(X, T[:, 0], strict=True):
        axes.plot(a, b, "s" if t else "o", color="white", markeredgecolor="black", markersize=12)
        axes.text(a, b, f"{t:.0f}", ha="center", va="center", fontsize=8)
    axes.set(xlabel="first input", ylabel="second input", aspect="equal")


@drawn_by_the_student
def surface(forward: Callable, params: Mapping, X: np.ndarray, T: np.ndarray) -> None:
    """Draws the output of a network with two inputs over the plane.

    Args:
        forward: The student's ``(params, x, t)`` → dict with ``y``.
        params: A network with two inputs and one output.
        X, T: Examples, shapes (N, 2) and (N, 1).
    """
    figure, axes = plt.subplots(figsize=(4.8, 4.2), layout="constrained")
    plane(axes, forward, params, X, T)
    axes.set_title("y over the plane: a ridge between two lines")
    outputs = ", ".join(f"{float(np.ravel(forward(params, x, t)['y'])[0]):.2f}"
                        for x, t in zip(X, T, strict=True))
    show(figure, "The network's output over the plane of its two inputs, as shades and contours. "
                 f"At the four corners (0,0), (0,1), (1,0), (1,1) it is {outputs}.")


def four_examples() -> tuple[dict, np.ndarray, np.ndarray]:
    """A network with three inputs and four hidden units, and four examples for it."""
    rng = np.random.default_rng(12)
    params = {"W1": rng.normal(size=(4, 3)), "b1": rng.normal(size=4),
              "W2": rng.normal(size=(2, 4)), "b2": rng.normal(size=2)}
    return params, rng.normal(size=(4, 3)), rng.normal(size=(4, 2))


@drawn_by_the_student
def votes(backward: Callable, cost_gradient: Callable) -> None:
    """Draws the gradient of W1 for each of four examples, and that of the cost beside their mean.

    Args:
        backward: The student's ``(params, x, t)`` → dict of bars.
        cost_gradient: The student's ``(params, X, T)`` → dict of gradients.
    """
    params, X, T = four_examples()
    alone = [np.asarray(backward(params, x, t)["W1"], dtype=float)
             for x, t in zip(X, T, strict=True)]
    together = np.asarray(cost_gradient(params, X, T)["W1"], dtype=float)
    mean = np.mean(alone, axis=0)
    pictures = [*((f"example {n + 1}", table) for n, table in enumerate(alone)),
                ("their mean", mean), ("your gradient of E", together)]
    size = max(float(np.max(np.abs(table))) for _, table in pictures)
    figure, panels = plt.subplots(1, 6, figsize=(10, 2.7), layout="constrained")
    for axes, (title, table) in zip(panels, pictures, strict=True):
        axes.imshow(table, cmap="PuOr", vmin=-size, vmax=size)
        for (i, j), value in np.ndenumerate(table):
            text = f"{round(value, 2) + 0.0:.2f}".replace("-", "−")
            axes.text(j, i, text, ha="center", va="center", fontsize=7,
                      color="white" if abs(value) > 0.65 * size else "black")
        axes.set(xticks=[], yticks=[])
        axes.set_title(title, fontsize=9)
    same = "agrees with" if np.allclose(mean, together) else "differs from"
    show(figure, "Six tables of the gradient of W1: for each of four examples alone, their mean, "
                 f"and the gradient of the cost, which {same} the mean.")


def first_parameters() -> dict[str, np.ndarray]:
    """Where the descent on exclusive or starts: four hidden units, random weights."""
    rng = np.random.default_rng(SEED)
    return {"W1": rng.normal(size=(4, 2)), "b1": rng.normal(size=4),
            "W2": rng.normal(size=(1, 4)), "b2": np.zeros(1)}


@drawn_by_the_student
def learning(forward: Callable, cost: Callable, cost_gradient: Callable, X: np.ndarray,
             T: np.ndarray) -> None:
    """Descends along the student's gradient, and draws the cost and the outputs.

    Args:
        forward, cost, cost_gradient: The student's functions.
        X, T: Examples, shapes (N, 2) and (N, 1).
    """
    params = start = first_parameters()
    costs = []
    for step in range(STEPS + 1):
        if step % 10 == 0:
            costs.append(float(cost(params, X, T)))
        gradient = cost_gradient(params, X, T)
        params = {name: params[name] - RATE * np.asarray(gradient[name]) for name in params}
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(10.5, 3.5), layout="constrained",
                                                 width_ratios=[1.2, 1, 1])
    left.plot(10 * np.arange(len(costs)), costs, color=FIRST)
    left.set(xlabel="step", ylabel="E", title="The cost falls", ylim=(0, None))
    left.spines[["top", "right"]].set_visible(False)
    for axes, title, at in [(middle, "y before", start), (right, f"y after {STEPS} steps", params)]:
        plane(axes, forward, at, X, T)
        axes.set_title(title)
    answers = ", ".join(f"{float(np.ravel(forward(params, x, t)['y'])[0]):.1f}"
                        for x, t in zip(X, T, strict=True))
    show(figure, f"Left: the cost falls from {costs[0]:.2f} to {costs[-1]:.2f} in {STEPS} steps. "
                 "Right: the output over the plane before and after. Afterwards it is "
                 f"{answers} at the corners (0,0), (0,1), (1,0), (1,1).")
