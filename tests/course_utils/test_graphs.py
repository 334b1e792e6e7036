"""Graphs are drawn whole, legibly and for all readers, and told in words and numbers."""

from __future__ import annotations

import doctest
import math
import random
import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import graphs
from course_utils.graphs import (
    GraphNode,
    checked,
    draw,
    from_value,
    number,
    operations,
    play,
    svg,
    trace,
    trace_table,
)
from course_utils.graphs.picture import WRONG, Marks, compose
from course_utils.graphs.raster import paint

SVG = "{http://www.w3.org/2000/svg}"


def neuron(w=0.5, b=0.2, x=2.0, t=0.0, lam=0.1) -> list[GraphNode]:
    """The regularised logistic neuron; derivatives by hand."""
    z = w * x + b
    y = 1 / (1 + math.exp(-z))
    loss, reg, slope = (y - t) ** 2 / 2, w**2 / 2, y * (1 - y)
    y_bar, z_bar = y - t, (y - t) * slope
    return [
        GraphNode("w", "", w, z_bar * x + lam * w),
        GraphNode("b", "", b, z_bar),
        GraphNode("x", "", x, z_bar * w),
        GraphNode("t", "", t, t - y),
        GraphNode("λ", "", lam, reg),
        GraphNode("z", "w·x + b", z, z_bar, ("w", "x", "b"), (x, w, 1.0)),
        GraphNode("y", "σ", y, y_bar, ("z",), (slope,)),
        GraphNode("loss", "½(y − t)²", loss, 1.0, ("y", "t"), (y - t, t - y)),
        GraphNode("reg", "½w²", reg, lam, ("w",), (w,)),
        GraphNode("total", "loss + λ·reg", loss + lam * reg, 1.0, ("loss", "λ", "reg"),
                  (1.0, reg, lam)),
    ]


def random_graph(seed: int, size: int, fan_in: int = 2) -> list[GraphNode]:
    choose, nodes = random.Random(seed), []
    for index in range(size):
        parents = tuple(choose.choice(nodes).name for _ in range(fan_in)) if index > 3 else ()
        nodes.append(GraphNode(f"n{index}", "×" if parents else "", choose.gauss(0, 1),
                               choose.gauss(0, 1), parents, tuple(0.5 for _ in parents)))
    return nodes


def long_skips(size: int) -> list[GraphNode]:
    """A chain of which each node also has edges to much earlier ones."""
    return [GraphNode("n0", "", 1.0)] + [
        GraphNode(f"n{i}", "f", 1.0, 1.0, (f"n{i - 1}", "n0", f"n{i // 2}"))
        for i in range(1, size)]


GRAPHS = {"neuron": neuron(), "one node": [GraphNode("a", "", 1.0)],
          "square": [GraphNode("x", "", 3.0, 6.0),
                     GraphNode("y", "×", 9.0, 1.0, ("x", "x"), (3.0, 3.0))],
          "many parents": [*(GraphNode(f"x{i}", "", i) for i in range(9)),
                           GraphNode("sum", "+", 36.0, 1.0, tuple(f"x{i}" for i in range(9)))],
          "two parts": [*neuron(), GraphNode("alone", "", 1.0)],
          "long skips": long_skips(30),
          **{f"random {seed}": random_graph(seed, 40, 1 + seed % 3) for seed in range(6)}}
EVERY = pytest.mark.parametrize("nodes", GRAPHS.values(), ids=GRAPHS.keys())


class Value:
    """A scalar node like the students'."""

    def __init__(self, data, parents=(), local_grads=(), operation=""):
        self.data, self.grad = data, 0.0
        self.parents, self.local_grads, self.operation = parents, local_grads, operation

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), (other.data, self.data), "×")


def picture(nodes, **options) -> ET.Element:
    return ET.fromstring(svg(nodes, **options))


def groups(root: ET.Element, kind: str) -> list[ET.Element]:
    return [group for group in root.iter(f"{SVG}g") if group.get("class") == kind]


def boxes(root: ET.Element) -> dict[str, tuple[float, float, float, float]]:
    """Left, top, right, bottom of each node."""
    found = {}
    for group in groups(root, "node"):
        x, y, w, h = (float(group.find(f"{SVG}rect").get(key))
                      for key in ("x", "y", "width", "height"))
        found[group.get("data-name")] = (x, y, x + w, y + h)
    return found


