"""The instructors' package: questions, marking, sandbox, and the nbgrader plug-ins."""

from autograder.interactive import grade

__all__ = ["grade"]
