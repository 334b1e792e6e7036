"""What must be true before a run of ``nbgrader autograde``; said in one sentence if it is not."""

from __future__ import annotations

import functools
import glob
import os
import stat
import warnings
from concurrent.futures import BrokenExecutor, Executor
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.nbgraderformat import MetadataValidator
from sqlalchemy.exc import SAWarning

from autograder.errors import CannotStartError
from autograder.running.course_folder import TIMESTAMP, NoTimeError, handed_in
from autograder.running.gradebook import check_reachable, file_of
from autograder.sandbox import Limits, unprotected


def before_autograde(converter) -> None:
    """Looks at the course's folder once, before the first submission.

    Args:
        converter: nbgrader's ``Autograde`` with its course directory.

    Raises:
        CannotStartError: With one sentence for the instructor.
    """
    coursedir = converter.coursedir
    assignment = coursedir.assignment_id
    release = Path(coursedir.format_path(coursedir.release_directory, ".", assignment))
    if not any(release.glob("*.ipynb")):
        raise CannotStartError(
            f"There is no released notebook in {release}: run "
            f"`nbgrader generate_assignment {assignment}` first.")
    for folder in (Path(coursedir.root), Path(coursedir.root, coursedir.autograded_directory)):
        if folder.exists() and not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
            raise CannotStartError(
                f"{folder} is not a folder that you may write to: change its owner or its "
                "permissions, or move what is in the way, and start again.")
    check_reachable(coursedir.db_url)
    database = file_of(coursedir.db_url)
    if database and database.exists() and not os.access(database, os.W_OK):
        raise CannotStartError(f"{database} cannot be written to: change its owner or permissions.")
    # SQLAlchemy's remarks on the order in which nbgrader makes a submission of its parts
    warnings.filterwarnings("ignore", category=SAWarning, module=r"nbgrader\.api")
    folders = submission_folders(coursedir)
    record_empty_submissions(converter, folders)
    leave_out_odd_files(converter, folders)


def check_sandbox(converter, allow_unprotected: bool, processes: Executor | None = None) -> None:
    """Tries out what student code could do here, and says so in one line.

    Args:
        converter: nbgrader's ``Autograde`` with its course directory.
        allow_unprotected: Whether to grade where the sandbox does not hold.
        processes: Processes of this machine that will grade: one of them tries, so that this
            process needs no warm parent of its own.

    Raises:
        CannotStartError: It could do harm.
    """
    coursedir = converter.coursedir
    own = [Path(coursedir.root), Path(coursedir.root, coursedir.source_directory),
           Path(coursedir.root, coursedir.submitted_directory)]
    course = tuple(path.resolve() for path in own if path.exists())
    try:
        dangers = processes.submit(unprotected, course).result() if processes else could_do(course)
    except BrokenExecutor:  # somebody ended it: then here
        dangers = could_do(course)
    if not dangers:
        converter.log.info("Sandbox: tried out and found to hold.")
    elif allow_unprotected:
        converter.log.warning("Sandbox: on this machine student code could %s.",
                              ", ".join(dangers))
    else:
        raise CannotStartError(
            f"On this machine the sandbox does not hold: student code could {', '.join(dangers)}. "
            "Grade on another one (see docs/instructor.md), or, where nothing can be harmed, with "
            "--GradeSubmission.allow_unprotected=True.")


@functools.cache
def could_do(course: tuple[Path, ...]) -> list[str]:
    """`unprotected`, tried once for as long as this process lives."""
    return unprotected(course)


def submission_folders(coursedir) -> list[Path]:
    """The folders of the submissions that the run is about."""
    pattern = coursedir.format_path(
        coursedir.submitted_directory, coursedir.student_id, coursedir.assignment_id)
    found = Path(coursedir.root).glob(os.path.relpath(pattern, coursedir.root))
    return sorted(folder for folder in found if folder.is_dir())


def leave_out_odd_files(converter, folders: list[Path]) -> None:
    """Keeps links, pipes, devices and huge files of a submission from being copied.

    nbgrader copies all files beside a notebook before anything of ours runs: it would
    follow a link to wherever it leads, and fail at a pipe. Its list of what to ignore
    takes whole paths too.
    """
    for folder in folders:
        try:
            handed_in(folder)
        except NoTimeError as reason:
            path = folder / TIMESTAMP
            converter.log.warning("%s %s: when this was handed in is not known, and it counts as "
                                  "on time. Formgrader cannot list the class until you have put "
                                  "the time into the file, or removed it.", path, reason)
            ignore(converter, path)
        for parent, _, names in os.walk(folder):
            for name in names:
                path = Path(parent, name)
                about = path.lstat()
                if (stat.S_ISREG(about.st_mode) and about.st_size <= Limits.file_bytes
                        and os.access(path, os.R_OK)):
                    continue
                converter.log.warning("%s is left out: not an ordinary file that can be read, "
                                      "or too large.", path)
                ignore(converter, path)


def ignore(converter, path: Path) -> None:
    """Has nbgrader not copy a file."""
    converter.coursedir.ignore = [*converter.coursedir.ignore, glob.escape(str(path))]


def record_empty_submissions(converter, folders: list[Path]) -> None:
    """Gives students who handed in a folder without any notebook their recorded zero.

    nbgrader passes over them with a warning and records nothing.

    Raises:
        CannotStartError: The gradebook does not know the assignment.
    """
    coursedir = converter.coursedir
    assignment = coursedir.assignment_id
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        try:
            gradebook.find_assignment(assignment)
        except MissingEntry:
            raise CannotStartError(
                f"The gradebook does not know {assignment}: run `nbgrader generate_assignment "
                f"{assignment} --force`.") from None
        for folder in folders:
            if any(folder.glob("*.ipynb")):
                continue
            student = folder.parent.name
            converter.log.warning("%s handed in no notebook: recorded as 0.", student)
            gradebook.update_or_create_student(student)
            submission = gradebook.update_or_create_submission(assignment, student)
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    grade.auto_score, grade.needs_manual_grade = 0, False
            gradebook.db.commit()


def release_of(converter, assignment: str, notebook: str) -> NotebookNode:
    """The released notebook that a submission is built from.

    Its metadata is checked here, once for all submissions: they have no other.

    Raises:
        CannotStartError: It is missing.
        jsonschema.ValidationError: Its metadata is not nbgrader's.
        nbgrader.nbgraderformat.SchemaMismatchError: Another version of nbgrader has made it.
    """
    coursedir = converter.coursedir
    path = Path(coursedir.format_path(coursedir.release_directory, ".", assignment),
                f"{notebook}.ipynb")
    if not path.is_file():
        raise CannotStartError(
            f"{path} is missing: run `nbgrader generate_assignment {assignment}`.")
    released = nbformat.read(path, as_version=4)
    for number, cell in enumerate(released.cells):
        cell.setdefault("id", f"cell-{number}")  # notebooks of nbformat 4.4 and older have none
    released.nbformat_minor = 5
    MetadataValidator().validate_nb(released)
    return released
