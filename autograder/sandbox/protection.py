"""Whether the sandbox holds on this machine: tried out, not looked up.

A worker does what a hostile notebook would do; whether it got anywhere is looked at from
outside.
"""

from __future__ import annotations

import contextlib
import inspect
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from autograder import scratch
from autograder.sandbox import attempts
from autograder.sandbox.limits import Limits
from autograder.sandbox.session import SandboxError, Session

LIMITS = Limits(memory_bytes=2 * 2**30, folder_bytes=16 * 2**20, processes=40,
                submission_seconds=60)
#: How long a process that was to end may take to vanish.
GONE_SECONDS = 10.0


def unprotected(course: Sequence[Path] = (), without: tuple[str, ...] = ()) -> list[str]:
    """What student code could do on this machine that it must not.

    Args:
        course: Existing files and folders that no student may see: the course's own.
        without: Layers of the jail to leave out, to see what the others stop.

    Returns:
        Each as words that follow "student code could"; empty if the sandbox holds.
    """
    with contextlib.suppress(SandboxError):
        return unprotected_once(course, without)
    # a process may have been killed from outside: what is wrong here is so a second time
    try:
        return unprotected_once(course, without)
    except SandboxError as error:
        return [f"not be run at all ({error})"]


def unprotected_once(course: Sequence[Path], without: tuple[str, ...]) -> list[str]:
    """`unprotected`, tried once; raises `SandboxError` where a worker cannot be had."""
    found: list[str] = []
    mark = f"{10**6 + secrets.randbelow(10**6)}.5"
    with scene() as (folder, victim), Session(LIMITS, without=without) as session:
        ask = asking(session)
        seen = ask(attempts.read, [str(path) for path in [*course, folder, folder / "file"]])
        # Python's environment may stand in the course's folder, and may be read
        found += ["read the course's files"] * bool(
            set(seen) - {*LIMITS.packages, Path(sys.prefix).name})
        ask(attempts.write, [str(folder), *(str(each) for each in course if each.is_dir())])
        found += ["write outside its own folder"] * remove_left_behind([folder, *course])
        ask(attempts.change, str(folder / "file"))
        about = (folder / "file").stat()
        found += ["change the modes of others' files"] * (
            about.st_mode & 0o777 != 0o644 or about.st_mtime == 1)
        found += ["use the network or local services"] * reached_somebody(ask, folder)
        meddled = ask(attempts.meddle, victim.pid)
        found += ["read, trace or end other processes"] * (
            bool(meddled) or victim.poll() is not None)
        found += ["start any number of processes"] * (
            ask(attempts.multiply, 3 * LIMITS.processes) > LIMITS.processes)
        room = LIMITS.folder_bytes // 2**20
        found += ["fill the disk"] * (ask(attempts.fill, 2 * room) > room)
        found += ["take any amount of memory"] * ask(
            attempts.take, 2 * LIMITS.memory_bytes // 2**20)
        ask(attempts.outlive, mark)
    found += ["leave processes behind"] * survives(mark)
    return found


def asking(session: Session) -> Callable[..., Any]:
    """Calls a function of `attempts` in the worker."""
    def ask(attempt: Callable, *arguments: Any) -> Any:
        source = f"{inspect.getsource(attempt)}\nprobe = {attempt.__name__}\n"
        answer = session.ask(source, [], arguments)
        if answer.problem:
            raise SandboxError(f"the attempt to {attempt.__name__} {answer.problem.kind}")
        return answer.value

    return ask


@contextlib.contextmanager
def scene() -> Iterator[tuple[Path, subprocess.Popen]]:
    """A folder with a file, and a process, that are none of the student's business."""
    with tempfile.TemporaryDirectory(prefix="probe-", dir=scratch.folder()) as name:
        folder = Path(name)
        (folder / "file").write_text("not for students")
        (folder / "file").chmod(0o644)
        # one that ends with us, should we be killed
        victim = subprocess.Popen(["cat"], stdin=subprocess.PIPE, start_new_session=True,
                                  env={"PATH": os.defpath, "SECRET": "not for students"})
        try:
            yield folder, victim
        finally:
            victim.kill()
            victim.communicate()


def reached_somebody(ask: Callable[..., Any], folder: Path) -> bool:
    """Whether a worker can call anybody on this machine; beyond it the same holds."""
    abstract, path = secrets.token_hex(8), str(folder / "line")
    with contextlib.ExitStack() as stack:
        place = os.open(folder, os.O_PATH)
        stack.callback(os.close, place)

        def listener(family: int, kind: int, address: Any) -> socket.socket:
            line = stack.enter_context(socket.socket(family, kind))
            line.bind(address)
            if kind == socket.SOCK_STREAM:
                line.listen()
            return line

        lines = [listener(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
                 listener(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
                 listener(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + abstract),
                 # by a short name: the folder's own may be too long for a socket
                 listener(socket.AF_UNIX, socket.SOCK_STREAM, f"/proc/self/fd/{place}/line")]
        os.chmod(path, 0o777)
        ask(attempts.connect, lines[0].getsockname()[1], lines[1].getsockname()[1], abstract, path)
        return bool(select.select(lines, [], [], 0)[0])


def remove_left_behind(places: Iterable[Path]) -> bool:
    """Whether something was left in one of the folders."""
    left = [place / "left-behind" for place in places if (place / "left-behind").exists()]
    for path in left:
        path.unlink()
    return bool(left)


def survives(mark: str) -> bool:
    """Whether a process with a mark in its command goes on; it is ended if so."""
    end = time.monotonic() + GONE_SECONDS
    while pids := [pid for pid in os.listdir("/proc") if pid.isdigit() and has_mark(pid, mark)]:
        if time.monotonic() > end:
            for pid in pids:
                os.kill(int(pid), signal.SIGKILL)
            return True
        time.sleep(0.05)
    return False


def has_mark(pid: str, mark: str) -> bool:
    with contextlib.suppress(OSError):
        return mark.encode() in Path("/proc", pid, "cmdline").read_bytes().split(b"\0")
    return False
