"""Checks of the class Value: each operation's value, and the derivatives in its links."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from course_utils.checks.report import CheckFailed, ask, close, done, entry, number, passed, require
from course_utils.checks.report import show as text_of
from course_utils.finite_difference import derivative
from course_utils.graphs import GraphNode, from_value
from course_utils.scalar_graph import Number, moved

Numbers = dict[str, float]

#: (expressions with their inputs, what a tick says, where to look)
STEPS: list[tuple[list[tuple[str, Numbers]], str, str]] = [
    ([("a + b", {"a": 2.0, "b": 5.0})], "a + b",
     "This one was given: put it back as it was."),
    ([("a * b", {"a": 2.0, "b": 5.0}), ("a * b", {"a": -1.5, "b": 0.5})], "a * b",
     "If a rises by 1, by how much does a · b rise?"),
    ([("-a", {"a": 3.0})], "-a", "Minus turns a rise into a fall."),
    ([("a - b", {"a": 2.0, "b": 5.0})], "a - b", "a − b is a + (−b)."),
    ([("a / b", {"a": 3.0, "b": 2.0}), ("a / b", {"a": -3.0, "b": 4.0})], "a / b",
     "Write it as a times b to the power −1, if the quotient rule escapes you."),
    ([("a ** 3", {"a": 2.0}), ("a ** -2", {"a": 2.0}), ("a ** 0.5", {"a": 2.25})],
     "a ** 3, a ** -2, a ** 0.5", "The power rule: n in front, then the power n − 1."),
    ([("a.exp()", {"a": 0.5}), ("a.exp()", {"a": -2.0})], "a.exp()",
     "exp is its own derivative."),
    ([("a.log()", {"a": 0.5}), ("a.log()", {"a": 4.0})], "a.log()",
     "It is the natural logarithm; its derivative is one over the input."),
    ([("a.tanh()", {"a": 0.5}), ("a.tanh()", {"a": -1.2})], "a.tanh()",
     "With y = tanh(a), the derivative is 1 − y²."),
    ([("a.sigmoid()", {"a": 0.5}), ("a.sigmoid()", {"a": -1.2})], "a.sigmoid()",
     "With y = σ(a), the derivative is y (1 − y)."),
    ([("a.relu()", {"a": 2.0}), ("a.relu()", {"a": -2.0})], "a.relu()",
     "relu(a) is a where a > 0 and 0 elsewhere: slope 1 there, and 0 elsewhere."),
    ([(f"a {sign} 3", {"a": 2.0}) for sign in "+-*/"], "a number on the right",
     "Is the number turned into a node, by Value.of?"),
    ([(f"3 {sign} a", {"a": 2.0}) for sign in "+-*/"], "a number on the left",
     "For 3 − a Python calls a.__rsub__(3), for 3 / a it calls a.__rtruediv__(3). The number "
     "comes first."),
    ([("a * a", {"a": 3.0}), ("a * a.exp() - a / (a + 1)", {"a": 0.5})],
     "the same node used twice",
     "A node that is used twice stands twice in parents, each time with its local derivative."),
    ([("((a - b) * 2.5).tanh() * (a ** 2 / b) + (a * b).sigmoid() - (1 - a).relu() / b",
       {"a": 0.4, "b": 1.3})], "a longer expression",
     "Single operations are right; what happens to the result of one in the next?"),
    ([("a * a + 3 / b", {"a": 2, "b": 4})], "integers",
     "A node's data should be a float, whatever it is made from."),
]

#: What usually stands behind an exception.
HINTS = {
    "OverflowError": "e to a large power does not fit into a float. Write it so that exp only "
                     "sees negative numbers, or with math.tanh.",
    "has no attribute 'data'": "A plain number has no .data: Value.of(other) makes a node of it.",
}


def by_hand(by_hand: Callable) -> None:
    """Checks the bars of f = (a + b) · b at a = 2, b = 3, that were found on paper."""
    bars = ask(by_hand)
    f = {"f": lambda v: v, "v": lambda v: v * 3.0, "b": lambda v: (2.0 + v) * v,
         "a": lambda v: (v + 3.0) * 3.0}
    at = {"f": 15.0, "v": 5.0, "b": 3.0, "a": 2.0}
    hints = {"f": "The output's own bar: how much does f move, if f moves by 1?",
             "v": "v has one child, f = v · b. Its local derivative is b.",
             "b": "b has two children, v and f. Two messages arrive, and they add up.",
             "a": "a has one child, v = a + b, with the local derivative 1."}
    for name, function in f.items():
        got = number(entry(bars, name, "by_hand"), f"the bar of {name}")
        expected = derivative(function, at[name]).value
        require(close(got, expected), f"The bar of {name} is {text_of(got)}; moving {name} a "
                f"little moves f by {text_of(round(expected, 6))} times as much.", hints[name])
        passed(f"the bar of {name}")


def value(Value: Callable) -> None:
    """Checks the class ``Value``, one operation after the other."""
    node = evaluated(Value, "Value(3)", {})
    linked("Value(3)", node)
    require(close(node.data, 3.0), f"Value(3).data is {text_of(node.data)}; it should be 3.0.")
    require(not len(node.parents), "Value(3) has parents; a new node has none.")
    require(close(node.grad, 0.0), f"Value(3).grad is {text_of(node.grad)}: before any backward "
            "pass it is 0.0.")
    passed("a new node")
    for several, tick, hint in STEPS:
        for expression, inputs in several:
            compare(Value, expression, inputs, hint)
        passed(tick)
    corner(Value)
    far_out(Value)
    done("Value")


def evaluated(Value: Callable, expression: str, inputs: Mapping[str, Any]) -> Any:
    """The student's result of an expression, all errors told in sentences."""
    def run():
        return eval(expression, {"Value": Value, **inputs})

    run.__name__ = expression
    try:
        return ask(run, says=expression)
    except CheckFailed as failure:
        for error, hint in HINTS.items():
            if error in str(failure):
                raise CheckFailed(*str(failure).split("\n  "), hint) from None
        raise


