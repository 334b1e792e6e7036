"""The figures of notebook 4, drawn by the student's own functions."""

from course_utils.plots.training.boundary import boundary_as_it_learns
from course_utils.plots.training.digits import digits_it_gets_wrong, first_training, wishes
from course_utils.plots.training.experiments import feedback_alignment, gradient_by_depth
from course_utils.plots.training.linear import line_and_errors, two_perceptrons, two_ways
from course_utils.plots.training.steps import minibatch_strips, valley
from course_utils.plots.training.table import table_of_choices

__all__ = ["boundary_as_it_learns", "digits_it_gets_wrong", "feedback_alignment", "first_training",
           "gradient_by_depth", "line_and_errors", "minibatch_strips", "table_of_choices",
           "two_perceptrons", "two_ways", "valley", "wishes"]
