"""Runs the instructor's cells and the test cells, in the judge's own process.

`near.World` gives the student's names their meaning.
"""

from __future__ import annotations

import contextlib
import traceback
from typing import Any

import numpy as np

from . import libraries, stand_ins
from .near import EndedError, World


class Cells:
    """Runs cells.

    Args:
        world: What is known of the student's process.
        shell: IPython's, with the recorder of what cells show.
        guard: A context in which a cell may be interrupted.
    """

    def __init__(self, world: World, shell: Any, guard: Any) -> None:
        self.world, self.shell, self.guard = world, shell, guard
        self.error: BaseException | None = None
        libraries.redirect(world)
        libraries.watch_unittest(self.note)
        libraries.guard_pickles(world)
        shell.events.register("post_run_cell", self.after)

    def after(self, result: Any) -> None:
        """Notes failures of cells within the cell too: ``%%capture`` runs one."""
        self.error = self.error or result.error_before_exec or result.error_in_exec

    def note(self, error: BaseException) -> None:
        """Notes a failure that is not raised."""
        self.error = self.error or error

    def run(self, message: dict[str, Any]) -> dict[str, Any]:
        """Runs a cell with the student's names as they are now.

        Args:
            message: ``source``, ``count``; ``names`` of the student's that it may use, and
                ``free`` ones that may be the student's; ``synced``, those that student
                functions read; ``sources``, the classes and functions that the assignment asks
                for; ``constants``, texts in its solution; ``texts`` of what was handed in, by
                name.

        Returns:
            How it ended, for `verdicts`.
        """
        world, recorder = self.world, self.shell.recorder
        world.problem = world.raised = None
        world.produced, world.relied = set(), set()
        world.sources, world.constants = message["sources"], message["constants"]
        world.texts = message["texts"]
        recorder.begin()
        recorder.muted = False
        self.shell.execution_count = message["count"]
        value = self.error = None
        try:
            with self.guard():
                world.fetch(message["names"], message["free"])
                world.bind(message["synced"])
                result = self.shell.run_cell(message["source"], store_history=True)
            value = result.result
        except BaseException as problem:
            self.error = problem
        shown = recorder.finish()["outputs"]
        texts = [self.number_in(value) or each.get("text") for each in shown
                 if each["kind"] == "result" and not stand_ins.is_stand_in(value)]
        reply = {"ok": self.error is None and world.problem is None,
                 "text": texts[0] if texts else None,
                 "produced": sorted(world.produced)[:1000], "relied": sorted(world.relied)[:1000],
                 **self.about(self.error, message["source"])}
        self.bring_back()
        return reply

    @staticmethod
    def number_in(value: Any) -> str:
        """A number of NumPy's, alone or in an array, as Python writes it; else nothing."""
        if isinstance(value, (np.number, np.ndarray)) and value.size == 1:
            return str(value.item())
        return ""

    def bring_back(self) -> None:
        """Lets the student's process know of names that the test has bound anew at its end."""
        if not isinstance(self.world.problem, EndedError):
            self.world.problem = None
            if self.world.changed_names():
                with contextlib.suppress(BaseException):  # the next cell finds out
                    self.world.use("names")

    def about(self, error: BaseException | None, source: str) -> dict[str, Any]:
        """What went wrong, in a few plain words and numbers."""
        if (problem := self.world.problem) is not None:
            return {"problem": type(problem).__name__, "detail": str(problem)[:300],
                    "line": self.line_of(problem, source)}
        if error is None:
            return {}
        return {"error": type(error).__name__, "detail": str(error)[:300],
                "theirs": error is self.world.raised, "line": self.line_of(error, source)}

    def line_of(self, error: BaseException, source: str) -> int:
        """The line of the cell in which it happened; 0 if none is to be found."""
        here = self.shell.compile.get_code_name(source, source, 0)
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__)
                 if frame.filename == here]
        return lines[-1] if lines else 0
