"""Is the deep gradient right, what does a gradient cost, and when does the check mislead?"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from course_utils.finite_difference import derivative
from course_utils.mlp import ACTIVATIONS, random_network
from course_utils.plots.figure import FIRST, SECOND, WRONG, drawn_by_the_student, new_axes, show

#: Sizes of the network whose gradient is drawn entry by entry.
SIZES = (4, 6, 5, 6, 2)


@drawn_by_the_student
def agreement(deep_forward: Callable, deep_backward: Callable) -> None:
    """Draws every entry of a deep gradient against its finite difference.

    Args:
        deep_forward: The student's ``(params, X, activation)`` → Y.
        deep_backward: The student's ``(params, X, activation, Y_bar)`` → list of pairs.
    """
    rng = np.random.default_rng(4)
    X, Y_bar = rng.normal(size=(7, SIZES[0])), rng.normal(size=(7, SIZES[-1]))
    figure, panels = plt.subplots(1, 3, figsize=(10, 3.4), layout="constrained")
    said = []
    for axes, activation in zip(panels, ACTIVATIONS, strict=True):
        params = random_network(SIZES, rng)
        bars = deep_backward(params, X, activation, Y_bar)
        worst = largest = 0.0
        for k, (marker, colour) in enumerate(zip("osD^", ("0.1", FIRST, SECOND, "0.55"),
                                                 strict=True)):
            given = np.concatenate([np.ravel(np.asarray(part, dtype=float)) for part in bars[k]])
            measured = np.concatenate([
                by_differences(deep_forward, params, k, part, X, activation, Y_bar)
                for part in (0, 1)])
            axes.plot(measured, given, marker, color=colour, markersize=4, alpha=0.7,
                      label=f"layer {k + 1}")
            worst = max(worst, float(np.max(np.abs(given - measured))))
            largest = max(largest, float(np.max(np.abs(measured))))
        axes.axline((0, 0), slope=1, color="0.7", linewidth=0.8, zorder=0)
        axes.set(title=activation, xlabel="finite differences", ylabel="your gradient")
        axes.spines[["top", "right"]].set_visible(False)
        right = worst < 1e-4 * largest
        said.append(f"{activation}: {'all on the diagonal' if right else 'some off the diagonal'}")
    panels[0].legend(fontsize=8)
    show(figure, "Each weight and bias of a network with three hidden layers: the student's "
                 f"gradient against finite differences, for three activations. {'; '.join(said)}.")


def by_differences(deep_forward: Callable, params: list, k: int, part: int, X: np.ndarray,
                   activation: str, Y_bar: np.ndarray) -> np.ndarray:
    """Central differences of Σ Y_bar ∘ Y for one array of one layer, flat."""
    at, found = params[k][part], []
    for index in np.ndindex(at.shape):
        sums = []
        for step in (1e-5, -1e-5):
            moved = at.copy()
            moved[index] += step
            layer = (moved, params[k][1]) if part == 0 else (params[k][0], moved)
            Y = deep_forward([*params[:k], layer, *params[k + 1:]], X, activation)
            sums.append(float(np.sum(Y_bar * np.asarray(Y))))
        found.append((sums[0] - sums[1]) / 2e-5)
    return np.array(found)


@drawn_by_the_student
def cost_of_a_gradient(multiply_adds: Callable) -> None:
    """Draws the multiply-adds of one gradient against depth and against width.

    Args:
        multiply_adds: The student's ``(sizes)`` → ``(forward, backward)``.
    """
    depths = np.array([1, 2, 4, 8, 16, 32])
    widths = np.array([8, 16, 32, 64, 128, 256])
    cases = [("hidden layers of 32 units", depths, [[32, *[32] * d, 32] for d in depths]),
             ("units in each of 4 layers", widths, [[w] * 5 for w in widths])]
    figure, panels = plt.subplots(1, 2, figsize=(9.6, 3.8), layout="constrained")
    growth = []
    for axes, (text, sizes, networks) in zip(panels, cases, strict=True):
        forward, backward = np.array([multiply_adds(each) for each in networks], dtype=float).T
        parameters = np.array([sum((of + 1) * to for of, to in pairwise(each))
                               for each in networks])
        one = forward + backward
        axes.loglog(sizes, 2 * parameters * forward, "s--", color=WRONG, markersize=4,
                    label="central differences")
        axes.loglog(sizes, one, "o-", color=FIRST, markersize=4, label="forward and backward")
        axes.loglog(sizes, forward, ":", color="0.3", label="forward alone")
        axes.set(xlabel=text, ylabel="multiply-adds for one example")
        axes.set_xticks(sizes, sizes)
        axes.minorticks_off()
        axes.spines[["top", "right"]].set_visible(False)
        growth.append((one[-1] / one[-2], parameters[-1] * 2 * forward[-1] / one[-1]))
    panels[0].set_title("Depth: a line of slope 1")
    panels[1].set_title("Width: slope 2, differences slope 4")
    panels[0].legend(fontsize=8)
    show(figure, f"Multiply-adds of one gradient, both axes logarithmic. Twice the layers cost "
                 f"{growth[0][0]:.1f} times as much, twice the width {growth[1][0]:.1f} times. At "
                 f"the largest width central differences cost {growth[1][1]:,.0f} times as much as "
                 "backprop.")


@drawn_by_the_student
def counted_calls(mlp_cost: Callable, mlp_cost_gradient: Callable) -> None:
    """Counts how often the cost is called for one gradient by central differences.

    Args:
        mlp_cost: The student's ``(params, X, T)`` → E.
        mlp_cost_gradient: The student's ``(params, X, T)`` → dict of gradients.
    """
    rng = np.random.default_rng(8)
    widths = [1, 2, 4, 8, 16]
    calls, errors = [], []
    for H in widths:
        (W1, b1), (W2, b2) = random_network((3, H, 2), rng)
        params = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
        X, T = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
        count, gradient = central_differences(mlp_cost, params, X, T)
        calls.append(count)
        own = mlp_cost_gradient(params, X, T)
        errors.append(max(float(np.max(np.abs(gradient[name] - np.asarray(own[name]))))
                          for name in params))
    figure, axes = new_axes()
    axes.plot(widths, calls, "s--", color=WRONG, label="calls of your mlp_cost")
    axes.axhline(1, color=FIRST, label="one call of your mlp_cost_gradient")
    for H, count in zip(widths, calls, strict=True):
        axes.annotate(str(count), (H, count), textcoords="offset points", xytext=(6, -10),
                      fontsize=8)
    axes.set(xlabel="hidden units H, with D = 3 and K = 2", ylabel="calls", xticks=widths,
             title="Counted, not computed: what one gradient takes")
    axes.legend()
    close = "agree" if max(errors) < 1e-6 else "do not agree"
    listed = ", ".join(f"{count} for H = {H}" for H, count in zip(widths, calls, strict=True))
    show(figure, f"Calls of the cost that central differences took for one gradient: {listed}. "
                 f"One call of the student's gradient does the same; the two {close}.")


def central_differences(cost: Callable, params: dict, X: np.ndarray,
                        T: np.ndarray) -> tuple[int, dict]:
    """The gradient of a cost by central differences, and how many calls it took."""
    calls, gradient = 0, {}
    for name, array in params.items():
        gradient[name] = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            ends = []
            for step in (1e-5, -1e-5):
                moved = array.copy()
                moved[index] += step
                ends.append(float(cost({**params, name: moved}, X, T)))
                calls += 1
            gradient[name][index] = (ends[0] - ends[1]) / 2e-5
    return calls, gradient


def power(step: float) -> str:
    """A small step in words: 2·10⁻⁵."""
    digit, exponent = f"{step:.0e}".split("e-0")
    return f"{digit}·10⁻{'⁰¹²³⁴⁵⁶⁷⁸⁹'[int(exponent)]}"


@drawn_by_the_student
def misleading_kink(relu_vjp: Callable) -> None:
    """Draws central differences of max(0, z) for several steps, and the student's slope.

    Args:
        relu_vjp: The student's ``(h_bar, z)`` → ``z_bar``.
    """
    relu = ACTIVATIONS["relu"]
    scale = 1e-6
    z = scale * np.linspace(-30, 30, 601)
    own = np.asarray(relu_vjp(np.ones(len(z)), z), dtype=float)
    figure, axes = new_axes(7.2, 3.6)
    said = []
    for step, style, colour in [(2e-5, ":", "0.3"), (1e-5, "--", WRONG), (1e-6, "-.", SECOND)]:
        central = (relu(z + step) - relu(z - step)) / (2 * step)
        axes.plot(z / scale, central, style, color=colour, linewidth=1.8,
                  label=f"central difference, ε = {power(step)}")
        at = float((relu(scale + step) - relu(scale - step)) / (2 * step))
        said.append(f"{at:.3g} with ε = {power(step)}")
    axes.plot(z / scale, own, color=FIRST, linewidth=1.2, label="your relu_vjp, h_bar = 1")
    axes.axvline(1, color="0.8", linewidth=0.8, zorder=0)
    axes.set(xlabel="z in millionths", ylabel="slope of max(0, z)",
             title="Near the corner the check is wrong, not you")
    axes.legend(fontsize=8)
    verdict = derivative(lambda v: float(relu(v)), 0.0).verdict
    slope = float(np.asarray(relu_vjp(1.0, scale)))
    show(figure, "Slopes of max(0, z) near z = 0. The student's is a step. Central differences are "
                 f"ramps as wide as two steps: at z = 10⁻⁶ they say {', '.join(said)}; the "
                 f"student's slope there is {slope:.3g}. "
                 f"The course's own checker calls z = 0 a {verdict}.")
