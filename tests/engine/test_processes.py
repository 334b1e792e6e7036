"""Processes behind the interface of concurrent.futures: they come, work, fail and go."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from concurrent.futures import BrokenExecutor, wait
from pathlib import Path

import pytest

from autograder.engine.processes import Processes


def number() -> int:
    return os.getpid()


def fail() -> None:
    raise ValueError("a reason")


def end_it() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def executor():
    with Processes(2) as executor:
        yield executor


def running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_work_is_done_elsewhere_and_in_parallel(executor):
    futures = [executor.submit(sleep_and_tell, 0.3) for _ in range(4)]
    wait(futures)
    pids = {future.result() for future in futures}
    assert len(pids) == 2
    assert os.getpid() not in pids


def sleep_and_tell(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def test_an_error_comes_back_as_it_was(executor):
    with pytest.raises(ValueError, match="a reason"):
        executor.submit(fail).result(20)


def test_what_is_printed_does_no_harm(executor):
    assert executor.submit(print, "hello").result(20) is None
    assert executor.submit(number).result(20)


def test_a_process_that_ends_costs_its_own_work_alone(executor):
    with pytest.raises(BrokenExecutor):
        executor.submit(end_it).result(20)
    assert [executor.submit(number).result(20) for _ in range(3)]


def test_nothing_runs_on_after_the_shutdown():
    executor = Processes(1)
    pid = executor.submit(number).result(20)
    busy, waiting = executor.submit(time.sleep, 60), executor.submit(number)
    time.sleep(0.3)
    began = time.monotonic()
    executor.shutdown(cancel_futures=True)
    assert time.monotonic() - began < 5
    assert waiting.cancelled()
    assert isinstance(busy.exception(1), BrokenExecutor)
    assert not running(pid)


def test_no_file_is_left_behind():
    with Processes(1) as executor:
        path = Path(executor.submit(tempfile.mkdtemp).result(20))
        assert path.is_dir()
    assert not path.exists()
    assert not path.parent.exists()


def test_processes_end_with_the_program_that_started_them():
    """Also in the middle of a work: the program may be killed."""
    with Processes(1) as executor:
        inner = executor.submit(start_another).result(30)
        assert running(inner)
        executor.shutdown(wait=False, cancel_futures=True)
        end = time.monotonic() + 5
        while running(inner) and time.monotonic() < end:
            time.sleep(0.05)
        assert not running(inner)


def start_another() -> int:
    global kept
    kept = Processes(1)
    pid = kept.submit(number).result(20)
    kept.submit(time.sleep, 60)
    return pid
