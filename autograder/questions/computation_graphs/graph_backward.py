"""The backward pass of any graph: seed, order, messages that add up, nothing left over."""

import numpy as np

from autograder.question import Case, Part, Question
from autograder.questions.computation_graphs.graphs import (
    AGAIN,
    CHAIN,
    DEEP,
    FAN_OUT,
    INPUTS,
    METHOD,
    ORDER,
    PATHS,
    RANDOM,
    SECOND_OUTPUT,
    SINGLE,
    STALE,
    TWICE,
    Graph,
    ask_on_graph,
    at_random,
    cases_of,
    graph_of,
    named_graphs,
    reached,
)


def with_old_grads(rng: np.random.Generator, graph: Graph) -> Graph:
    count = len(graph["data"])
    return {**graph, "grads": rng.uniform(0.5, 2, count) * rng.choice([-1, 1], count)}


def draw(rng: np.random.Generator) -> list[Case]:
    graphs = named_graphs(rng)
    # children that are listed before a call reaches them, whatever the order of operands
    graphs[STALE] = [(with_old_grads(rng, at_random(rng, 7)), [7])]
    graphs[METHOD] = [(graph_of(rng, [[], [], [0, 1], [2, 0]]), [3])]
    for last in (DEEP, PATHS):
        graphs[last] = graphs.pop(last)
    return cases_of(graphs, "grads", give_order=True)


def of_the_graph(case: Case, grads) -> dict[str, np.ndarray]:
    """The bars of the nodes that the last output is computed from; the seed apart.

    Raises:
        ValueError: They are no numbers.
    """
    _, graph, outputs, _ = case.arguments
    grads = np.asarray(grads, dtype=float)
    return {"seed": grads[outputs[-1]],
            "grads": grads[reached(graph, outputs[-1])]}


GRAPH_BACKWARD = Question(
    "graph_backward", ("backward",), draw,
    (
        Part("the seed", 0.5, "seed", (SINGLE, CHAIN),
             "The derivative of the output with respect to itself is 1."),
        Part("a message for each edge", 1.0, "grads", (CHAIN, INPUTS),
             "A message is the child's grad times the local derivative on that edge."),
        Part("messages add up", 1.5, "grads", (FAN_OUT, TWICE, ORDER, RANDOM),
             "A node with several children gets a message from each, and its grad is their sum. "
             "Only then may it send messages itself."),
        Part("nothing left over", 1.0, "grads", (AGAIN, SECOND_OUTPUT, STALE),
             "The grads of an earlier pass are still on the nodes, on all of them: a pass starts "
             "with zeros."),
        Part("Value.backward()", 0.5, "grads", (METHOD,),
             "The method of class Value calls the function: backward(self)."),
        Part("deep and wide graphs", 0.5, "grads", (DEEP, PATHS),
             "Visit each node once and each edge once, without recursion."),
    ),
    probe=ask_on_graph,
    view=of_the_graph,
)


@GRAPH_BACKWARD.wrong("overwriting at a fan-out", "A message overwrites the one before. At a "
                      "fan-out the messages add up: += where = stands.")
def backward(output):
    order = topological_order(output)
    for node in order:
        node.grad = 0.0
    output.grad = 1.0
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.local_grads):
            parent.grad = node.grad * slope


@GRAPH_BACKWARD.wrong("stale gradients", "The grads are never set back, so a second pass adds to "
                      "what the first one has left.")
def backward(output):
    output.grad = 1.0
    for node in reversed(topological_order(output)):
        for parent, slope in zip(node.parents, node.local_grads):
            parent.grad += node.grad * slope


@GRAPH_BACKWARD.wrong("only inputs set back", "Only the nodes without parents are set back to "
                      "zero. Those between keep what an earlier pass has left.")
def backward(output):
    order = topological_order(output)
    for node in order:
        if not node.parents:
            node.grad = 0.0
    output.grad = 1.0
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.local_grads):
            parent.grad += node.grad * slope


@GRAPH_BACKWARD.wrong("set back too late", "Only the output has a grad; all messages are lost. "
                      "Either a node is set back to zero when its own turn comes, when its "
                      "children have sent already, or the output never sends.")
def backward(output):
    for node in reversed(topological_order(output)):
        node.grad = 1.0 if node is output else 0.0
        for parent, slope in zip(node.parents, node.local_grads):
            parent.grad += node.grad * slope


@GRAPH_BACKWARD.wrong("no seed at the output", "The output's own grad is never set to 1, so all "
                      "that is sent is 0.")
def backward(output):
    order = topological_order(output)
    for node in order:
        node.grad = 0.0
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.local_grads):
            parent.grad += node.grad * slope


@GRAPH_BACKWARD.wrong("the output's value as seed", "The pass starts with the output's value. It "
                      "starts with the derivative of the output with respect to itself: 1.")
def backward(output):
    order = topological_order(output)
    for node in order:
        node.grad = 0.0
    output.grad = output.data
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.local_grads):
            parent.grad += node.grad * slope


@GRAPH_BACKWARD.wrong("forward order", "The nodes are visited from the inputs to the output. When "
                      "a node sends its messages, its own grad is not there yet.")
def backward(output):
    order = topological_order(output)
    for node in order:
        node.grad = 0.0
    output.grad = 1.0
    for node in order:
        for parent, slope in zip(node.parents, node.local_grads):
            parent.grad += node.grad * slope


@GRAPH_BACKWARD.wrong("recursion with no order", "Each node hands on what it has got so far every "
                      "time that it is reached, so what came earlier is handed on again.",
                      hangs_on=(PATHS,))
def backward(output):
    def visit(node):
        for parent, slope in zip(node.parents, node.local_grads):
            parent.grad += node.grad * slope
            visit(parent)

    stack = [output]
    while stack:
        node = stack.pop()
        node.grad = 0.0
        stack.extend(node.parents)
    output.grad = 1.0
    visit(output)


