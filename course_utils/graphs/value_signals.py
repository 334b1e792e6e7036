"""The first wrong ``grad`` of a graph of a student's own `Value` objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from course_utils.finite_difference import Estimate, derivative
from course_utils.gradcheck import check_gradient
from course_utils.graphs.nodes import GraphNode, checked
from course_utils.graphs.passes import agrees
from course_utils.graphs.reading import from_value, paired
from course_utils.graphs.signal_report import SignalReport

RELATIVE = 1e-6  # beside a finite difference
MOST_NODES = 400  # of a graph that is built anew some twenty times
TITLE = "Your graph"
#: A message: the child that sends it, and the local derivative.
Message = tuple[GraphNode, float]


def first_wrong_grad(output: Any, names: Mapping | None = None,
                     forward: Callable[..., Any] | None = None,
                     inputs: Sequence[Any] | None = None) -> SignalReport:
    """Finds the first ``grad`` in backward order that is wrong.

    Args:
        output, names, forward, inputs: As for `first_wrong_signal`.

    Returns:
        The report. A graph that cannot be read is ``ok=False`` with a sentence. Without
        `forward` it says only that each ``grad`` is the sum of its messages.
    """
    try:
        nodes = checked(from_value(output, names))
    except ValueError as problem:
        return SignalReport(False, None, (), (), (str(problem),), TITLE)
    for node in nodes:
        if any(np.ndim(one) for one in (node.value, node.bar, *node.local_grads)):
            return SignalReport(False, node.name, (), (), (
                f"{node.name} holds an array; its data, grad and local_grads should be single "
                "numbers.",), TITLE, tuple(nodes))
    if nodes[-1].bar is None:
        return SignalReport(False, nodes[-1].name, (), (), (
            "Every grad is 0: no backward pass was run, or it does not start with 1 at the "
            "output.",), TITLE, tuple(nodes))
    messages: dict[str, list[Message]] = defaultdict(list)
    for node in nodes:
        for parent, local in zip(node.parents, node.local_grads, strict=True):
            messages[parent].append((node, local))
    right: list[str] = []
    for node in reversed(nodes):
        problem = _inconsistency(node, messages, node is nodes[-1])
        if problem:
            return SignalReport(False, node.name, tuple(right), (), (
                f"The first wrong signal is {node.name}_bar.", *problem,
                "Signals computed after it may only be wrong because it is."), TITLE, tuple(nodes))
        right.append(node.name)
    if forward is None:
        return SignalReport(True, None, tuple(right), (), (
            f"Each of the {len(nodes)} bars is the sum of its messages. (Whether the local "
            "derivatives are right, this cannot tell.)",), TITLE, tuple(nodes))
    return _against_differences(output, names, nodes, forward, list(inputs or ()), right)


# --- each bar against its messages ------------------------------------------------------------


def _inconsistency(node: GraphNode, messages: Mapping[str, list[Message]],
                   is_output: bool) -> list[str]:
    """Sentences if a bar is not the sum of its messages, else nothing."""
    if node.bar is None:
        return ["It is None: no message has arrived."]
    if is_output:
        return [] if node.bar == 1 else [
            f"{node.name} is the output: its bar is the derivative of the output with respect to "
            f"itself, 1, but its grad is {node.bar:.6g}."]
    terms = [child.bar * local for child, local in messages[node.name]]
    total = sum(terms)
    if np.isnan(total) and np.isnan(node.bar):
        names = " and ".join(dict.fromkeys(child.name for child, _ in messages[node.name]))
        return [f"It is NaN, since a local derivative of {names} is NaN or infinite, or the bar "
                "times it is 0 × ∞."]
    if agrees(node.bar, terms):
        return []
    children = [child.name for child, _ in messages[node.name]]
    sources = (f"{node.name} is used in {' and in '.join(dict.fromkeys(children))}"
               + (f", {len(children)} times in all" if len(set(children)) < len(children) else ""))
    made = "message" if len(terms) == 1 else f"sum of the {len(terms)} messages"
    return [f"Its grad is {node.bar:.6g}; the {made} that should have arrived is {total:.6g}.",
            f"{sources}.", *_hint(node, terms, messages)]


def _hint(node: GraphNode, terms: list[float], messages: Mapping[str, list[Message]]) -> list[str]:
    total, bar, own = sum(terms), node.bar, messages[node.name]
    if bar == 0:
        return ["No message has arrived. Is this node in the order, and after its children?"]
    for child, local in own:
        before = bar - (total - child.bar * local)
        if local and _is_partial(before / local, messages[child.name]):
            return [f"It was sent before {child.name}_bar was complete: {child.name} must wait "
                    "for all of its own children. Is the order a topological one?"]
    if len(terms) > 1 and any(_close(bar, term) for term in terms):
        sender = next(child.name for (child, _), term in zip(own, terms, strict=True)
                      if _close(bar, term))
        return [f"Only one message, from {sender}, has arrived. At a fan-out messages are added: "
                "+= in place of =."]
    if len(terms) > 2 and _is_partial(bar, own):
        return ["Some of the messages have arrived, and others have not."]
    if _close(bar, -total):
        return ["The sign is turned."]
    times = bar / total if total else 0.0
    if times > 1.5 and _close(times, round(times)):
        return [f"It is {round(times)} times as large: are the grads set to 0 before a second "
                "backward pass, and is each node visited once?"]
    return []


def _is_partial(value: float, messages: Sequence[Message]) -> bool:
    """Whether a number is the sum of some, but not all, of a node's messages."""
    terms = [child.bar * local for child, local in messages]
    return len(terms) <= 6 and any(
        _close(value, sum(some)) for count in range(1, len(terms))
        for some in combinations(terms, count))


