"""Runs code that nobody trusts in another process. Knows no question and no answer.

    Session (trusted)  --wire-->  worker.py (the student's process)

Today the process is a plain child with limits of time, memory and file size. Whatever
hardens it (forking from a warm parent, a jail) goes behind `Session`.
"""

from autograder.sandbox.session import CellRun, Limits, Session

__all__ = ["CellRun", "Limits", "Session"]
