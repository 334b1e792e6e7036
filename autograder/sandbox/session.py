"""The trusted end: keeps a worker, times it, replaces it when it dies, believes nothing."""

from __future__ import annotations

import builtins
import contextlib
import os
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from autograder.answers import Answer, Problem
from autograder.sandbox import wire

WORKER = Path(__file__).with_name("worker.py")
#: How long a cell that was interrupted may take to stop before it is killed.
GRACE_SECONDS = 2.0
MAX_RESTARTS = 5
#: Of all files of a submission together, as a multiple of one file's limit.
FOLDER_FACTOR = 4

#: Names of exceptions and types that everybody knows, and that feedback may repeat.
EXCEPTIONS = frozenset(
    name for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
) | {"LinAlgError", "AxisError"}
TYPES = frozenset({"function", "method", "builtin_function_or_method", "type", "module",
                   "generator", "set", "frozenset", "range", "bytes", "map", "zip", "filter",
                   "dict_keys", "dict_values", "dict_items", "ellipsis", "matrix"})

Outcome = Literal["ok", "error", "timeout", "died", "budget"]


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Args:
        cell_seconds: Time of one cell.
        call_seconds: Time of one call of a student's function.
        start_seconds: Time for a worker to come up.
        submission_seconds: Time of all cells and calls of a session together.
        memory_bytes: Address space of the worker.
        file_bytes: Size of any file that is taken along or written.
        output_chars: Characters that one cell may show.
        images: Images that one cell may show.
        answer_bytes: Size of any reply.
    """

    cell_seconds: float = 10
    call_seconds: float = 5
    start_seconds: float = 60
    submission_seconds: float = 120
    memory_bytes: int = 4 * 2**30
    file_bytes: int = 50 * 2**20
    output_chars: int = 100_000
    images: int = 20
    answer_bytes: int = 64 * 2**20


@dataclass(frozen=True)
class CellRun:
    """What running one cell showed.

    Args:
        outputs: In nbformat's form, checked: bounded text and PNG images only.
        outcome: How it ended.
    """

    outputs: list[dict]
    outcome: Outcome


class WorkerDiedError(Exception):
    """The worker is gone, or speaks nonsense."""


class WorkerSilentError(Exception):
    """The worker has not answered in time."""


class Session:
    """Runs cells one after the other and asks questions in between, in one worker.

    A worker that dies or must be killed is replaced: the earlier cells run again, without
    the guilty one. So only the guilty cell or question pays.

    Args:
        limits: What may be used.
        folder: Files to take along into the worker's folder: regular files, no links.
    """

    def __init__(self, limits: Limits, folder: Path | None = None) -> None:
        self.limits, self.folder = limits, folder
        self._temporary = tempfile.TemporaryDirectory(prefix="grading-",
                                                      ignore_cleanup_errors=True)
        self._process: subprocess.Popen | None = None
        self._connection: socket.socket | None = None
        self._ran: list[str] = []
        self._starts = 0
        self._deadline: float | None = None

    def __enter__(self) -> Session:
        self._home = Path(self._temporary.name, "home")
        self._home.mkdir()
        if self.folder is not None:
            take_along(self.folder, self._home, self.limits.file_bytes)
        self._settings = Path(self._temporary.name, "matplotlib")
        self._settings.mkdir()
        copy_font_cache(self._settings)
        return self

    def __exit__(self, *_: object) -> None:
        self._kill()
        make_removable(Path(self._temporary.name))
        self._temporary.cleanup()

    def run(self, source: str) -> CellRun:
        """Runs a cell."""
        try:
            self._ensure_worker()
            reply, interrupted = self._request(
                {"do": "run", "source": source}, self.limits.cell_seconds)
        except WorkerSilentError:
            return CellRun([timeout_output(self.limits.cell_seconds)], "timeout")
        except WorkerDiedError:
            return CellRun([died_output(self.limits.memory_bytes)], "died")
        except TimeoutError:
            return CellRun([budget_output(self.limits.submission_seconds)], "budget")
        outputs = checked_outputs(reply.get("outputs"))
        if interrupted:
            return CellRun([*outputs, timeout_output(self.limits.cell_seconds)], "timeout")
        self._ran.append(source)
        return CellRun(outputs, "ok" if reply.get("ok") is True else "error")

    def ask(self, probe: str, names: Sequence[str], arguments: Sequence[Any]) -> Answer:
        """Calls a probe on the student's objects.

        Args:
            probe: Source of a module that defines ``probe(*objects, *arguments)``.
            names: What the student's notebook calls the objects.
            arguments: Plain data.

        Returns:
            What the probe returned, or why it returned nothing.
        """
        try:
            self._ensure_worker()
            reply, interrupted = self._request(
                {"do": "ask", "probe": probe, "names": list(names), "arguments": list(arguments)},
                self.limits.call_seconds)
        except WorkerSilentError:
            interrupted = True
        except WorkerDiedError:
            return Answer(problem=Problem("died"))
        except TimeoutError:
            return Answer(problem=Problem("budget"))
        if interrupted:
            return Answer(problem=Problem("timeout", f"{self.limits.call_seconds:g}"))
        return checked_answer(reply, names)

    # -- the worker ------------------------------------------------------------------------

    def _ensure_worker(self) -> None:
        """Starts a worker if there is none, and brings it to where the last one was."""
        if self._deadline is None:
            self._deadline = time.monotonic() + self.limits.submission_seconds
        while self._process is None:
            if self._starts > MAX_RESTARTS:
                raise WorkerDiedError
            self._starts += 1
            self._start()
            for source in list(self._ran):
                try:
                    _, interrupted = self._request(
                        {"do": "run", "source": source}, self.limits.cell_seconds)
                except (WorkerSilentError, WorkerDiedError):
                    interrupted = True
                if interrupted:  # it went well the first time; without it the rest still can
                    self._ran.remove(source)
                if self._process is None:
                    break

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(WORKER), str(theirs.fileno())],
                cwd=self._home, env=self._environment(), pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True)
        self._connection = ours
        hello = {"do": "hello", "limits": asdict(self.limits)}
        try:
            self._exchange(hello, self._until(self.limits.start_seconds))
        except WorkerSilentError:
            self._kill()
            self._check_budget()
            raise WorkerDiedError from None

    def _environment(self) -> dict[str, str]:
        """A clean one: nothing of the instructor's reaches the student's code."""
        return {
            "PATH": os.defpath, "HOME": str(self._home), "LANG": "C.UTF-8",
            "MPLCONFIGDIR": str(self._settings), "PYTHONDONTWRITEBYTECODE": "1",
            # one core a worker: the graders beside it need the others
            "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
        }

    def _kill(self) -> None:
        """Ends the worker and all of its process group."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            # before wait(): until then the group's number cannot belong to anyone else
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    # -- talking to it ---------------------------------------------------------------------

    def _until(self, seconds: float) -> float:
        return min(time.monotonic() + seconds, self._deadline)

    def _check_budget(self) -> None:
        if time.monotonic() >= self._deadline:
            self._kill()
            raise TimeoutError

    def _request(self, message: dict, seconds: float) -> tuple[dict, bool]:
        """A request's reply, and whether it had to be interrupted.

        Raises:
            WorkerSilentError: It did not even stop when interrupted, and was killed.
            WorkerDiedError: It died, or answered with nonsense, and was killed.
            TimeoutError: The submission's whole time is used up.
        """
        self._check_budget()
        token = secrets.token_hex(8)
        try:
            try:
                return self._exchange(message, self._until(seconds), token), False
            except WorkerSilentError:
                self._process.send_signal(signal.SIGINT)
                return self._receive(token, time.monotonic() + GRACE_SECONDS), True
        except WorkerSilentError:
            self._kill()
            raise
        except WorkerDiedError:
            self._kill()
            raise

    def _exchange(self, message: dict, deadline: float, token: str = "") -> dict:
        self._timed(deadline, self._connection.sendall, wire.encode({**message, "token": token}))
        return self._receive(token, deadline)

    def _receive(self, token: str, deadline: float) -> dict:
        sizes = wire.HEADER.unpack(self._exactly(wire.HEADER.size, deadline))
        if sum(sizes) > self.limits.answer_bytes:
            raise WorkerDiedError
        try:
            reply = wire.decode(*(self._exactly(size, deadline) for size in sizes))
        except wire.WireError:
            raise WorkerDiedError from None
        if not isinstance(reply, dict) or reply.get("token") != token:
            raise WorkerDiedError
        return reply

    def _exactly(self, size: int, deadline: float) -> bytes:
        received = bytearray()
        while len(received) < size:
            part = self._timed(deadline, self._connection.recv, min(size - len(received), 2**20))
            if not part:
                raise WorkerDiedError
            received += part
        return bytes(received)

    def _timed(self, deadline: float, action: Any, *arguments: Any) -> Any:
        """A socket operation that ends at the deadline."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise WorkerSilentError
        self._connection.settimeout(left)
        try:
            return action(*arguments)
        except TimeoutError:
            raise WorkerSilentError from None
        except OSError:
            raise WorkerDiedError from None


def checked_answer(reply: dict, names: Sequence[str]) -> Answer:
    """A reply to `ask`, of whatever the student's process made it.

    Details are shown to the student, so only words from our own lists pass: any other
    text could carry hidden inputs into the feedback.
    """
    match reply.get("problem"):
        case None if "value" in reply:
            return Answer(reply["value"])
        case ["missing", str(name)] if name in names:
            return Answer(problem=Problem("missing", name))
        case ["raised", str(name)]:
            return Answer(problem=Problem("raised", name if name in EXCEPTIONS else "Exception"))
        case ["unreadable", str(name)]:
            return Answer(problem=Problem("unreadable", name if name in TYPES else "an object"))
    return Answer(problem=Problem("died"))


def checked_outputs(outputs: Any) -> list[dict]:
    """Only outputs of nbformat's form, with the types of data that a worker may send."""
    def texts(value: Any) -> bool:
        return isinstance(value, dict) and all(
            isinstance(key, str) and isinstance(item, str) for key, item in value.items())

    checked = []
    for output in outputs if isinstance(outputs, list) else []:
        match output:
            case {"output_type": "stream", "name": "stdout" | "stderr" as name, "text": str(text)}:
                checked.append({"output_type": "stream", "name": name, "text": text})
            case {"output_type": "error", "ename": str(name), "evalue": str(value),
                  "traceback": list(lines)} if all(isinstance(line, str) for line in lines):
                checked.append({"output_type": "error", "ename": name, "evalue": value,
                                "traceback": lines})
            case {"output_type": "display_data" | "execute_result" as kind, "data": data,
                  "metadata": about} if texts(data) and set(data) <= {
                      "text/plain", "text/latex", "text/markdown", "image/png"}:
                alt = about.get("image/png") if isinstance(about, dict) else None
                metadata = {"image/png": {"alt": alt["alt"]}} if texts(alt) and "alt" in alt else {}
                checked.append({"output_type": kind, "data": data, "metadata": metadata} | (
                    {"execution_count": None} if kind == "execute_result" else {}))
    return checked