def points(edge: ET.Element) -> list[tuple[float, float]]:
    """Points along an edge, its curves sampled."""
    place, found = (0.0, 0.0), []
    for letter, rest in re.findall(r"([MLC])([^MLC]*)", edge.find(f"{SVG}path").get("d")):
        numbers = [float(text) for text in re.split(r"[ ,]", rest.strip())]
        if letter == "C":
            (a, b), (c, d), (e, f), (g, h) = place, numbers[:2], numbers[2:4], numbers[4:]
            for s in (k / 12 for k in range(1, 13)):
                r = 1 - s
                found.append((r**3 * a + 3 * r * r * s * c + 3 * r * s * s * e + s**3 * g,
                              r**3 * b + 3 * r * r * s * d + 3 * r * s * s * f + s**3 * h))
            place = (g, h)
        else:
            end = tuple(numbers)
            found += [end] if letter == "M" else [
                (place[0] + (end[0] - place[0]) * k / 20, place[1] + (end[1] - place[1]) * k / 20)
                for k in range(1, 21)]
            place = end
    return found


@EVERY
def test_every_node_and_every_edge_is_drawn(nodes):
    root = picture(nodes)
    assert sorted(boxes(root)) == sorted(node.name for node in nodes)
    drawn = Counter((edge.get("data-from"), edge.get("data-to")) for edge in groups(root, "edge"))
    assert drawn == Counter((parent, node.name) for node in nodes for parent in node.parents)


@EVERY
def test_no_two_boxes_overlap_and_all_are_in_the_picture(nodes):
    root = picture(nodes, wrong=nodes[0].name, title="A title")
    places = boxes(root).values()
    for (a, b, c, d), (e, f, g, h) in combinations(places, 2):
        assert c < e or g < a or d < f or h < b
    width, height = float(root.get("width")), float(root.get("height"))
    assert all(a > 0 and b >= 40 and c < width and d < height for a, b, c, d in places)


@EVERY
def test_edges_go_from_left_to_right_between_the_nodes_and_through_none(nodes):
    root = picture(nodes)
    places = boxes(root)
    for edge in groups(root, "edge"):
        start, end = places[edge.get("data-from")], places[edge.get("data-to")]
        path = points(edge)
        across = [x for x, _ in path]
        assert across == sorted(across)
        # coordinates are rounded to tenths of a pixel
        assert path[0] == pytest.approx((start[2], (start[1] + start[3]) / 2), abs=0.2)
        assert end[0] - 10 < path[-1][0] < end[0] and end[1] < path[-1][1] < end[3]
        for x, y in path[1:]:
            assert not any(a + 0.2 < x < c - 0.2 and b < y < d for a, b, c, d in places.values())


@EVERY
def test_arrow_heads_into_one_node_stand_apart(nodes):
    ends: dict[str, list[float]] = {}
    for edge in groups(picture(nodes), "edge"):
        ends.setdefault(edge.get("data-to"), []).append(points(edge)[-1][1])
    for heights in ends.values():
        assert all(abs(a - b) >= 11 for a, b in combinations(heights, 2))


def test_the_columns_are_longest_paths_and_inputs_stand_before_their_first_use():
    places = boxes(picture(neuron()))
    columns = sorted({place[0] for place in places.values()})
    column = {name: columns.index(place[0]) for name, place in places.items()}
    assert column == {"w": 0, "b": 0, "x": 0, "z": 1, "reg": 1, "y": 2, "t": 2, "loss": 3, "λ": 3,
                      "total": 4}


def test_the_figure_has_a_title_and_says_everything_in_words():
    root = picture(neuron(), title="One neuron", wrong="z")
    title, words = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby").split() == [title.get("id"), words.get("id")]
    assert title.text == "One neuron"
    for node in neuron():
        assert f" {node.name} = {number(node.value)}, " in words.text
        assert f"bar {number(node.bar)}" in words.text
    assert "w = 0.5, an input, bar 0.3234, used 2 times." in words.text
    assert words.text.endswith("The first wrong one is z.")


