"""Checks of the order, the backward pass and the count, on graphs of the course's own nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from course_utils.checks.report import CheckFailed, array_of, ask, close, done, passed, require
from course_utils.checks.report import show as text_of
from course_utils.scalar_graph import Node, TooManyVisits, build, diamonds, moved, with_names

DEEP = 10_000
PATHS = 50
#: (what it is, operands of each node), the last node is the output
GRAPHS: list[tuple[str, list[list[int]]]] = [
    ("a single node", [[]]),
    ("a chain: v2 from v1, v3 from v2", [[], [0], [1]]),
    ("v3 from v1 and v2, v4 from v3 and v1", [[], [], [0, 1], [2, 0]]),
    ("v2 from v1 twice, v3 from v2 twice", [[], [0, 0], [1, 1]]),
    ("a short and a long way: v2 from v1, v3 from v2, v4 from v2 and v3",
     [[], [0], [1], [1, 2]]),
    ("a long and a short way: v2 from v1, v3 from v2, v4 from v3 and v2",
     [[], [0], [1], [2, 1]]),
    ("eight nodes with many edges",
     [[], [], [0, 1], [2, 0], [1, 3, 3], [2, 4], [5, 1], [3, 6, 5]]),
]


def called(function: Callable, name: str, nodes: Sequence[Node], what: str) -> Any:
    """Calls a student's function with the last node; everything that goes wrong is told.

    Raises:
        CheckFailed: Also if it visits the nodes of the graph far too often.
    """
    output = nodes[-1]
    output.visits[0] = 0
    too_many = []

    def run():
        try:
            return (function(output),)
        except TooManyVisits:
            too_many.append(True)
            return ()

    run.__name__ = name
    try:
        result = ask(run, says=f"{name} on {what}")
    except CheckFailed as failure:
        if "RecursionError" in str(failure):
            raise CheckFailed(
                f"{name} on {what} stopped with a RecursionError.",
                "Python stops a function that calls itself about 1,000 deep. Keep a list of your "
                "own of what is still to be done, and work on it in a loop.") from None
        raise
    require(not too_many and output.visits[0] <= output.most,
            f"{name} on {what}: your function asked for parents more than "
            f"{output.most:,} times, so it was stopped. The graph has only {len(nodes):,} nodes.",
            "Does it go to the same node again for each path that leads there?")
    return result[0]


def topological_order(topological_order: Callable) -> None:
    """Checks ``topological_order(output)``: each node once, parents first, no recursion."""
    for what, operands in GRAPHS:
        nodes = build(operands)
        in_order(called(topological_order, "topological_order", nodes, what), nodes, what)
        passed(what)
    nodes = build(GRAPHS[-1][1])
    called(topological_order, "topological_order", nodes, "a graph")
    what = "the same graph a second time"
    in_order(called(topological_order, "topological_order", nodes, what), nodes, what)
    inner = nodes[:6]
    what = "an inner node of the same graph"
    in_order(called(topological_order, "topological_order", inner, what), inner, what)
    passed("a second call on the same nodes")
    for what, operands in [(f"a chain of {DEEP:,} nodes", chain(DEEP)),
                           (f"{PATHS} diamonds in a row, 2**{PATHS} paths", diamonds(PATHS))]:
        nodes = build(operands)
        in_order(called(topological_order, "topological_order", nodes, what), nodes, what)
        passed(what)
    done("topological_order")


def chain(count: int) -> list[list[int]]:
    return [[], *([index] for index in range(count - 1))]


def in_order(order: Any, nodes: Sequence[Node], what: str) -> None:
    """Fails at the first thing that is wrong with an order of all nodes."""
    require(isinstance(order, (list, tuple)), f"On {what}, what came back is "
            f"{'None: is there a `return`?' if order is None else type(order).__name__}",
            "A list of nodes is wanted.")
    listed = f"On {what} it is {text_of(list(order)) if len(nodes) < 20 else 'a list'}."
    strange = [each for each in order if not any(each is node for node in nodes)] if (
        len(nodes) < 20) else []
    require(not strange, listed, f"{text_of(strange[:1])} is no node of the graph.")
    place: dict[int, int] = {}
    for index, node in enumerate(order):
        require(isinstance(node, Node), listed, "There is something in it that is no node.")
        require(id(node) not in place, listed, f"{node} is there more than once.")
        place[id(node)] = index
    for node in nodes:
        require(id(node) in place, listed, f"{node} is missing"
                + (", the output itself." if node is nodes[-1] else "."))
        for parent in node.links:
            require(id(parent) not in place or place[id(parent)] < place[id(node)], listed,
                    f"{node} stands before its parent {parent}.",
                    "A node may only be listed when all its parents are.")


def graph_backward(backward: Callable) -> None:
    """Checks ``backward(output)`` node by node, in backward order."""
    for what, operands in GRAPHS:
        local_grads = made_up(operands)
        nodes = build(operands, local_grads)
        run(backward, nodes, what)
        bars_right(nodes, operands, local_grads, f"On {what}, local derivatives "
                   f"{', '.join(text_of(slope) for each in local_grads for slope in each)}:"
                   if operands[1:] else f"On {what}:")
        passed(what)
    what, operands = GRAPHS[-1]
    local_grads = made_up(operands)
    nodes = build(operands, local_grads)
    for _ in range(2):
        run(backward, nodes, what)
    again = "After a second call on the same graph:"
    bars_right(nodes, operands, local_grads, again, stale=True)
    nodes = build(operands, local_grads, [3.5 - index for index in range(len(operands))])
    run(backward, nodes, what)
    bars_right(nodes, operands, local_grads, "With other numbers in grad before the call:",
               stale=True)
    passed("a second call, and old grads: nothing is left over")
    method_right(backward)
    deep = build(chain(DEEP))
    run(backward, deep, f"a chain of {DEEP:,} nodes")
    require(close(deep[0].grad, 1.0), f"In a chain of {DEEP:,} nodes with local derivatives 1 the "
            f"input's grad is {text_of(deep[0].grad)}; it should be 1.")
    operands = diamonds(PATHS)
    halves = [[0.5] * len(each) if len(each) > 1 else [1.0] * len(each) for each in operands]
    wide = build(operands, halves)
    run(backward, wide, f"{PATHS} diamonds in a row, 2**{PATHS} paths")
    require(close(wide[0].grad, 1.0), f"Through {PATHS} diamonds, with two ways of ½ in each, the "
            f"input's grad is {text_of(wide[0].grad)}; it should be 1.")
    passed(f"{DEEP:,} nodes in a row, and 2**{PATHS} paths")
    done("backward")


def run(backward: Callable, nodes: Sequence[Node], what: str) -> None:
    """Calls a backward pass, with a right order for whoever asks topological_order for one."""
    given = with_names(backward, topological_order=lambda output: list(nodes))
    called(given, "backward", nodes, what)


def made_up(operands: Sequence[Sequence[int]]) -> list[list[float]]:
    """Local derivatives of no operation in particular, no two alike."""
    numbers = iter([2.0, -3.0, 0.5, 4.0, -1.5, 2.5, 3.0, -0.5, 1.5, -2.0, 0.25, 5.0, -4.0, 3.5])
    return [[next(numbers) for _ in each] for each in operands]


def bars_right(nodes: Sequence[Node], operands, local_grads, where: str,
               stale: bool = False) -> None:
    """Fails at the first grad, from the output back, that is not the move of the output."""
    for index in reversed(range(len(nodes))):
        node = nodes[index]
        try:
            got = float(node.grad)
        except (TypeError, ValueError):
            raise CheckFailed(where, f"{node}.grad is {text_of(node.grad)}, which is no "
                              "number.") from None
        expected = moved(operands, local_grads, index)
        children = [child for child in nodes for parent in child.links if parent is node]
        if close(got, expected):
            continue
        if node is nodes[-1]:
            raise CheckFailed(where, f"The output's own grad is {text_of(got)}; it should be 1.",
                              "The pass starts with the derivative of the output with respect "
                              "to itself.",
                              "Set it, whatever is there: do not add to it." if stale else "")
        senders = " and ".join(map(str, children))
        hint = ("Set the grads back to zero before the pass starts, on all nodes of the graph."
                if stale else f"{node} has {len(children)} messages to receive, from {senders}."
                if len(children) > 1 else f"{node} has one message to receive, from {senders}.")
        raise CheckFailed(
            where, f"the first wrong grad is that of {node}: {text_of(got)}. If {node} moves by "
            f"1, the output moves by {text_of(expected)}.", hint,
            "" if stale else message_hint(node, nodes[-1], children, got))


def message_hint(node: Node, output: Node, children: Sequence[Node], got: float) -> str:
    """Where to look if the grad of a node is wrong, and those nearer to the output are right."""
    messages = [child.grad * slope for child in dict.fromkeys(children)
                for parent, slope in zip(child.links, child.local_grads, strict=True)
                if parent is node]
    if len(messages) > 1 and any(close(got, message) for message in messages):
        return "Only one of the messages has stayed: they add up, also two from the same child."
    if all(child is output for child in children):
        return "A message is the sender's grad, here 1, times the local derivative on the edge."
    return ("A message is the sender's grad times the local derivative on the edge. Was the "
            "sender's grad complete when it sent?")


def method_right(backward: Callable) -> None:
    """Fails if the method of the student's class does not call the function."""
    own = getattr(backward, "__globals__", {}).get("Value")
    if not isinstance(own, type):
        return
    try:
        x = own(3.0)
        output = own(6.0)
        x.parents, x.local_grads = (), ()
        output.parents, output.local_grads = (x, x), (2.0, 5.0)
        method = own.backward
    except Exception:  # then the class has exercises of its own to finish first
        return
    method = with_names(method, backward=with_names(
        backward, topological_order=lambda output: [x, output]))
    ask(lambda: (method(output),), says="Value.backward()")
    require(close(float(x.grad), 7.0) and close(float(output.grad), 1.0),
            f"After output.backward(), with two edges 2 and 5 to x, x.grad is {text_of(x.grad)}; "
            "it should be 7.", "The method of the class Value should call backward(self).")
    passed("Value.backward()")


