"""A small course of two light notebooks and its class: quick to grade again and again."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat

from autograder.build import ROOT
from autograder.sample_class import solve

ASSIGNMENT = "backprop"
SOURCE = ROOT / "source/backprop/1_chain_rule.ipynb"
#: The cells of the two notebooks.
NOTEBOOKS = {
    "1_first": ["setup", "sigmoid", "test-sigmoid", "v-curve-answer"],
    "2_second": ["setup", "total-derivative", "test-total-derivative"],
}
WRONG = "def sigmoid(z):\n    return 1 / (1 + np.exp(z))"
SLOW = "import time\nfor step in range(4):\n    time.sleep(0.1)\nprint('trained')"
#: What each student does to a solved notebook: cells to change, a cell of the student's own
#: behind the set-up, or the whole file.
CLASS = {
    "ada": {},
    "bea": {"sigmoid": WRONG},
    "cem": {"own": SLOW},
    "dan": b"{ half a notebook",
    "eva": {"total-derivative": "import os\nos._exit(1)"},
    "fay": {"sigmoid": WRONG, "v-curve-answer": "The curve falls, then rises."},
}
LATE, EMPTY = "fay", "guy"
#: Ids that are drawn by chance.
MADE_UP = re.compile("[0-9a-f]{32}")


def light_notebook(name: str) -> nbformat.NotebookNode:
    """The source of one of the two."""
    whole = nbformat.read(SOURCE, as_version=4)
    whole.cells = [cell for cell in whole.cells if cell.id in NOTEBOOKS[name]]
    for cell in whole.cells:
        role = cell.metadata.get("nbgrader", {})
        if role.get("grade_id") == "setup":
            role["grade_id"] = f"setup_{name[0]}"
    return whole


def make_course(folder: Path) -> None:
    """Writes and releases the course."""
    source = folder / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    for name in NOTEBOOKS:
        nbformat.write(light_notebook(name), source / f"{name}.ipynb")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    (folder / ".course_secret").write_text("5eed" * 16 + "\n")
    done = nbgrader(folder, "generate_assignment", ASSIGNMENT)
    assert done.returncode == 0, done.stderr


def hand_in(course: Path, students: dict[str, dict | bytes] = CLASS) -> None:
    """Writes what the class hands in."""
    for student, work in students.items():
        folder = course / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True)
        (folder / "data.txt").write_text(f"of {student}")
        for name in NOTEBOOKS:
            path = folder / f"{name}.ipynb"
            if isinstance(work, bytes):
                path.write_bytes(work)
                continue
            mine = nbformat.read(course / "release" / ASSIGNMENT / path.name, as_version=4)
            solve(mine, light_notebook(name), None)
            for cell in mine.cells:
                cell.source = work.get(cell.id, cell.source)
            if "own" in work:
                mine.cells.insert(1, nbformat.v4.new_code_cell(work["own"], id="own"))
            path.write_text(nbformat.writes(mine), encoding="utf-8")
    if LATE in students:
        path = course / "submitted" / LATE / ASSIGNMENT / "timestamp.txt"
        path.write_text("2030-01-02 00:00:00 UTC")
        (course / "submitted" / EMPTY / ASSIGNMENT).mkdir(parents=True)


def environment(**settings: str) -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), **settings}


def nbgrader(course: Path, *arguments: str, prefix: tuple[str, ...] = (), seconds: float = 300,
             **settings: str) -> subprocess.CompletedProcess:
    """Runs a plain nbgrader command in the course's folder."""
    return subprocess.run(
        [*prefix, sys.executable, "-m", "nbgrader", *arguments], cwd=course, text=True,
        env=environment(**settings), stdin=subprocess.DEVNULL, capture_output=True,
        timeout=seconds)


@contextlib.contextmanager
def running(course: Path, *arguments: str, **settings: str) -> Iterator[subprocess.Popen]:
    """The same command in a session of its own, while it runs; killed at the end of the block."""
    with (course / "printed.txt").open("w") as printed, subprocess.Popen(
            [sys.executable, "-m", "nbgrader", *arguments], cwd=course, stdout=printed,
            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
            env=environment(**settings)) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def recorded(course: Path) -> dict[str, list]:
    """The gradebook as text, without what differs from run to run."""
    with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as database:
        database.row_factory = sqlite3.Row
        tables = [row["name"] for row in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {table: [dict(row) for row in database.execute(f'SELECT * FROM "{table}"')]
                for table in tables}
    names = names_of(rows)
    return {table: sorted(json.dumps(
        {column: names.get(value, value) for column, value in row.items()
         if column != "id" or not MADE_UP.fullmatch(str(value))}, sort_keys=True)
        for row in found)
        for table, found in rows.items()}


def names_of(rows: dict[str, list[dict]]) -> dict[str, str]:
    """For each made-up id what it stands for: the names of it and of what it belongs to."""
    known: dict[str, dict] = {}
    for found in rows.values():  # a cell is spread over two tables
        for row in found:
            if MADE_UP.fullmatch(str(row.get("id"))):
                known[row["id"]] = {**known.get(row["id"], {}), **row}

    def name(row: dict) -> str:
        parts = [str(row.get("name", ""))]
        parts += [name(known[value]) if value in known else str(value)
                  for column, value in sorted(row.items())
                  if column.endswith("_id") and value is not None]
        return "/".join(parts)

    return {identity: name(row) for identity, row in known.items()}


def graded_files(course: Path) -> dict[str, bytes]:
    """What is in the autograded folders, with its permissions."""
    folder = course / "autograded"
    return {f"{path.relative_to(folder)} {path.stat().st_mode:o}": path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}
