"""Where a course's gradebook is, and whether it can be reached: SQLite, PostgreSQL, any other."""

from __future__ import annotations

from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from autograder.errors import CannotStartError
from autograder.running import configuration


def url_of(root: Path) -> str:
    """The gradebook that a course's own configuration names, or nbgrader's default.

    Args:
        root: The course's folder.

    Raises:
        CannotStartError: The configuration cannot be read.
    """
    return CourseDirectory(config=configuration.read(root), root=str(root)).db_url


def file_of(db_url: str) -> Path | None:
    """The file of an SQLite gradebook."""
    return Path(db_url.removeprefix("sqlite:///")) if db_url.startswith("sqlite:///") else None


def check_reachable(db_url: str) -> None:
    """Connects once, if the gradebook is a server's.

    Args:
        db_url: nbgrader's ``CourseDirectory.db_url``.

    Raises:
        CannotStartError: Nobody answers, or there is no driver, or no such database.
    """
    if file_of(db_url):
        return
    try:
        shown = make_url(db_url).render_as_string(hide_password=True)
    except SQLAlchemyError:
        raise CannotStartError("CourseDirectory.db_url is not the URL of a database.") from None
    try:
        engine = create_engine(db_url)
        try:
            engine.connect().close()
        finally:
            engine.dispose()
    except ModuleNotFoundError as error:
        raise CannotStartError(
            f"The gradebook {shown} needs the package {error.name}: for PostgreSQL, "
            "pip install --editable '.[postgresql]' and begin the URL with "
            "postgresql+psycopg://.") from None
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise CannotStartError(f"The gradebook {shown} cannot be reached: {reason}") from None
