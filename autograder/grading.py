"""Grading one notebook: two runs in the sandbox, questions asked, answers marked.

The first run executes the notebook with its visible checks; only its outputs are shown
to the student. The second one, in a fresh process, answers the hidden questions and is
never shown: otherwise a later cell could print the hidden inputs that an earlier one saw.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from nbformat import NotebookNode

from autograder import hidden
from autograder.answers import Answer, Problem
from autograder.drawing import draw_cases
from autograder.explaining import unwritten
from autograder.marking import Mark, MarkingError, mark, nothing
from autograder.question import Case, Question, as_probe, call
from autograder.questions import all_questions
from autograder.reference import SOURCE, answers_of, mistakes_of, rebound, reference_for
from autograder.sandbox import CellRun, Limits, Session, wire

log = logging.getLogger(__name__)

#: After one of these, the other cases of the question are not asked: it would only wait again.
HOPELESS = ("timeout", "died", "missing", "budget")
#: Tags of source cells: what takes long and earns nothing, and what only draws.
EXPERIMENT, FIGURE = "experiment", "figure"
NOT_RUN = CellRun([{"output_type": "stream", "name": "stdout", "text":
                    "[An experiment: this cell is not run for grading.]\n"}], "ok")
UNREADABLE = "The submitted file could not be read."


@dataclass(frozen=True)
class Job:
    """All that grading a notebook depends on.

    Args:
        notebook: The rebuilt notebook, hidden tests included.
        student: The student's id.
        secret: The course's secret, from which hidden inputs are drawn.
        source: Folder of the source notebooks, whose solutions are the reference.
        folder: Files that the notebook may use, or None.
        limits: Time, memory and output that it may take.
    """

    notebook: NotebookNode
    student: str
    secret: bytes
    source: Path = SOURCE
    folder: Path | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Result:
    """What grading a notebook gives.

    Args:
        runs: For the index of each code cell, what running it showed.
        marks: For each test cell's grade id its mark.
        reviews: For test cells that need a person: the reason.
    """

    runs: dict[int, CellRun]
    marks: dict[str, Mark]
    reviews: dict[str, str]


def is_test(cell: NotebookNode) -> bool:
    """A code cell that carries points and is not the student's own."""
    role = cell.metadata.get("nbgrader", {})
    return bool(cell.cell_type == "code" and role.get("grade") and not role.get("solution"))


def is_experiment(cell: NotebookNode) -> bool:
    """A released cell that the source marks as too long to run for grading.

    The tag is the release's: a student's cell has none that counts.
    """
    return EXPERIMENT in cell.metadata.get("tags", [])


def only_shows(cell: NotebookNode) -> bool:
    """A released cell that was left as it was, and only draws: no answer needs it."""
    return FIGURE in cell.metadata.get("tags", []) and cell.metadata.get("autograder") != "changed"


def grade_notebook(job: Job) -> Result:
    """Runs and marks a notebook. The two runs are independent and go side by side."""
    with ThreadPoolExecutor(2) as pool:
        shown = pool.submit(run_visible, job)
        asked = pool.submit(run_hidden, job)
        marks, reviews = asked.result()
        return Result(shown.result(), marks, reviews)


def run_visible(job: Job) -> dict[int, CellRun]:
    """Executes every code cell but experiments, test cells without their hidden part."""
    with Session(job.limits, job.folder) as session:
        return {
            index: NOT_RUN if is_experiment(cell) else session.run(
                hidden.split(cell.source)[0] if is_test(cell) else cell.source)
            for index, cell in enumerate(job.notebook.cells) if cell.cell_type == "code"
        }


def run_hidden(job: Job) -> tuple[dict[str, Mark], dict[str, str]]:
    """Executes what defines something, and asks each question where its test cell stands."""
    marks: dict[str, Mark] = {}
    reviews: dict[str, str] = {}
    with Session(job.limits, job.folder) as session:
        for cell in job.notebook.cells:
            if cell.cell_type != "code" or is_experiment(cell) or only_shows(cell):
                continue
            if not is_test(cell):
                session.run(cell.source)
                continue
            grade_id = cell.metadata.nbgrader.grade_id
            try:
                marks[grade_id] = ask_question(cell, session, job)
            except MarkingError as error:
                log.error("%s: %s", grade_id, error)
                reviews[grade_id] = str(error)
    return marks, reviews


