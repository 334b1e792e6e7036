"""The picture of a tape: records in a row, arrows above, values and bars below."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from course_utils.plots.figure import FIRST, WRONG, drawn_by_the_student, show
from course_utils.tape import Tape, plain, watch

#: Short signs for what stands on the tape of the figure.
SIGNS = {"add": "+", "subtract": "−", "multiply": "×", "power": "( )²", "tanh": "tanh"}


def neuron_tape() -> tuple[Tape, int, list[str]]:
    """The tape of a neuron with a regulariser: y = tanh(wx + b), L = ½(y − t)² + λ w²."""
    notes = Tape()
    w, b = watch(notes, 0.5), watch(notes, 0.2)
    x, t, lam = 2.0, -0.4, 0.3
    y = np.tanh(w * x + b)
    total = 0.5 * (y - t) ** 2 + lam * w**2
    return notes, total.index, ["w", "b"]


@drawn_by_the_student
def tape_with_bars(backward_pass: Callable, rules: Mapping[str, Callable]) -> None:
    """Draws the tape of a regularised neuron with the student's bars.

    Args:
        backward_pass: ``(tape, last, rules)`` → bars.
        rules: The student's rules.
    """
    tape, last, names = neuron_tape()
    bars = [float(np.asarray(bar)) for bar in backward_pass(tape, last, rules)]
    figure, axes = plt.subplots(figsize=(8.6, 3.3), layout="constrained")
    for position, record in enumerate(tape):
        for parent in set(record.parents) - {None}:
            arrow(axes, parent, position)
        label = names[position] if record.op == "input" else SIGNS.get(record.op, record.op)
        axes.text(position, 0, label, ha="center", va="center", fontsize=9, zorder=3,
                  bbox={"boxstyle": "round,pad=0.45", "facecolor": "white", "edgecolor": FIRST})
        for height, text, color in [(-0.75, f"{position}", "0.45"),
                                    (-1.25, f"{float(plain(record.output)):.3g}", "black"),
                                    (-1.75, f"{bars[position]:.3g}", WRONG)]:
            axes.text(position, height, text, ha="center", va="center", color=color, fontsize=9,
                      fontstyle="italic" if color == WRONG else "normal")
    for height, text, color in [(-0.75, "position", "0.45"), (-1.25, "value", "black"),
                                (-1.75, "bar", WRONG)]:
        axes.text(-0.7, height, text, ha="right", va="center", color=color, fontsize=9)
    axes.set(xlim=(-1.7, len(tape) - 0.4), ylim=(-2.05, 1.75))
    axes.axis("off")
    axes.set_title("The tape of ½ (tanh(wx + b) − t)² + λ w²\nvalues come from left to right, bars "
                   "from right to left", fontsize=10)
    listed = "; ".join(
        f"{position} {names[position] if record.op == 'input' else record.op}, value "
        f"{float(plain(record.output)):.3g}, bar {bars[position]:.3g}"
        for position, record in enumerate(tape))
    show(figure, f"The tape of a neuron with a regulariser, in a row with arrows from parents to "
         f"children; two arrows leave w. {listed}.")


def arrow(axes: Axes, start: int, end: int) -> None:
    """An arc from one position to a later one; longer ones are higher."""
    axes.add_patch(FancyArrowPatch(
        (start, 0.28), (end, 0.28), connectionstyle=f"arc3,rad={-0.12 - 1.1 / (end - start + 1)}",
        arrowstyle="-|>", mutation_scale=11, color="0.5", linewidth=1.1))
