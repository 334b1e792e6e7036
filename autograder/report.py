"""The marks of a class by question, as a table in the terminal and as a page.

Reads what nbgrader keeps (the gradebook and the autograded notebooks) and changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry

from autograder.feedback import points_text
from autograder.running.gradebook import check_reachable, file_of, url_of
from autograder.running.preflight import CannotStartError

#: What a cell of the table says in place of a number.
TO_READ = "read"
PREFIX = "test_"


@dataclass
class Marks:
    """A graded class.

    Args:
        assignment: Its name.
        questions: Names of the questions and what they are worth, in the notebooks' order.
        notebooks: For each notebook the names of its questions.
        students: For each student the score of each question; None: a person must read it.
        mistakes: How many submissions show each recognised mistake, by (question, name).
        bonus: Names of notebooks whose points come on top.
        late: For each student the points that nbgrader takes off for lateness.
    """

    assignment: str = ""
    questions: dict[str, float] = field(default_factory=dict)
    notebooks: dict[str, list[str]] = field(default_factory=dict)
    students: dict[str, dict[str, float | None]] = field(default_factory=dict)
    mistakes: Counter = field(default_factory=Counter)
    bonus: set[str] = field(default_factory=set)
    late: dict[str, float] = field(default_factory=dict)

    def worth(self, notebook: str) -> float:
        return sum(self.questions[name] for name in self.notebooks[notebook])

    def score(self, student: str, notebook: str) -> float:
        scores = self.students[student]
        return sum(scores[name] or 0.0 for name in self.notebooks[notebook])

    def total(self, student: str) -> float:
        """As `nbgrader export` has it: all points less what lateness costs."""
        points = sum(self.score(student, notebook) for notebook in self.notebooks)
        return max(0.0, points - self.late[student])

    def to_read(self, student: str) -> list[str]:
        """The questions that wait for a person."""
        return [name for name, score in self.students[student].items() if score is None]

    def worth_in_words(self) -> str:
        """What can be had, bonus apart: "100 + 15"."""
        extra = sum(map(self.worth, self.bonus))
        regular = sum(self.questions.values()) - extra
        return points_text(regular) + (f" + {points_text(extra)}" if extra else "")


def read_marks(root: Path, assignment: str | None = None) -> Marks:
    """The marks in a course's folder.

    Args:
        root: The folder.
        assignment: Which; None, if there is only one.

    Raises:
        CannotStartError: There is no gradebook, or not this assignment in it.
    """
    db_url = url_of(root)
    if (file := file_of(db_url)) and not file.is_file():
        raise CannotStartError(f"{root} has no gradebook.db: run this in the course's folder, "
                               "after `nbgrader autograde`.")
    check_reachable(db_url)
    marks = Marks()
    with Gradebook(db_url) as gradebook:
        try:
            assignment = assignment or only_assignment(gradebook)
            found = gradebook.find_assignment(assignment)
            marks.assignment = assignment
        except MissingEntry:
            raise CannotStartError(
                f"The gradebook has no assignment {assignment!r}: run "
                f"`nbgrader generate_assignment {assignment}`.") from None
        cells = {}
        for notebook in sorted(found.notebooks, key=lambda each: each.name):
            released = released_notebook(root, assignment, notebook.name)
            order = {name: place for place, name in enumerate(cell_order(released))}
            cells[notebook.name] = sorted([*notebook.grade_cells, *notebook.task_cells],
                                          key=lambda cell: order.get(cell.name, 0))
            if is_bonus(released):
                marks.bonus.add(notebook.name)
        labels = labels_of({name: [cell.name for cell in own] for name, own in cells.items()})
        for name, own in cells.items():
            marks.notebooks[name] = [labels[name, cell.name] for cell in own]
            marks.questions |= {labels[name, cell.name]: float(cell.max_score) for cell in own}
        for submission in sorted(found.submissions, key=lambda each: each.student.id):
            student = submission.student.id
            marks.students[student] = {
                labels[notebook.name, grade.name]:
                    None if awaits_a_person(grade) else grade.score
                for notebook in submission.notebooks for grade in notebook.grades}
            marks.late[student] = submission.late_submission_penalty
            marks.mistakes.update(recognised(root / "autograded" / student / assignment))
    return marks


def awaits_a_person(grade) -> bool:
    """Whether a grade has no points yet. Those given by hand count, also before a second look."""
    return grade.needs_manual_grade and grade.manual_score is None


def only_assignment(gradebook: Gradebook) -> str:
    """The name of a gradebook's assignment.

    Raises:
        CannotStartError: There are several, or none.
    """
    names = sorted(each.name for each in gradebook.assignments)
    if len(names) != 1:
        raise CannotStartError(
            f"The gradebook has the assignments {', '.join(names)}: name one of them." if names
            else "The gradebook has no assignment: run `nbgrader generate_assignment NAME`.")
    return names[0]


def labels_of(names: dict[str, list[str]]) -> dict[tuple[str, str], str]:
    """What graded cells are called in the tables: short, if that tells them apart.

    Args:
        names: For each notebook the names of its graded cells.

    Returns:
        For each pair of a notebook and a cell the label.
    """
    short = Counter(cell.removeprefix(PREFIX) for cells in names.values() for cell in cells)
    return {(notebook, cell): cell.removeprefix(PREFIX)
            if short[cell.removeprefix(PREFIX)] == 1 else f"{notebook}: {cell}"
            for notebook, cells in names.items() for cell in cells}


def released_notebook(root: Path, assignment: str, notebook: str) -> NotebookNode:
    """A released notebook; an empty one if it is not there any more."""
    path = root / "release" / assignment / f"{notebook}.ipynb"
    return nbformat.read(path, as_version=4) if path.is_file() else nbformat.v4.new_notebook()


def cell_order(released: NotebookNode) -> list[str]:
    """The grade ids of a released notebook from top to bottom."""
    roles = (cell.metadata.get("nbgrader", {}) for cell in released.cells)
    return [role["grade_id"] for role in roles if role.get("grade") or role.get("task")]


def is_bonus(released: NotebookNode) -> bool:
    """Whether a notebook's title says that its points come on top."""
    return bool(released.cells) and "bonus points*" in released.cells[0].source


