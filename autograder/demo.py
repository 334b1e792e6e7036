"""``make demo``: the whole way of an assignment with a made-up class, by nbgrader's commands."""

from __future__ import annotations

import shutil
from pathlib import Path

from tqdm import tqdm

from autograder.build import ROOT, nbgrader, sources
from autograder.report import make_report
from autograder.running.preflight import CannotStartError
from autograder.sample_class import lay_out

ASSIGNMENT = "backprop"
#: Marks a folder as one that the demo made, and so may empty.
MARKER = ".made-by-the-demo"
#: Hidden inputs come from a course's secret. The demo's is known, so that its marks are the
#: README's, to the last quarter of a point; a real course makes one of its own.
SECRET = "de30" * 16


def new_course(folder: Path, assignment: str = ASSIGNMENT, only: str = "*") -> None:
    """A course's folder of its own: this repository's source and configuration.

    Args:
        folder: Where; emptied if an earlier demo made it.
        assignment: What to copy of ``source/``.
        only: Names of its notebooks, wildcards allowed.

    Raises:
        BuildError: There is no such notebook.
        CannotStartError: The folder holds something else, or cannot be written.
    """
    if folder.exists() and not (folder / MARKER).exists() and (
            not folder.is_dir() or any(folder.iterdir())):
        raise CannotStartError(f"{folder} is not empty, and no demo made it: name another folder.")
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARKER).touch()
    except OSError as error:
        raise CannotStartError(
            f"{folder} cannot be written ({error.strerror}): name another folder.") from None
    target = folder / "source" / assignment
    target.mkdir(parents=True)
    for path in sources(assignment, only=only):
        shutil.copy(path, target)
    shutil.copy(ROOT / "nbgrader_config.py", folder)


def run_demo(folder: Path) -> None:
    """Release, hand in, autograde, give feedback, export, report.

    Raises:
        CannotStartError: The folder cannot be used.
        BuildError: An nbgrader command failed.
    """
    folder = folder.resolve()
    new_course(folder)
    (folder / ".course_secret").write_text(SECRET + "\n")
    (folder / ".course_secret").chmod(0o600)
    print(f"Course folder: {folder}")
    step("Release the assignment", "nbgrader generate_assignment " + ASSIGNMENT)
    nbgrader("generate_assignment", ASSIGNMENT, root=folder)

    step("Lay out a class of made-up students", "submitted/STUDENT/" + ASSIGNMENT)
    for sample in lay_out(folder, ASSIGNMENT):
        print(f"  {sample.name:10} {sample.says}")

    step("Grade", "nbgrader autograde " + ASSIGNMENT)
    with_progress("autograde", folder, "Autograding")
    step("Write feedback", "nbgrader generate_feedback " + ASSIGNMENT)
    with_progress("generate_feedback", folder, "Converting notebook")
    step("Export", "nbgrader export")
    nbgrader("export", "--to", "grades.csv", root=folder)

    step("Marks by question", "python -m autograder report")
    print(make_report(folder, ASSIGNMENT, folder / "report.html"))
    print(f"""
Feedback pages   {folder}/feedback/STUDENT/{ASSIGNMENT}/
Report           {folder}/report.html
Exported marks   {folder}/grades.csv
Gradebook        {folder}/gradebook.db""")


def step(title: str, command: str) -> None:
    print(f"\n{title}   ({command})", flush=True)


def with_progress(command: str, folder: Path, sign: str) -> None:
    """Runs an nbgrader command on the class with a bar that moves on at each notebook."""
    notebooks = len(list((folder / "submitted").glob(f"*/{ASSIGNMENT}/*.ipynb")))
    with tqdm(total=notebooks, unit="notebook", desc=f"  {command}") as bar:
        nbgrader(command, ASSIGNMENT, root=folder,
                 log=lambda line: bar.update() if sign in line else None)
