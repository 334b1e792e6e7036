"""The graph as an SVG figure that also says in words what it shows."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape
from itertools import pairwise

from IPython.display import HTML

from course_utils.graphs.layout import Layout, Point, arrange, heights_of
from course_utils.graphs.nodes import GraphNode, checked, number

#: Blue of `plots`; its orange and a red, both dark enough for small letters on white.
OUTLINE, BAR, WRONG = "#0072B2", "#A64600", "#B00020"
LONGEST = 18  # letters of a name in a box; the description has all of them
MARGIN, CURVE = 16, 64  # pixels: around all, for an edge's bend
PORT = 16  # pixels between arrow heads, a line of small letters

Box = tuple[float, float, float, float]  # left, top, width, height
Edge = tuple[str, str, str, float, float, float | None]  # the arguments of `_edge`


def draw(nodes: Sequence[GraphNode], wrong: str | None = None, title: str = "",
         show_bars: bool = True) -> HTML:
    """Draws a graph as a figure that can be read aloud; arguments as for `svg`."""
    # very wide graphs are scrolled, rather than made too small to read
    return HTML('<figure style="margin: 0; overflow-x: auto" tabindex="0">'
                f"{svg(nodes, wrong, title, show_bars)}</figure>")


def svg(nodes: Sequence[GraphNode], wrong: str | None = None, title: str = "",
        show_bars: bool = True) -> str:
    """The figure as text; the same graph always gives the same.

    Args:
        nodes: The graph, in any order.
        wrong: Name of the first wrong node, which is marked.
        title: Above the graph.
        show_bars: Whether the bars are shown.

    Raises:
        ValueError: As for `checked`, or no node is called `wrong`, or the graph is too large.
    """
    nodes = checked(nodes)
    if wrong is not None and wrong not in {node.name for node in nodes}:
        raise ValueError(f"No node is called {wrong!r}, so it cannot be marked as wrong.")
    if not show_bars:
        nodes = [replace(node, bar=None) for node in nodes]
    uses = Counter(parent for node in nodes for parent in node.parents)
    boxes, edges, width, height = _place(nodes, wrong, top=40 if title else MARGIN)
    body = [_edge(*edge) for edge in edges]
    body += [_box(node, *boxes[node.name], uses[node.name], node.name == wrong) for node in nodes]
    if title:
        width = max(width, 2 * MARGIN + _wide(title, 15))
        body.insert(0, _text(MARGIN, 26, title, 15, weight="bold"))
    words = _text_of(describe(nodes, wrong))
    key = hashlib.sha256("".join([title, words, *body]).encode("utf-8", "replace")).hexdigest()[:12]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
            f'aria-labelledby="graph-{key}-t graph-{key}-d" width="{width:.0f}" '
            f'height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
            f'font-family="sans-serif" '
            f'style="max-width: 100%; min-width: {0.6 * width:.0f}px; height: auto">'
            f'<title id="graph-{key}-t">{_text_of(title or "Computation graph")}</title>'
            f'<desc id="graph-{key}-d">{words}</desc>'
            f'<rect width="100%" height="100%" fill="white"/>{"".join(body)}</svg>')


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


def _place(nodes: Sequence[GraphNode], wrong: str | None,
           top: float) -> tuple[dict[str, Box], list[Edge], float, float]:
    """All coordinates: boxes, edges, and the width and height of the picture."""
    plan = arrange(nodes)
    tall = {node.name: max(58 if node.operation else 42, PORT * len(node.parents) + 8)
            for node in nodes}
    below = 18 if any(node.bar is not None for node in nodes) else 0
    heights = heights_of(plan, {
        name: (tall[name] / 2 + 20 * (name == wrong), tall[name] / 2 + below) for name in tall})
    y = {point: top + height for point, height in heights.items()}
    spans = _spans(plan, nodes, wrong)
    boxes = {}
    for name, layer in plan.layer.items():
        left, right = spans[layer]
        boxes[name] = (left, y[name, layer] - tall[name] / 2, right - left, tall[name])
    edges = [edge for node in nodes for edge in _arrivals(node, plan, spans, y)]
    bottom = max([box[1] + box[3] + below for box in boxes.values()] + list(y.values()))
    return boxes, edges, spans[-1][1] + MARGIN, bottom + MARGIN


def _spans(plan: Layout, nodes: Sequence[GraphNode],
           wrong: str | None) -> list[tuple[float, float]]:
    """Left and right end of each column; before it there is room for a bend and the labels."""
    columns: list[list[GraphNode]] = [[] for _ in plan.columns]
    for node in nodes:
        columns[plan.layer[node.name]].append(node)
    spans, x = [], float(MARGIN)
    for column in columns:
        labels = [_wide(number(local), 11) for node in column for local in node.local_grads
                  if local is not None]
        left = x + (CURVE + max(labels, default=0) + 26 if spans else 0)
        x = left + max(_box_width(node, node.name == wrong) for node in column)
        spans.append((left, x))
    return spans


def _arrivals(node: GraphNode, plan: Layout, spans: Sequence[tuple[float, float]],
              y: Mapping[Point, float]) -> Iterator[Edge]:
    """The edges into a node; each ends at a height of its own."""
    routes = [plan.route(parent, node.name) for parent in node.parents]
    # sorted, so that they do not cross just before the node
    from_above = sorted(range(len(routes)), key=lambda index: y[routes[index][-2]])
    for port, index in enumerate(from_above):
        heights = [y[point] for point in routes[index]]
        heights[-1] += PORT * (port - (len(routes) - 1) / 2)
        first = routes[index][0][1]
        path = f"M{spans[first][1]:.1f},{heights[0]:.1f}"
        for layer, (before, after) in enumerate(pairwise(heights), start=first):
            start = spans[layer][1]
            path += (f"H{start:.1f}C{start + CURVE / 2:.1f},{before:.1f} "
                     f"{start + CURVE / 2:.1f},{after:.1f} {start + CURVE:.1f},{after:.1f}")
        yield (node.parents[index], node.name, path, spans[plan.layer[node.name]][0], heights[-1],
               node.local_grads[index])


def _edge(parent: str, child: str, path: str, x: float, y: float, local: float | None) -> str:
    # above the line: on it, the line would look like a minus
    label = "" if local is None else _text(x - 12, y - 3, number(local), 11, anchor="end")
    return (f'<g class="edge" data-from="{_text_of(parent)}" data-to="{_text_of(child)}">'
            f'<path d="{path}H{x - 8:.1f}" fill="none" stroke="#555" stroke-width="1.3"/>'
            f'<path d="M{x:.1f},{y:.1f}l-9,-4v8z" fill="#555"/>{label}</g>')


def _box(node: GraphNode, x: float, y: float, width: float, height: float, uses: int,
         wrong: bool) -> str:
    middle, several = x + width / 2, uses > 1
    outline = (f'stroke="{WRONG}" stroke-width="4" stroke-dasharray="8 4"' if wrong else
               f'stroke="{OUTLINE}" stroke-width="{3 if several else 1.3}"')
    lines = [(_short(node.name), 14, "bold", "#000")]
    lines += [(_short(node.operation), 11, "normal", "#333")] if node.operation else []
    lines += [(number(node.value), 13, "normal", "#000")]
    baseline = y + height / 2 - (17 * len(lines)) / 2 + 13
    parts = [f'<g class="node" data-name="{_text_of(node.name)}"><rect x="{x:.1f}" y="{y:.1f}" '
             f'width="{width:.1f}" height="{height:.1f}" rx="8" '
             f'fill="{"#EAF3FA" if node.parents else "white"}" {outline}/>']
    parts += [_text(middle, baseline + 17 * row, text, size, fill, "middle", weight)
              for row, (text, size, weight, fill) in enumerate(lines)]
    if node.bar is not None:
        parts.append(_text(middle, y + height + 15, f"bar {number(node.bar)}", 12, BAR, "middle"))
    if several:
        parts.append(f'<circle class="fan-out" cx="{x + width:.1f}" cy="{y + height / 2:.1f}" '
                     f'r="5" fill="{OUTLINE}"/>')
    if wrong:
        parts.append(f'<path class="wrong" d="M{x + 4:.1f},{y - 16:.1f}l10,10m0,-10l-10,10" '
                     f'stroke="{WRONG}" stroke-width="3" fill="none"/>')
        parts.append(_text(x + 20, y - 6, "first wrong", 12, WRONG, weight="bold"))
    return "".join([*parts, "</g>"])


def _box_width(node: GraphNode, wrong: bool) -> float:
    texts = [(_short(node.name), 14), (_short(node.operation), 11), (number(node.value), 13),
             ("" if node.bar is None else f"bar {number(node.bar)}", 12)]
    return max([100 if wrong else 64] + [_wide(text, size) + 20 for text, size in texts])


def _wide(text: str, size: float) -> float:
    """About the width in pixels: the browser's font is not known, so rather too much."""
    return size * sum(1.1 if letter in "MW@%" or letter > "\u2e7f" else  # Chinese and the like
                      0.8 if letter.isupper() else 0.66 for letter in text)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST - 1] + "…"


def _text_of(text: str) -> str:
    """Text for XML: escaped, without the letters that XML cannot hold."""
    return escape(re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "�", text))


def _text(x: float, y: float, text: str, size: int, fill: str = "#000", anchor: str = "start",
          weight: str = "normal") -> str:
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" '
            f'text-anchor="{anchor}" font-weight="{weight}">{_text_of(text)}</text>')
