"""A short animation as HTML that needs no network and can be read out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure

#: Words for the player's buttons, whose icons come from a font on the network otherwise.
WORDS = {"minus": "slower", "fast-backward": "first", "step-backward": "back",
         "play fa-flip-horizontal": "reverse", "pause": "pause", "play": "play",
         "step-forward": "next", "fast-forward": "last", "plus": "faster"}
DOTS_PER_INCH = 72


def player(figure: Figure, draw: Callable[[int], object], frames: int, label: str) -> str:
    """HTML of an animation, with words on its buttons and a name for its slider.

    Args:
        figure: The figure, small.
        draw: Draws the frame of a number.
        frames: How many, about 20 at most: each is a picture of some 10 KB.
        label: What the slider moves through; no two films of a page have the same.
    """
    figure.set_dpi(DOTS_PER_INCH)
    movie = FuncAnimation(figure, draw, frames=frames, interval=300)
    page = movie.to_jshtml(default_mode="once", embed_frames=True)
    page = re.sub(r'<link[^>]*font-awesome[^>]*>', "", page)
    page = re.sub(r'<i class="fa fa-([a-z -]+)"></i>',
                  lambda icon: WORDS.get(icon[1].strip(), icon[1]), page)
    # the buttons are made for icons; a missing style would leave the words cut off
    page = re.sub(r"(\.anim-buttons button\s*{[^}]*?)padding: 0;\s*width: 36px;",
                  r"\1padding: 0 6px; width: auto;", page)
    # Matplotlib draws a name for the film at random; run again, the page should be the same
    (drawn,) = set(re.findall(r"_anim_img([0-9a-f]{32})", page))
    name = hashlib.md5(label.encode(), usedforsecurity=False).hexdigest()
    page = page.replace(drawn, name)
    return page.replace('<input id="_anim_slider', f'<input aria-label="{label}" id="_anim_slider')
