"""Marking: from answers to marks and reasons. Pure functions: no files, no processes.

No evidence, no points: a part earns its points only if every case that counts for it
was answered, and answered right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.answers import Answer, AskedLater
from autograder.comparing import Deviation, bounded, compare, describe, viewed
from autograder.explaining import explain, reasons_for
from autograder.question import Case, Part, Question, Variant


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

    @property
    def sign(self) -> str:
        """A tick or a cross."""
        return "✓" if self.points == self.max_points else "✗"


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
    def seen(given: Sequence[Answer]) -> list[Answer]:
        return [viewed(question, *pair) for pair in zip(cases, given, strict=True)]

    answers = [bounded(answer, right.value)
               for answer, right in zip(answers, expected, strict=True)]
    answers, expected = seen(answers), seen(expected)
    variants = [(variant, AskedLater(len(cases), lambda index, theirs=theirs: viewed(
        question, cases[index], theirs[index]))) for variant, theirs in variants]
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

    if len({answer.problem for answer in answers}) == 1 and (
            answers[0].problem and answers[0].problem.kind != "refused"):
        return nothing(question.id, question.points, f"It {describe(answers[0].problem)}.")

    explained = explain(question, cases, answers, expected, variants, wrong)
    marks, named = [], set()
    for part in question.parts:
        if not wrong[part]:
            marks.append(PartMark(part.name, part.points, part.points))
            continue
        why = explained.get(part)
        mistake = why.mistake.name if why else ""
        reasons = reasons_for(part, wrong[part], why, first=mistake not in named,
                              above=any(before.reasons for before in marks))
        named.add(mistake)
        marks.append(PartMark(part.name, 0.0, part.points, reasons, mistake))
    return Mark(question.id, tuple(marks))
