"""What a gradient check says: a sentence, notes, and a table with a row for each array."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from course_utils.finite_difference import Verdict
from course_utils.gradcheck.claims import Comparison, unseen


class GradientRow(NamedTuple):
    """What came of one array.

    Args:
        name: Key of the array, ``"theta"`` if there is only one.
        ok: True, False, or None where it cannot be told.
        verdict: Of the finite differences at `where`.
        where: Index of the entry that decided, () for a single number; None if there is
            none, or if all entries were right and looked at together.
        error: Absolute difference at that entry, or in the weighted sum of the entries that
            were looked at together (NaN if there is none).
        given: The value there in the gradient that is checked.
        expected: The value there by finite differences.
        message: One sentence.
    """

    name: str
    ok: bool | None
    verdict: Verdict
    where: tuple[int, ...] | None
    error: float
    given: float
    expected: float
    message: str


class GradientReport(NamedTuple):
    """What came of all arrays; true in an ``if`` or ``assert`` only where all is right.

    Args:
        ok: True if every row is right, False if one is wrong, else None: cannot tell.
        rows: One for each array.
        summary: One sentence.
        notes: Further sentences, such as that theta was float32.
    """

    ok: bool | None
    rows: tuple[GradientRow, ...]
    summary: str
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.ok is True

    def __str__(self) -> str:
        return "\n".join([self.summary, *self.notes, *_table(self.rows)])

    __repr__ = __str__


def report(
    rows: Sequence[GradientRow], right: str, order: Sequence = (), notes: Sequence[str] = ()
) -> GradientReport:
    """Put rows into order and add the first sentence.

    Args:
        rows: Of the report.
        right: The sentence if all are right.
        order: Names in the order of theta.
        notes: Further sentences.
    """
    if len(rows) > 1:
        place = {str(name): k for k, name in enumerate(order)}
        rows = sorted(rows, key=lambda one: place.get(one.name, len(place)))
    wrong = [one for one in rows if one.ok is False]
    unclear = [one for one in rows if one.ok is None]
    if wrong:
        ok, summary = False, wrong[0].message
        if len(wrong) > 1:
            summary += f" Wrong as well: {', '.join(one.name for one in wrong[1:])}."
    elif unclear:
        ok, summary = None, unclear[0].message
    else:
        ok, summary = True, right
        if any(one.verdict == "kink" for one in rows):
            summary += " At a kink every number between the two slopes is right."
    return GradientReport(ok, tuple(rows), summary, tuple(notes))


def row(name: object, compared: Comparison, message: str) -> GradientRow:
    """Return the row of an array, from the comparison that decided."""
    ok, where, given, expected, estimate = compared
    return GradientRow(
        str(name), ok, estimate.verdict, where, abs(given - expected), given, expected, message
    )


def complaint(name: object, text: str) -> GradientRow:
    """Return the row of something that could not even be compared."""
    nan = math.nan
    return GradientRow(str(name), False, "cannot tell", None, nan, nan, nan, text)


def nothing_in(name: object) -> GradientRow:
    """Return the row of an array without entries."""
    nan = math.nan
    return GradientRow(str(name), True, "smooth", None, 0.0, nan, nan, f"{name} has no entries.")


def sentence(label: str, compared: Comparison, kinks: int = 0, whole: bool = False) -> str:
    """Say what came of an array.

    Args:
        label: Subject of the sentence.
        compared: The comparison that decided.
        kinks: How many entries are at a kink.
        whole: Whether the gradient given is an array of integers.
    """
    at = f" at {list(compared.where)}" if compared.where else ""
    estimate = compared.estimate
    if compared.ok:
        return f"{label} is right." + (f" Entries at a kink: {kinks}." if kinks else "")
    if compared.ok is None and estimate.verdict == "cannot tell":
        return f"{label} cannot be judged{at}: {estimate.reason}."
    if compared.ok is None and estimate.verdict == "kink" and compared.where is None:
        return (
            f"{label} cannot be judged: f has a kink there, and between the slopes "
            f"{estimate.left:.6g} and {estimate.right:.6g} a mistake could hide. "
            "check_gradient looks at each entry."
        )
    if compared.ok is None and unseen(compared.given, estimate):
        return (
            f"{label} cannot be judged{at}: f does not move at all there, and a slope of "
            f"{compared.given:.6g} is too small to be seen."
        )
    if compared.ok is None:
        return (
            f"{label} cannot be judged{at}: finite differences give {estimate.value:.6g} "
            f"within {estimate.error:.1g}, which is too coarse."
        )
    start = f"{label} is wrong:{at} it is"
    if estimate.verdict == "cannot tell":
        return f"{start} {compared.given:.6g}."
    if estimate.verdict == "kink":
        ends = sorted((estimate.left, estimate.right))
        return (
            f"{start} {compared.given:.6g}, at a kink where it must lie between "
            f"{ends[0]:.6g} and {ends[1]:.6g}."
        )
    given, expected = f"{compared.given:.6g}", f"{compared.expected:.6g}"
    if given == expected:
        given, expected = f"{compared.given:.12g}", f"{compared.expected:.12g}"
    cut = " It is an array of integers: were the digits cut off?" if whole else ""
    return f"{start} {given}, finite differences say {expected}.{cut}"


def _table(rows: tuple[GradientRow, ...]) -> list[str]:
    """Return the lines of a table, its columns as wide as they need to be."""
    head = ("array", "result", "verdict", "where", "largest error", "given")
    cells = [(*head, "finite differences")]
    for one in rows:
        result = {True: "right", False: "WRONG", None: "cannot tell"}[one.ok]
        where = str(list(one.where)) if one.where else ""
        values = (one.error, one.given, one.expected)
        shown = ["" if math.isnan(value) else f"{value:.6g}" for value in values]
        cells.append((one.name, result, one.verdict, where, *shown))
    widths = [max(len(line[k]) for line in cells) for k in range(len(head) + 1)]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]
