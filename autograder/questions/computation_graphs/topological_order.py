"""Each node once, parents before children, in time that is linear in the edges."""

import numpy as np

from autograder.question import Case, Part, Question
from autograder.questions.computation_graphs.graphs import (
    AGAIN,
    CHAIN,
    DEEP,
    FAN_OUT,
    INPUTS,
    ORDER,
    PATHS,
    RANDOM,
    SECOND_OUTPUT,
    SINGLE,
    TWICE,
    ask_on_graph,
    cases_of,
    named_graphs,
    reached,
)

SMALL = (SINGLE, CHAIN, INPUTS, FAN_OUT, TWICE, ORDER, RANDOM)


def draw(rng: np.random.Generator) -> list[Case]:
    return cases_of(named_graphs(rng), "order", give_order=False)


def judged(case: Case, places) -> dict[str, np.ndarray]:
    """What is asked of an order: how often each node is in it, and what comes before what.

    Returns:
        ``times``: for each node of the graph how often it is listed. ``before``: for each
        edge 1 if parent and child are listed and the parent comes first, and a last entry
        that is 1 if the output is the last. ``all``: both.

    Raises:
        ValueError: It is no list of nodes of the graph.
    """
    _, graph, outputs, _ = case.arguments
    if places is None:
        raise ValueError("returned None (is there a return statement?)")
    places, count = np.asarray(places, dtype=np.int64), len(graph["data"])
    if np.any(places < 0):
        raise ValueError("returned a list with something in it that is no node of the graph")
    times = np.bincount(places, minlength=count)
    first = np.full(count, len(places))
    first[places[::-1]] = np.arange(len(places))[::-1]
    inside = np.zeros(count, dtype=bool)
    inside[reached(graph, outputs[-1])] = True
    edges = inside[graph["children"]]
    child, parent = graph["children"][edges], graph["parents"][edges]
    before = (times[child] > 0) & (times[parent] > 0) & (first[parent] < first[child])
    ends_well = len(places) > 0 and places[-1] == outputs[-1]
    before = np.append(before, ends_well).astype(float)
    return {"times": times.astype(float), "before": before,
            "all": np.concatenate([times, before])}


TOPOLOGICAL_ORDER = Question(
    "topological_order", ("topological_order",), draw,
    (
        Part("each node once", 1.0, "times", SMALL,
             "The list holds every node that the output is computed from, and the output, "
             "each exactly once, also where a node has several children."),
        Part("parents before children", 1.5, "before", SMALL,
             "A node may only be listed when all its parents are; the output comes last."),
        Part("one call after the other", 0.5, "all", (AGAIN, SECOND_OUTPUT),
             "A call must not remember what an earlier call has seen: start with an empty set."),
        Part("10,000 nodes deep", 0.5, "all", (DEEP,),
             "Python stops a recursion at about 1,000 calls. Keep a list of your own of the "
             "nodes that are still to be visited."),
        Part("linear in the edges", 0.5, "all", (PATHS,),
             "This graph has 151 nodes and 2**50 paths. Remember which nodes you have been at."),
    ),
    probe=ask_on_graph,
    view=judged,
)


@TOPOLOGICAL_ORDER.wrong("recursion", "It calls itself once for each step from the output to the "
                         "inputs. Python stops that at about 1,000: keep your own list of what "
                         "is still to be done.")
def topological_order(output):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(output)
    return order


@TOPOLOGICAL_ORDER.wrong("no memory of the nodes seen", "A node is listed once for every path to "
                         "it. Remember the nodes that you have been at, and pass them by.",
                         hangs_on=(PATHS,))
