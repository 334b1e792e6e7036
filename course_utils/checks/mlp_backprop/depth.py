"""Checks of networks of any depth, and of their cost."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from course_utils.checks.mlp_backprop.network import numbers
from course_utils.checks.report import (
    array_of,
    ask,
    close,
    done,
    number,
    passed,
    ratio_hint,
    require,
    show,
)
from course_utils.finite_difference import derivative
from course_utils.mlp import ACTIVATIONS, outputs_of

#: By hand, with relu: x = 1 gives 3, then 9; x = −1 is stopped.
BY_HAND = [(np.array([[2.0]]), np.array([1.0])), (np.array([[3.0]]), np.array([0.0]))]
LISTS = [([[1, -1], [2, 1], [-1, 2]], [1, 0, 1]), ([[1, 2, -1]], [-1])]


def layers(*sizes: int) -> list:
    """A list of (W, b) for these numbers of units, inputs first."""
    return [(numbers(to, of, start=3 * k), numbers(to, start=3 * k + 1))
            for k, (of, to) in enumerate(pairwise(sizes))]


def networks():
    """Networks, inputs, activations and what they are."""
    for activation in ACTIVATIONS:
        yield layers(3, 4, 5, 2), numbers(4, 3, start=5), activation, f"three layers, {activation}"
    yield layers(2, 3), numbers(4, 2, start=5), "tanh", "a single layer"
    yield layers(2, 3, 4, 3, 2, 4), numbers(1, 2, start=6), "sigmoid", "five layers, one example"
    yield LISTS, [[1, 2], [2, -1], [-3, 1]], "sigmoid", "lists of integers"


def deep_forward(deep_forward: Callable) -> None:
    """Checks ``deep_forward(params, X, activation)``."""
    got = array_of(ask(deep_forward, BY_HAND, np.array([[1.0], [-1.0]]), "relu",
                       says="deep_forward for the example above"), "the outputs", (2, 1))
    require(close(got, [[9.0], [0.0]]),
            f"For the example above the outputs are {show(got)}; by hand they are 9 and 0.",
            "An activation stands between two layers, and none after the last.")
    passed("two layers and relu by hand: 1 becomes 9, −1 becomes 0")
    for params, X, activation, text in networks():
        for _ in range(2):
            got = ask(deep_forward, params, X, activation, says=f"deep_forward for {text}")
            expected = outputs_of(params, X, activation)
            got = array_of(got, f"For {text}: what deep_forward returned", expected.shape)
            require(close(got, expected), f"For {text} the outputs are {show(got)}; layer after "
                    f"layer one gets {show(expected)}.", *forward_hint(params, X, activation, got))
        passed(text)
    done("deep_forward")


def forward_hint(params, X, activation: str, got: np.ndarray) -> list[str]:
    """A sentence if the outputs are those of a well-known slip."""
    if close(got, ACTIVATIONS[activation](outputs_of(params, X, activation))):
        return ["There is an activation after the last layer too."]
    for other in ACTIVATIONS:
        if other != activation and close(got, outputs_of(params, X, other)):
            return [f"These are the outputs with {other}."]
    return []


def deep_backward(deep_backward: Callable) -> None:
    """Checks ``deep_backward(params, X, activation, Y_bar)``, the last layer first."""
    layers_agree(deep_backward, BY_HAND, np.array([[1.0]]), "relu", "the example above",
                 np.array([[1.0]]))
    for params, X, activation, text in networks():
        layers_agree(deep_backward, params, X, activation, text)
    done("deep_backward")


def layers_agree(deep_backward: Callable, params, X, activation: str, text: str,
                 Y_bar: np.ndarray | None = None) -> None:
    """Checks the gradients of every layer by finite differences, from the last to the first."""
    if Y_bar is None:
        Y_bar = numbers(len(X), len(params[-1][0]), start=9)
    says = f"deep_backward for {text}"
    ask(deep_backward, params, X, activation, Y_bar, says=says)
    bars = ask(deep_backward, params, X, activation, Y_bar, says=says)
    is_list = isinstance(bars, (list, tuple))
    require(is_list and len(bars) == len(params),
            f"For {text}: deep_backward should return a list with a pair for each of the "
            f"{len(params)} layers; it returned "
            f"{f'{len(bars)} entries' if is_list else type(bars).__name__}.")
    floats = [tuple(np.asarray(part, dtype=float) for part in layer) for layer in params]
    for k in reversed(range(len(params))):
        layer = ("the last layer" if k == len(params) - 1 else "the first layer" if k == 0
                 else f"layer {k + 1} of {len(params)}")
        require(isinstance(bars[k], (list, tuple)) and len(bars[k]) == 2,
                f"For {text}: the entry for {layer} should be a pair (W_bar, b_bar).")
        for part, name in enumerate(("W_bar", "b_bar")):
            at = floats[k][part]
            got = array_of(bars[k][part], f"For {text}: {name} of {layer}", at.shape)
            expected = slopes(floats, k, part, X, activation, Y_bar)
            right = "" if k == len(params) - 1 and part == 0 else (
                " All gradients nearer to the loss are right.")
            worst = np.unravel_index(np.argmax(np.abs(got - expected)), at.shape)
            require(close(got, expected),
                    f"For {text}: the first wrong gradient is {name} of {layer}.{right}",
                    f"At {[int(i) for i in worst]} it is {show(got[worst])}; finite differences of "
                    f"Σ Y_bar ∘ Y say {show(expected[worst])}.",
                    "The list seems to begin with the last layer; the first one should come "
                    "first." if in_reverse(bars, k, part, expected)
                    else backward_hint(k, len(params), part))
    passed(f"{text}: all gradients agree with finite differences")


def in_reverse(bars, k: int, part: int, expected: np.ndarray) -> bool:
    """Whether the gradient of layer k stands where a list from the last layer on has it."""
    other = bars[len(bars) - 1 - k]
    if len(bars) == 1 or not isinstance(other, (list, tuple)) or len(other) != 2:
        return False
    got = np.asarray(other[part])
    return got.dtype.kind in "if" and got.shape == expected.shape and bool(close(got, expected))


def backward_hint(k: int, depth: int, part: int) -> str:
    """Where to look if layer k is the first wrong one."""
    if part == 1:
        return "Its W_bar is right, so its upstream bar is too: sum it over the examples."
    if k == depth - 1:
        return ("Its upstream bar is Y_bar itself; what went into it is the activation of the "
                "layer before." if depth > 1 else "A single layer: linear_vjp with Y_bar and X.")
    return ("Its upstream bar: the bar of the next layer's input, through the activation's VJP at "
            "this layer's z. And it must be paired with its own input.")


def slopes(params, k: int, part: int, X, activation: str, Y_bar) -> np.ndarray:
    """The gradient of Σ Y_bar ∘ Y for one array of one layer, by finite differences."""
    at = params[k][part]

    def moved(index, value):
        array = at.copy()
        array[index] = value
        layer = (array, params[k][1]) if part == 0 else (params[k][0], array)
        Y = outputs_of([*params[:k], layer, *params[k + 1:]], X, activation)
        return float(np.sum(Y_bar * Y))

    return np.array([derivative(lambda v, i=i: moved(i, v), float(at[i])).value
                     for i in np.ndindex(at.shape)]).reshape(at.shape)


def multiply_adds(multiply_adds: Callable) -> None:
    """Checks ``multiply_adds(sizes)`` by counting on paper."""
    for sizes, forward, text in [([2, 3, 1], 9, "2·3 + 3·1 = 9"), ([4, 5], 20, "4·5 = 20"),
                                 ((3, 2, 4, 5), 34, "3·2 + 2·4 + 4·5 = 34")]:
        result = ask(multiply_adds, sizes)
        array = array_of(result, f"multiply_adds({sizes})")
        require(array.shape == (2,), f"multiply_adds({sizes}) should be the tuple (forward, "
                f"backward); it has shape {array.shape}.")
        got = number(array[0], "the forward count")
        require(got == forward,
                f"Layers of sizes {sizes} have {text} weights, so the forward pass has {forward} "
                f"multiply-adds; yours counts {show(got)}.",
                "One for each weight. Biases and activations do not count.")
        require(array[1] == 2 * got,
                f"For sizes {sizes} the backward pass counts {show(array[1])}.",
                ratio_hint(array[1], got, {
                    "Each weight has two products there: for its own bar and for the message to "
                    "its input.": 1.0, "The forward pass is in it too: count it apart.": 3.0})
                or "Two products for each weight; the bar of the input X counts too.")
        passed(f"{text} forward, twice that backward")
    done("multiply_adds")
