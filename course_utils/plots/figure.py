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

    Drawn once: ``savefig(bbox_inches="tight")`` would lay it out and draw it a second time to
    learn where its edges are, which takes longer than all the rest.
    """
    figure.set_dpi(DOTS_PER_INCH)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())
    drawn = np.any(pixels != pixels[0, 0], axis=2)
    rows, columns = (np.flatnonzero(drawn.any(axis=axis)) for axis in (1, 0))
    if rows.size:
        pixels = pixels[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    framed = np.full((pixels.shape[0] + 2 * MARGIN, pixels.shape[1] + 2 * MARGIN, 4), 255, np.uint8)
    framed[MARGIN:-MARGIN, MARGIN:-MARGIN] = pixels
    buffer = io.BytesIO()
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
    """A figure with one pair of axes, without the frame's upper and right side."""
    figure, axes = plt.subplots(figsize=(width, height), layout="constrained")
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes
