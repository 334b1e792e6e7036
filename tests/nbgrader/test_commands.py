"""nbgrader's plain commands in the course's folder, and bad input to them and to ours."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config

from autograder.build import ROOT
from autograder.feedback import points_text
from autograder.report import page, read_marks, text_table
from autograder.sample_class import lay_out, samples, submission

from .conftest import command

PYTHON = Path(sys.executable)


def hand_in(course, *students):
    return list(lay_out(course, "backprop", set(students)))


def configure(course, line):
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(line + "\n")


def one_sentence(done):
    """The error lines of a command that failed; there must be no traceback among them."""
    assert done.returncode != 0
    said = done.stderr + done.stdout
    assert "Traceback" not in said
    return said


def test_release_is_written_by_generate_assignment(released):
    kept = ROOT / "release/backprop/1_chain_rule.ipynb"
    made = released / "release/backprop/1_chain_rule.ipynb"
    assert made.read_text() == kept.read_text()


def test_formgraders_api_grades_as_the_command_does(course, monkeypatch):
    hand_in(course, "elif")
    monkeypatch.chdir(course)
    config = Config()
    exec(compile((course / "nbgrader_config.py").read_text(), "nbgrader_config.py", "exec"),
         {"get_config": lambda: config})
    config.CourseDirectory.root = str(course)
    api = NbGraderAPI(config=config)
    result = api.autograde("backprop", "elif")
    assert result["success"], result
    assert api.get_submission("backprop", "elif")["score"] == 10.25
    assert api.generate_feedback("backprop", "elif")["success"]
    assert (course / "feedback/elif/backprop/1_chain_rule.html").is_file()


def test_a_written_answer_waits_for_a_person_and_keeps_the_points_given(course):
    hand_in(course, "ada")
    assert command(course, "autograde", "backprop").returncode == 0
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        grade = gradebook.find_grade("v_curve", "1_chain_rule", "backprop", "ada")
        assert grade.needs_manual_grade
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.db.commit()
    assert command(course, "autograde", "backprop", "--force").returncode == 0
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        assert gradebook.find_submission("backprop", "ada").score == 19.5
    assert read_marks(course, "backprop").total("ada") == 19.5


def test_a_late_submission_is_graded_as_nbgrader_grades_it(course):
    hand_in(course, "ada")
    (course / "submitted/ada/backprop/timestamp.txt").write_text("2030-01-02 00:00:00 UTC")
    configure(course, "c.LateSubmissionPlugin.penalty_method = 'zero'")
    for due, penalised in (("2030-01-01 00:00:00", True), ("2031-01-01 00:00:00", False)):
        with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
            gradebook.update_or_create_assignment("backprop", duedate=due)
        done = command(course, "autograde", "backprop", "--force")
        assert done.returncode == 0, done.stderr
        assert ("seconds late" in done.stderr) == penalised
        with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
            submission = gradebook.find_submission("backprop", "ada")
            assert bool(submission.late_submission_penalty) == penalised
        marks = read_marks(course, "backprop")
        assert marks.total("ada") == (0 if penalised else 18)
        assert ("late" in text_table(marks)) == penalised
        assert ("for lateness: ada 18." in page(marks, "marks")) == penalised


@pytest.mark.parametrize(("base", "status"), [("ada", 0), ("elif", 1), ("lars", 1)])
def test_validation_has_an_exit_status(course, base, status):
    path = course / "work.ipynb"
    (sample,) = [each for each in samples() if each.name == base]
    path.write_bytes(submission(
        sample, "1_chain_rule", nbformat.read(course / "release/backprop/1_chain_rule.ipynb", 4),
        nbformat.read(course / "source/backprop/1_chain_rule.ipynb", 4)))
    ours = command(ROOT, "-m", "autograder", "validate", str(path), program=PYTHON)
    assert ours.returncode == status, ours.stdout
    plain = command(course, "validate", str(path))
    assert ("VALIDATION FAILED" in plain.stdout) == bool(status)
    if base == "elif":
        assert "The first wrong signal is z_bar" in ours.stdout
        assert "The first wrong signal is z_bar" in plain.stdout


def test_the_source_notebook_marks_itself_full(course):
    done = command(course, "validate", "source/backprop/1_chain_rule.ipynb")
    assert "Success" in done.stdout, done.stdout + done.stderr


def test_an_unknown_student_is_said_to_be_unknown(course):
    said = one_sentence(command(course, "autograde", "backprop", "--student", "nobody"))
    assert "No notebooks were matched" in said


def test_an_unknown_assignment_is_said_to_be_unknown(course):
    hand_in(course, "lars")
    assert "nothing" in one_sentence(command(course, "autograde", "nothing"))


def test_a_missing_release_is_said_to_be_missing(course):
    hand_in(course, "lars")
    (course / "release/backprop/1_chain_rule.ipynb").unlink()
    said = one_sentence(command(course, "autograde", "backprop"))
    assert "run `nbgrader generate_assignment backprop` first" in said


def test_a_gradebook_without_the_assignment_is_said_to_lack_it(course):
    """As in a fresh checkout: the release is there, and nbgrader skips what is there."""
    hand_in(course, "lars")
    (course / "gradebook.db").unlink()
    said = one_sentence(command(course, "autograde", "backprop"))
    assert "run `nbgrader generate_assignment backprop --force`" in said
    assert command(course, "generate_assignment", "backprop", "--force").returncode == 0
    assert command(course, "autograde", "backprop").returncode == 0


@pytest.mark.parametrize(("line", "says"), [
    ("c.GradeSubmission.cell_seconds = 'three'", "expected a float"),
    ("c.Autograde.sanitize_preprocessors = []", "lacks autograder.nbgrader_plugins.Rebuild"),
    ("c.Autograde.autograde_preprocessors += ['nbgrader.preprocessors.Execute']",
     "knows no sandbox"),
])
def test_settings_that_nobody_can_mean_are_refused(course, line, says):
    hand_in(course, "lars")
    configure(course, line)
    assert says in one_sentence(command(course, "autograde", "backprop"))
    assert says in one_sentence(
        command(course, "-m", "autograder", "check", "backprop", program=PYTHON))


@pytest.mark.parametrize(("line", "says"), [
    ("c.GradeSubmission.workers = (", "nbgrader_config.py cannot be read: SyntaxError"),
    ("c.Autograde.exporter_class = 'nbconvert.exporters.NotebookExporter'",
     "has the lines that switch this grader on"),
])
def test_our_command_does_not_go_on_without_this_grader(course, line, says):
    hand_in(course, "lars")
    configure(course, line)
    said = one_sentence(
        command(course, "-m", "autograder", "autograde", "backprop", program=PYTHON))
    assert says in said
    assert not (course / "autograded").exists()


def test_a_folder_that_cannot_be_written_is_named(course):
    hand_in(course, "lars")
    (course / "autograded").write_text("in the way")
    said = one_sentence(command(course, "autograde", "backprop"))
    assert "autograded" in said
    assert "start again" in said


def test_a_source_that_was_changed_after_the_release_sends_the_mark_to_a_person(course):
    """The reference fails: no points are made up, and the other questions are marked."""
    hand_in(course, "ada")
    path = course / "source/backprop/1_chain_rule.ipynb"
    path.write_text(path.read_text().replace("def total_derivative(t):", "def renamed(t):"))
    done = command(course, "autograde", "backprop")
    assert done.returncode == 0, done.stderr
    assert "total_derivative" in done.stderr
    marks = read_marks(course, "backprop").students["ada"]
    assert marks["total_derivative"] is None
    assert marks["backward"] == 3


def test_a_source_that_does_not_run_sends_all_marks_to_a_person(course):
    hand_in(course, "ada")
    path = course / "source/backprop/1_chain_rule.ipynb"
    path.write_text(path.read_text().replace("def total_derivative(t):", "def total_derivative(t"))
    done = command(course, "autograde", "backprop")
    assert done.returncode == 0, done.stderr
    assert "1_chain_rule.ipynb:total_derivative does not run" in done.stderr
    assert set(read_marks(course, "backprop").students["ada"].values()) == {None}


def test_a_sandbox_that_does_not_start_leaves_the_marks_to_a_person(course):
    """No points are made up, none are taken, and the run ends well."""
    hand_in(course, "ada")
    configure(course, "c.GradeSubmission.memory_mib = 20")
    done = command(course, "autograde", "backprop")
    assert done.returncode == 0, done.stderr
    assert "ada: not marked, left to a person" in done.stderr
    assert "Traceback" not in done.stderr
    marks = read_marks(course, "backprop").students["ada"]
    assert set(marks.values()) == {None}


@pytest.mark.parametrize(("arguments", "says"), [
    (["validate", "nowhere.ipynb"], "there is no notebook nowhere.ipynb"),
    (["validate", "pyproject.toml"], "not a notebook"),
    (["release", "nothing"], "there is no notebook in"),
    (["report"], "no gradebook.db"),
    (["demo", "--folder", "source"], "no demo made it"),
    (["demo", "--folder", "/proc/nowhere"], "cannot be written"),
])
def test_bad_input_to_our_commands_ends_in_one_sentence(arguments, says, tmp_path):
    folder = tmp_path if arguments == ["report"] else ROOT
    done = command(folder, "-m", "autograder", *arguments, program=PYTHON)
    said = one_sentence(done)
    assert says in said
    assert len(said.strip().splitlines()) == 1


def test_a_reader_that_has_seen_enough_is_no_error(course):
    done = subprocess.run(f"exec 3>&1; {{ {PYTHON} -m autograder report 2>&3; }} | true",
                          shell=True, cwd=course, text=True, capture_output=True)
    assert done.stdout == ""


@pytest.mark.parametrize(
    "arguments", [[], ["release"], ["demo"], ["report"], ["check"], ["validate"], ["data"]])
def test_help_is_there(arguments):
    done = command(ROOT, "-m", "autograder", *arguments, "--help", program=PYTHON)
    assert done.returncode == 0
    assert "usage: python -m autograder" in done.stdout


def test_an_old_python_is_refused_in_one_sentence(tmp_path):
    old = tmp_path / "python3"
    old.write_text(f"#!/bin/sh\nexec {PYTHON} -c 'import sys; sys.version_info = (3, 9); "
                   "exec(sys.argv[1])' \"$2\"\n")
    old.chmod(0o755)
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    done = subprocess.run(["make", "demo", f"PYTHON={old}"], cwd=tmp_path, text=True,
                          capture_output=True, env={**os.environ, "MAKEFLAGS": ""})
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_the_secret_is_the_instructors_alone(course):
    hand_in(course, "lars")
    assert command(course, "autograde", "backprop").returncode == 0
    secret = course / ".course_secret"
    assert secret.stat().st_mode & 0o077 == 0
    assert len(secret.read_text().strip()) == 64
    first = secret.read_text()
    assert command(course, "autograde", "backprop", "--force").returncode == 0
    assert secret.read_text() == first


@pytest.mark.parametrize(("points", "text"), [
    (2.0, "2"), (0.125, "0.125"), (108.25, "108.25"), (1234.5, "1234.5"), (2 / 3, "0.6667")])
def test_points_are_shown_to_the_last_quarter(points, text):
    assert points_text(points) == text


def test_the_metadata_of_the_marks_is_plain(course):
    hand_in(course, "elif")
    assert command(course, "autograde", "backprop").returncode == 0
    notebook = json.loads(
        (course / "autograded/elif/backprop/1_chain_rule.ipynb").read_text())
    marks = {cell["metadata"]["autograder_mark"]["question"]: cell["metadata"]["autograder_mark"]
             for cell in notebook["cells"] if "autograder_mark" in cell["metadata"]}
    assert marks["backward"]["mistakes"] == ["no σ′"]
    assert marks["backward"]["parts"][0] == ["y_bar", 0.5, 0.5]