def linked(what: str, output: Any) -> list[GraphNode]:
    """The graph of a student's node; fails with a sentence if there is none."""
    try:
        return from_value(output)
    except ValueError as problem:
        raise CheckFailed(f"{what} gives no graph that can be followed.", str(problem)) from None


def compare(Value: Callable, expression: str, inputs: Numbers, hint: str) -> None:
    """Fails if the value, or a derivative that the links give, is not right."""
    given = {name: evaluated(Value, "Value(x)", {"x": x}) for name, x in inputs.items()}
    output = evaluated(Value, expression, given)
    linked(expression, output)
    where = " at " + ", ".join(f"{name} = {text_of(x)}" for name, x in inputs.items())
    numbers = {name: Number(x) for name, x in inputs.items()}
    course = Number.of(eval(expression, dict(numbers)))
    got = number(output.data, f"the data of {expression}")
    require(close(got, course.data), f"{expression}{where} has the data {text_of(got)}; without "
            f"a graph the same numbers give {text_of(course.data)}.", hint)
    for name, x in inputs.items():
        slope = by_links(output, given[name])
        estimate = derivative(lambda v, name=name: course.anew(numbers[name], v), float(x))
        require(close(slope, estimate.value),
                f"{expression}{where}: by your parents and local_grads, its derivative with "
                f"respect to {name} is {text_of(slope)}; finite differences say "
                f"{text_of(round(estimate.value, 8))}.", hint)


def by_links(output: Any, node: Any) -> float:
    """How far the output moves when a node moves by 1, as the links have it."""
    try:
        nodes = from_value(output, {"the node": node})
    except ValueError as problem:
        raise CheckFailed(str(problem)) from None
    place = {each.name: index for index, each in enumerate(nodes)}
    if "the node" not in place:
        return 0.0
    return moved([[place[parent] for parent in each.parents] for each in nodes],
                 [each.local_grads for each in nodes], place["the node"])


def corner(Value: Callable) -> None:
    """Fails if the derivative of relu at 0 is not between its slopes on both sides."""
    node = evaluated(Value, "Value(x)", {"x": 0.0})
    slope = by_links(evaluated(Value, "a.relu()", {"a": node}), node)
    require(-1e-9 <= slope <= 1 + 1e-9, f"a.relu() at a = 0: the derivative is {text_of(slope)}. "
            "There is a corner; anything from 0 to 1 is right, and nothing else.")
    passed("relu at 0: one of the slopes at the corner")


def far_out(Value: Callable) -> None:
    """Fails if a method overflows far from 0."""
    ends = {"tanh": (-1, 1), "sigmoid": (0, 1), "relu": (0, 1000)}
    for name, values in ends.items():
        for far, expected in zip((-1000.0, 1000.0), values, strict=True):
            node = evaluated(Value, "Value(x)", {"x": far})
            output = evaluated(Value, f"a.{name}()", {"a": node})
            require(close(number(output.data, f"a.{name}() at a = {far:g}"), expected),
                    f"a.{name}() at a = {far:g} is {text_of(float(output.data))}; it should be "
                    f"{expected}.")
            slope = by_links(output, node)
            require(close(slope, float(name == "relu" and far > 0)),
                    f"a.{name}() at a = {far:g} has the derivative {text_of(slope)}, but "
                    f"{'it rises with a there.' if slope == 0 else 'it is flat there.'}")
    passed("quiet at ±1000")
    tiny = evaluated(Value, "Value(x)", {"x": 1e-3})
    slope = by_links(evaluated(Value, "a.log()", {"a": tiny}), tiny)
    require(np.isclose(slope, 1000, rtol=1e-3),
            f"a.log() at a = 0.001 has the derivative {text_of(slope)}; it should be 1000.")
