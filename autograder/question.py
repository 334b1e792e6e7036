"""What a question is: how inputs are drawn, how the student's object is probed, what
each part is worth, and which mistakes are known by name.

A question and its wrong variants stand side by side in ``autograder/questions``. A
question knows no process and no file: it is data and pure functions.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """One input of a question.

    Args:
        kind: What sort of input it is, in words that a student may read ("integers").
            The values themselves stay hidden.
        arguments: Plain data, handed to the probe after the student's objects.
    """

    kind: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Part:
    """A named share of a question's points.

    Args:
        name: The signal or the promise, as the notebook calls it ("w_bar").
        points: What it is worth.
        pick: Where it stands in the answer: a key of a dict, an index of a tuple, or
            None for the whole answer.
        kinds: The kinds of cases that count for it; None for all of them.
        hint: One or two sentences: where to look if it is wrong.
    """

    name: str
    points: float
    pick: str | int | None = None
    kinds: tuple[str, ...] | None = None
    hint: str = ""

    def counts(self, case: Case) -> bool:
        return self.kinds is None or case.kind in self.kinds


@dataclass(frozen=True)
class Variant:
    """One way to write the student's code, right or wrong.

    Args:
        name: What it is, in a few words ("no σ′").
        says: For a wrong one, the sentence for the student whose values equal its values.
        source: The code of a whole solution cell.
    """

    name: str
    says: str
    source: str


def call(function, *arguments):
    """The plain probe: call the student's function."""
    return function(*arguments)


@dataclass
class Question:
    """A graded question.

    Args:
        id: Its name in the notebook's ``grade(...)`` line and in the gradebook.
        names: The names in the student's notebook that the probe receives.
        draw: From a generator to the cases; everything hidden comes from here.
        parts: In the order in which a student should look at them: where there is a
            backward pass, the first signal of the backward pass comes first.
        follows: A name whose function the solution may call. If the answers are wrong, but
            right for what the student's own function of that name returns, they count: one
            mistake is paid for once.
        probe: Self-contained function of the student's objects and a case's arguments.
            Its source is sent to the student's process, so it must name nothing but
            its arguments, builtins and ``np``, and return plain data.
    """

    id: str
    names: tuple[str, ...]
    draw: Callable[[np.random.Generator], list[Case]]
    parts: tuple[Part, ...]
    follows: str | None = None
    probe: Callable[..., Any] = call
    mistakes: list[Variant] = field(default_factory=list)
    alternatives: list[Variant] = field(default_factory=list)

    @property
    def points(self) -> float:
        return sum(part.points for part in self.parts)

    @property
    def probe_source(self) -> str:
        return as_probe(self.probe)

    def wrong(self, name: str, says: str) -> Callable:
        """Decorator: this function is a mistake that students make; it must lose marks."""
        return self._collect(self.mistakes, name, says)

    def right(self, name: str) -> Callable:
        """Decorator: this function is different and equally right; full marks."""
        return self._collect(self.alternatives, name, "")

    @staticmethod
    def _collect(variants: list[Variant], name: str, says: str) -> Callable:
        def decorate(definition):
            variants.append(Variant(name, says, source_of(definition)))
            return definition

        return decorate


def source_of(definition: Any) -> str:
    """The text of a function or class, without decorators or indentation."""
    text = textwrap.dedent(inspect.getsource(definition))
    node = ast.parse(text).body[0]
    return "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno])


def as_probe(function: Callable) -> str:
    """A function's text, under the name ``probe``, for the student's process."""
    return f"{source_of(function)}\nprobe = {function.__name__}\n"
