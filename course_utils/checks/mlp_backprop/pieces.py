"""Checks of the vector-Jacobian products."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np

from course_utils.checks.mlp_backprop.network import numbers
from course_utils.checks.report import (
    array_of,
    ask,
    close,
    done,
    passed,
    ratio_hint,
    require,
    show,
)
from course_utils.finite_difference import derivative
from course_utils.mlp import ACTIVATIONS


def elementwise(vjp: Callable, activation: str, hint: str) -> None:
    """Checks the vector-Jacobian product of an elementwise function at places without a kink."""
    name, forward = vjp.__name__, ACTIVATIONS[activation]
    for h_bar, z in [(1.0, 0.8), (-3.0, 0.4), (2.0, -0.7)]:
        got = array_of(ask(vjp, h_bar, z), f"{name}({h_bar}, {z})", ())
        slope = derivative(lambda v: float(forward(v)), z).value
        require(close(got, h_bar * slope),
                f"{name}({h_bar}, {z}) is {show(float(got))}. The slope at z = {z} is "
                f"{show(slope)} by finite differences, times h_bar is {show(h_bar * slope)}.",
                ratio_hint(float(got), h_bar * slope, {
                    "That is the slope alone: the bar that comes in is not used.": 1 / h_bar,
                    "That is the bar as it came, without the slope.": 1 / slope if slope else 0.0,
                    "The sign is turned.": -1.0,
                    "That is the function's value for its slope.":
                        float(forward(z)) / slope if slope else 0.0}) or hint)
    passed("h_bar times the slope, by finite differences, at three places")
    for shape in ((4,), (2, 3), (2, 1, 2)):
        h_bar, z = numbers(*shape, start=2), numbers(*shape, start=8)
        got = array_of(ask(vjp, h_bar, z, says=f"{name} of arrays of shape {shape}"),
                       f"{name} of arrays of shape {shape}", shape)
        expected = [derivative(lambda v: float(forward(v)), float(v)).value for v in z.ravel()]
        require(close(got, h_bar * np.reshape(expected, shape)),
                f"{name} of arrays of shape {shape} is not what it is for each entry alone.",
                f"With h_bar = {show(h_bar)} and z = {show(z)} it is {show(got)}."
                if len(shape) == 1 else
                "Is every entry of h_bar multiplied by the slope at its own z?")
    passed("works on arrays of any shape")
    got = array_of(ask(vjp, [2, -1, 3], [1, -2, 2]), f"{name} of lists", (3,))
    slopes = [derivative(lambda v: float(forward(v)), v).value for v in (1.0, -2.0, 2.0)]
    require(close(got, np.array([2, -1, 3]) * slopes),
            f"{name}([2, -1, 3], [1, -2, 2]) is {show(got)}: right for floats, wrong for integers.")
    passed("lists and integers do no harm")
    got = array_of(ask(vjp, np.array([2.0, -3.0]), np.array([-300.0, 300.0])), f"{name} at ±300",
                   (2,))
    ends = [derivative(lambda v: float(forward(v)), v).value for v in (-300.0, 300.0)]
    require(close(got, np.array([2.0, -3.0]) * ends), f"For z = ±300 and h_bar = (2, −3) it is "
            f"{show(got)}; it should be {show(np.array([2.0, -3.0]) * ends)}.")
    passed("quiet at ±300")


def sigmoid_vjp(sigmoid_vjp: Callable) -> None:
    """Checks ``sigmoid_vjp(h_bar, z)``."""
    elementwise(sigmoid_vjp, "sigmoid", "z comes in, not h: take σ of it once.")
    done("sigmoid_vjp")


def tanh_vjp(tanh_vjp: Callable) -> None:
    """Checks ``tanh_vjp(h_bar, z)``."""
    elementwise(tanh_vjp, "tanh", "By hand: at z = ln 2, tanh z = 3/5, and its slope is 16/25.")
    done("tanh_vjp")


def relu_vjp(relu_vjp: Callable) -> None:
    """Checks ``relu_vjp(h_bar, z)``, at the corner too."""
    elementwise(relu_vjp, "relu", "Where z is positive the bar passes, where it is negative not.")
    h_bar = np.array([3.0, -2.0, 1.0])
    got = array_of(ask(relu_vjp, h_bar, np.array([0.0, 0.0, 1.0])), "relu_vjp at z = 0", (3,))
    share = got / h_bar
    require(np.all(share >= 0) and np.all(share <= 1) and share[2] == 1,
            f"relu_vjp((3, −2, 1), (0, 0, 1)) is {show(got)}. At z = 0 anything between 0 and "
            "h_bar is right, and this is not.")
    passed("at the corner a number between the two slopes")
    done("relu_vjp")


def linear_vjp(linear_vjp: Callable) -> None:
    """Checks ``linear_vjp(Z_bar, X, W)`` by hand and by finite differences."""
    by_hand = (np.array([[2.0], [-1.0]]), np.array([[1.0, 3.0], [4.0, 5.0]]),
               np.array([[10.0, 20.0]]))
    layer(linear_vjp, *by_hand, "the example above")
    for (N, D, K), text in [((4, 3, 2), "N = 4, D = 3, K = 2"), ((3, 3, 3), "N = D = K = 3"),
                            ((1, 2, 4), "a single example"), ((3, 1, 2), "a single input"),
                            ((3, 2, 1), "a single output")]:
        layer(linear_vjp, numbers(N, K, start=1), numbers(N, D, start=2), numbers(K, D, start=3),
              text)
    layer(linear_vjp, [[1, -2], [3, 1], [2, 2]], [[1, 2, -1], [2, -3, 1], [1, 1, 4]],
          [[2, 1, -1], [1, 3, 2]], "lists of integers")
    done("linear_vjp")


def layer(linear_vjp: Callable, Z_bar, X, W, text: str) -> None:
    """Checks the three bars of one layer, each entry by finite differences."""
    result = ask(linear_vjp, Z_bar, X, W, says=f"linear_vjp for {text}")
    require(isinstance(result, (tuple, list)) and len(result) == 3,
            f"linear_vjp should return the tuple (X_bar, W_bar, b_bar), but returned "
            f"{type(result).__name__} for {text}.")
    sizes = [getattr(bar, "shape", None) for bar in result]
    wanted = [np.shape(X), np.shape(W), np.shape(W)[:1]]
    require(sizes == wanted or Counter(sizes) != Counter(wanted),
            f"For {text}: the three bars have the right shapes, but in another order. The order "
            "asked for is (X_bar, W_bar, b_bar).")
    Z_bar, X, W = (np.asarray(array, dtype=float) for array in (Z_bar, X, W))
    b = np.zeros(len(W))

    def change(X, W, b):
        return float(np.sum(Z_bar * (np.einsum("nd,kd->nk", X, W) + b)))

    for name, got, at, f, hint in [
            ("X_bar", result[0], X, lambda v: change(v, W, b),
             "Each input is listened to by all K outputs of its own example."),
            ("W_bar", result[1], W, lambda v: change(X, v, b),
             "A sum over the examples of the outer product of row n of Z_bar and row n of X."),
            ("b_bar", result[2], b, lambda v: change(X, W, v),
             "All examples share one b: their messages are added, over axis 0.")]:
        array = array_of(got, f"For {text}: {name}")
        require(array.shape == at.shape,
                f"For {text}: {name} should have shape {at.shape}, but has {array.shape}.",
                shape_hint(array, at) or hint)
        expected = slopes(f, at)
        require(close(array, expected), f"For {text}: {name} is {show(array)}; finite "
                f"differences of Σ Z_bar ∘ Z say {show(expected)}.", hint)
    passed(f"{text}: X_bar, W_bar and b_bar agree with finite differences")


def shape_hint(array: np.ndarray, variable: np.ndarray) -> str:
    """What makes a bar of this shape, if it is one of the usual ways."""
    if variable.ndim > 1 and array.shape == variable.shape[::-1]:
        return "Is it transposed?"
    if array.shape == (1, *variable.shape):
        return "An axis of length 1 is left over, as keepdims=True leaves it."
    return ""


def slopes(f: Callable[[np.ndarray], float], at: np.ndarray) -> np.ndarray:
    """The gradient of f at an array, by finite differences."""
    return np.array([derivative(lambda v, k=k: f(with_entry(at, k, v)), float(at[k])).value
                     for k in np.ndindex(at.shape)]).reshape(at.shape)


def with_entry(array: np.ndarray, index: tuple, value: float) -> np.ndarray:
    """A copy of an array with one entry set."""
    moved = array.copy()
    moved[index] = value
    return moved
