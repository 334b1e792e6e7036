"""Runs code that nobody trusts in a process of its own. Knows no question and no answer.

    Session (trusted) -- process.py, wire.py --> worker.py, outputs.py (the student's process)
       |    received.py checks whatever comes back  ^
       `--- warm.py --> zygote.py ------- forks ----'
                            jail.py, with namespaces.py, landlock.py and seccomp.py
    protection.py tries out, from within and without, whether all that holds
"""

from autograder.sandbox.limits import Limits
from autograder.sandbox.protection import unprotected
from autograder.sandbox.session import CellRun, SandboxError, Session

__all__ = ["CellRun", "Limits", "SandboxError", "Session", "unprotected"]
