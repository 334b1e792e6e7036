"""A Dask cluster as an engine's executor: workers on any number of machines.

Works travel with all that they need; no folder is shared. The scheduler gives those of a
worker that has ended to others. What cannot be had from the cluster at all is reported as
`BrokenExecutor`, upon which the engine grades it on its own machine.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import logging
import secrets
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from pathlib import Path
from typing import Any

from distributed import Client, KilledWorker
from distributed.client import ClosedClientError
from distributed.comm import CommClosedError, parse_address, parse_host_port

from autograder.engine import Work
from autograder.engine.dask_worker import Grading, dangers, differences, perform_there
from autograder.engine.digest import software
from autograder.engine.parcel import TooLargeError, pack, pack_course
from autograder.running.preflight import CannotStartError, could_do

#: How long the scheduler, and then a first worker, may take to show up.
CONNECT_SECONDS = 10
WORKERS_SECONDS = 30
#: How long a number of workers is thought to stay the same.
COUNT_SECONDS = 5
#: What Dask says of a work that it could not have done.
LOST = (KilledWorker, CancelledError, CommClosedError, ClosedClientError, TimeoutError)


class Dask(Executor):
    """The workers of a Dask cluster, each for one work at a time.

    Args:
        scheduler: The scheduler's address, such as ``tcp://10.0.0.1:8786``.
        source: The folder of the source notebooks.
        allow_unprotected: Whether workers may grade on which the sandbox does not hold.
        log: Where it is said who grades.
        examine: What tells what student code could do on a worker.

    Raises:
        CannotStartError: Nobody answers, or there is no worker that may be used.
    """

    def __init__(self, scheduler: str, source: Path, allow_unprotected: bool,
                 log: logging.Logger, examine: Callable = could_do) -> None:
        self._client, self._log = connect(scheduler), log
        self._name = f"grading-{secrets.token_hex(4)}"
        self._cluster = self._client.get_executor(pure=False, resources={self._name: 1})
        self._count, self._counted = 0, -COUNT_SECONDS
        self._stopped = False
        try:
            self._make_ready(source, allow_unprotected, examine)
        except BaseException:
            self.shutdown(wait=False, cancel_futures=True)
            raise
        atexit.register(self.shutdown, cancel_futures=True)

    def ahead(self) -> int:
        """How many works keep all workers busy, with those that have come since."""
        old = time.monotonic() - self._counted > COUNT_SECONDS
        if old and self._client.status == "running":
            with contextlib.suppress(*LOST, OSError):
                self._count, self._counted = len(self._client.nthreads()), time.monotonic()
        return 2 * self._count + 2

    def submit(self, fn: Callable[[Work], Any], /, work: Work) -> Future:
        """Has something done with a work, or reports that it cannot be had from here.

        Args:
            fn: What is to be done: a function of a module that the workers have too.
            work: The work.
        """
        future: Future = Future()
        try:
            theirs = self._cluster.submit(perform_there, self._name, fn, pack(work))
        except (OSError, TooLargeError, ClosedClientError) as error:
            future.set_exception(BrokenExecutor(str(error)))
        else:
            theirs.add_done_callback(functools.partial(deliver, future))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leaves the cluster as it was found."""
        if self._stopped:
            return
        self._stopped = True
        atexit.unregister(self.shutdown)
        # whoever is not there any more needs no tidying up
        with contextlib.suppress(*LOST, OSError, ValueError, RuntimeError):
            self._cluster.shutdown(wait=wait and not cancel_futures)
            self._client.unregister_worker_plugin(self._name)
        self._client.close(timeout=CONNECT_SECONDS)

    def _make_ready(self, source: Path, allow_unprotected: bool, examine: Callable) -> None:
        """Prepares the workers, and those that come later.

        Raises:
            CannotStartError: None may be used.
        """
        needed = software()
        refuse_other_software(self._client, needed)
        try:
            course = pack_course(source)
        except TooLargeError as error:
            raise CannotStartError(f"{source} is too large for the cluster: {error}.") from None
        self._client.register_plugin(
            Grading(self._name, course, needed, allow_unprotected, examine), name=self._name)
        found = self._client.run(dangers, self._name)
        unfit = {address: ", ".join(some) for address, some in found.items() if some}
        if not allow_unprotected and len(unfit) == len(found):
            address, could = next(iter(unfit.items()))
            raise CannotStartError(
                f"On no worker of the cluster the sandbox holds: on {address} student code could "
                f"{could}. Grade on other machines (see docs/instructor.md), or, where nothing "
                "can be harmed, with --GradeSubmission.allow_unprotected=True.")
        for address, could in unfit.items():
            self._log.warning("The worker %s %s: student code could %s.", address,
                        "is used all the same" if allow_unprotected else "gets nothing", could)
        self._log.info("Cluster: %d workers. Sandbox: tried out on each%s.", len(found),
                 "" if unfit else " and found to hold")


def connect(scheduler: str) -> Client:
    """A client of the cluster, once there is a worker.

    Raises:
        CannotStartError: Nobody answers in time.
    """
    try:
        parse_host_port(parse_address(scheduler)[1])  # before a client is there that waits for it
        client = Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError, RuntimeError) as error:
        raise CannotStartError(
            f"No Dask scheduler answers at {scheduler!r} ({error}): start one with `dask "
            "scheduler`, workers with `dask worker ADDRESS`, and name the address with "
            "--GradeSubmission.scheduler=ADDRESS.") from None
    try:
        client.wait_for_workers(1, timeout=WORKERS_SECONDS)
    except TimeoutError:
        client.close()
        raise CannotStartError(
            f"The Dask scheduler at {scheduler} has had no worker for {WORKERS_SECONDS} seconds: "
            f"start some with `dask worker {scheduler}`.") from None
    return client


def refuse_other_software(client: Client, needed: dict[str, str]) -> None:
    """Results must not depend on who computes them.

    Args:
        client: Of the cluster.
        needed: This machine's `software`.

    Raises:
        CannotStartError: A worker's software is not this machine's.
    """
    for address, found in client.run(software, on_error="return").items():
        reason = f"{found}" if isinstance(found, Exception) else differences(needed, found)
        if reason:
            raise CannotStartError(
                f"The worker {address} cannot be used: {reason}. All workers must have the same "
                "checkout and the same packages as this machine.")


def deliver(future: Future, theirs: Future) -> None:
    """Hands on what has become of a work; that it was lost is not the work's fault."""
    error = CancelledError() if theirs.cancelled() else theirs.exception()
    if isinstance(error, LOST):
        future.set_exception(BrokenExecutor(f"the cluster has lost it ({error!r})"))
    elif error:
        future.set_exception(error)
    else:
        future.set_result(theirs.result())
