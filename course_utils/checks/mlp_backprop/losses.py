"""Checks of the losses: by hand, by finite differences of the student's own losses, at ±1000."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.checks.mlp_backprop.network import numbers
from course_utils.checks.report import array_of, ask, close, done, passed, require, show
from course_utils.finite_difference import derivative


def pair(loss: Callable, predictions: Any, targets: Any, text: str, hint: str = "") -> tuple:
    """Losses (N,) and bars of the predictions' shape, or a sentence on what came instead."""
    name, shape = loss.__name__, np.shape(predictions)
    result = ask(loss, predictions, targets, says=f"{name} for {text}", if_warned=hint)
    require(isinstance(result, (tuple, list)) and len(result) == 2,
            f"{name} should return the tuple (losses, bars), but returned "
            f"{type(result).__name__} for {text}.")
    return (array_of(result[0], f"For {text}: what {name} returned as losses", shape[:1]),
            array_of(result[1], f"For {text}: what {name} returned as bars", shape))


def by_hand(loss: Callable, predictions: Any, targets: Any, losses: Any, bars: Any, text: str,
            hint: str = "") -> None:
    """Checks losses and bars that can be worked out without a computer."""
    got, slopes = pair(loss, predictions, targets, text, hint)
    require(close(got, losses), f"{text}: the loss is {show(got)}, but by hand {show(losses)}.",
            hint)
    require(close(slopes, bars), f"{text}: the bars are {show(slopes)}, but by hand {show(bars)}.",
            hint)
    passed(text)


def own_slopes(loss: Callable, predictions: Any, targets: Any, text: str, hint: str) -> None:
    """Checks the bars against finite differences of the student's own, checked losses."""
    predictions = np.asarray(predictions, dtype=float)
    _, bars = pair(loss, predictions, targets, text)
    for index in np.ndindex(predictions.shape):
        def moved(value, index=index):
            at = predictions.copy()
            at[index] = value
            return float(np.asarray(loss(at, targets)[0])[index[0]])

        found = derivative(moved, float(predictions[index]))
        require(found.verdict != "smooth" or close(bars[index], found.value, 1e-5),
                f"{text}: the bar at {list(index)} is {show(bars[index])}; finite differences of "
                f"the loss of example {index[0]} say {show(found.value)}.", hint)
    passed(f"{text}: the bars are slopes of the losses")


def squared_error(squared_error: Callable) -> None:
    """Checks ``squared_error(Y, T)``."""
    by_hand(squared_error, [[3.0, 1.0], [0.0, 5.0]], [[1.0, 2.0], [0.0, 1.0]], np.array([2.5, 8.0]),
            np.array([[2.0, -1.0], [0.0, 4.0]]), "errors (2, −1) and (0, 4)",
            "For each example half the sum of squares; the bar is y − t.")
    Y, T = numbers(4, 3, start=1), numbers(4, 3, start=2)
    losses, _ = pair(squared_error, Y, T, "N = 4, K = 3")
    for n in range(4):
        alone, _ = pair(squared_error, Y[n:n + 1], T[n:n + 1], "one example alone")
        require(close(losses[n], alone[0]),
                f"The loss of example {n} is {show(losses[n])} in a batch of 4 and "
                f"{show(alone[0])} alone: it should be its own.")
    own_slopes(squared_error, Y, T, "N = 4, K = 3", "The derivative of ½ (y − t)².")
    own_slopes(squared_error, Y[:, :1], T[:, :1], "a single output", "Keep the shape (N, 1).")
    by_hand(squared_error, [[3, 1, 2]], [[1, 2, 2]], np.array([2.5]), np.array([[2.0, -1.0, 0.0]]),
            "lists of integers")
    done("squared_error")


def softmax_cross_entropy(softmax_cross_entropy: Callable) -> None:
    """Checks ``softmax_cross_entropy(logits, labels)``."""
    logs = np.log([[1.0, 2.0, 5.0], [1.0, 1.0, 2.0]])
    by_hand(softmax_cross_entropy, logs, np.array([1, 0]), np.log([4.0, 4.0]),
            np.array([[1 / 8, -3 / 4, 5 / 8], [-3 / 4, 1 / 4, 1 / 2]]),
            "logits (ln 1, ln 2, ln 5), label 1, and (0, 0, ln 2), label 0",
            "The bars of each example sum to 0: what the right class is to gain, the others lose.")
    logits, labels = 2 * numbers(4, 3, start=1), np.array([2, 0, 0, 1])
    own_slopes(softmax_cross_entropy, logits, labels, "N = 4, K = 3",
               "Differentiate −z_c + ln Σ e^z with respect to each z.")
    first, _ = pair(softmax_cross_entropy, logits, labels, "N = 4, K = 3")
    shift = np.array([[5.0], [-3.0], [0.5], [7.0]])
    second, _ = pair(softmax_cross_entropy, logits + shift, labels,
                     "the same logits, each row shifted")
    require(close(first, second), "A number added to all logits of an example should change "
            f"nothing: the losses were {show(first)} and are {show(second)}.")
    passed("a shift of all logits of an example changes nothing")
    by_hand(softmax_cross_entropy, [[0, 0], [0, 0]], [0, 1], np.log([2.0, 2.0]),
            np.array([[-0.5, 0.5], [0.5, -0.5]]), "lists of integers")
    by_hand(softmax_cross_entropy, np.array([[1000.0, -1000.0, 0.0], [-1000.0, 1000.0, 0.0],
                                             [-1000.0, -1000.0, -1000.0]]), np.array([0, 0, 1]),
            np.array([0.0, 2000.0, np.log(3)]),
            np.array([[0.0, 0.0, 0.0], [-1.0, 1.0, 0.0], [1 / 3, -2 / 3, 1 / 3]]),
            "logits of ±1000",
            "Subtract the largest logit of each example; take no logarithm of a probability.")
    far, _ = pair(softmax_cross_entropy, np.array([[30.0, 0.0]]), np.array([0]), "logits (30, 0)")
    require(abs(far[0] - np.exp(-30)) < 1e-14, f"For logits (30, 0) and label 0 the loss is "
            f"{show(far[0])}; it should be ln(1 + e^(−30)), about {np.exp(-30):.3g}.",
            "Is a small constant added inside the logarithm? It falsifies the loss.")
    passed("no constant is hidden inside the logarithm")
    done("softmax_cross_entropy")


