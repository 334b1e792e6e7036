"""Check of the sizes of the error signal in a deep network."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from course_utils.checks.report import array_of, ask, close, done, passed, require, show
from course_utils.finite_difference import derivative
from course_utils.neuron import logistic

ACTIVATIONS = {"sigmoid": logistic, "tanh": np.tanh, "relu": lambda sums: np.clip(sums, 0, None)}


def after(weights: list, h: np.ndarray, activation: str) -> np.ndarray:
    """The output of a chain of layers without biases."""
    for matrix in weights:
        h = ACTIVATIONS[activation](np.dot(matrix, h))
    return h


def sizes_by_differences(weights: list, x: np.ndarray, activation: str,
                         y_bar: np.ndarray) -> np.ndarray:
    """The root mean square, at each layer, of the slopes of y_bar · h_L."""
    sizes, h = [], np.asarray(x, dtype=float)
    for layer in range(len(weights) + 1):
        bars = [derivative(
            lambda v, k=k, h=h, layer=layer: float(np.dot(y_bar, after(
                weights[layer:], np.where(np.arange(len(h)) == k, v, h), activation))),
            float(h[k])).value for k in range(len(h))]
        sizes.append(float(np.linalg.norm(bars) / np.sqrt(len(bars))))
        h = after(weights[layer:layer + 1], h, activation)
    return np.array(sizes)


def gradient_sizes(gradient_sizes: Callable) -> None:
    """Checks ``gradient_sizes(weights, x, activation, y_bar)`` by hand and by differences."""
    chain = ([[[2.0]], [[3.0]]], [1.0], "relu", [5.0])
    sizes = array_of(ask(gradient_sizes, *chain, says="gradient_sizes([[[2]], [[3]]], [1], "
                           "'relu', [5])"), "what gradient_sizes returned", (3,))
    require(close(sizes, [30, 15, 5]),
            "Two layers of one ReLU each, with the weights 2 and 3 and the signal 5 at the end: "
            f"by hand 5, then 3 · 5 = 15, then 2 · 15 = 30 at the input; yours are {show(sizes)}.",
            "The input's size comes first." if close(sizes[::-1], [30, 15, 5]) else "")
    passed("by hand, two layers of one ReLU: 30, 15, 5")
    rng = np.random.default_rng(5)
    for activation, widths in [("tanh", (3, 5, 2)), ("sigmoid", (4, 3, 5)), ("relu", (4, 9, 7, 3))]:
        weights = [rng.normal(0, 1, (wide, narrow)) for narrow, wide in pairwise(widths)]
        x, y_bar = rng.normal(0, 1, widths[0]), rng.uniform(0.5, 2, widths[-1])
        got = array_of(ask(gradient_sizes, weights, x, activation, y_bar,
                             says=f"gradient_sizes with {activation}, layers of {widths} units"),
                       "what gradient_sizes returned", (len(widths),))
        expected = sizes_by_differences(weights, x, activation, y_bar)
        wrong = np.flatnonzero(~np.isclose(got, expected, rtol=1e-5, atol=1e-9))
        require(len(wrong) == 0,
                f"With {activation} and layers of {widths} units: at h_{wrong.max(initial=0)} the "
                f"size is {show(got[wrong.max(initial=0)])}; finite differences say "
                f"{show(expected[wrong.max(initial=0)])}. (The layers after it are right.)",
                "To go back through a layer: times φ′ at its own output, then through Wᵀ.",
                "The size is the root of the mean of the squares.")
        passed(f"{activation}, layers of {', '.join(map(str, widths))} units")
    got = array_of(ask(gradient_sizes, [[[1, 2], [-1, 1]]], [1, 0], "tanh", [3, 1],
                         says="gradient_sizes of lists"), "what gradient_sizes returned", (2,))
    expected = sizes_by_differences([[[1, 2], [-1, 1]]], np.array([1, 0]), "tanh", np.array([3, 1]))
    require(close(got, expected), f"With lists of integers it is {show(got)}; it should be "
            f"{show(expected)}.")
    passed("lists of integers")
    done("gradient_sizes")