def _close(a: float, b: float) -> bool:
    return abs(a - b) <= RELATIVE * max(abs(a), abs(b))


# --- local derivatives against finite differences ---------------------------------------------


def _against_differences(output: Any, names: Mapping | None, nodes: list[GraphNode],
                         forward: Callable[..., Any], inputs: list[Any],
                         right: list[str]) -> SignalReport:
    """Builds the graph anew at moved inputs and looks how every node moves."""
    def cannot_tell(reason: str) -> SignalReport:
        return SignalReport(None, None, tuple(right), (), (
            f"Each of the {len(nodes)} bars is the sum of its messages.",
            f"Whether the local derivatives are right: cannot tell here, {reason}."),
            TITLE, tuple(nodes))

    if len(nodes) > MOST_NODES:
        return cannot_tell(f"the graph has more than {MOST_NODES} nodes")
    at = np.array([float(node.data) for node in inputs])
    # all inputs move at once, each at a pace of its own
    pace = np.sqrt(np.arange(2.0, 2.0 + len(at)))

    def build(values: Sequence[float]) -> Any:
        return forward(*(type(node)(float(value))
                         for node, value in zip(inputs, values, strict=True)))

    known: dict[float, list[float]] = {}

    def all_values(step: float) -> list[float]:
        if step not in known:
            known[step] = _values_of(build(at + step * pace), nodes)
        return known[step]

    try:
        again = all_values(0.0)
        rates = [derivative(lambda step, place=place: all_values(step)[place], 0.0)
                 for place in range(len(nodes))] if again else []
    except ValueError as problem:
        return cannot_tell(str(problem))
    if again != [node.value for node in nodes]:
        return cannot_tell("since forward, called with these inputs, does not build this graph")
    unclear = [node.name for node, rate in zip(nodes, rates, strict=True)
               if rate.verdict != "smooth"]
    rate_of = {node.name: rate for node, rate in zip(nodes, rates, strict=True)}
    for node in reversed(nodes):
        problem = _wrong_locals(node, rate_of)
        if problem:
            return SignalReport(False, node.name, tuple(right), tuple(unclear), problem, TITLE,
                                tuple(nodes))
    row = check_gradient(lambda values: float(build(values).data),
                         np.array([float(node.grad) for node in inputs]), at).rows[0]
    if row.ok is False and row.where:
        called = {id(node): plain.name for plain, node in paired(output, names)}
        name = called.get(id(inputs[row.where[0]]))
        return SignalReport(False, name, tuple(right), tuple(unclear), (
            f"The gradient of input {row.where[0] + 1}{f', {name},' if name else ''} is "
            f"{row.given:.6g}; finite differences say {row.expected:.6g}.",
            "Each bar is the sum of its messages, so a local derivative is wrong."), TITLE,
            tuple(nodes))
    if row.ok is None or unclear:
        return cannot_tell("since finite differences are too coarse at this point (a kink, or "
                           "rounding)")
    return SignalReport(True, None, tuple(right), (), (
        f"Each of the {len(nodes)} bars is the sum of its messages, and the local derivatives "
        "agree with finite differences.",), TITLE, tuple(nodes))


def _values_of(output: Any, nodes: Sequence[GraphNode]) -> list[float]:
    """The values of a graph that is built like `nodes`.

    Raises:
        ValueError: It is built in another way.
    """
    again = from_value(output)
    place = {node.name: index for index, node in enumerate(nodes)}
    wanted = [[place[parent] for parent in node.parents] for node in nodes]
    place = {node.name: index for index, node in enumerate(again)}
    if [[place[parent] for parent in node.parents] for node in again] != wanted:
        raise ValueError("since forward, called with other numbers, builds another graph")
    return [node.value for node in again]


def _wrong_locals(node: GraphNode, rate_of: Mapping[str, Estimate]) -> tuple[str, ...]:
    """Sentences if a node does not move as its local derivatives say, else nothing."""
    parents = list(zip(node.parents, node.local_grads, strict=True))
    own = rate_of[node.name]
    if not parents or any(rate_of[name].verdict != "smooth" for name in (node.name, *node.parents)):
        return ()
    said = sum(local * rate_of[name].value for name, local in parents)
    size = max(abs(own.value), *(abs(local * rate_of[name].value) for name, local in parents))
    allowed = own.error + sum(abs(local) * rate_of[name].error for name, local in parents)
    if abs(own.value - said) <= 10 * allowed + RELATIVE * size:
        return ()
    how = node.operation or "an operation"
    start = (f"Each bar is the sum of its messages, but {node.name}, computed by {how} from "
             f"{' and '.join(node.parents)}, sends wrong ones: look at its local derivatives.")
    if len(set(node.parents)) == 1:
        local, name = sum(local for _, local in parents), node.parents[0]
        slope = own.value / rate_of[name].value
        return (start, f"∂{node.name}/∂{name} is {local:.6g} in local_grads; finite differences "
                       f"say {slope:.6g}.")
    return (start, f"If all inputs move a little, {node.name} moves {own.value:.6g} times as much "
                   f"by finite differences, but {said:.6g} times by its local_grads.")
