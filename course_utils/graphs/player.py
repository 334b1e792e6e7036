"""The trace player: both passes of a graph, a step at a time, without any script.

The steps are a group of radio buttons, so the arrow keys go from one to the next, also in an
exported page. A stylesheet shows of the picture what is known at the chosen step. Where the
stylesheet is lost, the picture of the last step and the whole table are left.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import count
from textwrap import wrap

from course_utils.graphs.drawing import OWN_KEYS, describe, svg_text
from course_utils.graphs.passes import trace
from course_utils.graphs.picture import MARGIN, Marks, compose
from course_utils.graphs.raster import show_picture
from course_utils.graphs.reading import Graph, nodes_of
from course_utils.graphs.shapes import Group, Picture, Rect, Text, escaped
from course_utils.plots.figure import drawn_by_the_student

MOST_STEPS = 80  # that anybody clicks through
LINE = 17  # pixels, in the picture that stands for the player where no HTML is shown
#: Players of this session: two of the same graph on one page must not share their buttons.
_PLAYERS = count(1)


@drawn_by_the_student
def play(graph: Graph, names: Mapping | None = None, *, title: str = "") -> None:
    """Shows a graph with buttons for the steps of its forward and backward pass.

    Where HTML is dropped, a picture of the graph with the table of all steps stands for it.

    Args:
        graph: The output `Value` of any graph, or a list of `GraphNode`, or a function without
            arguments that returns one of them. Before a backward pass there are only the
            steps of the forward pass.
        names: ``{"w": node, ...}``, how to call some nodes of a `Value` graph.
        title: Above the graph.
    """
    try:
        nodes = nodes_of(graph, names)
        backward = any(node.bar is not None for node in nodes)
        steps = [row for row in trace(nodes) if backward or row[1] == "forward"]
        if len(steps) > MOST_STEPS:
            raise ValueError(f"This takes {len(steps):,} steps, too many to click through: "
                             f"at most {MOST_STEPS}. Play a smaller graph, or print its "
                             "trace_table.")
        when = {node.name: (k, len(steps) + 1 - k if backward else 0)
                for k, node in enumerate(nodes, start=1)}
        picture = compose(nodes, title, Marks(steps=when))
    except ValueError as problem:
        print(f"No figure: {problem}")
        return
    words = describe(nodes)
    lines = [f"Step {step}, {direction}: {text}." for step, direction, text in steps]
    alt = " ".join([*([f"{title}."] if title else []), words, *lines])
    show_picture(_with_lines(picture, lines), alt,
                 player_html(picture, steps, len(nodes), title, words))


def player_html(picture: Picture, steps: Sequence[tuple[str, str, str]], forward: int,
                title: str, words: str) -> str:
    """The player as HTML.

    Args:
        picture: Of the graph, with the steps at which its parts are seen.
        steps: The rows of its trace.
        forward: How many of them are of the forward pass.
        title, words: What the picture is and shows, for those who cannot see it.
    """
    text = repr((steps, title, words))
    hashed = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
    key, last = f"{hashed}-{next(_PLAYERS)}", len(steps)
    buttons = []
    for index, (step, direction, what) in enumerate(steps):
        if index in (0, forward):
            buttons.append(f'<span class="pass">{direction} pass</span>')
        buttons.append(
            f'<input type="radio" name="play-{key}" id="play-{key}-{step}" {OWN_KEYS} '
            f'aria-label="Step {step}, {direction}: {escaped(what)}"'
            f'{" checked" if index + 1 == last else ""}>'
            f'<label for="play-{key}-{step}">{step}</label>')
    rows = "".join(f"<tr><td>{step}</td><td>{direction}</td><td>{escaped(what)}</td></tr>"
                   for step, direction, what in steps)
    # Buttons and stage are children of the fieldset, so that a style can follow from a button.
    return (f'<figure id="play-{key}" style="margin: 0; max-width: 100%">'
            f'<style>{_style(f"play-{key}", last)}</style>'
            f"<fieldset><legend>{escaped(f'{title}. ' if title else '')}Choose a step; the arrow "
            f'keys go on and back.</legend>{"".join(buttons)}'
            f'<div class="stage"><div class="picture" tabindex="0" {OWN_KEYS} role="group" '
            f'aria-label="The graph" style="flex: 1 1 {0.6 * picture.width:.0f}px">'
            f"{svg_text(picture, title, words, key)}</div>"
            f'<div class="steps" tabindex="0" {OWN_KEYS} role="group" aria-label="All steps">'
            '<table><thead><tr><th scope="col">step</th><th scope="col">pass</th>'
            f'<th scope="col">what is computed</th></tr></thead><tbody>{rows}</tbody></table>'
            "</div></div></fieldset></figure>")


def _style(key: str, last: int) -> str:
    """What makes the chosen step seen, for this player alone."""
    here, steps = f"#{key}", range(1, last + 1)
    row = ",".join(f"#{key}-{k}:checked~.stage tbody tr:nth-child({k})" for k in steps)
    gap = "(var(--now) - var(--at))"
    return "".join([
        f"{here}{{background:#fff;color:#000;font-family:sans-serif;font-size:13px}}",
        f"{here} fieldset{{border:1px solid #767676;margin:0;min-width:0;position:relative}}",
        f"{here} input{{position:absolute;opacity:0;margin:0}}",
        f"{here} label{{display:inline-block;min-width:1.5em;padding:2px 3px;margin:2px;"
        "text-align:center;border:1px solid #767676;border-radius:4px;cursor:pointer}",
        f"{here} input:checked+label{{background:#000;color:#fff;font-weight:bold}}",
        f"{here} input:focus-visible+label{{outline:3px solid #0072B2;outline-offset:2px}}",
        f"{here} .pass{{margin:0 4px 0 10px}}",
        f"{here} .stage{{--now:{last};display:flex;flex-wrap:wrap;gap:12px;margin-top:8px}}",
        *(f"#{key}-{k}:checked~.stage{{--now:{k}}}" for k in steps),
        f"{here} .picture{{min-width:0;overflow-x:auto}}",
        f"{here} .steps{{flex:1 1 320px;min-width:0;max-height:22em;overflow:auto}}",
        f"{here} table{{border-collapse:collapse;margin:0;font-size:13px;color:#000}}",
        f"{here} :is(th,td){{text-align:left;vertical-align:top;padding:2px 8px;"
        "white-space:normal;max-width:none}",
        # the row of the step stays in sight, wherever the table is scrolled to
        f"{row}{{background:#000;color:#fff;position:sticky;top:0;bottom:0}}",
        f"{here} [data-seen=from]{{opacity:clamp(0,calc(1 + var(--now) - var(--at)),1)}}",
        f"{here} [data-seen=at]{{opacity:clamp(0,calc(1 - {gap} * {gap}),1)}}",
    ])


def _with_lines(picture: Picture, lines: Sequence[str]) -> Picture:
    """The picture with lines of text under it."""
    width = max(picture.width, 600)
    folded = [part for line in lines
              for part in wrap(line, int(width / 7.5), subsequent_indent="      ")]
    texts = [Text(MARGIN, picture.height + LINE * row, line, 12)
             for row, line in enumerate(folded, start=1)]
    height = picture.height + LINE * len(folded) + MARGIN
    background = Group("background", [Rect(0, 0, width, height, "white")])
    return Picture(width, height, [background, *picture.groups, Group("steps", texts)])
