"""What the visible checks of notebook 3 say to those who made a well-known mistake."""

import pytest

from course_utils.checks import mlp_backprop as check
from course_utils.checks.report import CheckFailed


@pytest.mark.parametrize(("question", "variant", "says"), [
    ("mlp_forward_units", "σ at the outputs", "For the worked example 'y' is"),
    ("mlp_forward_units", "mutated inputs", "changed its argument number 1['b1']"),
    ("mlp_backward_units", "overwriting at a fan-out", "The first wrong signal is h_bar."),
    ("mlp_backward_units", "no σ′", "The first wrong signal is z_bar."),
    ("mlp_backward_units", "backward before all messages have arrived",
     "The first wrong signal is z_bar."),
    ("mlp_backward_units", "stale bars from an earlier call", "Called a second time"),
    ("mlp_backward", "sign (t − y)", "The first wrong signal is y_bar."),
    ("mlp_backward", "no σ′", "It is h_bar passed on as it is"),
    ("mlp_backward", "a transposed weight gradient", "The first wrong signal is W2_bar."),
    ("mlp_backward", "W where Wᵀ belongs", "The first wrong signal is h_bar."),
    ("mlp_backward", "the lost axis", "It has the shape"),
    ("mlp_backward", "mutated inputs", "changed its argument number 1['W2']"),
    ("mlp_cost", "never divided by N", "are the losses summed and not averaged"),
    ("mlp_cost_gradient", "bias gradient not summed", "one entry for each entry of its variable"),
    ("mlp_cost_gradient", "bias gradient averaged", "The first wrong signal is b1_bar."),
    ("relu_vjp", "twice the slope at the corner", "At z = 0 anything between 0 and h_bar"),
    ("sigmoid_vjp", "upstream signal ignored", "the bar that comes in is not used"),
    ("linear_vjp", "bias gradient averaged", "All examples share one b"),
    ("softmax_cross_entropy", "a masking + 1e-8", "take no logarithm of a probability"),
    ("softmax_cross_entropy", "no one-hot", "The bars of each example sum to 0"),
    ("logistic_cross_entropy", "an extra σ′", "by hand"),
    ("hinge", "the perceptron's loss", "margins −½, 2, −1, 3 and ¼"),
    ("zero_one", "no mistake on the boundary", "1 where t z ≤ 0"),
    ("deep_forward", "an activation after the last layer", "after the last layer"),
    ("deep_forward", "always sigmoid", "none after the last"),
    ("deep_backward", "the inputs in forward order", "W_bar of the last layer"),
    ("deep_backward", "no activation on the way back", "W_bar of layer 2 of 3"),
    ("deep_backward", "the first layer left out", "a pair for each of the"),
    ("deep_backward", "the gradients in reverse order", "begin with the last layer"),
    ("linear_vjp", "another order", "in another order"),
    ("linear_vjp", "a lost axis", "An axis of length 1 is left over"),
    ("mlp_cost", "no ½", "is the ½ of each loss missing"),
    ("softmax_cross_entropy", "overflow in exp", "Subtract the largest logit"),
    ("logistic_cross_entropy", "overflow in exp", "has no large exponential"),
    ("multiply_adds", "backward like forward", "Each weight has two products there"),
])
def test_the_message_says_where_to_look(question, variant, says, message_of):
    message = message_of(question, variant)
    assert says in message, message


def test_the_friends_layer_of_the_warm_up_is_told_which_signal_is_wrong():
    import numpy as np

    def layer_backward(W, b, x, t):
        y_bar = W @ x + b - t
        return {"y": y_bar, "W": np.outer(x, y_bar), "b": y_bar, "x": W @ y_bar}

    with pytest.raises(CheckFailed, match="The first wrong signal is W_bar"):
        check.layer_backward(layer_backward)


def test_a_function_that_changed_its_arguments_spoils_no_later_check(message_of):
    first = message_of("deep_forward", "mutated inputs")
    assert "changed its argument number 1" in first, first
    assert message_of("deep_forward", "mutated inputs") == first