def count_operations(count_operations: Callable) -> None:
    """Checks ``count_operations(output)`` on graphs that can be counted by hand."""
    for what, operands, forward, backward in [
            ("a single node", [[]], 0, 0),
            ("f = (a + b) · b", [[], [], [0, 1], [2, 1]], 2, 4),
            ("f = exp(exp(a))", [[], [0], [1]], 2, 2),
            ("f = a · a", [[], [0, 0]], 1, 2),
            ("w₁x₁ + w₂x₂, with four inputs", [[], [], [], [], [0, 1], [2, 3], [4, 5]], 3, 6),
            (f"a chain of {DEEP:,} nodes", chain(DEEP), DEEP - 1, DEEP - 1),
            (f"{PATHS} diamonds in a row", diamonds(PATHS), 3 * PATHS, 4 * PATHS)]:
        nodes = build(operands)
        counting = with_names(count_operations,
                              topological_order=lambda output, nodes=nodes: list(nodes))
        pair = array_of(called(counting, "count_operations", nodes, what),
                        f"what count_operations returned, (forward, backward), on {what},", (2,))
        for got, expected, name, hint in [
                (pair[0], forward, "forward", "Forward, one for each node that has parents."),
                (pair[1], backward, "backward", "Backward, one for each edge. An operation that "
                 "uses a node twice has two edges to it.")]:
            require(got == expected, f"On {what}, {name} is {text_of(got)}; counted by hand it "
                    f"is {expected:,}.", hint)
        passed(f"{what}: {forward:,} and {backward:,}")
    done("count_operations")