def topological_order(output):
    order, stack = [], [(output, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        else:
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order


@TOPOLOGICAL_ORDER.wrong("duplicates thrown out too late", "The nodes are listed once for every "
                         "path, and only then the duplicates are dropped: the work is that of "
                         "all the paths.", hangs_on=(PATHS,))
def topological_order(output):
    order, stack = [], [(output, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        else:
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return list(dict.fromkeys(order))


@TOPOLOGICAL_ORDER.wrong("preorder", "A node is listed when it is first met, and the list is "
                         "turned round. A parent that is met early, by a short way, then comes "
                         "behind a child of it.")
def topological_order(output):
    order, seen, stack = [], set(), [output]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            order.append(node)
            stack.extend(reversed(node.parents))
    return order[::-1]


@TOPOLOGICAL_ORDER.wrong("breadth first", "The nodes are listed by their distance from the "
                         "output. By a short way a node may be near it, and still be an ancestor "
                         "of one that is far.")
def topological_order(output):
    order = [output]
    seen = {output}
    for node in order:
        for parent in node.parents:
            if parent not in seen:
                seen.add(parent)
                order.append(parent)
    return order[::-1]


@TOPOLOGICAL_ORDER.wrong("children before parents", "The list is the wrong way round: it begins "
                         "with the output. The backward pass will turn it round; here parents "
                         "come first.")
def topological_order(output):
    order, seen, stack = [], set(), [(output, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order[::-1]


@TOPOLOGICAL_ORDER.wrong("marked when put on the list", "A node is marked as seen when it is put "
                         "on the list of things to do, not when its turn comes. If it is needed "
                         "earlier by another child, it is passed by, and comes too late.")
def topological_order(output):
    order, seen, stack = [], {output}, [(output, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
            continue
        stack.append((node, True))
        for parent in node.parents:
            if parent not in seen:
                seen.add(parent)
                stack.append((parent, False))
    return order


@TOPOLOGICAL_ORDER.wrong("the output left out", "All is there but the output itself, which "
                         "belongs at the end of the list.")
def topological_order(output):
    order, seen, stack = [], set(), [(output, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order[:-1]


@TOPOLOGICAL_ORDER.wrong("inputs left out", "Only nodes with parents are listed. The inputs are "
                         "nodes of the graph too: their bars are what one is after.")
def topological_order(output):
    order, seen, stack = [], set(), [(output, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif node not in seen and node.parents:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order


@TOPOLOGICAL_ORDER.wrong("only the first parent", "Only the first operand of each operation is "
                         "followed. A node may have several parents.")
def topological_order(output):
    order = [output]
    while order[-1].parents:
        order.append(order[-1].parents[0])
    return order[::-1]


@TOPOLOGICAL_ORDER.wrong("a set that outlives the call", "Nodes seen in an earlier call are still "
                         "remembered, in a set that is made only once or by a mark on the nodes. "
                         "Begin each call with an empty set of its own.")
def topological_order(output, seen=set()):  # noqa: B006  (this is the mistake)
    order, stack = [], [(output, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order


@TOPOLOGICAL_ORDER.wrong("sorted by value", "The nodes are sorted by their data. What is computed "
                         "from what has nothing to do with which number is larger.")
def topological_order(output):
    found, stack = {output}, [output]
    while stack:
        for parent in stack.pop().parents:
            if parent not in found:
                found.add(parent)
                stack.append(parent)
    return sorted(found, key=lambda node: node.data)


@TOPOLOGICAL_ORDER.right("with iterators")
def topological_order(output):
    order, entered = [], {id(output)}
    path = [(output, iter(output.parents))]
    while path:
        node, waiting = path[-1]
        for parent in waiting:
            if id(parent) not in entered:
                entered.add(id(parent))
                path.append((parent, iter(parent.parents)))
                break
        else:
            order.append(node)
            path.pop()
    return order


@TOPOLOGICAL_ORDER.right("by counting children")
def topological_order(output):
    waiting = {output: 0}
    todo = [output]
    while todo:
        for parent in todo.pop().parents:
            if parent not in waiting:
                waiting[parent] = 0
                todo.append(parent)
            waiting[parent] += 1
    order, ready = [], [output]
    while ready:
        node = ready.pop()
        order.append(node)
        for parent in node.parents:
            waiting[parent] -= 1
            if waiting[parent] == 0:
                ready.append(parent)
    order.reverse()
    return order


@TOPOLOGICAL_ORDER.right("by counting parents")
def topological_order(output):
    children, missing, todo = {output: []}, {}, [output]
    while todo:
        node = todo.pop()
        missing[node] = len(node.parents)
        for parent in node.parents:
            if parent not in children:
                children[parent] = []
                todo.append(parent)
            children[parent].append(node)
    order = [node for node in children if missing[node] == 0]
    for node in order:
        for child in children[node]:
            missing[child] -= 1
            if missing[child] == 0:
                order.append(child)
    return order


@TOPOLOGICAL_ORDER.right("the standard library")
def topological_order(output):
    from graphlib import TopologicalSorter

    edges, todo = {}, [output]
    while todo:
        node = todo.pop()
        if node not in edges:
            edges[node] = node.parents
            todo += node.parents
    return list(TopologicalSorter(edges).static_order())


@TOPOLOGICAL_ORDER.right("by depth")
def topological_order(output):
    depth, stack = {}, [output]
    while stack:
        node = stack[-1]
        unknown = [parent for parent in set(node.parents) if parent not in depth]
        if node in depth:
            stack.pop()
        elif unknown:
            stack.extend(unknown)
        else:
            depth[node] = 1 + max((depth[parent] for parent in node.parents), default=-1)
    return tuple(sorted(depth, key=depth.get))


@TOPOLOGICAL_ORDER.right("a class that walks, and a deque")
def topological_order(output):
    from collections import deque

    class Walk:
        def __init__(self):
            self.order, self.state, self.todo = deque(), {}, deque([output])

        def step(self):
            node = self.todo[-1]
            if id(node) not in self.state:
                self.state[id(node)] = "open"
                self.todo.extend(p for p in node.parents if id(p) not in self.state)
            else:
                self.todo.pop()
                if self.state[id(node)] == "open":
                    self.state[id(node)] = "done"
                    self.order.append(node)

    walk = Walk()
    while walk.todo:
        walk.step()
    return list(walk.order)
