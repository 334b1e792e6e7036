"""Whatever process of the grader's is killed in the middle of a run: nobody's mark suffers."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from autograder import grading
from autograder.build import ROOT
from autograder.engine import Work, perform
from autograder.engine.cache import Cache
from autograder.grading import KILLED, Job
from autograder.sandbox import Limits, Session
from tests.faults.kills import undisturbed
from tests.faults.small_class import ASSIGNMENT, CLASS, graded_files, recorded, running
from tests.faults.small_class import light_notebook as source_of

#: From nbgrader's down to the student's: each is the parent of the next.
PROCESSES = ["grader", "warm parent", "its second", "its third", "keeper", "worker"]
SECONDS = 90


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    few = {name: CLASS[name] for name in ("ada", "cem")}
    return undisturbed(tmp_path_factory.mktemp("plain"), few)


def children(pid: int) -> list[int]:
    try:
        return [int(child) for thread in Path(f"/proc/{pid}/task").iterdir()
                for child in (thread / "children").read_text().split()]
    except OSError:
        return []


def chain(pid: int, length: int) -> list[int]:
    """A process, its child, its child's child and so on, if there are so many."""
    if length == 0:
        return [pid]
    for child in children(pid):
        if found := chain(child, length - 1):
            return [pid, *found]
    return []


def killed(nbgrader: int, which: int) -> bool:
    """Kills one of the processes above and including a worker; False if there is none now."""
    with contextlib.suppress(ProcessLookupError, FileNotFoundError):
        for grader in children(nbgrader):
            if "serve()" not in Path(f"/proc/{grader}/cmdline").read_text():
                continue
            if found := chain(grader, len(PROCESSES) - 1):
                os.kill(found[which], signal.SIGKILL)
                return True
    return False


@pytest.mark.parametrize("which", PROCESSES)
def test_a_process_that_is_killed_costs_nothing(plain, tmp_path, which):
    course = tmp_path / "course"
    shutil.copytree(plain.course, course)
    with running(course, "autograde", ASSIGNMENT) as process:
        end = time.monotonic() + SECONDS
        while not killed(process.pid, PROCESSES.index(which)) and time.monotonic() < end:
            time.sleep(0.02)
        assert time.monotonic() < end, "no worker was seen"
        assert process.wait(SECONDS) == 0, (course / "printed.txt").read_text()[-3000:]
    assert recorded(course) == plain.gradebook
    assert graded_files(course) == plain.files
    assert "Traceback" not in (course / "printed.txt").read_text()


@pytest.fixture
def job():
    """A notebook of one question, solved."""
    notebook = source_of("1_first")
    return Job(notebook, "ada", b"secret", ROOT / "source/backprop", limits=Limits())


def killing(times: int):
    """A session whose worker is killed from outside before a question is answered."""
    left = [times]

    class Killed(Session):
        def ask(self, *arguments):
            if left[0] and self._worker is not None and self._worker.alive():
                left[0] -= 1
                keeper_of = Path(f"/proc/self/fdinfo/{self._worker.keeper}").read_text()
                (pid,) = [int(line.split()[1]) for line in keeper_of.splitlines()
                          if line.startswith("Pid:")]
                for child in children(pid):
                    os.kill(child, signal.SIGKILL)
            return super().ask(*arguments)

    return Killed


def test_one_kill_is_made_good(job, monkeypatch):
    plain = perform(Work(job, "ada"))[0]
    monkeypatch.setattr(grading, "Session", killing(1))
    result = perform(Work(job, "ada"))[0]
    assert result == plain
    assert result.marks["test_sigmoid"].points == 1


def test_a_kill_each_time_leaves_the_question_to_a_person_and_is_not_kept(
        job, monkeypatch, tmp_path):
    monkeypatch.setattr(grading, "Session", killing(20))
    result = perform(Work(job, "ada"))[0]
    assert result.marks["test_sigmoid"].points == 0
    assert result.reviews["test_sigmoid"] == KILLED
    cache = Cache(tmp_path)
    cache.put("ada", "digest", result, 0.1, job.limits)
    assert cache.get("ada", "digest") is None


@pytest.mark.parametrize("end", [
    "import os; os._exit(3)", "import os; os.abort()", "x = bytearray(900 * 2**20); x[::4096] = "
    "b'1' * len(x[::4096]); import time; time.sleep(3)"], ids=["exit", "abort", "memory"])
def test_a_program_that_ends_itself_is_not_run_again(job, monkeypatch, end, tmp_path):
    """The time would be lost, and the mark is what it deserves."""
    (cell,) = [each for each in job.notebook.cells if each.id == "sigmoid"]
    cell.source = f"def sigmoid(z):\n    {end}"
    sessions = []

    class Counted(Session):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            sessions.append(self)

    monkeypatch.setattr(grading, "Session", Counted)
    limits = Limits(memory_bytes=512 * 2**20) if "bytearray" in end else Limits()
    result = perform(Work(Job(job.notebook, "ada", b"secret", job.source, limits=limits), "ada"))[0]
    assert len(sessions) == 2
    assert result.marks["test_sigmoid"].points == 0
    assert "test_sigmoid" not in result.reviews
    assert not result.steady or limits.memory_bytes < 2**30
