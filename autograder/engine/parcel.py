"""Work as it travels to another machine: with all that it needs inside it, as plain data.

The folder of the source notebooks goes to each machine once, as a `Course`; what a student
handed in beside the notebook, and the course's files for it, go along with the `Parcel`.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.engine import Work
from autograder.grading import Job

#: Bytes of files that a parcel, and a course, may hold.
PARCEL_BYTES = 64 * 2**20
COURSE_BYTES = 256 * 2**20

Files = tuple[tuple[str, bytes], ...]


class TooLargeError(Exception):
    """There is more than may travel."""


@dataclass(frozen=True)
class Parcel:
    """A work for another machine.

    Args:
        job: What is to be graded, without any folder of this machine.
        slot: The work's.
        files: Files for the job's folder: relative path and content.
    """

    job: Job
    slot: str
    files: Files = field(repr=False)


@dataclass(frozen=True)
class Course:
    """The folder of the source notebooks.

    Args:
        files: Relative path and content.
    """

    files: Files = field(repr=False)


def pack(work: Work) -> Parcel:
    """A work without any path of this machine.

    Raises:
        TooLargeError: Its files are more than may travel.
        OSError: One of them cannot be read.
    """
    job = replace(work.job, source=Path(), folder=None)
    return Parcel(job, work.slot, contents(work.files, PARCEL_BYTES))


def pack_course(source: Path) -> Course:
    """A course's source folder, hidden files left out.

    Raises:
        TooLargeError: It is more than may travel.
        OSError: A file cannot be read.
    """
    names = sorted(path.relative_to(source) for path in source.rglob("*") if path.is_file())
    shown = [name for name in names
             if not any(part.startswith((".", "__pycache__")) for part in name.parts)]
    return Course(contents([(str(name), str(source / name)) for name in shown], COURSE_BYTES))


def contents(files: Iterable[tuple[str, str]], most: int) -> Files:
    """The contents of files, given by relative and real path.

    Raises:
        TooLargeError: They have more bytes than may be.
        OSError: One of them cannot be read.
    """
    size = sum(Path(path).stat().st_size for _, path in files)
    if size > most:
        raise TooLargeError(f"{size / 2**20:.0f} MiB of files; {most >> 20} MiB may travel")
    return tuple((name, Path(path).read_bytes()) for name, path in files)


def lay_out(files: Files, folder: Path) -> None:
    """Writes files into a folder."""
    for name, content in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@contextlib.contextmanager
def unpacked(parcel: Parcel, course: Path) -> Iterator[Work]:
    """A work of this machine, for as long as its files are there.

    Args:
        parcel: What came.
        course: The folder of the source notebooks on this machine.
    """
    job = replace(parcel.job, source=course)
    if not parcel.files:
        yield Work(job, parcel.slot)
        return
    with tempfile.TemporaryDirectory(prefix="grading-files-") as name:
        lay_out(parcel.files, Path(name))
        yield Work(replace(job, folder=Path(name)), parcel.slot)
