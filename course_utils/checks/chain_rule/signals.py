"""Checks of notebook 1: derivatives through the neuron, signal by signal in backward order."""

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


def slopes(neuron: tuple, signals: str = "yzwb") -> dict[str, float]:
    """The bars of a neuron by finite differences on the course's own forward pass."""
    w, b, x, _ = neuron
    z = w * x + b
    at = {"y": float(logistic(z)), "z": z, "w": w, "b": b}
    return {s: derivative(lambda v, s=s: loss_from(s, v, *neuron), float(at[s])).value
            for s in signals}


def expanded_gradient(expanded_gradient: Callable) -> None:
    """Checks ``expanded_gradient(w, b, x, t)`` against finite differences."""
    for neuron in NEURONS:
        result = ask(expanded_gradient, *neuron)
        pair = array_of(result, "what expanded_gradient returned, (dw, db),", (2,))
        w, b, x, t = neuron
        expected = slopes(neuron, "wb")
        slope = slopes(neuron, "z")["z"] / (logistic(w * x + b) - t)
        linear = {"w": (w * x + b - t) * x, "b": w * x + b - t}
        for value, key in zip(pair, "wb", strict=True):
            require(
                close(value, expected[key]),
                f"At w, b, x, t = {neuron} your d{key} is {show(value)}; finite differences "
                f"of the loss say {show(expected[key])}.",
                ratio_hint(value, expected[key], {
                    "The sign is turned. Which comes first in the loss, y or t?": -1.0,
                    "It is twice too large: what cancels the 2 of the square?": 2.0,
                    "It is half of it: what cancels the ½ of the loss?": 0.5,
                    "A factor is missing: σ is a function too, and has a derivative.":
                        1 / slope,
                    "That is the gradient of the neuron without σ, from the text above.":
                        linear[key] / expected[key]}) or
                f"Write z = w·x + b inside σ, and ask how z changes when {key} does.")
    passed("dw and db agree with finite differences at three neurons")
    done("expanded_gradient")


HINTS = {
    "y": "y_bar = ∂L/∂y, and L = ½ (y − t)². Mind the sign.",
    "z": "The message to z: the bar of its child y, times the derivative of y with respect "
         "to z. Where must that derivative be evaluated?",
    "w": "The message to w: the bar of its child z, times the derivative of z = wx + b with "
         "respect to w.",
    "b": "The message to b: the bar of its child z, times the derivative of z = wx + b with "
         "respect to b.",
}


def first_wrong(bars: dict, expected: dict[str, float], order: str | list[str],
                hints: dict[str, str], name: str, at: str) -> None:
    """Fails at the first bar, in backward order, that is not what finite differences say."""
    right = []
    for signal in order:
        got = number(entry(bars, signal, name), f"the bar of {signal}")
        if close(got, expected[signal]):
            right.append(f"{signal}_bar")
            continue
        before = f" ({' and '.join(right)}: right so far.)" if right else ""
        require(False, f"The first wrong signal is {signal}_bar.{before}",
                f"{at} it is {show(got)}; finite differences say {show(expected[signal])}.",
                hints[signal],
                "Signals computed after it may only be wrong because it is.")


def backward(backward: Callable) -> None:
    """Checks ``backward(w, b, x, t)``, signal by signal in backward order."""
    for neuron in NEURONS:
        bars = ask(backward, *neuron)
        first_wrong(bars, slopes(neuron), "yzwb", HINTS, "backward",
                    f"At w, b, x, t = {neuron}")
    passed("y_bar, z_bar, w_bar, b_bar agree with finite differences at three neurons")
    done("backward")


def linear_backward(backward: Callable) -> None:
    """Checks the backward pass of the neuron without σ: L = ½ (wx + b − t)², y = wx + b."""
    for w, b, x, t in NEURONS:
        y = w * x + b
        bars = ask(backward, w, b, x, t)
        at = {"y": (lambda v, t=t: (v - t) ** 2 / 2, y),
              "w": (lambda v, b=b, x=x, t=t: (v * x + b - t) ** 2 / 2, w),
              "b": (lambda v, w=w, x=x, t=t: (w * x + v - t) ** 2 / 2, b)}
        expected = {key: derivative(f, float(value)).value for key, (f, value) in at.items()}
        hints = {"y": "y_bar = ∂L/∂y.", "w": "Look at ∂y/∂w of y = wx + b.",
                 "b": "Look at ∂y/∂b of y = wx + b."}
        first_wrong(bars, expected, "ywb", hints, "the function",
                    f"At w, b, x, t = {(w, b, x, t)}")
    passed("y_bar, w_bar, b_bar agree with finite differences at three neurons")


