"""Check of the neuron as a graph, against notebook 1's forward pass."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from course_utils.checks.computation_graphs.nodes import by_links
from course_utils.checks.report import CheckFailed, ask, close, done, entry, number, passed, require
from course_utils.checks.report import show as text_of
from course_utils.finite_difference import derivative
from course_utils.graphs.named import REGULARIZED_NEURON
from course_utils.scalar_graph import Number, with_names

#: (w, b, x, t, λ); the first by hand: z = ln 3, so y = 3/4, loss = 1/8, reg = 2, total = 9/8.
NEURONS = [(2.0, math.log(3) - 6, 3.0, 0.25, 0.5), (-1.3, 0.7, 0.6, 1.8, 0.3), (2, -3, 2, 4, 3)]
VALUES = ("z", "y", "loss", "reg", "total")
BARS = ("loss", "reg", "y", "z", "w", "b")


def logistic_graph(logistic_graph: Callable) -> None:
    """Checks ``logistic_graph(w, b, x, t, lam)``: the named values, then the links."""
    for numbers in NEURONS:
        where = "At w, b, x, t, λ = " + ", ".join(map(text_of, numbers))
        inputs = dict(zip(("w", "b", "x", "t", "lam"), numbers, strict=True))
        expected = REGULARIZED_NEURON.forward(inputs)
        nodes = built(logistic_graph, numbers)
        for name in VALUES:
            got = number(getattr(entry(nodes, name, "logistic_graph"), "data", None),
                         f"the data of the node {name!r}")
            require(close(got, expected[name]),
                    f"{where} the value of {name} is {text_of(got)}; notebook 1 has "
                    f"{text_of(float(expected[name]))}.",
                    "It is the first value that is wrong; later ones may only follow from it.")
        for name in BARS:
            got = reacts(nodes["total"], entry(nodes, name, "logistic_graph"), name)
            slope = derivative(
                lambda v, n=name, given=inputs: float(
                    REGULARIZED_NEURON.output_with(given, n, v)), float(expected[name])).value
            require(close(got, slope),
                    f"{where}: when the node {name} of your graph moves, total moves "
                    f"{text_of(round(got, 8))} times as far; it should be "
                    f"{text_of(round(slope, 8))} times.", advice(name, got))
    passed("values: z, y, loss, reg, total, by hand and at three neurons")
    passed("links: total reacts to loss, reg, y, z, w and b as it should")
    done("logistic_graph")


def advice(name: str, got: float) -> str:
    if got == 0:
        return (f"No way leads from {name} to total. A node that is made from a plain number, or "
                "from .data, has no parents: the chain is broken there.")
    if name == "w":
        return ("w acts in two places, z and reg. Is it one and the same node in both? A second "
                "Value(w) is another node, with a grad of its own.")
    return f"Is what comes after {name} computed from this very node?"


def built(logistic_graph: Callable, numbers: tuple) -> Any:
    """The student's graph, of nodes that can be computed anew, or of the student's own.

    The former do not depend on the student's class; the latter have all of its methods.
    """
    recorded = with_names(logistic_graph, Value=Number)
    try:
        nodes = ask(recorded, *numbers)
        if isinstance(nodes, dict) and all(
                isinstance(nodes.get(name), Number) for name in ("w", "b", *VALUES)):
            return nodes
    except CheckFailed as failure:
        if "not written yet" in str(failure):
            raise
    return ask(logistic_graph, *numbers)


def reacts(total: Any, node: Any, name: str) -> float:
    """How far the total moves when a node moves by 1."""
    if isinstance(total, Number) and isinstance(node, Number):
        return derivative(lambda v: total.anew(node, v), node.data).value
    require(hasattr(node, "data"), f"{name!r} should be a node, a Value, but is "
            f"{type(node).__name__}.", "Make Values of w and b first, then compute with these.")
    return by_links(total, node)
