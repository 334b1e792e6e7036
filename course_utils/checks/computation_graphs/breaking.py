"""Checks of the graphs on which broken backward passes fail."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from course_utils.checks.computation_graphs.nodes import linked
from course_utils.checks.report import CheckFailed, ask, done, passed, require
from course_utils.checks.report import show as text_of
from course_utils.scalar_graph import LocalGrads, Node, Operands, build, moved

#: Nodes of a graph that the check still takes.
MOST_NODES = 200
#: Graphs with so many nodes are searched for a smaller one that does as well.
SEARCHED = 4
#: Local derivatives of these small graphs: none 0 or 1, no two that cancel.
SLOPES = (2.0, 3.0, 0.5, 1.5, 2.5, 0.7)

Broken = Callable[[list[Node]], None]


def breaks_overwriting(builds: Callable, broken: Broken) -> None:
    """Checks the graph on which a pass that overwrites fails."""
    breaks(builds, broken, "breaks_overwriting", "overwriting",
           "Where would one message be lost? A node must have two to receive.")


def breaks_depth_first(builds: Callable, broken: Broken) -> None:
    """Checks the graph on which a pass that goes depth first fails."""
    breaks(builds, broken, "breaks_depth_first", "depth_first",
           "Find a node that is reached by a short way, sends on what it has, and gets another "
           "message later. Mind the order of the operands: the first one is visited first.")


def breaks_keeping(builds: Callable, broken: Broken) -> None:
    """Checks the graph on which a pass that sets only the inputs back fails, called twice."""
    breaks(builds, broken, "breaks_keeping", "keeping",
           "It is called twice. Which nodes are neither an input nor the output?", calls=2)


def breaks(builds: Callable, broken: Broken, name: str, pass_name: str, hint: str,
           calls: int = 1) -> None:
    """Fails unless the broken pass goes wrong on the graph, and on none with fewer nodes."""
    nodes = linked("What " + name + "() returned", ask(builds))
    require(len(nodes) <= MOST_NODES, f"This graph has {len(nodes):,} nodes. A handful will do.")
    place = {node.name: index for index, node in enumerate(nodes)}
    operands = [[place[parent] for parent in node.parents] for node in nodes]
    local_grads = [list(node.local_grads) for node in nodes]
    wrong = first_wrong(broken, operands, local_grads, calls)
    twice = ", called twice," if calls > 1 else ""
    require(wrong is not None, f"On your graph of {len(nodes)} node{'s' * (len(nodes) > 1)} "
            f"`{pass_name}`{twice} gets every grad right.", hint)
    index, got, expected = wrong
    passed(f"`{pass_name}`{twice} fails: at {place_words(index, len(nodes))} it says "
           f"{text_of(got)}, and {text_of(expected)} is right")
    fewer = smallest(broken, len(nodes), calls)
    require(fewer is None, f"`{pass_name}` does fail on your graph of {len(nodes)} nodes. But "
            "there is a graph with fewer nodes on which it fails too.",
            "Which node could you leave out? The same node may be used twice; a number in an "
            "expression may be a node of its own.")
    passed("no graph with fewer nodes does it")
    done(name)


def place_words(index: int, count: int) -> str:
    return "the output" if index == count - 1 else f"node {index + 1} of {count}"


def first_wrong(broken: Broken, operands: Operands, local_grads: LocalGrads,
                calls: int) -> tuple[int, float, float] | None:
    """The first wrong grad in backward order: its node, what it is and what is right.

    Raises:
        CheckFailed: The broken pass was changed and does not run.
    """
    nodes = build(operands, local_grads)
    try:
        for _ in range(calls):
            broken(nodes)
        grads = np.array([float(node.grad) for node in nodes])
    except Exception as error:
        raise CheckFailed("The broken pass itself stopped with "
                          f"{type(error).__name__}: run its cell again.") from error
    right = np.array([moved(operands, local_grads, node) for node in range(len(nodes))])
    apart = np.abs(grads - right) > 1e-9 * np.max(np.abs(right))
    for index in np.flatnonzero(apart)[::-1]:
        return int(index), float(grads[index]), float(right[index])
    return None


def smallest(broken: Broken, below: int, calls: int) -> Operands | None:
    """A graph with fewer nodes than `below` on which the pass fails, if there is a small one."""
    for count in range(1, min(below, SEARCHED + 1)):
        for operands in graphs_of(count):
            slopes = iter(SLOPES)
            local_grads = [[next(slopes) for _ in each] for each in operands]
            if first_wrong(broken, operands, local_grads, calls):
                return operands
    return None


def graphs_of(count: int) -> Iterator[list[Sequence[int]]]:
    """All graphs of so many nodes, up to two operands each, in which no node is idle."""
    choices = [[(), *((p,) for p in range(node)), *itertools.product(range(node), repeat=2)]
               for node in range(count)]
    for operands in itertools.product(*choices):
        used = {parent for each in operands for parent in each}
        if used >= set(range(count - 1)):
            yield list(operands)
