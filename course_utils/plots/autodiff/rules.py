"""Figures of single rules: sums, slopes, matrices, places."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from course_utils.plots.figure import FIRST, WRONG, drawn_by_the_student, new_axes, show


def boxes(axes: Axes, values: np.ndarray, left: float, top: float, color: str,
          title: str) -> None:
    """Draws a matrix as a table of boxes, its upper left corner at (left, top)."""
    for (row, column), value in np.ndenumerate(values):
        axes.add_patch(Rectangle((left + column, top - row - 1), 1, 1, facecolor="white",
                                 edgecolor=color, linewidth=1.5))
        axes.text(left + column + 0.5, top - row - 0.5, f"{value:.3g}", ha="center", va="center",
                  fontsize=9)
    axes.text(left, top + 0.15, title, color=color, fontsize=9, va="bottom")


def blank(axes: Axes, width: float, height: float, bottom: float = -0.2) -> None:
    """Leaves the boxes alone: no frame, and a unit as long across as up."""
    axes.set(xlim=(-0.2, width), ylim=(bottom, height), aspect="equal")
    axes.axis("off")


@drawn_by_the_student
def messages_back(unbroadcast: Callable) -> None:
    """Draws a bar as a table, with what the student's function sums it to at its margins.

    Args:
        unbroadcast: ``(bar, shape)`` → array of that shape.
    """
    bar = np.array([[1.0, 2, 0, 4], [3, -1, 5, 2], [2, 2, 1, -3]])
    row, column, both = (np.asarray(unbroadcast(bar, shape), dtype=float)
                         for shape in ((4,), (3, 1), ()))
    figure, axes = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
    boxes(axes, bar, 0, 6, "0.35", "bar of the output, (3, 4)")
    boxes(axes, np.atleast_2d(row), 0, 2, FIRST, "for an input of shape (4,)")
    boxes(axes, np.atleast_2d(column), 5.2, 6, WRONG, "for one of shape (3, 1)")
    boxes(axes, np.atleast_2d(both), 5.2, 2, "black", "for a number, ()")
    for x in range(4):
        axes.annotate("", (x + 0.5, 2.55), (x + 0.5, 2.95),
                      arrowprops={"arrowstyle": "->", "color": FIRST})
    for y in range(3):
        axes.annotate("", (5.1, y + 3.5), (4.1, y + 3.5),
                      arrowprops={"arrowstyle": "->", "color": WRONG})
    blank(axes, 9, 6.8, bottom=0.8)
    show(figure, "A table of the bar, 3 rows and 4 columns, and what your function makes of it: "
         f"for shape (4,) {row.ravel().tolist()}, for shape (3, 1) {column.ravel().tolist()}, for "
         f"a number {both.ravel().tolist()}.")


@drawn_by_the_student
def local_slopes(elementwise_rules: Callable) -> None:
    """Draws six operations, and tangents with the slopes of the student's rules.

    Args:
        elementwise_rules: ``()`` → dict of rules.
    """
    rules = elementwise_rules()
    one = np.ones(1)
    panels = [
        ("eˣ", "exp", np.exp, (-2, 1.6), lambda x, y: rules["exp"](one, y, x)[0]),
        ("ln x", "log", np.log, (0.15, 4), lambda x, y: rules["log"](one, y, x)[0]),
        ("tanh x", "tanh", np.tanh, (-3, 3), lambda x, y: rules["tanh"](one, y, x)[0]),
        ("x³", "power", lambda x: x**3, (-1.5, 1.5),
         lambda x, y: rules["power"](one, y, x, exponent=3.0)[0]),
        ("1/x", "divide", lambda x: 1 / x, (0.3, 3),
         lambda x, y: rules["divide"](one, y, one, x)[1]),
        ("max(x, 0)", "maximum", lambda x: np.maximum(x, 0), (-2, 2),
         lambda x, y: rules["maximum"](one, y, x, 0 * one)[0]),
    ]
    figure, grid = plt.subplots(2, 3, figsize=(8, 4.4), layout="constrained")
    told = []
    for axes, (title, op, f, (low, high), slope) in zip(grid.flat, panels, strict=True):
        if op not in rules:
            raise NotImplementedError(op)
        x = np.linspace(low, high, 300)
        axes.plot(x, f(x), color=FIRST)
        axes.margins(y=0.15)
        axes.set_ylim(*axes.get_ylim())
        places = low + (high - low) * np.array([0.12, 0.45, 0.85])
        slopes = []
        for place in places:
            at = np.array([place])
            slopes.append(float(np.ravel(slope(at, f(at)))[0]))
            step = 0.13 * (high - low) / np.hypot(1, slopes[-1])
            axes.plot(place + np.array([-step, step]),
                      f(place) + slopes[-1] * np.array([-step, step]), color=WRONG, linewidth=2.5)
            axes.plot(place, f(place), "o", color="black", markersize=3)
        axes.set_title(title, fontsize=10)
        axes.spines[["top", "right"]].set_visible(False)
        told.append(f"{op} " + ", ".join(f"{each:.3g}" for each in slopes))
    show(figure, "Six curves with tangents whose slopes are those of your rules; right ones touch "
         f"the curve. Slopes from left to right: {'; '.join(told)}.")


@drawn_by_the_student
def matrix_bars(matmul_rule: Callable) -> None:
    """Draws two matrices, the bar of their product, and the bars by the student's rule.

    Args:
        matmul_rule: ``(bar, output, A, B)`` → (A_bar, B_bar).
    """
    A, B = np.array([[1.0, 2, 0], [-1, 3, 1]]), np.array([[2.0, 1], [0, -1], [1, 4]])
    bar = np.array([[1.0, 0], [2, -1]])
    A_bar, B_bar = (np.asarray(each, dtype=float) for each in matmul_rule(bar, A @ B, A, B))
    figure, axes = plt.subplots(figsize=(7.6, 4.2), layout="constrained")
    for values, left, top, color, title in [
            (A, 0, 7, "0.35", "A"), (B, 4, 7, "0.35", "B"), (A @ B, 7, 7, "0.35", "C = A @ B"),
            (np.atleast_2d(A_bar), 0, 3, FIRST, "A bar, yours"),
            (np.atleast_2d(B_bar), 4, 3, WRONG, "B bar, yours"),
            (bar, 7, 3, "black", "C bar, given")]:
        boxes(axes, values, left, top, color, title)
    blank(axes, 9.4, 7.8)
    show(figure, "Above the matrices A, B and their product C, below their bars. The bar of C is "
         f"{bar.tolist()}; by your rule the bar of A is {A_bar.tolist()} and the bar of B is "
         f"{B_bar.tolist()}.")


@drawn_by_the_student
def picked(shape_rules: Callable) -> None:
    """Draws the bar of a table from which the words of a sentence were picked.

    Args:
        shape_rules: ``()`` → dict of rules.
    """
    words = ["the", "dog", "sees", "cat", "bird"]
    sentence = np.array([0, 1, 2, 0, 3, 2, 0, 4])
    messages = np.array([1.0, 2.0, 1.5, 0.5, 1.2, 0.8, 2.0, 1.0])
    table = np.zeros(len(words))
    rules = shape_rules()
    if "getitem" not in rules:
        raise NotImplementedError("getitem")
    (bars,) = rules["getitem"](messages, table[sentence], table, index=sentence)
    bars = np.resize(np.asarray(bars, dtype=float), len(words))
    figure, axes = new_axes()
    height = np.zeros(len(words))
    for word, message in zip(sentence, messages, strict=True):
        axes.bar(word, message, 0.62, bottom=height[word], facecolor="white", edgecolor=FIRST,
                 linewidth=1.5, hatch="//", label="a message" if height.sum() == 0 else None)
        height[word] += message
    axes.plot(range(len(words)), bars, "D", color=WRONG, markersize=9, label="the bar by your rule")
    axes.set(xticks=range(len(words)), ylabel="bar of the entry",
             title='"the dog sees the cat sees the bird"')
    axes.set_xticklabels(words)
    axes.legend()
    listed = ", ".join(f"{word} {bar:.3g} of {total:.3g}" for word, bar, total in
                       zip(words, bars, height, strict=True))
    show(figure, "For each word a stack of the messages to it, and a mark at the bar that your "
         f"rule gives; right ones lie on top of the stacks. Your bar of the sum: {listed}.")

