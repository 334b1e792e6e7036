"""Whether something else was handed in since it was graded.

nbgrader grades a submission again only where two ``timestamp.txt`` say that it is newer; so a
file put in another's place would keep the other's marks. An autograded notebook therefore
says what it was made from.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from autograder.engine.digest import file_digest
from autograder.sandbox import Limits

#: The entry in an autograded notebook's metadata.
KEY = "autograder_submission"
#: It stands behind the cells, in the file's last bytes. In a cell its quotes would be escaped.
ENTRY = re.compile(rf'"{KEY}": "([0-9a-f]+)"')
TAIL_BYTES = 4096


def fingerprint(notebook: Path, files: Mapping[str, str]) -> str:
    """A name for what was handed in: the same only for the same content.

    Args:
        notebook: The submitted notebook.
        files: The files that came with it, by their paths beside it.
    """
    about = [("", str(notebook)), *sorted(files.items())]
    content = "\0".join(f"{name}\0{content_of(path)}" for name, path in about)
    return hashlib.sha256(content.encode("utf-8", "surrogateescape")).hexdigest()


def content_of(path: str) -> str:
    """A file's digest; words for what is not copied, or cannot be read."""
    try:
        about = os.lstat(path)
        if not stat.S_ISREG(about.st_mode):
            return "no file"
        return file_digest(path) if about.st_size <= Limits.file_bytes else "too large"
    except OSError:
        return "not readable"


def graded_from(autograded: Path) -> str | None:
    """The fingerprint of what an autograded notebook was made from; None if it says nothing."""
    with autograded.open("rb") as file:
        file.seek(max(0, autograded.stat().st_size - TAIL_BYTES))
        found = ENTRY.findall(file.read().decode("utf-8", "replace"))
    return found[-1] if found else None