def test_the_same_graph_gives_the_same_text_and_another_one_other_ids():
    def ids(*arguments, **options):
        return re.findall(r' id="([^"]+)"', svg(*arguments, **options))

    assert svg(neuron()) == svg(neuron())
    different = [ids(neuron()), ids(neuron(), wrong="z"), ids(neuron(b=0.3)),
                 ids(neuron(), title="t"), ids(neuron(), show_bars=False),
                 ids([*neuron()[:8], replace(neuron()[8], local_grads=(9.0,)), neuron()[9]])]
    flat = [one for pair in different for one in pair]
    assert len(set(flat)) == len(flat) == 12


def test_edges_bear_their_local_derivative_where_it_is_known():
    partly = [replace(node, local_grads=(None, 0.25, None)) if node.name == "z" else node
              for node in neuron()]
    labels = {(edge.get("data-from"), edge.get("data-to")):
              [text.text for text in edge.iter(f"{SVG}text")]
              for edge in groups(picture(partly), "edge")}
    assert labels["w", "z"] == labels["b", "z"] == [] and labels["x", "z"] == ["0.25"]
    assert labels["y", "loss"] == ["0.7685"] and labels["t", "loss"] == ["−0.7685"]


def test_the_figure_fits_the_page_on_a_background_of_its_own(shown):
    draw(neuron())
    html = shown[0]["text/html"]
    assert html.startswith("<figure") and html.endswith("</svg></figure>")
    assert "max-width: 100%" in html
    root = picture(neuron())
    assert root.find(f"{SVG}g/{SVG}rect").get("fill") == "white"
    assert not list(root.iter(f"{SVG}style")), "a style would hold for the whole page"


def test_names_are_escaped():
    name = 'a<b>&"c"\x00'
    root = picture([GraphNode(name, "<&>", 1.0), GraphNode("y", "&amp;", 1.0, 1.0, (name,))],
                   title="<i>&", wrong=name)
    readable = name.replace("\x00", "�")
    assert readable in boxes(root)
    assert {readable, "<&>", "&amp;", "<i>&"} <= {text.text for text in root.iter(f"{SVG}text")}
    assert f"{readable} = 1, an input" in root.find(f"{SVG}desc").text


def test_long_names_are_cut_in_the_box_alone():
    root = picture([GraphNode("n" * 80, "", 1.0)])
    assert max(len(text.text) for text in root.iter(f"{SVG}text")) == 18
    assert "n" * 80 in root.find(f"{SVG}desc").text


def test_what_is_used_several_times_is_marked():
    marked = {group.get("data-name"): group.find(f"{SVG}rect").get("stroke-width")
              for group in groups(picture(neuron()), "node")
              if group.find(f"{SVG}circle[@class='fan-out']") is not None}
    assert marked == {"w": "3"}
    twice = picture(GRAPHS["square"])
    assert [group.get("data-name") for group in groups(twice, "node")
            if group.find(f"{SVG}circle") is not None] == ["x"]


def test_the_first_wrong_node_is_marked_by_shape_and_word_and_colour():
    for group in groups(picture(neuron(), wrong="z"), "node"):
        name = group.get("data-name")
        texts = [text.text for text in group.iter(f"{SVG}text")]
        box = group.find(f"{SVG}rect")
        marks = ("first wrong" in texts, box.get("stroke-dasharray") is not None,
                 group.find(f"{SVG}path[@class='wrong']") is not None,
                 box.get("stroke") == WRONG)
        assert marks == (name == "z",) * 4


def test_bars_are_shown_only_where_known_and_wanted():
    def bars(root):
        return [text.text for text in root.iter(f"{SVG}text") if text.text.startswith("bar ")]

    assert len(bars(picture(neuron()))) == 10
    hidden = picture(neuron(), show_bars=False)
    assert not bars(hidden) and "bar" not in hidden.find(f"{SVG}desc").text
    partly = [GraphNode("a", "", 1.0), GraphNode("b", "f", 1.0, 2.0, ("a",))]
    assert bars(picture(partly)) == ["bar 2"]


