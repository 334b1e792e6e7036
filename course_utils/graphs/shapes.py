"""The few shapes that a picture of a graph is made of, and how SVG writes them.

A picture is laid out once, in pixels from the upper left corner, and then written as SVG
here or painted by Matplotlib in `raster`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

Point = tuple[float, float]
#: The end of a straight piece, or two control points and the end of a bend.
Piece = tuple[Point, ...]


@dataclass(frozen=True)
class When:
    """The step of the trace player at which a shape appears.

    Args:
        step: Counted from 1.
        only: Whether it goes away again at the next step.
    """

    step: int
    only: bool = False


@dataclass(frozen=True)
class Rect:
    """A box with round corners."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    stroke: str = "none"
    stroke_width: float = 0
    dashed: bool = False
    when: When | None = None


@dataclass(frozen=True)
class Path:
    """A line of straight pieces and bends; with a fill a closed area."""

    start: Point
    pieces: Sequence[Piece]
    stroke: str = "none"
    stroke_width: float = 0
    fill: str = "none"
    dashed: bool = False
    kind: str = ""
    when: When | None = None


@dataclass(frozen=True)
class Dot:
    """A filled circle."""

    x: float
    y: float
    radius: float
    fill: str
    kind: str


@dataclass(frozen=True)
class Text:
    """One line of text; x is its start, middle or end, y the line it stands on."""

    x: float
    y: float
    text: str
    size: int
    fill: str = "#000"
    anchor: str = "start"
    weight: str = "normal"
    when: When | None = None


Shape = Rect | Path | Dot | Text


@dataclass(frozen=True)
class Group:
    """Shapes that belong together: a node, an edge, or the rest."""

    kind: str
    shapes: Sequence[Shape]
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Picture:
    """All shapes, those behind first, with the size of the whole in pixels."""

    width: float
    height: float
    groups: Sequence[Group]


def plain(text: str) -> str:
    """Text without the letters that XML cannot hold."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "�", text)


def escaped(text: str) -> str:
    """Text for XML and HTML."""
    return escape(plain(text))


def svg_of(group: Group) -> str:
    """A group as SVG."""
    data = "".join(f' data-{key}="{escaped(value)}"' for key, value in group.data.items())
    return f'<g class="{group.kind}"{data}>{"".join(map(_svg, group.shapes))}</g>'


def _svg(shape: Shape) -> str:
    match shape:
        case Rect():
            return (f'<rect x="{shape.x:.1f}" y="{shape.y:.1f}" width="{shape.width:.1f}" '
                    f'height="{shape.height:.1f}" rx="8" {_paint(shape)}/>')
        case Path():
            kind = f'class="{shape.kind}" ' if shape.kind else ""
            way = f"M{_at(shape.start)}" + "".join(
                ("C" if len(piece) == 3 else "L") + " ".join(map(_at, piece))
                for piece in shape.pieces)
            return f'<path {kind}d="{way}{"" if shape.fill == "none" else "z"}" {_paint(shape)}/>'
        case Dot():
            return (f'<circle class="{shape.kind}" cx="{shape.x:.1f}" cy="{shape.y:.1f}" '
                    f'r="{shape.radius}" fill="{shape.fill}"/>')
        case Text():
            return (f'<text x="{shape.x:.1f}" y="{shape.y:.1f}" font-size="{shape.size}" '
                    f'fill="{shape.fill}" text-anchor="{shape.anchor}" '
                    f'font-weight="{shape.weight}"{_style(shape.when)}>'
                    f'{escaped(shape.text)}</text>')


def _at(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"


def _paint(shape: Rect | Path) -> str:
    stroke = "" if shape.stroke == "none" else (
        f' stroke="{shape.stroke}" stroke-width="{shape.stroke_width}"')
    dashes = ' stroke-dasharray="8 4"' if shape.dashed else ""
    return f'fill="{shape.fill}"{stroke}{dashes}{_style(shape.when)}'


def _style(when: When | None) -> str:
    """The player's stylesheet makes of --at how much is seen of the shape."""
    if when is None:
        return ""
    # Without that stylesheet all values are seen, and none of the marks of a single step.
    seen = 'data-seen="at" opacity="0"' if when.only else 'data-seen="from"'
    return f' {seen} style="--at: {when.step}"'
