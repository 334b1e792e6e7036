"""The visible checks of notebook 3, one function for each exercise.

Each prints a tick for every promise kept and stops at the first one broken, with the
input, what came back, what finite differences say it should be, and where to look.
"""

from course_utils.checks.mlp_backprop.depth import deep_backward, deep_forward, multiply_adds
from course_utils.checks.mlp_backprop.losses import (
    hinge,
    logistic_cross_entropy,
    softmax_cross_entropy,
    squared_error,
    zero_one,
)
from course_utils.checks.mlp_backprop.network import (
    layer_backward,
    mlp_backward,
    mlp_backward_units,
    mlp_cost,
    mlp_cost_gradient,
    mlp_forward,
    mlp_forward_units,
)
from course_utils.checks.mlp_backprop.pieces import linear_vjp, relu_vjp, sigmoid_vjp, tanh_vjp

__all__ = [
    "deep_backward", "deep_forward", "hinge", "layer_backward", "linear_vjp",
    "logistic_cross_entropy", "mlp_backward", "mlp_backward_units", "mlp_cost",
    "mlp_cost_gradient", "mlp_forward", "mlp_forward_units", "multiply_adds", "relu_vjp",
    "sigmoid_vjp", "softmax_cross_entropy", "squared_error", "tanh_vjp", "zero_one",
]