def test_numbers_have_four_digits_and_may_be_none_at_all():
    texts = {text.text for text in picture(
        [GraphNode("a", "", -math.pi, math.nan), GraphNode("b", "f", math.inf, -1e-9, ("a",),
                                                           (math.nan,))]).iter(f"{SVG}text")}
    assert {"−3.142", "bar NaN", "inf", "bar −1e−09", "NaN"} <= texts


@pytest.mark.parametrize("nodes", [random_graph(0, 200, 1), random_graph(1, 200, 3),
                                   long_skips(200)], ids=["tree", "wide", "long skips"])
def test_two_hundred_nodes_are_drawn(nodes):
    assert len(boxes(picture(nodes))) == 200


@pytest.mark.parametrize(("nodes", "sentence"), [
    ([], "no nodes"),
    ([GraphNode("a", "", 1.0), GraphNode("a", "", 2.0)], "2 nodes are called 'a'"),
    ([GraphNode("a", "f", 1.0, None, ("b",))], "parent 'b', which is not a node"),
    ([GraphNode("a", "f", 1.0, None, ("a",))], "cycle, a → a"),
    ([GraphNode("a", "f", 1.0, None, ("b",)), GraphNode("b", "f", 1.0, None, ("a",))], "cycle"),
    ([GraphNode("a", "", 1.0), GraphNode("b", "f", 1.0, None, ("a",), (1.0, 2.0))],
     "1 parents but 2 local derivatives"),
    ([GraphNode("a", "", None)], "'a' is None, and not one number"),
    ([GraphNode("a", "", [1.0, 2.0])], "'a' is a list, and not one number"),
    ([GraphNode("a", "", 1.0), GraphNode("b", "f", 1.0, None, ("a",), ("x",))],
     "A local derivative of 'b' is a str"),
    (None, "is a NoneType: give the output"),
])
def test_what_is_no_graph_is_refused_in_a_sentence(nodes, sentence, capsys, shown):
    for show in (svg, trace):
        with pytest.raises(ValueError, match=sentence) as error:
            show(nodes)
        assert str(error.value).endswith(".")
    draw(nodes)
    play(nodes)
    said = capsys.readouterr().out.splitlines()
    assert re.search(sentence, said[0]) and said[0] == said[1] == f"No figure: {error.value}"
    assert trace_table(nodes) == f"No trace: {error.value}"
    assert not shown


def test_a_wrong_name_and_a_hairball_are_refused():
    with pytest.raises(ValueError, match="No node is called 'q'"):
        svg(neuron(), wrong="q")
    dense = [GraphNode(f"n{i}", "f", 1.0, 1.0, tuple(f"n{j}" for j in range(i)))
             for i in range(100)]
    with pytest.raises(ValueError, match="too many long edges"):
        svg(dense)


def test_the_order_in_which_nodes_are_given_is_free():
    assert sorted(boxes(picture(neuron()[::-1]))) == sorted(boxes(picture(neuron())))
    assert len(trace(neuron()[::-1])) == 20


# -- from_value ----------------------------------------------------------------------------

def test_from_value_reads_a_graph_with_a_node_used_twice():
    x, b = Value(3.0), Value(1.0)
    output = x * x + b
    output.grad, x.grad, b.grad, output.parents[0].grad = 1.0, 6.0, 1.0, 1.0
    nodes = from_value(output, {"x": x, "total": output})
    assert [node.name for node in nodes][-1] == "total"
    by_name = {node.name: node for node in nodes}
    assert by_name["x"] == GraphNode("x", "", 3.0, 6.0, (), ())
    square = by_name[by_name["total"].parents[0]]
    assert (square.operation, square.parents, square.local_grads) == ("×", ("x", "x"), (3.0, 3.0))
    assert len(groups(picture(nodes), "edge")) == 4
    assert from_value(output, {id(x): "x", id(output): "total"}) == nodes
    assert {node.name for node in nodes} == {"x", "total", "v1", "v2"}


def test_from_value_knows_no_bars_before_a_backward_pass():
    assert [node.bar for node in from_value(Value(1.0) + Value(2.0))] == [None] * 3


def test_from_value_uses_names_and_operations_of_the_nodes():
    class Bare:
        data, grad, parents, local_grads, name, op = 2.0, 1.0, (), (), "v1", ""
    leaf, output = Bare(), Value(2.5)
    output.parents, output.local_grads = (leaf,), (1.0,)
    assert [(node.name, node.operation) for node in from_value(output)] == [
        ("v1", ""), ("v2", "computed")]


