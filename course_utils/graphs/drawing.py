"""Shows a graph: an SVG figure that can be read aloud, and the same as a PNG."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count

import numpy as np

from course_utils.graphs.nodes import GraphNode, number
from course_utils.graphs.picture import Marks, compose
from course_utils.graphs.raster import show_picture
from course_utils.graphs.reading import Graph, nodes_of
from course_utils.graphs.shapes import Picture, escaped, svg_of
from course_utils.plots.figure import drawn_by_the_student

#: In JupyterLab the arrow keys are shortcuts, but not for an element that says this.
OWN_KEYS = 'data-lm-suppress-shortcuts="true"'
#: Pictures of this session: two of the same graph on one page must not share their ids.
_PICTURES = count(1)


@drawn_by_the_student
def draw(graph: Graph, names: Mapping | None = None, *, wrong: str | None = None, title: str = "",
         show_bars: bool = True) -> None:
    """Shows a graph as a figure; says in a sentence why, if it cannot.

    Args:
        graph: The output `Value` of any graph, or a list of `GraphNode`, or a function without
            arguments that returns one of them.
        names: ``{"w": node, ...}``, how to call some nodes of a `Value` graph. The others are
            called by their ``name``, or v1, v2, ...
        wrong: Name of the first wrong node, which is marked.
        title: Above the graph.
        show_bars: Whether the bars are shown.
    """
    try:
        nodes = nodes_of(graph, names)
        if not show_bars:
            nodes = [replace(node, bar=None) for node in nodes]
        show_nodes(nodes, title, Marks(wrong))
    except ValueError as problem:
        print(f"No figure: {problem}")
        return
    note = first_nan(nodes)
    if note:
        print(note)


def show_nodes(nodes: Sequence[GraphNode], title: str, marks: Marks) -> None:
    """Shows a checked graph with its marks.

    Raises:
        ValueError: As for `compose`.
    """
    picture, words = compose(nodes, title, marks), describe(nodes, marks.wrong)
    page = (f'<figure style="margin: 0; overflow-x: auto" tabindex="0" {OWN_KEYS}>'
            f"{svg_text(picture, title, words, f'{key_of(picture, words)}-{next(_PICTURES)}')}"
            "</figure>")
    show_picture(picture, f"{title}. {words}" if title else words, page)


def svg(graph: Graph, wrong: str | None = None, title: str = "",
        show_bars: bool = True) -> str:
    """The figure as text; the same graph always gives the same.

    Args:
        graph: As for `draw`.
        wrong: Name of the first wrong node, which is marked.
        title: Above the graph.
        show_bars: Whether the bars are shown.

    Raises:
        ValueError: As for `nodes_of`, or no node is called `wrong`, or the graph is too large.
    """
    nodes = nodes_of(graph)
    if not show_bars:
        nodes = [replace(node, bar=None) for node in nodes]
    picture, words = compose(nodes, title, Marks(wrong)), describe(nodes, wrong)
    return svg_text(picture, title, words, key_of(picture, words))


def svg_text(picture: Picture, title: str, words: str, key: str) -> str:
    """A picture as SVG with its title and description.

    Args:
        picture: The shapes.
        title, words: What it is, and all that it shows, for those who cannot see it.
        key: Unlike that of every other picture on the page; the ids are made of it.
    """
    width, height = picture.width, picture.height
    body = "".join(map(svg_of, picture.groups))
    # very wide graphs are scrolled, rather than made too small to read
    return (f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
            f'aria-labelledby="graph-{key}-t graph-{key}-d" width="{width:.0f}" '
            f'height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
            f'font-family="sans-serif" '
            f'style="max-width: 100%; min-width: {0.6 * width:.0f}px; height: auto">'
            f'<title id="graph-{key}-t">{escaped(title or "Computation graph")}</title>'
            f'<desc id="graph-{key}-d">{escaped(words)}</desc>{body}</svg>')


def key_of(picture: Picture, words: str) -> str:
    """A few letters that two different pictures do not share."""
    text = words + "".join(map(svg_of, picture.groups))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def describe(nodes: Sequence[GraphNode], wrong: str | None = None) -> str:
    """The graph in words: every node with its value and its bar.

    >>> describe([GraphNode("x", "", 3.0), GraphNode("y", "square", 9.0, 1.0, ("x",))], wrong="x")
    'A computation graph of 2 nodes. x = 3, an input. y = 9, by square from x, bar 1. The first wrong one is x.'
    """  # noqa: E501
    uses = Counter(parent for node in nodes for parent in node.parents)
    sentences = [f"A computation graph of {len(nodes)} node{'s' * (len(nodes) > 1)}."]
    for node in nodes:
        words = [f"{node.name} = {number(node.value)}", "an input" if not node.parents else
                 f"by {node.operation or 'computation'} from {', '.join(node.parents)}"]
        words += [f"bar {number(node.bar)}"] if node.bar is not None else []
        words += [f"used {uses[node.name]} times"] if uses[node.name] > 1 else []
        sentences.append(", ".join(words) + ".")
    return " ".join(sentences + ([f"The first wrong one is {wrong}."] if wrong is not None else []))


def first_nan(nodes: Sequence[GraphNode]) -> str:
    """A sentence on where NaN comes into a graph, or nothing.

    Args:
        nodes: As `checked` gives them: parents before children.
    """
    for node in nodes:
        if np.any(np.isnan(node.value)):
            source = (f"is computed by {node.operation or 'an operation'} from "
                      f"{', '.join(node.parents)}" if node.parents else "is an input")
            return (f"The first value that is NaN is that of {node.name}, which {source}. What "
                    "comes after it can only be NaN too.")
    for node in reversed(nodes):
        if node.bar is not None and np.any(np.isnan(node.bar)):
            return (f"All values are numbers, but the bar of {node.name} is NaN: it is the first "
                    "in backward order. Look at the local derivatives of its children.")
    return ""
