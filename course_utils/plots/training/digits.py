"""Figures of the digits: what a network wishes, how it learns, and what it gets wrong."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np

from course_utils import classifier
from course_utils.datasets import Dataset
from course_utils.plots.figure import FIRST, drawn_by_the_student, new_axes, show
from course_utils.progress import Progress

SHOWN = 16


def start(rng: np.random.Generator, features: int, hidden: int, classes: int) -> dict:
    """A network to start with: small random weights, biases zero."""
    return {"W1": rng.normal(size=(hidden, features)) / np.sqrt(features), "b1": np.zeros(hidden),
            "W2": rng.normal(size=(classes, hidden)) / np.sqrt(hidden), "b2": np.zeros(classes)}


@drawn_by_the_student
def wishes(network_cost_gradient: Callable, digits: Dataset) -> None:
    """Draws minus the gradient of some rows of W1 as images: the change that would help most.

    Args:
        network_cost_gradient: ``(params, X, labels)`` → ``(cost, grads)``.
        digits: The digits.
    """
    params = start(np.random.default_rng(1), 64, 8, 10)
    figure, panels = plt.subplots(2, 8, figsize=(9, 2.8), layout="constrained")
    norms = []
    for row, rows in enumerate([np.flatnonzero(digits.t_train == 3)[:1], slice(None)]):
        _, grads = network_cost_gradient(params, digits.X_train[rows], digits.t_train[rows])
        wish = -np.asarray(grads["W1"], float)
        norms.append(float(np.linalg.norm(wish)))
        for unit in range(8):
            panel = panels[row, unit]
            panel.imshow(wish[unit].reshape(8, 8), cmap="gray", vmin=-np.abs(wish).max(),
                         vmax=np.abs(wish).max())
            panel.set(xticks=[], yticks=[])
            if row == 0:
                panel.set_title(f"unit {unit}", fontsize=9)
    panels[0, 0].set_ylabel("one 3")
    panels[1, 0].set_ylabel("all digits")
    figure.suptitle("How each hidden unit's weights want to change (light: up, dark: down)")
    show(figure, "Two rows of eight images of 8 by 8 pixels: minus the gradient of each row of W1. "
                 "For a single 3 all are that 3, lighter or darker, some turned in sign; for all "
                 "digits they are mixtures. "
                 f"The length of the first gradient is {norms[0]:.2f}, of the second "
                 f"{norms[1]:.2f}.")


@drawn_by_the_student
def first_training(train: Callable, network_cost_gradient: Callable, digits: Dataset, *,
                   hidden: int, epochs: int, size: int, lr: float, beta: float) -> None:
    """Trains with a progress bar, then draws the cost of each epoch.

    Args:
        train, network_cost_gradient: The student's.
        digits: The digits.
        hidden: Number of hidden units.
        epochs, size, lr, beta: As for train.
    """
    rng = np.random.default_rng(0)
    steps = epochs * -(-len(digits.t_train) // size)
    with Progress(steps, "training") as bar:
        params, history = train(start(rng, 64, hidden, 10), digits.X_train, digits.t_train,
                                bar.counting(network_cost_gradient), rng, epochs, size, lr, beta)
    shares = [classifier.accuracy(params, *part) for part in (
        (digits.X_train, digits.t_train), (digits.X_test, digits.t_test))]
    figure, axes = new_axes()
    axes.plot(np.arange(1, epochs + 1), history, "o-", color=FIRST)
    axes.axhline(np.log(10), color="0.4", linestyle=":", label="guessing, ln 10")
    axes.set(xlabel="epoch", ylabel="mean cost", ylim=(0, None),
             title=f"It reads {shares[0]:.1%} of the training digits and {shares[1]:.1%} of the "
                   "test digits")
    axes.legend(loc="lower left")
    show(figure, f"The mean cost of each of {epochs} epochs, from {history[0]:.2f} to "
                 f"{history[-1]:.2f}; guessing has 2.30. Afterwards {shares[0]:.1%} of the "
                 f"training and {shares[1]:.1%} of the test digits are read right.")


@drawn_by_the_student
def digits_it_gets_wrong(train_digits: Callable, digits: Dataset) -> None:
    """Trains the student's network and draws test digits that it gets wrong.

    Args:
        train_digits: ``(X, labels, rng)`` → params.
        digits: The digits.
    """
    params = train_digits(digits.X_train, digits.t_train, np.random.default_rng(0))
    answers = classifier.classes(params, digits.X_test)
    wrong = np.flatnonzero(answers != digits.t_test)
    figure, panels = plt.subplots(2, SHOWN // 2, figsize=(9, 3), layout="constrained")
    for panel, k in zip(panels.ravel(), [*wrong[:SHOWN], *[None] * SHOWN], strict=False):
        panel.axis("off")
        if k is not None:
            panel.imshow(digits.X_test[k].reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
            panel.set_title(f"{digits.t_test[k]} read as {answers[k]}", fontsize=9)
    share = 1 - len(wrong) / len(answers)
    figure.suptitle(f"{len(wrong)} of {len(answers)} test digits are read wrong "
                    f"({share:.1%} right)")
    listed = ", ".join(f"{digits.t_test[k]} read as {answers[k]}" for k in wrong[:SHOWN])
    show(figure, f"Images of test digits that the network gets wrong, {len(wrong)} of "
                 f"{len(answers)}: {listed or 'none'}.")
