"""The one form in which notebooks of ``source/`` are kept: no outputs, stable ids."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode

#: The only metadata a source notebook keeps; versions of Python and editors come and go.
METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
#: The only metadata a cell keeps.
CELL_METADATA = ("nbgrader", "tags")


def canonical(notebook: NotebookNode) -> str:
    """The text of a notebook in canonical form.

    Args:
        notebook: A notebook of format 4; it is not changed.

    Returns:
        JSON with one space of indent, sorted keys, Greek letters as they are and a
        newline at the end, as nbformat writes it.
    """
    cells = []
    for cell in notebook.cells:
        kept = {key: cell.metadata[key] for key in CELL_METADATA if cell.metadata.get(key)}
        plain = {"id": cell.id, "cell_type": cell.cell_type, "metadata": kept,
                 "source": cell.source.rstrip()}
        if cell.cell_type == "code":
            plain |= {"outputs": [], "execution_count": None}
        cells.append(plain)
    clean = nbformat.from_dict(
        {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5})
    nbformat.validate(clean)
    return nbformat.writes(clean) + "\n"


def save(notebook: NotebookNode, path: str | Path) -> None:
    """Writes a notebook in canonical form."""
    Path(path).write_text(canonical(notebook), encoding="utf-8")
