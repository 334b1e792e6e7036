"""The made-up class through ``make demo``'s own way: each gets what it deserves, in one run."""

import contextlib
import csv
import io
import re
import tomllib
from pathlib import Path

import nbformat
import numpy as np
import pytest

from autograder.build import ROOT, sources
from autograder.demo import ASSIGNMENT, run_demo
from autograder.drawing import draw_cases
from autograder.questions import all_questions, topics
from autograder.report import read_marks
from autograder.sample_class import samples

EXPECTED = tomllib.loads(Path(__file__).with_name("expected.toml").read_text(encoding="utf-8"))
#: Answers that a person reads.
WRITTEN = {cell.metadata.nbgrader.grade_id
           for path in sources(ASSIGNMENT) for cell in nbformat.read(path, as_version=4).cells
           if cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("grade")}
STUDENTS = [sample.name for sample in samples()]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The demo's folder and what it printed."""
    folder = tmp_path_factory.mktemp("demo") / "course"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        run_demo(folder)
    return folder, printed.getvalue()


@pytest.fixture(scope="module")
def marks(graded):
    return read_marks(graded[0], ASSIGNMENT)


def deserved(student, marks):
    """The score of each question, from the plan of what is less than full marks."""
    scores = {**marks.questions, **dict.fromkeys(WRITTEN)}
    for name, score in EXPECTED[student].items():
        if name in marks.notebooks:
            scores |= dict.fromkeys(marks.notebooks[name], 0)
            if score == "unread":
                scores[marks.notebooks[name][0]] = None
        else:
            scores[name] = score
    return scores


def test_the_table_names_every_student_and_the_class_is_large_enough():
    assert sorted(EXPECTED) == sorted(STUDENTS)
    assert len(STUDENTS) >= 15


@pytest.mark.parametrize("student", STUDENTS)
def test_each_student_gets_what_the_submission_deserves(student, marks):
    assert marks.students[student] == deserved(student, marks)


def test_the_export_has_everybody(graded, marks):
    with open(graded[0] / "grades.csv", newline="") as file:
        rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert rows == {student: pytest.approx(marks.total(student)) for student in STUDENTS}


def test_the_readme_shows_what_is_printed(graded):
    shown = (ROOT / "README.md").read_text().partition("prints their marks:\n\n")[2]
    lines = shown.partition("    ...")[0].splitlines()
    assert len(lines) == 6
    assert {line.removeprefix("    ") for line in lines} <= {
        line.rstrip() for line in graded[1].splitlines()}


def test_the_table_is_printed(graded):
    printed = graded[1]
    for student in STUDENTS:
        assert re.search(rf"^{student} .*\d$", printed, re.MULTILINE)
    assert "report.html" in printed


def page(graded, student, notebook="1_chain_rule"):
    return (graded[0] / "feedback" / student / ASSIGNMENT / f"{notebook}.html").read_text()


@pytest.mark.parametrize(("student", "says"), [
    ("elif", "σ′(z) is left out of z_bar"), ("farid", "The sign of y_bar is turned"),
    ("grace", "The message from reg replaces the one from z"),
    ("hamza", "This is the sum over the examples"), ("hamza", "this climbs"),
    ("ines", "exp is taken of a large positive number"), ("jonas", "difference quotients"),
    ("jonas", "The central difference looks at both sides"),
    ("kana", "All rows are the same array"),
    ("lars", "not written yet"), ("mina", "does not define &#x27;backward&#x27;"),
    ("noor", "gave no answer within 5 seconds"), ("noor", "stopped after 10 seconds"),
    ("olga", "was missing from the submission"), ("sven", "is there a return statement"),
    ("uma", "This file could not be read"), ("uma", "not valid JSON"),
])
def test_the_feedback_names_what_is_wrong(graded, student, says):
    text = page(graded, student)
    assert says in text or says.replace("&#x27;", "'") in text


@pytest.mark.parametrize(("student", "notebook"), [
    *((name, "1_chain_rule") for name in STUDENTS if name != "tariq"),
    *((name, path.stem) for name in ("elif", "jonas", "kana", "quentin")
      for path in sources(ASSIGNMENT)[1:])])
def test_the_feedback_gives_nothing_hidden_away(graded, student, notebook):
    text = page(graded, student, notebook)
    for word in ("HIDDEN TESTS", "MARK SCHEME", "grade(", "BEGIN SOLUTION"):
        assert word not in text
    secret = (graded[0] / ".course_secret").read_text().strip().encode()
    assert secret.decode() not in text
    for question in all_questions().values():
        if topics()[question.id] != notebook.partition("_")[2]:
            continue
        for case in draw_cases(question, student, secret):
            for number in numbers_in(case.arguments):
                assert number not in text


def numbers_in(arguments):
    """Hidden inputs as NumPy prints them: eight digits, so that none is met by chance.

    Of very many numbers one would be, so large arrays are left out.
    """
    if isinstance(arguments, dict):
        arguments = list(arguments.values())
    if isinstance(arguments, (list, tuple)):
        return set().union(*map(numbers_in, arguments))
    array = np.asarray(arguments)
    texts = {f"{value:.8g}" for value in array.ravel()} if (
        array.dtype.kind == "f" and array.size <= 200) else set()
    return {text for text in texts if len(text.replace(".", "").strip("-0")) >= 8}


def test_students_scripts_and_prints_do_not_run_in_the_page(graded):
    text = page(graded, "quentin")
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_a_regrade_gives_the_same_marks_and_draws_the_same_inputs(graded, marks):
    from .conftest import command

    done = command(graded[0], "autograde", ASSIGNMENT, "--student", "elif", "--force")
    assert done.returncode == 0, done.stderr
    assert read_marks(graded[0], ASSIGNMENT).students == marks.students


def test_the_autograded_notebook_is_whole(graded):
    notebook = nbformat.read(
        graded[0] / "autograded" / "pavel" / ASSIGNMENT / "1_chain_rule.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert sum(cell.metadata.get("autograder") == "added" for cell in notebook.cells) == 2


def test_the_report_counts_mistakes(graded, marks):
    assert marks.mistakes["backward", "no σ′"] == 1
    assert "no σ′" in (graded[0] / "report.html").read_text()
