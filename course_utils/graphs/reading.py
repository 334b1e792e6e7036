"""Reads a graph off a student's own objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

import numpy as np

from course_utils.graphs.nodes import GraphNode, checked, in_a_cycle
from course_utils.graphs.operations import recognised

#: What may be given as a graph: its nodes, its last node, or a function that builds either.
Graph = Sequence[GraphNode] | Any | Callable[[], Any]


def nodes_of(graph: Graph, names: Mapping | None = None) -> list[GraphNode]:
    """The nodes of whatever was given as a graph, parents before children.

    Args:
        graph: A list of `GraphNode`, or the output `Value` of a graph, or a function without
            arguments that returns one of them.
        names: As for `from_value`; only for a `Value`.

    Raises:
        ValueError: As for `from_value` and `checked`.
    """
    if callable(graph) and not hasattr(graph, "data"):
        graph = graph()
    if isinstance(graph, list | tuple) and all(isinstance(node, GraphNode) for node in graph):
        return checked(graph)
    if isinstance(graph, list | tuple | dict) or graph is None:
        raise ValueError(f"What should be drawn is a {type(graph).__name__}: give the output of "
                         "the graph, a single Value.")
    return from_value(graph, names)


def from_value(output: Any, names: Mapping | None = None) -> list[GraphNode]:
    """Reads a graph off its last node, in time that is linear in its edges.

    Args:
        output: Has ``data``, ``grad``, ``parents`` and ``local_grads``, and so has each of
            its parents; ``name`` and ``op`` or ``operation`` are used where they exist. Common
            operations are recognised by their numbers too.
        names: ``{"w": node, ...}`` or ``{id(node): "w", ...}``. The others are called by
            their ``name``, or v1, v2, ... in the order of the result.

    Returns:
        The nodes, parents before children. If all of ``grad`` are zero or None, no backward
        pass was run and the bars are unknown.

    Raises:
        ValueError: There is a cycle, a node that is no such object, or what `checked` refuses.
    """
    return checked([node for node, _ in paired(output, names)])


def paired(output: Any, names: Mapping | None = None) -> list[tuple[GraphNode, Any]]:
    """Each node as plain data, beside the object it was read from; parents before children.

    Args:
        output, names: As for `from_value`.

    Raises:
        ValueError: There is a cycle, or a node that is no such object.
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
        raise ValueError(
            in_a_cycle([called.get(key, "(no name)") for key in error.args[1]])) from None
    used, counter = set(called.values()), 0
    for key in order:
        if key not in called:
            counter += 1
            while f"v{counter}" in used:
                counter += 1
            called[key] = f"v{counter}"
    no_pass = not any(_is_set(node.grad) for node in found.values())
    return [
        (GraphNode(called[key], _operation(node),
                   node.data, None if no_pass else node.grad,
                   tuple(called[parent] for parent in edges[key]), tuple(node.local_grads)), node)
        for key, node in ((key, found[key]) for key in order)]


def _parents(node: Any) -> tuple:
    missing = [name for name in ("data", "grad", "parents", "local_grads")
               if not hasattr(node, name)]
    if missing:
        raise ValueError(f"A node of the graph is a {type(node).__name__}, which has no "
                         f".{missing[0]}: every node and every parent should be a Value.")
    for name in ("parents", "local_grads"):
        links = getattr(node, name)
        if not isinstance(links, tuple | list):
            raise ValueError(f"A node's .parents and .local_grads should be tuples, but a .{name} "
                             f"is a {type(links).__name__}. (A tuple of one is written (a,).)")
    return tuple(node.parents)


def _operation(node: Any) -> str:
    """What the node says of itself, else what its numbers say."""
    said = _word(node, "operation") or _word(node, "op")
    if said or not node.parents:
        return said
    return recognised(node.data, [parent.data for parent in node.parents],
                      node.local_grads) or "computed"


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
