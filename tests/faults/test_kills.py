"""A run that is ended at any moment and started again: ``make faults`` tries many more."""

from __future__ import annotations

import contextlib
import random
import secrets
import shutil
import sqlite3

import pytest

from autograder.running.underway import UnderWay
from tests.faults.kills import moments, trial, undisturbed
from tests.faults.small_class import ASSIGNMENT, LATE, graded_files, nbgrader, recorded

SEED = secrets.randbelow(10**6)
MOMENTS = 5


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return undisturbed(tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize("number", range(MOMENTS))
def test_a_run_that_was_ended_and_started_again_loses_nothing(plain, number, tmp_path):
    way, moment = list(moments(MOMENTS, plain.seconds, random.Random(SEED)))[number]
    _, faults = trial(plain, tmp_path, way, moment)
    assert not faults, f"seed {SEED}: {way} at {moment:.2f} s"


def test_half_a_notebook_that_was_under_way_is_made_again(plain, tmp_path):
    """What a kill in the wrong moment leaves: nbgrader alone would take it for graded."""
    course = tmp_path / "course"
    shutil.copytree(plain.course.parent / "undisturbed", course)
    folder = course / "autograded" / LATE / ASSIGNMENT
    notebook = folder / "2_second.ipynb"
    notebook.chmod(0o644)
    notebook.write_bytes(notebook.read_bytes()[:1000])
    with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as database, database:
        database.execute(
            "UPDATE grade SET auto_score = NULL WHERE notebook_id IN (SELECT n.id FROM "
            "submitted_notebook n JOIN submitted_assignment a ON n.assignment_id = a.id "
            "WHERE a.student_id = ?)", (LATE,))
    notes = UnderWay(course, [folder])
    notes.begin(folder)
    notes._file.close()  # the run is gone, and its note is left
    assert recorded(course) != plain.gradebook
    done = nbgrader(course, "autograde", ASSIGNMENT)
    assert done.returncode == 0, done.stderr
    assert "is made again" in done.stderr
    assert recorded(course) == plain.gradebook
    assert graded_files(course) == plain.files
