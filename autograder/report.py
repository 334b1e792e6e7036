"""The marks of a class by question, as a table in the terminal and as a page.

Reads what nbgrader keeps (the gradebook and the autograded notebooks) and changes nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry

from autograder.feedback import points_text
from autograder.preflight import CannotStartError

#: What a cell of the table says in place of a number.
TO_READ = "read"
PREFIX = "test_"


@dataclass
class Marks:
    """A graded class.

    Args:
        questions: Names of the questions and what they are worth, in the notebook's order.
        students: For each student the score of each question; None: a person must read it.
        mistakes: How many submissions show each recognised mistake, by (question, name).
    """

    questions: dict[str, float] = field(default_factory=dict)
    students: dict[str, dict[str, float | None]] = field(default_factory=dict)
    mistakes: Counter = field(default_factory=Counter)

    def total(self, student: str) -> float:
        return sum(score or 0.0 for score in self.students[student].values())


def read_marks(root: Path, assignment: str) -> Marks:
    """The marks in a course's folder.

    Raises:
        CannotStartError: There is no gradebook, or not this assignment in it.
    """
    database = root / "gradebook.db"
    if not database.is_file():
        raise CannotStartError(f"{root} has no gradebook.db: run this in the course's folder, "
                               "after `nbgrader autograde`.")
    marks = Marks()
    with Gradebook(f"sqlite:///{database}") as gradebook:
        try:
            found = gradebook.find_assignment(assignment)
        except MissingEntry:
            raise CannotStartError(
                f"The gradebook has no assignment {assignment!r}: run "
                f"`nbgrader generate_assignment {assignment}`.") from None
        for notebook in found.notebooks:
            order = {name: place for place, name in enumerate(cell_order(
                root, assignment, notebook.name))}
            cells = sorted(notebook.grade_cells, key=lambda cell: order.get(cell.name, 0))
            marks.questions |= {
                cell.name.removeprefix(PREFIX): float(cell.max_score) for cell in cells}
        for submission in sorted(found.submissions, key=lambda each: each.student.id):
            student = submission.student.id
            marks.students[student] = {
                grade.name.removeprefix(PREFIX): None if grade.needs_manual_grade else grade.score
                for notebook in submission.notebooks for grade in notebook.grades}
            marks.mistakes.update(recognised(root / "autograded" / student / assignment))
    return marks


def cell_order(root: Path, assignment: str, notebook: str) -> list[str]:
    """The grade ids of a released notebook from top to bottom."""
    path = root / "release" / assignment / f"{notebook}.ipynb"
    if not path.is_file():
        return []
    roles = (cell.metadata.get("nbgrader", {})
             for cell in nbformat.read(path, as_version=4).cells)
    return [role["grade_id"] for role in roles if role.get("grade")]


def recognised(folder: Path) -> set[tuple[str, str]]:
    """The mistakes that one submission shows, each once."""
    return {
        (cell.metadata.autograder_mark.question, mistake)
        for path in sorted(folder.glob("*.ipynb"))
        for cell in nbformat.read(path, as_version=4).cells
        if "autograder_mark" in cell.metadata
        for mistake in cell.metadata.autograder_mark.mistakes
    }


def rows(marks: Marks) -> list[list[str]]:
    """The table's body: a student, the questions, the total."""
    return [
        [student,
         *(TO_READ if scores.get(name) is None else points_text(scores[name])
           for name in marks.questions),
         points_text(marks.total(student))]
        for student, scores in marks.students.items()
    ]


def text_table(marks: Marks) -> str:
    """The marks for a terminal; long names of questions stand in a list below."""
    letters = [chr(ord("a") + k) if k < 26 else f"q{k + 1}" for k in range(len(marks.questions))]
    head = ["student", *letters, "total"]
    worth = ["of", *map(points_text, marks.questions.values()),
             points_text(sum(marks.questions.values()))]
    lines = [head, worth, *rows(marks)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]

    def line(cells: list[str]) -> str:
        first, *others = (cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        return "  ".join([cells[0].ljust(len(first)), *others])

    rule = "-" * len(line(head))
    names = [f"  {letter}  {name}" for letter, name in zip(letters, marks.questions, strict=True)]
    note = f"  {TO_READ}: a person must look at it in formgrader; it counts as 0 until then"
    return "\n".join([line(head), line(worth), rule, *map(line, lines[2:]), rule, *names, note])


def page(marks: Marks, assignment: str) -> str:
    """The marks and the recognised mistakes as a page of its own, without scripts."""
    worth = list(marks.questions.values())

    def shaded(cell: str, most: float) -> str:
        if cell == TO_READ or not most:
            return f"<td>{cell}</td>"
        share = float(cell) / most
        return f'<td style="background: hsl(210 60% {95 - 30 * (1 - share):.0f}%)">{cell}</td>'

    head = "".join(f'<th scope="col">{escape(name)}<br>of {points_text(points)}</th>'
                   for name, points in marks.questions.items())
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(map(shaded, row[1:-1], worth)) + f"<td><strong>{row[-1]}</strong></td></tr>"
        for row in rows(marks))
    means = "".join(f"<td>{mean_of(marks, name)}</td>" for name in marks.questions)
    mistakes = "".join(
        f'<tr><td>{escape(question)}</td><td class="words">{escape(name)}</td>'
        f"<td>{count}</td></tr>"
        for (question, name), count in sorted(
            marks.mistakes.items(), key=lambda item: (-item[1], *item[0])))
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(assignment)}: marks</title>
<style>body {{ font-family: sans-serif; margin: 2em; color: #111 }}
table {{ border-collapse: collapse; margin-bottom: 2em }}
th, td {{ border: 1px solid #767676; padding: 0.3em 0.5em; text-align: right }}
th[scope=row], td:first-child, td.words {{ text-align: left }}</style></head>
<body><main><h1>{escape(assignment)}: marks</h1>
<p>Darker is fewer points. “{TO_READ}”: a person must look at it in formgrader (a written
answer, or a file that could not be read); it counts as 0 until then.</p>
<table><thead><tr><th scope="col">student</th>{head}<th scope="col">total</th></tr></thead>
<tbody>{body}<tr><th scope="row">mean</th>{means}<td></td></tr></tbody></table>
<h2>Mistakes that were recognised</h2>
<table><thead><tr><th scope="col">question</th><th scope="col">mistake</th>
<th scope="col">submissions</th></tr></thead><tbody>{mistakes}</tbody></table>
</main></body></html>
"""


def mean_of(marks: Marks, question: str) -> str:
    scores = [row[question] for row in marks.students.values() if row.get(question) is not None]
    return points_text(sum(scores) / len(scores)) if scores else ""


def make_report(root: Path, assignment: str, to: Path) -> str:
    """Writes the page and returns the table for the terminal.

    Raises:
        CannotStartError: There is nothing to report.
    """
    marks = read_marks(root, assignment)
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(page(marks, assignment), encoding="utf-8")
    return text_table(marks)
