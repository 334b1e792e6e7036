"""Results of earlier runs, one for each student and notebook: what has not changed is kept."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.grading import Result
from autograder.marking import Mark, PartMark
from autograder.sandbox import CellRun, Limits

log = logging.getLogger(__name__)

#: The list in the folder of how long each work took.
SECONDS = "seconds.jsonl"


class Cache:
    """A folder of results.

    Args:
        folder: Where; made when it is needed, for its owner alone.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, slot: str, digest: str) -> bool:
        """Whether the result is there."""
        return self._read(slot, digest) is not None

    def get(self, slot: str, digest: str) -> Result | None:
        """The result, if there is one of the very same work."""
        text = self._read(slot, digest)
        with contextlib.suppress(ValueError, TypeError, KeyError, zlib.error):
            return None if text is None else from_plain(json.loads(zlib.decompress(text)))
        return None  # written by another version, or cut short

    def put(self, slot: str, digest: str, result: Result, seconds: float, limits: Limits) -> None:
        """Keeps a result, unless the next time it might be another.

        Args:
            slot: Whose it is, and of what.
            digest: Of the work.
            result: The result.
            seconds: How long it took: what came near a limit of time may depend on the
                machine.
            limits: Those limits.
        """
        steady = result.steady and seconds < min(limits.cell_seconds, limits.call_seconds) and all(
            run.outcome in ("ok", "error") for run in result.runs.values())
        path = self._path(slot)
        try:
            if not steady:
                path.unlink(missing_ok=True)
                return
            self.folder.mkdir(mode=0o700, exist_ok=True)
            # as it is, since figures are compressed already; with zlib's checksum
            text = zlib.compress(json.dumps(to_plain(result)).encode(), 0)
            part = path.with_suffix(".part")
            part.write_bytes(digest.encode() + b"\n" + text)
            os.replace(part, path)
        except OSError as error:
            with contextlib.suppress(OSError):
                path.with_suffix(".part").unlink(missing_ok=True)  # it takes what room there is
            log.warning("The result is recorded, but not kept for the next run: %s", error)

    def note(self, slot: str, seconds: float) -> None:
        """Adds to a list how long a work took, whatever came of it.

        What more machines would gain can be reckoned from it (``make simulation``).
        """
        with contextlib.suppress(OSError):  # no mark depends on it
            self.folder.mkdir(mode=0o700, exist_ok=True)
            with (self.folder / SECONDS).open("a") as file:
                file.write(json.dumps([*slot.split("\0"), round(seconds, 3)]) + "\n")

    def _path(self, slot: str) -> Path:
        return self.folder / hashlib.sha256(slot.encode()).hexdigest()[:32]

    def _read(self, slot: str, digest: str) -> bytes | None:
        with contextlib.suppress(OSError), self._path(slot).open("rb") as file:
            if file.readline().strip() == digest.encode():
                return file.read()
        return None


def to_plain(result: Result) -> dict[str, Any]:
    """A result as JSON can hold it."""
    return asdict(result)


def from_plain(plain: dict[str, Any]) -> Result:
    """A result from what `to_plain` and JSON have made of it."""
    return Result(
        {int(index): CellRun(**run) for index, run in plain["runs"].items()},
        {name: mark_from(mark) for name, mark in plain["marks"].items()}, plain["reviews"],
        plain["steady"])


def mark_from(plain: dict[str, Any]) -> Mark:
    parts = tuple(PartMark(**{**part, "reasons": tuple(part["reasons"])})
                  for part in plain["parts"])
    return Mark(**{**plain, "parts": parts})