def recognised(folder: Path) -> set[tuple[str, str]]:
    """The mistakes that one submission shows, each once."""
    return {
        (cell.metadata.autograder_mark.question, mistake)
        for path in sorted(folder.glob("*.ipynb"))
        for cell in nbformat.read(path, as_version=4).cells
        if "autograder_mark" in cell.metadata
        for mistake in cell.metadata.autograder_mark.mistakes
    }


def text_table(marks: Marks) -> str:
    """The marks by notebook, for a terminal."""
    numbers = [notebook.partition("_")[0] for notebook in marks.notebooks]
    numbered = all(map(str.isdigit, numbers)) and len({*numbers}) == len(numbers)
    late = ["late"] * any(marks.late.values())
    lines = [
        ["student", *(numbers if numbered else marks.notebooks), *late, "total", TO_READ],
        ["of", *(points_text(marks.worth(notebook)) for notebook in marks.notebooks),
         *("" for _ in late), marks.worth_in_words(), ""]]
    for student in marks.students:
        waiting = len(marks.to_read(student))
        lines.append([
            student, *(points_text(marks.score(student, notebook)) for notebook in marks.notebooks),
            *(points_text(-marks.late[student]) if marks.late[student] else "" for _ in late),
            points_text(marks.total(student)), str(waiting or "")])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]

    def line(cells: list[str]) -> str:
        first, *others = (cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        return "  ".join([cells[0].ljust(len(first)), *others]).rstrip()

    rule = "-" * (sum(widths) + 2 * len(widths) - 2)
    names = [f"  {number}  {notebook.partition('_')[2].replace('_', ' ')}"
             + " (bonus)" * (notebook in marks.bonus)
             for number, notebook in zip(numbers, marks.notebooks, strict=True) if numbered]
    note = (f"  {TO_READ}: so many questions wait for a person in formgrader; they count as 0 "
            "until then")
    return "\n".join([*map(line, lines[:2]), rule, *map(line, lines[2:]), rule, *names, note])


def page(marks: Marks, title: str) -> str:
    """The marks and the recognised mistakes as a page of its own, without scripts."""
    summary = table(
        [(notebook, marks.worth(notebook)) for notebook in marks.notebooks],
        {student: [marks.score(student, notebook) for notebook in marks.notebooks]
         for student in marks.students},
        {student: marks.total(student) for student in marks.students}, marks.worth_in_words())
    late = ", ".join(f"{escape(student)} {points_text(points)}"
                     for student, points in marks.late.items() if points)
    if late:
        summary += f"<p>Taken off the total for lateness: {late}.</p>"
    sections = "".join(
        f"<h2>{escape(notebook)}</h2>" + table(
            [(name, marks.questions[name]) for name in names],
            {student: [scores.get(name) for name in names]
             for student, scores in marks.students.items()},
            {student: marks.score(student, notebook) for student in marks.students},
            points_text(marks.worth(notebook)))
        for notebook, names in marks.notebooks.items())
    mistakes = "".join(
        f'<tr><td>{escape(question)}</td><td class="words">{escape(name)}</td>'
        f"<td>{count}</td></tr>"
        for (question, name), count in sorted(
            marks.mistakes.items(), key=lambda item: (-item[1], *item[0])))
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>
<style>body {{ font-family: sans-serif; margin: 2em; color: #111 }}
table {{ border-collapse: collapse; margin-bottom: 2em }}
th, td {{ border: 1px solid #767676; padding: 0.3em 0.5em; text-align: right }}
th[scope=row], th:first-child, td:first-child, .words {{ text-align: left }}</style></head>
<body><main><h1>{escape(title)}</h1>
<p>Darker is fewer points. “{TO_READ}”: a person must look at it in formgrader (a written
answer, or a file that could not be read); it counts as 0 until then.</p>
{summary}{sections}
<h2>Mistakes that were recognised</h2>
<table><thead><tr><th scope="col">question</th><th scope="col" class="words">mistake</th>
<th scope="col">submissions</th></tr></thead><tbody>{mistakes}</tbody></table>
</main></body></html>
"""


def table(columns: list[tuple[str, float]], rows: dict[str, list[float | None]],
          totals: dict[str, float], most: str) -> str:
    """Students by columns, each with its worth, as HTML; the fewer points the darker."""
    def shaded(score: float | None, worth: float) -> str:
        if score is None:
            return f"<td>{TO_READ}</td>"
        lost = 1 - score / worth if worth else 0.0
        colour = f"hsl(210 60% {95 - 30 * lost:.0f}%)"
        return f'<td style="background: {colour}">{points_text(score)}</td>'

    # long names may be broken at their underscores
    head = "".join(f'<th scope="col">{escape(name).replace("_", "_<wbr>")}<br>'
                   f"of {points_text(worth)}</th>" for name, worth in columns)
    body = "".join(
        f'<tr><th scope="row">{escape(student)}</th>'
        + "".join(shaded(score, worth) for score, (_, worth) in zip(scores, columns, strict=True))
        + f"<td><strong>{points_text(totals[student])}</strong></td></tr>"
        for student, scores in rows.items())
    means = "".join(f"<td>{mean_of(column)}</td>" for column in zip(*rows.values(), strict=True))
    return (f'<table><thead><tr><th scope="col">student</th>{head}'
            f'<th scope="col">total<br>of {most}</th></tr></thead>'
            f'<tbody>{body}<tr><th scope="row">mean</th>{means}'
            f"<td>{mean_of(totals.values())}</td></tr></tbody></table>")


def mean_of(scores: Iterable[float | None]) -> str:
    """The mean of the scores that there are, to two decimals, as text."""
    known = [score for score in scores if score is not None]
    return points_text(round(sum(known) / len(known), 2)) if known else ""


def make_report(root: Path, assignment: str | None, to: Path) -> str:
    """Writes the page and returns the table for the terminal.

    Args:
        root: The course's folder.
        assignment: Which; None, if there is only one.
        to: The page.

    Raises:
        CannotStartError: There is nothing to report.
    """
    marks = read_marks(root, assignment)
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(page(marks, f"{marks.assignment}: marks"), encoding="utf-8")
    return text_table(marks)
