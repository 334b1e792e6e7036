"""``release/`` and ``solutions/`` from ``source/``: one command, nothing edited by hand."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import copyfile

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from autograder import hidden
from autograder.canonical import METADATA

ROOT = Path(__file__).resolve().parent.parent
SECONDS_A_CELL = 60
#: The kernel's warning that it can be reached over TCP is of no use here.
QUIET = ["--IPKernelApp.log_level=ERROR"]
MARK_SCHEME = re.compile(r"\n*=== BEGIN MARK SCHEME ===.*?=== END MARK SCHEME ===", re.DOTALL)
MARKERS = re.compile(r"^[ \t]*### (BEGIN|END) SOLUTION[ \t]*\n?", re.MULTILINE)


class BuildError(Exception):
    """Why a notebook could not be built, in a sentence."""


def nbgrader(*arguments: str, root: Path, log=None) -> None:
    """Runs a plain nbgrader command in a course's folder.

    Args:
        *arguments: The command's words.
        root: The course's folder, with its ``nbgrader_config.py``.
        log: Called with each line that nbgrader prints.

    Raises:
        BuildError: It failed; the message holds what it printed last.
    """
    command = [sys.executable, "-m", "nbgrader", *arguments]
    printed = []
    with subprocess.Popen(command, cwd=root, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        for line in process.stdout:
            printed.append(line.rstrip())
            if log:
                log(printed[-1])
    if process.returncode:
        raise BuildError(f"`nbgrader {' '.join(arguments)}` failed:\n" + "\n".join(printed[-15:]))


def build_release(assignment: str, root: Path = ROOT) -> list[Path]:
    """Writes ``release/ASSIGNMENT`` with nbgrader's own command, without a database.

    Returns:
        The notebooks.

    Raises:
        BuildError: nbgrader refused.
    """
    nbgrader("generate_assignment", assignment, "--no-db", "--force", root=root)
    return sorted((root / "release" / assignment).glob("*.ipynb"))


def solved(source: NotebookNode) -> NotebookNode:
    """A source notebook as its solution: no hidden tests, no marking scheme, no markers."""
    cells = []
    for cell in source.cells:
        text = MARK_SCHEME.sub("", hidden.split(cell.source)[0])
        text = MARKERS.sub("", text + "\n").rstrip()
        make = nbformat.v4.new_code_cell if cell.cell_type == "code" else (
            nbformat.v4.new_markdown_cell)
        cells.append(make(text, id=cell.id))
    return nbformat.v4.new_notebook(cells=cells, metadata=METADATA)


def sources(assignment: str, root: Path = ROOT, only: str = "*") -> list[Path]:
    """The source notebooks of an assignment, in their order.

    Args:
        assignment: Its folder's name in ``source/``.
        root: The course's folder.
        only: Names of notebooks without ``.ipynb``, wildcards allowed.

    Raises:
        BuildError: There are none.
    """
    folder = root / "source" / assignment
    found = sorted(folder.glob(f"{only}.ipynb"))
    if not found:
        named = "" if only == "*" else f" {only}.ipynb"
        raise BuildError(f"there is no notebook{named} in {folder}")
    return found


def build_solutions(paths: list[Path], root: Path = ROOT, progress=print) -> list[Path]:
    """Writes ``solutions/ASSIGNMENT``: solved, executed from top to bottom, figures and all.

    Args:
        paths: Notebooks of one folder in ``source/``.
        root: The course's folder.
        progress: Called with a line for each notebook.

    Returns:
        The notebooks.

    Raises:
        BuildError: A cell of a solution failed.
    """
    written = []
    for path in paths:
        folder = root / "solutions" / path.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        progress(f"solving {path.name}")
        notebook = solved(nbformat.read(path, as_version=4))
        with tempfile.TemporaryDirectory() as elsewhere:
            client = NotebookClient(notebook, timeout=SECONDS_A_CELL, kernel_name="python3",
                                    record_timing=False, coalesce_streams=True,
                                    extra_arguments=QUIET,
                                    resources={"metadata": {"path": elsewhere}})
            try:
                client.execute()
            except Exception as error:
                raise BuildError(f"the solution of {path.name} failed: {error}") from None
        notebook.metadata = nbformat.from_dict(METADATA)
        written.append(folder / path.name)
        written[-1].write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    return written


def build(assignment: str, root: Path = ROOT, only: str = "*", progress=print) -> None:
    """Rebuilds ``release/ASSIGNMENT`` and ``solutions/ASSIGNMENT``.

    The release is made in a copy first, so that a failure leaves the old one as it was.

    Args:
        assignment: Its folder's name in ``source/``.
        root: The course's folder.
        only: As for `sources`; what is left of other notebooks in ``release/`` stays.
        progress: Called with a line for each step.

    Raises:
        BuildError: With the reason.
    """
    paths = sources(assignment, root, only)
    with tempfile.TemporaryDirectory() as copy:
        folder = Path(copy, "source", assignment)
        folder.mkdir(parents=True)
        for path in paths:
            copyfile(path, folder / path.name)
        copyfile(root / "nbgrader_config.py", Path(copy, "nbgrader_config.py"))
        progress(f"releasing {', '.join(path.name for path in paths)}")
        built = build_release(assignment, Path(copy))
        target = root / "release" / assignment
        target.mkdir(parents=True, exist_ok=True)
        for old in target.glob(f"{only}.ipynb"):
            old.unlink()
        for notebook in built:
            copyfile(notebook, target / notebook.name)
    build_solutions(paths, root, progress)
