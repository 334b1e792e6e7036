"""The solution judged like a student's work: what is expected of the tests themselves.

Where the solution of the source does not pass a test here, the test does something that
cannot be judged from another process, and no student is to pay for that. And what the
solution gives back tells which objects a test may ask at all.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat

from autograder.judge.plan import Cell
from autograder.judge.verdicts import number_of
from autograder.sandbox import Limits, Session


@dataclass(frozen=True)
class Rehearsal:
    """What came of the solution.

    Args:
        failures: For each test that it does not pass: why.
        produced: The kinds of objects that it gives back: from what call, of what class.
        credited: The tests that end in a number of points.
    """

    failures: dict[str, str]
    produced: frozenset[tuple[str, str]]
    credited: frozenset[str]


def solutions_in(source: Path) -> dict[str, str]:
    """For the grade ids of a source notebook's solution cells their text."""
    return {cell.metadata.nbgrader.grade_id: cell.source
            for cell in nbformat.read(source, as_version=4).cells
            if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")}


def as_released(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """The cells without what one student has written: the same for a whole class."""
    return tuple(replace(cell, edited="", source="" if cell.kind == "solution" else cell.source)
                 for cell in cells)


@functools.lru_cache(maxsize=64)
def rehearse(source: Path, cells: tuple[Cell, ...], limits: Limits,
             folder: Path | None) -> Rehearsal:
    """Judges the solution, once for as long as this process lives.

    Args:
        source: The source notebook.
        cells: What was released (`as_released`).
        limits: For both processes.
        folder: The course's own files.

    Raises:
        SandboxError: No process could be started.
    """
    from autograder.judge.bench import Bench  # which asks for a rehearsal itself

    failures: dict[str, str] = {}
    produced: set[tuple[str, str]] = set()
    credited: set[str] = set()
    solutions = solutions_in(source)
    with Session(limits, folder) as solution, Bench(
            source, cells, limits, folder, list(solutions.values())) as bench:
        for cell in cells:
            if cell.kind != "test":
                solution.run(solutions.get(cell.grade_id, cell.source))
                continue
            ending = bench.end_of(cell.grade_id, cell.source, solution)
            produced |= pairs(ending.reply.get("produced"))
            if number_of(ending.reply.get("text")) is not None:
                credited.add(cell.grade_id)
            if why := reason_against(ending.reply, ending.failed):
                failures[cell.grade_id] = why
    return Rehearsal(failures, frozenset(produced), frozenset(credited))


def reason_against(reply: dict, failed: str) -> str:
    """Why the solution does not pass; nothing if it does, or if there is no solution."""
    if failed:
        return failed
    if reply.get("ok") or (reply.get("theirs") and reply.get("error") == "NotImplementedError"):
        return ""
    return " ".join(str(reply[key]) for key in ("problem", "error", "detail") if reply.get(key))


def pairs(given: object) -> set[tuple[str, str]]:
    """Pairs of texts in what the judge's process sends."""
    return {(one, other) for one, other in given if isinstance(one, str)} if given else set()
