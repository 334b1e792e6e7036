"""A name for a piece of grading, the same only if its result must be the same."""

from __future__ import annotations

import functools
import hashlib
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

import autograder
import course_utils
from autograder.grading import Job

#: What students' code and the reference compute with.
LIBRARIES = ["numpy", "matplotlib", "ipython", "nbformat"]


def digest_of(job: Job, files: Iterable[tuple[str, str]]) -> str:
    """The digest of all that a result depends on.

    Args:
        job: What is graded; of its folder, only ``files`` count.
        files: Relative and real paths.
    """
    cells = [[cell.cell_type, cell.get("id", ""), cell.source, cell.metadata]
             for cell in job.notebook.cells]
    about = [
        software(), folder_digest(job.source), job.name, job.figures, job.student,
        hashlib.sha256(job.secret).hexdigest(), asdict(job.limits), cells,
        sorted((name, file_digest(path)) for name, path in files)]
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


@functools.cache
def software() -> dict[str, str]:
    """The versions of the grader itself, the students' package and what both stand on."""
    code = hashlib.sha256()
    for package in (autograder, course_utils):
        code.update(folder_digest(Path(package.__file__).parent).encode())
    return {"Python": sys.version, "the grader's code": code.hexdigest()[:32],
            **{name: metadata.version(name) for name in LIBRARIES}}


@functools.cache
def folder_digest(folder: Path) -> str:
    """All files below a folder but what is made from them; read once in a run."""
    content = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            content.update(f"{path.relative_to(folder)}\0{file_digest(path)}\0".encode())
    return content.hexdigest()


def file_digest(path: str | Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
