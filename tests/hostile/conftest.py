"""A small course with marked secrets, and one run of ``nbgrader autograde`` over the corpus."""

from __future__ import annotations

import json
import os
import secrets
import select
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from autograder.build import ROOT, nbgrader, solved
from autograder.demo import new_course
from autograder.report import Marks, read_marks

from ..nbgrader.conftest import NBGRADER
from .corpus import NOTEBOOK, Submission, submissions

HONEST = ("aaa_honest", "zzz_honest")
KEPT = ("setup", "sigmoid", "test-sigmoid", "sigmoid-prime", "test-sigmoid-prime")
#: Short: an attack may take all of it.
LIMITS = """
c.GradeSubmission.cell_seconds = 4
c.GradeSubmission.call_seconds = 3
c.GradeSubmission.submission_seconds = 20
c.GradeSubmission.memory_mib = 1500
"""


@dataclass
class Outcome:
    """What the run has left."""

    course: Path
    home: Path
    outside: Path
    corpus: dict[str, Submission]
    done: subprocess.CompletedProcess
    marks: Marks
    canaries: dict[str, str]
    before: dict[str, bytes]
    called: bool
    survivors: list[str]

    def shown(self, student: str) -> str:
        """All that the student is shown: outputs and marks, without the student's own text."""
        path = self.course / "autograded" / student / "backprop" / NOTEBOOK
        notebook = nbformat.read(path, as_version=4)
        return json.dumps([cell.get("outputs", []) for cell in notebook.cells], ensure_ascii=False)


def small_course(folder: Path, canaries: dict[str, str]) -> None:
    """The course with its first two questions, and a mark in each text that is hidden."""
    new_course(folder)
    for path in (folder / "source/backprop").glob("*.ipynb"):
        if path.name != NOTEBOOK:
            path.unlink()
    path = folder / "source/backprop" / NOTEBOOK
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.id in KEPT]
    for cell in notebook.cells:
        if cell.id == "sigmoid":
            cell.source = cell.source.replace(
                "### BEGIN SOLUTION", f"### BEGIN SOLUTION\n    mark = '{canaries['reference']}'")
        if cell.id == "test-sigmoid":
            cell.source = cell.source.replace(
                "### BEGIN HIDDEN TESTS", f"### BEGIN HIDDEN TESTS\n# {canaries['hidden test']}")
    nbformat.write(notebook, path)
    (folder / "course-notes.txt").write_text(canaries["course"])
    with (folder / "nbgrader_config.py").open("a") as config:
        config.write(LIMITS)
    nbgrader("generate_assignment", "backprop", root=folder)


@pytest.fixture(scope="session")
def outcome(tmp_path_factory) -> Outcome:
    base = tmp_path_factory.mktemp("attacks")
    course, home, outside = (base / name for name in ("course", "home", "outside"))
    canaries = {name: f"CANARY{secrets.token_hex(8)}" for name in (
        "reference", "hidden test", "course", "home", "environment", "other student")}
    for folder in (home, outside):
        folder.mkdir()
        folder.chmod(0o777)
    (home / "token").write_text(canaries["home"])
    small_course(course, canaries)
    mark = f"{10**6 + secrets.randbelow(10**6)}.25"

    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp, socket.socket(
            socket.AF_UNIX) as local:
        tcp.bind(("127.0.0.1", 0))
        port = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", port))
        local.bind(str(outside / "line"))
        (outside / "line").chmod(0o777)
        tcp.listen()
        local.listen()
        corpus = hand_in(course, canaries, {
            "course": str(course), "home": str(home), "outside": str(outside),
            "package": str(ROOT), "port": str(port), "mark": mark, "grader": str(os.getpid())})
        before = content(course, home, outside)
        done = subprocess.run(
            [NBGRADER, "autograde", "backprop"], cwd=course, text=True, capture_output=True,
            stdin=subprocess.DEVNULL, timeout=900,
            env={**os.environ, "HOME": str(home), "COURSE_TOKEN": canaries["environment"]})
        called = bool(select.select([tcp, udp, local], [], [], 0)[0])
    return Outcome(course, home, outside, {each.name: each for each in corpus}, done,
                   read_marks(course, "backprop"), canaries, before, called, with_mark(mark))


def hand_in(course: Path, canaries: dict[str, str], words: dict[str, str]) -> list[Submission]:
    """Writes all submissions, the honest ones first and last."""
    release = json.loads((course / "release/backprop" / NOTEBOOK).read_text())
    source = nbformat.read(course / "source/backprop" / NOTEBOOK, as_version=4)
    solutions = {cell.id: cell.source for cell in solved(source).cells}
    done = json.loads(json.dumps(release))
    for cell in done["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = solutions[cell["id"]].replace(canaries["reference"], "")
    corpus = submissions(release, done, words)
    for each in corpus:
        folder = course / "submitted" / each.name / "backprop"
        folder.mkdir(parents=True)
        each.write(folder)
    honest = json.dumps(done).replace('"cells": [', '"cells": [' + json.dumps(
        {"cell_type": "markdown", "id": "mine", "metadata": {},
         "source": canaries["other student"]}) + ", ", 1)
    for name in HONEST:
        folder = course / "submitted" / name / "backprop"
        folder.mkdir(parents=True)
        (folder / NOTEBOOK).write_text(honest)
    return corpus


def content(*folders: Path) -> dict[str, bytes]:
    """What is in some folders, but for what the grader itself writes."""
    found = {}
    for folder in folders:
        for path in folder.rglob("*"):
            inside = path.relative_to(folder).parts
            if path.is_file() and not path.is_symlink() and inside[0] not in (
                    "autograded", "gradebook.db", ".grading_cache", ".course_secret"):
                found[str(path)] = path.read_bytes()
    return found


def with_mark(mark: str) -> list[str]:
    """Processes that are still there though they were started by a notebook."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark.encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            pass
    return found
