"""One student's process: its folder, its line to us, its end."""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import signal
import socket
import stat
import time
from pathlib import Path
from typing import Any

from autograder import scratch
from autograder.sandbox import wire
from autograder.sandbox.limits import Limits
from autograder.sandbox.warm import warm_parent

#: What an interrupted cell may take to stop and to report before it is killed.
GRACE_SECONDS = 2.0
#: How often a silent worker is looked at: a copy of it can keep the line open.
POLL_SECONDS = 0.1
#: What ending everything that a worker has started may take.
END_SECONDS = 10.0
MAX_FILES = 10_000
#: What the keeper leaves in the folder when the worker's end has a known reason.
EXPLAINED = ".ended"
#: All files of a submission together, in units of the largest one.
FOLDER_FACTOR = 20


class SilentError(Exception):
    """No whole reply within the time."""


class GoneError(Exception):
    """The worker ended, or sent what no worker sends."""


class WorkerProcess:
    """One student's process with its folder and its line to us.

    Raises:
        NoParentError: There is nothing to fork it from.
    """

    def __init__(self, limits: Limits, folder: Path | None,
                 without: tuple[str, ...] = ()) -> None:
        self.token, self.received = "", bytearray()
        self.holder = scratch.make("worker")
        try:
            home = self.holder / "home"
            (home / ".matplotlib").mkdir(parents=True)
            if folder is not None:
                _copy_files(folder, home, limits.file_bytes)
            self.line, theirs = socket.socketpair()
            with theirs:
                parent = warm_parent(limits.packages, without)
                self.keeper = parent.fork(home, theirs, limits)
        except BaseException:
            scratch.remove(self.holder)
            raise

    def alive(self) -> bool:
        """Whether it runs: its keeper ends with it."""
        return not select.select([self.keeper], [], [], 0)[0]

    def was_killed(self) -> bool:
        """Whether it, or what keeps it, was killed by neither itself, its limits nor us.

        Whoever is short of memory kills so; a program that does so to itself looks alike.
        """
        return bool(select.select([self.keeper], [], [], GRACE_SECONDS)[0]) and not (
            self.holder / "home" / EXPLAINED).exists()

    def exchange(self, message: dict[str, Any], seconds: float, max_bytes: int) -> dict:
        """A message's reply.

        Raises:
            SilentError: None came in time.
            GoneError: None will come.
        """
        deadline = time.monotonic() + seconds
        self.token = secrets.token_hex(8)
        data = memoryview(wire.frame(wire.encode({**message, "token": self.token})))
        while data:
            data = data[self._try(deadline, self.line.send, data):]
        return self._reply(deadline, max_bytes)

    def interrupted(self, max_bytes: int) -> dict[str, Any] | None:
        """The reply to a message that took too long, if an interrupt brings it about."""
        self._signal(signal.SIGINT)
        try:
            return self._reply(time.monotonic() + GRACE_SECONDS, max_bytes)
        except (SilentError, GoneError):
            return None

    def close(self) -> None:
        """Ends the process and all that it has started, and removes the folder."""
        self._signal(signal.SIGTERM)
        if not select.select([self.keeper], [], [], END_SECONDS)[0]:
            self._signal(signal.SIGKILL)
        os.close(self.keeper)
        self.line.close()
        scratch.remove(self.holder)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.keeper, number)

    def _reply(self, deadline: float, max_bytes: int) -> dict[str, Any]:
        try:
            size = wire.frame_length(self._read(wire.FRAME.size, deadline), max_bytes)
            body = self._read(size, deadline, skip=wire.FRAME.size)
            reply = wire.decode(body, max_bytes)
        except wire.WireError:
            raise GoneError from None
        self.received.clear()
        if type(reply) is not dict or reply.get("token") != self.token:
            raise GoneError
        return reply

    def _read(self, size: int, deadline: float, skip: int = 0) -> bytes:
        """Bytes of the frame, kept until it is whole: an interrupt may come in between."""
        while (missing := skip + size - len(self.received)) > 0:
            part = self._try(deadline, self.line.recv, min(missing, 2**20))
            if not part:
                raise GoneError
            self.received += part
        return bytes(self.received[skip:skip + size])

    def _try(self, deadline: float, action: Any, argument: Any) -> Any:
        """Sends or receives what can be, within the time."""
        while True:
            alive = self.alive()  # before: what it sent last is still to be read
            left = deadline - time.monotonic()
            if left <= 0:
                raise SilentError
            self.line.settimeout(min(left, POLL_SECONDS))
            try:
                return action(argument)
            except TimeoutError:
                if not alive:
                    raise GoneError from None
            except OSError:
                raise GoneError from None


def _copy_files(folder: Path, home: Path, file_bytes: int) -> None:
    """Copies a submission's small regular files, in the same subfolders."""
    room, files, waiting = FOLDER_FACTOR * file_bytes, MAX_FILES, [Path()]
    while waiting:
        inside = waiting.pop()
        with contextlib.suppress(OSError), os.scandir(folder / inside) as entries:
            for entry in sorted(entries, key=lambda each: each.name):
                if entry.name.startswith(".") or entry.name.endswith(".ipynb"):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(inside / entry.name)
                    continue
                with contextlib.suppress(OSError):
                    (home / inside).mkdir(parents=True, exist_ok=True)
                    room -= _copy_file(folder / inside / entry.name,
                                       home / inside / entry.name, min(file_bytes, room))
                files -= 1
                if files == 0:
                    return


def _copy_file(source: Path, target: Path, most: int) -> int:
    """Copies a regular file of at most so many bytes; returns how many it had."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe must not make us wait
    with open(os.open(source, flags), "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode) or about.st_size > most:
            return 0
        content = file.read(most)
    target.write_bytes(content)
    return len(content)
