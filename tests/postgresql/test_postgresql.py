"""A gradebook in a real PostgreSQL server: the same marks, also from two graders at a time."""

from __future__ import annotations

import re
import secrets
import shutil
import subprocess
import sys

import psycopg
import pytest

from autograder.report import read_marks
from autograder.sample_class import lay_out
from tests.nbgrader.conftest import NBGRADER, command, course, released  # noqa: F401  (fixtures)

STUDENTS = {"ada", "chloe", "elif", "grace"}


@pytest.fixture
def database(server):
    """The URL of an empty database."""
    name = f"course_{secrets.token_hex(4)}"
    with psycopg.connect(host=str(server), user="grader", dbname="postgres",
                         autocommit=True) as connection:
        connection.execute(f'create database "{name}"')
    return f"postgresql+psycopg://grader:psst@/{name}?host={server}"


def use(folder, url: str) -> None:
    with (folder / "nbgrader_config.py").open("a") as file:
        file.write(f"\nc.CourseDirectory.db_url = {url!r}\n")


@pytest.fixture
def there(course, tmp_path, database):  # noqa: F811
    """The course with its gradebook in PostgreSQL."""
    list(lay_out(course, "backprop", STUDENTS))
    (course / ".course_secret").write_text("the same for both\n")
    folder = shutil.copytree(course, tmp_path / "there")
    (folder / "gradebook.db").unlink()
    use(folder, database)
    done = command(folder, "generate_assignment", "backprop", "--force")
    assert done.returncode == 0, done.stderr
    return folder


def test_two_graders_at_a_time_give_the_marks_that_one_gives_in_sqlite(course, there):  # noqa: F811
    graders = [subprocess.Popen([NBGRADER, "autograde", "backprop", f"--student={students}"],
                                cwd=there, text=True, stderr=subprocess.PIPE)
               for students in ("[a-c]*", "[d-z]*")]
    said = [grader.communicate(timeout=300)[1] for grader in graders]
    assert [grader.returncode for grader in graders] == [0, 0], said
    assert command(course, "autograde", "backprop").returncode == 0
    marks = read_marks(there, "backprop")
    assert marks.students == read_marks(course, "backprop").students
    assert marks.students.keys() == STUDENTS
    assert not (there / "gradebook.db").exists()
    for step in (["generate_feedback", "backprop"], ["export"]):
        done = command(there, *step)
        assert done.returncode == 0, done.stderr
    assert len((there / "grades.csv").read_text().splitlines()) == 1 + len(STUDENTS)
    assert len(list(there.glob("feedback/*/backprop/*.html"))) == len(STUDENTS)


@pytest.mark.parametrize(("old", "new", "reason"), [
    ("?host=", "?host=/nowhere", "cannot be reached: .*nowhere"),
    ("@/", "@/no_", 'cannot be reached: .*database "no_.*" does not exist'),
    ("+psycopg:", "+asyncpg:", r"needs the package asyncpg: .*\[postgresql\]"),
])
def test_a_server_that_cannot_be_reached_is_said_in_one_sentence(
        course, database, old, new, reason):  # noqa: F811
    list(lay_out(course, "backprop", {"ada"}))
    use(course, database.replace(old, new))
    for done in (command(course, "autograde", "backprop"),
                 command(course, "-m", "autograder", "report", program=sys.executable)):
        assert done.returncode == 1
        assert re.search(reason, done.stderr), done.stderr
        assert "psst" not in done.stderr
        assert "Traceback" not in done.stderr
    assert not (course / "autograded").exists()
