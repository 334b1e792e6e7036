"""The trusted side of the sandbox: starts, asks, limits and ends the student's process.

The process at the other end may send anything or nothing. What it sends is bounded
before it is stored and checked before it is handed on.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from autograder.answers import Answer, Problem
from autograder.sandbox import wire
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import GoneError, SilentError, WorkerProcess
from autograder.sandbox.received import (
    IMAGE_BYTES,
    Room,
    checked_answer,
    checked_outputs,
    error_output,
)
from autograder.sandbox.warm import NoParentError

MAX_RESTARTS = 5
MAX_SOURCE_CHARS = 1_000_000

Outcome = Literal["ok", "error", "timeout", "died", "budget"]


class SandboxError(RuntimeError):
    """No worker could be started before any student code ran: nobody's mark is to suffer."""


@dataclass(frozen=True)
class CellRun:
    """What came of a cell.

    Args:
        outputs: In nbformat's version 4 form, bounded: text and PNG images only.
        outcome: How it ended. ``ok`` is the worker's word and proves nothing.
    """

    outputs: list[dict[str, Any]]
    outcome: Outcome


class Session:
    """Runs cells one after the other and asks their names, in one untrusted process.

    The process starts with the first request. If it ends, or has to be killed, the next
    request starts another one in a fresh folder and repeats the cells before, without
    those that took too long or ended it.

    Args:
        limits: What the session may use.
        folder: Files to take along: small regular ones, neither links nor notebooks nor
            hidden.
        without: Layers of the jail to leave out (``"namespaces"``, ``"landlock"``,
            ``"seccomp"``), to try what the others stop.
    """

    def __init__(self, limits: Limits, folder: Path | None = None,
                 without: tuple[str, ...] = ()) -> None:
        self.limits, self.folder, self.without = limits, folder, without
        self._worker: WorkerProcess | None = None
        self._cells: list[tuple[int, str]] = []  # to be repeated: number and source
        self._count = self._starts = 0
        self._came_up, self._failure = False, ""
        #: How often the process ended, how often because somebody outside has killed it,
        #: and how many questions got no answer for want of what they ask, or of a process.
        self.deaths = self.kills = self.unanswered = 0
        self._spent = 0.0
        self._room = Room(limits.notebook_chars, limits.notebook_image_bytes)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends all processes and removes their folder."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def run(self, source: str) -> CellRun:
        """Runs a cell.

        Args:
            source: Its code, magics included.

        Returns:
            Its outputs and how it ended.

        Raises:
            SandboxError: No worker could be started, twice.
        """
        if not source.strip():
            return CellRun([], "ok")
        self._count += 1
        if len(source) > MAX_SOURCE_CHARS:
            return CellRun([error_output("CellTooLong", "This cell was not run: it has more than "
                                   f"{MAX_SOURCE_CHARS:,} characters.")], "error")
        source = source.encode("utf-8", "replace").decode()
        started = self._ensure_worker()
        if started != "ok":
            return CellRun([self._explain(started, ran=False)], started)
        outcome, reply = self._run_cell(self._count, source)
        with self._timed():
            outputs = checked_outputs(reply, self.limits, self._count, self._room)
        if outcome == "ok":
            self._cells.append((self._count, source))
            return CellRun(outputs, "ok" if reply.get("ok") is True else "error")
        return CellRun([*outputs, self._explain(outcome, ran=True)], outcome)

    def ask(self, probe: str, names: Sequence[str], arguments: Sequence[Any]) -> Answer:
        """Calls a probe in the student's process.

        Args:
            probe: Source of a module that defines ``probe(*objects, *arguments)`` and
                needs nothing but builtins and ``np``.
            names: What the notebook calls the objects.
            arguments: Plain data.

        Returns:
            What the probe returned, or why there is nothing. Never repeated.

        Raises:
            SandboxError: No worker could be started, twice.
            autograder.sandbox.wire.WireError: The arguments are not plain data.
        """
        message = {"do": "ask", "probe": probe, "names": list(names),
                   "arguments": list(arguments)}
        wire.encode(message, self.limits.answer_bytes)  # the instructor's fault: at once
        outcome = self._ensure_worker()
        reply: dict[str, Any] = {}
        if outcome == "ok":
            outcome, reply = self._request(
                message, self.limits.call_seconds, self.limits.answer_bytes)
        if outcome == "timeout":
            return Answer(problem=Problem("timeout", f"{self.limits.call_seconds:g}"))
        if outcome != "ok":
            self.unanswered += outcome == "died"
            return Answer(problem=Problem(outcome))
        answer = checked_answer(reply, names)
        self.unanswered += answer.problem is not None and answer.problem.kind == "missing"
        return answer

    @property
    def starts(self) -> int:
        """How many processes have been started so far: names of one mean nothing to the next."""
        return self._starts

    def ready(self) -> Outcome:
        """Brings up the process if there is none.

        Raises:
            SandboxError: The first one could not be started.
        """
        return self._ensure_worker()

    def exchange(self, message: dict[str, Any], seconds: float) -> tuple[Outcome, dict[str, Any]]:
        """Sends a message of a judged cell to the process that is there, and waits.

        Args:
            message: As `worker.Worker` takes it.
            seconds: Its time, if the submission has that much left.

        Returns:
            How it went, and the reply as it came: not checked, empty if there was none.
        """
        if self._worker is None:
            return "budget" if self._left() <= 0 else "died", {}
        return self._request(message, seconds, self.limits.answer_bytes)

    def _explain(self, outcome: Outcome, ran: bool) -> dict[str, Any]:
        limits = self.limits
        if outcome == "timeout":
            return error_output("CellTimeoutError", f"This cell was stopped after "
                          f"{limits.cell_seconds:g} seconds. Does a loop never end?")
        if outcome == "budget":
            return error_output("TimeBudgetUsedUp", ("This cell was stopped" if ran else
                          "This cell was not run") + ": the notebook had used up the "
                          f"{limits.submission_seconds:g} seconds that it may take in all.")
        if not ran:
            return error_output("ProcessDied", "This cell was not run: the cells before it have "
                          f"ended their process more than {MAX_RESTARTS} times.")
        return error_output("ProcessDied", "The process that ran this cell ended: it used too much "
                      f"memory (limit {limits.memory_bytes / 2**30:.3g} GiB) or ended itself.")

    def _run_cell(self, count: int, source: str) -> tuple[Outcome, dict[str, Any]]:
        most = wire.MAX_TEXT_BYTES + (self.limits.images + 1) * IMAGE_BYTES
        return self._request({"do": "run", "source": source, "count": count},
                             self.limits.cell_seconds, most)

    def _ensure_worker(self) -> Outcome:
        """Brings up a worker that has run the cells so far, unless it must not."""
        if self._worker is not None and not self._worker.alive():
            self._note_death()
            self.close()  # a thread ended it after its cell: this request is innocent
        while self._worker is None:
            if self._left() <= 0:
                return "budget"
            if self._starts > MAX_RESTARTS:
                return "died"
            self._starts += 1
            if self._start() == "ok":
                self._came_up = True
                self._repeat_cells()
            elif not self._came_up and self._starts > 1 and self._left() > 0:
                raise SandboxError(f"No worker came up with {sys.executable}{self._failure}: are "
                                   "IPython and NumPy installed there, and are the limits and the "
                                   "disk large enough?")
        return "ok"

    def _start(self) -> Outcome:
        try:
            with self._timed():
                self._worker = self._new_worker()
        except (OSError, NoParentError) as error:
            self._failure = f" ({error})" if str(error) else ""
            return "died"  # no process, no folder: student code may have used up all there is
        limits = {**asdict(self.limits), "image_bytes": IMAGE_BYTES}
        return self._request({"do": "start", "limits": limits}, self.limits.start_seconds, 1000,
                             patient=False)[0]

    def _new_worker(self) -> WorkerProcess:
        try:
            return WorkerProcess(self.limits, self.folder, self.without)
        except NoParentError:  # it was killed since the last worker; there will be another
            return WorkerProcess(self.limits, self.folder, self.without)

    def _repeat_cells(self) -> None:
        for cell in list(self._cells):
            if self._run_cell(*cell)[0] != "ok":
                self._cells.remove(cell)
            if self._worker is None:
                return

    def _note_death(self) -> None:
        self.deaths += 1
        self.kills += self._worker.was_killed()

    def _left(self) -> float:
        return self.limits.submission_seconds - self._spent

    @contextlib.contextmanager
    def _timed(self) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self._spent += time.monotonic() - began

    def _request(self, message: dict[str, Any], seconds: float, max_bytes: int,
                 patient: bool = True) -> tuple[Outcome, dict[str, Any]]:
        """Sends a message and waits for the reply.

        Args:
            message: For the worker.
            seconds: Its time, if the submission has that much left.
            max_bytes: What the reply may have.
            patient: Whether to interrupt it and keep its state, before it is killed.

        Returns:
            How it went and the reply, which is empty if there was none.
        """
        worker, left = self._worker, self._left()
        outcome: Outcome = "ok"
        with self._timed():
            try:
                reply = worker.exchange(message, min(seconds, left), max_bytes)
            except SilentError:
                outcome = "timeout" if seconds < left else "budget"
                reply = worker.interrupted(max_bytes) if patient else None
            except GoneError:
                outcome, reply = "died", None
                self._note_death()
        if reply is None or self._left() <= 0:
            self.close()
        return outcome, reply or {}


