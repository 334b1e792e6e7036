"""Judges ordinary test cells: asserts that any nbgrader assignment may have.

    Bench (trusted, `bench`) -- runs the test cell in -- the judge's process: cells, near
       |  relays, bounds, times                            | stand_ins
       `-- the student's process: far <--- portable -------'

The judge's process runs the instructor's code and no other; the student's process never
sees a test. `plan` finds out from the source notebook what runs where, `verdicts` says
what the end of a test cell means.
"""

from autograder.judge.bench import Bench

__all__ = ["Bench"]
