"""Checks of the network with one hidden layer: by unit, in vectors, for a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from course_utils import mlp
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
from course_utils.graphs import NamedGraph, first_wrong_signal
from course_utils.graphs.named import MLP, MLP_BATCH, Step

#: Sizes (D, H, K) and what is special about them.
SHAPES = [((3, 4, 2), "D = 3 inputs, H = 4 hidden units, K = 2 outputs"),
          ((1, 3, 2), "a single input"), ((2, 1, 3), "a single hidden unit"),
          ((2, 3, 1), "a single output")]


def numbers(*shape: int, start: int = 0) -> np.ndarray:
    """Numbers between −1.5 and 1.5, none near 0, no two alike for one start."""
    count = np.arange(1.0, 1 + np.prod(shape, dtype=int)) + 7.3 * start
    values = np.sin(1.7 * count) + 0.35 * np.sign(np.sin(1.7 * count))
    return values.reshape(shape)


def parameters(D: int, H: int, K: int) -> dict[str, np.ndarray]:
    """Parameters of a network with one hidden layer."""
    return {"W1": numbers(H, D, start=1), "b1": numbers(H, start=2),
            "W2": numbers(K, H, start=3), "b2": numbers(K, start=4)}


def lists() -> tuple[dict, list, list]:
    """A network and an example of plain lists of integers: D = 2, H = 3, K = 2."""
    return ({"W1": [[1, -2], [2, 1], [-1, 1]], "b1": [1, 0, -1], "W2": [[2, -1, 1], [1, 3, -2]],
             "b2": [0, 1]}, [1, 2], [3, -1])


def cases() -> Iterator[tuple[dict, np.ndarray, np.ndarray, str]]:
    """Networks with one example each, and what they are."""
    for (D, H, K), text in SHAPES:
        yield parameters(D, H, K), numbers(D, start=5), 2 * numbers(K, start=6), text
    yield (*lists(), "lists of integers")


def forward_values(function: Callable, hints: dict[str, str]) -> None:
    """Checks a forward pass on the worked example and on networks of other sizes."""
    name = function.__name__
    params, x, t = mlp.example()
    values = ask(function, params, x, t, says=f"{name} for the worked example")
    by_hand = {"z": ([0, np.log(3)], "z = (0, ln 3)"), "h": ([1 / 2, 3 / 4], "h = (1/2, 3/4)"),
               "y": ([3, 1], "y = (3, 1)"), "loss": (2.5, "L = ½ (2² + 1²) = 2.5")}
    for key, (value, text) in by_hand.items():
        got = array_of(entry(values, key, name), f"the value {key!r}", np.shape(value))
        require(close(got, value), f"For the worked example {key!r} is {show(got)}, but by hand "
                f"{text}.", hints[key], "It is the first value that is wrong; later ones may only "
                "follow from it.")
        passed(text)
    for params, x, t, text in cases():
        values = ask(function, params, x, t, says=f"{name} for {text}")
        expected = MLP.forward({**params, "x": x, "t": t})
        for key in by_hand:
            wanted = np.asarray(expected[key])
            got = array_of(entry(values, key, name), f"For {text}: {key!r}", wanted.shape)
            require(close(got, wanted), f"For {text} the first wrong value is {key!r}. It is "
                    f"{show(got)}; from the formula comes {show(wanted)}.", hints[key])
        passed(text)
    unchanged_when_asked_again(function, params, x, t)
    done(name)


def unchanged_when_asked_again(function: Callable, *arguments) -> None:
    """The same question twice: what is kept from the first call would show."""
    first, second = (ask(function, *arguments, says=function.__name__) for _ in range(2))
    for key in first:
        require(np.array_equal(np.asarray(first[key]), np.asarray(second[key])),
                f"Called a second time with the same arguments, {function.__name__} gives "
                f"another {key!r}.", "Something is kept from one call to the next: make new "
                "arrays in every call.")


HINTS = {
    "z": "z_i = Σ_j w_ij x_j + b_i: a row of W1 for each hidden unit.",
    "h": "h = σ(z), entry by entry.",
    "y": "y_k = Σ_i w_ki h_i + b_k: a row of W2 for each output, and no σ.",
    "loss": "L = ½ Σ_k (y_k − t_k)², one number.",
}


def mlp_forward_units(mlp_forward_units: Callable) -> None:
    """Checks ``mlp_forward_units(params, x, t)``."""
    forward_values(mlp_forward_units, HINTS)


def mlp_forward(mlp_forward: Callable) -> None:
    """Checks ``mlp_forward(params, x, t)``."""
    forward_values(mlp_forward, HINTS)


def judge(graph: NamedGraph, inputs: dict, bars: dict, at: str,
          wanted: tuple[str, ...] | None = None) -> None:
    """Fails at the first bar, in backward order, that finite differences do not confirm."""
    found = first_wrong_signal(graph, inputs, bars, wanted=wanted)
    require(found.ok is not False, f"{at[0].upper()}{at[1:]}:", *found.sentences)


def backward_bars(function: Callable) -> None:
    """Checks a backward pass on the worked example and on networks of other sizes."""
    name = function.__name__
    for params, x, t, text in [(*mlp.example(), "the worked example"), *cases()]:
        bars = ask(function, params, x, t, says=f"{name} for {text}")
        judge(MLP, {**params, "x": x, "t": t}, bars, text)
        passed(f"{text}: all seven bars agree with finite differences")
    unchanged_when_asked_again(function, params, x, t)
    done(name)


def mlp_backward_units(mlp_backward_units: Callable) -> None:
    """Checks ``mlp_backward_units(params, x, t)``, signal by signal in backward order."""
    backward_bars(mlp_backward_units)


def mlp_backward(mlp_backward: Callable) -> None:
    """Checks ``mlp_backward(params, x, t)``, signal by signal in backward order."""
    backward_bars(mlp_backward)


#: The layer of the warm-up: y = Wx + b, L = ½ ‖y − t‖².
LAYER = NamedGraph(
    "A linear layer with squared error", ("W", "b", "x", "t"),
    (Step("y", "W·x + b", ("W", "x", "b"), lambda W, x, b: W @ x + b),
     Step("loss", "½Σ(y − t)²", ("y", "t"), lambda y, t: np.sum((y - t) ** 2) / 2)),
    ("y", "W", "b", "x"))


def layer_backward(layer_backward: Callable) -> None:
    """Checks the backward pass of one linear layer, first on a square one."""
    for K, D in ((3, 3), (2, 4)):
        inputs = {"W": numbers(K, D, start=1), "b": numbers(K, start=2),
                  "x": numbers(D, start=3), "t": numbers(K, start=4)}
        text = f"{D} inputs and {K} outputs"
        bars = ask(layer_backward, *inputs.values(), says=f"layer_backward for {text}")
        judge(LAYER, inputs, bars, text)
        passed(f"{text}: all bars agree with finite differences")


def batches() -> Iterator[tuple[dict, np.ndarray, np.ndarray, str]]:
    """Networks with several examples each, and what they are."""
    for (D, H, K), text in SHAPES:
        yield (parameters(D, H, K), numbers(5, D, start=5), 2 * numbers(5, K, start=6),
               f"N = 5 examples, {text}")
    yield (parameters(3, 2, 4), numbers(1, 3, start=5), numbers(1, 4, start=6),
           "a single example, D = 3, H = 2, K = 4")
    params, x, t = lists()
    yield params, [x, [2, -1], [-1, 1], [0, 1]], [t, [1, 1], [2, 0], [-2, 1]], "lists of integers"


def mlp_cost(mlp_cost: Callable) -> None:
    """Checks ``mlp_cost(params, X, T)`` by hand and on batches of other sizes."""
    params, x, t = mlp.example()
    X, T = np.stack([x, x]), np.stack([t, t + np.array([2, -2])])
    got = number(ask(mlp_cost, params, X, T, says="mlp_cost for two examples"), "the cost")
    require(close(got, 1.5),
            f"Twice the x of the worked example, with losses 2.5 and 0.5: the cost is "
            f"{show(got)}, but by hand (2.5 + 0.5) / 2 = 1.5.",
            ratio_hint(got, 1.5, {
                "That is twice as much: are the losses summed and not averaged, or is the ½ of "
                "each loss missing?": 2.0,
                "That is half of it: is it divided by N twice, or averaged over the outputs as "
                "well?": 0.5}))
    passed("two examples by hand: (2.5 + 0.5) / 2 = 1.5")
    for params, X, T, text in batches():
        got = number(ask(mlp_cost, params, X, T, says=f"mlp_cost for {text}"), f"For {text}: E")
        expected = float(MLP_BATCH.forward({**params, "X": X, "T": T})["cost"])
        require(close(got, expected), f"For {text} E is {show(got)}; the losses of the "
                f"examples, one after the other, have the mean {show(expected)}.",
                ratio_hint(got, expected, {
                    "That is their sum.": float(len(X)),
                    "The ½ of each loss is missing.": 2.0,
                    "It is divided by N once too often.": 1 / len(X),
                    "It is averaged over the outputs as well.": 1 / np.shape(T)[1]}))
        passed(text)
    again = number(ask(mlp_cost, params, X, T, says="mlp_cost"), "E")
    require(again == got, "Called a second time with the same arguments, mlp_cost gives another "
            "number.")
    done("mlp_cost")


def mlp_cost_gradient(mlp_cost_gradient: Callable) -> None:
    """Checks ``mlp_cost_gradient(params, X, T)`` against finite differences of the mean loss."""
    for params, X, T, text in batches():
        gradient = ask(mlp_cost_gradient, params, X, T, says=f"mlp_cost_gradient for {text}")
        total = dict(gradient) if isinstance(gradient, dict) else gradient
        judge(MLP_BATCH, {**params, "X": X, "T": T}, total, text, ("W2", "b2", "W1", "b1"))
        passed(f"{text}: agrees with finite differences of E")
    unchanged_when_asked_again(mlp_cost_gradient, params, X, T)
    done("mlp_cost_gradient")
