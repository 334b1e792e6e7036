"""nbgrader's validation with an exit status: ``nbgrader validate`` ends with 0 even on failure."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nbgrader.validator import Validator

from autograder.build import BuildError


def validate_notebooks(paths: Iterable[Path]) -> int:
    """Validates notebooks and prints nbgrader's own report for each.

    Returns:
        0 if all pass, 1 otherwise.

    Raises:
        BuildError: A file is missing or no notebook.
    """
    failed = 0
    for path in paths:
        if not path.is_file():
            raise BuildError(f"there is no notebook {path}")
        print(f"{path}: ", end="", flush=True)
        try:
            outcome = Validator().validate(str(path.resolve()))
        except ValueError as error:
            raise BuildError(f"{path} is not a notebook that nbgrader can read: {error}") from None
        problems = [
            f"  {kind}: {cell['source'].splitlines()[0]}\n{cell.get('raw_error', '')}"
            for kind, cells in outcome.items() for cell in cells
        ]
        print("\n".join([f"{len(problems)} cells fail", *problems]) if problems else "passes")
        failed += bool(problems)
    return 1 if failed else 0
