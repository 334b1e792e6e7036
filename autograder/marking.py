"""Marking: from answers to marks and words. Pure functions: no files, no processes.

No evidence, no points: a part earns its points only if every case that counts for it
was answered, and answered right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.answers import Answer, Problem
from autograder.question import Case, Part, Question, Variant

#: Analytic against analytic in float64: relative to a named array's largest entry.
RELATIVE_TOLERANCE = 1e-7
#: Times the size of the inputs and of the function's range: equal formulas that cancel
#: differently differ by rounding of that size.
FLOOR = 1e-12
#: Below this relative error a wrong value is "close": finite differences, float32.
CLOSE = 1e-3


class MarkingError(Exception):
    """The reference has no answer: the mark needs a person, the student is not to blame."""


@dataclass(frozen=True)
class PartMark:
    """The mark of one part, and the reasons for what was lost."""

    name: str
    points: float
    max_points: float
    reasons: tuple[str, ...] = ()
    mistake: str = ""


@dataclass(frozen=True)
class Mark:
    """The mark of one question, with a remark for the student where one is due."""

    question: str
    parts: tuple[PartMark, ...]
    note: str = ""

    @property
    def points(self) -> float:
        return sum(part.points for part in self.parts)

    @property
    def max_points(self) -> float:
        return sum(part.max_points for part in self.parts)

    @property
    def mistakes(self) -> tuple[str, ...]:
        """Names of the known mistakes it shows, each once, in the order of the parts."""
        return tuple(dict.fromkeys(part.mistake for part in self.parts if part.mistake))


def nothing(question: str, max_points: float, reason: str) -> Mark:
    """The mark where no answer could even be asked for."""
    return Mark(question, (PartMark("all of it", 0.0, max_points, (reason,)),))


@dataclass(frozen=True)
class Deviation:
    """How one picked value is wrong.

    Args:
        sentence: For the student; without any hidden value.
        relative: Largest error relative to the largest entry, if the values compare.
        ratio: The constant c in value = c × expected, if there is one.
    """

    sentence: str
    relative: float | None = None
    ratio: float | None = None


def mark(
    question: Question,
    cases: Sequence[Case],
    answers: Sequence[Answer],
    expected: Sequence[Answer],
    variants: Sequence[tuple[Variant, Sequence[Answer]]] = (),
) -> Mark:
    """Compares a student's answers with the reference's.

    Args:
        question: The question.
        cases: Its N cases.
        answers: The student's N answers.
        expected: The reference's N answers.
        variants: Known mistakes, each with its own N answers on the same cases.

    Returns:
        The mark, part by part, with reasons and the names of recognised mistakes.

    Raises:
        MarkingError: The reference itself gave no usable answer.
    """
    for answer in expected:
        if answer.problem:
            raise MarkingError(f"the reference of {question.id!r} failed: {answer.problem}")
    wrong: dict[Part, list[tuple[Case, Deviation]]] = {}
    for part in question.parts:
        triples = [
            triple for triple in zip(cases, answers, expected, strict=True)
            if part.counts(triple[0])
        ]
        if not triples:
            raise MarkingError(f"no case of {question.id!r} counts for {part.name!r}")
        compared = ((case, compare(part, case, *pair)) for case, *pair in triples)
        wrong[part] = [(case, deviation) for case, deviation in compared if deviation]

    if len({answer.problem for answer in answers}) == 1 and answers[0].problem:
        return nothing(question.id, question.points, f"It {describe(answers[0].problem)}.")

    explained = explain(question, cases, answers, expected, variants, wrong)
    marks, named = [], set()
    for part in question.parts:
        if not wrong[part]:
            marks.append(PartMark(part.name, part.points, part.points))
            continue
        mistake = explained.get(part)
        reasons = reasons_for(part, wrong[part], mistake, first=mistake not in named)
        named.add(mistake)
        marks.append(PartMark(part.name, 0.0, part.points, reasons,
                              mistake.name if mistake else ""))
    return Mark(question.id, tuple(marks))


def compare(part: Part, case: Case, answer: Answer, expected: Answer) -> Deviation | None:
    """How the part's value in one answer deviates from the reference; None if it is right."""
    if answer.problem:
        return Deviation(describe(answer.problem))
    value, complaint = picked(part, answer)
    if complaint:
        return Deviation(complaint)
    want = numbers(pick(expected.value, part.pick))
    if value.shape != want.shape:
        return Deviation(f"has shape {value.shape} where {want.shape} is right")
    if not np.all(np.isfinite(value)):
        return Deviation("contains NaN or infinity")
    size = max(largest(case.arguments), largest(expected.value))
    error = largest(value - want)
    if error <= RELATIVE_TOLERANCE * largest(want) + FLOOR * size:
        return None
    if largest(want) == 0:
        return Deviation("is not zero where zero is right")
    ratio = np.vdot(want, value) / np.vdot(want, want)
    constant = largest(value - ratio * want) <= 1e-6 * largest(want)
    return Deviation("differs", error / largest(want), float(ratio) if constant else None)


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
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError("returned lists of unequal lengths") from None
    if array.dtype.kind not in "buif":
        raise ValueError(returned(value, "numbers are wanted"))
    return array.astype(np.float64)


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
    if problem.kind == "raised" and problem.detail == "FloatingPointError":
        return "overflows or divides by zero on the way (NumPy would warn)"
    return {
        "missing": f"could not be asked: the notebook does not define {problem.detail!r}",
        "raised": f"stopped with {problem.detail or 'an exception'}",
        "timeout": f"gave no answer within {problem.detail} seconds",
        "died": "ended the process that ran it (too much memory, or an exit)",
        "unreadable": f"returned something that is not plain numbers ({problem.detail})",
        "budget": "was not asked: the notebook had used up its whole time before",
    }[problem.kind]


