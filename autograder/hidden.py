"""Hidden regions of test cells, and the ``grade(...)`` line in them."""

from __future__ import annotations

import ast
from dataclasses import dataclass

BEGIN, END = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"


@dataclass(frozen=True)
class GradeLine:
    """``grade("question", name, ...)``: which question, and which names of the notebook."""

    question: str
    names: tuple[str, ...]


def split(source: str) -> tuple[str, str]:
    """The visible and the hidden lines of a cell, as nbgrader separates them."""
    visible, hidden, inside = [], [], False
    for line in source.split("\n"):
        if BEGIN in line:
            inside = True
        elif END in line:
            inside = False
        else:
            (hidden if inside else visible).append(line)
    return "\n".join(visible).rstrip(), "\n".join(hidden)


def with_usual_markers(source: str, begin: str, end: str) -> str:
    """A cell of a course that marks its hidden regions with other words, with the usual ones.

    Args:
        source: The cell's code.
        begin: What a line contains that begins a region.
        end: What a line contains that ends one.
    """
    return "\n".join(f"### {BEGIN}" if begin in line else f"### {END}" if end in line else line
                     for line in source.split("\n"))


def grade_line(source: str) -> GradeLine | None:
    """The grade line of a test cell; None if it has none.

    Raises:
        ValueError: It is not of the form ``grade("question", name, ...)``.
    """
    _, hidden = split(source)
    for node in ast.walk(ast.parse(hidden)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "grade":
            question, *objects = node.args
            if not (isinstance(question, ast.Constant) and isinstance(question.value, str)
                    and objects and all(isinstance(each, ast.Name) for each in objects)):
                raise ValueError(f"write grade(\"question\", name, ...), not {ast.unparse(node)}")
            return GradeLine(question.value, tuple(each.id for each in objects))
    return None
