"""``python -m autograder check`` and ``report`` in a course that is not ours."""

import shutil
import subprocess
import sys

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.build import ROOT
from autograder.errors import CannotStartError
from autograder.report import labels_of, read_marks, text_table
from tests.elsewhere.courses import environment, new_lab, our_lines, run
from tests.elsewhere.notebooks import read_text

TEXT = """
# %% solution double
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% test right 1
assert double(2) == 4

# %% test wrong 2
assert double(3) == 7, "twice three is seven"

# %% test given_away 1
assert callable(double)

# %% answer why 3
# Because.
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A released assignment with a wrong test, and one that everybody passes."""
    course = tmp_path_factory.mktemp("check") / "course"
    new_lab(course)
    shutil.rmtree(course / "source/lab")
    for assignment, names in (("one", ["1_a"]), ("two", ["a", "b"])):
        folder = course / "source" / assignment
        folder.mkdir(parents=True)
        for name in names:
            nbformat.write(read_text(TEXT), folder / f"{name}.ipynb")
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(our_lines())
    run(course, "generate_assignment", "one")
    return course


def test_the_readme_has_this_courses_own_lines():
    assert our_lines() in (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")


def check(course, assignment):
    return subprocess.run(
        [sys.executable, "-m", "autograder", "check", assignment], cwd=course, text=True,
        env=environment(course), stdin=subprocess.DEVNULL, capture_output=True, timeout=300)


def test_a_test_that_the_solution_fails_is_found_and_so_are_points_for_nothing(course):
    done = check(course, "one")
    assert done.returncode == 1, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["right", "1", "1", "0"] in lines
    assert ["wrong", "2", "by", "hand", "by", "hand"] in lines
    assert ["given_away", "1", "1", "1"] in lines
    assert "twice three is seven" in done.stdout
    assert "What is handed out earns points here." in done.stdout


@pytest.mark.parametrize(("lines", "assignment", "says"), [
    ("", "two", "generate_assignment two"), ("", "three", "no notebook in"),
    ("c.Autograde.exporter_class = 'nbconvert.exporters.NotebookExporter'\n", "one",
     "lacks the lines that switch this grader on")])
def test_what_is_missing_is_said_in_one_sentence(course, tmp_path, lines, assignment, says):
    copy = tmp_path / "course"
    shutil.copytree(course, copy)
    with (copy / "nbgrader_config.py").open("a") as config:
        config.write(lines)
    done = check(copy, assignment)
    assert done.returncode == 1
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_without_a_configuration_that_is_said(tmp_path):
    assert "has no nbgrader_config.py" in check(tmp_path, "one").stderr


def test_a_report_names_the_notebooks_of_any_course_and_its_only_assignment(
        tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", environment(tmp_path)["PATH"])
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as gradebook:
        gradebook.add_assignment("ps1")
        gradebook.add_notebook("problem", "ps1")
        gradebook.add_grade_cell("test_x", "problem", "ps1", max_score=2, cell_type="code")
        gradebook.add_task_cell("essay", "problem", "ps1", max_score=3, cell_type="markdown")
        gradebook.add_student("ada")
        gradebook.add_submission("ps1", "ada")
        marks = read_marks(tmp_path)
        assert marks.assignment == "ps1"
        assert marks.questions == {"x": 2, "essay": 3}
        assert "student  problem  total" in text_table(marks)
        gradebook.add_assignment("ps2")
    with pytest.raises(CannotStartError, match="ps1, ps2: name one"):
        read_marks(tmp_path)


def test_cells_of_the_same_name_in_two_notebooks_have_two_labels():
    labels = labels_of({"a": ["test_x", "y"], "b": ["x", "z"]})
    assert labels == {("a", "test_x"): "a: test_x", ("a", "y"): "y", ("b", "x"): "b: x",
                      ("b", "z"): "z"}
