"""Damaged notebooks, and damaged times of handing in: ``make fuzz`` tries many more."""

from __future__ import annotations

import random
import secrets
import shutil

import pytest
from nbgrader.api import Gradebook

from tests.faults.fuzz import grade_class, handled, prepared
from tests.faults.mutations import OF_BYTES, OF_JSON, mutated
from tests.faults.small_class import ASSIGNMENT, graded_files, hand_in, nbgrader

SEED = secrets.randbelow(10**6)
NOTEBOOKS, GRADED = 1000, 30


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")
    return folder, *prepared(folder)


@pytest.fixture(scope="module")
def damaged(course):
    chance = random.Random(SEED)
    return [mutated(chance.choice(course[3]), chance) for _ in range(NOTEBOOKS)]


def test_every_damaged_notebook_ends_in_a_mark_or_is_told_unreadable(course, damaged):
    folder, release, tests, _ = course
    endings = set()
    for data, done in damaged:
        try:
            endings.add(handled(data, release, tests, folder / "source" / ASSIGNMENT))
        except Exception as error:
            raise AssertionError(f"seed {SEED}: {done}") from error
    assert endings == {"a mark", "could not be read"}


def test_every_kind_of_damage_is_done(damaged):
    done = {kind for _, kinds in damaged for kind in kinds.split(", ")}
    assert done >= {change.__name__ for change in (*OF_JSON, *OF_BYTES)} | {"older"}


def test_a_class_of_them_is_graded(course, damaged):
    files = [data for data, _ in damaged[:GRADED]]
    assert not grade_class(course[0], files), f"seed {SEED}"


@pytest.mark.parametrize("text", [b"yesterday", b"\xff\xfe\x00", b"9" * 300, b"x" * 10**5])
def test_a_time_that_is_none_costs_no_mark_and_is_noted(course, text, tmp_path):
    """Also when the class is graded again, and everything is there already."""
    folder = tmp_path / "course"
    shutil.copytree(course[0], folder, ignore=shutil.ignore_patterns("autograded", "submitted"))
    hand_in(folder, {"ada": {}})
    path = folder / "submitted/ada" / ASSIGNMENT / "timestamp.txt"
    path.write_bytes(text)
    for again in ([], [], ["--force"]):
        done = nbgrader(folder, "autograde", ASSIGNMENT, "--student", "ada", *again)
        assert done.returncode == 0, done.stderr[-3000:]
        assert "timestamp.txt" in done.stderr
        assert "when this was handed in is not known" in done.stderr
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        assert gradebook.find_submission(ASSIGNMENT, "ada").score == 2
    files = graded_files(folder)
    assert not any("timestamp" in name for name in files)
    assert all(b"When this was handed in is not known" in content
               for name, content in files.items() if ".ipynb" in name)
    assert path.read_bytes() == text
