"""What travels between the student's process and the marking: plain data only.

The sandbox produces answers and knows no question; the marking reads answers and
knows no process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

ProblemKind = Literal[
    "missing",  # the notebook does not define the name
    "raised",  # the student's function raised an exception
    "timeout",  # no answer within the limit
    "died",  # the process ended (out of memory, os._exit, a crash)
    "unreadable",  # something came back that is not numbers, lists, dicts or arrays
    "refused",  # the answer is not of the form asked for; the detail is a sentence of ours
    "budget",  # the submission's whole time was used up before this question
]


@dataclass(frozen=True)
class Problem:
    """Why there is no value.

    Args:
        kind: What happened.
        detail: For ``raised`` the exception's type, for ``unreadable`` the type of the
            object, for ``missing`` the name, for ``timeout`` the limit in seconds, for
            ``refused`` what is wrong, in words of the question's.
            Never text that a student's program could choose freely: it is shown in
            the feedback, and could carry hidden inputs there.
    """

    kind: ProblemKind
    detail: str = ""


@dataclass(frozen=True)
class Answer:
    """One reply of the student's program: a plain value, or the reason for none.

    Args:
        value: None, bool, int, float, complex, str, list, tuple, dict with string keys,
            or numpy.ndarray of a numeric type; meaningless if there is a problem.
        problem: Why there is no value, or None.
    """

    value: Any = None
    problem: Problem | None = None


class AskedLater(Sequence[Answer]):
    """Answers of which each is asked for when somebody looks at it, and once.

    Args:
        count: How many there are.
        ask: Gives the answer of an index.
    """

    def __init__(self, count: int, ask: Callable[[int], Answer]) -> None:
        self._known: list[Answer | None] = [None] * count
        self._ask = ask

    def __len__(self) -> int:
        return len(self._known)

    def __getitem__(self, index: int) -> Answer:
        if self._known[index] is None:
            self._known[index] = self._ask(index)
        return self._known[index]
