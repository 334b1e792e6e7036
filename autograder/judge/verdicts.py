"""From how a test cell ended to its mark, in words that give nothing away.

The mark is nbgrader's own: an exception is nothing, a number as the cell's last value is
that many points, anything else is all of them. Pure functions.
"""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from autograder.hidden import BEGIN, END
from autograder.marking import Mark, MarkingError, PartMark
from autograder.sandbox import Limits
from autograder.sandbox.received import EXCEPTIONS

LIE = ("What your code gave back would pass without being the right answer, or would itself have "
       "to say that it is. That is no evidence; an instructor will look at it.")
LONGEST_LINE = 200


@dataclass(frozen=True)
class Verdict:
    """A mark, and why a person should look at it all the same, if so."""

    mark: Mark
    review: str = ""


def verdict_of(cell: NotebookNode, reply: dict[str, Any], failed: str, limits: Limits) -> Verdict:
    """What the end of a test cell means.

    Args:
        cell: The test cell, with its hidden part.
        reply: The judge's (`cells.Cells.run`); empty if there is none.
        failed: Why there is none: ``timeout``, ``died`` or ``budget``.
        limits: That held.

    Raises:
        MarkingError: It needs a person: the student is not to blame.
    """
    worth = float(cell.metadata.nbgrader.points)
    if failed:
        return Verdict(mark_of(cell, 0.0, worth, ending(failed, limits)))
    line, where = int(reply.get("line", 0)), place(cell.source, int(reply.get("line", 0)))
    match reply.get("problem"):
        case "LieError":
            return lie(cell, f"{reply['detail']} (line {line})")
        case "UnsupportedError":
            raise MarkingError(f"its test cannot be judged here: {in_a_line(reply['detail'])}")
        case "EndedError":
            return Verdict(mark_of(cell, 0.0, worth, ending("died", limits)))
    if reply.get("error") == "SyntaxError" and not line:
        raise MarkingError(f"its test cannot be read: {reply['detail']}")
    if reply.get("ok"):
        points = credit(reply.get("text"), worth)
        reasons = [] if points == worth else ["Some of its checks did not hold."]
        return Verdict(mark_of(cell, points, worth, *reasons))
    return Verdict(mark_of(cell, 0.0, worth, reason(cell.source, reply, line, where)))


def in_a_line(text: Any) -> str:
    """A text for the log, whatever student code has put into it."""
    return "".join(each for each in str(text) if each.isprintable())


def lie(cell: NotebookNode, reason: str) -> Verdict:
    """Nothing, where an object would have to say itself that it is right."""
    return Verdict(mark_of(cell, 0.0, float(cell.metadata.nbgrader.points), LIE), reason)


def mark_of(cell: NotebookNode, points: float, worth: float, *reasons: str) -> Mark:
    return Mark(cell.metadata.nbgrader.grade_id, (PartMark("this test", points, worth, reasons),))


def ending(failed: str, limits: Limits) -> str:
    """Why a test did not come to its end."""
    if failed == "timeout":
        return (f"Your code took longer than the {limits.cell_seconds:g} seconds that this test "
                "may take. Does a loop never end?")
    if failed == "budget":
        return f"The notebook had used up its {limits.submission_seconds:g} seconds before this."
    return "The process that ran your code ended during this test, or sent what cannot be read."


def number_of(text: str | None) -> float | None:
    """The number that a cell ends in, by how its last value shows; None if it is none."""
    try:
        return float(text) if text else None
    except ValueError:
        return None


def ends_in_value(source: str) -> bool:
    """Whether the last line of a cell is a value, which may be a number of points."""
    try:
        statements = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return True
    return bool(statements) and isinstance(statements[-1], ast.Expr)


def credit(text: str | None, worth: float) -> float:
    """The points for a cell's last value, as it shows."""
    points = number_of(text)
    if points is None:
        return worth
    return min(max(points, 0.0), worth) if math.isfinite(points) else 0.0


def place(source: str, line: int) -> str:
    """``visible`` or ``hidden``: where a line stands, counted from 1; hidden if unknown."""
    inside = not 0 < line <= len(source.split("\n"))
    for text in source.split("\n")[:line]:
        inside = True if BEGIN in text else False if END in text else inside
    return "hidden" if inside else "visible"


def reason(source: str, reply: dict[str, Any], line: int, where: str) -> str:
    """The sentence for a test that failed: no hidden code, no value, no free text."""
    check = f"Line {line} of this test" if where == "visible" else "A hidden check"
    text = statement(source, line) if where == "visible" else ""
    shown = f": `{text}`" if text else "."
    name = reply.get("error") if reply.get("error") in EXCEPTIONS else "Exception"
    if reply.get("theirs"):
        return f"Your code raised {name} in {check[0].lower()}{check[1:]}{shown}"
    if name == "AssertionError":
        said = message(source, line)
        return f"{said} ({check} did not hold.)" if said else f"{check} did not hold{shown}"
    return f"{check} could not be carried out with what your code gives ({name}){shown}"


def statement(source: str, line: int) -> str:
    """The text of a line, shortened."""
    lines = source.split("\n")
    text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    return text if len(text) <= LONGEST_LINE else text[:LONGEST_LINE] + "…"


def message(source: str, line: int) -> str:
    """What the author of a test says where the assertion on a line does not hold.

    Only a text that stands there as it is: one that is put together could tell anything.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return ""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and node.lineno <= line <= (node.end_lineno or line):
            said = node.msg
        elif (isinstance(node, ast.Raise) and node.lineno <= line <= (node.end_lineno or line)
              and isinstance(node.exc, ast.Call) and len(node.exc.args) == 1):
            said = node.exc.args[0]
        else:
            continue
        if isinstance(said, ast.Constant) and isinstance(said.value, str):
            return said.value.strip()
    return ""
