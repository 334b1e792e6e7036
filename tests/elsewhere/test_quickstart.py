"""nbgrader's own example course: the marks of nbgrader alone."""

import pytest

from tests.elsewhere.courses import disagreements, grade_by_both, new_quickstart
from tests.elsewhere.notebooks import HERE, students

TABLE = HERE / "quickstart/students.toml"
#: With those whose work nbgrader brings along.
STUDENTS = [*students(TABLE), "bitdiddle", "hacker"]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    return grade_by_both(new_quickstart, tmp_path_factory.mktemp("quickstart"), "ps1", TABLE)


@pytest.mark.parametrize("student", STUDENTS)
def test_every_mark_is_that_of_nbgrader_alone(graded, student):
    assert not disagreements(graded, student, {})


def test_nobody_is_left_out(graded):
    assert graded.ours.keys() == graded.stock.keys() == set(STUDENTS)
