"""Three broken backward passes, and the smallest graph on which each fails."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.question import Case, Part, Question
from autograder.questions.computation_graphs.links import in_order, slopes

BUILT = "the graph that you built"
#: More nodes than anybody needs here, and few enough to try all passes at once.
MOST_NODES = 200


def draw(rng: np.random.Generator) -> list[Case]:
    return [Case(BUILT, ())]


def links_of(builds, broken):
    """Builds the student's graph and tells its links; the broken pass is not run here."""
    output = builds()
    found, place = [output], {id(output): 0}
    for node in found:
        for parent in node.parents:
            if id(parent) not in place:
                if len(found) > 10_000:
                    raise ValueError
                place[id(parent)] = len(found)
                found.append(parent)
    return {
        "parents": [[place[id(parent)] for parent in node.parents] for node in found],
        "local_grads": [[float(slope) for slope in node.local_grads] for node in found],
    }


class Links:
    """A graph as plain data, with the order in which a pass may visit its nodes.

    Args:
        parents, local_grads: For each node; the output is number 0.
    """

    def __init__(self, parents: list[list[int]], local_grads: list[list[float]]) -> None:
        self.expected = slopes(parents, local_grads, 0)
        # where all messages had one sign: rounding, and overflow, are measured by it
        self.size = np.max(slopes(parents, [np.abs(each) for each in local_grads], 0))
        if not np.isfinite(self.size):
            raise ValueError("returned a graph whose derivatives are too large to compute with")
        self.edges = [list(zip(*pair, strict=True))
                      for pair in zip(parents, local_grads, strict=True)]
        self.children_first = in_order(parents)[::-1]

    def fails(self, broken: Callable[[Links], np.ndarray]) -> bool:
        grads = broken(self)
        return not np.allclose(grads, self.expected, rtol=0, atol=1e-9 * self.size)


def overwriting(graph: Links) -> np.ndarray:
    grads = np.zeros(len(graph.edges))
    grads[0] = 1
    for node in graph.children_first:
        for parent, slope in graph.edges[node]:
            grads[parent] = grads[node] * slope
    return grads


def depth_first(graph: Links) -> np.ndarray:
    grads, seen = np.zeros(len(graph.edges)), set()
    grads[0] = 1

    def visit(node: int) -> None:
        if node in seen:
            return
        seen.add(node)
        for parent, slope in graph.edges[node]:
            grads[parent] += grads[node] * slope
        for parent, _ in graph.edges[node]:
            visit(parent)

    visit(0)
    return grads


def keeping(graph: Links) -> np.ndarray:
    """The second of two passes that set only the inputs back to zero."""
    grads = np.zeros(len(graph.edges))
    for _ in range(2):
        for node, edges in enumerate(graph.edges):
            if not edges:
                grads[node] = 0
        grads[0] = 1
        for node in graph.children_first:
            for parent, slope in graph.edges[node]:
                grads[parent] += grads[node] * slope
    return grads


def judge(broken: Callable[[Links], np.ndarray],
          smallest: int) -> Callable[[Case, dict], dict[str, float]]:
    """A view that says whether a pass fails on a graph, and whether a smaller one would do.

    Args:
        broken: The pass.
        smallest: Nodes of the smallest graph on which it fails.
    """
    def judged(case: Case, links) -> dict[str, float]:
        parents, local_grads = links["parents"], links["local_grads"]
        if len(parents) > MOST_NODES:
            raise ValueError(f"returned a graph of more than {MOST_NODES} nodes")
        if not np.all(np.isfinite([slope for each in local_grads for slope in each])):
            raise ValueError("returned a graph with NaN or infinity in its local_grads")
        fails = Links(parents, local_grads).fails(broken)
        return {"fails": float(fails), "smallest": float(fails and len(parents) == smallest)}

    return judged


def question(name: str, broken_name: str, broken: Callable, smallest: int, hint: str) -> Question:
    return Question(
        name, (name, broken_name), draw,
        (
            Part("the pass fails there", 0.5, "fails", hint=hint),
            Part("no smaller graph does", 0.5, "smallest",
                 hint="Leave out a node: does the pass still fail?"),
        ),
        probe=links_of,
        view=judge(broken, smallest),
    )


SMALLER = "The pass fails on this graph, and on one with fewer nodes too."

BREAKS_OVERWRITING = question(
    "breaks_overwriting", "overwriting", overwriting, 2,
    "It goes wrong where a node receives more than one message.")