@GRAPH_BACKWARD.wrong("depth first, each node once", "Each node sends its messages the first time "
                      "that it is reached. What its other children send later is never passed on.")
def backward(output):
    for node in topological_order(output):
        node.grad = 0.0
    output.grad = 1.0
    seen, stack = set(), [output]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        for parent, slope in zip(node.parents, node.local_grads):
            parent.grad += node.grad * slope
            stack.append(parent)


@GRAPH_BACKWARD.wrong("all paths, one by one", "It follows every path to its end and adds up the "
                      "products. That is right, and takes for ever where there are many paths: "
                      "collect the messages at each node first.", hangs_on=(PATHS,))
def backward(output):
    stack = [output]
    for node in topological_order(output):
        node.grad = 0.0
    stack = [(output, 1.0)]
    while stack:
        node, message = stack.pop()
        node.grad += message
        for parent, slope in zip(node.parents, node.local_grads):
            stack.append((parent, message * slope))


@GRAPH_BACKWARD.wrong("upstream signal ignored", "The local derivatives are added up, without the "
                      "grad of the child that sends the message.")
def backward(output):
    order = topological_order(output)
    for node in order:
        node.grad = 0.0
    output.grad = 1.0
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.local_grads):
            parent.grad += slope


@GRAPH_BACKWARD.wrong("local derivatives left out", "A message is the child's grad alone. It must "
                      "be multiplied by the local derivative on the edge.")
def backward(output):
    order = topological_order(output)
    for node in order:
        node.grad = 0.0
    output.grad = 1.0
    for node in reversed(order):
        for parent in node.parents:
            parent.grad += node.grad


@GRAPH_BACKWARD.wrong("the child's value for its grad", "A message is the child's value times the "
                      "local derivative; it must be the child's grad.")
def backward(output):
    order = topological_order(output)
    for node in order:
        node.grad = 0.0
    output.grad = 1.0
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.local_grads):
            parent.grad += node.data * slope


@GRAPH_BACKWARD.wrong("the parent's grad in the message", "The message is multiplied by the grad "
                      "of the parent that receives it, not of the child that sends it.")
def backward(output):
    order = topological_order(output)
    for node in order:
        node.grad = 1.0
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.local_grads):
            parent.grad *= slope


@GRAPH_BACKWARD.wrong("a parent used twice counts once", "Where an operation uses a node twice, "
                      "only one of the two messages is sent.")
def backward(output):
    order = topological_order(output)
    for node in order:
        node.grad = 0.0
    output.grad = 1.0
    for node in reversed(order):
        for parent, slope in dict(zip(node.parents, node.local_grads)).items():
            parent.grad += node.grad * slope


@GRAPH_BACKWARD.right("zeros by the way, a table of sums")
def backward(output):
    sums = {id(output): 1.0}
    for node in reversed(topological_order(output)):
        node.grad = sums[id(node)]
        for parent, slope in zip(node.parents, node.local_grads):
            sums[id(parent)] = sums.get(id(parent), 0.0) + node.grad * slope


@GRAPH_BACKWARD.right("by counting children, no order asked for")
def backward(output):
    waiting, todo = {output: 0}, [output]
    for node in todo:
        node.grad = 0.0
        for parent in node.parents:
            if parent not in waiting:
                waiting[parent] = 0
                todo.append(parent)
            waiting[parent] += 1
    output.grad = 1.0
    ready = [output]
    while ready:
        node = ready.pop()
        for parent, slope in zip(node.parents, node.local_grads):
            parent.grad += slope * node.grad
            waiting[parent] -= 1
            if not waiting[parent]:
                ready.append(parent)


@GRAPH_BACKWARD.right("each node asks its children")
def backward(output):
    order = list(topological_order(output))
    edges = {id(node): [] for node in order}
    for child in order:
        for parent, slope in zip(child.parents, child.local_grads):
            edges[id(parent)].append((child, slope))
    for node in order[::-1]:
        node.grad = sum(child.grad * slope for child, slope in edges[id(node)])
        if node is output:
            node.grad += 1.0


@GRAPH_BACKWARD.right("NumPy numbers")
def backward(output):
    order = topological_order(output)
    for node in order:
        node.grad = np.float64(0)
    output.grad = np.ones(())
    while order:
        node = order.pop()
        for k, parent in enumerate(node.parents):
            parent.grad = parent.grad + np.multiply(node.grad, node.local_grads[k])


@GRAPH_BACKWARD.right("a helper for a node's messages")
def backward(output):
    def messages(node):
        for index in range(len(node.parents)):
            yield node.parents[index], node.local_grads[index] * node.grad

    order = [*topological_order(output)]
    for node in order:
        node.grad = 1.0 * (node is output)
    for node in order[::-1]:
        for receiver, message in messages(node):
            receiver.grad = receiver.grad + message


@GRAPH_BACKWARD.right("a matrix of local derivatives, where it is small")
def backward(output):
    order = list(topological_order(output))
    place = {id(node): index for index, node in enumerate(order)}
    bars = np.zeros(len(order))
    bars[-1] = 1.0
    if len(order) < 500:
        local = np.zeros((len(order), len(order)))
        for node in order:
            for parent, slope in zip(node.parents, node.local_grads):
                local[place[id(parent)], place[id(node)]] += slope
        bars = np.linalg.solve(np.eye(len(order)) - local, bars)
    else:
        for index in range(len(order) - 1, -1, -1):
            for parent, slope in zip(order[index].parents, order[index].local_grads):
                bars[place[id(parent)]] += slope * bars[index]
    for node, bar in zip(order, bars):
        node.grad = float(bar)
