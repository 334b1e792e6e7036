"""The visible checks of notebook 4, one function for each exercise.

Each prints a tick for every promise kept and stops at the first one broken, with what came
back, what it should be, and where to look.
"""

from course_utils.checks.training.depth import gradient_sizes
from course_utils.checks.training.linear import (
    direct_solution,
    gradient_descent_regression,
    hinge_cost_gradient,
    perceptron,
)
from course_utils.checks.training.loop import train, train_digits
from course_utils.checks.training.network import feedback_alignment_gradient, network_cost_gradient
from course_utils.checks.training.steps import minibatches, momentum_step, sgd_step

__all__ = ["direct_solution", "feedback_alignment_gradient", "gradient_descent_regression",
           "gradient_sizes", "hinge_cost_gradient", "minibatches", "momentum_step",
           "network_cost_gradient", "perceptron", "sgd_step", "train", "train_digits"]
