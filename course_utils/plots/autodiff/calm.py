"""A word in place of a traceback: these figures call many of the student's functions at once."""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable

import matplotlib.pyplot as plt

from course_utils.plots.figure import drawn_by_the_student


def drawn(draw: Callable) -> Callable:
    """Decorator: a figure whose functions are not written or not right yet says so."""
    draw_if_written = drawn_by_the_student(draw)

    @functools.wraps(draw)
    def draw_or_explain(*arguments, **named):
        try:
            draw_if_written(*arguments, **named)
        except Exception as error:  # whatever a student's function may do or return
            plt.close("all")
            print(textwrap.fill(
                "This figure is drawn by your own functions, and one of them does not do what it "
                f"should yet ({type(error).__name__}: {error}). Its check says more; come back "
                "when that passes.", 90))
    return draw_or_explain
