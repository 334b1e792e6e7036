"""Checks of the network's gradient, and of the one with feedback weights, by differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from course_utils import classifier
from course_utils.checks.report import CheckFailed, ask, close, done, number, passed, require, show
from course_utils.checks.training.forms import like, pair
from course_utils.finite_difference import derivative

ORDER = ("b2", "W2", "b1", "W1")
HINTS = {
    "b2": "Y_bar is softmax minus one-hot, divided by N. Its sum over the examples is the bar "
          "of b2.",
    "W2": "Y = H W2ᵀ + b2, so the bar of W2 is Y_barᵀ H.",
    "b1": "Back through W2, then times tanh′(Z) = 1 − H²; then summed over the examples.",
    "W1": "Z = X W1ᵀ + b1, so the bar of W1 is Z_barᵀ X.",
}


def small(n: int, features: int, hidden: int, classes: int) -> tuple[dict, np.ndarray, np.ndarray]:
    """A network and a batch, all sizes as asked, the same each time."""
    rng = np.random.default_rng(10 * n + features)
    params = {"W1": rng.normal(0, 0.7, (hidden, features)), "b1": rng.normal(0, 0.4, hidden),
              "W2": rng.normal(0, 0.9, (classes, hidden)), "b2": rng.normal(0, 0.4, classes)}
    return params, rng.normal(0.2, 1, (n, features)), rng.integers(0, classes, n)


def slopes(f: Callable[[dict], float], params: Mapping[str, Any], name: str) -> np.ndarray:
    """The slopes of f with respect to each entry of one array of params."""
    array = np.asarray(params[name], dtype=float)
    found = np.zeros(array.shape)
    for index in np.ndindex(array.shape):
        def moved(value, index=index):
            other = array.copy()
            other[index] = value
            return f({**params, name: other})

        found[index] = derivative(moved, float(array[index])).value
    return found


def first_wrong(grads: Mapping[str, np.ndarray], expected: Mapping[str, np.ndarray],
                hints: Mapping[str, str], text: str, n: int) -> None:
    """Fails at the first array, in backward order, that is not what differences say."""
    right = []
    for name in ORDER:
        got, want = grads[name], expected[name]
        if close(got, want, 1e-5):
            right.append(name)
            continue
        place = np.unravel_index(np.argmax(np.abs(got - want)), want.shape)
        factor = float(np.vdot(got, want) / np.vdot(want, want)) if np.any(want) else 0.0
        why = {True: hints[name]}
        if close(got, factor * want, 1e-4):
            why = {abs(factor + 1) < 1e-4: "The sign is turned: softmax minus one-hot.",
                   abs(factor - n) < 1e-4: "It is N times too large: E is a mean.",
                   abs(factor * n - 1) < 1e-4: "It is N times too small: divided by N twice?"}
        before = f" ({' and '.join(right)}: right so far.)" if right else ""
        raise CheckFailed(
            f"The first wrong gradient is that of {name}.{before}",
            f"For {text}, its entry {tuple(map(int, place))} is {got[place]:.5g}; finite "
            f"differences say {want[place]:.5g}.",
            why.get(True, hints[name]), "What is computed after it may only follow from it.")


def cost_and_gradients(function: Callable, params, X, labels, says: str, *more) -> tuple:
    """(cost, grads) in their forms."""
    name = getattr(function, "__name__", "the function")
    answer = ask(function, params, *more, X, labels, says=says, if_warned="Take each row's largest "
                 "output off before exp, and compute ln p without p.")
    cost, grads = pair(answer, name, ("cost", "grads"))
    return number(cost, f"the cost that {name} returned"), like(grads, params, name,
                                                                "the gradient of")


def network_cost_gradient(network_cost_gradient: Callable) -> None:
    """Checks ``network_cost_gradient(params, X, labels)``, array by array in backward order."""
    call = "network_cost_gradient(params, X, labels)"
    params, X, labels = small(5, 3, 4, 6)
    silent = {**params, "W2": np.zeros((6, 4)), "b2": np.zeros(6)}
    cost, _ = cost_and_gradients(network_cost_gradient, silent, X, labels, call)
    require(close(cost, np.log(6)), f"With W2 and b2 zero, all 6 classes are equally likely and "
            f"each loss is ln 6 = 1.79176; your cost is {show(cost)}.",
            "It is ln 6 times N: E is the mean." if close(cost, 5 * np.log(6)) else "")
    passed("W2 = 0: the cost is ln K")
    whole = {"W1": [[1, -1], [0, 2]], "b1": [0, 1], "W2": [[1, 0], [-2, 1], [0, 2]],
             "b2": [1, 0, -1]}
    for (params, X, labels), text in [
            (small(5, 3, 4, 6), "5 examples"), (small(1, 4, 2, 3), "a single example"),
            ((whole, [[1, 2], [0, -1], [2, 0], [1, 1]], [2, 0, 1, 1]), "lists of integers")]:
        cost, grads = cost_and_gradients(network_cost_gradient, params, X, labels, call)
        right = classifier.mean_loss(params, X, labels)
        require(close(cost, right), f"For {text} the cost is {show(cost)}; the course's forward "
                f"pass says {show(right)}.",
                "The mean of −ln(softmax) at the right label; is every bias there, and is softmax "
                "taken for each row?")
        expected = {name: slopes(lambda p, X=X, labels=labels: classifier.mean_loss(p, X, labels),
                                 params, name) for name in ORDER}
        first_wrong(grads, expected, HINTS, text, len(X))
        passed(f"{text}: cost, b2, W2, b1, W1")
    params, X, labels = small(5, 3, 4, 6)
    sure = {**params, "W2": 2000 * params["W2"], "b1": np.zeros(4)}
    X = np.where(np.arange(5)[:, None] == 0, 0.0, X)
    cost, _ = cost_and_gradients(network_cost_gradient, sure, X, labels,
                                 call + " with outputs of ±1000")
    right = classifier.mean_loss(sure, X, labels)
    require(close(cost, right), f"With outputs of ±1000 the cost is {show(cost)}; it should be "
            f"{show(right)}.", "exp(1000) overflows and ln 0 is infinite: take each row's largest "
            "output off first, and work with ln p.")
    passed("quiet and right with outputs of ±1000")
    exact(network_cost_gradient, call)
    done("network_cost_gradient")


def exact(network_cost_gradient: Callable, call: str) -> None:
    """A constant on all outputs of an example changes nothing: neither p nor its gradient."""
    params, X, labels = small(4, 3, 2, 5)
    plain, shifted = (cost_and_gradients(
        network_cost_gradient, {**params, "b2": params["b2"] + by}, X, labels, call)[1]
        for by in (0.0, 1000.0))
    require(all(close(plain[name], shifted[name]) for name in ORDER),
            "If 1000 is added to all outputs, softmax stays as it is. Your gradients do not.")
    passed("the same gradients if 1000 is added to all outputs")


def feedback_alignment_gradient(feedback_alignment_gradient: Callable) -> None:
    """Checks ``feedback_alignment_gradient(params, B, X, labels)``.

    The lower layer's signal is compared with the slopes of what the hidden layer would cause
    if the error went through B: the mean over the examples of y_bar · (Bᵀ h).
    """
    call = "feedback_alignment_gradient(params, B, X, labels)"
    whole = {"W1": [[1, -1], [0, 2], [1, 1]], "b1": [0, 1, 0], "W2": [[1, 0, 1], [-2, 1, 0]],
             "b2": [1, 0]}
    rng = np.random.default_rng(8)
    hints = {**HINTS, "b1": "H_bar = Y_bar Bᵀ, in place of Y_bar W2; then times 1 − H², as before."}
    for (params, X, labels), text in [
            (small(5, 3, 4, 6), "5 examples"), (small(4, 2, 3, 3), "4 examples"),
            ((whole, [[1, 2], [0, -1], [2, 0]], [1, 0, 1]), "lists of integers")]:
        B = rng.normal(0, 0.8, np.shape(params["W2"])[::-1])
        B = np.rint(2 * B).astype(int).tolist() if text.startswith("lists") else B
        cost, grads = cost_and_gradients(feedback_alignment_gradient, params, X, labels, call, B)
        require(close(cost, classifier.mean_loss(params, X, labels)),
                f"For {text} the cost is {show(cost)}; B changes nothing in the forward pass.")
        expected = {name: slopes(lambda p, X=X, labels=labels: classifier.mean_loss(p, X, labels),
                                 params, name) for name in ("b2", "W2")}
        Y = classifier.outputs(params, X)
        errors = slopes(lambda values, labels=labels: classifier.cross_entropy(
            values["Y"], labels), {"Y": Y}, "Y")
        expected |= {name: slopes(lambda p, X=X, B=B, errors=errors: float(np.vdot(
            errors, np.dot(classifier.hidden(p, X), B))), params, name) for name in ("b1", "W1")}
        if close(grads["W1"], slopes(lambda p, X=X, labels=labels: classifier.mean_loss(
                p, X, labels), params, "W1"), 1e-5):
            raise CheckFailed("This is still backprop: W1 gets the gradient of E. The signal to "
                              "the hidden layer should go through B.")
        first_wrong(grads, expected, hints, text, len(X))
        passed(f"{text}: above as before, below through B")
    done("feedback_alignment_gradient")