BREAKS_DEPTH_FIRST = question(
    "breaks_depth_first", "depth_first", depth_first, 4,
    "A node must send its messages before its own grad is complete, and have a parent that "
    "hears them.")
BREAKS_KEEPING = question(
    "breaks_keeping", "keeping", keeping, 3,
    "It sets the inputs back. Which nodes are not inputs, and not the output?")


@BREAKS_OVERWRITING.wrong("no fan-out", "No node of this graph has two messages to receive, so "
                          "there is nothing to overwrite.")
def breaks_overwriting():
    x, y = Value(2.0), Value(3.0)
    return x * y


@BREAKS_OVERWRITING.wrong("larger than needed", SMALLER)
def breaks_overwriting():
    x = Value(2.0)
    return x.exp() + x


@BREAKS_OVERWRITING.right("x · x")
def breaks_overwriting():
    x = Value(2.0)
    return x * x


@BREAKS_OVERWRITING.right("x + x, by a loop")
def breaks_overwriting():
    x, total = Value(1), None
    for _ in range(2):
        total = x if total is None else total + x
    return total


@BREAKS_OVERWRITING.right("links made by hand")
def breaks_overwriting():
    x = Value(2.0)
    return Value(7.0, (x, x), (0.5, -1.5))


@BREAKS_OVERWRITING.right("three messages to one node")
def breaks_overwriting():
    x = Value(2.0)
    return Value(6.0, (x, x, x), (1.0, 1.0, 1.0))


@BREAKS_OVERWRITING.right("x / x, which is always 1")
def breaks_overwriting():
    def ratio(x):
        return x / x

    return ratio(Value(4.0))


@BREAKS_DEPTH_FIRST.wrong("a chain", "No message comes late to a node that has parents of its own, "
                          "so depth first comes out right.")
def breaks_depth_first():
    return Value(0.5).exp().exp() + 1


@BREAKS_DEPTH_FIRST.wrong("larger than needed", SMALLER)
def breaks_depth_first():
    x = Value(0.5)
    a = x * 3
    return a + a.exp().exp()


@BREAKS_DEPTH_FIRST.right("with exp")
def breaks_depth_first():
    x = Value(0.5)
    a = x.exp()
    return a * a.exp()


@BREAKS_DEPTH_FIRST.right("squares")
def breaks_depth_first():
    x = Value(1.5)
    a = x**2
    b = a**2
    return a + b


@BREAKS_DEPTH_FIRST.right("only with +")
def breaks_depth_first():
    x = Value(1.0)
    a = x + x
    return a + (a + a)


@BREAKS_DEPTH_FIRST.right("links made by hand")
def breaks_depth_first():
    x = Value(1.0)
    a = Value(2.0, (x,), (2.0,))
    b = Value(3.0, (a,), (1.0,))
    return Value(5.0, (a, b), (1.0, 1.0))


@BREAKS_DEPTH_FIRST.right("from the outside in")
def breaks_depth_first():
    def after(node):
        return node.sigmoid()

    return (lambda a: a * after(a))(after(Value(-1.0)))


@BREAKS_DEPTH_FIRST.right("a shared parent instead of a chain")
def breaks_depth_first():
    x = Value(0.7)
    a = x.tanh()
    return a * (a * x)


@BREAKS_KEEPING.wrong("nothing between", "Inputs and output alone: the inputs are set back, and "
                      "the output is set to 1. Nothing is left over.")
def breaks_keeping():
    return Value(2.0) * Value(3.0)


@BREAKS_KEEPING.wrong("larger than needed", SMALLER)
def breaks_keeping():
    a, b = Value(2.0), Value(3.0)
    return (a * b).exp()


@BREAKS_KEEPING.right("exp of exp")
def breaks_keeping():
    return Value(0.5).exp().exp()


@BREAKS_KEEPING.right("squares")
def breaks_keeping():
    x = Value(1.5)
    y = x * x
    return y * y


@BREAKS_KEEPING.right("a node used again")
def breaks_keeping():
    x = Value(3.0)
    return (x * x) * x


@BREAKS_KEEPING.right("a loop")
def breaks_keeping():
    node = Value(-0.3)
    for _ in range(2):
        node = node.sigmoid()
    return node


@BREAKS_KEEPING.right("links made by hand")
def breaks_keeping():
    x = Value(1.0)
    return Value(4.0, (Value(2.0, (x,), (2.0,)),), (2.0,))
