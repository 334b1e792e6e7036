"""Checks of the backward pass and of grad, on tapes that can be done by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.checks.autodiff.hints import with_hint
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
from course_utils.tape import Array, Record, Tape, append, plain

#: Made-up operations for tapes by hand: their rules are no secret.
TOY_RULES = {
    "triple": lambda bar, output, x: (3 * bar,),
    "square": lambda bar, output, x: (2 * x * bar,),
    "mix": lambda bar, output, x, y: (5 * bar, -2 * bar),  # 5x − 2y
    "area": lambda bar, output, x, y: (2 * x * y * bar, x**2 * bar),  # x² y
    "weigh": lambda bar, output, x, weights: (bar * weights,),  # Σ weights · x
    "sum": lambda bar, output, x, y: (bar, bar),  # x + y, for arrays: one array, twice
}


def toy_tape(*lines: tuple[str, tuple, Any], **settings: Any) -> Tape:
    """A tape of made-up operations.

    Args:
        *lines: (op, parents, output); a parent that is None is the constant 2.
        **settings: For all operations "weigh".
    """
    notes = Tape()
    for op, parents, output in lines:
        values = tuple(np.array(2.0) if parent is None else notes[parent].output
                       for parent in parents)
        notes.append(Record(op, parents, values, np.asarray(output, dtype=float),
                            settings if op == "weigh" else {}))
    return notes


CASES = [
    ("one operation: y = 3x at x = 4",
     [("input", (), 4), ("triple", (0,), 12)], 1, {1: 1, 0: 3},
     "The output's own bar is 1. Its rule turns that into a message for x."),
    ("a chain: y = (3x)² at x = 2",
     [("input", (), 2), ("triple", (0,), 6), ("square", (1,), 36)], 2, {1: 12, 0: 36},
     "From the last record to the first: the bar of 3x is 2 · 6 = 12, the bar of x is 3 · 12."),
    ("two inputs: y = x² u at x = 3, u = 5",
     [("input", (), 3), ("input", (), 5), ("area", (0, 1), 45)], 2, {1: 9, 0: 30},
     "The rule is called as rule(bar, output, *values), the values in the order of the record."),
    ("a constant: y = 5x − 2·2 at x = 4",
     [("input", (), 7), ("input", (), 4), ("mix", (1, None), 16)], 2, {1: 5, 0: 0},
     "A parent that is None is a constant: its message is thrown away."),
    ("a fan-out: y = 5 · 3x − 2 · x² at x = 2",
     [("input", (), 2), ("triple", (0,), 6), ("square", (0,), 4), ("mix", (1, 2), 22)], 3,
     {1: 5, 2: -2, 0: 7}, "x gets two messages, 5 · 3 = 15 and −2 · 4 = −8. They add up."),
    ("both inputs at once: y = 5x − 2x at x = 4",
     [("input", (), 4), ("mix", (0, 0), 12)], 1, {0: 3},
     "The rule gives two messages, 5 and −2, and both go to x."),
    ("early and late: z = 3x, u = z², v = 5z − 2u, y = 5v − 2z at x = 1",
     [("input", (), 1), ("triple", (0,), 3), ("square", (1,), 9), ("mix", (1, 2), -3),
      ("mix", (3, 1), -21)], 4, {3: 5, 2: -10, 1: -37, 0: -111},
     "z gets −2 from y, 25 from v and −60 from u. It may hand its bar on only when all have "
     "arrived: the records in reverse order see to that."),
    ("an output in mid-tape: y = 3x at x = 4, and 3y behind it",
     [("input", (), 4), ("triple", (0,), 12), ("triple", (1,), 36)], 1, {2: 0, 1: 1, 0: 3},
     "The pass starts at position `last`. What stands behind it does not act on the output."),
]


def backward_pass(backward_pass: Callable) -> None:
    """Checks ``backward_pass(tape, last, rules)`` on tapes that can be done by hand."""
    for what, lines, last, expected, hint in CASES:
        tape = toy_tape(*lines)
        bars = bars_of(backward_pass, tape, last, what)
        for position, value in sorted(expected.items(), reverse=True):
            got = number(bars[position], f"{what}: the bar at position {position}")
            require(close(got, value), f"{what}: the bar at position {position} is {show(got)}; "
                    f"by hand it is {value}.", hint)
        again = bars_of(backward_pass, tape, last, what)
        require(close(number(again[0], "a bar"), expected[0]), f"{what}: a second pass over the "
                f"same tape gives {show(again[0])} at position 0, the first one {expected[0]}.",
                "Something is left over from the first pass.")
        passed(what)
    tape = toy_tape(("input", (), [1, 2, 3]), ("input", (), [4, 5]), ("weigh", (0,), 14),
                    weights=np.array([1.0, 2.0, 3.0]))
    bars = bars_of(backward_pass, tape, 2, "y = x₁ + 2x₂ + 3x₃")
    got = array_of(bars[0], "the bar of a vector", (3,))
    require(close(got, [1, 2, 3]), f"For y = x₁ + 2x₂ + 3x₃ the bar of x is {show(got)}; by hand "
            "it is (1, 2, 3).")
    idle = array_of(bars[1], "the bar of an input that is not used", (2,))
    require(close(idle, [0, 0]), f"The bar of an input that is not used is {show(idle)}, not zero.")
    passed("vectors; an input that is not used gets zeros of its shape")
    what = "s = x + y for vectors, and then 5 Σ s − 2 Σ x"
    tape = toy_tape(("input", (), [1, 2]), ("input", (), [3, 4]), ("weigh", (0,), 3),
                    ("sum", (0, 1), [4, 6]), ("weigh", (3,), 10), ("mix", (4, 2), 44),
                    weights=np.ones(2))
    bars = bars_of(backward_pass, tape, 5, what)
    got = array_of(bars[1], "the bar of y", (2,))
    require(close(got, [5, 5]), f"{what}: the bar of y is {show(got)}; by hand it is (5, 5).",
            "The rule of a sum hands one and the same array to both inputs. Who adds the next "
            "message to it in place (+=) changes both bars.")
    passed("vectors that get the same message keep bars of their own")
    links = 30
    tape = toy_tape(("input", (), 1), *[("mix", (i, i), 3.0 ** (i + 1)) for i in range(links)])
    bars = bars_of(backward_pass, tape, links, "a chain of 30 operations that use x twice")
    require(close(number(bars[0], "the bar at the start"), 3.0**links),
            "A chain of 30 operations that use their input twice gives the wrong bar.")
    passed("a chain of 30 forks: every rule is asked once")
    done("backward_pass")


def bars_of(backward_pass: Callable, tape: Tape, last: int, what: str) -> list:
    """The bars that a backward pass gives; it may ask each rule only once."""
    asked = [0]

    def counted(rule):
        def asking(*arguments, **settings):
            asked[0] += 1
            if asked[0] > 2 * len(tape):
                raise RuntimeError(
                    f"rules were asked {asked[0]} times on a tape of {len(tape)} records; each "
                    "record asks once, when its bar is complete")
            return rule(*arguments, **settings)
        return asking

    rules = {op: counted(rule) for op, rule in TOY_RULES.items()}
    bars = ask(named("backward_pass", lambda: backward_pass(tape, last, rules)),
               says=f"backward_pass ({what})")
    require(isinstance(bars, (list, tuple)) and len(bars) == len(tape),
            f"backward_pass should return a list with a bar for each of the {len(tape)} positions; "
            f"it returned {show(bars)[:60]}.")
    for position, bar in enumerate(bars):
        require(bar is not None, f"{what}: the bar at position {position} is None.",
                "Where the output does not depend on an array its bar is zero, in its shape.")
    return list(bars)


def named(name: str, function: Callable) -> Callable:
    """A function under the name that a message should use for it."""
    function.__name__ = name
    return function


def weighed(x: Array, weights: Any) -> Array:
    """Σ weights · x, on the tape of x."""
    value = np.sum(np.asarray(weights) * plain(x))
    return append(x.tape, Record("weigh", (x.index,), (plain(x),), np.asarray(value),
                                 {"weights": np.asarray(weights, dtype=float)}))


def grad(grad: Callable) -> None:
    """Checks ``grad(f, rules)`` on functions whose gradients can be seen."""
    weights = np.array([[1.0, -2.0, 3.0], [4.0, 0.5, -1.0]])
    for x, w, what in [(np.ones((2, 3)), weights, "an array of shape (2, 3)"),
                       (0.7, 4.0, "a single number"),
                       ([1, 2, 3], np.array([1.5, -0.25, 3.0]), "a list of integers")]:
        got = gradient_of(grad, lambda x, w=w: weighed(x, w), x)
        got = array_of(got, f"the gradient with respect to {what}", np.shape(w))
        require(close(got, w), f"For f(x) = Σ w · x the gradient is w, {show(np.asarray(w))}; "
                f"yours is {show(got)}.", "It is the bar at the position of what was watched. Does "
                "your backward_pass, which grad calls, pass its check?")
        passed(f"f(x) = Σ w · x, for {what}")

    def of_both(params):
        W, b = params["W"], params["b"]
        first, second = weighed(W, weights), weighed(b, [7.0, 8.0])
        return append(W.tape, Record("mix", (first.index, second.index),
                                     (plain(first), plain(second)),
                                     5 * plain(first) - 2 * plain(second)))

    got = gradient_of(grad, of_both, {"b": np.zeros(2), "W": np.ones((2, 3))})
    require(isinstance(got, dict) and set(got) == {"W", "b"}, "For a dict with W and b the "
            f"gradient is a dict with W and b; yours is {show(got)[:60]}.",
            "watch gives a dict of traced arrays; give a dict of their bars back.")
    for name, expected in (("W", 5 * weights), ("b", [-14.0, -16.0])):
        value = array_of(got[name], f"the gradient with respect to {name}", np.shape(expected))
        require(close(value, expected), f"The gradient with respect to {name} is {show(value)}; "
                f"by hand it is {show(np.asarray(expected))}.")
    passed("a dict of arrays")
    got = gradient_of(grad, lambda x, a, b: weighed(x, [a, 10 * b]), np.ones(2), 3.0, 4.0)
    got = array_of(got, "the gradient of a function with further arguments", (2,))
    require(close(got, [3, 40]), f"f(x, a, b) = a·x₁ + 10 b·x₂ has the gradient (a, 10 b) = "
            f"(3, 40); yours is {show(got)}.", "Further arguments go to f as they come.")
    passed("further arguments")
    lengths = []

    def squares(x):
        lengths.append(len(x.tape))
        return weighed(x, 2 * plain(x))

    gradient = ask(grad, squares, TOY_RULES, says="grad(f, rules)")
    for x in (np.array([1.0, 2.0]), np.array([3.0, -1.0])):
        got = array_of(ask(gradient, x), "the gradient at another point", (2,))
        require(close(got, 2 * x), f"At {show(x)} the gradient is {show(got)}; by hand it is "
                f"{show(2 * x)}.", "Is the tape a new one at each call?")
    require(lengths[0] == lengths[-1], "The second call of the gradient finds the records of the "
            "first one on its tape.", "Each call needs a new tape: on one that grows, every "
            "backward pass takes longer than the one before. Make it inside the inner function.")
    passed("two points, one after the other")
    got = array_of(gradient_of(grad, lambda x: 1.5, np.ones(3)), "the gradient of a constant", (3,))
    require(close(got, np.zeros(3)), f"The gradient of a constant is {show(got)}, not zero.")
    passed("a function that does not depend on its argument")
    done("grad")


def gradient_of(grad: Callable, f: Callable, *arguments: Any) -> Any:
    """What the function that grad returned says; traced answers are refused."""
    gradient = ask(grad, f, TOY_RULES, says="grad(f, rules)")
    require(callable(gradient), "grad(f, rules) should return a function, but returned "
            f"{show(gradient)[:60]}.", "Define a function inside grad, and return it uncalled.")
    try:
        got = ask(gradient, *arguments, says="the function that grad returned")
    except CheckFailed as failure:
        if "not written yet" in str(failure):
            raise CheckFailed("backward_pass, which grad calls, is not written yet.",
                              "Write Exercise 5 first.") from None
        if "'index'" in str(failure):
            raise with_hint(failure, "Only a traced array has a position. A dict has none, "
                              "and neither has the result of a function that does not depend on "
                              "its argument; watch(tape, …) gives it one.") from None
        raise
    for each in got.values() if isinstance(got, dict) else [got]:
        require(not isinstance(each, Array), "The gradient is a traced array; a plain one is "
                "wanted: the bar at its position.")
    return got
