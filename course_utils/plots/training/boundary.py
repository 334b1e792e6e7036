"""The decision boundary of a network, as it learns."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap

from course_utils import classifier
from course_utils.datasets import Dataset
from course_utils.plots.figure import FIRST, SECOND, drawn_by_the_student, show
from course_utils.plots.training.digits import start
from course_utils.plots.training.movie import player

COLOURS = (FIRST, SECOND, "#009E73")
MARKERS = "o^s"
#: Pictures of the film strip, among those of the animation.
STILLS = (0, 2, 5, 15)
FRAMES = 16


@drawn_by_the_student
def boundary_as_it_learns(train: Callable, network_cost_gradient: Callable, data: Dataset, *,
                          hidden: int, epochs: int, lr: float, beta: float) -> None:
    """Trains on points of the plane, and shows which class every place is taken for.

    Args:
        train, network_cost_gradient: The student's.
        data: Two features, up to three classes.
        hidden: Number of hidden units.
        epochs: Between one picture and the next.
        lr, beta: As for train.
    """
    rng = np.random.default_rng(0)
    params = start(rng, 2, hidden, len(data.target_names))
    snapshots = [params]
    while len(snapshots) < FRAMES:
        params, _ = train(params, data.X_train, data.t_train, network_cost_gradient, rng, epochs,
                          25, lr, beta)
        snapshots.append(params)
    shares = [classifier.accuracy(p, data.X_test, data.t_test) for p in snapshots]

    def picture(axes, k: int) -> None:
        axes.clear()
        regions(axes, snapshots[k], data)
        axes.set_title(f"epoch {k * epochs}: {shares[k]:.0%} of test points right", fontsize=10)

    strip, panels = plt.subplots(1, len(STILLS), figsize=(11, 3), layout="constrained")
    for panel, k in zip(panels, STILLS, strict=True):
        picture(panel, k)
    small, axes = plt.subplots(figsize=(4.2, 4), layout="constrained")
    page = player(small, lambda k: picture(axes, k), FRAMES, "picture, from the start to the end")
    plt.close(small)
    told = "; ".join(f"epoch {k * epochs}: {shares[k]:.0%}" for k in STILLS)
    alt = (f"The regions of the plane that a network with {hidden} hidden units takes for each of "
           f"{len(data.target_names)} classes, as it learns. Share of the test points on the right "
           f"side: {told}.")
    show(strip, alt, page=f"<figure>{page}<figcaption>{alt}</figcaption></figure>")


def regions(axes, params: dict, data: Dataset) -> None:
    """Draws the class of every place, and the training points over it."""
    reach = 1.1 * np.abs(data.X_train).max()
    side = np.linspace(-reach, reach, 80)
    grid = np.stack(np.meshgrid(side, side), axis=-1)
    taken = classifier.classes(params, grid.reshape(-1, 2)).reshape(80, 80)
    count = len(data.target_names)
    axes.pcolormesh(side, side, taken, cmap=ListedColormap(COLOURS[:count]), alpha=0.35, vmin=0,
                    vmax=count - 1, shading="nearest")
    for k in range(count):
        axes.plot(*data.X_train[data.t_train == k].T, MARKERS[k], color=COLOURS[k], markersize=3.5,
                  markeredgecolor="black", markeredgewidth=0.4)
    axes.set(xticks=[], yticks=[], aspect="equal")
