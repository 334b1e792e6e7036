"""Where the sandbox does not hold, nothing is graded unless the instructor says so."""

from __future__ import annotations

import logging
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from autograder.running import preflight


@pytest.fixture
def converter(tmp_path):
    coursedir = SimpleNamespace(root=str(tmp_path), source_directory="source",
                                submitted_directory="submitted")
    return SimpleNamespace(coursedir=coursedir, log=logging.getLogger("converter"))


def test_a_danger_stops_the_run_and_is_named(converter, monkeypatch):
    monkeypatch.setattr(preflight, "could_do", lambda course: ["fill the disk"])
    with pytest.raises(preflight.CannotStartError, match=r"could fill the disk\..*unprotected"):
        preflight.check_sandbox(converter, False)


def test_an_instructor_may_allow_it_and_is_warned(converter, monkeypatch, caplog):
    monkeypatch.setattr(preflight, "could_do", lambda course: ["fill the disk", "x"])
    preflight.check_sandbox(converter, True)
    assert "could fill the disk, x" in caplog.text
    assert caplog.records[0].levelno == logging.WARNING


def test_the_courses_own_folders_are_what_is_tried(converter, monkeypatch, tmp_path, caplog):
    (tmp_path / "source").mkdir()
    tried = []
    monkeypatch.setattr(preflight, "could_do", lambda course: tried.append(course) or [])
    caplog.set_level(logging.INFO)
    preflight.check_sandbox(converter, False)
    assert tried == [(tmp_path, tmp_path / "source")]
    assert "found to hold" in caplog.text


@pytest.mark.parametrize("ended", [False, True])
def test_a_process_that_will_grade_tries_it_or_we_do_if_it_ends(converter, monkeypatch, ended):
    class Processes(ThreadPoolExecutor):
        def submit(self, function, course):
            future = Future()
            if ended:
                future.set_exception(BrokenExecutor("killed"))
            else:
                future.set_result(["fill the disk"])
            return future

    monkeypatch.setattr(preflight, "could_do", lambda course: ["connect"])
    with pytest.raises(preflight.CannotStartError, match="connect" if ended else "fill the disk"):
        preflight.check_sandbox(converter, False, Processes())
