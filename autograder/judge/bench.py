"""The trusted side of judging: relays between the judge's process and the student's."""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from nbformat import NotebookNode

from autograder import hidden
from autograder.judge.plan import Cell, Plan, Step, plan_of, texts_of
from autograder.judge.rehearsal import as_released, pairs, rehearse, solutions_in
from autograder.judge.verdicts import Verdict, ends_in_value, lie, number_of, verdict_of
from autograder.marking import MarkingError
from autograder.sandbox import Limits, Session, wire

#: Calls from one process into the other that wait for each other.
MAX_DEPTH = 40
#: Instead of a reply, for a judge whose other side does not answer.
ENDED = np.frombuffer(wire.encode({"ended": True}), np.uint8)
#: What the judge may take to end a cell that cannot go on.
GRACE_SECONDS = 2.0


@dataclass(frozen=True)
class Ending:
    """How a cell ended: the judge's reply, or why there is none.

    Args:
        reply: From `cells.Cells.run`.
        failed: ``timeout``, ``died`` or ``budget``: the student's process, or the time
            for both.
    """

    reply: dict[str, Any]
    failed: str = ""


class Bench:
    """Judges the test cells of one submission.

    The judge's process starts with the first of them.

    Args:
        source: The source notebook: its solution cells say what is asked for.
        cells: What was released (`plan.material_of`).
        limits: For the judge's process, and the time of each cell.
        folder: The course's own files for the notebook; none of the student's.
        written: What was handed in: the texts of the code cells that are no tests.
    """

    def __init__(self, source: Path, cells: tuple[Cell, ...], limits: Limits,
                 folder: Path | None, written: Sequence[str]) -> None:
        self.written = written
        self.source, self.cells, self.limits, self.folder = source, cells, limits, folder
        self._judge: Session | None = None
        self._done = self._count = 0
        self._starts = 0

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the judge's process."""
        if self._judge is not None:
            self._judge.close()
            self._judge = None
        self._done = 0

    @functools.cached_property
    def plan(self) -> Plan:
        return plan_of(self.cells, solutions_in(self.source))

    def judge(self, cell: NotebookNode, student: Session) -> Verdict:
        """Judges a test cell.

        Args:
            cell: It, with its hidden part.
            student: The session in which the student's cells have run so far.

        Raises:
            MarkingError: It needs a person.
            SandboxError: No process could be started.
        """
        if not self.source.is_file():
            raise MarkingError(f"its source {self.source} is missing, so a person must mark it")
        grade_id = cell.metadata.nbgrader.grade_id
        ending = self.end_of(grade_id, cell.source, student)
        verdict = verdict_of(cell, ending.reply, ending.failed, self.limits)
        relied = pairs(ending.reply.get("relied"))
        full = verdict.mark.points == verdict.mark.max_points
        unproven = full and ends_in_value(cell.source) and (
            number_of(ending.reply.get("text")) is None)
        if full and not relied and not unproven:
            return verdict
        rehearsal = rehearse(self.source, as_released(self.cells), self.limits, self.folder)
        if why := rehearsal.failures.get(grade_id):
            raise MarkingError("the solution itself does not pass its test when the student's "
                               f"names are in another process ({why}), so a person must mark it")
        if unproven and grade_id in rehearsal.credited:
            return lie(cell, "the test ends in something else than a number of points")
        if odd := relied - rehearsal.produced:
            return lie(cell, "; ".join(f"{where} gives an object of class {kind}"
                                       for where, kind in sorted(odd)[:3]))
        return verdict

    def end_of(self, grade_id: str, source: str, student: Session) -> Ending:
        """Runs a test cell, and before it the instructor's cells that have not run yet.

        Args:
            grade_id: Its name; the plan has it.
            source: Its text.
            student: Where the student's names are.
        """
        place = self.plan.place(grade_id)
        student.ready()
        if student.starts != self._starts:  # what the judge knew of the other process is gone
            self.close()
            self._starts = student.starts
        if self._judge is None:
            self._judge = Session(self.limits, self.folder)
        for step in self.plan.steps[self._done:place]:
            if not step.grade_id:
                self._run(step.source, step, student)
        self._done = place + 1
        ending = self._run(source, self.plan.steps[place], student)
        if grade_id in self.plan.lends:
            student.run(hidden.split(source)[0])
        return ending

    @functools.cached_property
    def texts(self) -> dict[str, str]:
        return texts_of(self.written) if self.plan.wants_texts else {}

    def _run(self, source: str, step: Step, student: Session) -> Ending:
        self._count += 1
        message = {"do": "judge", "source": source, "count": self._count,
                   "names": sorted(step.names), "free": sorted(step.free),
                   "synced": sorted(self.plan.synced), "sources": sorted(self.plan.asked_for),
                   "constants": sorted(self.plan.constants),
                   "texts": self.texts}
        self._judge.ready()
        return self._converse(message, student)

    def _converse(self, message: dict[str, Any], student: Session) -> Ending:
        """Hands messages to and fro until the judge is done with a cell."""
        deadline = time.monotonic() + self.limits.cell_seconds
        side, depth = self._judge, 0
        while True:
            outcome, out = side.exchange(message, max(deadline - time.monotonic(), 0.01))
            request, reply = out.get("ask"), out.get("reply")
            if outcome == "ok" and side is self._judge and depth == 0 and request is None:
                return Ending(out)
            if outcome == "ok" and isinstance(request, np.ndarray) and depth < MAX_DEPTH:
                depth, message = depth + 1, {"do": "use", "ask": request}
            elif outcome == "ok" and isinstance(reply, np.ndarray) and depth > 0:
                depth, message = depth - 1, {"do": "use", "reply": reply}
            else:
                self._give_up(side, student, depth)
                return Ending({}, outcome if outcome != "ok" else "died")
            side = student if side is self._judge else self._judge

    def _give_up(self, side: Session, student: Session, depth: int) -> None:
        """Brings both processes to where the next cell can begin."""
        if depth > 1:
            student.close()
        if side is self._judge:
            self.close()
            if depth:
                student.close()
            return
        message = {"do": "use", "reply": ENDED}
        for _ in range(MAX_DEPTH):
            outcome, out = self._judge.exchange(message, GRACE_SECONDS)
            if outcome != "ok":
                break
            if "ask" not in out and "reply" not in out:
                return
        self.close()
