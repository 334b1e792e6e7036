"""``make fuzz``: damaged notebooks, each of which must end in a mark or be told unreadable.

    python -m tests.faults.fuzz --notebooks 2000 --graded 100

All go the trusted way: read, rebuilt, marked, validated, written and read again. Their code
is not run for that. Some of them are a class that the real ``nbgrader autograde`` grades.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import secrets
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from tqdm import tqdm

from autograder import feedback
from autograder.engine.digest import digest_of
from autograder.grading import Job, nothing_asked
from autograder.rebuild import UnreadableError, read_submission, rebuild
from autograder.sample_class import solve
from tests.faults.mutations import mutated
from tests.faults.small_class import ASSIGNMENT, NOTEBOOKS, light_notebook, make_course, nbgrader

#: What stands in every third student's timestamp.txt.
TIMES = [b"2026-01-02 10:00:00 UTC", b"", b"yesterday", b"\xff\xfe", b"2026-13-45 99:99",
         b"9" * 400,
         b"0001-01-01 00:00:00 +2300", b"9999-12-31 23:59:59 -2300", b"1 2 3", b"x" * 10_000,
         b"2026-01-02T10:00:00.123456789Z", b"12:00 PM AM TZ", b"\0"]
#: A notebook that takes longer to be read and written would hold up the class.
MOST_SECONDS = 20


def bases(release: NotebookNode, source: NotebookNode) -> list[bytes]:
    """A notebook as it was handed out, half done, and solved."""
    made = [copy.deepcopy(release) for _ in range(3)]
    solve(made[1], source, ["sigmoid"])
    solve(made[2], source, None)
    return [nbformat.writes(each).encode() for each in made]


def handled(data: bytes, release: NotebookNode, tests: dict[str, str], source: Path) -> str:
    """Takes a file the trusted way.

    Args:
        data: The file.
        release: The released notebook.
        tests: For the ids of locked cells the full source.
        source: Folder of the source notebooks.

    Returns:
        "a mark" or "could not be read".

    Raises:
        Exception: It found a fault.
    """
    ending = "a mark"
    try:
        notebook = rebuild(release, tests, read_submission(data))
    except UnreadableError as reason:
        ending, notebook = "could not be read", copy.deepcopy(release)
        notebook.cells.insert(0, feedback.unreadable_cell(str(reason)))
    digest_of(Job(notebook, "ada", b"secret", source), [])
    feedback.write_result(notebook, nothing_asked(notebook))
    nbformat.validate(notebook)
    written = nbformat.reads(nbformat.writes(notebook).encode().decode(), as_version=4)
    nbformat.validate(written)
    roles = [cell for cell in written.cells if "nbgrader" in cell.metadata]
    for cell in roles:
        utils.compute_checksum(cell)
        if utils.is_grade(cell):
            assert utils.determine_grade(cell)[0] in (0, None)
    assert [cell.metadata.nbgrader.grade_id for cell in roles] == [
        cell.metadata.nbgrader.grade_id for cell in release.cells if "nbgrader" in cell.metadata]
    return ending


def grade_class(course: Path, files: list[bytes]) -> list[str]:
    """Grades a class of damaged notebooks.

    Returns:
        What is wrong: who has no mark, or how the run went.
    """
    name = next(iter(NOTEBOOKS))
    for number, data in enumerate(files):
        folder = course / "submitted" / f"s{number:04}" / ASSIGNMENT
        folder.mkdir(parents=True)
        (folder / f"{name}.ipynb").write_bytes(data)
        if number % 3 == 0:
            (folder / "timestamp.txt").write_bytes(TIMES[number // 3 % len(TIMES)])
    done = nbgrader(course, "autograde", ASSIGNMENT, seconds=3600)
    faults = []
    if done.returncode or "Traceback" in done.stderr:
        faults.append(f"the run ends with {done.returncode}: {done.stderr[-3000:]}")
    return faults + [f"{student} has no mark" for student in without_mark(course, len(files))]


def without_mark(course: Path, count: int) -> list[str]:
    """Students with a question that has neither points nor waits for a person."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        submissions = {each.student_id: each
                       for each in gradebook.assignment_submissions(ASSIGNMENT)}
        found = []
        for student in (f"s{number:04}" for number in range(count)):
            grades = [grade for notebook in getattr(submissions.get(student), "notebooks", [])
                      for grade in notebook.grades]
            if not grades or any(grade.auto_score is None and not grade.needs_manual_grade
                                 for grade in grades):
                found.append(student)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notebooks", type=int, default=2000)
    parser.add_argument("--graded", type=int, default=100)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    arguments = parser.parse_args()
    print(f"Seed {arguments.seed}.")
    chance, endings, faults = random.Random(arguments.seed), Counter(), []
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        course = Path(folder)
        release, tests, works = prepared(course)
        files = []
        for _ in tqdm(range(arguments.notebooks), unit="notebook"):
            data, done = mutated(chance.choice(works), chance)
            files.append(data)
            began = time.monotonic()
            try:
                endings[handled(data, release, tests, course / "source" / ASSIGNMENT)] += 1
            except Exception as error:
                faults.append(f"{done}: {type(error).__name__}: {str(error)[:200]}")
            if time.monotonic() - began > MOST_SECONDS:
                faults.append(f"{done}: {time.monotonic() - began:.0f} s")
        graded = files[:arguments.graded]
        print(f"Grading {len(graded)} of them with nbgrader ...")
        faults += grade_class(course, graded)
    print(json.dumps(endings))
    for fault in faults:
        print(fault)
    print(f"{arguments.notebooks} notebooks, {len(graded)} of them graded: {len(faults)} faults.")
    return 1 if faults else 0


def prepared(course: Path) -> tuple[NotebookNode, dict[str, str], list[bytes]]:
    """Makes the course: a release, its full tests, and what to damage."""
    make_course(course)
    name = next(iter(NOTEBOOKS))
    release = nbformat.read(course / "release" / ASSIGNMENT / f"{name}.ipynb", as_version=4)
    source = light_notebook(name)
    tests = {cell.metadata.nbgrader.grade_id: cell.source for cell in source.cells
             if cell.metadata.get("nbgrader", {}).get("locked")}
    return release, tests, bases(release, source)


if __name__ == "__main__":
    sys.exit(main())
