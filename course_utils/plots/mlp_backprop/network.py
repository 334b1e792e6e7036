"""The network of the worked example: unit by unit, as a graph of vectors, as outer products."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from course_utils.graphs import first_wrong_signal
from course_utils.graphs.named import MLP
from course_utils.plots.figure import FIRST, WRONG, drawn_by_the_student, show

#: What stands in a column of the figure, from left to right.
COLUMNS = {"x": 0.0, "z": 2.6, "h": 4.4, "y": 7.0, "loss": 8.8}


def text_of(value: float) -> str:
    """A number short enough for a box."""
    return f"{float(value):.3g}".replace("-", "−")


@drawn_by_the_student
def network(params: Mapping, x, t, forward: Callable, backward: Callable | None = None) -> None:
    """Draws every unit with its value and its bar, and every wire with its weight.

    Args:
        params: W1 (H, D), b1 (H,), W2 (K, H), b2 (K,).
        x, t: One example, shapes (D,) and (K,).
        forward: The student's ``(params, x, t)`` → dict of ``z, h, y, loss``.
        backward: The student's ``(params, x, t)`` → dict of bars; none are drawn without.
    """
    values = {name: np.atleast_1d(np.asarray(forward(params, x, t)[name], dtype=float))
              for name in ("z", "h", "y", "loss")} | {"x": np.asarray(x, dtype=float)}
    bars, wrong = {}, None
    if backward is not None:
        given = backward(params, x, t)
        wrong = first_wrong_signal(MLP, {**params, "x": x, "t": t}, given).name
        bars = {name: np.asarray(given[name], dtype=float) for name in MLP.bars}
        bars["loss"] = np.ones(1)
    places = {(name, i): (across, (len(values[name]) - 1) * 1.1 - 2.2 * i)
              for name, across in COLUMNS.items() for i in range(len(values[name]))}
    figure, axes = plt.subplots(figsize=(9.2, 4.6), layout="constrained")
    for i in range(len(values["h"])):
        wire(axes, places["z", i], places["h", i], "σ")
        for j in range(len(values["x"])):
            wire(axes, places["x", j], places["z", i], *weight(params, bars, "W1", i, j, wrong))
        for k in range(len(values["y"])):
            wire(axes, places["h", i], places["y", k], *weight(params, bars, "W2", k, i, wrong))
    for k in range(len(values["y"])):
        wire(axes, places["y", k], places["loss", 0], f"t = {text_of(t[k])}")
    for (name, i), place in places.items():
        box(axes, place, name if name == "loss" else f"{name}{i + 1}", values[name][i],
            bars[name][i] if name in bars else None, name == wrong)
    below = min(up for _, up in places.values()) - 1.25
    for name, across in [("b1", COLUMNS["z"]), ("b2", COLUMNS["y"])]:
        text = f"{name} = ({', '.join(map(text_of, np.ravel(params[name])))})"
        if name in bars:
            text += f"\nbar ({', '.join(map(text_of, np.ravel(bars[name])))})"
        axes.text(across, below, text + ("  ✗" if name == wrong else ""), ha="center", va="top",
                  fontsize=8, color=WRONG if name == wrong else "0.25")
    axes.set(xlim=(-0.8, 9.6), ylim=(below - 0.8, -below - 0.6),
             title="Values and weights, and below each of them its bar" if bars else
             "The forward pass, from left to right")
    axes.axis("off")
    listed = "; ".join(f"{name} = ({', '.join(map(text_of, values[name]))})" for name in COLUMNS)
    barred = "; ".join(f"{name} ({', '.join(map(text_of, np.ravel(bars[name])))})" for name in bars)
    verdict = "" if backward is None else (
        f" The first wrong one is {wrong}_bar." if wrong else " Finite differences confirm all.")
    show(figure, f"The network unit by unit. Values: {listed}."
                 + (f" Bars: {barred}.{verdict}" if bars else ""))


def weight(params: Mapping, bars: Mapping, name: str, to: int, of: int,
           wrong: str | None) -> tuple[str, bool]:
    """What is written on a wire, and whether its bar belongs to the first wrong signal."""
    label = text_of(np.asarray(params[name])[to][of])
    if name not in bars:
        return label, False
    return f"{label}\n{text_of(bars[name][to, of])}{' ✗' if name == wrong else ''}", name == wrong


def wire(axes: Axes, start: tuple, end: tuple, label: str, wrong: bool = False) -> None:
    """An arrow with its label on it, nearer to its start so that crossing wires differ."""
    axes.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", shrinkA=20, shrinkB=22,
                                   mutation_scale=11, color=WRONG if wrong else "0.6"))
    share = 0.33 if end[0] - start[0] > 2 else 0.52
    axes.text(start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]), label,
              ha="center", va="center", fontsize=8, color=WRONG if wrong else "0.1",
              bbox={"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none"})


def box(axes: Axes, place: tuple, name: str, value: float, bar: float | None, wrong: bool) -> None:
    """A unit: its name and value, below it its bar."""
    across, up = place
    axes.text(across, up, f"{name}\n{text_of(value)}", ha="center", va="center", zorder=3,
              bbox={"boxstyle": "round,pad=0.4", "facecolor": "white",
                    "edgecolor": WRONG if wrong else FIRST, "linewidth": 2.5 if wrong else 1.2})
    if bar is not None:
        axes.text(across, up - 0.66, f"bar {text_of(bar)}{' ✗' if wrong else ''}", ha="center",
                  va="center", fontsize=9, fontstyle="italic", color=WRONG if wrong else "0.1",
                  zorder=4)


@drawn_by_the_student
def vector_graph(params: Mapping, x, t, backward: Callable) -> None:
    """Draws the graph of vectors with the student's bars, and marks the first wrong one.

    Args:
        params, x, t: A network and one example.
        backward: The student's ``(params, x, t)`` → dict of bars.
    """
    first_wrong_signal(MLP, {**params, "x": x, "t": t}, backward(params, x, t)).show()


@drawn_by_the_student
def outer_products(params: Mapping, x, t, forward: Callable, backward: Callable) -> None:
    """Draws both weight gradients as what they are made of: a column times a row.

    Args:
        params, x, t: A network and one example.
        forward, backward: The student's passes.
    """
    values, bars = forward(params, x, t), backward(params, x, t)
    figure, panels = plt.subplots(1, 2, figsize=(8.4, 3.3), layout="constrained")
    said = []
    for axes, layer, column, row, sender in [(panels[0], "W2", "y", values["h"], "h"),
                                             (panels[1], "W1", "z", x, "x")]:
        table = np.asarray(bars[layer], dtype=float)
        column, row = (np.ravel(np.asarray(v, dtype=float)) for v in (bars[column], row))
        whole = np.full((len(column) + 1, len(row) + 1), np.nan)
        whole[1:, 1:], whole[1:, 0], whole[0, 1:] = table, column, row
        size = np.max(np.abs(table)) or 1.0
        shaded = whole.copy()
        shaded[0, :] = shaded[:, 0] = np.nan
        axes.imshow(shaded, cmap="PuOr", vmin=-1.6 * size, vmax=1.6 * size)
        for (i, j), value in np.ndenumerate(whole):
            if np.isfinite(value):
                axes.text(j, i, text_of(value), ha="center", va="center",
                          fontstyle="normal" if i and j else "italic")
        axes.axhline(0.5, color="black", linewidth=1.2)
        axes.axvline(0.5, color="black", linewidth=1.2)
        name = "y" if layer == "W2" else "z"
        axes.text(0, 0, f"{name}_bar ↓\n{sender} →", ha="center", va="center", fontsize=8)
        axes.set(title=f"{layer}_bar: each entry is its row times its column",
                 xticks=[], yticks=[])
        axes.title.set_fontsize(10)
        said.append(f"{layer}_bar is {np.round(table, 3).tolist()}, beside it the column "
                    f"{name}_bar {np.round(column, 3).tolist()}, above it the row {sender} "
                    f"{np.round(row, 3).tolist()}")
    show(figure, f"Two tables. {'. '.join(said)}.")
