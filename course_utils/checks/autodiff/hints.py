"""A hint beneath the words of an exception."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from course_utils.checks.report import CheckFailed, ask


def with_hint(failure: CheckFailed, hint: str) -> CheckFailed:
    """The same failure with a further sentence at its end."""
    sentences = re.split(r"\n  (?=\S)", str(failure))  # wrapped lines are indented further
    return CheckFailed(*(" ".join(sentence.split()) for sentence in sentences), hint)


def asked(function: Callable, *arguments: Any, says: str, hint: str,
          errors: type[Exception] | tuple[type[Exception], ...] = ValueError) -> Any:
    """What a student's function returns; the hint is for those errors alone.

    Args:
        function: The student's function.
        *arguments: Its arguments.
        says: How to write the call in a message.
        hint: Where to look if it stops with one of the errors.
        errors: ValueError is that of shapes that do not fit, and of axes that are not there.

    Raises:
        CheckFailed: As `report.ask` does.
    """
    try:
        return ask(function, *arguments, says=says)
    except CheckFailed as failure:
        if isinstance(failure.__cause__, errors):
            raise with_hint(failure, hint) from None
        raise
