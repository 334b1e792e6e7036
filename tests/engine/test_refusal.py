"""Where the sandbox does not hold, nothing is graded unless the instructor says so."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest

from autograder import preflight


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