def explain(
    question: Question,
    cases: Sequence[Case],
    answers: Sequence[Answer],
    expected: Sequence[Answer],
    variants: Sequence[tuple[Variant, Sequence[Answer]]],
    wrong: dict[Part, list],
) -> dict[Part, Variant]:
    """Which known mistake gives exactly the values of each wrong part.

    A mistake that gives the student's values everywhere, in the right parts too, comes
    first; then the one that explains more parts; among equals the one listed first.
    """
    ranked = []
    for variant, theirs in variants:
        same = {part for part in question.parts if agrees(part, cases, answers, theirs)}
        explains = {part for part in same
                    if wrong[part] and not agrees(part, cases, expected, theirs)}
        ranked.append((len(same) == len(question.parts), len(explains), explains, variant))
    explained: dict[Part, Variant] = {}
    for *_, explains, variant in sorted(ranked, key=lambda rank: rank[:2], reverse=True):
        for part in explains:
            explained.setdefault(part, variant)
    return explained


def agrees(part: Part, cases: Sequence[Case], left: Sequence[Answer],
           right: Sequence[Answer]) -> bool:
    """Whether two programs answer a part alike, failures included."""
    return all(
        agree(part, case, one, other)
        for case, one, other in zip(cases, left, right, strict=True) if part.counts(case))


def agree(part: Part, case: Case, one: Answer, other: Answer) -> bool:
    """Whether two answers to one case are alike: the same numbers, or the same failure."""
    if one.problem or other.problem:
        return one.problem == other.problem and not unwritten(one.problem)
    (value, complaint), (other_value, other_complaint) = (
        picked(part, answer) for answer in (one, other))
    if complaint or other_complaint:
        return complaint == other_complaint
    if not (np.all(np.isfinite(value)) and np.all(np.isfinite(other_value))):
        return np.array_equal(value, other_value, equal_nan=True)
    return compare(part, case, one, other) is None


def picked(part: Part, answer: Answer) -> tuple[np.ndarray | None, str]:
    """The part's numbers, or what is wrong with their form."""
    try:
        return numbers(pick(answer.value, part.pick)), ""
    except ValueError as error:
        return None, str(error)


def unwritten(problem: Problem | None) -> bool:
    """Not an error that a known mistake could explain."""
    return problem is not None and (
        problem.kind != "raised" or problem.detail == "NotImplementedError")


def reasons_for(part: Part, wrong: list[tuple[Case, Deviation]], mistake: Variant | None,
                first: bool) -> tuple[str, ...]:
    """The sentences for one lost part: what, where, by how much, and where to look."""
    if mistake and first:
        return (f"This is exactly what comes out with this mistake: {mistake.says}",
                *where_and_how_much(wrong))
    if mistake:
        return ("It follows from the same mistake as above.", *where_and_how_much(wrong))
    return (*where_and_how_much(wrong), *pattern(wrong), *([part.hint] if part.hint else []))


def where_and_how_much(wrong: list[tuple[Case, Deviation]]) -> list[str]:
    """For example "Wrong with integers, x = 0: off by up to about 40 % of its size."."""
    kinds: dict[str, list[str]] = {}
    worst: dict[str, float] = {}
    for case, deviation in wrong:
        named = kinds.setdefault(deviation.sentence, [])
        if case.kind not in named:
            named.append(case.kind)
        if deviation.relative is not None:
            worst[deviation.sentence] = max(
                worst.get(deviation.sentence, 0.0), deviation.relative)
    return [
        f"Wrong with {', '.join(named)}: " + (
            f"off by {share(worst[sentence])} its size." if sentence in worst
            else f"it {sentence}.")
        for sentence, named in kinds.items()]


def pattern(wrong: list[tuple[Case, Deviation]]) -> list[str]:
    """What the errors have in common, where no known mistake explains them."""
    deviations = [deviation for _, deviation in wrong]
    if any(deviation.relative is None for deviation in deviations):
        return []
    ratios = [deviation.ratio for deviation in deviations]
    if len(ratios) > 1 and None not in ratios and np.ptp(ratios) < 1e-6:
        if abs(ratios[0] + 1) < 1e-6:
            return ["Only the sign is wrong."]
        return [f"Wherever it is wrong, it is {ratios[0]:.4g} times what it should be."]
    if all(deviation.relative < CLOSE for deviation in deviations):
        return ["It is close, but not exact: typical of a finite difference, of float32, "
                "or of a small constant added for safety."]
    return []


def share(relative: float) -> str:
    """An error relative to the value, rounded so that it tells nothing about the value."""
    if relative >= 10:
        return "more than ten times"
    if relative >= 1.5:
        return f"up to about {relative:.0f} times"
    if relative >= 0.005:
        return f"up to about {float(f'{relative:.1g}'):.0%}".replace("%", " % of")
    return f"up to about {relative:.0e} of"