@pytest.mark.parametrize(("value", "parents", "local_grads", "label"), [
    (5.0, (2.0, 3.0), (1.0, 1.0), "+"), (-1.0, (2.0, 3.0), (1.0, -1.0), "−"),
    (6.0, (2.0, 3.0), (3.0, 2.0), "×"), (0.5, (1.0, 2.0), (0.5, -0.25), "/"),
    (4.0, (2.0, 2.0), (1.0, 1.0), "+"), (4.0, (2.0, 2.0), (2.0, 2.0), "×"),
    (2.0, (2.0, 0.0), (1.0, -1.0), "−"), (0.0, (0.0, 0.0), (7.0, 7.0), ""),
    (math.e, (1.0,), (math.e,), "exp"), (0.5, (0.0,), (0.25,), "σ"),
    (0.0, (0.0,), (1.0,), "tanh"), (3.0, (3.0,), (1.0,), "relu"), (9.0, (3.0,), (6.0,), "square"),
    (math.inf, (1000.0,), (math.inf,), ""), (5.0, (2.0, 2.0), (1.0, 1.0), ""),
    (6.0, (2.0, 3.0), (), ""), ("6", (2.0, 3.0), (3.0, 2.0), ""),
    (6.0, (1.0, 2.0, 3.0), (1.0, 1.0, 1.0), ""),
])
def test_a_node_that_does_not_say_its_operation_is_recognised_by_its_numbers(
        value, parents, local_grads, label):
    assert operations.recognised(value, parents, local_grads) == label


def test_from_value_reads_a_chain_of_five_thousand_and_a_graph_of_many_paths():
    value = start = Value(1.0)
    for _ in range(5000):
        value = value + start
    nodes = from_value(value)
    seen: set[str] = set()
    for node in nodes:
        assert seen.issuperset(node.parents)
        seen.add(node.name)
    assert len(nodes) == 5001 and len(trace(nodes)) == 10002
    for _ in range(50):
        start = start + start
    assert len(from_value(start)) == 51


@pytest.mark.parametrize(("parents", "local_grads", "sentence"), [
    ((2.0,), (1.0,), "is a float, which has no .data"),
    (None, (), "should be tuples"),
    ((Value(1.0),), (1.0, 2.0), "1 parents but 2 local derivatives"),
    ((Value("one"),), (1.0,), "not one number"),
    ((Value(1.0),), (Value(1.0),), "is a Value, and not one number: take its .data"),
    (Value(1.0), (), r"a .parents is a Value. \(A tuple of one is written \(a,\).\)"),
])
def test_from_value_says_what_is_wrong_with_a_value(parents, local_grads, sentence):
    with pytest.raises(ValueError, match=sentence):
        from_value(Value(1.0, parents, local_grads))


def test_from_value_refuses_cycles_and_equal_names():
    a, b = Value(1.0), Value(2.0)
    a.parents, a.local_grads, b.parents, b.local_grads = (b,), (1.0,), (a,), (1.0,)
    with pytest.raises(ValueError, match="cycle"):
        from_value(a)
    c, d = Value(1.0), Value(2.0)
    with pytest.raises(ValueError, match="2 nodes are called 'c'"):
        from_value(c + d, {id(c): "c", id(d): "c"})


# -- the passes in words -------------------------------------------------------------------

def as_number(text: str) -> float:
    return float(text.strip(" ()").replace("−", "-"))


def test_the_trace_goes_forward_and_then_backward_a_node_at_a_time():
    rows = trace(neuron())
    assert [step for step, _, _ in rows] == [str(k) for k in range(1, 21)]
    assert [direction for _, direction, _ in rows] == ["forward"] * 10 + ["backward"] * 10
    named = [text.split(" = ")[0] for _, _, text in rows]
    assert named[10:] == [f"{name}_bar" for name in named[9::-1]]
    assert rows[0][2] == "w = 0.5, an input"
    assert rows[5][2] == "z = 1.2, by w·x + b from w = 0.5, x = 2, b = 0.2"
    assert rows[10][2] == "total_bar = 1: the backward pass starts here"
    assert rows[-1][2] == ("w_bar = z_bar · ∂z/∂w + reg_bar · ∂reg/∂w = 0.1367 × 2 + 0.1 × 0.5 "
                           "= 0.2734 + 0.05 = 0.3234")


