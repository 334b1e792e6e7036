"""The graph as a picture: boxes, edges, labels, each in its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from course_utils.graphs.layout import Layout, arrange, heights_of
from course_utils.graphs.layout import Point as Place
from course_utils.graphs.nodes import GraphNode, number
from course_utils.graphs.shapes import Dot, Group, Path, Picture, Piece, Point, Rect, Text, When
from course_utils.plots.figure import FIRST as OUTLINE

#: An orange and a red, both dark enough for small letters on white.
BAR, WRONG = "#A64600", "#B00020"
LINE, NOW = "#555", "#000"
LONGEST = 18  # letters of a name in a box; the description has all of them
MARGIN, CURVE = 16, 64  # pixels: around all, for an edge's bend
PORT = 16  # pixels between arrow heads, a line of small letters
MOST_NODES = 200  # of a picture; one of more cannot be read
RIGHT_SIGN, WRONG_SIGN, UNCLEAR_SIGN = "✓", "✗", "?"

Box = tuple[float, float, float, float]  # left, top, width, height


@dataclass(frozen=True)
class Marks:
    """What is marked in a picture, beside the nodes themselves.

    Args:
        wrong: Name of the first wrong node, if any.
        signs: For some nodes a sign that is set after the bar.
        steps: For the trace player, of each node the steps of its value and of its bar; 0 for
            a bar that is not known.
    """

    wrong: str | None = None
    signs: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Edge:
    """An edge with its way, from the right side of a box to the left side of another."""

    parent: str
    child: str
    start: Point
    pieces: Sequence[Piece]
    end: Point
    local: float | None


def compose(nodes: Sequence[GraphNode], title: str = "", marks: Marks | None = None) -> Picture:
    """Lays out a graph.

    Args:
        nodes: As `checked` gives them.
        title: Above the graph.
        marks: What is marked.

    Raises:
        ValueError: The graph is too large for a picture, or no node is called `marks.wrong`.
    """
    marks = marks or Marks()
    if marks.wrong is not None and marks.wrong not in {node.name for node in nodes}:
        raise ValueError(f"No node is called {marks.wrong!r}, so it cannot be marked as wrong.")
    if len(nodes) > MOST_NODES:
        raise ValueError(f"The graph has {len(nodes):,} nodes; a picture of more than {MOST_NODES} "
                         "cannot be read. Draw a smaller graph of the same kind, or print its "
                         "trace_table.")
    uses = Counter(parent for node in nodes for parent in node.parents)
    boxes, edges, width, height = _place(nodes, marks, top=40 if title else MARGIN)
    groups = [Group("edge", list(_edge(edge, marks)), {"from": edge.parent, "to": edge.child})
              for edge in edges]
    groups += [Group("node", list(_box(node, *boxes[node.name], uses[node.name], marks)),
                     {"name": node.name}) for node in nodes]
    if title:
        width = max(width, 2 * MARGIN + _wide(title, 15))
        groups.insert(0, Group("title", [Text(MARGIN, 26, title, 15, weight="bold")]))
    groups.insert(0, Group("background", [Rect(0, 0, width, height, "white")]))
    return Picture(width, height, groups)


def _place(nodes: Sequence[GraphNode], marks: Marks,
           top: float) -> tuple[dict[str, Box], list[_Edge], float, float]:
    """All coordinates: boxes, edges, and the width and height of the picture."""
    plan = arrange(nodes)
    tall = {node.name: max(58 if node.operation else 42, PORT * len(node.parents) + 8)
            for node in nodes}
    below = 19 if any(node.bar is not None or node.name in marks.signs for node in nodes) else 0
    heights = heights_of(plan, {
        name: (tall[name] / 2 + 20 * (name == marks.wrong), tall[name] / 2 + below)
        for name in tall})
    y = {point: top + height for point, height in heights.items()}
    spans = _spans(plan, nodes, marks)
    boxes = {}
    for name, layer in plan.layer.items():
        left, right = spans[layer]
        boxes[name] = (left, y[name, layer] - tall[name] / 2, right - left, tall[name])
    edges = [edge for node in nodes for edge in _arrivals(node, plan, spans, y)]
    bottom = max([box[1] + box[3] + below for box in boxes.values()] + list(y.values()))
    return boxes, edges, spans[-1][1] + MARGIN, bottom + MARGIN


def _spans(plan: Layout, nodes: Sequence[GraphNode], marks: Marks) -> list[tuple[float, float]]:
    """Left and right end of each column; before it there is room for a bend and the labels."""
    columns: list[list[GraphNode]] = [[] for _ in plan.columns]
    for node in nodes:
        columns[plan.layer[node.name]].append(node)
    spans, x = [], float(MARGIN)
    for column in columns:
        labels = [_wide(number(local), 11) for node in column for local in node.local_grads
                  if local is not None]
        left = x + (CURVE + max(labels, default=0) + 26 if spans else 0)
        x = left + max(_box_width(node, marks) for node in column)
        spans.append((left, x))
    return spans


def _arrivals(node: GraphNode, plan: Layout, spans: Sequence[tuple[float, float]],
              y: Mapping[Place, float]) -> Iterator[_Edge]:
    """The edges into a node; each ends at a height of its own."""
    routes = [plan.route(parent, node.name) for parent in node.parents]
    # sorted, so that they do not cross just before the node
    from_above = sorted(range(len(routes)), key=lambda index: y[routes[index][-2]])
    for port, index in enumerate(from_above):
        heights = [y[point] for point in routes[index]]
        heights[-1] += PORT * (port - (len(routes) - 1) / 2)
        first = routes[index][0][1]
        pieces: list[Piece] = []
        for layer, (before, after) in enumerate(pairwise(heights), start=first):
            x = spans[layer][1]
            pieces += [((x, before),)] if layer > first else []
            pieces.append(((x + CURVE / 2, before), (x + CURVE / 2, after), (x + CURVE, after)))
        end = (spans[plan.layer[node.name]][0], heights[-1])
        yield _Edge(node.parents[index], node.name, (spans[first][1], heights[0]), pieces, end,
                    node.local_grads[index])


def _edge(edge: _Edge, marks: Marks) -> Iterator[Path | Text]:
    x, y = edge.end
    to_head = [*edge.pieces, ((x - 8, y),)]
    yield Path(edge.start, to_head, LINE, 1.3)
    yield Path(edge.end, [((x - 9, y - 4),), ((x - 9, y + 4),)], fill=LINE)
    if edge.local is not None:
        # above the line: on it, the line would look like a minus
        yield Text(x - 12, y - 3, number(edge.local), 11, anchor="end")
    if marks.steps:
        # its child's value is being computed, or its parent's bar
        forward, backward = marks.steps[edge.child][0], marks.steps[edge.parent][1]
        yield Path(edge.start, to_head, NOW, 3, when=When(forward, only=True))
        yield Path(edge.start, to_head, BAR, 3, dashed=True, when=When(backward, only=True))
        a, b = edge.start
        yield Path((a + 1, b), [((a + 13, b - 6),), ((a + 13, b + 6),)], fill=BAR,
                   when=When(backward, only=True))


def _box(node: GraphNode, x: float, y: float, width: float, height: float, uses: int,
         marks: Marks) -> Iterator[Rect | Path | Dot | Text]:
    middle, several, wrong = x + width / 2, uses > 1, node.name == marks.wrong
    forward, backward = marks.steps.get(node.name, (0, 0))
    outline = (WRONG, 4, True) if wrong else (OUTLINE, 3 if several else 1.3, False)
    yield Rect(x, y, width, height, "#EAF3FA" if node.parents else "white", *outline)
    for step, colour in [(forward, NOW), (backward, BAR)] if marks.steps else []:
        yield Rect(x - 3, y - 3, width + 6, height + 6, "none", colour, 2.5,
                   dashed=step == backward, when=When(step, only=True))
    lines = [(_short(node.name), 14, "#000", "bold", None)]
    lines += [(_short(node.operation), 11, "#333", "normal", None)] if node.operation else []
    lines += [(number(node.value), 13, "#000", "normal", When(forward) if forward else None)]
    baseline = y + height / 2 - (17 * len(lines)) / 2 + 13
    for row, (text, size, fill, weight, when) in enumerate(lines):
        yield Text(middle, baseline + 17 * row, text, size, fill, "middle", weight, when)
    if _bar(node, marks):
        yield Text(middle, y + height + 16, _bar(node, marks), 12, WRONG if wrong else BAR,
                   "middle", when=When(backward) if backward else None)
    if several:
        yield Dot(x + width, y + height / 2, 5, OUTLINE, "fan-out")
    if wrong:
        for down in (0, 10):
            yield Path((x + 4, y - 16 + down), [((x + 14, y - 6 - down),)], WRONG, 3, kind="wrong")
        yield Text(x + 20, y - 6, "first wrong", 12, WRONG, weight="bold")


def _bar(node: GraphNode, marks: Marks) -> str:
    sign = marks.signs.get(node.name, "")
    known = "" if node.bar is None and not sign else (
        "bar missing" if node.bar is None else f"bar {number(node.bar)}")
    return f"{known} {sign}".strip()


def _box_width(node: GraphNode, marks: Marks) -> float:
    texts = [(_short(node.name), 14), (_short(node.operation), 11), (number(node.value), 13),
             (_bar(node, marks), 12)]
    return max([100 if node.name == marks.wrong else 64]
               + [_wide(text, size) + 20 for text, size in texts])


def _wide(text: str, size: float) -> float:
    """About the width in pixels: the browser's font is not known, so rather too much."""
    return size * sum(1.1 if letter in "MW@%✓✗" or letter > "\u2e7f" else  # Chinese and the like
                      0.8 if letter.isupper() else 0.66 for letter in text)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST - 1] + "…"
