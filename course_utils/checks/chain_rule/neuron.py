"""Checks of notebook 1: the logistic function, its slope, and the forward pass of a neuron."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course_utils.checks.chain_rule.examples import BY_HAND, NEURONS
from course_utils.checks.report import (
    array_of,
    ask,
    close,
    done,
    entry,
    number,
    passed,
    ratio_hint,
    require,
    show,
)
from course_utils.finite_difference import derivative
from course_utils.neuron import logistic, loss_from


def sigmoid(sigmoid: Callable) -> None:
    """Checks ``sigmoid(z)``: values by hand, shapes, integers, lists, ±1000."""
    for z, value, text in [(0.0, 1 / 2, "σ(0) = 1/2"), (np.log(3), 3 / 4, "σ(ln 3) = 3/4"),
                           (-np.log(4), 1 / 5, "σ(−ln 4) = 1/5")]:
        y = number(ask(sigmoid, float(z)), f"sigmoid({z:.4g})")
        require(close(y, value), f"sigmoid({z:.4g}) is {show(y)}, but {text}.",
                "Work it out by hand: e^(−z) is a round number here.")
        require(close(y, value, 1e-9), f"sigmoid({z:.4g}) is {y:.12g}: it is near, but {text}.",
                "Are numbers rounded on the way, to float32 or to some decimals? Is a small "
                "constant added?")
        passed(text)
    Z = np.linspace(-3, 3, 6).reshape(2, 3)
    Y = array_of(ask(sigmoid, Z), "sigmoid of an array of shape (2, 3)", (2, 3))
    require(close(Y + array_of(ask(sigmoid, -Z), "sigmoid(−Z)"), np.ones((2, 3))),
            "σ(z) + σ(−z) should be 1 for every z, and is not.")
    passed("works on arrays; σ(z) + σ(−z) = 1")
    for z in ([0, 1, -2], np.array([0, 1, -2])):
        y = array_of(ask(sigmoid, z), f"sigmoid({show(z)})", (3,))
        require(close(y, logistic(np.array([0.0, 1.0, -2.0]))),
                f"sigmoid({show(z)}) is {show(y)}: right for floats, wrong for integers.",
                "Does the result array take its type from z? Convert z to float first.")
    passed("lists and integers do no harm")
    y = array_of(ask(sigmoid, np.array([-1000.0, 1000.0])), "sigmoid of ±1000", (2,))
    require(close(y, [0, 1]), f"sigmoid of −1000 and 1000 is {show(y)}; it should be 0 and 1.")
    passed("quiet and exact at ±1000")
    done("sigmoid")


def sigmoid_prime(sigmoid_prime: Callable) -> None:
    """Checks ``sigmoid_prime(z)`` against the slope of σ by finite differences."""
    for z in (1.5, -0.7, 0.0):
        slope = number(ask(sigmoid_prime, z), f"sigmoid_prime({z})")
        expected = derivative(logistic, z).value
        require(
            close(slope, expected),
            f"sigmoid_prime({z}) is {show(slope)}, but finite differences of σ say "
            f"{show(expected)}.",
            ratio_hint(slope, expected, {
                "The sign is turned: σ rises everywhere.": -1.0,
                "That is σ itself, not its slope.": logistic(z) / expected,
                "It looks as if σ′ were evaluated at z where the formula wants y = σ(z).":
                    z * (1 - z) / expected}) or "Which derivative has 1 / (1 + e^(−z))?")
    passed("the slope of σ, by finite differences, at three places")
    Z = np.arange(6).reshape(3, 2)
    array_of(ask(sigmoid_prime, Z), "sigmoid_prime of an array of shape (3, 2)", (3, 2))
    array_of(ask(sigmoid_prime, [1, 2]), "sigmoid_prime of a list of 2", (2,))
    passed("works on arrays, lists and integers")
    ends = array_of(ask(sigmoid_prime, np.array([-1000.0, 1000.0])), "sigmoid_prime of ±1000", (2,))
    require(close(ends, [0, 0]), f"At ±1000 the slope is {show(ends)}; σ is flat there.")
    passed("quiet and flat at ±1000")
    done("sigmoid_prime")


def forward(forward: Callable) -> None:
    """Checks ``forward(w, b, x, t)`` on a case worked out by hand and on others."""
    values = ask(forward, *BY_HAND, says="forward(2, ln 3 − 6, 3, 1/4)")
    for key, value, text in [("z", np.log(3), "z = 2·3 + ln 3 − 6 = ln 3"),
                             ("y", 3 / 4, "y = σ(ln 3) = 3/4"),
                             ("loss", 1 / 8, "loss = ½ (3/4 − 1/4)² = 1/8")]:
        got = number(entry(values, key, "forward"), f"the value {key!r}")
        require(close(got, value), f"{key!r} is {show(got)}, but by hand {text}.",
                "It is the first value that is wrong; later ones may only follow from it.")
        passed(text)
    for neuron in NEURONS:
        values = ask(forward, *neuron)
        got = number(entry(values, "loss", "forward"), "the value 'loss'")
        require(close(got, loss_from("w", neuron[0], *neuron)),
                f"At w, b, x, t = {neuron} the loss {show(got)} does not fit z and y.",
                "Are all four arguments used, and nothing from outside the function?")
    passed("three other neurons, integers among them")
    done("forward")
