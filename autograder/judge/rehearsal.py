"""The solution judged like a student's work: what is expected of the tests themselves.

Where the solution of the source does not pass a test here, the test does something that
cannot be judged from another process, and no student is to pay for that. And what the
solution gives back tells which objects a test may ask at all.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.judge.plan import is_experiment, is_test
from autograder.sandbox import Limits, Session


@dataclass(frozen=True)
class Rehearsal:
    """What came of the solution.

    Args:
        failures: For each test that it does not pass: why.
        produced: The kinds of objects that it gives back: from what call, of what class.
    """

    failures: dict[str, str]
    produced: frozenset[tuple[str, str]]


@functools.lru_cache(maxsize=64)
def rehearse(source: Path, tests: tuple[tuple[str, str], ...], limits: Limits,
             folder: Path | None) -> Rehearsal:
    """Judges the solution, once for as long as this process lives.

    Args:
        source: The source notebook.
        tests: Grade ids of the locked cells and their text, as released.
        limits: For both processes.
        folder: The course's own files.

    Raises:
        SandboxError: No process could be started.
    """
    from autograder.judge.bench import Bench  # which asks for a rehearsal itself

    failures: dict[str, str] = {}
    produced: set[tuple[str, str]] = set()
    texts = dict(tests)
    cells = [cell for cell in nbformat.read(source, as_version=4).cells
             if cell.cell_type == "code" and not is_experiment(cell)]
    written = [cell.source for cell in cells if not is_test(cell)]
    with Session(limits, folder) as solution, Bench(
            source, texts, limits, folder, written) as bench:
        for cell in cells:
            if not is_test(cell):
                solution.run(cell.source)
                continue
            grade_id = cell.metadata.nbgrader.grade_id
            ending = bench.end_of(grade_id, texts.get(grade_id, cell.source), solution)
            produced |= pairs(ending.reply.get("produced"))
            if why := reason_against(ending.reply, ending.failed):
                failures[grade_id] = why
    return Rehearsal(failures, frozenset(produced))


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
