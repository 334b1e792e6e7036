"""The visible checks of notebook 1, one function for each exercise.

Each prints a tick for every promise kept and stops at the first one broken, with the
input, what came back, what finite differences say it should be, and where to look.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

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
from course_utils.neuron import logistic, loss_from, mean_loss

#: Neurons (w, b, x, t) for the checks: no two numbers alike, none of them 0 or 1.
NEURONS = [(0.5, 0.2, 2.0, -0.4), (-1.3, 0.7, 0.6, 1.8), (2, -3, 2, 4)]
#: By hand: z = ln 3, so y = 3/4; with t = 1/4 the loss is 1/8.
BY_HAND = (2.0, float(np.log(3)) - 6.0, 3.0, 0.25)


def sigmoid(sigmoid: Callable) -> None:
    """Checks ``sigmoid(z)``: values by hand, shapes, integers, lists, ±1000."""
    for z, value, text in [(0.0, 1 / 2, "σ(0) = 1/2"), (np.log(3), 3 / 4, "σ(ln 3) = 3/4"),
                           (-np.log(4), 1 / 5, "σ(−ln 4) = 1/5")]:
        y = number(ask(sigmoid, float(z)), f"sigmoid({z:.4g})")
        require(close(y, value), f"sigmoid({z:.4g}) is {show(y)}, but {text}.",
                "Work it out by hand: e^(−z) is a round number here.")
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
    for z in (0.0, 1.5, -0.7):
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
                        1 / slope}) or
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


def numerical_gradient(numerical_gradient: Callable) -> None:
    """Checks ``numerical_gradient(f, theta, eps)`` on functions with known differences."""
    def cube(theta):
        return float(np.asarray(theta) ** 3)

    slope = number(ask(numerical_gradient, cube, 1.0, 0.1), "the gradient at a single number")
    require(close(slope, 3.01),
            f"For f(θ) = θ³ at θ = 1 with eps = 0.1 it is {show(slope)}; by hand it is "
            "(1.1³ − 0.9³) / 0.2 = 3.01.",
            ratio_hint(slope, 1.0, {
                "That is the one-sided difference (1.1³ − 1) / 0.1.": 3.31,
                "Divide by 2·eps: the two points are 2·eps apart.": 6.02,
                "Is eps used? With a tiny step one gets 3.": 3.0,
                "That is (1.1³ − 1) / 0.2: from θ + eps, a step of −eps leads to θ only.": 1.655,
                "Python reads a / 2 * eps as (a / 2) * eps: the 2 * eps needs brackets.":
                    0.0301}) or
            "One entry moved up by eps, then down by eps, nothing else.")
    passed("(1.1³ − 0.9³) / 0.2 = 3.01, for a single number")
    for shape in ((4,), (2, 3)):
        A = 1.0 + np.arange(np.prod(shape)).reshape(shape)
        theta = np.linspace(-1, 1.5, A.size).reshape(shape)

        def f(theta, A=A):
            return float(np.sum(A * theta) ** 2)

        got = array_of(ask(numerical_gradient, f, theta, 0.01),
                       f"the gradient at theta of shape {shape}", shape)
        expected = np.array([
            derivative(lambda v, k=k, A=A, p=theta: f(replaced(p, k, v), A), p0).value
            for k, p0 in zip(np.ndindex(shape), theta.ravel().tolist(), strict=True)
        ]).reshape(shape)
        require(close(got, expected),
                f"For f(θ) = (Σ aθ)² with theta of shape {shape} and eps = 0.01 it is "
                f"{show(got)}; it should be {show(expected)}.",
                "Is only one entry moved at a time, and moved back before the next?")
        passed(f"theta of shape {shape}, left as it was")
    for theta in (np.array([1, 2, 3]), [1, 2, 3]):
        got = array_of(ask(numerical_gradient, lambda v: float(np.sum(np.square(v))) / 4, theta,
                           says=f"numerical_gradient(f, {show(theta)})"),
                       f"the gradient at {show(theta)}", (3,))
        require(close(got, [0.5, 1, 1.5], 1e-5),
                f"For f(θ) = ¼ Σ θ² at {show(theta)} it is {show(got)}; it should be ½, 1, 1½.",
                "Neither 1 + 0.00001 nor ½ fits into an array of integers: convert theta to float "
                "before you make anything from it.")
    passed("integers and lists")
    done("numerical_gradient")


def replaced(theta: np.ndarray, index: tuple, value: float) -> np.ndarray:
    """A copy of theta with one entry set."""
    copy = theta.copy()
    copy[index] = value
    return copy


def some_data() -> tuple[np.ndarray, np.ndarray]:
    """Five examples, X and T of shape (5,), none special."""
    return np.array([-1.5, -0.2, 0.4, 1.1, 2.3]), np.array([0.1, 0.7, 0.3, 0.9, 0.6])


def cost_slopes(w: float, b: float, X, T) -> tuple[float, float]:
    """dE/dw and dE/db by finite differences on the course's own cost."""
    return (derivative(lambda v: mean_loss(v, b, X, T), float(w)).value,
            derivative(lambda v: mean_loss(w, v, X, T), float(b)).value)


