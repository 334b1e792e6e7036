"""Is one answer right? Plain data against plain data, to rounding. Pure functions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.answers import Answer, Problem
from autograder.question import Case, Part, Question

#: Analytic against analytic in float64: relative to a named array's largest entry.
RELATIVE_TOLERANCE = 1e-7
#: For the kinds on which a part is exact: what rounding costs a right formula is far below.
EXACT_TOLERANCE = 1e-12
#: Times the size of the inputs and of the function's range: equal formulas that cancel
#: differently differ by rounding of that size.
FLOOR = 1e-12
#: How many times what is asked for an answer may hold, and how much may always come.
MOST_TIMES, ALWAYS = 100, 10_000
#: Texts in answers are names; a longer one would give each item of an array its own room.
LONGEST_TEXT = 200
#: A shape with more axes is not told: student code could spell something with it.
MOST_AXES = 4
#: How the sentences of a view begin. NumPy's own would repeat what student code has returned.
OURS = "returned "


@dataclass(frozen=True)
class Deviation:
    """How one picked value is wrong.

    Args:
        sentence: For the student; without any hidden value. Empty if there is no more to say
            than that it is wrong.
        relative: Largest error relative to the largest entry, if the values compare.
        ratio: The constant c in value = c × expected, if there is one.
    """

    sentence: str
    relative: float | None = None
    ratio: float | None = None


def bounded(answer: Answer, asked: Any) -> Answer:
    """An answer, unless it holds far more than what is asked for: it is read many times.

    Args:
        answer: A student's.
        asked: Something of the size that it should have: the right answer, say.
    """
    return within(answer, MOST_TIMES * extent(asked) + ALWAYS)


def within(answer: Answer, room: float) -> Answer:
    """An answer, unless its `extent` is larger than there is room for."""
    if answer.problem or extent(answer.value) <= room:
        return answer
    return Answer(problem=Problem("refused", "returned far more than is asked for"))


def extent(value: Any) -> float:
    """How much plain data holds: numbers and texts; an axis without entries counts as one."""
    if isinstance(value, np.ndarray):
        return math.prod(max(n, 1) for n in value.shape)
    if isinstance(value, str):
        return 1 if len(value) <= LONGEST_TEXT else math.inf
    if isinstance(value, dict):
        return extent([*value, *value.values()])
    return 1 + sum(map(extent, value)) if isinstance(value, (list, tuple)) else 1


def viewed(question: Question, case: Case, answer: Answer) -> Answer:
    """What counts of an answer, by the question's own view of it."""
    if question.view is None or answer.problem:
        return answer
    try:
        with np.errstate(all="ignore"):
            return Answer(question.view(case, answer.value))
    except Exception as error:  # any plain data may have come, which no view need foresee
        told = isinstance(error, ValueError) and str(error).startswith(OURS)
        return Answer(problem=Problem("refused", str(error) if told else
                                      "returned something of another form than asked"))


def compare(part: Part, case: Case, answer: Answer, expected: Answer) -> Deviation | None:
    """How the part's value in one answer deviates from the reference; None if it is right."""
    if answer.problem:
        return Deviation(describe(answer.problem))
    value, complaint = picked(part, answer)
    if complaint:
        return Deviation(complaint)
    want = numbers(pick(expected.value, part.pick))
    if value.shape != want.shape:
        return Deviation(f"has {form_of(value)} where {want.shape} is right")
    if not np.all(np.isfinite(value)):
        return Deviation("contains NaN or infinity")
    with np.errstate(over="ignore"):  # an infinite error is one, and none to pass over
        error = float(np.max(np.abs(value - want), initial=0.0))
    if case.kind in part.exact:
        within = EXACT_TOLERANCE * largest(want)
    else:
        within = RELATIVE_TOLERANCE * largest(want) + FLOOR * size_of(case, expected)
    if error <= within:
        return None
    if largest(want) == 0:
        return Deviation("is not zero where zero is right")
    if promises(want) and promises(value):
        return Deviation("")
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        ratio = np.vdot(want, value) / np.vdot(want, want)
        constant = np.max(np.abs(value - ratio * want)) <= 1e-6 * largest(want)
        relative = float(error / np.float64(largest(want)))
    return Deviation("differs", relative, float(ratio) if constant else None)


