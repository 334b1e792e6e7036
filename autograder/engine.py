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
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.engine_cache import Cache
from autograder.engine_digest import digest_of
from autograder.grading import Job, Result, grade_notebook, run_hidden, run_visible
from autograder.sandbox import Limits
from autograder.sandbox.warm import NoParentError, warm_parent

log = logging.getLogger(__name__)


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
        marks, reviews = run_hidden(job)
        result = Result(run_visible(job), marks, reviews)
    return result, time.monotonic() - began


@contextlib.contextmanager
def staged(work: Work) -> Iterator[Job]:
    """The job with its files in a folder."""
    if work.job.folder is not None or not work.files:
        yield work.job
        return
    with tempfile.TemporaryDirectory(prefix="grading-files-") as name:
        for relative, path in work.files:
            target = Path(name, relative)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        yield replace(work.job, folder=Path(name))


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
        ahead: How many works may be under way or waiting to be taken.
        cache: Results of earlier runs; None to do without.
        check: Called before anything is graded; raises if it must not be.
    """

    def __init__(self, foreseen: Iterator[Work], executor: Callable[[], Executor] | None,
                 ahead: int, cache: Cache | None,
                 check: Callable[[], None] = lambda: None) -> None:
        self._foreseen, self._ahead, self._cache = foreseen, ahead, cache
        self._check = check
        self._make_executor, self._executor = executor, None
        self._futures: dict[str, Future] = {}

    def warm_up(self) -> None:
        """Starts the processes, which takes a while; there is something else to be done."""
        if self._make_executor:
            self._start()
            for _ in range(self._ahead):
                self._executor.submit(warm)

    def result(self, work: Work) -> Result:
        """The result of a work.

        Raises:
            SandboxError: No worker could be started.
        """
        digest = work.digest
        if self._cache and (known := self._cache.get(work.slot, digest)):
            return known
        self._check()
        if self._make_executor:
            self._fill()
        future = self._futures.pop(digest, None)
        if future is None:
            began = time.monotonic()
            result, seconds = grade_notebook(work.job), time.monotonic() - began
        else:
            result, seconds = self._wait(future, work)
        if self._make_executor:
            self._fill()  # again, for the one that was taken
        if self._cache:
            self._cache.put(work.slot, digest, result, seconds, work.job.limits)
        return result

    def close(self) -> None:
        """Gives up what is under way."""
        self._make_executor = None
        self._futures.clear()
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)

    def _wait(self, future: Future, work: Work) -> tuple[Result, float]:
        try:
            return future.result()
        except BrokenExecutor:
            log.warning("A process of the grader ended while it had %s in hand; once more.",
                        work.job.student)
            return perform(work)

    def _fill(self) -> None:
        """Hands out works until enough are under way."""
        while len(self._futures) < self._ahead and (work := next(self._foreseen, None)):
            digest = work.digest
            if self._cache and self._cache.has(work.slot, digest):
                continue
            self._start()
            self._futures[digest] = self._executor.submit(perform, work)
        if not self._futures:
            self.close()

    def _start(self) -> None:
        if self._executor is None:
            self._executor = self._make_executor()
