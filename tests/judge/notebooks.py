"""Small assignments for the judge: what the instructor wrote, what a student handed in."""

from __future__ import annotations

from pathlib import Path

import nbformat

from autograder.grading import Job, Result, run_hidden
from autograder.sandbox import Limits

LIMITS = Limits(cell_seconds=3, call_seconds=3)


def cell(source: str, grade_id: str = "", points: float | None = None, *, locked: bool = False):
    """A code cell: a solution cell by its grade_id, a test cell by its points too."""
    made = nbformat.v4.new_code_cell(source.strip("\n"))
    if grade_id:
        made.metadata["nbgrader"] = {
            "grade_id": grade_id, "grade": points is not None, "locked": points is not None
            or locked, "solution": points is None and not locked, "schema_version": 3}
        if points is not None:
            made.metadata.nbgrader["points"] = points
    return made


def grade(folder: Path, source: list, submitted: dict[str, str], limits: Limits = LIMITS,
          files: Path | None = None) -> Result:
    """Judges a submission that differs from the source in some solution cells."""
    (folder / "source").mkdir(exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=source), folder / "source" / "work.ipynb")
    notebook = nbformat.read(folder / "source" / "work.ipynb", 4)
    for each in notebook.cells:
        if each.metadata.get("nbgrader", {}).get("grade_id") in submitted:
            each.source = submitted[each.metadata.nbgrader.grade_id]
    return run_hidden(Job(
        notebook, "ada", b"secret", folder / "source", files, limits, "work"))
