"""What all figures share: colours, alternative text, and a calm word for an unfinished exercise.

Every figure is legible in grey (line styles and markers, not colour alone) and says in
words what it shows: the words are its alternative text in exported pages.
"""

from __future__ import annotations

import base64
import functools
import io
import textwrap
import warnings
from collections.abc import Callable
from html import escape

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

#: Blue and orange of Okabe and Ito's palette: told apart by the colour-blind, and in grey.
FIRST, SECOND, WRONG = "#0072B2", "#E69F00", "#D55E00"
DOTS_PER_INCH = 100
#: Inches for the labels beside a pair of axes.
ROOM = 0.8
#: Pixels around what is drawn.
MARGIN = 10


def show(figure: Figure, alt: str, page: str = "") -> None:
    """Displays a figure with its alternative text, and closes it.

    Args:
        figure: The figure.
        alt: What it shows, in a sentence or two, for those who cannot see it.
        page: HTML that shows the same, where HTML can be shown; the picture itself if empty.
    """
    png = png_of(figure)
    plt.close(figure)
    # JupyterLab gives a PNG no alternative text, and exporters give HTML no place: both go out.
    page = page or (
        f'<img alt="{escape(alt, quote=True)}" style="max-width: 100%" '
        f'src="data:image/png;base64,{base64.b64encode(png).decode()}">')
    display({"text/html": page, "image/png": png, "text/plain": f"[figure: {alt}]"}, raw=True,
            metadata={"image/png": {"alt": alt}})


def png_of(figure: Figure) -> bytes:
    """A figure as a PNG, cut to what is drawn, with a margin.

    Drawn once: ``savefig(bbox_inches="tight")`` lays it out and draws it a second time to learn
    where its edges are, which takes longer than all the rest. That is left for figures that
    reach their own edge, and perhaps beyond.
    """
    buffer = io.BytesIO()
    figure.set_dpi(DOTS_PER_INCH)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())
    drawn = np.any(pixels != 255, axis=2)
    if drawn[[0, -1]].any() or drawn[:, [0, -1]].any() or not drawn.any():
        figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, bbox_inches="tight",
                       metadata={"Software": None})
        return buffer.getvalue()
    rows, columns = (np.flatnonzero(drawn.any(axis=axis)) for axis in (1, 0))
    inside = pixels[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    framed = np.pad(inside, [(MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)], constant_values=255)
    plt.imsave(buffer, framed, format="png", metadata={"Software": None})
    return buffer.getvalue()


def drawn_by_the_student(draw: Callable) -> Callable:
    """Decorator: a figure whose functions are not written or not right yet says so.

    A figure may call many of the student's functions at once. A traceback through the
    course's own code would not say which is wrong; the checks do, and they speak of
    warnings too.
    """
    @functools.wraps(draw)
    def draw_or_say(*arguments, **named):
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore", RuntimeWarning)
                draw(*arguments, **named)
        except NotImplementedError:
            plt.close("all")
            print("This figure is drawn by your own functions, and one of them is not written "
                  "yet. Come back after the exercise and run this cell again.")
        except Exception as error:  # whatever a student's function may do or return
            plt.close("all")
            print(textwrap.fill(
                "This figure is drawn by your own functions, and one of them does not do what it "
                f"should yet ({type(error).__name__}: {error}). Its check says more; come back "
                "when that passes.", 90))
    return draw_or_say


def new_axes(width: float = 6, height: float = 3.6):
    """A figure with one pair of axes, without the frame's upper and right side.

    With room for labels on all sides, of which `show` cuts off what is not needed: to have it
    measured takes Matplotlib as long as to draw the figure.
    """
    figure, axes = plt.subplots(figsize=(width, height))
    figure.subplots_adjust(ROOM / width, ROOM / height, 1 - ROOM / 2 / width, 1 - ROOM / height)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes
