"""Marks as words, and both as the outputs of a test cell, where nbgrader looks for them."""

from __future__ import annotations

from html import escape

import nbformat
from nbformat import NotebookNode

from autograder import hidden
from autograder.grading import Result, is_test, language
from autograder.marking import Mark
from autograder.rebuild import is_locked
from autograder.student_text import Texts

RESTORED = ("This test cell was missing from the submission. It was put back and graded; "
            "nothing was lost by it.")
UNSOLVED = "The cell to be written was missing from the submission."
UNREADABLE = """**This file could not be read**: {reason}.

Nothing in it could be marked, so every question counts as 0 for now, and your instructor is
told. Open the file in JupyterLab, see whether it is whole, save it and hand it in again.
"""
NO_TIME = """**When this was handed in is not known**: `timestamp.txt` {reason}.

It counts as handed in on time, unless your instructor decides otherwise.
"""
REVIEW = ("This question could not be marked by the program. It counts as 0 until an "
          "instructor has looked at it.")


def points_text(points: float) -> str:
    """2.0 as "2", 0.125 as "0.125", 108.25 as "108.25", 2/3 as "0.6667"."""
    return f"{round(points, 4):.10g}"


def lines(mark: Mark) -> list[str]:
    """The mark of a question as lines of plain text, one or more for each part."""
    told: list[str] = []
    for part in mark.parts:
        told.append(f"{part.sign} {part.name}: {points_text(part.points)} of "
                    f"{points_text(part.max_points)}")
        told.extend(f"    {reason}" for reason in part.reasons)
    return told + [mark.note] * bool(mark.note)


def html(mark: Mark, notes: list[str]) -> str:
    """The mark of a question for the feedback page: signs and words, not colour alone."""
    items = "".join(
        f"<li><strong>{part.sign} {escape(part.name)}</strong>: "
        f"{points_text(part.points)} of {points_text(part.max_points)}"
        + "".join(f'<div style="margin-left: 1.5em">{escape(reason)}</div>'
                  for reason in part.reasons) + "</li>"
        for part in mark.parts
    )
    remarks = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return (
        '<div style="border-left: 4px solid #595959; padding: 0.2em 0.8em; margin: 0.4em 0">'
        f"<p><strong>Marks: {points_text(mark.points)} of {points_text(mark.max_points)}</strong>"
        f'</p><ul style="list-style: none; padding-left: 0">{items}</ul>{remarks}</div>'
    )


def unreadable_cell(reason: str) -> NotebookNode:
    """The first cell of the feedback on a file that is not a notebook."""
    return note_cell("unreadable", UNREADABLE.format(reason=reason))


def no_time_cell(reason: str) -> NotebookNode:
    """The first cell of the feedback where the time of handing in cannot be read."""
    return note_cell("no-time", NO_TIME.format(reason=reason))


def note_cell(name: str, text: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(text, id=name, metadata={"autograder": "added"})


def write_result(notebook: NotebookNode, result: Result) -> None:
    """Puts outputs and marks into a graded notebook, and takes the hidden tests out of it.

    Of a student's code it keeps what a page can show in a reasonable time: all of it has run.

    nbgrader reads the mark from the first ``execute_result`` of a test cell, so ours comes
    before anything that the student's code has shown.

    Args:
        notebook: The rebuilt notebook; changed in place.
        result: What grading it gave.
    """
    texts = Texts()
    if language(notebook) == "python":  # IPython's own reads gaps and dots again and again
        about = notebook.metadata.setdefault("language_info", {"name": "python"})
        about["pygments_lexer"] = "python3"
    for index, cell in enumerate(notebook.cells):
        cell.metadata.pop("autograder_released", None)
        if cell.cell_type != "code":
            continue
        run = result.runs.get(index)
        cell.outputs = [nbformat.from_dict(output) for output in run.outputs] if run else []
        if not is_locked(cell):
            cell.source = texts.code(cell.source)
        if is_test(cell):
            cell.source = hidden.split(cell.source)[0]
            cell.outputs.insert(0, verdict(cell, result))


def verdict(cell: NotebookNode, result: Result) -> NotebookNode:
    """The first output of a test cell: the mark for nbgrader, the reasons for the student."""
    grade_id, worth = cell.metadata.nbgrader.grade_id, float(cell.metadata.nbgrader.points)
    notes = [RESTORED] if cell.metadata.get("autograder") == "missing" else []
    if grade_id not in result.marks:
        earned, page = 0.0, f"<p>{escape(REVIEW)}</p>"
    else:
        mark = result.marks[grade_id]
        # The share of the cell's own points, should the two ever disagree.
        earned = worth * mark.points / mark.max_points if mark.max_points else 0.0
        page = html(mark, notes + [mark.note] * bool(mark.note))
        cell.metadata["autograder_mark"] = {
            "question": mark.question,
            "mistakes": list(mark.mistakes),
            "parts": [[part.name, part.points, part.max_points] for part in mark.parts],
        }
    return nbformat.v4.new_output(
        "execute_result", {"text/plain": repr(round(earned, 6)), "text/html": page})
