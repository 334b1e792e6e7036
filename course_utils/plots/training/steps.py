"""Figures of minibatches, and of a descent without and with momentum."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np

from course_utils.plots.figure import FIRST, WRONG, drawn_by_the_student, show

EPOCHS = 4


@drawn_by_the_student
def minibatch_strips(minibatches: Callable, n: int, size: int) -> None:
    """Draws for some epochs which minibatch each example is in, as a number in a square.

    Args:
        minibatches: ``(rng, n, size)`` → integer arrays.
        n, size: Examples, and examples in a minibatch.
    """
    rng = np.random.default_rng(0)
    places = np.full((EPOCHS, n), -1)
    for epoch in range(EPOCHS):
        for number, batch in enumerate(minibatches(rng, n, size)):
            places[epoch, np.asarray(batch, dtype=int)] = number
    figure, axes = plt.subplots(figsize=(7.5, 2.4), layout="constrained")
    axes.imshow(places, cmap="Blues", vmin=-1, vmax=places.max() + 1, aspect="auto")
    words = np.where(places < 0, "–", places.astype(str))  # a dash: in no minibatch
    for epoch, example in np.ndindex(places.shape):
        axes.text(example, epoch, words[epoch, example], ha="center", va="center",
                  color="white" if places[epoch, example] > places.max() / 2 else "black")
    axes.set(xticks=range(n), yticks=range(EPOCHS), xlabel="example",
             ylabel="epoch", title="In which minibatch of the epoch an example is seen")
    axes.set_xticks(np.arange(n + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(EPOCHS + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="minor", length=0)
    rows = "; ".join(f"epoch {k}: {', '.join(row)}" for k, row in enumerate(words))
    show(figure, f"The number of the minibatch in which each of {n} examples is seen. {rows}.")


@drawn_by_the_student
def valley(sgd_step: Callable, momentum_step: Callable, lr: float, beta: float,
           steps: int) -> None:
    """Draws two descents in a long, narrow valley: E = ½ (x² + 20 y²).

    Args:
        sgd_step, momentum_step: The student's steps.
        lr, beta: The learning rate of both, and the momentum of the second.
        steps: How many.
    """
    def gradient(params):
        return {"at": np.array([1.0, 20.0]) * np.asarray(params["at"], dtype=float)}

    start = {"at": np.array([-9.0, 1.2])}
    plain, pushed, velocity = [start], [start], {"at": np.zeros(2)}
    for _ in range(steps):
        plain.append(sgd_step(plain[-1], gradient(plain[-1]), lr))
        params, velocity = momentum_step(pushed[-1], gradient(pushed[-1]), velocity, lr, beta)
        pushed.append(params)
    paths = [np.array([np.asarray(p["at"], float) for p in path]) for path in (plain, pushed)]
    x, y = np.meshgrid(np.linspace(-10, 4, 200), np.linspace(-2, 2, 100))
    figure, axes = plt.subplots(2, 1, figsize=(7.5, 4.6), layout="constrained", sharex=True)
    said = []
    for panel, path, text, colour in zip(axes, paths, ["without momentum", f"momentum, β = {beta}"],
                                         [FIRST, WRONG], strict=True):
        panel.contour(x, y, (x**2 + 20 * y**2) / 2, np.geomspace(0.1, 80, 9), colors="0.75",
                      linewidths=0.8)
        panel.plot(*path.T, ".-", color=colour, linewidth=1)
        panel.plot(0, 0, "*", color="black", markersize=10)
        left = float(np.linalg.norm(path[-1]))
        panel.set(ylim=(-2, 2), ylabel="y",
                  title=f"{text}: after {steps} steps {left:.2g} from the lowest point")
        said.append(f"{text} it ends {left:.2g} from the lowest point")
    axes[1].set(xlabel="x")
    show(figure, f"Two paths of {steps} steps down a long narrow valley from (−9, 1.2): "
                 f"{', '.join(said)}. The star marks the lowest point, (0, 0).")