@pytest.mark.parametrize("inputs", [{}, {"w": -1.5, "x": 0.7, "t": 1.0}, {"lam": 0.0, "b": -2.0}])
def test_the_messages_of_the_trace_add_up_to_the_bars(inputs):
    nodes = neuron(**inputs)
    bars = {f"{node.name}_bar": node.bar for node in nodes}
    for _, direction, text in trace(nodes):
        if direction == "backward" and "starts" not in text:
            name, *steps = text.split(" = ")
            assert as_number(steps[-1]) == pytest.approx(bars[name], rel=1e-3)
            products = [math.prod(map(as_number, product.split("×")))
                        for product in steps[1].split(" + ")]
            assert sum(products) == pytest.approx(bars[name], rel=5e-3)
            assert "but" not in text


def test_the_trace_says_where_a_bar_is_not_the_sum_of_its_messages():
    nodes = neuron()
    nodes[0] = GraphNode("w", "", 0.5, 0.05)
    said = [text for _, _, text in trace(nodes) if "but" in text]
    assert len(said) == 1
    assert said[0].endswith("= 0.3234, but the w_bar that was given is 0.05")


def test_rounding_in_a_sum_that_cancels_is_no_mistake():
    nodes = [GraphNode("x", "", 1.0, 1.0), GraphNode("d", "", 1.0, 1.0, ("x",), (1.0,)),
             GraphNode("a", "", 1.0, 1e20, ("x",), (1.0,)),
             GraphNode("b", "", 1.0, -1e20, ("x",), (1.0,)),
             GraphNode("c", "", 1.0, 1.0, ("d", "a", "b"), (1.0, 1e20, -1e20))]
    assert "but" not in trace(nodes)[-1][2]
    overflow = [replace(nodes[0], bar=5.0), nodes[2], replace(nodes[4], parents=("a", "x"),
                                                              local_grads=(1e20, math.inf))]
    assert "but the x_bar that was given is 5" in trace(overflow)[-1][2]


def test_the_trace_computes_no_bar_that_was_not_given():
    nodes = [GraphNode("x", "", 3.0), GraphNode("y", "square", 9.0, None, ("x",), (6.0,))]
    assert [text for _, _, text in trace(nodes)][2:] == [
        "y_bar = not known: the backward pass starts here",
        "x_bar = y_bar · ∂y/∂x; not all of it is known; x_bar is not known"]


def test_the_table_has_a_line_for_each_step():
    lines = trace_table(neuron()).splitlines()
    assert len(lines) == 21 and lines[0].split() == ["step", "pass", "what", "is", "computed"]
    assert {line[:4].strip().isdigit() for line in lines[1:]} == {True}


# -- what is displayed ---------------------------------------------------------------------

def test_a_figure_goes_out_as_html_and_as_a_picture_with_the_same_words(shown):
    draw(neuron(), title="One neuron", wrong="z")
    page, png = shown[0]["text/html"], shown[0]["image/png"]
    assert png.startswith(b"\x89PNG") and 'role="img"' in page
    alt = shown[0]["metadata"]["image/png"]["alt"]
    assert shown[0]["text/plain"] == f"[figure: {alt}]"
    assert alt.startswith("One neuron. A computation graph of 10 nodes. w = 0.5, an input, ")
    assert alt.endswith("The first wrong one is z.")


def test_two_pictures_of_the_same_graph_share_no_ids(shown):
    draw(neuron())
    draw(neuron())
    play(neuron())
    play(neuron())
    found = re.findall(r' id="([^"]+)"', "".join(output["text/html"] for output in shown))
    assert len(set(found)) == len(found) == 2 * 2 + 2 * (2 + 1 + 20)


def pixels(nodes, **options) -> np.ndarray:
    """The picture as Matplotlib paints it, (height, width) of grey from 0 to 255."""
    painted = paint(compose(checked(nodes), **options))
    painted.canvas.draw()
    return np.asarray(painted.canvas.buffer_rgba())[..., :3].mean(axis=-1)


