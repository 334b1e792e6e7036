"""What is graded is built anew from the released notebook, not repaired from the submission.

From the submission come the sources of solution cells, of cells that the student added,
and of released cells that were free to be edited. Test cells, locked cells, metadata,
tags, order, outputs and the kernel come from the release. Pure: notebooks in, notebook out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.student_text import Texts, pictures

MISSING = "# This cell was missing from the submission."
#: A submission longer than this is not a notebook that someone wrote by hand.
MAX_BYTES = 20 * 2**20
MAX_CELLS = 5000


class UnreadableError(Exception):
    """The submitted file is not a notebook; the message says what it is instead."""


@dataclass
class Submitted:
    """What counts of a submission: its cells in order, reduced to plain text and pictures."""

    cells: list[dict[str, Any]] = field(default_factory=list)


def read_submission(data: bytes) -> Submitted:
    """The cells of a submitted notebook, whatever the file contains.

    Args:
        data: The file's bytes.

    Returns:
        One dict for each cell, with ``id``, ``grade_id``, ``cell_type``, ``source`` and
        ``pictures``, those that were pasted into a text.

    Raises:
        UnreadableError: It is not a Jupyter notebook.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"the file has {len(data) / 2**20:.0f} MiB; at most "
                         f"{MAX_BYTES // 2**20} MiB are read (clear its outputs)")
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UnreadableError("the file is not text in UTF-8") from None
    except (ValueError, RecursionError):
        raise UnreadableError("the file is not valid JSON: it is broken, or no notebook") from None
    if not isinstance(content, dict):
        raise UnreadableError("the file is JSON, but not a notebook")
    if content.get("nbformat") in (1, 2, 3):
        content = upgraded(content)
    cells = content.get("cells")
    if not isinstance(cells, list):
        raise UnreadableError("the file is JSON, but has no list of cells")
    if len(cells) > MAX_CELLS:
        raise UnreadableError(f"the notebook has {len(cells)} cells; at most {MAX_CELLS} are read")
    return Submitted([plain_cell(cell) for cell in cells if isinstance(cell, dict)])


def upgraded(content: dict) -> dict:
    """An old notebook in format 4.

    Raises:
        UnreadableError: It cannot be converted.
    """
    try:
        return nbformat.convert(nbformat.from_dict(content), 4)
    except Exception:
        raise UnreadableError(
            f"the notebook has the old format {content['nbformat']} and could not be converted "
            "(open and save it in JupyterLab)") from None


def plain_cell(cell: Mapping[str, Any]) -> dict[str, Any]:
    """A cell's text, pictures and names; anything of another type than expected is left out."""
    def text(value: Any) -> str:
        if isinstance(value, list):
            value = "".join(line for line in value if isinstance(line, str))
        return value if isinstance(value, str) else ""

    metadata = cell.get("metadata")
    role = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    # a lone surrogate is valid JSON, but no text that could be written to a file
    source = text(cell.get("source")).encode("utf-8", "replace").decode("utf-8")
    return {
        "id": text(cell.get("id")),
        "grade_id": text(role.get("grade_id")) if isinstance(role, dict) else "",
        "cell_type": text(cell.get("cell_type")),
        "source": source,
        "pictures": pictures(cell.get("attachments")),
    }


def is_locked(cell: NotebookNode) -> bool:
    """A cell whose source the student may not change: a test, or a read-only cell."""
    role = cell.metadata.get("nbgrader", {})
    return bool(not role.get("solution") and (role.get("grade") or role.get("locked")))


