"""A class of made-up students, for the demo and the tests.

Each ``.toml`` file is a student: the released notebook with edits, kept as text, so that
they follow the notebook when it changes. A file says:

    says = "what the student did"
    base = "solved"              # or "released": what the edits start from
    only = ["sigmoid"]           # optional: the solution cells that are solved
    notebooks = ["1_chain_rule"] # optional: those that were handed in
    cut_off = ["1_chain_rule"]   # optional: those whose file ends in the middle

    [[edit]]
    cell = "backward"            # a cell's grade_id, or its id
    wrong = "no σ′"              # its source: a wrong variant of the question,
    right = "from y alone"       # a right one,
    source = "..."               # or any text
    delete = true                # or what is done with it
    copy = true
    after = "..."                # a new code cell behind it
"""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.build import MARKERS, solved
from autograder.questions import all_questions
from autograder.reference import text_of

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Sample:
    """One made-up student."""

    name: str
    says: str
    plan: dict


def samples() -> list[Sample]:
    """The class, in alphabetical order."""
    plans = {path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
             for path in sorted(FOLDER.glob("*.toml"))}
    return [Sample(name, plan["says"], plan) for name, plan in plans.items()]


def submission(sample: Sample, name: str, release: NotebookNode,
               source: NotebookNode) -> bytes | None:
    """A student's notebook file.

    Args:
        sample: The student.
        name: The notebook's name.
        release: The released notebook.
        source: The source notebook, for its solutions.

    Returns:
        The file's bytes; None if the student did not hand it in.

    Raises:
        ValueError: An edit names a variant that there is not (any more).
    """
    plan = sample.plan
    if name not in plan.get("notebooks", [name]):
        return None
    notebook = copy.deepcopy(release)
    if plan["base"] == "solved":
        solve(notebook, source, plan.get("only"))
    for edit in plan.get("edit", []):
        apply(edit, notebook)
    text = nbformat.writes(notebook).encode()
    return text[: len(text) // 2] if name in plan.get("cut_off", []) else text


def solve(notebook: NotebookNode, source: NotebookNode, only: list[str] | None) -> None:
    """Fills in the solution cells of a released notebook, all of them or some."""
    solutions = {cell.id: cell.source for cell in solved(source).cells}
    for cell in notebook.cells:
        role = cell.metadata.get("nbgrader", {})
        if role.get("solution") and (only is None or role["grade_id"] in only):
            cell.source = solutions[cell.id]


def apply(edit: dict, notebook: NotebookNode) -> None:
    """Carries out one edit in place, if the notebook has its cell."""
    index = find(edit["cell"], notebook)
    if index is None:
        return
    cell = notebook.cells[index]
    if "after" in edit:
        notebook.cells.insert(index + 1, nbformat.v4.new_code_cell(
            edit["after"].strip(), id=f"own-{index}"))
    elif edit.get("delete"):
        del notebook.cells[index]
    elif edit.get("copy"):
        twin = copy.deepcopy(cell)
        twin.id = f"copy-{index}"
        notebook.cells.insert(index + 1, twin)
    elif "source" in edit:
        cell.source = edit["source"].strip()
    else:
        question = all_questions()[edit["cell"]]
        kind = "wrong" if "wrong" in edit else "right"
        variants = question.mistakes if kind == "wrong" else question.alternatives
        (variant,) = [each for each in variants if each.name == edit[kind]]
        cell.source = MARKERS.sub("", text_of(question, variant))


def find(name: str, notebook: NotebookNode) -> int | None:
    """The index of the cell with an id or a grade_id; None if there is no such cell."""
    for index, cell in enumerate(notebook.cells):
        if name in (cell.id, cell.metadata.get("nbgrader", {}).get("grade_id")):
            return index
    return None


def lay_out(root: Path, assignment: str, only: set[str] | None = None) -> Iterator[Sample]:
    """Writes the class into nbgrader's ``submitted/``, one student after the other.

    Args:
        root: A course's folder with ``source/`` and ``release/``.
        assignment: Its folder's name there.
        only: Names of the students to write; None for all.
    """
    for sample in samples():
        if only is not None and sample.name not in only:
            continue
        folder = root / "submitted" / sample.name / assignment
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted((root / "release" / assignment).glob("*.ipynb")):
            release = nbformat.read(path, as_version=4)
            source = nbformat.read(root / "source" / assignment / path.name, as_version=4)
            if (content := submission(sample, path.stem, release, source)) is not None:
                (folder / path.name).write_bytes(content)
        yield sample
