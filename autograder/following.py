"""One mistake is paid for once: marks that take a student's own, wrong helpers for granted.

The reference and the known mistakes run here, on the trusted side, with stand-ins for the
helpers that ask the student's process: the reference itself never goes there. What a helper
says must not make the question easier than it is, so it earns nothing where it says the
same everywhere or from call to call, says another thing when it is asked again, does not
matter, or hides an input that the answer should depend on.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from autograder.answers import Answer, Problem
from autograder.comparing import extent, within
from autograder.marking import Mark, MarkingError, PartMark, mark
from autograder.question import Case, Question, as_probe, call
from autograder.reference import answers_of, mistakes_of, rebound
from autograder.sandbox import Session, wire

#: How many times what a case holds a helper may be asked with, and say; and how much always.
#: More would grow from call to call, on the trusted side.
MOST_TIMES, ALWAYS = 10, 1000


class Helper:
    """Stands for one of the student's functions; asks for each distinct call once.

    Args:
        name: The function's.
        session: The student's process.
        room: How much a call's arguments, and its answer, may hold.
    """

    def __init__(self, name: str, session: Session, room: float) -> None:
        self.name, self.session, self.room = name, session, room
        self.returned: dict[bytes, Any] = {}
        self.problem: Problem | None = None

    def __call__(self, *arguments: Any) -> Any:
        if extent(arguments) > self.room:
            raise ValueError(f"{self.name} is asked for far more than the case holds")
        asked = wire.encode(list(arguments))
        if asked not in self.returned and self.problem is None:
            answer = self._ask(arguments)
            if answer.problem:
                self.problem = answer.problem
            else:
                self.returned[asked] = answer.value
        if asked not in self.returned:
            raise ValueError(f"{self.name} gives no answer")
        return copy.deepcopy(self.returned[asked])

    def is_a_function(self) -> bool:
        """Whether it says the same when it is asked again, in another order."""
        return all(
            not (again := self._ask(wire.decode(asked))).problem
            and wire.encode(again.value) == wire.encode(value)
            for asked, value in reversed(self.returned.items()))

    def stands_still(self, right: Callable) -> bool:
        """Whether from most calls to the next it says the same, where the right one does not.

        A step of a loop, say, then does not depend on where the loop has come to.
        """
        calls = [(said_by(right, wire.decode(asked)), wire.encode(value))
                 for asked, value in self.returned.items()]
        still = [before[1] == after[1] for before, after in itertools.pairwise(calls)
                 if before[0] != after[0]]
        return sum(still) > len(still) / 2

    def _ask(self, arguments: Sequence[Any]) -> Answer:
        return within(self.session.ask(as_probe(call), [self.name], arguments), self.room)


def said_by(function: Callable, arguments: list[Any]) -> bytes:
    """What a function of the reference says, to be compared."""
    try:
        return wire.encode(function(*arguments))
    except Exception:  # a student's helper may have led anywhere
        return b""


def follow(question: Question, cases: Sequence[Case], answers: Sequence[Answer], plain: Mark,
           reference: dict[str, Any], session: Session, source: Path) -> Mark | None:
    """The mark of answers, taking the student's own helper functions for granted.

    Args:
        question: The question, which follows some helpers.
        cases: Its cases.
        answers: The student's answers to them.
        plain: Their mark by the reference's own helpers.
        reference: The reference's names.
        session: The student's process.
        source: Folder of the source notebooks.

    Returns:
        A mark that is better, or says more, than ``plain``; None if there is no such mark.
    """
    room = MOST_TIMES * max(extent(case.arguments) for case in cases) + ALWAYS
    helpers = {name: Helper(name, session, room) for name in question.follows}
    (name,) = question.names

    def expected_with(stand_ins: dict[str, Callable],
                      cases: Sequence[Case] = cases) -> list[Answer]:
        return answers_of(question, {name: rebound(reference[name], **stand_ins)}, cases)

    expected = expected_with(helpers)
    asked = [helper for helper in helpers.values() if helper.returned]
    if not asked or any(answer.problem for answer in expected) or not all(
            helper.is_a_function() and not trivial(list(helper.returned.values()))
            and not helper.stands_still(reference[helper.name]) for helper in asked):
        return None
    right = answers_of(question, reference, cases)
    if (same := mark(question, cases, expected, right)).points == same.max_points:
        return None  # the helpers are right: nothing of theirs is paid for here
    own = " and ".join(helper.name for helper in asked)
    known = mistakes_of(question, {**reference, **helpers}, cases, source)
    try:
        result = mark(question, cases, answers, expected, known)
        louder = mark(question, cases, expected_with(
            {name: twice(helper) for name, helper in helpers.items()}), expected)
        hidden = set()
        for moved in moves(cases):
            ours, theirs = (
                mark(question, cases, after, before) for after, before in (
                    (answers_of(question, reference, moved), right),
                    (expected_with(helpers, moved), expected)))
            hidden |= {part.name for part, same in zip(ours.parts, theirs.parts, strict=False)
                       if same.points and not part.points}
    except MarkingError:  # with such a helper the reference itself gives nothing to compare
        return None
    if len(plain.parts) == len(louder.parts) == len(result.parts):
        def judged(part: PartMark, before: PartMark, deaf: PartMark) -> PartMark:
            why = ("does not matter there" if deaf.points else
                   "leaves out an input that counts" if part.name in hidden else "")
            if before.points or not (part.points and why):
                return part
            return PartMark(part.name, 0.0, part.max_points,
                            (f"It is only right because your own {own} {why}.",))

        result = replace(result, parts=tuple(
            map(judged, result.parts, plain.parts, louder.parts)))
    if not (result.points or result.mistakes):
        return None
    return replace(result, note=f"Marked with your own {own}, so that what is wrong there is "
                   "paid for only once.")


def twice(helper: Callable) -> Callable:
    """A helper whose numbers are all twice as large."""
    def doubled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: doubled(each) for key, each in value.items()}
        if isinstance(value, tuple):
            return tuple(map(doubled, value))
        if is_array(value):
            return 2 * np.asarray(value, dtype=float)
        return [doubled(each) for each in value] if isinstance(value, list) else value

    return lambda *arguments: doubled(helper(*arguments))


def moves(cases: Sequence[Case]) -> Iterator[list[Case]]:
    """The cases with other numbers in one argument, for each that holds arrays of floats."""
    for place in range(max(len(case.arguments) for case in cases)):
        changed = [replace(case, arguments=tuple(
            moved(value) if index == place else value
            for index, value in enumerate(case.arguments))) for case in cases]
        if any(after.arguments[place] is not before.arguments[place]
               for after, before in zip(changed, cases, strict=True)
               if place < len(before.arguments)):
            yield changed


def moved(value: Any) -> Any:
    """Data with other numbers in its arrays of floats; itself if it has none."""
    if isinstance(value, np.ndarray):
        return 1.25 * value + 0.125 if value.dtype.kind == "f" and value.size > 1 else value
    if isinstance(value, dict):
        inner = {key: moved(each) for key, each in value.items()}
        return value if all(inner[key] is value[key] for key in value) else inner
    if isinstance(value, (list, tuple)):
        items = [moved(each) for each in value]
        same = all(new is old for new, old in zip(items, value, strict=True))
        return value if same else type(value)(items)
    return value


def trivial(returned: list[Any]) -> bool:
    """Values of a helper, from distinct calls, of which one part does not depend on the call."""
    parts: dict[tuple, dict[tuple, list[np.ndarray]]] = {}
    for value in returned:
        for path, leaf in leaves(value):
            parts.setdefault(path, {}).setdefault(leaf.shape, []).append(leaf)
    return not parts or any(map(constant, parts.values()))


def constant(by_shape: dict[tuple, list[np.ndarray]]) -> bool:
    """One number everywhere, or the same array every time for a shape, or not finite."""
    flat = np.concatenate([np.ravel(array) for each in by_shape.values() for array in each])
    if not np.all(np.isfinite(flat)):
        return True
    return bool(np.ptp(flat) == 0 or any(
        np.all(np.ptp(arrays, axis=0) == 0) for arrays in by_shape.values() if len(arrays) > 1))


def leaves(value: Any, path: tuple = ()) -> Iterator[tuple[tuple, np.ndarray]]:
    """The arrays and numbers in dicts, tuples and lists, each with where it stands.

    A list that makes an array is one leaf. Words are none.
    """
    if isinstance(value, (dict, tuple)) or not is_array(value):
        inner = (value.items() if isinstance(value, dict) else
                 enumerate(value) if isinstance(value, (list, tuple)) else ())
        for key, each in inner:
            yield from leaves(each, (*path, key))
    elif np.size(value):
        yield path, np.asarray(value, dtype=float)


def is_array(value: Any) -> bool:
    """Whether NumPy makes one array of numbers of it."""
    try:
        np.asarray(value, dtype=float)
    except (TypeError, ValueError, OverflowError):
        return False
    return True
