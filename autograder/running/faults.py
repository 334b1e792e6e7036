"""What the machine may refuse in the middle of a run, in words, and what a run makes of it.

A gradebook that is locked costs one submission its turn: the next run grades it. Where no
other submission could be recorded either (a full disk), the run ends. Nothing recorded is
lost: marks are written in transactions.
"""

from __future__ import annotations

import errno
import logging
import re
import sqlite3
import sys
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine, ExceptionContext

#: After so many submissions in a row that met a locked gradebook, it is not worth the wait.
MOST_LOCKED = 2

LOCKED = ("The gradebook is kept locked by another program: this submission was not recorded. "
          "Close what has the gradebook open, and start again.")
GRADEBOOK = {
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_FULL": "There is no room left on the disk that holds the gradebook: make some, and "
                   "start again.",
    "SQLITE_READONLY": "The gradebook, or its folder, cannot be written to: change its owner or "
                       "permissions, and start again.",
    "SQLITE_CANTOPEN": "The gradebook cannot be opened: see to its folder, and start again.",
    "SQLITE_IOERR": "The disk that holds the gradebook reports errors: see to it, and start again.",
    "SQLITE_CORRUPT": "The gradebook is damaged: put a copy of gradebook.db back.",
    "SQLITE_NOTADB": "The gradebook is no database any more: put a copy of gradebook.db back.",
}
DISK = {
    errno.ENOSPC: "There is no room left on the disk: make some, and start again.",
    errno.EDQUOT: "Your share of the disk is used up: make room, and start again.",
    errno.EROFS: "The disk cannot be written to any more: see to it, and start again.",
}


#: What a terminal would obey.
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

#: An argument of SQLite's connections; SQLite's own patience is five seconds.
_patience: dict[str, float] = {}


class GradebookError(Exception):
    """Why the gradebook could not be read or written, and what to do."""


class Faults(logging.Filter):
    """Follows a run's log: tells the known faults in a sentence, and when to give up.

    Args:
        log: nbgrader's log of the run.
        lock_seconds: How long this process's transactions wait for other programs' to end.
    """

    def __init__(self, log: logging.Logger, lock_seconds: float) -> None:
        super().__init__()
        _patience["timeout"] = lock_seconds
        self.hopeless, self._locked = "", 0
        for earlier in [each for each in log.filters if isinstance(each, Faults)]:
            log.removeFilter(earlier)
        log.addFilter(self)
        sys.excepthook = _without_a_traceback

    def filter(self, record: logging.LogRecord) -> bool:
        """Puts a sentence in place of a traceback, where the fault is known.

        And no name of a student's file speaks to the instructor's terminal.
        """
        if str(record.msg).startswith("Traceback") and (says := known(sys.exc_info()[1])):
            record.msg, record.args = says, ()
            self._locked += says == LOCKED
            if says != LOCKED or self._locked >= MOST_LOCKED:
                self.hopeless = says
        if CONTROLS.search(text := record.getMessage()):
            record.msg, record.args = CONTROLS.sub("\ufffd", text), ()
        return True

    def recorded(self) -> None:
        """Notes that a submission was recorded: the gradebook is not locked for good."""
        self._locked = 0


def _without_a_traceback(kind: type, error: BaseException, trace: Any) -> None:
    """What Python does with an exception that nobody wants; Ctrl-C ends in a sentence."""
    if issubclass(kind, KeyboardInterrupt):
        print("Ended. What was recorded is kept: start again to go on.", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


def known(error: BaseException | None) -> str:
    """What an error means for an instructor; empty if it is none of the known ones."""
    while error is not None:
        if isinstance(error, GradebookError):
            return str(error)
        if isinstance(error, OSError) and error.errno in DISK:
            return DISK[error.errno] + (f" ({error.filename})" if error.filename else "")
        error = error.__cause__ or error.__context__
    return ""


@event.listens_for(Engine, "do_connect")
def _wait_for_others(dialect, _, cargs, cparams) -> None:
    if dialect.name == "sqlite":
        cparams.update(_patience)


@event.listens_for(Engine, "handle_error")
def _say(context: ExceptionContext) -> None:
    """Raises our own error in place of the database's.

    nbgrader would end the run at the latter, and advise to upgrade the gradebook.
    """
    error = context.original_exception
    if isinstance(error, sqlite3.Error):
        name = getattr(error, "sqlite_errorname", "") or ""
        for start, says in GRADEBOOK.items():
            if name.startswith(start):
                raise GradebookError(says) from error
