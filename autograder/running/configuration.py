"""A course's ``nbgrader_config.py``: whether it can be read, and switches this grader on."""

from __future__ import annotations

from pathlib import Path

from traitlets.config import Config
from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from autograder.errors import CannotStartError

NAME = "nbgrader_config.py"
#: The preprocessors without which a submission would not be rebuilt, jailed or recorded.
SANITIZING = {"autograder.nbgrader_plugins.RebuildSubmission"}
GRADING = {"autograder.nbgrader_plugins.GradeSubmission", "autograder.nbgrader_plugins.SaveMarks"}
#: These run student code with the instructor's rights.
UNPROTECTED = {"nbgrader.preprocessors.Execute", "nbgrader.preprocessors.execute.Execute"}


def read(root: Path) -> Config | None:
    """The configuration in a course's folder; None if there is none.

    Raises:
        CannotStartError: It cannot be read.
    """
    try:
        return PyFileConfigLoader(NAME, path=str(root)).load_config()
    except ConfigFileNotFound:
        return None
    except Exception as error:  # of any kind: the file is a program
        raise CannotStartError(
            f"{root / NAME} cannot be read: {type(error).__name__}: {error}") from None


def check_preprocessors(converter) -> None:
    """Sees to it that a course that uses this grader's exporter uses the rest of it.

    Args:
        converter: nbgrader's ``Autograde``.

    Raises:
        CannotStartError: With what is lacking, or should not be there.
    """
    sanitizing, grading = map(names, (
        converter.sanitize_preprocessors, converter.autograde_preprocessors))
    wrong = [f"lacks {name}" for name in sorted(SANITIZING - sanitizing | GRADING - grading)]
    wrong += [f"names {name}, which knows no sandbox"
              for name in sorted(UNPROTECTED & (sanitizing | grading))]
    if wrong:
        raise CannotStartError(
            f"{NAME} switches this grader on in part: it {', '.join(wrong)}. All lines that it "
            "needs are in its README, under \"The grader in another course\".")


def names(preprocessors: list) -> set[str]:
    """The full names of preprocessors, which may be given as classes too."""
    return {each if isinstance(each, str) else f"{each.__module__}.{each.__qualname__}"
            for each in preprocessors}
