"""Runs code that nobody trusts in a process of its own. Knows no question and no answer.

    Session (trusted) -- process.py, wire.py --> worker.py (the student's process)
            received.py checks whatever comes back

Today the process is a plain child with limits of time, memory and file size. Whatever
hardens it (forking from a warm parent, a jail) goes behind `Session`.
"""

from autograder.sandbox.limits import Limits
from autograder.sandbox.session import CellRun, SandboxError, Session

__all__ = ["CellRun", "Limits", "SandboxError", "Session"]
