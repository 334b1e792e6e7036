"""Figures of notebook 3: their words hold the student's numbers, and say which signal is wrong."""

import doctest

import numpy as np
import pytest

from autograder.build import ROOT
from autograder.questions import all_questions
from autograder.reference import load_reference, namespace_with, text_of
from course_utils import mlp
from course_utils.graphs.named import MLP
from course_utils.plots import mlp_backprop as plots

REFERENCE = load_reference(ROOT / "source/backprop/3_mlp_backprop.ipynb")
PARAMS, X, T = mlp.example()


@pytest.fixture
def words(monkeypatch):
    """The alternative texts of the figures that were shown."""
    texts = []

    def display(bundle, **named):
        texts.append(bundle["text/plain"])

    monkeypatch.setattr("course_utils.plots.figure.display", display)
    return texts


def with_mistake(question: str, name: str) -> dict:
    (variant,) = [v for v in all_questions()[question].mistakes if v.name == name]
    return namespace_with(text_of(all_questions()[question], variant), REFERENCE)


def test_the_examples_of_the_forward_pass_are_right():
    assert doctest.testmod(mlp).attempted >= 1
    assert doctest.testmod(mlp).failed == 0


def test_the_worked_example_is_the_one_of_the_story():
    values = MLP.forward({**PARAMS, "x": X, "t": T})
    np.testing.assert_allclose(values["z"], [0, np.log(3)], atol=1e-12)
    np.testing.assert_allclose(values["h"], [1 / 2, 3 / 4])
    np.testing.assert_allclose(values["y"], [3, 1])
    bars = REFERENCE["mlp_backward_units"](PARAMS, X, T)
    for name, by_hand in {"y": [2, -1], "h": [-2, 12], "z": [-1 / 2, 9 / 4],
                          "W2": [[1, 1.5], [-0.5, -0.75]], "b1": [-0.5, 2.25]}.items():
        np.testing.assert_allclose(bars[name], by_hand, err_msg=name)


def test_the_network_by_hand_does_exclusive_or():
    inputs, targets = mlp.exclusive_or()
    for x, t in zip(inputs, targets, strict=True):
        values = MLP.forward({**mlp.exclusive_or_network(), "x": x, "t": t})
        assert values["y"] == pytest.approx(t, abs=0.01)


@pytest.mark.parametrize(("name", "says"), [
    ("no σ′", "The first wrong one is z_bar."),
    ("overwriting at a fan-out", "The first wrong one is h_bar."),
    ("sign (t − y)", "The first wrong one is y_bar.")])
def test_the_drawn_network_names_the_first_wrong_signal(name, says, words):
    plots.network(PARAMS, X, T, REFERENCE["mlp_forward_units"],
                  with_mistake("mlp_backward_units", name)["mlp_backward_units"])
    assert says in words[0]


def test_the_drawn_network_confirms_what_is_right(words):
    plots.network(PARAMS, X, T, *(REFERENCE[f"mlp_{way}_units"] for way in ("forward", "backward")))
    assert "h (−2, 12)" in words[0]
    assert "Finite differences confirm all." in words[0]


def test_the_votes_differ_from_the_gradient_where_it_is_divided_twice(words):
    plots.votes(REFERENCE["mlp_backward"], REFERENCE["mlp_cost_gradient"])
    plots.votes(REFERENCE["mlp_backward"],
                with_mistake("mlp_cost_gradient", "divided by N twice")["mlp_cost_gradient"])
    assert "agrees with the mean" in words[0]
    assert "differs from the mean" in words[1]


def test_exclusive_or_is_learned_with_the_right_gradient_alone(words):
    functions = [REFERENCE[name] for name in ("mlp_forward", "mlp_cost", "mlp_cost_gradient")]
    plots.learning(*functions, *mlp.exclusive_or())
    wrong = with_mistake("mlp_cost_gradient", "a signal jumped over")["mlp_cost_gradient"]
    plots.learning(*functions[:2], wrong, *mlp.exclusive_or())
    assert "0.0, 1.0, 1.0, 0.0 at the corners" in words[0]
    assert words[0] != words[1]


def test_a_deep_gradient_that_is_wrong_leaves_the_diagonal(words):
    plots.agreement(REFERENCE["deep_forward"], REFERENCE["deep_backward"])
    wrong = with_mistake("deep_backward", "no activation on the way back")["deep_backward"]
    plots.agreement(REFERENCE["deep_forward"], wrong)
    assert words[0].count("all on the diagonal") == 3
    assert words[1].count("some off the diagonal") == 3


def test_calls_are_counted_two_for_each_parameter(words):
    plots.counted_calls(REFERENCE["mlp_cost"], REFERENCE["mlp_cost_gradient"])
    assert "16 for H = 1" in words[0]  # 3 + 1 + 2 + 2 parameters
    assert "the two agree" in words[0]


def test_the_kink_misleads_the_difference_and_not_the_product(words):
    plots.misleading_kink(REFERENCE["relu_vjp"])
    assert "0.55 with ε = 1·10⁻⁵" in words[0]
    assert "slope there is 1." in words[0]


@pytest.mark.parametrize("answer", [None, 3.0, {}, "text", np.zeros(3)], ids=str)
def test_functions_that_return_nonsense_get_a_sentence(answer, words, capsys):
    def nonsense(*arguments):
        return answer

    plots.network(PARAMS, X, T, nonsense, nonsense)
    plots.surface(nonsense, mlp.exclusive_or_network(), *mlp.exclusive_or())
    plots.outer_products(PARAMS, X, T, nonsense, nonsense)
    plots.softmax_bars(nonsense)
    plots.agreement(nonsense, nonsense)
    assert capsys.readouterr().out.count("Its check says more") == 5
    assert not words


def test_a_figure_that_can_be_drawn_in_part_is(words):
    def stub(*arguments):
        raise NotImplementedError

    plots.activations(REFERENCE["sigmoid_vjp"], stub, REFERENCE["relu_vjp"])
    assert "that of sigmoid is at most 0.25; that of tanh is not written yet" in words[0]
