"""The trace player needs no script, shows each step by a style, and leaves all of it without."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from course_utils.graphs import GraphNode, checked, draw, play, trace
from course_utils.graphs.picture import Marks, compose
from course_utils.graphs.raster import paint
from tests.course_utils.test_graphs import neuron, random_graph

NODES, STEPS = 10, 20


@pytest.fixture
def page(shown) -> ET.Element:
    play(neuron(), title="One <neuron>")
    # HTML that closes its tags; `checked` and the inputs are what XML does not know
    html = shown[0]["text/html"].replace(" checked", ' checked=""')
    return ET.fromstring(re.sub(r"(<input[^>]*)>", r"\1/>", html))


def named(root: ET.Element, tag: str) -> list[ET.Element]:
    return [element for element in root.iter() if element.tag.split("}")[-1] == tag]


def test_there_is_no_script_and_nothing_from_outside(shown):
    play(neuron())
    html = shown[0]["text/html"]
    assert not re.search(r"<script|javascript|\son\w+=|url\(|https?://(?!www\.w3\.org/2000/svg)",
                         html)


def test_each_step_has_a_radio_button_that_says_what_it_shows(page):
    buttons, labels = named(page, "input"), named(page, "label")
    assert len(buttons) == len(labels) == STEPS
    assert len({button.get("name") for button in buttons}) == 1
    for button, label, (step, direction, what) in zip(buttons, labels, trace(neuron()),
                                                      strict=True):
        assert label.get("for") == button.get("id") and label.text == step
        assert button.get("aria-label") == f"Step {step}, {direction}: {what}"
    assert [button.get("id") for button in buttons if button.get("checked") is not None] == [
        buttons[-1].get("id")]
    assert named(page, "legend")[0].text.startswith("One <neuron>. Choose a step")


def test_what_the_keyboard_can_reach_keeps_its_arrow_keys_in_jupyterlab(page):
    """JupyterLab looks for this attribute at the focused element itself, not around it."""
    reached = [element for element in page.iter()
               if element.tag == "input" or element.get("tabindex") == "0"]
    assert len(reached) == STEPS + 2
    assert all(element.get("data-lm-suppress-shortcuts") == "true" for element in reached)


def test_a_button_can_style_what_follows_it(page):
    """Selectors of the kind `button:checked ~ .stage` want both in one parent, in this order."""
    children = list(named(page, "fieldset")[0])
    assert children[-1].get("class") == "stage"
    assert all(button in children for button in named(page, "input"))


def test_two_players_of_one_graph_do_not_share_their_buttons(shown):
    play(neuron())
    play(neuron())
    names = [set(re.findall(r' name="([^"]+)"', output["text/html"])) for output in shown]
    assert len(names[0]) == len(names[1]) == 1 and names[0] != names[1]
    for output, (name,) in zip(shown, names, strict=True):
        rules = re.search("<style>(.*?)</style>", output["text/html"]).group(1).split("}")
        selectors = [one for rule in rules if rule for one in re.split(
            r",(?![^(]*\))", rule.split("{")[0])]
        assert all(re.match(rf"#{name}(-\d+)?[ :{{]|#{name}$", one) for one in selectors), \
            "a style would hold for the whole page"


def seen_at(page: ET.Element, step: int) -> list[str]:
    """Values and bars that the style shows at a step, as texts."""
    found = []
    for text in named(page, "text"):
        style = text.get("style")
        if style is None or int(style.removeprefix("--at: ")) <= step:
            found.append(text.text)
    return found


def test_values_come_one_by_one_and_then_the_bars(page):
    order = [node.name for node in neuron()]
    for step in range(1, STEPS + 1):
        seen = seen_at(page, step)
        bars = [text for text in seen if text.startswith("bar ")]
        assert len(bars) == max(0, step - NODES)
        hidden = sum(text.get("style") is not None for text in named(page, "text"))
        assert hidden == 2 * NODES
    groups = {group.get("data-name"): group for group in named(page, "g")
              if group.get("class") == "node"}
    for name, group in groups.items():
        steps = [int(text.get("style").removeprefix("--at: ")) for text in named(group, "text")
                 if text.get("style")]
        place = order.index(name) + 1
        assert steps == [place, STEPS + 1 - place]


def test_at_each_step_one_node_and_the_edges_it_needs_are_marked(page):
    order = [node.name for node in neuron()]
    for step in range(1, STEPS + 1):
        def marked(group, step=step):
            return any(shape.get("data-seen") == "at" and shape.get("style") == f"--at: {step}"
                       for shape in group.iter())
        groups = [group for group in named(page, "g") if marked(group)]
        nodes = [group.get("data-name") for group in groups if group.get("class") == "node"]
        forward = step <= NODES
        name = order[step - 1] if forward else order[STEPS - step]
        assert nodes == [name]
        end = "data-to" if forward else "data-from"
        wanted = sorted((group.get("data-from"), group.get("data-to"))
                        for group in named(page, "g") if group.get(end) == name)
        assert wanted == sorted((group.get("data-from"), group.get("data-to"))
                                for group in groups if group.get("class") == "edge")


def test_without_the_style_the_marks_of_single_steps_are_hidden_and_the_table_is_whole(page):
    for element in page.iter():
        assert (element.get("data-seen") == "at") == (element.get("opacity") == "0")
    rows = [[cell.text for cell in row] for row in named(page, "tr")]
    assert rows[1:] == [list(row) for row in trace(neuron())]


def test_the_picture_in_place_of_html_is_told_with_all_steps(shown):
    play(neuron(), title="One neuron")
    alt = shown[0]["metadata"]["image/png"]["alt"]
    assert alt.startswith("One neuron. A computation graph of 10 nodes. ")
    for step, direction, what in trace(neuron()):
        assert f"Step {step}, {direction}: {what}." in alt
    assert shown[0]["image/png"].startswith(b"\x89PNG")
    assert len(shown[0]["image/png"]) < 400_000 and len(shown[0]["text/html"]) < 60_000


def test_the_picture_in_place_of_html_has_a_line_for_each_step(shown):
    def height(png: bytes) -> int:
        return int.from_bytes(png[20:24], "big")  # of the header chunk

    draw(neuron())
    play(neuron())
    assert height(shown[1]["image/png"]) > height(shown[0]["image/png"]) + STEPS * 15


def test_the_picture_in_place_of_html_has_no_marks_of_single_steps():
    def dark(marks):
        painted = paint(compose(checked(neuron()), marks=marks))
        painted.canvas.draw()
        return np.asarray(painted.canvas.buffer_rgba())

    steps = {node.name: (k, k + NODES) for k, node in enumerate(neuron(), start=1)}
    assert np.array_equal(dark(Marks(steps=steps)), dark(Marks()))


def test_before_a_backward_pass_there_are_only_the_forward_steps(shown):
    play([replace(node, bar=None) for node in neuron()])
    html = shown[0]["text/html"]
    assert html.count("<input") == NODES and "backward" not in html
    assert "backward" not in shown[0]["metadata"]["image/png"]["alt"]


def test_forty_nodes_are_played_and_one_node_too(shown, capsys):
    play(random_graph(1, 40, 2))
    play([GraphNode("x", "", 1.0)])
    assert len(shown) == 2
    play(random_graph(1, 41, 2))
    assert len(shown) == 2 and "at most 80" in capsys.readouterr().out
