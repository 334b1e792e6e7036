"""Remembers which submission is being graded, so that a killed run leaves no half of one.

nbgrader takes a submission for graded as soon as its autograded folder is there. A run
therefore notes beforehand which folder it is about to make, and the one after; the next
run removes the folders of one that did not come to its end, and so grades them again.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from nbgrader.utils import rmtree

FOLDER = ".grading_runs"
#: The file has its whole size from the start: to note something takes no room on the disk.
SIZE = 8192


class UnderWay:
    """A run's note of what it is about to write; its lock tells that the run goes on.

    Args:
        root: The course's folder.
        awaited: The autograded folders that the run will make, in its order.

    Raises:
        OSError: The note cannot be written.
    """

    def __init__(self, root: Path, awaited: Sequence[Path]) -> None:
        self._root, self._awaited = root, list(dict.fromkeys(awaited))
        place = root / FOLDER
        place.mkdir(mode=0o700, exist_ok=True)
        self._path = place / secrets.token_hex(8)
        self._file = self._path.open("xb", buffering=0)
        with contextlib.suppress(OSError):  # not every network's file system can lock
            fcntl.flock(self._file, fcntl.LOCK_EX)
        self._note(self._awaited[:1])

    def begin(self, folder: Path) -> None:
        """Notes that a folder is about to be made."""
        self._note([folder, *self._next(folder)])

    def end(self, folder: Path) -> None:
        """Notes that a folder is complete; behind the last one, nothing is left to note."""
        following = self._next(folder)
        self._note(following)
        if not following:
            self.close()

    def close(self) -> None:
        """Forgets all."""
        self._path.unlink(missing_ok=True)
        self._file.close()
        with contextlib.suppress(OSError):  # others' notes are there
            self._path.parent.rmdir()

    def _next(self, folder: Path) -> list[Path]:
        """The folder after this one: nbgrader touches it before it tells us."""
        with contextlib.suppress(ValueError):
            place = self._awaited.index(folder) + 1
            return self._awaited[place:place + 1]
        return []

    def _note(self, folders: Sequence[Path]) -> None:
        if not self._file.closed:
            names = [os.path.relpath(folder, self._root) for folder in folders]
            os.pwrite(self._file.fileno(), json.dumps(names).encode().ljust(SIZE), 0)


def take_up(root: Path, concerned: Mapping[Path, Sequence[Path]]) -> list[Path]:
    """Removes what runs that did not come to their end have begun.

    Args:
        root: The course's folder.
        concerned: For autograded folders what of them will be made again now: themselves,
            or some notebooks in them. Others stay noted.

    Returns:
        What was removed.
    """
    removed = []
    for path in sorted((root / FOLDER).glob("*")):
        with contextlib.suppress(OSError), path.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails while its run goes on
            noted = [root / name for name in _names(file.read(SIZE))]
            for folder in noted:
                for made in filter(Path.exists, concerned.get(folder, [])):
                    rmtree(str(made)) if made.is_dir() else made.unlink()
                    removed.append(made)
            if not any(folder.exists() for folder in noted):
                path.unlink()
    with contextlib.suppress(OSError):
        (root / FOLDER).rmdir()
    return removed


def _names(text: bytes) -> list[str]:
    with contextlib.suppress(ValueError):  # killed before it was written
        return json.loads(text)
    return []
