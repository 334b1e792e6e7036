"""Grades ahead of nbgrader, on all cores.

nbgrader takes one submission after the other in its own process, and that process alone
writes. Grading a notebook is a pure function of plain data, so it can be done elsewhere
beforehand: by default in a pool of processes, and by anything else that has the interface
of ``concurrent.futures``. A result is used only for exactly the same work, known by its
digest; whatever was not foreseen is graded when it is asked for.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, replace
from pathlib import Path

from autograder import scratch
from autograder.engine.cache import Cache
from autograder.engine.digest import digest_of
from autograder.grading import Job, Result, combined, grade_notebook, run_hidden, run_visible
from autograder.sandbox import Limits
from autograder.sandbox.warm import NoParentError, warm_parent

log = logging.getLogger(__name__)

#: The two runs of a notebook may take 240 s together, unless an instructor allows more.
PATIENCE_SECONDS = 300


@dataclass(frozen=True)
class Work:
    """A job, and how to find its result again.

    Args:
        job: What is to be graded.
        slot: Whose work on what it is: a newer result takes the place of an older one.
        files: Files for the job's folder, if it has none yet: relative and real path.
    """

    job: Job
    slot: str
    files: tuple[tuple[str, str], ...] = ()

    @property
    def digest(self) -> str:
        """The same for two works only if they must give the same result."""
        return digest_of(self.job, self.files)


def perform(work: Work) -> tuple[Result, float]:
    """Grades in this process, one of the two runs after the other.

    Returns:
        The result and the seconds that it took.

    Raises:
        SandboxError: No worker could be started.
    """
    began = time.monotonic()
    with staged(work) as job:
        result = combined(run_visible(job), run_hidden(job))
    return result, time.monotonic() - began


def perform_here(work: Work) -> tuple[Result, float]:
    """Grades in this process, which waits for it: the two runs side by side.

    Returns:
        The result and the seconds that it took.

    Raises:
        SandboxError: No worker could be started.
    """
    began = time.monotonic()
    with staged(work) as job:
        return grade_notebook(job), time.monotonic() - began


@contextlib.contextmanager
def staged(work: Work) -> Iterator[Job]:
    """The job with its files in a folder."""
    if work.job.folder is not None or not work.files:
        yield work.job
        return
    with tempfile.TemporaryDirectory(prefix="files-", dir=scratch.folder()) as name:
        for relative, path in work.files:
            target = Path(name, relative)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        yield replace(work.job, folder=Path(name))


def outcome(future: Future, work: Work) -> tuple[Result, float]:
    """What an executor gives for a work; says so if that takes longer than any work may."""
    while not wait([future], PATIENCE_SECONDS).done:
        log.warning("The result of %s has been awaited for %d s more: is anybody there to grade? "
                    "Ctrl-C ends the run; what is recorded stays.", work.job.student,
                    PATIENCE_SECONDS)
    return future.result()


def warm() -> None:
    """Has this process's warm parent ready before there is work for it."""
    with contextlib.suppress(OSError, NoParentError):  # said when there is
        warm_parent(Limits().packages)


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Engine:
    """Results for work as it is asked for, most of them ready by then.

    Args:
        foreseen: What will be asked for, in order, as far as one can know; made as needed.
        executor: Makes what performs works elsewhere; None to grade when asked.
        ahead: How many works an executor may have under way or waiting to be taken.
        cache: Results of earlier runs; None to do without.
        here: Grades what nobody else can.
    """

    def __init__(self, foreseen: Iterator[Work], executor: Callable[[], Executor] | None,
                 ahead: Callable[[Executor], int], cache: Cache | None,
                 here: Callable[[Work], tuple[Result, float]] = perform_here) -> None:
        self._foreseen, self._ahead, self._cache = foreseen, ahead, cache
        self._here = here
        self._make_executor, self._executor = executor, None
        self._futures: dict[str, Future] = {}
        self.waited = 0.0  # seconds for results that were not there yet

    def start(self) -> None:
        """Has the executor made, which takes a while, if there is to be one."""
        if self._make_executor and self._executor is None:
            self._executor = self._make_executor()

    def result(self, work: Work) -> Result:
        """The result of a work.

        Raises:
            SandboxError: No worker could be started.
        """
        digest = work.digest
        if self._cache and (known := self._cache.get(work.slot, digest)):
            return known
        if self._make_executor:
            self.start()
            self._fill()
        future = self._futures.pop(digest, None)
        if future is None and self._make_executor:
            future = self._executor.submit(perform, work)
        result, seconds = self._wait(future, work)
        if self._make_executor:
            self._fill()  # again, for the one that was taken
            if not self._futures:
                self.close()
        if self._cache:
            self._cache.note(work.slot, seconds)
            self._cache.put(work.slot, digest, result, seconds, work.job.limits)
        return result

    def close(self) -> None:
        """Gives up what is under way."""
        self._make_executor = None
        self._futures.clear()
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)

    def _wait(self, future: Future | None, work: Work) -> tuple[Result, float]:
        began = time.monotonic()
        try:
            return self._here(work) if future is None else outcome(future, work)
        except BrokenExecutor as reason:
            log.warning("%s is graded here, once more: %s.", work.job.student, reason)
            return self._here(work)
        finally:
            self.waited += time.monotonic() - began

    def _fill(self) -> None:
        """Hands out works until enough are under way."""
        ahead = self._ahead(self._executor)
        while len(self._futures) < ahead and (work := next(self._foreseen, None)):
            digest = work.digest
            if self._cache and self._cache.has(work.slot, digest):
                continue
            self._futures[digest] = self._executor.submit(perform, work)
