"""Draw a computation graph, and tell its two passes in words.

>>> graph = [GraphNode("x", "", 3.0, 6.0),
...          GraphNode("y", "square", 9.0, 1.0, ("x",), (6.0,))]
>>> figure = draw(graph)                        # in a notebook: the last line of a cell
>>> print(trace_table(graph))
step  pass      what is computed
1     forward   x = 3, an input
2     forward   y = 9, by square from x = 3
3     backward  y_bar = 1: the backward pass starts here
4     backward  x_bar = y_bar · ∂y/∂x = 1 × 6 = 6

`from_value` reads such a list off the student's own `Value` objects. Nothing here runs a
backward pass: each bar is only set beside the messages of the bars that were given.
"""

from course_utils.graphs.nodes import GraphNode, checked, from_value, number
from course_utils.graphs.passes import trace, trace_table
from course_utils.graphs.picture import describe, draw, svg

__all__ = ["GraphNode", "checked", "describe", "draw", "from_value", "number", "svg", "trace",
           "trace_table"]