def cost_gradient(cost_gradient: Callable) -> None:
    """Checks ``cost_gradient(w, b, X, T)`` against finite differences of the mean loss."""
    X, T = some_data()
    for data, text in [((X, T), "5 examples"), ((X[:1], T[:1]), "a single example"),
                       (([3, -1, 2], [1, 0, 1]), "lists of integers")]:
        pair = array_of(ask(cost_gradient, 0.7, -0.4, *data),
                        f"for {text}, what cost_gradient returned, (dw, db),", (2,))
        for value, expected, name in zip(
                pair, cost_slopes(0.7, -0.4, *data), ("dw", "db"), strict=True):
            n = len(data[0])
            require(close(value, expected),
                    f"For {text}, {name} is {show(value)}; finite differences of E say "
                    f"{show(expected)}.",
                    ratio_hint(value, expected, {
                        "That is the sum over the examples; E is their mean.": float(n),
                        "It is divided by N once too often.": 1 / n,
                        "The sign is turned.": -1.0}) or
                    "dE/dw is the mean of the N values that backward gives for w, and so for b.")
        passed(text)
    done("cost_gradient")


def step_hint(path: np.ndarray, k: int, expected: np.ndarray) -> str:
    """Where to look if step k of a path does not lead where it is expected to."""
    move, right = path[k + 1] - path[k], expected - path[k]
    if close(move, -right):
        return "It climbs: the gradient must be subtracted."
    if k and close(move, path[1] - path[0]):
        return "It is the same step as the first one: take the gradient anew where you are."
    if np.array_equal(path, np.round(path)):
        return "All rows are whole numbers: an array made from integers cuts off every fraction."
    if close(move[0], right[0]):
        return ("w moves as it should, b does not. Both derivatives belong to the point before the "
                "step: compute both, then move.")
    return "Minus lr times (dw, db), both taken at the point before the step."


def gradient_descent(gradient_descent: Callable) -> None:
    """Checks ``gradient_descent(w, b, X, T, lr, steps)`` step by step."""
    X, T = some_data()
    lr, steps = 8, 6  # long steps: what is taken at another point differs at a glance
    for start in ((0.7, -0.4), (1, -2)):
        path = array_of(ask(gradient_descent, *start, X, T, lr, steps),
                        f"the path of {steps} steps (the start, then a row for each step)",
                        (steps + 1, 2))
        require(close(path[0], start), f"The first row is {show(path[0])}; it should be the "
                f"start, {start}.")
        for k in range(steps):
            expected = path[k] - lr * np.array(cost_slopes(*path[k], X, T))
            require(close(path[k + 1], expected),
                    f"Step {k + 1} goes from {show(path[k])} to {show(path[k + 1])}; minus lr "
                    f"times the gradient there leads to {show(expected)}.",
                    step_hint(path, k, expected))
    passed("starts at the start, and every step goes against the gradient")
    array_of(ask(gradient_descent, 0.1, 0.2, X, T, lr, 0), "a path of 0 steps", (1, 2))
    passed("no steps: only the start")
    done("gradient_descent")
