"""Grades notebooks with otter-grader; run by the Python that has it, not by the course's.

    python with_otter.py FOLDER PROCESSES

FOLDER holds a folder for each notebook of the assignment, with its ``autograder.zip`` and
one notebook of each student; beside that a file with the score is left.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from otter.api import grade_submission


def grade(path):
    results = grade_submission(str(path), str(path.parent / "autograder.zip"), quiet=True)
    path.with_suffix(".score").write_text(f"{results.total}\n")


if __name__ == "__main__":
    with ProcessPoolExecutor(int(sys.argv[2])) as pool:
        list(pool.map(grade, sorted(Path(sys.argv[1]).glob("*/*.ipynb"))))
