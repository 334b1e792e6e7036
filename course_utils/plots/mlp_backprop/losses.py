"""Losses against the prediction, and what of them reaches the network."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np

from course_utils.neuron import logistic
from course_utils.plots.figure import FIRST, SECOND, WRONG, drawn_by_the_student, new_axes, show


@drawn_by_the_student
def softmax_bars(softmax_cross_entropy: Callable) -> None:
    """Draws the bars of three examples beside the probabilities: p less one at the label.

    Args:
        softmax_cross_entropy: The student's ``(logits, labels)`` → ``(losses, bars)``.
    """
    logits = np.log([[1.0, 2.0, 5.0], [6.0, 1.0, 1.0], [1.0, 1.0, 8.0]])
    labels = np.array([1, 0, 0])
    losses, bars = (np.asarray(part, dtype=float)
                    for part in softmax_cross_entropy(logits, labels))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    figure, panels = plt.subplots(1, 3, figsize=(9.5, 3.1), layout="constrained", sharey=True)
    said = []
    for n, axes in enumerate(panels):
        axes.bar(np.arange(3) - 0.2, p[n], 0.38, color="white", edgecolor=FIRST, label="p")
        axes.bar(np.arange(3) + 0.2, bars[n], 0.38, color=SECOND, edgecolor="black", hatch="//",
                 label="your bar")
        axes.axhline(0, color="black", linewidth=0.8)
        axes.set(xticks=range(3), ylim=(-1.05, 1.05),
                 title=f"label {labels[n]}, loss {losses[n]:.2f}")
        axes.set_xticklabels([f"class {k}" + (" ✓" if k == labels[n] else "") for k in range(3)])
        axes.spines[["top", "right"]].set_visible(False)
        said.append(f"label {labels[n]}: p = {np.round(p[n], 3).tolist()}, bars = "
                    f"{np.round(bars[n], 3).tolist()}, loss {losses[n]:.2f}")
    panels[0].legend(fontsize=8, loc="lower right")
    show(figure, f"Three examples, each with probabilities and bars. {'; '.join(said)}.")


@drawn_by_the_student
def why_the_loss_matters(sigmoid_vjp: Callable, logistic_cross_entropy: Callable) -> None:
    """Draws what reaches z from a squared error on y = σ(z) and from the cross-entropy, at t = 0.

    Args:
        sigmoid_vjp: The student's ``(h_bar, z)`` → ``z_bar``.
        logistic_cross_entropy: The student's ``(z, t)`` → ``(losses, bars)``.
    """
    z = np.linspace(-6, 10, 321)
    squared = np.asarray(sigmoid_vjp(logistic(z), z), dtype=float)  # y − t is y here
    entropy = np.asarray(logistic_cross_entropy(z, np.zeros(len(z)))[1], dtype=float)
    figure, axes = new_axes(7, 3.4)
    axes.plot(z, entropy, color=FIRST, label="cross-entropy")
    axes.plot(z, squared, "--", color=SECOND, linewidth=2, label="squared error of σ(z)")
    axes.axvspan(4, 10, color="0.93")
    axes.text(7, 0.5, "very wrong,\nvery sure", ha="center", va="center", fontsize=9)
    axes.set(xlabel="z, for an example with t = 0", ylabel="z_bar",
             title="What reaches z: the signal to learn from")
    axes.legend(loc="upper left")
    show(figure, f"The bar of z against z for a target of 0. With the cross-entropy it rises from "
                 f"0 to {entropy[-1]:.2f} and stays there. With the squared error it has a bump of "
                 f"height {squared.max():.2f} and falls to {abs(squared[-1]):.4f} at z = 10, where "
                 "the neuron is most wrong.")


@drawn_by_the_student
def losses_and_slopes(squared_error: Callable, logistic_cross_entropy: Callable, hinge: Callable,
                      zero_one: Callable) -> None:
    """Draws four losses of a yes-or-no example with t = 1 against the score, and their slopes.

    Args:
        squared_error: The student's ``(Y, T)`` → ``(losses, bars)``.
        logistic_cross_entropy, hinge: The student's ``(z, t)`` → ``(losses, bars)``.
        zero_one: The student's ``(z, t)`` → losses.
    """
    z = np.linspace(-3, 3, 600)
    ones = np.ones(len(z))
    squared = squared_error(z[:, None], ones[:, None])
    curves = [
        ("squared error", "-.", "0.45", np.ravel(squared[0]), np.ravel(squared[1])),
        ("cross-entropy", "-", FIRST, *logistic_cross_entropy(z, ones)),
        ("hinge", "--", SECOND, *hinge(z, ones)),
        ("0-1", ":", WRONG, zero_one(z, ones), np.zeros(len(z))),
    ]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.6), layout="constrained")
    said = []
    for name, style, colour, losses, bars in curves:
        losses, bars = np.asarray(losses, dtype=float), np.asarray(bars, dtype=float)
        width = 2.6 if name == "0-1" else 1.8
        left.plot(z, losses, style, color=colour, label=name, linewidth=width)
        right.plot(z, bars, style, color=colour, label=name, linewidth=width)
        said.append(f"{name} {losses[0]:.2f}, slope {bars[0] + 0:.2f}, and {losses[-1]:.2f}, "
                    f"slope {bars[-1] + 0:.2f}")
    left.set(xlabel="score z, for t = 1", title="Losses", ylim=(-0.1, 4.5))
    right.set(xlabel="score z, for t = 1", title="Slopes: all that backprop sees", ylim=(-3.2, 1.5))
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
        axes.axvline(0, color="0.85", linewidth=0.8, zorder=0)
    left.legend(fontsize=8)
    show(figure, f"Four losses and their slopes against the score, for t = 1. At z = −3 and "
                 f"at z = 3: {'; '.join(said)}.")
