"""Paints a picture with Matplotlib, for pages that keep no SVG."""

from __future__ import annotations

import warnings

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch
from matplotlib.path import Path as Way
from matplotlib.transforms import Bbox

from course_utils.graphs.shapes import Dot, Path, Picture, Rect, Shape, Text, plain
from course_utils.plots.figure import DOTS_PER_INCH, show

POINT = 72 / DOTS_PER_INCH  # pixels are given, Matplotlib counts in 1/72 inch
ANCHORS = {"start": "left", "middle": "center", "end": "right"}


def paint(picture: Picture) -> Figure:
    """The picture as a Matplotlib figure of the same size in pixels.

    Shapes that are seen at a single step of the trace player are left out.
    """
    figure = Figure(figsize=(picture.width / DOTS_PER_INCH, picture.height / DOTS_PER_INCH),
                    dpi=DOTS_PER_INCH)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, picture.width), ylim=(picture.height, 0))
    axes.axis("off")
    shapes = [shape for group in picture.groups for shape in group.shapes]
    for order, shape in enumerate(shapes):
        when = getattr(shape, "when", None)
        if when is None or not when.only:
            _paint(axes, shape, order)
    return figure


def show_picture(picture: Picture, alt: str, page: str) -> None:
    """Displays a picture: as HTML, and as a PNG with the same alternative text.

    Args:
        picture: To be painted.
        alt: What it shows, in words.
        page: HTML that shows it too.
    """
    with warnings.catch_warnings():
        # the PNG's font may lack a letter of a name, which the page's font has
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        show(paint(picture), alt, page)


def _paint(axes, shape: Shape, order: int) -> None:
    match shape:
        case Rect():
            box = Bbox.from_bounds(shape.x, shape.y, shape.width, shape.height)
            axes.add_patch(FancyBboxPatch(
                box.p0, box.width, box.height, boxstyle="round,pad=0,rounding_size=8",
                facecolor=shape.fill, edgecolor=shape.stroke,
                linewidth=shape.stroke_width * POINT,
                linestyle=(0, (3, 1.5)) if shape.dashed else "-", zorder=order))
        case Path():
            vertices, codes = [shape.start], [Way.MOVETO]
            for piece in shape.pieces:
                vertices += piece
                codes += [Way.CURVE4 if len(piece) == 3 else Way.LINETO] * len(piece)
            axes.add_patch(PathPatch(
                Way(vertices, codes), facecolor=shape.fill, edgecolor=shape.stroke,
                linewidth=shape.stroke_width * POINT,
                linestyle=(0, (3, 1.5)) if shape.dashed else "-", zorder=order))
        case Dot():
            axes.add_patch(Circle((shape.x, shape.y), shape.radius, facecolor=shape.fill,
                                  edgecolor="none", zorder=order))
        case Text():
            axes.text(shape.x, shape.y, plain(shape.text), fontsize=shape.size * POINT,
                      color=shape.fill, ha=ANCHORS[shape.anchor], va="baseline",
                      fontweight=shape.weight, parse_math=False, zorder=order)
