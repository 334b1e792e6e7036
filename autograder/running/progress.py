"""How far a run is: a bar on a terminal, else a line in the log every few seconds."""

from __future__ import annotations

import atexit
import contextlib
import sys
import time
from logging import Logger

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

LINE_SECONDS = 10.0


class Progress:
    """Counts notebooks as they are recorded.

    Args:
        total: How many there will be.
        log: nbgrader's; what it says goes above the bar.
        bar: Whether a bar may be drawn, if there is a terminal.
    """

    def __init__(self, total: int, log: Logger, bar: bool) -> None:
        self.total, self.log, self.done = total, log, 0
        self.began = self.said = time.monotonic()
        self._open = contextlib.ExitStack()
        self._bar = None
        if bar and sys.stderr.isatty():
            self._open.enter_context(logging_redirect_tqdm([log]))
            self._bar = self._open.enter_context(
                tqdm(total=total, unit="notebook", desc="Grading", dynamic_ncols=True))
            atexit.register(self._open.close)  # after Ctrl-C too, so that the cursor moves on

    def step(self) -> None:
        """One more is recorded."""
        self.done += 1
        now = time.monotonic()
        if self._bar is not None:
            self._bar.update()
        elif now - self.said > LINE_SECONDS or self.done == self.total:
            left = (now - self.began) / self.done * (self.total - self.done)
            self.log.info("%d of %d notebooks graded%s", self.done, self.total,
                          f", about {left:.0f} s left" if self.done < self.total else ".")
            self.said = now
        if self.done >= self.total:
            self._open.close()
