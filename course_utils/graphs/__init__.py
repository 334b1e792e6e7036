"""Draw a computation graph, step through its two passes, and find the first wrong signal.

A graph is a list of `GraphNode`, or simply the output of a graph of the student's own `Value`
objects (with ``data``, ``grad``, ``parents``, ``local_grads``; ``op`` and ``name`` if it has them):

    draw(output)                        # a figure: values, bars, local derivatives
    draw(output, names={"w": w, "b": b}, title="My neuron")
    play(output)                        # the same with buttons, a step at a time
    print(trace_table(output))          # the steps as text

>>> graph = [GraphNode("x", "", 3.0, 6.0),
...          GraphNode("y", "square", 9.0, 1.0, ("x",), (6.0,))]
>>> print(trace_table(graph))
step  pass      what is computed
1     forward   x = 3, an input
2     forward   y = 9, by square from x = 3
3     backward  y_bar = 1: the backward pass starts here
4     backward  x_bar = y_bar · ∂y/∂x = 1 × 6 = 6

The graphs of the course have names, and their forward passes are known, so finite differences
can judge the bars that a student computed:

>>> from course_utils.graphs.named import NEURON
>>> inputs = {"w": 0.5, "b": 0.2, "x": 2.0, "t": 0.0}
>>> bars = {"y": 0.768525, "z": 0.768525, "w": 1.53705, "b": 0.768525}
>>> found = first_wrong_signal(NEURON, inputs, bars)
>>> found.name
'z'
>>> found.sentences[-2]
'It is y_bar passed on as it is: the derivative of y is missing.'

In a notebook ``found.show()`` draws the graph with the wrong signal marked. Nothing here runs
a backward pass: each bar is only set beside the messages of the bars that were given, or
beside finite differences.
"""

from course_utils.graphs.drawing import describe, draw, svg
from course_utils.graphs.named import NamedGraph
from course_utils.graphs.nodes import GraphNode, checked, number
from course_utils.graphs.passes import trace, trace_table
from course_utils.graphs.player import play
from course_utils.graphs.reading import from_value
from course_utils.graphs.signal_report import SignalReport
from course_utils.graphs.signals import first_wrong_signal

__all__ = ["GraphNode", "NamedGraph", "SignalReport", "checked", "describe", "draw",
           "first_wrong_signal", "from_value", "number", "play", "svg", "trace", "trace_table"]
