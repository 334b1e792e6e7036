"""Figures that stay calm when a function of the student's is not right yet."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np

from course_utils.plots.figure import drawn_by_the_student


def drawn_if_right(draw: Callable) -> Callable:
    """Decorator: a figure that a wrong function stops says so in a sentence, without a traceback.

    The checks say what is wrong; a traceback through the course's own code would not.
    """
    written = drawn_by_the_student(draw)

    @functools.wraps(draw)
    def draw_or_say(*arguments, **named):
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore", RuntimeWarning)
                written(*arguments, **named)
        except Exception as error:
            plt.close("all")
            print("This figure is drawn by your own functions, and with them it stopped with "
                  f"{type(error).__name__}: {error}. The checks above say where to look.")
    return draw_or_say