def test_the_picture_has_the_boxes_where_the_svg_has_them():
    for (x, y, right, bottom), node in zip(
            (boxes(picture(neuron()))[node.name] for node in neuron()), neuron(), strict=True):
        painted = pixels(neuron())
        inside = painted[round(y) + 4:round(bottom) - 4, round(x) + 4:round(right) - 4]
        assert inside.min() < 60, f"no letters in the box of {node.name}"
        middle = round((x + right) / 2)
        for edge in (y, bottom):  # a line across the whole middle of each side
            line = painted[round(edge) - 3:round(edge) + 3, middle - 10:middle + 10]
            assert np.all(line.min(axis=0) < 160)


def test_the_marks_are_seen_in_grey():
    plain, marked = pixels(neuron()), pixels(neuron(), marks=Marks("z"))
    assert abs(plain.shape[0] - marked.shape[0]) < 40
    assert (marked < 100).sum() > (plain < 100).sum() + 300


def test_a_dollar_sign_or_a_foreign_letter_does_no_harm(shown, recwarn):
    draw([GraphNode("$x_1$", "", 1.0), GraphNode("数", "$", 1.0, 1.0, ("$x_1$",))], title="$$")
    assert len(shown) == 1 and not recwarn


def test_arrays_are_told_by_their_shape(shown):
    draw([GraphNode("W", "", np.ones((3, 2)), np.ones((3, 2))), GraphNode("b", "", np.ones(2)),
          GraphNode("z", "W·x", np.array([1.0, -2.0]), None, ("W", "b"))])
    page = shown[0]["text/html"]
    assert "bar shape (3, 2)" in page and "[1, −2]" in page
    assert trace_table([GraphNode("a", "", np.ones(4), np.ones(4)), GraphNode(
        "s", "Σ", 4.0, 1.0, ("a",))]).endswith("a_bar = shape (4,), from s_bar")


def test_where_nan_comes_in_is_said(shown, capsys):
    x, y = Value(2.0), Value(math.nan)
    draw((x + y) * x, names={"y": y})
    assert "The first value that is NaN is that of y, which is an input." in capsys.readouterr().out
    z = Value(math.nan, (x,), (1.0,), "log")
    draw(z * x, names={"x": x, "z": z})
    assert "that of z, which is computed by log from x." in capsys.readouterr().out
    draw([GraphNode("x", "", 1.0, math.nan), GraphNode("y", "exp", 1.0, 1.0, ("x",))])
    assert "the bar of x is NaN" in capsys.readouterr().out
    assert len(shown) == 3


def test_an_exercise_that_is_not_written_yet_gives_no_traceback(shown, capsys):
    def not_written():
        raise NotImplementedError

    draw(not_written)
    play(not_written)
    assert capsys.readouterr().out.count("Come back after the exercise") == 2 and not shown
    draw(neuron)
    assert len(shown) == 1


# -- large graphs --------------------------------------------------------------------------

class Counting(Value):
    """Counts how often its parents are asked for."""

    asked = 0

    @property
    def parents(self):
        Counting.asked += 1
        return self._parents

    @parents.setter
    def parents(self, parents):
        self._parents = parents


def long_chain(length: int):
    value = Counting(1.0)
    for _ in range(length):
        value = Counting(value.data, (value,), (1.0,), "f")
    return value


def diamonds(count: int):
    """2**count paths."""
    value = Counting(1.0)
    for _ in range(count):
        value = Counting(value.data, (value, value), (1.0, 1.0), "f")
    return value


@pytest.mark.parametrize("build", [long_chain, diamonds])
def test_reading_a_graph_is_linear(build):
    asked = []
    for size in (50, 100):
        output, Counting.asked = build(size), 0
        assert len(from_value(output)) == size + 1
        asked.append(Counting.asked)
    assert asked[1] <= 2.1 * asked[0] and asked[0] <= 10 * 51