def ask_question(cell: NotebookNode, session: Session, job: Job) -> Mark:
    """Asks the question of a test cell and marks the answers.

    Raises:
        MarkingError: The test cell or the reference is at fault, not the student.
    """
    try:
        line = hidden.grade_line(cell.source)
    except (SyntaxError, ValueError) as error:
        raise MarkingError(f"its hidden test cannot be read: {error}") from None
    if line is None:
        raise MarkingError("its hidden test has no line grade(...), so a person must mark it")
    question = all_questions().get(line.question)
    if question is None:
        raise MarkingError(f"there is no question {line.question!r} in autograder/questions")
    cases = draw_cases(question, job.student, job.secret)
    answers: list[Answer] = []
    for case in cases:
        if answers and (problem := answers[-1].problem) and problem.kind in HOPELESS:
            answers.append(answers[-1])
            continue
        answers.append(session.ask(question.probe_source, line.names, case.arguments))
    try:
        reference = reference_for(question.id, job.source)
    except LookupError as error:
        raise MarkingError(str(error)) from None
    expected = answers_of(question, reference, cases)
    result = mark(question, cases, answers, expected)
    if result.points == result.max_points or all_silent(answers):
        return result
    if question.follows and (carried := follow(question, cases, answers, reference, session, job)):
        return carried
    # Mistakes are only looked for where something is wrong: most answers are right.
    return mark(question, cases, answers, expected,
                mistakes_of(question, reference, cases, job.source))


def follow(question: Question, cases: Sequence[Case], answers: Sequence[Answer],
           reference: dict[str, Any], session: Session, job: Job) -> Mark | None:
    """The mark of answers, taking the student's own, wrong helper functions for granted.

    The reference and the known mistakes run here, with stand-ins for the helpers that
    ask the student's process: the reference itself never goes there. A helper whose
    values are always the same would make the question trivial, so it earns nothing.

    Returns:
        A mark that is better, or says more, than without; None if there is no such mark.
    """
    # each distinct call is asked once: probes repeat them, and so do the known mistakes
    returned: dict[str, dict[bytes, Any]] = {name: {} for name in question.follows}
    silent: list[Problem] = []

    def stand_in(name):
        def helper(*arguments):
            asked = wire.encode(list(arguments))
            if asked not in returned[name] and not silent:
                answer = session.ask(as_probe(call), [name], arguments)
                if answer.problem:
                    silent.append(answer.problem)
                else:
                    returned[name][asked] = answer.value
            if asked in returned[name]:
                return copy.deepcopy(returned[name][asked])
            raise ValueError(f"{name} gives no answer")
        return helper

    helpers = {name: stand_in(name) for name in question.follows}
    (name,) = question.names
    expected = answers_of(question, {name: rebound(reference[name], **helpers)}, cases)
    asked = [list(values.values()) for values in returned.values() if values]
    if not asked or any(answer.problem for answer in expected) or any(map(trivial, asked)):
        return None
    known = mistakes_of(question, {**reference, **helpers}, cases, job.source)
    try:
        result = mark(question, cases, answers, expected, known)
    except MarkingError:  # with such a helper the reference itself gives nothing to compare
        return None
    if not (result.points or result.mistakes):
        return None
    own = " and ".join(name for name in question.follows if returned[name])
    return replace(result, note=f"Marked with your own {own}, so that what is wrong there is "
                   "paid for only once.")


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
    except (TypeError, ValueError):
        return False
    return True


def all_silent(answers: list[Answer]) -> bool:
    """No answer that a known mistake could explain."""
    return all(unwritten(answer.problem) for answer in answers)


def left_to_a_person(notebook: NotebookNode, reason: str) -> Result:
    """The result where our side could not even start: no marks, every question to review."""
    return Result({}, {}, {
        cell.metadata.nbgrader.grade_id: reason for cell in notebook.cells if is_test(cell)})


def nothing_asked(notebook: NotebookNode) -> Result:
    """The result of a submission that could not be read: zero, and a person should look."""
    tests = [cell.metadata.nbgrader for cell in notebook.cells if is_test(cell)]
    marks = {role.grade_id: nothing(role.grade_id, float(role.points), UNREADABLE)
             for role in tests}
    return Result({}, marks, {role.grade_id: UNREADABLE for role in tests[:1]})
