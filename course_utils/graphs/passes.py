"""The forward and the backward pass of a graph in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from course_utils.graphs.nodes import GraphNode, checked, number


def trace(nodes: Sequence[GraphNode]) -> list[tuple[str, str, str]]:
    """Both passes, a node at a time.

    Args:
        nodes: The graph, in any order.

    Returns:
        Rows (step, ``"forward"`` or ``"backward"``, what is computed). Each bar is shown as
        the sum of its messages, child's bar × local derivative, as they were given; where the
        node's own bar is something else, the row says so.

    Raises:
        ValueError: As for `checked`.
    """
    nodes = checked(nodes)
    value = {node.name: node.value for node in nodes}
    messages: dict[str, list[tuple[GraphNode, float | None]]] = {node.name: [] for node in nodes}
    rows = []
    for node in nodes:
        for parent, local in zip(node.parents, node.local_grads, strict=True):
            messages[parent].append((node, local))
        sources = ", ".join(f"{parent} = {number(value[parent])}"
                            for parent in dict.fromkeys(node.parents))
        how = f"by {node.operation or 'computation'} from {sources}" if sources else "an input"
        rows.append(("forward", f"{node.name} = {number(node.value)}, {how}"))
    rows += [("backward", _bar_in_words(node, messages[node.name])) for node in reversed(nodes)]
    return [(str(step), *row) for step, row in enumerate(rows, start=1)]


def _bar_in_words(node: GraphNode, messages: Sequence[tuple[GraphNode, float | None]]) -> str:
    bar = f"{node.name}_bar"
    given = "not known" if node.bar is None else number(node.bar)
    if not messages:
        return f"{bar} = {given}: the backward pass starts here"
    formula = " + ".join(f"{child.name}_bar · ∂{child.name}/∂{node.name}" for child, _ in messages)
    if any(child.bar is None or local is None for child, local in messages):
        return f"{bar} = {formula}; not all of it is known; {bar} is {given}"
    factors = [(child.bar, local) for child, local in messages]
    steps = [" + ".join(f"{_signed(a)} × {_signed(b)}" for a, b in factors)]
    products = [a * b for a, b in factors]
    steps += [" + ".join(_signed(product) for product in products)] if len(products) > 1 else []
    total = sum(products)
    text = " = ".join([bar, formula, *steps, number(total)])
    agrees = node.bar is None or np.isclose(total, node.bar, rtol=1e-6, atol=1e-12, equal_nan=True)
    return text if agrees else f"{text}, but the {bar} that was given is {given}"


def _signed(value: float) -> str:
    return f"({number(value)})" if value < 0 else number(value)


def trace_table(nodes: Sequence[GraphNode]) -> str:
    """`trace` as plain text in three columns."""
    rows = [("step", "pass", "what is computed"), *trace(nodes)]
    return "\n".join(f"{step:<4}  {direction:<8}  {text}" for step, direction, text in rows)
