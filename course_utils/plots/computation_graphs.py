"""The figures of notebook 2, drawn by the student's own class and functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyArrowPatch

from course_utils.graphs import draw, first_wrong_signal, play
from course_utils.graphs.named import REGULARIZED_NEURON
from course_utils.graphs.reading import paired
from course_utils.plots.figure import FIRST, SECOND, WRONG, drawn_by_the_student, new_axes, show
from course_utils.scalar_graph import TooManyVisits, build, diamonds

#: The graph of the figure of an order: v1, v2 are inputs, v8 is the output.
TANGLED = [[], [], [0, 1], [2, 0], [1, 3], [2, 4], [5, 1], [3, 6]]
BARS = ("total", "loss", "reg", "y", "z", "w", "b")


def messages() -> None:
    """Draws one node between its parents and its children, with what passes along the edges."""
    figure, axes = plt.subplots(figsize=(8, 3.1), layout="constrained")
    places = {"$v_1$": (0, 2), "$v_2$": (0, 0), "$v_i$": (3, 1), "$v_7$": (6, 2), "$v_9$": (6, 0)}
    for name, (x, y) in places.items():
        axes.text(x, y, name, ha="center", va="center", fontsize=14, zorder=3,
                  bbox={"boxstyle": "circle,pad=0.4", "facecolor": "white",
                        "edgecolor": FIRST if name == "$v_i$" else "0.5",
                        "linewidth": 2.5 if name == "$v_i$" else 1.2})
    for start, end in [("$v_1$", "$v_i$"), ("$v_2$", "$v_i$"), ("$v_i$", "$v_7$"),
                       ("$v_i$", "$v_9$")]:
        axes.add_patch(FancyArrowPatch(places[start], places[end], arrowstyle="-|>", shrinkA=24,
                                       shrinkB=24, mutation_scale=14, color="0.45"))
    for y, child in [(2, 7), (0, 9)]:
        axes.text(4.55, 1.9 if y else 0.1, rf"$\leftarrow\ \bar v_{child}\,"
                  rf"\partial v_{child}/\partial v_i$", ha="center", va="center", color="#A64600",
                  fontsize=13)
    for y, parent in [(2, 1), (0, 2)]:
        axes.text(1.45, 1.9 if y else 0.1, rf"$\leftarrow\ \bar v_i\,"
                  rf"\partial v_i/\partial v_{parent}$", ha="center", va="center",
                  color="#A64600", fontsize=13)
    axes.text(3, 1.62, "adds up\nwhat comes in", ha="center", fontsize=10, color="#A64600")
    axes.text(0, -0.75, "parents", ha="center", color="0.3")
    axes.text(6, -0.75, "children", ha="center", color="0.3")
    axes.set(xlim=(-0.8, 6.8), ylim=(-1, 2.6))
    axes.axis("off")
    show(figure, "A node v_i between two parents on the left and two children on the right. Grey "
                 "arrows go forward, from parents to children. Back along each edge comes a "
                 "message: the child's bar times the local derivative of the child with respect "
                 "to the parent. The node adds up what comes in from its children, and sends on "
                 "to its parents.")


def example(Value: Callable) -> Any:
    """The graph of f = (a + b) · b at a = 2, b = 3, with names, made of the student's nodes."""
    a, b = Value(2.0), Value(3.0)
    v = a + b
    f = v * b
    for name, node in {"a": a, "b": b, "v": v, "f": f}.items():
        node.name = name
    return f


@drawn_by_the_student
def first_graph(Value: Callable) -> None:
    """Draws f = tanh((a + b) · b − 2a) as the student's class builds it, without bars."""
    a, b = Value(0.5), Value(0.8)
    f = ((a + b) * b - 2 * a).tanh()
    draw(f, {"a": a, "b": b, "f": f}, title="f = tanh((a + b) · b − 2a), before any backward pass",
         show_bars=False)


