"""A run grades what has changed, shows how far it is, and loses nothing when it is stopped."""

import os
import pty
import shutil
import signal
import subprocess
import termios
import time

import nbformat
from nbgrader.api import Gradebook

from autograder.report import read_marks
from autograder.running.resubmitted import graded_from
from autograder.sample_class import lay_out

from .conftest import NBGRADER, command


def hand_in(course, *students):
    list(lay_out(course, "backprop", set(students)))


def autograde(course):
    done = command(course, "autograde", "backprop")
    assert done.returncode == 0, done.stderr
    return done.stderr


def graded(log):
    """Students whose notebooks a run has graded."""
    return {line.split("/submitted/")[1].split("/")[0] for line in log.splitlines()
            if "Sanitizing" in line}


def test_a_second_run_grades_what_has_changed_and_nothing_else(course):
    hand_in(course, "lars", "elif", "mina")
    first = autograde(course)
    assert graded(first) == {"lars", "elif", "mina"}
    assert "3 of 3 notebooks graded" in first
    assert graded(autograde(course)) == set()

    submitted = course / "submitted"
    shutil.copy(submitted / "elif/backprop/1_chain_rule.ipynb",
                submitted / "lars/backprop/1_chain_rule.ipynb")
    (submitted / "mina/backprop/data.txt").write_text("a file beside the notebook")
    second = autograde(course)
    assert graded(second) == {"lars", "mina"}
    assert "has changed since it was graded" in second
    marks = read_marks(course, "backprop").students
    assert marks["lars"] == marks["elif"]
    assert graded(autograde(course)) == set()


def test_points_given_by_hand_survive_a_new_submission(course):
    hand_in(course, "lars")
    autograde(course)
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        grade = gradebook.find_grade("v_curve", "1_chain_rule", "backprop", "lars")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.db.commit()
    path = course / "submitted/lars/backprop/1_chain_rule.ipynb"
    path.write_text(path.read_text().replace("YOUR ANSWER HERE", "Two errors balance."))
    assert graded(autograde(course)) == {"lars"}
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        grade = gradebook.find_grade("v_curve", "1_chain_rule", "backprop", "lars")
        assert (grade.manual_score, grade.needs_manual_grade) == (1.5, True)


def test_a_submission_that_could_not_be_read_is_graded_when_it_can(course):
    hand_in(course, "lars")
    path = course / "submitted/lars/backprop/1_chain_rule.ipynb"
    whole = path.read_text()
    path.write_text(whole[:-100])
    assert "could not be read" in autograde(course)
    assert graded(autograde(course)) == set()
    path.write_text(whole)
    assert graded(autograde(course)) == {"lars"}


def test_a_students_text_cannot_say_what_a_notebook_was_made_from(tmp_path):
    path = tmp_path / "made.ipynb"
    said = '"autograder_submission": "abc"'
    cells = [nbformat.v4.new_markdown_cell(said)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    assert graded_from(path) is None
    metadata = {"autograder_submission": "123"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)
    assert graded_from(path) == "123"


def test_ctrl_c_loses_nothing_that_was_graded_and_a_terminal_shows_a_bar(course):
    hand_in(course, "lars", "elif", "mina", "ada")
    master, terminal = pty.openpty()
    termios.tcsetwinsize(master, (24, 120))
    with subprocess.Popen([NBGRADER, "autograde", "backprop"], cwd=course, stdin=terminal,
                          stdout=terminal, stderr=terminal, start_new_session=True) as run:
        os.close(terminal)
        shown = b""
        while b"Autograding" not in shown or b"/elif/" not in shown:  # ada is recorded
            shown += os.read(master, 10_000)
        os.killpg(run.pid, signal.SIGINT)
        try:
            while part := os.read(master, 10_000):
                shown += part
        except OSError:  # the terminal is closed
            pass
        assert run.wait(60) != 0
    os.close(master)
    assert b"Grading:" in shown
    assert b"| 1/4 [" in shown
    finished = {folder.parent.name for folder in (course / "autograded").glob("*/backprop")}
    assert "ada" in finished
    assert len(finished) < 4
    marks = read_marks(course, "backprop").students
    assert marks["ada"]["backward"] == 3
    time.sleep(1)  # so that a folder made anew would show it
    made = (course / "autograded/ada/backprop/1_chain_rule.ipynb").stat().st_mtime
    assert graded(autograde(course)) == {"lars", "elif", "mina", "ada"} - finished
    assert (course / "autograded/ada/backprop/1_chain_rule.ipynb").stat().st_mtime == made
