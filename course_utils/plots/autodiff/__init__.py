"""The figures of notebook 5, drawn by the student's own functions."""

from course_utils.plots.autodiff.costs import memory_and_work, sweeps, tape_size
from course_utils.plots.autodiff.gradients import against_differences, derivatives, learning
from course_utils.plots.autodiff.rules import local_slopes, matrix_bars, messages_back, picked
from course_utils.plots.autodiff.tapes import tape_with_bars

__all__ = ["against_differences", "derivatives", "learning", "local_slopes", "matrix_bars",
           "memory_and_work", "messages_back", "picked", "sweeps", "tape_size", "tape_with_bars"]
