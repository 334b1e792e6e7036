"""What a question is: how inputs are drawn, how the student's object is probed, what
each part is worth, and which mistakes are known by name.

A question and its wrong variants stand side by side in ``autograder/questions``. A
question knows no process and no file: it is data and pure functions.
"""

from __future__ import annotations

import ast
import functools
import inspect
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
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
        exact: The kinds on which twelve digits count. There every right formula has them, and
            a difference quotient, which was not asked for, has not.
    """

    name: str
    points: float
    pick: str | int | None = None
    kinds: tuple[str, ...] | None = None
    hint: str = ""
    exact: tuple[str, ...] = ()

    def counts(self, case: Case) -> bool:
        return self.kinds is None or case.kind in self.kinds


@dataclass(frozen=True)
class Variant:
    """One way to write the student's code, right or wrong.

    Args:
        name: What it is, in a few words ("no σ′").
        says: For a wrong one, the sentence for the student whose values equal its values.
        source: The code of a whole solution cell; or empty, if there is an edit.
        edit: What to replace in the solution, and by what.
        hangs_on: Kinds of cases on which it gives no answer in a reasonable time. It is not
            run on them by the grader.
        remembers: Whether an answer of it depends on the calls before. Of any other, only the
            answers that somebody looks at are made.
    """

    name: str
    says: str
    source: str = ""
    edit: tuple[str, str] | None = None
    hangs_on: tuple[str, ...] = ()
    remembers: bool = False


def call(function, *arguments):
    """The plain probe: call the student's function."""
    return function(*arguments)


def twice(function, *arguments):
    """A probe that asks again with the same objects: it shows if the first call changed them."""
    function(*arguments)
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
        follows: Names whose functions the solution calls. If the answers are wrong, but
            right for what the student's own functions of these names return, they count: one
            mistake is paid for once.
        leans_on: Earlier questions whose functions the student's own will call, where that
            cannot be followed: if they lost marks, the feedback says to look there first.
        probe: Self-contained function of the student's objects and a case's arguments.
            Its source is sent to the student's process, so it must name nothing but
            its arguments, builtins and ``np``, and return plain data.
        view: What counts of an answer: from a case and what the probe returned to what is
            compared. It runs on the trusted side, on the student's answer and on the
            reference's, where there is more than one right value (an order, a draw at random,
            a derivative at a kink). The student's value may be any plain data. A
            ``ValueError`` whose message begins with "returned " says what is wrong with it;
            any other exception only says that something is.
    """

    id: str
    names: tuple[str, ...]
    draw: Callable[[np.random.Generator], list[Case]]
    parts: tuple[Part, ...]
    follows: tuple[str, ...] = ()
    leans_on: tuple[str, ...] = ()
    probe: Callable[..., Any] = call
    view: Callable[[Case, Any], Any] | None = None
    mistakes: list[Variant] = field(default_factory=list)
    alternatives: list[Variant] = field(default_factory=list)

    @property
    def points(self) -> float:
        return sum(part.points for part in self.parts)

    @property
    def probe_source(self) -> str:
        return as_probe(self.probe)

    def wrong(self, name: str, says: str, hangs_on: tuple[str, ...] = (),
              remembers: bool = False) -> Callable:
        """Decorator: this function or class is a mistake that students make; see `Variant`."""
        return self._collect(self.mistakes, Variant(name, says, hangs_on=hangs_on,
                                                    remembers=remembers))

    def right(self, name: str) -> Callable:
        """Decorator: this function or class is different and equally right; full marks."""
        return self._collect(self.alternatives, Variant(name, ""))

    def slip(self, name: str, says: str, old: str, new: str,
             hangs_on: tuple[str, ...] = ()) -> None:
        """A mistake that is a small edit of the solution, where the solution is long.

        Args:
            name, says, hangs_on: As for a `Variant`.
            old: Text that stands once in the solution cell.
            new: What stands there in the mistake.
        """
        self.mistakes.append(Variant(name, says, edit=(old, new), hangs_on=hangs_on))

    @staticmethod
    def _collect(variants: list[Variant], variant: Variant) -> Callable:
        where = sys._getframe(2)
        file, line = where.f_code.co_filename, where.f_lineno

        def decorate(definition):
            variants.append(replace(variant, source=source_of(definition, file, line)))
            return definition

        return decorate


def source_of(definition: Any, file: str | None = None, line: int = 0) -> str:
    """The text of a function or class, without decorators or indentation.

    Args:
        definition: The function or class.
        file, line: Where a decorator of it stands: classes of one name cannot be told apart
            without.
    """
    if isinstance(definition, type):
        text = Path(file).read_text(encoding="utf-8")
        (node,) = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)
                   and any(one.lineno <= line <= one.end_lineno for one in node.decorator_list)]
    else:
        text = textwrap.dedent(inspect.getsource(definition))
        node = ast.parse(text).body[0]
    return textwrap.dedent("\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno]))


@functools.cache
def as_probe(function: Callable) -> str:
    """A function's text, under the name ``probe``, for the student's process."""
    return f"{source_of(function)}\nprobe = {function.__name__}\n"
