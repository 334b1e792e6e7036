"""The part of the Dask engine that stands on the cluster's workers: one notebook at a time.

Dask starts a `Grading` on each worker, those that come later included. It compares the
software, lays the course out, tries out the sandbox, and only if all is well announces a
resource by which the scheduler gives this worker notebooks.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from distributed import Status, Worker, WorkerPlugin, get_worker

from autograder.engine import Work
from autograder.engine.digest import software
from autograder.engine.parcel import Course, Parcel, lay_out, unpacked
from autograder.sandbox import SandboxError

log = logging.getLogger("distributed.autograder")


class Grading(WorkerPlugin):
    """Makes a worker ready for the notebooks of one run.

    Args:
        name: The run's name for it, which is the resource's too.
        course: The source notebooks.
        needed: The `software` of the one who wants results.
        allow_unprotected: Whether to grade where the sandbox does not hold.
        examine: What student code could do, given what it must not see.
    """

    def __init__(self, name: str, course: Course, needed: dict[str, str],
                 allow_unprotected: bool, examine: Callable) -> None:
        self.name, self.course, self.needed = name, course, needed
        self.allow_unprotected, self.examine = allow_unprotected, examine
        self.folder: Path | None = None
        self.dangers: list[str] = []

    async def setup(self, worker: Worker) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="grading-course-", dir=worker.local_directory))
        if differences(self.needed, software()):
            log.warning("This worker gets no notebooks: its software is not the same.")
            return
        # seconds, in which the worker must answer the scheduler
        await asyncio.to_thread(self._examine)
        if self.dangers and not self.allow_unprotected:
            log.warning("This worker gets no notebooks: student code could %s.",
                        ", ".join(self.dangers))
            return
        await worker.set_resources(**{self.name: 1})
        if worker.status == Status.running:
            # The scheduler hands out what nobody could take when a worker begins to run, not
            # when one announces a resource: so this one begins once more.
            worker.status = Status.paused
            worker.status = Status.running

    async def teardown(self, worker: Worker) -> None:
        await worker.set_resources(**{self.name: 0})
        shutil.rmtree(self.folder, ignore_errors=True)

    def _examine(self) -> None:
        lay_out(self.course.files, self.folder)
        self.dangers = self.examine((self.folder,))


def differences(needed: dict[str, str], found: dict[str, str]) -> str:
    """What is not the same software, in words; empty if nothing is."""
    return "; ".join(f"{name} is {found.get(name, 'missing')}, and {version} is needed"
                     for name, version in needed.items() if found.get(name) != version)


def dangers(name: str, dask_worker: Worker) -> list[str]:
    """What student code could do on this worker, as its `Grading` found out."""
    return dask_worker.plugins[name].dangers


def perform_there(name: str, fn: Callable[[Work], Any], parcel: Parcel) -> Any:
    """Does something with a work on this worker.

    Args:
        name: Of its `Grading`.
        fn: What to do.
        parcel: The work.

    Raises:
        SandboxError: The worker was not made ready for it.
    """
    grading = get_worker().plugins.get(name)
    if grading is None:
        raise SandboxError("the worker was not made ready for it")
    with unpacked(parcel, grading.folder) as work:
        return fn(work)