@drawn_by_the_student
def order(topological_order: Callable) -> None:
    """Draws a tangled graph on a line, in the student's order; each edge an arc.

    Args:
        topological_order: The student's function.
    """
    nodes = build(TANGLED)
    line = list(topological_order(nodes[-1]))
    place = {id(node): index for index, node in enumerate(line)}
    if not all(id(node) in place for node in nodes):
        print("No figure: a node is missing in your list. The check above says more.")
        return
    figure, axes = new_axes(8, 3.4)
    back = []
    for child in nodes:
        for parent in child.links:
            start, end = place[id(parent)], place[id(child)]
            wrong = end < start
            back += [(parent, child)] if wrong else []
            axes.add_patch(FancyArrowPatch(
                (start, 0), (end, 0), connectionstyle=f"arc3,rad={-0.4 if end > start else 0.4}",
                arrowstyle="-|>", mutation_scale=13, shrinkA=14, shrinkB=14,
                linestyle="--" if wrong else "-", linewidth=2.2 if wrong else 1.2,
                color=WRONG if wrong else "0.35"))
    for index, node in enumerate(line):
        axes.text(index, 0, str(node), ha="center", va="center", zorder=3,
                  bbox={"boxstyle": "circle,pad=0.35", "facecolor": "white", "edgecolor": FIRST})
    axes.set(xlim=(-0.6, len(line) - 0.4), ylim=(-0.35, 3.2),
             title="Every arrow goes to the right" if not back else
             f"{len(back)} of the arrows go back, dashed: those children come too early")
    axes.axis("off")
    listed = ", ".join(map(str, line))
    show(figure, f"The nodes of a graph on a line in the order {listed}, with an arc from each "
                 "parent to each child. " + ("All of them go to the right." if not back else
                 "Some go back: " + ", ".join(f"{p} to {c}" for p, c in back) + "."))


@drawn_by_the_student
def work(topological_order: Callable) -> None:
    """Draws how often the student's function looks at a node, against the number of edges.

    Args:
        topological_order: The student's function.
    """
    series = {"chains": [chain(count) for count in (10, 30, 100, 300, 1000, 3000, 10_000)],
              "diamonds in a row": [diamonds(count) for count in (1, 2, 4, 7, 12, 25, 50)]}
    figure, axes = new_axes(6.5, 4)
    said, alt = [], []
    for (name, graphs), style in zip(series.items(), ("o", "s"), strict=True):
        edges, visits = [], []
        for operands in graphs:
            nodes = build(operands)
            try:
                topological_order(nodes[-1])
            except (TooManyVisits, RecursionError) as reason:
                said.append(f"{name}: stopped at {len(nodes):,} nodes, by " + (
                    "Python's limit of recursion." if isinstance(reason, RecursionError) else
                    "far too many visits."))
                break
            edges.append(sum(map(len, operands)))
            visits.append(nodes[0].visits[0])
        axes.loglog(edges, visits, style, color=FIRST if style == "o" else SECOND,
                    markersize=8 if style == "s" else 6, markeredgecolor="black",
                    label=f"your function, {name}")
        alt += [f"{name} up to {edges[-1]:,} edges with {visits[-1]:,} visits"] if edges else []
    counts = np.arange(1, 51)
    axes.loglog(4 * counts, 2.0**counts, "--", color="0.3", label="paths through the diamonds")
    axes.loglog([4, 10_000], [4, 10_000], ":", color="0.5", label="one visit for each edge")
    axes.set(xlabel="edges", ylabel="visits, or paths", ylim=(1, 1e16),
             title="Edges are few, paths are many")
    axes.legend(loc="upper right", fontsize=9)
    print("\n".join(said) or "It came through all of them.")
    show(figure, "Visits of your function against edges, both logarithmic: "
                 + "; ".join(alt) + ". The number of paths through the diamonds rises to "
                 "2**50, about 10**15, at 200 edges.")


