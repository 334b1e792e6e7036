"""``python -m autograder check``: what an assignment's solution gets, and what is handed out.

Both are graded as if a student had handed them in, in the sandbox and with the course's own
settings, before any student has: a solution that loses points has a test that is wrong, or
one that cannot be judged from outside; what is handed out should earn nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.api import MissingEntry
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from traitlets import TraitError

from autograder.errors import CannotStartError
from autograder.feedback import points_text
from autograder.grading import Result, is_test, run_hidden
from autograder.nbgrader_plugins import GradeSubmission, SubmissionExporter
from autograder.rebuild import read_submission
from autograder.running import configuration
from autograder.running.run import Run

WIDTH = 34
BY_HAND = "by hand"


@dataclass(frozen=True)
class Checked:
    """What came of a test cell.

    Args:
        name: Its grade id.
        worth: Its points.
        solution: What the solution gets; None if a person must mark it.
        handed_out: The same for the notebook that students are given.
        why: What the solution lacks, in sentences.
    """

    name: str
    worth: float
    solution: float | None
    handed_out: float | None
    why: tuple[str, ...]


def run_of(root: Path, assignment: str) -> Run:
    """A run over an assignment, set up as ``nbgrader autograde`` would in a course's folder.

    Raises:
        CannotStartError: The course does not use this grader, or not as a whole.
    """
    if (config := configuration.read(root)) is None:
        raise CannotStartError(f"{root} has no {configuration.NAME}: run this in the course's "
                               "folder.")
    coursedir = CourseDirectory(config=config, root=str(root), assignment_id=assignment)
    try:
        converter = Autograde(coursedir=coursedir, config=config)
        settings = GradeSubmission(config=config)
    except TraitError as error:
        raise CannotStartError(f"{configuration.NAME}: {error}") from None
    if not issubclass(converter.exporter_class, SubmissionExporter):
        raise CannotStartError("nbgrader_config.py lacks the lines that switch this grader on: "
                               "see \"The grader in another course\" in its README.")
    configuration.check_preprocessors(converter)
    return Run(converter, settings)


def checked_cells(run: Run, path: Path) -> Iterator[Checked]:
    """Grades a source notebook and its release.

    Raises:
        CannotStartError: It has not been released.
    """
    name = path.stem
    try:
        released, _ = run.material(name)
    except MissingEntry:
        raise CannotStartError(f"The gradebook does not know {name}: run `nbgrader "
                               f"generate_assignment {run.assignment} --force`.") from None
    folder = run.source.resolve()
    solved = run.rebuilt(name, read_submission(path.read_bytes()))
    solution = run_hidden(run.job(solved, "instructor", name, folder))
    handed_out = run.rebuilt(name, read_submission(nbformat.writes(released).encode()))
    stubs = run_hidden(run.job(handed_out, "nobody", name, folder))
    for cell in filter(is_test, released.cells):
        role = cell.metadata.nbgrader
        yield Checked(role.grade_id, float(role.points), score(role.grade_id, solution),
                      score(role.grade_id, stubs), tuple(lacks(role.grade_id, solution)))


def score(name: str, result: Result) -> float | None:
    """The points of a test cell; None if a person must mark it."""
    return None if name in result.reviews else result.marks[name].points


def lacks(name: str, result: Result) -> list[str]:
    """Why a mark is less than full."""
    if name in result.reviews:
        return [result.reviews[name]]
    return [reason for part in result.marks[name].parts for reason in part.reasons]


def table_of(name: str, cells: list[Checked]) -> str:
    """The outcome for a notebook, for a terminal."""
    def text(points: float | None) -> str:
        return BY_HAND if points is None else points_text(points)

    lines = [f"{name:{WIDTH}}  points  solution  handed out"]
    for cell in cells:
        lines.append(f"  {cell.name:{WIDTH - 2}}  {points_text(cell.worth):>6}"
                     f"  {text(cell.solution):>8}  {text(cell.handed_out):>10}")
        if cell.solution != cell.worth:
            lines += [f"    {reason}" for reason in cell.why]
        if cell.handed_out:
            lines.append("    What is handed out earns points here.")
    return "\n".join(lines)


def check_assignment(root: Path, assignment: str) -> int:
    """Checks an assignment and prints a table for each notebook.

    Args:
        root: The course's folder.
        assignment: The assignment's name.

    Returns:
        0 if the solution gets all points that a program gives, else 1.

    Raises:
        CannotStartError: With the reason.
    """
    run = run_of(root, assignment)
    sources = sorted(run.source.glob("*.ipynb"))
    if not sources:
        raise CannotStartError(f"There is no notebook in {run.source}.")
    run.check_sandbox()
    passed = True
    for path in sources:
        cells = list(checked_cells(run, path))
        passed &= all(cell.solution == cell.worth for cell in cells)
        print(table_of(path.stem, cells) if cells
              else f"{path.stem:{WIDTH}}  nothing that a program marks", flush=True)
    return 0 if passed else 1
