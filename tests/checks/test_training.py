"""What the visible checks of notebook 4 say to those who made a well-known mistake."""

import numpy as np
import pytest

from autograder.build import ROOT
from autograder.reference import load_reference
from course_utils.checks import training
from course_utils.checks.report import CheckFailed


@pytest.mark.parametrize(("question", "variant", "says"), [
    ("direct_solution", "no column of ones", "Is there a column of ones in A"),
    ("direct_solution", "the mean as the bias", "t = 2x + 1, but it gives w = array([2.]) and b"),
    ("direct_solution", "a regulariser", "t = 2x + 1"),
    ("gradient_descent_regression", "ascent", "It climbs"),
    ("gradient_descent_regression", "never divided by N", "N times too long: E is a mean"),
    ("gradient_descent_regression", "a factor 2", "twice too long"),
    ("gradient_descent_regression", "no learning rate", "is lr used?"),
    ("perceptron", "a zero is no mistake", "The first point has z = 0"),
    ("perceptron", "early stop", "6 epochs should give 6 counts"),
    ("perceptron", "no bias", "A single mistake, x = (2, 1)"),
    ("minibatches", "the last minibatch left out", "should have the sizes [4, 4, 2]"),
    ("minibatches", "an empty minibatch at the end", "none may be empty"),
    ("minibatches", "NumPy's global generator", "all randomness must come from rng"),
    ("minibatches", "a random start", "only 3 of the 6 possible orders"),
    ("sgd_step", "mutated inputs", "changed its argument"),
    ("momentum_step", "lr inside the velocity", "lr is not part of it"),
    ("momentum_step", "the velocity from before", "p moves by the new velocity"),
    ("network_cost_gradient", "no tanh′", "The first wrong gradient is that of b1. (b2 and W2"),
    ("network_cost_gradient", "sign", "The sign is turned"),
    ("network_cost_gradient", "never divided by N", "N times too large"),
    ("network_cost_gradient", "overflow in exp", "overflow"),
    ("network_cost_gradient", "mutated inputs", "changed its argument"),
    ("train", "labels of other rows", "the labels of other rows"),
    ("train", "one order for all epochs", "Both epochs had the same order"),
    ("train", "the velocity thrown away", "keep the velocity from step to step"),
    ("train", "the sum of the costs", "the means 2 and 5"),
    ("train_digits", "all weights zero at the start", "stay alike for ever"),
    ("train_digits", "no training at all", "95 % are asked for"),
    ("gradient_sizes", "the wrong way round", "The input's size comes first"),
    ("gradient_sizes", "no φ′", "times φ′ at its own output"),
    ("feedback_alignment_gradient", "plain backprop", "This is still backprop"),
])
def test_the_message_says_where_to_look(question, variant, says, message_of):
    assert says in message_of(question, variant)


def test_the_warm_up_is_checked_too(capsys):
    reference = load_reference(ROOT / "source/backprop/4_training.ipynb")
    training.hinge_cost_gradient(reference["hinge_cost_gradient"])
    assert "✓" in capsys.readouterr().out


@pytest.mark.parametrize(("line", "says"), [
    (lambda t, z: np.where(t * z > 1, t, 0), "Only they send a signal"),
    (lambda t, z: np.where(t * z < 1, t, 0), "It climbs"),
    (lambda t, z: -t, "Only they send a signal"),
])
def test_the_bug_of_the_hinge_is_told(line, says):
    def hinge_cost_gradient(params, X, t):
        z = X @ params["w"] + params["b"]
        z_bar = line(t, z) / len(t)
        return 0.0, {"w": z_bar @ X, "b": np.sum(z_bar)}

    with pytest.raises(CheckFailed) as failure:
        training.hinge_cost_gradient(hinge_cost_gradient)
    assert says in " ".join(str(failure.value).split())


def test_the_hinge_that_is_not_written_yet_is_told_so():
    def hinge_cost_gradient(params, X, t):
        raise NotImplementedError

    with pytest.raises(CheckFailed, match="not written yet"):
        training.hinge_cost_gradient(hinge_cost_gradient)