def form_of(array: np.ndarray) -> str:
    """An array's shape in words for the student."""
    return f"shape {array.shape}" if array.ndim <= MOST_AXES else f"{array.ndim} axes"


def promises(values: np.ndarray) -> bool:
    """Whether there is nothing but ones and zeros: kept and broken, of which none has a size."""
    return bool(np.all((values == 0) | (values == 1)))


def size_of(case: Case, expected: Answer) -> float:
    """The largest number that a case has to do with."""
    return max(largest(case.arguments), largest(expected.value))


def picked(part: Part, answer: Answer) -> tuple[np.ndarray | None, str]:
    """The part's numbers, or what is wrong with their form."""
    try:
        return numbers(pick(answer.value, part.pick)), ""
    except ValueError as error:
        return None, str(error)


def pick(value: Any, where: str | int | None) -> Any:
    """The part of an answer under a key or an index.

    Raises:
        ValueError: There is none; the message is for the student.
    """
    if where is None:
        return value
    if isinstance(where, str):
        if not isinstance(value, dict):
            raise ValueError(returned(value, "a dict is wanted"))
        if where not in value:
            raise ValueError(f"returned a dict without the key {where!r}")
        return value[where]
    if not (isinstance(value, (tuple, list)) or (isinstance(value, np.ndarray) and value.ndim)):
        raise ValueError(returned(value, "a tuple is wanted"))
    if where >= len(value):
        raise ValueError(f"returned {len(value)} values where more are wanted")
    return value[where]


def numbers(value: Any) -> np.ndarray:
    """A float64 array of what a student returned.

    Raises:
        ValueError: It is not made of real numbers; the message is for the student.
    """
    if holds_text(value):  # before NumPy gives each item the room of the longest text
        raise ValueError(returned(value, "numbers are wanted"))
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError("returned lists of unequal lengths") from None
    if array.dtype.kind not in "buif":
        raise ValueError(returned(value, "numbers are wanted"))
    return array.astype(np.float64)


def holds_text(value: Any) -> bool:
    """Whether there is a text in nested lists and tuples."""
    return isinstance(value, str) or (
        isinstance(value, (list, tuple)) and any(map(holds_text, value)))


def returned(value: Any, wanted: str) -> str:
    if value is None:
        return "returned None (is there a return statement?)"
    kind = f"array of {value.dtype}" if isinstance(value, np.ndarray) else type(value).__name__
    return f"returned a value of type {kind} where {wanted}"


def largest(values: Any) -> float:
    """The largest finite magnitude in nested plain data; 0 if there is none."""
    if isinstance(values, dict):
        values = list(values.values())
    if isinstance(values, (list, tuple)):
        return max((largest(value) for value in values), default=0.0)
    array = np.asarray(values)
    if array.dtype.kind not in "buifc":
        return 0.0
    magnitudes = np.abs(array.astype(complex if array.dtype.kind == "c" else float))
    return float(np.max(magnitudes, initial=0.0, where=np.isfinite(magnitudes)))


def describe(problem: Problem) -> str:
    """A problem as a clause that goes on after "with ordinary numbers it ..."."""
    if problem.kind == "raised" and problem.detail == "NotImplementedError":
        return "is not written yet (NotImplementedError)"
    if problem.kind == "raised" and problem.detail in ("FloatingPointError", "RuntimeWarning"):
        return "overflows or divides by zero on the way (NumPy would warn)"
    return {
        "missing": f"could not be asked: the notebook does not define {problem.detail!r}",
        "raised": f"stopped with {problem.detail or 'an exception'}",
        "timeout": f"gave no answer within {problem.detail} seconds",
        "died": "ended the process that ran it (too much memory, or an exit)",
        "unreadable": f"returned something that is not plain numbers ({problem.detail})",
        "refused": problem.detail,
        "budget": "was not asked: the notebook had used up its whole time before",
    }[problem.kind]
