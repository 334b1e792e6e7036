"""Where the boxes of a graph stand: columns by depth, heights without overlap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from course_utils.graphs.nodes import GraphNode

BETWEEN = 14  # pixels between boxes of a column
MOST_STEPS = 50_000  # from column to column along all edges; a picture of more says nothing
ROUNDS = 8  # of sweeps over the columns; the picture hardly changes after five

#: A node, or the place where the edges of that node pass a later column.
Point = tuple[str, int]


@dataclass
class Layout:
    """Columns of points from left to right, and their neighbours in the columns beside."""

    layer: dict[str, int]
    columns: list[list[Point]]
    left: dict[Point, list[Point]]
    right: dict[Point, list[Point]]

    def route(self, parent: str, child: str) -> list[Point]:
        start, end = self.layer[parent], self.layer[child]
        return [(parent, layer) for layer in range(start, end)] + [(child, end)]


def _layers(nodes: Sequence[GraphNode]) -> dict[str, int]:
    """Length of the longest path from an input; inputs stand just before their first use."""
    layer: dict[str, int] = {}
    for node in nodes:
        layer[node.name] = 1 + max((layer[parent] for parent in node.parents), default=-1)
    first_use: dict[str, int] = {}
    for node in nodes:
        for parent in node.parents:
            first_use[parent] = min(layer[node.name], first_use.get(parent, len(nodes)))
    return {node.name: layer[node.name] if node.parents else first_use.get(node.name, 1) - 1
            for node in nodes}


def arrange(nodes: Sequence[GraphNode]) -> Layout:
    """Columns in a good order: a few sweeps by the mean place of the neighbours."""
    layer = _layers(nodes)
    if sum(layer[node.name] - layer[parent]
           for node in nodes for parent in node.parents) > MOST_STEPS:
        raise ValueError("The graph has too many long edges for a picture: draw a part of it, or "
                         "print trace_table.")
    plan = Layout(layer, [], defaultdict(list), defaultdict(list))
    points = dict.fromkeys((node.name, layer[node.name]) for node in nodes)
    # edges of one node share their way as long as they can
    links: dict[tuple[Point, Point], None] = {}
    for node in nodes:
        for parent in node.parents:
            route = plan.route(parent, node.name)
            points |= dict.fromkeys(route)
            links |= dict.fromkeys(pairwise(route))
    for start, end in links:
        plan.right[start].append(end)
        plan.left[end].append(start)
    plan.columns = [[] for _ in range(1 + max(layer.values()))]
    for point in points:
        plan.columns[point[1]].append(point)
    for _ in range(ROUNDS):
        for columns, beside in ((plan.columns, plan.left), (plan.columns[::-1], plan.right)):
            place: dict[Point, float] = {}
            for column in columns:
                wanted = {point: _mean([place[other] for other in beside[point]], index)
                          for index, point in enumerate(column)}
                column.sort(key=wanted.__getitem__)
                place |= {point: index for index, point in enumerate(column)}
    return plan


def _mean(numbers: Sequence[float], otherwise: float) -> float:
    return sum(numbers) / len(numbers) if numbers else otherwise


def heights_of(plan: Layout, room: Mapping[str, tuple[float, float]]) -> dict[Point, float]:
    """The y of each point, near its neighbours.

    Args:
        plan: The columns in their order.
        room: For each node what it needs above and below its middle.
    """
    def needs(point: Point) -> tuple[float, float]:
        name, column = point
        return room[name] if plan.layer[name] == column else (0, 0)

    offsets = []
    for column in plan.columns:
        steps = [needs(above)[1] + BETWEEN + needs(below)[0] for above, below in pairwise(column)]
        offsets.append(np.cumsum([0.0, *steps]).tolist())
    y = {point: offset - offsets[layer][-1] / 2 for layer, column in enumerate(plan.columns)
         for point, offset in zip(column, offsets[layer], strict=True)}
    there_and_back = [*range(len(plan.columns)), *reversed(range(len(plan.columns)))]
    for layer in there_and_back * ROUNDS:
        column = plan.columns[layer]
        wanted = [_mean([y[other] for other in plan.left[point] + plan.right[point]], y[point])
                  for point in column]
        y |= zip(column, _apart(wanted, offsets[layer]), strict=True)
    top = min(y[point] - needs(point)[0] for point in y)
    return {point: height - top for point, height in y.items()}


def _apart(wanted: Sequence[float], offsets: Sequence[float]) -> list[float]:
    """What is nearest to `wanted` in least squares with steps of at least those of `offsets`.

    >>> _apart([0.0, 0.0, 90.0], [0, 10, 20])
    [-5.0, 5.0, 90.0]
    """
    blocks: list[list[float]] = []  # sum and count of what moves together
    for target, offset in zip(wanted, offsets, strict=True):
        blocks.append([target - offset, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, count = blocks.pop()
            blocks[-1] = [blocks[-1][0] + total, blocks[-1][1] + count]
    means = [total / count for total, count in blocks for _ in range(int(count))]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