def error_output(name: str, sentence: str) -> dict:
    return {"output_type": "error", "ename": name, "evalue": sentence, "traceback": [sentence]}


def timeout_output(seconds: float) -> dict:
    return error_output("CellTimeoutError", f"This cell was stopped after {seconds:g} seconds. "
                        "Does a loop never end?")


def died_output(memory_bytes: int) -> dict:
    return error_output("ProcessDied", "The process that ran this cell ended: it used too much "
                        f"memory (the limit is {memory_bytes / 2**30:g} GiB) or ended itself.")


def budget_output(seconds: float) -> dict:
    return error_output("TimeUsedUp", f"Not run: the cells before had used up the {seconds:g} "
                        "seconds that a notebook may take in all.")


def take_along(folder: Path, home: Path, file_bytes: int) -> None:
    """Copies small regular files, no links, pipes or devices, and no notebooks."""
    room = FOLDER_FACTOR * file_bytes
    for parent, _, names in os.walk(folder, followlinks=False):
        for name in names:
            path = Path(parent, name)
            about = path.lstat()
            if not stat.S_ISREG(about.st_mode) or path.suffix == ".ipynb":
                continue
            if about.st_size > min(file_bytes, room):
                continue
            room -= about.st_size
            target = home / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target, follow_symlinks=False)


def copy_font_cache(settings: Path) -> None:
    """Matplotlib's list of fonts: without it every worker would search the disk for seconds."""
    import matplotlib.font_manager  # makes the list if there is none yet

    for cache in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):
        shutil.copyfile(cache, settings / cache.name)


def make_removable(folder: Path) -> None:
    """Gives the owner back all rights on folders that a student's code has closed."""
    for parent, names, _ in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            if not path.is_symlink():
                with contextlib.suppress(OSError):
                    path.chmod(0o700)
