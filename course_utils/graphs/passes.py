"""The forward and the backward pass of a graph in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from course_utils.graphs.nodes import GraphNode, number
from course_utils.graphs.reading import Graph, nodes_of

MOST_TERMS = 5  # of a sum that is written out
MOST_STEPS = 200  # of a table that anybody reads


def trace(graph: Graph, names: Mapping | None = None) -> list[tuple[str, str, str]]:
    """Both passes, a node at a time.

    Args:
        graph: The output `Value` of any graph, or a list of `GraphNode` in any order, or a
            function without arguments that returns one of them.
        names: ``{"w": node, ...}``, how to call some nodes of a `Value` graph.

    Returns:
        Rows (step, ``"forward"`` or ``"backward"``, what is computed). Each bar is shown as
        the sum of its messages, child's bar × local derivative, as they were given; where the
        node's own bar is something else, the row says so.

    Raises:
        ValueError: As for `nodes_of`.
    """
    nodes = nodes_of(graph, names)
    value = {node.name: node.value for node in nodes}
    messages: dict[str, list[tuple[GraphNode, float | None]]] = {node.name: [] for node in nodes}
    rows = []
    for node in nodes:
        for parent, local in zip(node.parents, node.local_grads, strict=True):
            messages[parent].append((node, local))
        sources = _listed([f"{parent} = {number(value[parent])}"
                           for parent in dict.fromkeys(node.parents)], ", ")
        how = f"by {node.operation or 'computation'} from {sources}" if sources else "an input"
        rows.append(("forward", f"{node.name} = {number(node.value)}, {how}"))
    rows += [("backward", _bar_in_words(node, messages[node.name])) for node in reversed(nodes)]
    return [(str(step), *row) for step, row in enumerate(rows, start=1)]


def _bar_in_words(node: GraphNode, messages: Sequence[tuple[GraphNode, float | None]]) -> str:
    bar = f"{node.name}_bar"
    given = "not known" if node.bar is None else number(node.bar)
    if not messages:
        return f"{bar} = {given}: the backward pass starts here"
    if any(np.ndim(one) for child, local in messages
           for one in (child.value, child.bar, local, node.value, node.bar)):
        children = _listed(list(dict.fromkeys(f"{child.name}_bar" for child, _ in messages)),
                           " and ")
        return f"{bar} = {given}, from {children}"
    formula = _listed([f"{child.name}_bar · ∂{child.name}/∂{node.name}" for child, _ in messages])
    if any(child.bar is None or local is None for child, local in messages):
        return f"{bar} = {formula}; not all of it is known; {bar} is {given}"
    factors = [(child.bar, local) for child, local in messages]
    steps = [_listed([f"{_signed(a)} × {_signed(b)}" for a, b in factors])]
    products = [a * b for a, b in factors]
    steps += [_listed([_signed(product) for product in products])] if len(products) > 1 else []
    total = sum(products)
    text = " = ".join([bar, formula, *steps, number(total)])
    if node.bar is None or agrees(node.bar, products):
        return text
    return f"{text}, but the {bar} that was given is {given}"


def agrees(bar: float, messages: Sequence[float]) -> bool:
    """Whether a bar is the sum of its messages, but for rounding."""
    total = sum(messages)
    if bar == total or (np.isnan(bar) and np.isnan(total)):
        return True
    # large messages that cancel leave a small sum with the rounding of the large ones
    allowed = 1e-6 * max(abs(bar), abs(total)) + 1e-9 * sum(map(abs, messages))
    return bool(np.isfinite(allowed) and abs(bar - total) <= allowed)


def _listed(terms: Sequence[str], between: str = " + ") -> str:
    """All terms, or the ends of a long list and how long it is."""
    if len(terms) <= MOST_TERMS:
        return between.join(terms)
    return between.join([*terms[:MOST_TERMS - 2], "…", terms[-1]]) + f" ({len(terms):,} terms)"


def _signed(value: float) -> str:
    return f"({number(value)})" if value < 0 else number(value)


def trace_table(graph: Graph, names: Mapping | None = None, most: int = MOST_STEPS) -> str:
    """`trace` as plain text in three columns; of a broken graph what is wrong with it.

    Args:
        graph, names: As for `trace`.
        most: Steps to show; of a longer trace those in the middle are left out.
    """
    try:
        steps = trace(graph, names)
    except ValueError as problem:
        return f"No trace: {problem}"
    left_out = len(steps) - most
    if left_out > 0:
        steps = [*steps[:most // 2], ("…", "", f"{left_out:,} steps are left out here"),
                 *steps[len(steps) - (most - most // 2):]]
    rows = [("step", "pass", "what is computed"), *steps]
    return "\n".join(f"{step:<4}  {direction:<8}  {text}" for step, direction, text in rows)
