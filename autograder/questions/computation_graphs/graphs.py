"""Graphs as plain data: how they are drawn, probed with, and judged.

A graph has N nodes, numbered so that parents come before children, and E edges. Edge e
leads from the node ``parents[e]`` to the node ``children[e]``; the edges of one child stand
in the order of its operands. Local derivatives need not belong to any operation: an order, a
backward pass and a count of operations depend on the edges and on nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.question import Case

CHAIN = "a chain"
SINGLE = "a single node"
FAN_OUT = "a node with several children"
TWICE = "a node used twice by one operation"
INPUTS = "several inputs"
ORDER = "a long and a short way to the same node"
RANDOM = "a graph at random"
AGAIN = "a second call"
SECOND_OUTPUT = "a second output of the same graph"
STALE = "gradients left over from before"
METHOD = "Value.backward()"
DEEP = "10,000 nodes in a row"
PATHS = "2**50 paths"

Graph = dict[str, Any]


def graph_of(rng: np.random.Generator, operands: Sequence[Sequence[int]]) -> Graph:
    """A graph with random numbers on it.

    Args:
        rng: The generator.
        operands: For each node the numbers of its parents.
    """
    children = [child for child, of_child in enumerate(operands) for _ in of_child]
    parents = [parent for of_child in operands for parent in of_child]
    count = len(operands)
    return {
        "data": rng.uniform(0.4, 1.9, count) * rng.choice([-1, 1], count),
        "grads": np.zeros(count),
        "children": np.array(children, dtype=np.int64),
        "parents": np.array(parents, dtype=np.int64),
        "local_grads": rng.uniform(0.4, 1.6, len(parents)) * rng.choice([-1, 1], len(parents)),
    }


def chain(rng: np.random.Generator, count: int) -> Graph:
    """Each node is computed from the one before; the bars stay near 1 all along."""
    graph = graph_of(rng, [[], *([node] for node in range(count - 1))])
    graph["local_grads"] = (np.sign(graph["local_grads"])
                            * np.exp(rng.uniform(-1, 1, count - 1) / count))
    return graph


def diamonds(rng: np.random.Generator, count: int) -> Graph:
    """A chain of diamonds: two ways through each, 2**count paths, 4·count edges.

    The derivatives of the two ways add up to about 1, so that the bars do not grow.
    """
    operands: list[list[int]] = [[]]
    for _ in range(count):
        top = len(operands) - 1
        operands += [[top], [top], [top + 1, top + 2]]
    graph = graph_of(rng, operands)
    local_grads = np.ones((count, 4))
    local_grads[:, 2] = rng.uniform(0.3, 0.6, count)
    local_grads[:, 3] = rng.uniform(0.98, 1.02, count) - local_grads[:, 2]
    graph["local_grads"] = local_grads.ravel()
    return graph


def at_random(rng: np.random.Generator, count: int) -> Graph:
    """Every node but the first three has one to three operands; the last reaches all others."""
    operands: list[list[int]] = [[], [], []]
    while len(operands) < count:
        several = rng.integers(1, 4)
        operands.append(rng.integers(0, len(operands), several).tolist())
    used = {parent for of_child in operands for parent in of_child}
    operands.append([node for node in rng.permutation(count).tolist() if node not in used])
    return graph_of(rng, operands)


def long_and_short(rng: np.random.Generator, short_first: bool) -> Graph:
    """Node 1 has a child that is computed from it at once, and one that is three steps away."""
    ends = [1, 4] if short_first else [4, 1]
    return graph_of(rng, [[], [0], [1], [2], [3], ends])


def named_graphs(rng: np.random.Generator) -> dict[str, list[tuple[Graph, list[int]]]]:
    """For each kind graphs, each with the nodes to ask for, one after the other."""
    def last(graph):
        return graph, [len(graph["data"]) - 1]

    shared = graph_of(rng, [[], [], [0, 1], [2], [2, 0], [4, 1], [3, 2, 1]])
    return {
        SINGLE: [last(graph_of(rng, [[]]))],
        CHAIN: [last(chain(rng, int(rng.integers(4, 7))))],
        INPUTS: [last(graph_of(rng, [[], [], [], [1, 0], [3, 2]]))],
        FAN_OUT: [last(graph_of(rng, [[], [], [0], [0, 1], [2, 3, 0]]))],
        TWICE: [last(graph_of(rng, [[], [0, 0]])), last(graph_of(rng, [[], [0], [1, 1, 0]]))],
        ORDER: [last(long_and_short(rng, True)), last(long_and_short(rng, False))],
        RANDOM: [last(at_random(rng, int(rng.integers(9, 14)))) for _ in range(3)],
        AGAIN: [(graph, [node, node]) for graph, (node,) in [last(at_random(rng, 8))]],
        SECOND_OUTPUT: [(shared, [5, 6]), (shared, [6, 5])],
        DEEP: [last(chain(rng, 10_000))],
        PATHS: [last(diamonds(rng, 50))],
    }


def cases_of(graphs: dict[str, list[tuple[Graph, list[int]]]], wanted: str,
             give_order: bool) -> list[Case]:
    """Cases for `ask_on_graph`.

    Args:
        graphs: As `named_graphs` gives them.
        wanted: What the question is about: ``"order"``, ``"grads"`` or ``"result"``.
        give_order: Whether the student's function finds a right order under the name
            ``topological_order``, whatever the student's own does.
    """
    return [Case(kind, ("method" if kind == METHOD else wanted, graph, outputs, [
        reached(graph, output) for output in outputs] if give_order else None))
            for kind, several in graphs.items() for graph, outputs in several]


def reached(graph: Graph, output: int) -> np.ndarray:
    """The nodes that an output is computed from, itself included, parents before children."""
    found = [False] * len(graph["data"])
    found[output] = True
    ends = zip(graph["children"][::-1].tolist(), graph["parents"][::-1].tolist(), strict=True)
    for child, parent in ends:
        if found[child]:
            found[parent] = True
    return np.flatnonzero(found)


def ask_on_graph(function, wanted, graph, outputs, orders):
    """Builds a graph, calls the student's function on its outputs in turn, tells of the last.

    The nodes are of the student's class `Value`, if it can be built and filled, else of a
    bare class: a mistake there should not count here. For the same reason the function may be
    given a right order of each graph, as plain data, in place of the student's own.
    """
    names = getattr(function, "__globals__", {})

    class Bare:
        def __init__(self, data):
            self.data = data

    def build(make):
        count = len(graph["data"])
        data, grads, parents, slopes = (graph[key].tolist() for key in (
            "data", "grads", "parents", "local_grads"))
        ends = np.searchsorted(graph["children"], np.arange(count + 1)).tolist()
        nodes = []
        for index in range(count):
            first, last = ends[index], ends[index + 1]
            node = make(data[index])
            node.data, node.grad = data[index], grads[index]
            node.parents = tuple([nodes[parent] for parent in parents[first:last]])
            node.local_grads = tuple(slopes[first:last])
            nodes.append(node)
        return nodes

    try:
        nodes = build(names.get("Value", Bare))
    except Exception:
        nodes = build(Bare)
    place = {id(node): index for index, node in enumerate(nodes)}

    def given_order(output):
        order = orders[outputs.index(place[id(output)])]
        return [nodes[index] for index in order.tolist()]

    def with_names(method, **replaced):
        if orders is None or not hasattr(method, "__globals__"):
            return method
        scope = {**method.__globals__, **replaced}
        copy = type(method)(method.__code__, scope, method.__name__, method.__defaults__,
                            method.__closure__)
        copy.__kwdefaults__ = method.__kwdefaults__
        scope.setdefault(method.__name__, copy)
        if scope[method.__name__] is method:
            scope[method.__name__] = copy
        return copy

    function = with_names(function, topological_order=given_order)
    for output in outputs:
        if wanted == "method":
            with_names(type(nodes[output]).backward, backward=function)(nodes[output])
        else:
            result = function(nodes[output])
    if wanted == "order" and result is not None:
        result = np.array([place.get(id(node), -1) for node in result], dtype=int)
    elif wanted in ("grads", "method"):
        result = np.array([float(node.grad) for node in nodes])
    nodes.clear()  # which are many, and stand in cycles with the functions above
    return result
