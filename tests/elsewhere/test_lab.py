"""An ordinary assignment (asserts, classes, plots, files): the marks of nbgrader alone."""

import shutil

import pytest

from tests.elsewhere.courses import disagreements, grade_by_both, new_lab, run, scores
from tests.elsewhere.formgrader import served
from tests.elsewhere.notebooks import HERE, students

TABLE = HERE / "lab/students.toml"
#: Right answers that write to standard error: nothing with nbgrader alone.
TRAPS = {"talkative": {"test_mean": (0.0, 2.0), "test_helper": (0.0, 1.0)}}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    return grade_by_both(new_lab, tmp_path_factory.mktemp("lab"), "lab", TABLE)


@pytest.mark.parametrize("student", students(TABLE))
def test_every_mark_is_that_of_nbgrader_alone(graded, student):
    assert not disagreements(graded, student, TRAPS.get(student, {}))


def test_the_class_tells_right_from_wrong(graded):
    """Else equal marks would say little."""
    tests = [cell for cell in graded.stock["solved"] if cell.startswith("test_")]
    full = {cell: graded.stock["solved"][cell][0] for cell in tests}
    assert min(full.values()) > 0
    for student, share in (("other_ways", 1), ("slips", 0), ("all_wrong", 0), ("empty", 0)):
        got = {cell: graded.stock[student][cell][0] for cell in tests}
        assert got == {cell: share * full[cell] for cell in tests} | (
            {"test_steps": 1.5} if student == "slips" else {})


def test_the_feedback_shows_no_hidden_test(graded):
    run(graded.course, "generate_feedback", "lab")
    for name in students(TABLE):
        for path in (f"autograded/{name}/lab/measurements.ipynb",
                     f"feedback/{name}/lab/measurements.html"):
            text = (graded.course / path).read_text(encoding="utf-8")
            for word in (
                    "PRIVATE", "HIDDEN TESTS", "To be or not", "on purpose", "5, -1, 5"):
                assert word not in text


def test_formgraders_button_gives_the_same_marks(graded):
    names = ["slips", "talkative"]
    for name in names:
        shutil.rmtree(graded.course / "autograded" / name)
    with served(graded.course) as press:
        for name in names:
            answer = press(f"submission/lab/{name}/autograde")
            assert answer["success"], answer
    assert scores(graded.course, "lab") == graded.ours
    for name in names:
        assert (graded.course / "autograded" / name / "lab/measurements.ipynb").is_file()
