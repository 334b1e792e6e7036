"""The reference: the solution notebook's own functions, loaded once. One truth."""

from __future__ import annotations

import copy
import functools
import logging
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import nbformat
import numpy as np

from autograder.answers import Answer, AskedLater, Problem
from autograder.question import Case, Question, Variant

log = logging.getLogger(__name__)

#: This repository's own course; a course elsewhere names its folder.
SOURCE = Path(__file__).resolve().parent.parent / "source"
#: The answer to a case that a known mistake would take too long for.
TIMEOUT = Answer(problem=Problem("timeout"))


@functools.cache
def load_reference(notebook: Path) -> dict[str, Any]:
    """Runs what defines the solutions in a source notebook: locked set-up and solutions.

    Args:
        notebook: A notebook of ``source/``.

    Returns:
        The names that these cells define. Shared: do not change it.

    Raises:
        FileNotFoundError: There is no such notebook.
        LookupError: One of these cells does not run.
    """
    namespace: dict[str, Any] = {"__name__": f"reference_{notebook.stem}"}
    for cell in nbformat.read(notebook, as_version=4).cells:
        role = cell.metadata.get("nbgrader", {})
        sets_up = role.get("locked") and not role.get("grade")
        if cell.cell_type == "code" and (role.get("solution") or sets_up):
            place = f"{notebook.name}:{role['grade_id']}"
            try:
                exec(compile(cell.source, place, "exec"), namespace)
            except Exception as error:
                raise LookupError(f"the solution {place} does not run "
                                  f"({type(error).__name__}: {error})") from error
    return namespace


@functools.cache
def reference_for(question: str, source: Path = SOURCE) -> dict[str, Any]:
    """The reference of the notebook that grades a question.

    Args:
        question: The question's id.
        source: Folder with the source notebooks, at any depth.

    Raises:
        LookupError: No notebook in ``source`` asks it.
    """
    for notebook in sorted(source.rglob("*.ipynb")):
        cells = nbformat.read(notebook, as_version=4).cells
        if any(cell.cell_type == "code" and f'grade("{question}"' in cell.source
               for cell in cells):
            return load_reference(notebook)
    raise LookupError(f"no notebook below {source} grades a question {question!r}")


def rebound(function: FunctionType, **names: Any) -> FunctionType:
    """A function of the reference that finds other functions under some global names."""
    return FunctionType(function.__code__, {**function.__globals__, **names},
                        function.__name__, function.__defaults__)


@functools.cache
def solution_of(question: str, source: Path = SOURCE) -> str:
    """The text of the solution cell that bears a question's name.

    Raises:
        LookupError: No notebook in ``source`` has one.
    """
    for notebook in sorted(source.rglob("*.ipynb")):
        for cell in nbformat.read(notebook, as_version=4).cells:
            role = cell.metadata.get("nbgrader", {})
            if role.get("solution") and role.get("grade_id") == question:
                return cell.source
    raise LookupError(f"no notebook below {source} has a solution cell {question!r}")


def text_of(question: Question, variant: Variant, source: Path = SOURCE) -> str:
    """The solution cell of a variant: its own text, or the solution with its edit.

    Raises:
        LookupError: What it edits does not stand in the solution exactly once.
    """
    if variant.edit is None:
        return variant.source
    solution, (old, new) = solution_of(question.id, source), variant.edit
    if solution.count(old) != 1:
        raise LookupError(f"the mistake {variant.name!r} of {question.id!r} edits a text that "
                          f"stands {solution.count(old)} times in the solution: {old!r}")
    return solution.replace(old, new)


def namespace_with(text: str, reference: dict[str, Any]) -> dict[str, Any]:
    """The reference's names with one solution cell replaced by another text."""
    namespace = dict(reference)
    exec(compiled(text), namespace)
    return namespace


@functools.cache
def compiled(text: str) -> CodeType:
    """A variant's text, ready to run."""
    return compile(text, "<variant>", "exec")


def answers_of(question: Question, namespace: dict[str, Any],
               cases: Sequence[Case]) -> list[Answer]:
    """Asks trusted code, in this process, what the sandbox asks a student's."""
    return list(asked_later(question, namespace, cases))


def asked_later(question: Question, namespace: dict[str, Any], cases: Sequence[Case],
                hangs_on: Sequence[str] = ()) -> AskedLater:
    """The same, but of the answers only those are made that somebody looks at.

    Args:
        question: The question.
        namespace: Where its names are defined.
        cases: The cases; their arguments are copied for every call.
        hangs_on: Kinds of cases that would take too long: answered by a time-out, as are, in
            the sandbox, the cases behind one.
    """
    waits = [case.kind in hangs_on for case in cases]
    answered = waits.index(True) if any(waits) else len(cases)

    def ask(index: int) -> Answer:
        if index >= answered:
            return TIMEOUT
        try:
            objects = [namespace[name] for name in question.names]
            with warnings.catch_warnings(), np.errstate():
                warnings.simplefilter("ignore")
                value = question.probe(*objects, *copy.deepcopy(cases[index].arguments))
            return Answer(copy.deepcopy(value))
        except Exception as error:
            return Answer(problem=Problem("raised", type(error).__name__))

    return AskedLater(len(cases), ask)


def mistakes_of(question: Question, namespace: dict[str, Any], cases: Sequence[Case],
                source: Path = SOURCE) -> list[tuple[Variant, Sequence[Answer]]]:
    """The question's known mistakes, each with its answers.

    A mistake that is an edit of a solution is left out, with a warning, where the course
    in ``source`` has another solution.

    Args:
        question: The question.
        namespace: The reference's names; each mistake replaces one of them.
        cases: The cases.
        source: Folder of the source notebooks.
    """
    found = []
    for wrong in question.mistakes:
        try:
            text = text_of(question, wrong, source)
        except LookupError as error:
            log.warning("%s", error)
            continue
        answers = asked_later(question, namespace_with(text, namespace), cases, wrong.hangs_on)
        found.append((wrong, list(answers) if wrong.remembers else answers))
    return found
