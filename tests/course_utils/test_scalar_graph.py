"""The course's own scalar graphs, and the figures of notebook 2."""

import base64

import matplotlib as mpl
import numpy as np
import pytest

from autograder.questions import all_questions
from autograder.reference import namespace_with, reference_for, text_of
from course_utils.plots import computation_graphs as plots
from course_utils.plots import figure
from course_utils.scalar_graph import Number, TooManyVisits, build, diamonds, moved

mpl.use("agg")
REFERENCE = reference_for("value")
V, BACKWARD = REFERENCE["Value"], REFERENCE["backward"]


def test_a_number_computed_anew_follows_the_change_and_nothing_else():
    x = Number(2.0)
    a = 3 * x
    y = (a - x) / 2 + a**2
    assert y.data == 38.0
    assert y.anew(a, 1.0) == pytest.approx((1 - 2) / 2 + 1)
    assert y.anew(x, 1.0) == pytest.approx(1 + 9)
    assert y.data == 38.0


@pytest.mark.parametrize("seed", range(5))
def test_a_move_is_the_derivative_of_the_linear_graph(seed):
    rng = np.random.default_rng(seed)
    operands = [[], [0], [0, 1], [2, 2], [1, 3], [4, 0]]
    slopes = [rng.normal(size=len(each)).tolist() for each in operands]

    def last(node, by):
        values = []
        for index, each in enumerate(operands):
            value = sum(s * values[p] for p, s in zip(each, slopes[index], strict=True))
            values.append(value + by * (index == node))
        return values[-1]

    for node in range(len(operands)):
        assert moved(operands, slopes, node) == pytest.approx(last(node, 1.0) - last(node, 0.0))


def test_visits_are_counted_and_stopped():
    nodes = build(diamonds(30))

    def walk(node):
        for parent in node.parents:
            walk(parent)

    with pytest.raises(TooManyVisits):
        walk(nodes[-1])


@pytest.fixture
def shown(monkeypatch):
    """Alternative texts of the figures that are displayed."""
    texts = []

    def display(bundle, raw, metadata):
        png = bundle["image/png"]
        png = base64.b64decode(png) if isinstance(png, str) else png
        assert png.startswith(b"\x89PNG")
        texts.append(metadata["image/png"]["alt"])

    monkeypatch.setattr(figure, "display", display)
    return texts


def test_the_figures_tell_the_students_numbers(shown, capsys):
    plots.order(REFERENCE["topological_order"])
    assert "All of them go to the right" in shown[-1]
    plots.work(REFERENCE["topological_order"])
    assert "diamonds in a row up to 200 edges with 151 visits" in shown[-1]
    plots.neuron(REFERENCE["logistic_graph"], BACKWARD, w=0.5, b=0.2, x=2.0, t=0.0, lam=0.1)
    assert "w = 0.5, an input, bar 0.3234" in shown[-1]
    assert "agree with finite differences" in capsys.readouterr().out
    plots.cost(REFERENCE["count_operations"], V)
    assert "256 weights: 559 and 1086" in shown[-1]


@pytest.mark.parametrize(("pass_name", "calls"), [
    ("overwriting", 1), ("depth_first", 1), ("keeping", 2)])
def test_a_broken_pass_is_marked_in_the_figure(pass_name, calls, shown, capsys):
    plots.broken(REFERENCE[f"breaks_{pass_name}"], REFERENCE[pass_name], calls)
    assert "The first wrong one is" in shown[-1]
    assert "The first wrong signal is" in capsys.readouterr().out


def variant(question_id, name):
    question = all_questions()[question_id]
    (wrong,) = [each for each in question.mistakes if each.name == name]
    return namespace_with(text_of(question, wrong), reference_for(question_id))


def test_wrong_code_gives_a_figure_that_shows_it(shown, capsys):
    plots.order(variant("topological_order", "preorder")["topological_order"])
    assert "Some go back" in shown[-1]
    plots.order(variant("topological_order", "the output left out")["topological_order"])
    assert "a node is missing" in capsys.readouterr().out
    for name in ("recursion", "no memory of the nodes seen"):
        plots.work(variant("topological_order", name)["topological_order"])
        assert "stopped at" in capsys.readouterr().out
    plots.neuron(REFERENCE["logistic_graph"],
                 variant("graph_backward", "overwriting at a fan-out")["backward"],
                 w=0.5, b=0.2, x=2.0, t=0.0, lam=0.1)
    assert "The first wrong one is w" in shown[-1]


def unwritten(*arguments, **named):
    raise NotImplementedError


@pytest.mark.parametrize("draw", [
    lambda: plots.first_graph(unwritten), lambda: plots.order(unwritten),
    lambda: plots.work(unwritten), lambda: plots.both_passes(V, unwritten),
    lambda: plots.neuron(unwritten, BACKWARD, w=1, b=1, x=1, t=1, lam=1),
    lambda: plots.cost(unwritten, V), lambda: plots.broken(unwritten, unwritten)])
def test_an_unfinished_exercise_is_no_error_in_a_figure(draw, shown, capsys):
    draw()
    assert not shown
    assert "not written yet" in capsys.readouterr().out
