"""The cost of a graph: one multiply-add for an operation forward, one for an edge backward."""

import numpy as np

from autograder.question import Case, Part, Question
from autograder.questions.computation_graphs.graphs import (
    CHAIN,
    DEEP,
    FAN_OUT,
    INPUTS,
    PATHS,
    RANDOM,
    SINGLE,
    TWICE,
    ask_on_graph,
    cases_of,
    named_graphs,
)

SMALL = (SINGLE, CHAIN, INPUTS, FAN_OUT, TWICE, RANDOM)


def draw(rng: np.random.Generator) -> list[Case]:
    graphs = named_graphs(rng)
    return cases_of({kind: graphs[kind] for kind in (*SMALL, DEEP, PATHS)}, "result",
                    give_order=True)


COUNT_OPERATIONS = Question(
    "count_operations", ("count_operations",), draw,
    (
        Part("forward", 0.75, 0, SMALL,
             "Every node that is computed from others costs one; inputs cost nothing."),
        Part("backward", 0.75, 1, SMALL,
             "Every edge carries one message; a node used twice by one operation has two edges "
             "to it."),
        Part("large graphs", 0.5, None, (DEEP, PATHS),
             "Each node and each edge is counted once, however many paths lead through it."),
    ),
    probe=ask_on_graph,
)


@COUNT_OPERATIONS.wrong("inputs counted as operations", "All nodes are counted forward. An input "
                        "is given: only a node with parents is computed.")
def count_operations(output):
    order = topological_order(output)
    return len(order), sum(len(node.parents) for node in order)


@COUNT_OPERATIONS.wrong("twice the forward count", "The backward count is taken as twice the "
                        "forward one. Nearly so it is in a network, but here it is to be counted: "
                        "an operation with one operand sends one message.")
def count_operations(output):
    forward = sum(1 for node in topological_order(output) if node.parents)
    return forward, 2 * forward


@COUNT_OPERATIONS.wrong("a parent used twice counts once", "Where an operation uses a node twice, "
                        "two messages are sent.")
def count_operations(output):
    order = topological_order(output)
    return (sum(1 for node in order if node.parents),
            sum(len(set(node.parents)) for node in order))


@COUNT_OPERATIONS.wrong("the two exchanged", "The two numbers are right, in the wrong order: "
                        "forward comes first.")
def count_operations(output):
    order = topological_order(output)
    return (sum(len(node.parents) for node in order),
            sum(1 for node in order if node.parents))


@COUNT_OPERATIONS.wrong("a message to each node", "The backward count is that of the nodes that "
                        "receive messages. A node with several children receives several.")
def count_operations(output):
    order = topological_order(output)
    return sum(1 for node in order if node.parents), len(order) - 1


@COUNT_OPERATIONS.wrong("only binary operations", "Only operations with two operands or more are "
                        "counted forward. Those with one have to be computed too.")
def count_operations(output):
    order = topological_order(output)
    return (sum(1 for node in order if len(node.parents) > 1),
            sum(len(node.parents) for node in order))


@COUNT_OPERATIONS.wrong("the edges forward too", "The edges are counted both times. Forward, an "
                        "operation is carried out once, however many operands it has.")
def count_operations(output):
    edges = sum(len(node.parents) for node in topological_order(output))
    return edges, edges


@COUNT_OPERATIONS.wrong("once for every path", "A node is counted again for each path that leads "
                        "to it. Each node is computed once.", hangs_on=(PATHS,))
def count_operations(output):
    forward, backward, stack = 0, 0, [output]
    while stack:
        node = stack.pop()
        forward += bool(node.parents)
        backward += len(node.parents)
        stack.extend(node.parents)
    return forward, backward


@COUNT_OPERATIONS.wrong("recursion", "It calls itself from node to node; Python stops that at "
                        "about 1,000 calls.")
def count_operations(output):
    seen = set()

    def visit(node):
        if node in seen:
            return 0, 0
        seen.add(node)
        forward, backward = int(len(node.parents) > 0), len(node.parents)
        for parent in node.parents:
            more = visit(parent)
            forward, backward = forward + more[0], backward + more[1]
        return forward, backward

    return visit(output)


@COUNT_OPERATIONS.right("lists of lengths")
def count_operations(output):
    lengths = [len(node.parents) for node in topological_order(output)]
    return len(lengths) - lengths.count(0), sum(lengths)


@COUNT_OPERATIONS.right("a walk of its own")
def count_operations(output):
    seen, todo = {id(output)}, [output]
    operations, messages = 0, 0
    while todo:
        node = todo.pop()
        if len(node.parents) != 0:
            operations += 1
        for parent in node.parents:
            messages += 1
            if id(parent) not in seen:
                seen.add(id(parent))
                todo.append(parent)
    return operations, messages


@COUNT_OPERATIONS.right("an array of two")
def count_operations(output):
    fan_in = np.array([len(node.parents) for node in topological_order(output)])
    return np.array([np.count_nonzero(fan_in), fan_in.sum()])


@COUNT_OPERATIONS.right("by the local derivatives")
def count_operations(output):
    order = list(topological_order(output))
    computed = [node for node in order if node.local_grads != ()]
    return [float(len(computed)), float(len([s for node in computed for s in node.local_grads]))]


@COUNT_OPERATIONS.right("breadth first, with a Counter")
def count_operations(output):
    from collections import Counter

    counts, level, seen = Counter(), {output}, set()
    while level:
        seen |= level
        for node in level:
            counts["forward"] += any(True for _ in node.parents)
            counts["backward"] += len(node.parents)
        level = {parent for node in level for parent in node.parents} - seen
    return counts["forward"], counts["backward"]
