"""nbgrader's view of a course's folder, told to expect anything in what was handed in."""

from __future__ import annotations

import datetime
import stat
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc

TIMESTAMP = "timestamp.txt"
#: A time is a line of a few words.
MOST_BYTES = 1000


class NoTimeError(Exception):
    """Why a file does not say when something was handed in."""


class CourseFolder(CourseDirectory):
    """A course's folder in which ``timestamp.txt`` may be no time at all."""

    @classmethod
    def like(cls, other: CourseDirectory) -> CourseFolder:
        """The same folder with the same settings."""
        return cls(parent=other.parent,
                   **{name: getattr(other, name) for name in other.trait_names(config=True)})

    def get_existing_timestamp(self, dest_path: str) -> datetime.datetime | None:
        """When a submission was handed in; None if that is not known."""
        try:
            return handed_in(Path(dest_path))
        except NoTimeError:  # said at the start of the run, and noted in the notebook
            return None


def handed_in(folder: Path) -> datetime.datetime | None:
    """The time that a submission's ``timestamp.txt`` says; None without one, or if it is empty.

    Raises:
        NoTimeError: It is something else; with words that follow the file's name.
    """
    path = folder / TIMESTAMP
    try:
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode):
            raise NoTimeError("is not an ordinary file")
        if about.st_size > MOST_BYTES:
            raise NoTimeError("is too large")
        text = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NoTimeError(f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise NoTimeError("is not a time") from None
    try:
        return parse_utc(text) if text else None
    except Exception:  # of many kinds: whatever a parser of times makes of a student's text
        raise NoTimeError("is not a time") from None
