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
        try:
            outcome = Validator().validate(str(path.resolve()))
        except ValueError as error:
            first = str(error).splitlines()[0][:100]
            raise BuildError(f"{path} is not a notebook that nbgrader can read: {first}") from None
        problems = [
            f"  {kind}: {cell['source'].splitlines()[0]}\n{cell.get('raw_error', '')}"
            for kind, cells in outcome.items() for cell in cells
        ]
        verdict = f"{len(problems)} cells fail" if problems else "passes"
        print("\n".join([f"{path}: {verdict}", *problems]), flush=True)
        failed += bool(problems)
    return 1 if failed else 0
