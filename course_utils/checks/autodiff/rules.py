"""Checks of the rules: each against finite differences of its operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from course_utils.checks.autodiff.hints import asked
from course_utils.checks.report import (
    array_of,
    ask,
    close,
    done,
    passed,
    require,
    show,
)
from course_utils.finite_difference import derivative
from course_utils.tape import OPERATIONS

#: What those overlook who sum over axes by number.
ONE_BY_ONE = ("The added axes come first, and when one is summed away the next one has become axis "
              "0. When all are gone the axes have the numbers that they have in the shape.")
#: Numbers of different sizes and signs, none of them 0 or ±1; taken in turn.
VALUES = [0.7, -1.3, 2.1, 0.4, -0.6, 1.7, -2.2, 0.9, 1.4, -0.8, 0.5, 2.4]
SHAPES = [((2, 3), (2, 3)), ((2, 3), (3,)), ((3,), (2, 3)), ((2, 1), (1, 3)), ((), (3,)),
          ((3, 3), (3, 1))]


def numbers(shape: tuple[int, ...], start: int = 0) -> np.ndarray:
    """An array of the numbers above, beginning with the one at `start`."""
    return np.resize(np.roll(VALUES, -start), shape)


def unbroadcast(unbroadcast: Callable) -> None:
    """Checks ``unbroadcast(bar, shape)``: sums by hand, then the definition on other shapes."""
    bar = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    for shape, expected, hint in [
            ((2, 3), bar, "Equal shapes: there is nothing to sum."),
            ((3,), [5, 7, 9], "A (3,) is used again for every row: add the rows up."),
            ((1, 3), [[5, 7, 9]], "As for (3,), but the axis stays, with length 1."),
            ((2, 1), [[6], [15]], "A (2, 1) is used again for every column: add the columns up, "
             "and keep the axis."),
            ((1, 1), [[21]], "Both axes were stretched: sum over both, keep both."),
            ((), 21, "A single number is used everywhere: it gets the sum of all.")]:
        what = f"unbroadcast(array of shape (2, 3), {shape})"
        got = asked(unbroadcast, bar, shape, says=what, hint=ONE_BY_ONE)
        right_shape(got, what, shape, hint)
        require(close(got, expected), f"{what} of the rows 1 2 3 and 4 5 6 is {show(got)}; by "
                f"hand it is {show(np.asarray(expected))}.", hint)
        passed(f"rows 1 2 3 and 4 5 6, back to shape {shape}")
    for big, shape in [((3, 3), (3,)), ((3, 3), (3, 1)), ((2, 4, 3), (3,)), ((2, 4, 3), (4, 1)),
                       ((4, 1, 3), (1, 3)), ((2, 3), (1,)), ((4,), ())]:
        bar = numbers(big)
        what = f"unbroadcast(array of shape {big}, {shape})"
        got = array_of(asked(unbroadcast, bar, shape, says=what, hint=ONE_BY_ONE), what)
        right_shape(got, what, shape, "Shapes are lined up at their right ends. " + ONE_BY_ONE)
        for index in np.ndindex(shape):
            unit = np.zeros(shape)
            unit[index] = 1.0
            expected = np.sum(bar * unit)  # every place that NumPy copies this entry to
            require(close(got[index], expected),
                    f"{what}: entry {list(index)} is {show(got[index])}. This entry is copied to "
                    f"places whose bars add up to {show(expected)}.",
                    "Shapes are lined up at their right ends: added axes are the first ones.")
    passed("squares, three axes, several axes at once")
    done("unbroadcast")


def right_shape(value: Any, what: str, shape: tuple[int, ...], hint: str) -> None:
    got = array_of(value, what).shape
    require(got == shape, f"{what} should have shape {shape}, but has {got}.", hint)


ELEMENTWISE_HINTS = {
    "add": "A sum hands its bar on to both inputs.",
    "subtract": "What is subtracted gets the bar with its sign turned.",
    "multiply": "The derivative of a·b with respect to a is the other factor.",
    "divide": "a/b is a · b⁻¹. What is its derivative with respect to b?",
    "maximum": "Only the larger one acts on the output; where is a > b?",
    "negative": "What is the slope of −a?",
    "exp": "What is the derivative of eᵃ? You have it already: it came out.",
    "log": "What is the derivative of ln a?",
    "tanh": "tanh′ = 1 − tanh². And tanh(a) came out already.",
    "power": "What is the derivative of aᵖ with respect to a?",
}


def elementwise_rules(elementwise_rules: Callable) -> None:
    """Checks the table of ``elementwise_rules()`` against finite differences."""
    table = a_table(elementwise_rules)
    for op in ("add", "subtract", "multiply", "divide", "maximum"):
        for shape_a, shape_b in SHAPES:
            check_rule(table, op, [numbers(shape_a), 1.1 * numbers(shape_b, 4)], {},
                       ELEMENTWISE_HINTS[op])
        passed(f"{op}, with arrays of equal and of different shapes")
    shared_at_a_tie(table)
    for op in ("negative", "exp", "tanh", "log"):
        for shape in ((2, 3), ()):
            x = numbers(shape) + (4.0 if op == "log" else 0.0)
            check_rule(table, op, [x], {}, ELEMENTWISE_HINTS[op])
        passed(op)
    check_rule(table, "log", [np.array([2e-7, 3e-6])], {}, "Nothing may be added to a: the slope "
               "of the logarithm is large where a is small, and that is right.")
    for exponent in (3.0, 2.0, -1.0):
        check_rule(table, "power", [numbers((4,))], {"exponent": exponent},
                   ELEMENTWISE_HINTS["power"])
    check_rule(table, "power", [np.abs(numbers((4,)))], {"exponent": 0.5},
               ELEMENTWISE_HINTS["power"])
    passed("power, with exponents 3, 2, −1 and ½")
    done("elementwise_rules")


def shared_at_a_tie(table: Mapping[str, Callable]) -> None:
    """Fails unless two equal inputs of a maximum have one bar between them."""
    bar, x = np.array([1.0, -4.0]), np.array([0.5, 2.0])
    bars = ask(lambda: table["maximum"](bar, x, x.copy(), x.copy()),
               says="The rule 'maximum' for two equal arrays")
    both = array_of(bars[0], "the bar of a", (2,)) + array_of(bars[1], "the bar of b", (2,))
    require(np.all(both / bar <= 1 + 1e-9), "The rule 'maximum' for two equal arrays, with the "
            f"bar {show(bar)}: the bars of a and b add up to {show(both)}.",
            "max(x, x) is x, and the bar of x is the sum of the two: together they must not be "
            "more than the bar that came in.")


def matmul_rule(matmul_rule: Callable) -> None:
    """Checks ``matmul_rule(bar, output, A, B)`` against finite differences."""
    for rows, inner, columns in [(2, 3, 4), (3, 3, 3), (1, 4, 2)]:
        check_rule({"matmul": matmul_rule}, "matmul",
                   [numbers((rows, inner)), numbers((inner, columns), 5)], {},
                   "C_bar @ B only fits if B is square. Which product of bar and the other factor "
                   "has the right shape, and which one sums over the right index?")
        passed(f"({rows}, {inner}) times ({inner}, {columns})")
    done("matmul_rule")


def shape_rules(shape_rules: Callable) -> None:
    """Checks the table of ``shape_rules()`` against finite differences."""
    table = a_table(shape_rules)
    for op, hint in {"sum": "Each entry of x acts on one entry of the output: it gets that bar.",
                     "mean": "As for the sum, over the number of entries in *one* mean."}.items():
        for shape, axis in [((2, 3), (0, 1)), ((2, 3), (0,)), ((2, 3), (1,)), ((3, 3), (1,)),
                            ((2, 3, 2), (1,)), ((2, 3, 2), (0, 2))]:
            for keepdims in (True, False):
                check_rule(table, op, [numbers(shape)], {"axis": axis, "keepdims": keepdims},
                           hint if keepdims else f"{hint} Without keepdims the axis is gone: "
                           "np.expand_dims puts it back.")
        passed(f"{op}, along one axis, several and all, with and without keepdims")
    for shape, axes in [((2, 3), (1, 0)), ((3, 3), (1, 0)), ((2, 3, 4), (1, 2, 0))]:
        check_rule(table, "transpose", [numbers(shape)], {"axes": axes},
                   "Undo the permutation: axis number axes[i] of x became axis number i.")
    passed("transpose, with two and three axes")
    for shape, to in [((2, 3), (6,)), ((2, 3), (3, 2)), ((6,), (2, 3))]:
        check_rule(table, "reshape", [numbers(shape)], {"shape": to},
                   "The same numbers in the same order, in the shape of x.")
    passed("reshape")
    for index, name in [(1, "a row"), (slice(0, 3, 2), "a slice"), ((2, 1), "an entry"),
                        ((np.arange(4), np.array([2, 0, 1, 1])), "an entry of each row"),
                        (np.array([2, 0, 2, 2]), "a row that is picked three times")]:
        check_rule(table, "getitem", [numbers((4, 3))], {"index": index},
                   "An entry that is picked twice gets both messages: x_bar[index] += bar reads, "
                   "adds and stores once, np.add.at(x_bar, index, bar) adds each."
                   if "times" in name else
                   "Zeros in the shape of x, and the bar where the entries came from.")
        passed(f"getitem: {name}")
    done("shape_rules")


# --- one rule ------------------------------------------------------------------------------


def a_table(tables: Callable[[], Mapping]) -> Mapping[str, Callable]:
    """What a function of rules returned, or a sentence if it is not a dict."""
    table = ask(tables, says=f"{getattr(tables, '__name__', 'the function')}()")
    require(isinstance(table, Mapping), "A dict from names to functions is wanted, but a "
            f"{type(table).__name__} came back.")
    return table


def check_rule(table: Mapping[str, Callable], op: str, inputs: list[np.ndarray],
               settings: dict[str, Any], hint: str) -> None:
    """Fails unless a rule's bars are those of finite differences.

    Args:
        table: The student's rules.
        op: The operation, as in `OPERATIONS`.
        inputs: At which values.
        settings: For the operation and the rule.
        hint: Where to look if a bar is wrong.
    """
    require(op in table, f"The table has no rule {op!r} yet.",
            f"It has {', '.join(map(repr, table)) or 'none'}.")
    require(callable(table[op]), f"The rule {op!r} is no function, but a "
            f"{type(table[op]).__name__}.")
    output = np.asarray(OPERATIONS[op](*inputs, **settings))
    bar = numbers(output.shape, 7)
    shapes = " and ".join(str(each.shape) for each in inputs)
    told = "".join(f", {key}={show(value)}" for key, value in settings.items())
    what = f"The rule {op!r} for shape{'s' if len(inputs) > 1 else ''} {shapes}{told}"

    def rule(*arguments):
        return table[op](*arguments, **settings)

    rule.__name__ = "matmul_rule" if op == "matmul" else f"the rule {op!r}"
    bars = asked(rule, bar, output, *inputs, says=what, hint=hint)
    require(isinstance(bars, (tuple, list)), f"{what} should return a tuple of bars, but "
            f"returned a {type(bars).__name__}.",
            "With one input, too: (x_bar,) with a comma is a tuple, (x_bar) is not.")
    require(len(bars) == len(inputs), f"{what} returned {len(bars)} bars for {len(inputs)} "
            f"input{'s' if len(inputs) > 1 else ''}.")
    names = "x" if len(inputs) == 1 else "AB" if op == "matmul" else "ab"
    bars = [array_of(each, f"{what}: the bar of {name}")
            for each, name in zip(bars, names, strict=True)]
    for place, (got, x, name) in enumerate(zip(bars, inputs, names, strict=True)):
        if [each.shape for each in bars] == [each.shape for each in inputs[::-1]]:
            why = "The bars come in the order of the inputs."
        elif len(inputs) == 1 or op == "matmul":
            why = hint
        elif x.shape != output.shape:
            why = "A broadcast must be summed back, after the product: unbroadcast."
        else:
            why = "Nothing was broadcast here. Does your unbroadcast pass its check?"
        require(got.shape == x.shape, f"{what}: the bar of {name} has shape {got.shape}; it must "
                f"have the shape of {name}, {x.shape}.", why)
        compare(op, bar, inputs, settings, place, got, f"{what}: the bar of {name}", hint)


def compare(op: str, bar: np.ndarray, inputs: list[np.ndarray], settings: dict[str, Any],
            place: int, got: np.ndarray, what: str, hint: str) -> None:
    """Compares one bar, entry by entry, with finite differences of Σ bar · output."""
    def slope(index: tuple[int, ...], weights: np.ndarray) -> float:
        def total(value: float) -> float:
            moved = [np.array(each) for each in inputs]
            moved[place][index] = value
            return float(np.sum(weights * OPERATIONS[op](*moved, **settings)))
        return derivative(total, float(inputs[place][index])).value

    expected = np.zeros(inputs[place].shape)
    for index in np.ndindex(expected.shape):
        expected[index] = slope(index, bar)
    if close(got, expected):
        return
    worst = np.unravel_index(np.argmax(np.abs(got - expected)), expected.shape)
    entry = f" at entry {[int(i) for i in worst]}" if expected.ndim else ""
    telling = ""
    ones = np.array([slope(index, np.ones_like(bar)) for index in np.ndindex(expected.shape)])
    nonzero = np.abs(expected) > 1e-9
    ratios = got[nonzero] / expected[nonzero]
    if close(got.ravel(), ones):
        telling = "It is right for a bar of ones: where does bar come in?"
    elif ratios.size > 1 and np.ptp(ratios) < 1e-6 and close(got[~nonzero], 0):
        telling = f"Everywhere it is {ratios[0]:.4g} times what it should be."
    require(False, f"{what} is {show(float(got[worst]))}{entry}; finite differences say "
            f"{show(float(expected[worst]))}.", *([telling] if telling else []), hint)
