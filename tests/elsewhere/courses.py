"""Other people's courses, each graded by nbgrader alone and by ours."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
import nbgrader
from nbgrader.api import Gradebook

from autograder.build import ROOT
from tests.elsewhere.notebooks import HERE, hand_in, read_text, students

#: nbgrader's own course has two students of its own, whose work it brings along.
GUIDE = Path(nbgrader.__file__).parent / "docs/source/user_guide"
#: A course with words of its own for hidden tests.
PLAIN = """c = get_config()
c.CourseDirectory.course_id = "physics"
c.ClearHiddenTests.begin_test_delimeter = "BEGIN PRIVATE"
c.ClearHiddenTests.end_test_delimeter = "END PRIVATE"
"""

#: For each graded cell its score, and whether a person is to look at it.
Scores = dict[str, tuple[float | None, bool]]


@dataclass
class Graded:
    """A class, graded by both.

    Args:
        stock: For each student the scores that nbgrader alone gives.
        ours: The same for ours.
        course: The folder of the course that ours has graded.
        said: What ours has printed.
    """

    stock: dict[str, Scores]
    ours: dict[str, Scores]
    course: Path
    said: str


def our_lines() -> str:
    """The lines for another course's ``nbgrader_config.py``, as the README has them."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return lines


def environment(course: Path) -> dict[str, str]:
    """The variables of a process in a course's folder: nobody's own configuration counts."""
    return {
        **os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "JUPYTER_CONFIG_DIR": str(course.parent / "jupyter")}


def run(course: Path, *arguments: str) -> str:
    """Runs a plain nbgrader command in a course's folder.

    Returns:
        What it printed.
    """
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments], cwd=course, env=environment(course),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=600)
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def new_quickstart(course: Path) -> None:
    """The course that ``nbgrader quickstart`` makes."""
    run(course.parent, "quickstart", course.name)


def new_lab(course: Path) -> None:
    """A course with one notebook and a file beside it."""
    folder = course / "source/lab"
    folder.mkdir(parents=True)
    text = (HERE / "lab/measurements.py").read_text(encoding="utf-8")
    nbformat.write(read_text(text), folder / "measurements.ipynb")
    shutil.copy(HERE / "lab/heights.csv", folder)
    (course / "nbgrader_config.py").write_text(PLAIN)


def hand_in_all(course: Path, assignment: str, table: Path) -> None:
    """Hands in the work of a table's students, and of nbgrader's own where it is its course."""
    for name, plan in students(table).items():
        hand_in(course, assignment, name, plan)
    if assignment == "ps1":
        shutil.copytree(GUIDE / "submitted", course / "submitted", dirs_exist_ok=True)


def grade(course: Path, assignment: str, table: Path, lines: str) -> str:
    """Releases, hands in and grades, with more lines in the configuration.

    Returns:
        What nbgrader printed while it graded.
    """
    with (course / "nbgrader_config.py").open("a") as config:
        config.write("\n" + lines)
    run(course, "generate_assignment", assignment)
    hand_in_all(course, assignment, table)
    return run(course, "autograde", assignment)


def grade_by_both(make: Callable[[Path], None], folder: Path, assignment: str,
                  table: Path) -> Graded:
    """Makes a course, and grades it twice: by nbgrader alone, and with our lines."""
    stock, ours = folder / "stock/course", folder / "ours/course"
    stock.parent.mkdir()
    make(stock)
    shutil.copytree(stock.parent, ours.parent)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(grade, stock, assignment, table, "")
        second = pool.submit(grade, ours, assignment, table, our_lines())
        first.result()
        said = second.result()
    return Graded(scores(stock, assignment), scores(ours, assignment), ours, said)


def disagreements(graded: Graded, student: str, traps: dict[str, tuple[float, float]]) -> list[str]:
    """How our scores of a student differ from those of nbgrader alone.

    Args:
        graded: The class.
        student: The student.
        traps: For cells where nbgrader alone is known to be wrong its score, and the right one.
    """
    stock, ours = graded.stock[student], graded.ours[student]
    told = [f"{cell}: {ours.get(cell)} for {score}" for cell, score in stock.items()
            if cell not in traps and ours.get(cell) != score]
    told += [f"{cell}: {stock[cell]} alone, {ours[cell]} here" for cell, (alone, right)
             in traps.items() if (stock[cell], ours[cell]) != ((alone, False), (right, False))]
    return told + [f"{cell}: not one of nbgrader's" for cell in ours.keys() - stock.keys()]


def scores(course: Path, assignment: str) -> dict[str, Scores]:
    """What the gradebook says about each student's cells."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return {
            submission.student.id: {
                grade.name: (grade.auto_score, bool(grade.needs_manual_grade))
                for notebook in submission.notebooks for grade in notebook.grades}
            for submission in gradebook.assignment_submissions(assignment)}