def test_a_graph_of_ten_thousand_nodes_is_refused_in_a_sentence_and_told_shortly(shown, capsys):
    output = long_chain(10_000)
    draw(output)
    play(output)
    said = capsys.readouterr().out
    assert "10,001 nodes; a picture of more than 200 cannot be read" in said
    assert "10,001 steps, too many to click through" in said and not shown
    lines = trace_table(output).splitlines()
    assert len(lines) == 202 and lines[101].endswith("19,802 steps are left out here")
    draw(diamonds(50))
    assert len(shown) == 1


def test_a_sum_of_many_messages_is_told_shortly():
    nodes = [GraphNode("x", "", 1.0, 100.0), *(GraphNode(f"y{k}", "f", 1.0, 1.0, ("x",), (1.0,))
                                              for k in range(100)),
             GraphNode("s", "+", 100.0, 1.0, tuple(f"y{k}" for k in range(100)), (1.0,) * 100)]
    assert trace(nodes)[-1][2].endswith(
        " = 1 + 1 + 1 + … + 1 (100 terms) = 100")
    assert max(len(text) for _, _, text in trace(nodes)) < 250


# -- any graph -----------------------------------------------------------------------------

@st.composite
def any_graph(draw_from) -> list[GraphNode]:
    """A graph of up to 25 nodes with right bars, names of any letters and any length."""
    size = draw_from(st.integers(1, 25))
    names = draw_from(st.lists(st.text(min_size=1, max_size=20), min_size=size, max_size=size,
                               unique=True))
    number = st.floats(-1e6, 1e6)
    nodes = []
    for index, name in enumerate(names):
        parents = draw_from(st.lists(st.sampled_from(names[:index]), max_size=4)) if index else []
        nodes.append(GraphNode(name, draw_from(st.text(max_size=8)), draw_from(number), None,
                               tuple(parents), tuple(draw_from(number) for _ in parents)))
    bars = dict.fromkeys(names, 0.0) | {names[-1]: 1.0}
    for node in reversed(nodes):
        for parent, local in zip(node.parents, node.local_grads, strict=True):
            bars[parent] += bars[node.name] * local
    return [replace(node, bar=bars[node.name]) for node in nodes]


@given(any_graph(), st.integers(0, 24))
@settings(max_examples=40, deadline=None)
def test_in_any_picture_boxes_keep_apart_and_edges_end_at_boxes(nodes, wrong):
    picture = compose(nodes, "title", Marks(nodes[wrong % len(nodes)].name))
    rects = {group.data["name"]: group.shapes[0] for group in picture.groups
             if group.kind == "node"}
    assert len(rects) == len(nodes)
    for a, b in combinations(rects.values(), 2):
        assert (a.x + a.width < b.x or b.x + b.width < a.x
                or a.y + a.height < b.y or b.y + b.height < a.y)
    for rect in rects.values():
        assert rect.x > 0 and rect.x + rect.width < picture.width
        assert rect.y > 0 and rect.y + rect.height < picture.height
    edges = [group for group in picture.groups if group.kind == "edge"]
    assert len(edges) == sum(len(node.parents) for node in nodes)
    for edge in edges:
        parent, child = rects[edge.data["from"]], rects[edge.data["to"]]
        line, head = edge.shapes[0], edge.shapes[1]
        assert line.start == pytest.approx((parent.x + parent.width, parent.y + parent.height / 2))
        assert head.start[0] == pytest.approx(child.x)
        assert child.y < head.start[1] < child.y + child.height
        assert line.pieces[-1][-1] == pytest.approx((child.x - 8, head.start[1]))


def _last_of(rows, name: str) -> str:
    """What the backward pass says of a node."""
    return next(text for _, direction, text in rows
                if direction == "backward" and text.startswith(f"{name}_bar = "))


@given(any_graph())
@settings(max_examples=40, deadline=None)
def test_in_any_trace_the_right_bars_are_the_sums_of_their_messages(nodes):
    assert not [text for _, _, text in trace(nodes) if ", but the " in text]
    wrong = [replace(node, bar=3 * node.bar + 1e9) if node is nodes[0] else node for node in nodes]
    uses = sum(nodes[0].name in node.parents for node in nodes)
    assert (", but the " in _last_of(trace(wrong), nodes[0].name)) == bool(uses)


@pytest.mark.parametrize("module", [graphs, graphs.nodes, graphs.drawing, operations])
def test_the_examples_in_the_docstrings_run(module):
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0
