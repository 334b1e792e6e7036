"""What the visible checks of notebook 1 say to those who made a well-known mistake."""

import numpy as np
import pytest

from course_utils.checks.report import CheckFailed, ask


@pytest.mark.parametrize(("question", "variant", "says"), [
    ("backward", "no σ′", "The first wrong signal is z_bar. (y_bar: right so far.)"),
    ("backward", "sign (t − y)", "The first wrong signal is y_bar."),
    ("backward", "b times its bar", "The first wrong signal is b_bar."),
    ("regularized_backward", "a regulariser that overwrites", "Only the message from reg"),
    ("regularized_backward", "a regulariser that is left out", "Only the message from z"),
    ("expanded_gradient", "a factor 2", "twice too large"),
    ("expanded_gradient", "no σ′", "A factor is missing"),
    ("total_derivative", "the path through x is missing", "the path through y alone"),
    ("total_derivative", "the path through y is missing", "the path through x alone"),
    ("numerical_gradient", "one-sided differences", "one-sided"),
    ("numerical_gradient", "mutated inputs", "changed its argument"),
    ("numerical_gradient", "integer gradients", "fits into an array of integers"),
    ("cost_gradient", "never divided by N", "the sum over the examples"),
    ("numerical_gradient", "slopes cut off to integers", "it should be ½, 1, 1½"),
    ("numerical_gradient", "half-way back", "a step of −eps leads to θ only"),
    ("numerical_gradient", "a bracket missing", "needs brackets"),
    ("gradient_descent", "ascent", "It climbs"),
    ("gradient_descent", "always from the start", "the same step as the first one"),
    ("gradient_descent", "weights already updated when used", "w moves as it should, b does not"),
    ("gradient_descent", "integer path", "cuts off every fraction"),
    ("gradient_descent", "the end is missing", "the start, then a row for each step"),
    ("sigmoid", "overflow in exp", "overflow"),
])
def test_the_message_says_where_to_look(question, variant, says, message_of):
    assert says in message_of(question, variant)


def test_an_exception_in_the_students_code_is_told_with_its_line():
    source = "def f(x):\n    return undefined_name\n"
    namespace = {}
    exec(compile(source, "<ipython-input-1>", "exec"), namespace)
    with pytest.raises(CheckFailed, match=r"f\(1\) stopped with NameError"):
        ask(namespace["f"], 1)


def test_warnings_that_the_whole_notebook_turns_off_are_seen():
    def f(z):
        return 1 / (1 + np.exp(-z))

    with np.errstate(all="ignore"), pytest.raises(CheckFailed, match="made NumPy warn: overflow"):
        ask(f, np.array([-1000.0]))


def test_an_argument_that_only_rounding_has_changed_is_not_shown_twice():
    def f(theta):
        for step in (1e-5, -2e-5, 1e-5):
            theta[0] += step
        return 0.0

    with pytest.raises(CheckFailed) as failure:
        ask(f, np.array([1.5]))
    assert "array([1.5]) went in, and it is not exactly the same now." in " ".join(
        str(failure.value).split())
