"""The variables of a graph as plain data, also read off a student's own objects."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

import numpy as np


@dataclass(frozen=True)
class GraphNode:
    """A variable of a computation graph.

    Args:
        name: Unlike that of every other node.
        operation: What computes it, ``""`` for an input.
        value: From the forward pass.
        bar: From the backward pass, None if unknown.
        parents: Names of what it is computed from; one may occur twice.
        local_grads: Its derivative with respect to each parent, None where unknown; may
            be empty if none is known.
    """

    name: str
    operation: str
    value: float
    bar: float | None = None
    parents: tuple[str, ...] = ()
    local_grads: tuple[float | None, ...] = ()


def number(value: float) -> str:
    """A number with four significant digits.

    >>> number(-0.123456), number(2.0), number(float("nan"))
    ('−0.1235', '2', 'NaN')
    """
    # a minus, unlike a hyphen, is read aloud
    return "NaN" if math.isnan(value) else f"{value:.4g}".replace("-", "−")


def from_value(output: Any, names: Mapping | None = None) -> list[GraphNode]:
    """Reads a graph off its last node.

    Args:
        output: Has ``data``, ``grad``, ``parents`` and ``local_grads``, and so has each of
            its parents; ``name`` and ``op`` or ``operation`` are used where they exist.
        names: ``{"w": node, ...}`` or ``{id(node): "w", ...}``. The others are called by
            their ``name``, or v1, v2, ... in the order of the result.

    Returns:
        The nodes, parents before children. If all of ``grad`` are zero or None, no backward
        pass was run and the bars are unknown.

    Raises:
        ValueError: There is a cycle, a node that is no such object, or what `checked` refuses.
    """
    found, waiting = {id(output): output}, [output]
    while waiting:
        for parent in _parents(waiting.pop()):
            if id(parent) not in found:
                found[id(parent)] = parent
                waiting.append(parent)
    edges = {key: [id(parent) for parent in node.parents] for key, node in found.items()}
    called = _names(found, names or {})
    try:
        order = list(TopologicalSorter(edges).static_order())
    except CycleError as error:
        raise ValueError(_cycle([called.get(key, "(no name)") for key in error.args[1]])) from None
    used, counter = set(called.values()), 0
    for key in order:
        if key not in called:
            counter += 1
            while f"v{counter}" in used:
                counter += 1
            called[key] = f"v{counter}"
    no_pass = not any(_is_set(node.grad) for node in found.values())
    return checked([
        GraphNode(called[key], _word(node, "operation") or _word(node, "op")
                  or ("computed" if node.parents else ""),
                  node.data, None if no_pass else node.grad,
                  tuple(called[parent] for parent in edges[key]), tuple(node.local_grads))
        for key, node in ((key, found[key]) for key in order)])


def _parents(node: Any) -> tuple:
    missing = [name for name in ("data", "grad", "parents", "local_grads")
               if not hasattr(node, name)]
    if missing:
        raise ValueError(f"A node of the graph is a {type(node).__name__}, which has no "
                         f".{missing[0]}: every node and every parent should be a Value.")
    if not all(isinstance(links, tuple | list) for links in (node.parents, node.local_grads)):
        raise ValueError("A node's .parents and .local_grads should be tuples, and one of a "
                         f"{type(node).__name__} is not.")
    return tuple(node.parents)


def _word(node: Any, attribute: str) -> str:
    word = getattr(node, attribute, "")
    return word if isinstance(word, str) else ""  # and not a method of that name


def _names(found: Mapping[int, Any], names: Mapping) -> dict[int, str]:
    """The given names by id: those of `names` go before a node's own."""
    own = {key: _word(node, "name") for key, node in found.items() if _word(node, "name")}
    given = dict((id(second), first) if isinstance(first, str) else (first, second)
                 for first, second in names.items())
    return {key: str(name) for key, name in {**own, **given}.items() if key in found}


def _is_set(grad: Any) -> bool:
    return grad is not None and bool(np.any(np.asarray(grad) != 0))


def _cycle(names: Sequence[str]) -> str:
    return (f"The graph has a cycle, {' → '.join(names)}: a variable cannot be computed from "
            "itself.")


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
        raise ValueError(_cycle(error.args[1])) from None


def _with_floats(node: GraphNode) -> GraphNode:
    local_grads = tuple(node.local_grads) or (None,) * len(node.parents)
    if len(local_grads) != len(node.parents):
        raise ValueError(f"{node.name!r} has {len(node.parents)} parents but {len(local_grads)} "
                         "local derivatives: there should be one for each parent.")
    try:
        value, *others = [None if one is None else float(one)
                          for one in (node.value, node.bar, *local_grads)]
        if value is None:
            raise TypeError
    except (TypeError, ValueError):
        raise ValueError(f"The value, bar or a local derivative of {node.name!r} is not one "
                         "number.") from None
    return replace(node, value=value, bar=others[0], parents=tuple(node.parents),
                   local_grads=tuple(others[1:]))
