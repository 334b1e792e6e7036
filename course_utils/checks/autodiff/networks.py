"""Checks of the network and of checkpointing."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable

import numpy as np

from course_utils.checks.autodiff.hints import asked, with_hint
from course_utils.checks.autodiff.passes import named
from course_utils.checks.report import (
    CheckFailed,
    array_of,
    ask,
    close,
    done,
    number,
    passed,
    require,
    show,
)
from course_utils.finite_difference import derivative
from course_utils.tape import Array, Tape, replay, watch


def mlp_loss(mlp_loss: Callable) -> None:
    """Checks ``mlp_loss(params, X, labels)``: by hand, stable, and wholly on the tape."""
    two, three = np.log(2), np.log(3)
    nothing = {"W1": np.zeros((2, 3)), "b1": np.zeros(2), "W2": np.zeros((4, 2)), "b2": np.zeros(4)}
    loss = number(ask(mlp_loss, nothing, np.ones((5, 3)), [0, 3, 1, 1, 2],
                      says="mlp_loss with all parameters 0"), "mlp_loss with all parameters 0")
    require(close(loss, np.log(4)), f"With all parameters 0 and 4 classes the loss is "
            f"{show(loss)}; all classes are equally likely, so it should be ln 4 = 1.38629.")
    passed("all parameters 0, four classes: the loss is ln 4")
    params = {"W1": np.array([[three, three / 2, three / 2], [-two, -two, 0.0]]),
              "b1": np.array([-three, two]),
              "W2": np.array([[4 * two, 0.0], [0.0, 2 * three], [0.0, 0.0]]),
              "b2": np.array([-two, 0.0, 0.0])}
    X = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 1.0]])
    for rows, labels, expected, text in [
            ([0], [0], two, "h = (3/4, 1/2), y = (ln 4, ln 3, 0), label 0: loss = ln(8/4)"),
            ([1], [2], np.log(6), "h = (1/2, 1/2), y = (ln 2, ln 3, 0), label 2: loss = ln(6/1)"),
            ([0, 1], [0, 2], (two + np.log(6)) / 2, "both: loss = ½ (ln 2 + ln 6)")]:
        loss = number(ask(mlp_loss, params, X[rows], labels, says=f"mlp_loss ({text})"), "the loss")
        require(close(loss, expected), f"By hand: {text} = {show(float(expected))}. "
                f"Yours is {show(loss)}.", "Compute z, h and y for this example on paper, and "
                "print yours.")
        passed(text)
    large = {**params, "b2": np.array([1000.0, -1000.0, 0.0])}
    try:
        loss = number(ask(mlp_loss, large, X, [0, 1], says="mlp_loss with outputs near ±1000"),
                      "the loss with outputs near ±1000")
    except CheckFailed as failure:
        raise with_hint(failure, "Subtract the largest output of a row before exp. And take log Σ "
                        "exp minus the label's output: a probability is rounded to 0 here, and "
                        "then its log is −∞.") from None
    require(990 < loss < 1010, f"With outputs near ±1000 the loss is {show(loss)}.")
    passed("quiet with outputs near ±1000")
    apart = {"W1": np.ones((2, 3)), "b1": np.zeros(2),
             "W2": np.array([[1000.0, 1000.0], [-1000.0, -1000.0], [0.0, 0.0]]), "b2": np.zeros(3)}
    try:
        loss = number(ask(mlp_loss, apart, [[20, 20, 20], [-20, -20, -20]], [0, 1],
                          says="mlp_loss with a row of outputs (2000, −2000, 0) and one of zeros"),
                      "the loss with a row of large outputs and one of zeros")
    except CheckFailed as failure:
        raise with_hint(failure, "Subtract from each row its *own* largest output: "
                        ".max(axis=1, keepdims=True).") from None
    require(close(loss, np.log(3) / 2), "With outputs (2000, −2000, 0), label 0, and (0, 0, 0), "
            f"label 1, the loss is {show(loss)}; by hand it is ½ (0 + ln 3) = 0.549306.")
    passed("a row of large outputs beside one of zeros")
    on_the_tape(mlp_loss, params, X)
    done("mlp_loss")


def on_the_tape(mlp_loss: Callable, params: dict[str, np.ndarray], X: np.ndarray) -> None:
    """Fails unless the tape, played with other parameters, gives the loss at those."""
    notes = Tape()
    loss = asked(lambda: mlp_loss(watch(notes, params), X, [0, 2]),
                 says="mlp_loss of traced arrays", errors=(AttributeError, TypeError),
                 hint="A traced array knows the operations that have a rule, and no others. What "
                 "is to be a constant, such as the largest output of a row, comes from plain(…).")
    require(isinstance(loss, Array), "With traced parameters the loss is not traced: "
            f"it is {show(loss)[:60]}.", "Something took the plain values out on the way.")
    for name in params:
        moved = {**params, name: params[name] + 0.3 * np.cos(np.arange(params[name].size)).reshape(
            params[name].shape)}
        played = number(replay(notes, list(moved.values()), loss.index), "the loss")
        wanted = number(ask(mlp_loss, moved, X, [0, 2]), "the loss")
        require(close(played, wanted), f"The tape does not know how the loss depends on {name}: "
                f"played again with another {name} it says {show(played)}, but mlp_loss says "
                f"{show(wanted)}.", "Is plain(…) used for more than the largest output of a row?")
    passed("every step is on the tape")


def checkpointed_vjp(checkpointed_vjp: Callable) -> None:
    """Checks ``checkpointed_vjp``: its end and bar, what it keeps, what it computes again."""
    for depth, every in [(1, 1), (6, 2), (7, 3), (5, 8), (60, 6)]:
        what = f"{depth} step{'s' if depth > 1 else ''}, every = {every}"
        chain = Chain()
        x, bar = np.array([0.7, -1.2, 0.4]), np.array([1.0, -0.5, 2.0])
        run = functools.partial(checkpointed_vjp, chain.step, chain.step_vjp, x, depth, every, bar)
        pair = ask(named("checkpointed_vjp", run), says=f"checkpointed_vjp ({what})")
        require(isinstance(pair, (tuple, list)) and len(pair) == 2, f"{what}: a tuple (x_depth, "
                f"bar of x_0) is wanted; {show(pair)[:60]} came back.")
        end = array_of(pair[0], f"{what}: the end of the chain", (3,))
        require(close(end, chain.end(x, depth)), f"{what}: the end of the chain is {show(end)}; "
                f"{depth} steps lead to {show(chain.end(x, depth))}.")
        got = array_of(pair[1], f"{what}: the bar of x_0", (3,))
        expected = chain.slopes(x, depth, bar)
        require(close(got, expected), f"{what}: the bar of x_0 is {show(got)}; finite differences "
                f"say {show(expected)}.", "step_vjp(bar, x_i) wants the bar first, then the value "
                "*before* step i, for i from the last one down to 0. Does the last part end where "
                "the chain ends?")
        room = -(-depth // every) + min(every, depth) + 4
        alive = chain.most
        require(alive <= room, f"{what}: {alive} values were alive at the same time; "
                f"{-(-depth // every)} kept ones and {min(every, depth)} of one part would do.",
                "Throw the others away, and compute one part again at a time.")
        require(chain.calls <= 2 * depth, f"{what}: step was called {chain.calls} times; "
                f"{2 * depth} must do.", "Compute a part again in one go from its kept value, and "
                "store what comes out. Stop before the next part begins.")
        require(depth < 60 or chain.calls > 1.3 * depth, f"{what}: no step was taken a second "
                "time, so all the values must have been kept. Copies take memory, too.")
        passed(f"{what}: {chain.calls} calls of step")
    done("checkpointed_vjp")


class Chain:
    """Steps of a chain that count themselves and the values that are alive."""

    def __init__(self) -> None:
        self.calls = self.alive = self.most = 0

    @staticmethod
    def plain_step(x: np.ndarray) -> np.ndarray:
        x = np.roll(x, 1)
        return x + 0.1 * np.sin(x + 0.2)

    def step(self, x: np.ndarray) -> np.ndarray:
        y = self.plain_step(x)
        weakref.finalize(y, self.gone).atexit = False
        self.calls += 1
        self.alive += 1
        self.most = max(self.most, self.alive)
        return y

    def gone(self) -> None:
        self.alive -= 1

    @staticmethod
    def step_vjp(bar: np.ndarray, x: np.ndarray) -> np.ndarray:
        return np.roll(bar * (1 + 0.1 * np.cos(np.roll(x, 1) + 0.2)), -1)

    def end(self, x: np.ndarray, depth: int) -> np.ndarray:
        for _ in range(depth):
            x = self.plain_step(x)
        return x

    def slopes(self, x: np.ndarray, depth: int, bar: np.ndarray) -> np.ndarray:
        def along(i):
            return lambda value: float(bar @ self.end(np.where(np.arange(3) == i, value, x), depth))
        return np.array([derivative(along(i), float(x[i])).value for i in range(3)])
