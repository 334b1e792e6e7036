"""Grades notebooks with otter-grader; run by the Python that has it, not by the course's.

    python with_otter.py FOLDER PROCESSES CELL_SECONDS

FOLDER holds a folder for each notebook of the assignment, with its ``autograder.zip`` and
one notebook of each student; beside that a file with the score is left.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from nbconvert import preprocessors
from otter.api import grade_submission
from traitlets import Bool, Integer


class ExecutePreprocessor(preprocessors.ExecutePreprocessor):
    """Ends a cell as stock nbgrader does; otter-grader itself ends containers only."""

    timeout = Integer(int(sys.argv[3]))
    interrupt_on_timeout = Bool(True)


def grade(path):
    try:
        score = grade_submission(str(path), str(path.parent / "autograder.zip"), quiet=True).total
    except Exception as problem:
        print(f"otter-grader: {path}: {problem}", file=sys.stderr)
        score = 0
    path.with_suffix(".score").write_text(f"{score}\n")


if __name__ == "__main__":
    preprocessors.ExecutePreprocessor = ExecutePreprocessor
    with ProcessPoolExecutor(int(sys.argv[2])) as pool:
        list(pool.map(grade, sorted(Path(sys.argv[1]).glob("*/*.ipynb"))))