def rebuild(release: NotebookNode, tests: Mapping[str, str], submitted: Submitted) -> NotebookNode:
    """The notebook to grade.

    Args:
        release: The released notebook.
        tests: For the ids of locked cells the full source, hidden tests included.
        submitted: The student's cells.

    Returns:
        A new notebook. The metadata entry ``autograder`` of a cell says ``"missing"`` if
        the submission did not contain it, ``"added"`` if the release does not,
        ``"changed"`` if it was free to edit, is no solution, and has another source; the
        released one is its entry ``autograder_released`` then.
    """
    owner = match(release, submitted)
    taken = {index: number for number, index in owner.items()}
    # Cells that match nothing stay behind the released cell that they followed.
    followers: dict[int, list[dict[str, Any]]] = {}
    anchor = -1
    for number, cell in enumerate(submitted.cells):
        if number in owner:
            anchor = owner[number]
        else:
            followers.setdefault(anchor, []).append(cell)

    texts = Texts()
    cells = [added(cell, f"added-first-{k}", texts) for k, cell in enumerate(followers.get(-1, []))]
    for index, original in enumerate(release.cells):
        theirs = submitted.cells[taken[index]] if index in taken else None
        cells.append(graded_cell(original, tests, theirs, texts))
        cells.extend(added(cell, f"added-{index}-{k}", texts)
                     for k, cell in enumerate(followers.get(index, [])))
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=release.metadata)
    notebook.nbformat_minor = 5
    return notebook


def match(release: NotebookNode, submitted: Submitted) -> dict[int, int]:
    """For submitted cells the released cell each of them is, by index.

    A copied cell has its original's names: the original is the one that kept the id, or
    else the first; the copies count as added.
    """
    by_grade_id, by_id, by_text = {}, {}, {}
    for index, cell in enumerate(release.cells):
        by_id[cell.id] = index
        by_text.setdefault((cell.cell_type, cell.source), index)
        if grade_id := cell.metadata.get("nbgrader", {}).get("grade_id"):
            by_grade_id[grade_id] = index
    owner: dict[int, int] = {}

    def claim(find) -> None:
        for number, cell in enumerate(submitted.cells):
            index = find(cell)
            if number not in owner and index is not None and index not in owner.values():
                owner[number] = index

    def by_both(cell):
        index = by_grade_id.get(cell["grade_id"])
        return index if index is not None and release.cells[index].id == cell["id"] else None

    def ungraded(index):
        plain = index is not None and "nbgrader" not in release.cells[index].metadata
        return index if plain else None

    claim(by_both)
    claim(lambda cell: by_grade_id.get(cell["grade_id"]))
    claim(lambda cell: ungraded(by_id.get(cell["id"])))
    claim(lambda cell: ungraded(by_text.get((cell["cell_type"], cell["source"]))))
    return owner


def graded_cell(original: NotebookNode, tests: Mapping[str, str],
                theirs: dict[str, Any] | None, texts: Texts) -> NotebookNode:
    """A released cell with what counts of the student's: all but the source is the release's."""
    cell = nbformat.from_dict(json.loads(json.dumps(original)))
    role = cell.metadata.get("nbgrader", {})
    if is_locked(cell):
        cell.source = tests.get(role.get("grade_id"), cell.source)
        if theirs is None:
            cell.metadata["autograder"] = "missing"
    elif theirs is not None:
        if cell.source == theirs["source"]:
            return cell
        if not role.get("solution"):
            cell.metadata["autograder"] = "changed"
            cell.metadata["autograder_released"] = cell.source
        write(cell, theirs, texts)
    elif role.get("solution"):
        cell.metadata["autograder"] = "missing"
        if not role.get("grade"):
            # not the stub: it would hide a definition that the student moved elsewhere
            cell.source = MISSING
    return cell


def added(theirs: dict[str, Any], identity: str, texts: Texts) -> NotebookNode:
    """A cell of the student's own."""
    make = nbformat.v4.new_code_cell if theirs["cell_type"] == "code" else (
        nbformat.v4.new_markdown_cell)
    cell = make(id=identity, metadata={"autograder": "added"})
    write(cell, theirs, texts)
    return cell


def write(cell: NotebookNode, theirs: dict[str, Any], texts: Texts) -> None:
    """Puts what a student wrote into a cell; of text, what a reader's browser may show."""
    if cell.cell_type == "code":
        cell.source = theirs["source"]
        return
    attached = {**cell.get("attachments", {}), **theirs["pictures"]}
    cell.source = texts.showable(theirs["source"], attached)
    if attached:
        cell.attachments = attached
