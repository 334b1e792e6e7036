"""Checks of minibatches and of the steps of an optimiser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np

from course_utils.checks.report import (
    CheckFailed,
    array_of,
    ask,
    close,
    done,
    passed,
    require,
    show,
)
from course_utils.checks.training.forms import like, pair

#: Two arrays of different shapes, with gradients that make round numbers.
PARAMS = {"W": np.array([[1.0, 2.0, -3.0], [0.5, 0.0, 4.0]]), "b": np.array([1.0, -1.0])}
GRADS = {"W": np.array([[2.0, -4.0, 6.0], [1.0, 8.0, -2.0]]), "b": np.array([-6.0, 4.0])}


def epoch(minibatches: Callable, seed, n: int, size: int) -> list[np.ndarray]:
    """One epoch as a list of integer arrays."""
    rng = np.random.default_rng(seed) if isinstance(seed, int) else seed
    call = f"minibatches(rng, {n}, {size})"
    try:
        batches = list(ask(minibatches, rng, n, size, says=call))
    except TypeError as error:
        raise CheckFailed(f"{call} should give a list of arrays, or something else that a for "
                          "loop can go through.") from error
    except NotImplementedError:
        raise CheckFailed("minibatches is not written yet.") from None
    arrays = []
    for batch in batches:
        numbers = array_of(batch, f"each minibatch of {call}")
        require(np.asarray(batch).dtype.kind in "iu" and numbers.ndim == 1,
                f"A minibatch of {call} is {show(batch)}; it should be a row of integers.",
                "They will be used as indices: X[batch].")
        arrays.append(np.asarray(batch))
    return arrays


def minibatches(minibatches: Callable) -> None:
    """Checks ``minibatches(rng, n, size)``: complete, cut right, random, from rng alone."""
    for n, size, sizes in [(10, 4, [4, 4, 2]), (6, 3, [3, 3]), (5, 8, [5])]:
        batches = epoch(minibatches, 0, n, size)
        require([len(batch) for batch in batches] == sizes,
                f"minibatches(rng, {n}, {size}) should have the sizes {sizes}; yours are "
                f"{[len(batch) for batch in batches]}.",
                "Only the last one may be shorter, and none may be empty.")
        numbers = np.sort(np.concatenate(batches))
        require(np.array_equal(numbers, np.arange(n)),
                f"All minibatches of minibatches(rng, {n}, {size}) together are, sorted, "
                f"{show(numbers)}: not each of 0 to {n - 1} once.")
        passed(f"n = {n}, size = {size}: the sizes {sizes}, each example once")
    first, again = (np.concatenate(epoch(minibatches, 7, 30, 8)) for _ in range(2))
    require(np.array_equal(first, again), "Two generators with the same seed gave two different "
            "orders: all randomness must come from rng.", "np.random.permutation and the like use "
            "another generator; rng has methods with the same names.")
    require(not np.array_equal(first, np.concatenate(epoch(minibatches, 8, 30, 8))),
            "Another rng gives the same order: is rng used at all?")
    passed("the order comes from rng, and from nothing else")
    rng = np.random.default_rng(3)
    orders = Counter(tuple(np.concatenate(epoch(minibatches, rng, 3, 1)).tolist())
                     for _ in range(300))
    require(len(orders) == 6, f"In 300 epochs of 3 examples only {len(orders)} of the 6 possible "
            "orders came up: " + ", ".join(map(str, sorted(orders)[:6])) + ".",
            "Every example may come at every place.")
    passed("all 6 orders of 3 examples come up")
    done("minibatches")


def sgd_step(sgd_step: Callable) -> None:
    """Checks ``sgd_step(params, grads, lr)`` by hand."""
    new = like(ask(sgd_step, PARAMS, GRADS, 0.5, says="sgd_step(params, grads, 0.5)"), PARAMS,
               "sgd_step", "the new")
    for key, value, text in [("b", [4.0, -3.0], "(1, −1) − ½ (−6, 4) = (4, −3)"),
                             ("W", [[0, 4, -6], [0, -4, 5]], "W − ½ g")]:
        require(close(new[key], value), f"{key!r} is {show(new[key])}, but by hand {text}.",
                "It climbs: g must be subtracted."
                if close(new[key] - PARAMS[key], PARAMS[key] - value) else "")
    passed("p − ½ g, in new arrays")
    others = [({"w": [1, 2], "b": 3}, {"w": [4, 1], "b": 1}, "lists and integers"),
              ({"w": np.array([1, 2]), "b": np.array(3)}, {"w": np.array([4, 1]), "b": np.array(1)},
               "arrays of integers")]
    for params, grads, text in others:
        new = like(ask(sgd_step, params, grads, 0.1, says=f"sgd_step of {text}"), params,
                   "sgd_step", "the new")
        require(close(new["w"], [0.6, 1.9]) and close(new["b"], 2.9),
                f"With {text}, w = (1, 2) and b = 3 with the gradients (4, 1) and 1 and lr = 0.1 "
                f"became {show(new['w'])} and {show(new['b'])}.",
                "An array of integers cannot hold 0.6: np.asarray(p, dtype=float).")
    passed("lists and integers")
    done("sgd_step")


def momentum_step(momentum_step: Callable) -> None:
    """Checks ``momentum_step(params, grads, velocity, lr, beta)`` by hand, two steps."""
    name, call = "momentum_step", "momentum_step(params, grads, velocity, 0.1, 0.5)"

    def step(params, grads, velocity):
        new, pace = pair(ask(momentum_step, params, grads, velocity, 0.1, 0.5, says=call), name,
                         ("params", "velocity"))
        return like(new, params, name, "the new"), like(pace, params, name, "the velocity of")

    p, v = {"w": np.array([1.0, 2.0])}, {"w": np.zeros(2)}
    g = {"w": np.array([4.0, -2.0])}
    for k, (pace, place, text) in enumerate([
            ([4.0, -2.0], [0.6, 2.2], "v = ½·(0, 0) + (4, −2) and p = (1, 2) − 0.1 v"),
            ([6.0, -3.0], [0.0, 2.5], "v = ½·(4, −2) + (4, −2) and p = (0.6, 2.2) − 0.1 v")]):
        p, v = step(p, g, v)
        require(close(v["w"], pace), f"After step {k + 1} the velocity is {show(v['w'])}; by hand "
                f"{text}, so v = {show(np.array(pace))}.",
                "v ← βv + g: β belongs to the old velocity, and lr is not part of it.")
        require(close(p["w"], place), f"After step {k + 1} p is {show(p['w'])}; by hand {text}, so "
                f"p = {show(np.array(place))}.", "p moves by the new velocity: p ← p − lr·v.")
    passed("two steps by hand, with the gradient (4, −2), lr = 0.1, β = ½")
    new, pace = step(PARAMS, GRADS, {key: -2 * value for key, value in GRADS.items()})
    require(all(close(pace[key], np.zeros(PARAMS[key].shape)) and close(new[key], PARAMS[key])
                for key in PARAMS),
            "With v = −2g and β = ½ the new velocity is 0, and nothing moves. Yours does.")
    passed("v = −2g and β = ½: it comes to rest")
    new, pace = pair(ask(momentum_step, {"w": [1, 2], "b": 3}, {"w": [4, 1], "b": 1},
                           {"w": [0, 0], "b": 2}, 0.1, 0.5, says=call), name,
                     ("params", "velocity"))
    form = {"w": np.zeros(2), "b": 0.0}
    new, pace = like(new, form, name, "the new"), like(pace, form, name, "the velocity of")
    require(close(new["w"], [0.6, 1.9]) and close(new["b"], 2.8) and close(pace["b"], 2.0),
            f"With lists and integers it gives {show(new['w'])} and {show(new['b'])}; by hand "
            "(0.6, 1.9) and 2.8.", "np.asarray(p, dtype=float)")
    passed("lists and integers")
    done("momentum_step")
