"""This process's folder for temporary files; what a killed process has left, the next removes."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import itertools
import os
import secrets
import shutil
import stat
import tempfile
from pathlib import Path

PREFIX = "autograder-"
#: A file in the folder that its process keeps locked: no lock, no process.
LOCK = "lock"

_own: dict[int, tuple[Path, int]] = {}


def folder() -> Path:
    """This process's folder: made when first asked for, removed when the process ends."""
    pid = os.getpid()  # a forked copy of us has its own
    if pid not in _own or not _own[pid][0].is_dir():  # some systems clear such folders up
        sweep(Path(tempfile.gettempdir()))
        while (made := _locked_folder()) is None:
            pass
        _own[pid] = made
    return _own[pid][0]


def make(name: str) -> Path:
    """A new folder in this process's own, whose name begins as given."""
    return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=folder()))


def _locked_folder() -> tuple[Path, int] | None:
    """A new folder with its lock; None if somebody took it for an abandoned one."""
    made = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        made.chmod(0o711)  # a worker with a user of its own passes through, and sees no names
        lock = os.open(made / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except FileNotFoundError:
        return None
    if _is_free(lock) and (made / LOCK).exists():
        return made, lock
    os.close(lock)
    return None


def _is_free(lock: int) -> bool:
    """Whether nobody had the lock; now it is ours."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def sweep(place: Path) -> None:
    """Removes folders of processes that were killed: our user's own, and not locked."""
    for left in place.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            about = left.lstat()
            if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid():
                continue
            names = os.listdir(left)
            if LOCK not in names:  # it is the first thing that is made there, and goes last
                # an empty one may be about to get its lock: its process tries again
                remove(left) if names else left.rmdir()
                continue
            lock = os.open(left / LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                if _is_free(lock):
                    remove(left)
            finally:
                os.close(lock)


def remove(top: Path) -> None:
    """Removes a folder that student code may have filled.

    Each subfolder is moved to the top first, so that neither a chain of ten thousand
    folders nor a folder without permissions is in the way. The lock goes last: what could
    not be removed is tried again some other time.
    """
    prefix, names, waiting = secrets.token_hex(4), itertools.count(), [top]
    while waiting:
        current = waiting.pop()
        with contextlib.suppress(OSError):
            os.chmod(current, 0o700)
            for entry in list(os.scandir(current)):
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        os.chmod(entry.path, 0o700)  # to be moved it must be writable
                        os.rename(entry.path, moved := top / f"{prefix}-{next(names)}")
                        waiting.append(moved)
                    elif entry.path != str(top / LOCK):
                        os.unlink(entry.path)
            if current != top:
                os.rmdir(current)
    with contextlib.suppress(OSError):
        if os.listdir(top) in ([LOCK], []):
            shutil.rmtree(top)


@atexit.register
def _remove_own() -> None:
    """Removes this process's folder; imported by all that uses it, so it comes last."""
    if own := _own.pop(os.getpid(), None):
        remove(own[0])