def chain(count: int) -> list[list[int]]:
    """The operands of a chain of nodes."""
    return [[], *([index] for index in range(count - 1))]


@drawn_by_the_student
def both_passes(Value: Callable, backward: Callable) -> None:
    """Steps through both passes of the graph of f = (a + b) · b.

    Args:
        Value, backward: The student's class and function.
    """
    f = example(Value)
    backward(f)
    play(f, title="f = (a + b) · b, step by step")


@drawn_by_the_student
def neuron(logistic_graph: Callable, backward: Callable, **inputs: float) -> None:
    """Draws the student's graph of the neuron with values and bars, and judges the bars.

    Args:
        logistic_graph, backward: The student's functions.
        **inputs: The numbers w, b, x, t and lam.
    """
    nodes = logistic_graph(**inputs)
    total = nodes["total"]
    backward(total)
    report = first_wrong_signal(REGULARIZED_NEURON, inputs,
                                {name: nodes[name].grad for name in BARS})
    wrong = report.name if report.name in BARS else None
    draw(total, {name: nodes[name] for name in BARS}, wrong=wrong,
         title="The regularised neuron, built and differentiated by your code")
    print(report)


@drawn_by_the_student
def cost(count_operations: Callable, Value: Callable) -> None:
    """Draws multiply-adds of both passes against the weights of a layer of n units on n inputs.

    Args:
        count_operations, Value: The student's function and class.
    """
    sizes = [1, 2, 4, 8, 16]
    weights = np.array([n * n for n in sizes])
    counts = np.array([count_operations(layer(Value, n)) for n in sizes], dtype=float)
    figure, axes = new_axes(6.5, 4)
    axes.loglog(weights, counts[:, 0], "o-", color=FIRST, label="forward, counted")
    axes.loglog(weights, counts[:, 1], "s--", color=SECOND, markeredgecolor="black",
                label="backward, counted")
    axes.loglog(weights, 2 * weights * counts[:, 0], ":", color="0.3",
                label="finite differences: two forward passes a weight")
    ratio = counts[-1, 1] / counts[-1, 0]
    axes.set(xlabel="weights", ylabel="multiply-adds", ylim=(2, 3e7),
             title=f"Backward : forward = {ratio:.2f} with {weights[-1]} weights")
    axes.legend()
    rows = "; ".join(f"{n} weights: {int(f)} and {int(b)}"
                     for n, (f, b) in zip(weights, counts, strict=True))
    show(figure, "Multiply-adds forward and backward against the number of weights, both "
                 f"logarithmic. {rows}. The two lines run side by side, the backward one about "
                 f"{ratio:.2f} times higher at the end; finite differences rise twice as steeply.")


def layer(Value: Callable, n: int) -> Any:
    """The sum of the squared outputs of n tanh units on n inputs."""
    rng = np.random.default_rng(n)
    inputs = [Value(x) for x in rng.uniform(0.1, 0.9, n)]
    total = None
    for _ in range(n):
        z = Value(0.1)
        for x in inputs:
            z = z + Value(rng.uniform(0.1, 0.5)) * x
        square = z.tanh() ** 2
        total = square if total is None else total + square
    return total


@drawn_by_the_student
def broken(builds: Callable, broken_pass: Callable, calls: int = 1) -> None:
    """Draws the student's graph with the grads of a broken pass, the first wrong one marked.

    Args:
        builds: The student's function, which returns the output of a graph.
        broken_pass: Takes the nodes, parents first.
        calls: How often the pass is called.
    """
    output = builds()
    nodes = nodes_of(output)
    for _ in range(calls):
        broken_pass(nodes)
    report = first_wrong_signal(output)
    draw(output, wrong=report.name, title=f"Your graph, and the grads of `{broken_pass.__name__}`"
         + (f", called {calls} times" if calls > 1 else ""))
    print(report)


def nodes_of(output: Any) -> Sequence[Any]:
    """The nodes themselves, parents before children."""
    return [node for _, node in paired(output)]