def regularized_forward(regularized_forward: Callable) -> None:
    """Checks ``regularized_forward(w, b, x, t, lam)`` on a case worked out by hand."""
    values = ask(regularized_forward, *BY_HAND, 0.5,
                 says="regularized_forward(2, ln 3 − 6, 3, 1/4, 1/2)")
    for key, value, text in [("z", np.log(3), "z = ln 3"), ("y", 3 / 4, "y = 3/4"),
                             ("loss", 1 / 8, "loss = 1/8, without the regulariser"),
                             ("reg", 2.0, "reg = ½ · 2² = 2, without λ"),
                             ("total", 9 / 8, "total = 1/8 + ½ · 2 = 9/8")]:
        got = number(entry(values, key, "regularized_forward"), f"the value {key!r}")
        require(close(got, value), f"{key!r} is {show(got)}, but by hand {text}.")
        passed(text)
    for neuron in NEURONS:
        values = ask(regularized_forward, *neuron, 0.3)
        total = number(entry(values, "total", "regularized_forward"), "the value 'total'")
        require(close(total, regularized_loss("w", neuron[0], *neuron, 0.3)),
                f"At w, b, x, t = {neuron} and λ = 0.3 the total is {show(total)}, which does "
                "not fit loss + λ · ½ w².")
    passed("three other neurons")
    done("regularized_forward")


def regularized_loss(signal: str, value: float, w, b, x, t, lam) -> float:
    """The total as a function of one variable; only ``w`` also acts through the regulariser."""
    weight = value if signal == "w" else w
    return loss_from(signal, value, w, b, x, t) + lam * weight**2 / 2


def regularized_backward(regularized_backward: Callable) -> None:
    """Checks the regularised bars in backward order; w must receive two messages."""
    hints = {
        **HINTS,
        "loss": "total = loss + λ · reg. What is its derivative with respect to loss?",
        "reg": "total = loss + λ · reg. What is its derivative with respect to reg?",
        "w": "w is used twice: in z and in reg. Its bar is the sum of two messages.",
    }
    lam = 0.3
    for neuron in NEURONS:
        w, b, x, _ = neuron
        bars = ask(regularized_backward, *neuron, lam)
        z = w * x + b
        at = {"y": float(logistic(z)), "z": z, "w": w, "b": b}
        expected = {s: derivative(
            lambda v, s=s, n=neuron: regularized_loss(s, v, *n, lam), float(at[s])).value
            for s in "yzwb"}
        expected |= {"loss": derivative(lambda v, w=w: v + lam * w**2 / 2, 0.5).value,
                     "reg": derivative(lambda v: 0.5 + lam * v, 2.0).value}
        if isinstance(bars, dict) and "w" in bars:
            got, from_z = number(bars["w"], "the bar of w"), slopes(neuron, "w")["w"]
            if close(got, from_z):
                hints["w"] = "Only the message from z has arrived; w also acts through reg."
            elif close(got, expected["w"] - from_z):
                hints["w"] = ("Only the message from reg has arrived: it seems to overwrite the "
                              "one from z. At a fan-out messages add up.")
        first_wrong(bars, expected, ["loss", "reg", "y", "z", "w", "b"], hints,
                    "regularized_backward", f"At w, b, x, t = {neuron}, λ = {lam}")
    passed("all six bars agree with finite differences at three neurons")
    done("regularized_backward")


def total_derivative(total_derivative: Callable) -> None:
    """Checks ``total_derivative(t)`` against finite differences of f(cos t, t²)."""
    def along(t):
        return t**2 + np.exp(np.cos(t) * t**2)

    for t in (0.8, -1.2, 2):
        got = number(ask(total_derivative, t), f"total_derivative({t})")
        expected = derivative(along, float(t)).value
        through_x = path_through_x(t)
        require(close(got, expected),
                f"total_derivative({t}) is {show(got)}; finite differences of f(cos t, t²) say "
                f"{show(expected)}.",
                "That is the path through x alone; t also acts through y."
                if close(got, through_x) else
                "That is the path through y alone; t also acts through x."
                if close(got, expected - through_x) else
                "Write the four derivatives on paper first: ∂f/∂x, ∂f/∂y, dx/dt, dy/dt.")
    passed("df/dt agrees with finite differences at t = 0.8, −1.2 and 2")
    done("total_derivative")


def path_through_x(t: float) -> float:
    """What moves f if only x follows t, by finite differences."""
    y = t**2
    return derivative(lambda s: y + np.exp(np.cos(s) * y), float(t)).value
