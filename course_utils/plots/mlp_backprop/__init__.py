"""The figures of notebook 3, drawn by the student's own functions."""

from course_utils.plots.mlp_backprop.batch import learning, surface, votes
from course_utils.plots.mlp_backprop.costs import (
    agreement,
    cost_of_a_gradient,
    counted_calls,
    misleading_kink,
)
from course_utils.plots.mlp_backprop.losses import (
    losses_and_slopes,
    softmax_bars,
    why_the_loss_matters,
)
from course_utils.plots.mlp_backprop.network import network, outer_products, vector_graph
from course_utils.plots.mlp_backprop.pieces import activations, jacobian

__all__ = ["activations", "agreement", "cost_of_a_gradient", "counted_calls", "jacobian",
           "learning", "losses_and_slopes", "misleading_kink", "network", "outer_products",
           "softmax_bars", "surface", "vector_graph", "votes", "why_the_loss_matters"]
