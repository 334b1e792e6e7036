"""A class of hostile, odd and honest students, graded by ``nbgrader autograde``.

In one run for each of two assignments: one that asks questions, one with ordinary test cells.
"""

from __future__ import annotations

import pytest

from autograder.report import read_marks
from tests.attacks.entries import ASKING, ASSERTING, GROUPS, all_entries
from tests.attacks.judging import leaks, wrong_marks
from tests.attacks.scene import HONEST, orphans_seen, set_up

ENTRIES = HONEST + all_entries()


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The scene after the runs, and what was seen of them."""
    with set_up(tmp_path_factory.mktemp("attacks")) as scene:
        scene.hand_in(ENTRIES)
        before = scene.contents()
        with orphans_seen() as orphans:
            runs = [scene.nbgrader("autograde", paper.assignment) for paper in (ASKING, ASSERTING)]
        after = scene.contents()
        changed = {name for name in before.keys() | after.keys()
                   if before.get(name) != after.get(name)}
        seen = {"changed": changed, "left": scene.left_files(), "orphans": list(orphans),
                "callers": scene.callers(), "victim": scene.victim.poll()}
        feedback = [scene.write_feedback([each for each in ENTRIES if each.paper is paper],
                                         paper.assignment) for paper in (ASKING, ASSERTING)]
        marks = {paper.assignment: read_marks(scene.course, paper.assignment)
                 for paper in (ASKING, ASSERTING)}
        yield scene, marks, runs, feedback, seen


def test_there_are_enough_of_them():
    honest = [each for each in ENTRIES if each.group == "honest"]
    assert len(honest) >= 20
    assert len(ENTRIES) - len(honest) >= 60
    assert sum(each.paper is ASSERTING for each in ENTRIES) >= 25
    assert {each.group for each in ENTRIES} == set(GROUPS)


def test_the_runs_end_well(graded):
    scene, _, runs, feedback, _ = graded
    for done in runs:
        assert done.returncode == 0, done.stderr[-3000:]
        assert "Traceback" not in done.stderr
        assert "\x1b" not in done.stderr
    for done in feedback:
        assert done.returncode == 0, done.stderr[-3000:]
    pages = {path.parts[-3:-1] for path in scene.course.glob("feedback/*/*/*.html")}
    assert pages == {(each.name, each.paper.assignment) for each in ENTRIES if each.shows}


@pytest.mark.parametrize("paper", [ASKING, ASSERTING], ids=lambda paper: paper.assignment)
def test_everybody_has_a_mark(graded, paper):
    assert set(graded[1][paper.assignment].students) == {
        each.name for each in ENTRIES if each.paper is paper}


@pytest.mark.parametrize("each", ENTRIES, ids=lambda each: f"{each.group}-{each.name}")
def test_each_gets_what_it_deserves(graded, each):
    assert not wrong_marks(each, graded[1][each.paper.assignment])


@pytest.mark.parametrize("each", ENTRIES, ids=lambda each: f"{each.group}-{each.name}")
def test_nothing_hidden_is_shown_to_anybody(graded, each):
    assert not leaks(graded[0], each)


def test_nothing_else_in_the_courses_folder_is_changed(graded):
    assert not graded[4]["changed"]


def test_nothing_is_left_elsewhere(graded):
    assert not graded[4]["left"]


def test_no_process_survives_and_nobody_elses_ends(graded):
    assert not graded[4]["orphans"]
    assert graded[4]["victim"] is None


def test_nobody_on_the_machine_is_called(graded):
    assert graded[4]["callers"] == 0