def logistic_cross_entropy(logistic_cross_entropy: Callable) -> None:
    """Checks ``logistic_cross_entropy(z, t)``."""
    by_hand(logistic_cross_entropy, np.log([3.0, 3.0, 0.25]), np.array([1, 0, 1]),
            np.log([4 / 3, 4.0, 5.0]), np.array([-1 / 4, 3 / 4, -4 / 5]),
            "z = ln 3, ln 3, −ln 4 and t = 1, 0, 1",
            "y = 3/4, 3/4, 1/5. The loss is −ln y for t = 1 and −ln(1 − y) for t = 0.")
    own_slopes(logistic_cross_entropy, 2 * numbers(6, start=1), np.array([0, 1, 1, 0, 1, 0]),
               "N = 6", "In ȳ σ′(z) most factors cancel.")
    by_hand(logistic_cross_entropy, [0, 0], [0, 1], np.log([2.0, 2.0]), np.array([0.5, -0.5]),
            "lists of integers")
    by_hand(logistic_cross_entropy, np.array([1000.0, 1000.0, -1000.0, -1000.0]),
            np.array([0, 1, 0, 1]), np.array([1000.0, 0.0, 0.0, 1000.0]),
            np.array([1.0, 0.0, 0.0, -1.0]), "z = ±1000",
            "ln(1 + e^z) = max(z, 0) + ln(1 + e^(−|z|)) has no large exponential in it. Nor may "
            "the σ of the bars: logistic overflows at z = −1000.")
    tiny, _ = pair(logistic_cross_entropy, np.array([30.0]), np.array([1]), "z = 30")
    require(abs(tiny[0] - np.exp(-30)) < 1e-14,
            f"For z = 30 and t = 1 the loss is {show(tiny[0])}; it should be "
            f"ln(1 + e^(−30)), about {np.exp(-30):.3g}.",
            "Use np.log1p, and add no small constant inside a logarithm.")
    passed("small losses are exact too")
    done("logistic_cross_entropy")


def hinge(hinge: Callable) -> None:
    """Checks ``hinge(z, t)``."""
    by_hand(hinge, np.array([0.5, 2.0, -1.0, -3.0, 0.25]), np.array([-1, 1, 1, -1, 1]),
            np.array([1.5, 0.0, 2.0, 0.0, 0.75]), np.array([1.0, 0.0, -1.0, 0.0, -1.0]),
            "margins −½, 2, −1, 3 and ¼", "The slope of 1 − t z with respect to z; 0 where the "
            "margin is large enough.")
    own_slopes(hinge, 2 * numbers(7, start=2), np.array([1, -1, 1, 1, -1, -1, 1]), "N = 7",
               "The slope of 1 − t z with respect to z where the margin is below 1.")
    by_hand(hinge, [3, -2, 0], [-1, -1, 1], np.array([4.0, 0.0, 1.0]), np.array([1.0, 0.0, -1.0]),
            "lists of integers")
    losses, bars = pair(hinge, np.array([1.0, -1.0]), np.array([1, -1]), "margins of exactly 1")
    require(close(losses, [0, 0]), f"At a margin of 1 the loss is {show(losses)}; it should be 0.")
    require(-1 <= bars[0] <= 0 <= bars[1] <= 1, f"At a margin of 1 the bars for t = 1, −1 are "
            f"{show(bars)}; each should lie between 0 and −t.")
    passed("at the corner a number between the two slopes")
    done("hinge")


def zero_one(zero_one: Callable) -> None:
    """Checks ``zero_one(z, t)``."""
    for z, t, losses, text in [
            (np.array([0.5, -2.0, -0.3, 3.0, 0.4]), np.array([1, 1, -1, -1, 1]), [0, 1, 0, 1, 0],
             "decisions right, wrong, right, wrong, right"),
            (np.array([0.0, 0.0, 5.0]), np.array([1, -1, -1]), [1, 1, 1],
             "a score of 0 is a mistake for both classes"),
            ([2, -3], [1, 1], [0, 1], "lists of integers")]:
        got = array_of(ask(zero_one, z, t), f"zero_one({show(z)}, {show(t)})", np.shape(z))
        require(close(got, losses), f"zero_one({show(z)}, {show(t)}) is {show(got)}; it should be "
                f"{losses}.", "1 where t z ≤ 0, and 0 elsewhere.")
        passed(text)
    done("zero_one")
