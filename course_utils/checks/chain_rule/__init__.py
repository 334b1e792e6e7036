"""The visible checks of notebook 1, one function for each exercise.

Each prints a tick for every promise kept and stops at the first one broken, with the
input, what came back, what finite differences say it should be, and where to look.
"""

from course_utils.checks.chain_rule.descent import (
    cost_gradient,
    gradient_descent,
    numerical_gradient,
)
from course_utils.checks.chain_rule.neuron import forward, sigmoid, sigmoid_prime
from course_utils.checks.chain_rule.signals import (
    backward,
    expanded_gradient,
    linear_backward,
    regularized_backward,
    regularized_forward,
    total_derivative,
)

__all__ = ["backward", "cost_gradient", "expanded_gradient", "forward", "gradient_descent",
           "linear_backward", "numerical_gradient", "regularized_backward",
           "regularized_forward", "sigmoid", "sigmoid_prime", "total_derivative"]
