"""A progress bar for training: it counts how often the cost is asked for.

    with Progress(total=430, text="training") as bar:
        train(params, X, labels, bar.counting(cost_gradient), ...)
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from IPython.display import display

#: How often it is drawn anew, at most: each time is a message to the browser.
DRAWINGS = 25


class Progress:
    """A bar that fills as a function is called; one line of text where no bar can be shown.

    Args:
        total: How many calls there will be.
        text: What is going on, in a word or two.
    """

    def __init__(self, total: int, text: str) -> None:
        self.total, self.text, self.count = total, text, 0
        self._handle = None

    def __enter__(self) -> Progress:
        self._handle = display(self._bundle(), raw=True, display_id=True)
        return self

    def __exit__(self, *error: object) -> None:
        self._draw()

    def counting(self, function: Callable) -> Callable:
        """The function, with a step of the bar at each call."""
        def counted(*arguments, **named):
            self.count += 1
            if self.count % max(self.total // DRAWINGS, 1) == 0:
                self._draw()
            return function(*arguments, **named)
        return counted

    def _draw(self) -> None:
        if self._handle is not None:  # None outside a notebook
            self._handle.update(self._bundle(), raw=True)

    def _bundle(self) -> dict[str, str]:
        words = f"{self.text}: {self.count} of {self.total} steps"
        bar = (f'<label>{escape(words)} <progress max="{self.total}" value="{self.count}">'
               f"{self.count / max(self.total, 1):.0%}</progress></label>")
        return {"text/html": bar, "text/plain": words}
