"""The course's own scalar graphs: values, and how a move of one node is carried forward.

The checks and figures of notebook 2 measure against it. Nothing here goes backward: a
derivative is found by moving one node and seeing how far the output moves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

Operands = Sequence[Sequence[int]]
LocalGrads = Sequence[Sequence[float]]


class TooManyVisits(Exception):  # noqa: N818  (no error, but a reason to stop)
    """The parents of a small graph's nodes were asked for far too often."""


class Node:
    """A bare node with what a graph needs, which counts how often its parents are asked for.

    Args:
        name: How messages call it.
        visits: A list of one number, shared by the nodes of a graph: the visits so far.
        most: So many visits are more than enough.
    """

    def __init__(self, name: str, visits: list[int], most: int) -> None:
        self.name, self.data, self.grad = name, 0.0, 0.0
        self.links: tuple[Node, ...] = ()
        self.local_grads: tuple[float, ...] = ()
        self.visits, self.most = visits, most

    @property
    def parents(self) -> tuple[Node, ...]:
        self.visits[0] += 1
        if self.visits[0] > self.most:
            raise TooManyVisits
        return self.links

    def __repr__(self) -> str:
        return self.name


def build(operands: Operands, local_grads: LocalGrads | None = None,
          grads: Sequence[float] = ()) -> list[Node]:
    """Nodes v1, v2, ... of a graph, parents before children.

    Args:
        operands: For each node the numbers of its parents, from 0.
        local_grads: For each node the derivatives with respect to them; all 1 if None.
        grads: What is left of an earlier pass; zeros if empty.

    >>> build([[], [0, 0]])[1].parents
    (v1, v1)
    """
    edges = sum(map(len, operands))
    visits, most = [0], 40 * (len(operands) + edges) + 1000
    nodes = [Node(f"v{index + 1}", visits, most) for index in range(len(operands))]
    for index, (node, of_node) in enumerate(zip(nodes, operands, strict=True)):
        node.data = 1.5 + index % 7
        node.links = tuple(nodes[parent] for parent in of_node)
        node.local_grads = tuple(local_grads[index] if local_grads else [1.0] * len(of_node))
        node.grad = float(grads[index]) if len(grads) else 0.0
    return nodes


def diamonds(count: int) -> list[list[int]]:
    """The operands of a chain of diamonds: 2**count paths from the first node to the last.

    >>> diamonds(1)
    [[], [0], [0], [1, 2]]
    """
    operands: list[list[int]] = [[]]
    for _ in range(count):
        top = len(operands) - 1
        operands += [[top], [top], [top + 1, top + 2]]
    return operands


def moved(operands: Operands, local_grads: LocalGrads, which: int) -> float:
    """How far the last node moves when one node moves by 1, carried forward along the edges.

    >>> moved([[], [0], [0, 1]], [[], [3.0], [5.0, 2.0]], 0)  # 5 + 2 · 3
    11.0
    """
    move = [0.0] * len(operands)
    for node, of_node in enumerate(operands):
        move[node] = 1.0 if node == which else sum(
            slope * move[parent]
            for parent, slope in zip(of_node, local_grads[node], strict=True))
    return move[-1]


def logistic(z: float) -> float:
    """The logistic function of one number, without overflow."""
    return 0.5 + 0.5 * math.tanh(z / 2)


#: Operations by the name under which Python or a student calls them.
OPERATIONS: dict[str, Callable[..., float]] = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b,
    "truediv": lambda a, b: a / b, "pow": lambda a, b: a**b, "neg": lambda a: -a,
    "exp": math.exp, "log": math.log, "tanh": math.tanh, "sin": math.sin, "sigmoid": logistic,
    "relu": lambda a: max(a, 0.0),
}


class Number:
    """A number that remembers what it was computed from, so that it can be computed anew."""

    def __init__(self, data: float) -> None:
        self.data = float(data)
        self.operation, self.operands = "", ()

    @classmethod
    def computed(cls, operation: str, operands: tuple[Number, ...]) -> Number:
        number = cls(OPERATIONS[operation](*(each.data for each in operands)))
        number.operation, number.operands = operation, operands
        return number

    @staticmethod
    def of(number: Number | float) -> Number:
        return number if isinstance(number, Number) else Number(number)

    def anew(self, changed: Number, data: float) -> float:
        """What this would be, if another number of its graph were `data`."""
        known = {id(changed): data}

        def value(number: Number) -> float:
            if id(number) not in known:
                known[id(number)] = OPERATIONS[number.operation](
                    *map(value, number.operands)) if number.operands else number.data
            return known[id(number)]

        return value(self)


def _method(operation: str, turned: bool) -> Callable[..., Number]:
    def method(*operands: Any) -> Number:
        return Number.computed(operation, tuple(map(
            Number.of, operands[::-1] if turned else operands)))
    return method


for _operation in ("add", "sub", "mul", "truediv", "pow"):
    setattr(Number, f"__{_operation}__", _method(_operation, turned=False))
    setattr(Number, f"__r{_operation}__", _method(_operation, turned=True))
for _operation in ("exp", "log", "tanh", "sin", "sigmoid", "relu"):
    setattr(Number, _operation, _method(_operation, turned=False))
Number.__neg__ = _method("neg", turned=False)


def with_names(function: Callable, **names: Any) -> Callable:
    """A copy of a notebook's function that finds other objects under some global names.

    Args:
        function: A function of the notebook; anything else comes back as it is.
        **names: What the copy finds under these names.
    """
    if not isinstance(function, FunctionType):
        return function
    scope = {**function.__globals__, **names}
    copy = FunctionType(function.__code__, scope, function.__name__, function.__defaults__,
                        function.__closure__)
    copy.__kwdefaults__ = function.__kwdefaults__
    if scope.get(function.__name__) is function:
        scope[function.__name__] = copy
    return copy
