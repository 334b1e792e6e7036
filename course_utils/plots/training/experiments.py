"""Figures of two experiments: the signal through depth, and learning through other weights."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np

from course_utils import classifier
from course_utils.datasets import Dataset
from course_utils.plots.figure import FIRST, SECOND, WRONG, drawn_by_the_student, new_axes, show
from course_utils.plots.training.digits import start

WIDTH = 50


@drawn_by_the_student
def gradient_by_depth(gradient_sizes: Callable, layers: int) -> None:
    """Draws the size of the error signal at each layer of a deep network, for three activations.

    Args:
        gradient_sizes: ``(weights, x, activation, y_bar)`` → sizes, the input's first.
        layers: How many layers.
    """
    rng = np.random.default_rng(0)
    x, y_bar = rng.normal(size=WIDTH), rng.normal(size=WIDTH)
    figure, axes = new_axes(6.5)
    said = []
    for activation, gain, style, colour in [
            ("sigmoid", 1.0, "o-", WRONG), ("tanh", 1.0, "s--", FIRST),
            ("relu", np.sqrt(2), "^:", SECOND)]:
        weights = [rng.normal(size=(WIDTH, WIDTH)) * gain / np.sqrt(WIDTH) for _ in range(layers)]
        sizes = np.asarray(gradient_sizes(weights, x, activation, y_bar), dtype=float)
        axes.semilogy(np.arange(layers + 1), sizes, style, color=colour, markersize=4,
                      label=activation)
        said.append(f"{activation} {sizes[0]:.0e}")
    axes.set(xlabel="layer (0 is the input)", ylabel="size of the error signal",
             title="The signal on its way back, from right to left")
    axes.legend(loc="lower right")
    show(figure, f"The root mean square of the error signal at each of {layers} layers, "
                 "logarithmic, for three activations. It is about 1 at the output; at the input "
                 f"it is: {', '.join(said)}.")


@drawn_by_the_student
def feedback_alignment(train: Callable, network_cost_gradient: Callable,
                       feedback_alignment_gradient: Callable, digits: Dataset, *, hidden: int,
                       epochs: int, lr: float, beta: float) -> None:
    """Trains one network by backprop and one through random feedback weights, side by side.

    Args:
        train, network_cost_gradient, feedback_alignment_gradient: The student's.
        digits: The digits.
        hidden, epochs, lr, beta: As before.
    """
    B = np.random.default_rng(3).normal(size=(hidden, 10)) / np.sqrt(hidden)
    ways = {"backprop, through W2ᵀ": network_cost_gradient,
            "feedback alignment, through B": lambda params, X, labels:
                feedback_alignment_gradient(params, B, X, labels),
            "hidden layer held still": lambda params, X, labels:
                held_still(network_cost_gradient(params, X, labels))}
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    said = []
    for (text, gradient), style, colour in zip(
            ways.items(), ["o-", "s--", "^:"], [FIRST, WRONG, SECOND], strict=True):
        rng = np.random.default_rng(0)
        params = start(rng, 64, hidden, 10)
        shares, angles = [], [angle(params["W2"], B.T)]
        for _epoch in range(epochs):
            params, _ = train(params, digits.X_train, digits.t_train, gradient, rng, 1, 32, lr,
                              beta)
            shares.append(classifier.accuracy(params, digits.X_test, digits.t_test))
            angles.append(angle(params["W2"], B.T))
        left.plot(np.arange(1, epochs + 1), shares, style, color=colour, markersize=4, label=text)
        said.append(f"{text}, {shares[-1]:.0%}")
        if "B" in text:
            right.plot(angles, style, color=colour, markersize=4)
            turned = f"from {angles[0]:.0f} to {angles[-1]:.0f} degrees"
    left.set(xlabel="epoch", ylabel="test digits read right", title="Three ways to learn")
    left.legend(fontsize=8)
    right.axhline(90, color="0.5", linestyle=":")
    right.set(xlabel="epoch", ylabel="degrees", ylim=(0, 100),
              title="Angle between W2 and Bᵀ")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    show(figure, f"Left: the share of test digits read right after each of {epochs} epochs; at the "
                 f"end: {'; '.join(said)}. Right: with feedback alignment the angle between W2 and "
                 f"the transpose of B goes {turned}.")


def held_still(answer: tuple) -> tuple:
    """A cost and its gradients, with none for the hidden layer."""
    cost, grads = answer
    return cost, {name: np.asarray(g) * (name in ("W2", "b2")) for name, g in grads.items()}


def angle(one: np.ndarray, other: np.ndarray) -> float:
    """The angle between two arrays as vectors, in degrees."""
    one, other = np.ravel(one), np.ravel(other)
    cosine = np.dot(one, other) / (np.linalg.norm(one) * np.linalg.norm(other))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
