"""Why is an answer wrong? Known mistakes with the same values, patterns, and the words.

Nothing here tells a hidden input or a right value: errors are rounded shares of the
value, and kinds of inputs are named, not shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autograder.answers import Answer, Problem
from autograder.comparing import Deviation, compare, picked
from autograder.question import Case, Part, Question, Variant

#: Below this relative error a wrong value is "close": finite differences, float32.
CLOSE = 1e-3
#: Exceptions that tell of one mistake, and not that something does not fit.
TELLING = ("RecursionError", "RuntimeWarning", "FloatingPointError", "OverflowError")


@dataclass(frozen=True)
class Explanation:
    """A known mistake that gives the values of a part.

    Args:
        mistake: The mistake.
        here_alone: Whether an earlier part is right that it would have made wrong.
    """

    mistake: Variant
    here_alone: bool


def explain(
    question: Question,
    cases: Sequence[Case],
    answers: Sequence[Answer],
    expected: Sequence[Answer],
    variants: Sequence[tuple[Variant, Sequence[Answer]]],
    wrong: dict[Part, list],
) -> dict[Part, Explanation]:
    """Which known mistake gives exactly the values of each wrong part.

    A mistake that gives the student's values everywhere, in the right parts too, comes
    first; then the one that explains more parts than speak against it; among equals the one
    listed first. One that does not agree everywhere must have given some part its numbers, and
    not only have failed in the same way, as most programs do with a list; and no earlier part
    of the same values may speak against it.

    Of most mistakes little is asked: one of the student's wrong values is another there.
    """
    failed = [id(case) for part in question.parts for case, _ in wrong[part]]
    order = sorted(range(len(cases)), key=lambda index: id(cases[index]) not in failed)

    def same(part: Part, ours: Sequence[Answer], theirs: Sequence[Answer]) -> bool:
        return all(agree(part, cases[index], ours[index], theirs[index])
                   for index in order if part.counts(cases[index]))

    ranked = []
    for variant, theirs in variants:
        explains = [part for part in question.parts if wrong[part]
                    and same(part, answers, theirs) and not same(part, expected, theirs)]
        everywhere = bool(explains) and all(
            part in explains or same(part, answers, theirs) for part in question.parts)
        against = []
        if explains and not everywhere:
            against = [place for place, part in enumerate(question.parts)
                       if refutes(part, cases, answers, expected, theirs)]
            explains = [part for place, part in enumerate(question.parts) if part in explains
                        and telling(part, cases, answers, expected)
                        and not any(question.parts[before].pick == part.pick
                                    for before in against if before < place)]
        ranked.append((everywhere, len(explains) - len(against), explains, against, variant))
    explained: dict[Part, Explanation] = {}
    for *_, explains, against, variant in sorted(ranked, key=lambda rank: rank[:2], reverse=True):
        right = [place for place in against if not wrong[question.parts[place]]]
        for part in explains:
            explained.setdefault(part, Explanation(
                variant, any(place < question.parts.index(part) for place in right)))
    return explained


def agree(part: Part, case: Case, one: Answer, other: Answer) -> bool:
    """Whether two answers to one case are alike: the same numbers, or the same failure."""
    if one.problem or other.problem:
        return failed_alike(one.problem, other.problem) and not unwritten(one.problem)
    (value, complaint), (other_value, other_complaint) = (
        picked(part, answer) for answer in (one, other))
    if complaint or other_complaint:
        return complaint == other_complaint
    if not (np.all(np.isfinite(value)) and np.all(np.isfinite(other_value))):
        return np.array_equal(value, other_value, equal_nan=True)
    return compare(part, case, one, other) is None


def telling(part: Part, cases: Sequence[Case], answers: Sequence[Answer],
            expected: Sequence[Answer]) -> bool:
    """Whether what is wrong with a part is more than an exception that anything can raise."""
    return any(
        answer.problem.kind != "raised" or answer.problem.detail in TELLING if answer.problem
        else compare(part, case, answer, right) is not None
        for case, answer, right in zip(cases, answers, expected, strict=True)
        if part.counts(case))


def refutes(part: Part, cases: Sequence[Case], answers: Sequence[Answer],
            expected: Sequence[Answer], theirs: Sequence[Answer]) -> bool:
    """Whether an answer shows that a mistake was not made, which makes it another one."""
    return any(
        not answer.problem and not agree(part, case, answer, wrong)
        and not agree(part, case, right, wrong)
        for case, answer, right, wrong in zip(cases, answers, expected, theirs, strict=True)
        if part.counts(case))


def failed_alike(one: Problem | None, other: Problem | None) -> bool:
    """Whether two failures are the same; how long one has waited says nothing."""
    return one == other or bool(one and other and one.kind == other.kind == "timeout")


def unwritten(problem: Problem | None) -> bool:
    """Not an error that a known mistake could explain."""
    return problem is not None and (
        problem.kind not in ("raised", "refused", "timeout")
        or problem.detail == "NotImplementedError")


def reasons_for(part: Part, wrong: list[tuple[Case, Deviation]], explained: Explanation | None,
                first: bool, above: bool = False) -> tuple[str, ...]:
    """The sentences for one lost part: what, where, by how much, and where to look.

    Args:
        part: The part.
        wrong: Its cases that are wrong, each with how.
        explained: The known mistake that gives these values, or None.
        first: Whether it is named here for the first time.
        above: Whether a part before this one was lost: it may be all that is wrong.
    """
    if explained and first:
        so = ("Here, though not above, it is what comes out with this mistake:"
              if explained.here_alone else
              "This is exactly what comes out with this mistake:")
        return (f"{so} {explained.mistake.says}", *where_and_how_much(wrong))
    if explained:
        return ("It follows from the same mistake as above.", *where_and_how_much(wrong))
    return (*where_and_how_much(wrong), *pattern(wrong),
            *([f"If it is still wrong when the above is right: {part.hint}" if above else part.hint]
              if part.hint else []))


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
        f"Wrong with {', '.join(named)}" + (
            f": off by {share(worst[sentence])} its size." if sentence in worst
            else f": it {sentence}." if sentence else ".")
        for sentence, named in kinds.items()]


def pattern(wrong: list[tuple[Case, Deviation]]) -> list[str]:
    """What the errors have in common, where no known mistake explains them."""
    deviations = [deviation for _, deviation in wrong]
    if any(deviation.relative is None for deviation in deviations):
        return []
    ratios = [deviation.ratio for deviation in deviations]
    constant = len(ratios) > 1 and None not in ratios and np.ptp(ratios) < 1e-6
    if constant and abs(ratios[0] - 1) > CLOSE:
        if abs(ratios[0] + 1) < 1e-6:
            return ["Only the sign is wrong."]
        if abs(ratios[0]) < 1e-6:
            return ["Wherever it is wrong, it is zero."]
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
    if relative >= 0.01:
        return f"up to about {float(f'{relative:.1g}'):.0%}".replace("%", " % of")
    return f"up to about {relative:.0e} of"
