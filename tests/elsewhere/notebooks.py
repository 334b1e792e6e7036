"""Notebooks of other courses as text, and what made-up students write into them."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path

import nbformat
from nbformat import NotebookNode

HERE = Path(__file__).parent
MARKERS = re.compile(r"^[ \t]*### (BEGIN|END) SOLUTION[ \t]*\n?", re.MULTILINE)
#: For each kind of cell nbgrader's flags: grade, solution, locked. Text and free ones have none.
KINDS = {"locked": (False, False, True), "solution": (False, True, False),
         "test": (True, False, True), "answer": (True, True, False)}


def read_text(text: str) -> NotebookNode:
    """A notebook from a text in which each cell begins with ``# %% KIND GRADE_ID POINTS``.

    A cell of the kinds ``text`` or ``answer`` that consists of comments is Markdown.
    """
    notebook = nbformat.v4.new_notebook()
    notebook.metadata.kernelspec = {
        "name": "python3", "display_name": "Python 3", "language": "python"}
    _, *cells = re.split(r"^# %% ", text, flags=re.MULTILINE)
    for number, cell_text in enumerate(cells):
        head, _, source = cell_text.partition("\n")
        (kind, *about), source = head.split(), source.strip()
        is_text = kind in ("text", "answer") and all(
            line.startswith("#") for line in source.splitlines())
        if is_text:
            source = re.sub(r"^# ?", "", source, flags=re.MULTILINE)
        make = nbformat.v4.new_markdown_cell if is_text else nbformat.v4.new_code_cell
        cell = make(source, id=f"cell-{number}")
        if kind in KINDS:
            grade, solution, locked = KINDS[kind]
            cell.metadata.nbgrader = {
                "grade": grade, "solution": solution, "locked": locked, "task": False,
                "grade_id": about[0], "schema_version": 3} | (
                    {"points": float(about[1])} if grade else {})
        notebook.cells.append(cell)
    return notebook


def students(table: Path) -> dict[str, dict[str, str]]:
    """A class: for each student where the work begins, and the sources of cells."""
    return tomllib.loads(table.read_text(encoding="utf-8"))


def solved(source: NotebookNode) -> dict[str, str]:
    """The solution of each cell that a student is to write, by its grade id."""
    return {cell.metadata.nbgrader.grade_id: MARKERS.sub("", cell.source + "\n").rstrip()
            for cell in source.cells if cell.metadata.get("nbgrader", {}).get("solution")}


def hand_in(course: Path, assignment: str, name: str, plan: dict[str, str]) -> None:
    """Writes a student's submission of all notebooks of an assignment.

    Raises:
        ValueError: The plan has a cell that no notebook has.
    """
    plan = dict(plan)
    begun = plan.pop("begun")
    folder = course / "submitted" / name / assignment
    shutil.copytree(course / "release" / assignment, folder)
    for path in sorted(folder.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        source = nbformat.read(course / "source" / assignment / path.name, as_version=4)
        solutions = solved(source) if begun == "solved" else {}
        for cell in notebook.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = plan.pop(grade_id, solutions.get(grade_id, cell.source)).strip()
        nbformat.write(notebook, path)
    if plan:
        raise ValueError(f"no notebook of {assignment} has the cells {sorted(plan)}")
