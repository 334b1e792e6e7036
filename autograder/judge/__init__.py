"""Judges ordinary test cells: asserts that any nbgrader assignment may have.

    bench.py (trusted) -- judge's process: cells.py, near.py, stand_ins.py, libraries.py
       | relays, bounds, times          | translating.py
       |                                | portable.py, plain.py, frames.py, changes.py,
       |                                | given.py, surroundings.py
       `----------------- student's process: far.py, held.py

What runs in these two processes is loaded there without the package, so it needs nothing but
the standard library, NumPy and each other (pandas, once the notebook has it).

The judge's process runs the instructor's code and no other; the student's process never
sees a test. `plan` finds out from the source notebook what runs where, `verdicts` says
what the end of a test cell means, `rehearsal` judges the solution in the same way.
"""

from autograder.judge.bench import Bench

__all__ = ["Bench"]
