"""What ends a command in one sentence for the instructor."""


class CannotStartError(Exception):
    """Why nothing can be done, and what to do about it."""
