"""Activations with their slopes, and the Jacobian that one never builds."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np

from course_utils.mlp import ACTIVATIONS
from course_utils.plots.figure import FIRST, SECOND, drawn_by_the_student, show


@drawn_by_the_student
def activations(sigmoid_vjp: Callable, tanh_vjp: Callable, relu_vjp: Callable) -> None:
    """Draws the three activations, and their slopes as the student's functions give them.

    Args:
        sigmoid_vjp, tanh_vjp, relu_vjp: ``(h_bar, z)`` → ``z_bar``; those that are not written
            yet are left out.
    """
    z = np.linspace(-4, 4, 401)
    figure, panels = plt.subplots(1, 3, figsize=(10, 3), layout="constrained", sharey=True)
    said = []
    for axes, (name, function), vjp in zip(panels, ACTIVATIONS.items(),
                                           (sigmoid_vjp, tanh_vjp, relu_vjp), strict=True):
        axes.plot(z, function(z), color=FIRST, label="h")
        try:
            slope = np.asarray(vjp(np.ones(len(z)), z), dtype=float)
        except NotImplementedError:
            said.append(f"that of {name} is not written yet")
        else:
            axes.plot(z, slope, "--", color=SECOND, label="z_bar for h_bar = 1")
            said.append(f"that of {name} is at most {slope.max():.2g}")
        axes.set(xlabel="z", title=name, ylim=(-1.3, 2.2))
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="0.9")
        axes.legend(loc="upper left", fontsize=8)
    show(figure, "Three activations against z and, dashed, their slopes: "
                 f"{'; '.join(said)}.")


@drawn_by_the_student
def jacobian(linear_vjp: Callable) -> None:
    """Builds the Jacobian of Z with respect to W, a row for each unit vector sent in as Z_bar.

    Args:
        linear_vjp: The student's ``(Z_bar, X, W)`` → ``(X_bar, W_bar, b_bar)``.
    """
    N, D, K = 4, 3, 2
    X = np.arange(1.0, 1 + N * D).reshape(N, D) / 4
    W = np.ones((K, D))
    rows = []
    for unit in np.eye(N * K):
        rows.append(np.ravel(np.asarray(linear_vjp(unit.reshape(N, K), X, W)[1], dtype=float)))
    J = np.array(rows)
    zeros = int(np.sum(J == 0))
    figure, axes = plt.subplots(figsize=(5.6, 4), layout="constrained")
    axes.imshow(np.where(J == 0, np.nan, np.abs(J)), cmap="Blues", vmin=0, vmax=2 * np.abs(J).max(),
                aspect="auto")
    for (i, j), value in np.ndenumerate(J):
        axes.text(j, i, f"{value:.2g}", ha="center", va="center", fontsize=8,
                  color="black" if value else "0.6")
    axes.set(xticks=range(K * D), yticks=range(N * K),
             title=f"The Jacobian of Z with respect to W: {zeros} of {J.size} entries are 0")
    axes.set_xticklabels([f"W[{k},{d}]" for k in range(K) for d in range(D)], fontsize=8)
    axes.set_yticklabels([f"Z[{n},{k}]" for n in range(N) for k in range(K)], fontsize=8)
    show(figure, f"A table with {N * K} rows, one for each entry of Z, and {K * D} columns, one "
                 f"for each entry of W. {zeros} of its {J.size} entries are zero.")
