"""The variables of a graph as plain data."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

import numpy as np

SHORT_VECTOR = 3  # entries that still fit into a box


@dataclass(frozen=True)
class GraphNode:
    """A variable of a computation graph.

    Args:
        name: Unlike that of every other node.
        operation: What computes it, ``""`` for an input.
        value: From the forward pass: a number, or an array.
        bar: From the backward pass, None if unknown.
        parents: Names of what it is computed from; one may occur twice.
        local_grads: Its derivative with respect to each parent, None where unknown; may
            be empty if none is known.
    """

    name: str
    operation: str
    value: float | np.ndarray
    bar: float | np.ndarray | None = None
    parents: tuple[str, ...] = ()
    local_grads: tuple[float | None, ...] = ()


def number(value: float | np.ndarray) -> str:
    """A number with four significant digits; of an array its entries or its shape.

    >>> number(-0.123456), number(2.0), number(float("nan"))
    ('−0.1235', '2', 'NaN')
    >>> number(np.array([0.5, -1.0])), number(np.ones((3, 2)))
    ('[0.5, −1]', 'shape (3, 2)')
    """
    if np.ndim(value) == 0:
        # a minus, unlike a hyphen, is read aloud
        return "NaN" if math.isnan(value) else f"{value + 0.0:.4g}".replace("-", "−")  # no −0
    if np.ndim(value) == 1 and len(value) <= SHORT_VECTOR:
        return f"[{', '.join(number(entry) for entry in value)}]"
    return f"shape {np.shape(value)}" + (" with NaN" if np.any(np.isnan(value)) else "")


def checked(nodes: Sequence[GraphNode]) -> list[GraphNode]:
    """The same nodes with floats in them, parents before children.

    Raises:
        ValueError: In a sentence: no nodes, two of one name, an unknown parent, parents and
            local derivatives of different number, something that is not a number, a cycle.
    """
    nodes = list(nodes)
    if not nodes:
        raise ValueError("The graph has no nodes, so there is nothing to show.")
    name, times = Counter(node.name for node in nodes).most_common(1)[0]
    if times > 1:
        raise ValueError(f"{times} nodes are called {name!r}: each needs a name of its own.")
    by_name = {node.name: _with_floats(node) for node in nodes}
    for node in nodes:
        unknown = [parent for parent in node.parents if parent not in by_name]
        if unknown:
            raise ValueError(f"{node.name!r} has the parent {unknown[0]!r}, which is not a node "
                             "of the graph.")
    place = {name: index for index, name in enumerate(by_name)}
    if all(place[parent] < place[node.name] for node in nodes for parent in node.parents):
        return list(by_name.values())
    try:
        order = TopologicalSorter({node.name: node.parents for node in nodes}).static_order()
        return [by_name[name] for name in order]
    except CycleError as error:
        raise ValueError(in_a_cycle(error.args[1])) from None


def in_a_cycle(names: Sequence[str]) -> str:
    """The sentence about a cycle; of a long one the two ends."""
    shown = [*names[:4], "…", *names[-3:]] if len(names) > 8 else names
    return (f"The graph has a cycle, {' → '.join(shown)}: a variable cannot be computed from "
            "itself.")


def _with_floats(node: GraphNode) -> GraphNode:
    local_grads = tuple(node.local_grads) or (None,) * len(node.parents)
    if len(local_grads) != len(node.parents):
        raise ValueError(f"{node.name!r} has {len(node.parents)} parents but {len(local_grads)} "
                         "local derivatives: there should be one for each parent.")
    if node.value is None:
        raise ValueError(f"The value of {node.name!r} is None, and not one number.")
    value, bar, *locals_ = (
        None if one is None else _plain(one, f"{what} of {node.name!r}") for what, one in
        [("The value", node.value), ("The bar", node.bar),
         *(("A local derivative", one) for one in local_grads)])
    return replace(node, value=value, bar=bar, parents=tuple(node.parents),
                   local_grads=tuple(locals_))


def _plain(one: Any, what: str) -> float | np.ndarray:
    """A float, or a float array where an array was given."""
    try:
        if isinstance(one, np.ndarray) and one.ndim:
            return one.astype(float)
        return float(one)
    except (TypeError, ValueError):
        advice = ": take its .data" if hasattr(one, "data") and not isinstance(
            one, np.ndarray) else ""
        raise ValueError(f"{what} is a {type(one).__name__}, and not one number{advice}.") from None
