"""The visible checks of notebook 2, one function for each exercise.

They bring their own graphs, so that an exercise can be checked before those in front of it
are right. What a bar should be is found without any backward pass: by finite differences, or
by moving one node and carrying the move forward to the output.
"""

from course_utils.checks.computation_graphs.breaking import (
    breaks_depth_first,
    breaks_keeping,
    breaks_overwriting,
)
from course_utils.checks.computation_graphs.neuron import logistic_graph
from course_utils.checks.computation_graphs.nodes import by_hand, value
from course_utils.checks.computation_graphs.passes import (
    count_operations,
    graph_backward,
    topological_order,
)

__all__ = ["breaks_depth_first", "breaks_keeping", "breaks_overwriting", "by_hand",
           "count_operations", "graph_backward", "logistic_graph", "topological_order", "value"]
