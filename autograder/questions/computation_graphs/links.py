"""The trusted side's own derivative of a graph: a sum over paths, from the input up.

Every node is moved by a unit and the move carried forward along the edges, which gives the
derivatives of one output with respect to all nodes without any backward pass to trust.
"""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

import numpy as np


def slopes(parents: Sequence[Sequence[int]], local_grads: Sequence[Sequence[float]],
           output: int) -> np.ndarray:
    """The derivative of one node with respect to each of N nodes.

    Args:
        parents: For each node the numbers of its parents.
        local_grads: For each node its derivatives with respect to them.
        output: Number of the node.

    Returns:
        Array of shape (N,).

    Raises:
        ValueError: The links are no graph; the message is for the student.
    """
    for of_node, theirs in zip(parents, local_grads, strict=True):
        if len(of_node) != len(theirs):
            raise ValueError("returned a node with another number of local_grads than of parents")
    moves = np.eye(len(parents))
    for node in in_order(parents):
        for parent, slope in zip(parents[node], local_grads[node], strict=True):
            moves[node] += slope * moves[parent]
    return moves[output]


def in_order(parents: Sequence[Sequence[int]]) -> list[int]:
    """The numbers of the nodes, parents before children.

    Raises:
        ValueError: There is a cycle; the message is for the student.
    """
    try:
        return list(TopologicalSorter(dict(enumerate(parents))).static_order())
    except CycleError:
        raise ValueError("returned a graph with a cycle") from None
