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
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
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
#: How many times as many works may wait to be asked for as are kept under way: the results
#: behind one that takes long.
HELD = 10


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
        ahead: How many works keep an executor busy.
        cache: Results of earlier runs; None to do without.
        here: Grades what nobody else can.
    """

    def __init__(self, foreseen: Iterator[Work], executor: Callable[[], Executor] | None,
                 ahead: Callable[[Executor], int], cache: Cache | None,
                 here: Callable[[Work], tuple[Result, float]] = perform_here) -> None:
        self._foreseen, self._ahead, self._cache = foreseen, ahead, cache
        self._here = here
        self._make_executor, self._executor = executor, None
        self._begun: dict[str, tuple[Work, Future]] = {}  # by the work's digest
        self._kept: set[str] = set()  # digests of those whose result is in the cache
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
        if digest not in self._begun and self._cache and (
                known := self._cache.get(work.slot, digest)):
            return known
        if self._make_executor:
            self.start()
            self._fill()
            if digest not in self._begun:
                self._begin(work, digest)
        _, future = self._begun.pop(digest, (work, None))
        result, seconds = self._wait(future, work)
        if self._cache:
            self._cache.note(work.slot, seconds)
        self._keep(work, digest, result, seconds)
        if self._make_executor:
            self._fill()  # again, for the one that was taken
            if not self._begun:
                self.close()
        return result

    def close(self) -> None:
        """Gives up what is under way."""
        self._make_executor = None
        self._begun.clear()
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)

    def _wait(self, future: Future | None, work: Work) -> tuple[Result, float]:
        if future is not None:
            try:
                return self._outcome(future, work)
            except BrokenExecutor as reason:
                log.warning("%s is graded here, once more: %s.", work.job.student, reason)
        with self._waiting():
            return self._here(work)

    def _outcome(self, future: Future, work: Work) -> tuple[Result, float]:
        """What an executor gives for a work; hands out others while it is awaited.

        Says so if that takes longer than any work may.
        """
        began = time.monotonic()
        while not future.done():
            with self._waiting():
                wait([future, *self._under_way()], PATIENCE_SECONDS, FIRST_COMPLETED)
            self._fill()
            if not future.done() and time.monotonic() - began >= PATIENCE_SECONDS:
                log.warning("The result of %s has been awaited for %d s more: is anybody there to "
                            "grade? Ctrl-C ends the run; what is recorded stays.",
                            work.job.student, PATIENCE_SECONDS)
                began = time.monotonic()
        return future.result()

    def _fill(self) -> None:
        """Keeps what has come, and hands out works until enough are under way."""
        for digest, (work, future) in self._begun.items():
            if future.done() and not future.cancelled() and not future.exception():
                self._keep(work, digest, *future.result())
        ahead = self._ahead(self._executor)
        while len(self._begun) < HELD * ahead and len(self._under_way()) < ahead and (
                work := next(self._foreseen, None)):
            digest = work.digest
            if not (self._cache and self._cache.has(work.slot, digest)):
                self._begin(work, digest)

    def _begin(self, work: Work, digest: str) -> None:
        self._begun[digest] = work, self._executor.submit(perform, work)

    def _under_way(self) -> list[Future]:
        return [future for _, future in self._begun.values() if not future.done()]

    def _keep(self, work: Work, digest: str, result: Result, seconds: float) -> None:
        """Puts a result into the cache as soon as it is there: should the run end, it stays."""
        if self._cache and digest not in self._kept:
            self._cache.put(work.slot, digest, result, seconds, work.job.limits)
            self._kept.add(digest)

    @contextlib.contextmanager
    def _waiting(self) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self.waited += time.monotonic() - began
