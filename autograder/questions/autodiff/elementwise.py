"""The rules of the elementwise operations, broadcasting included."""

import numpy as np

from autograder.question import Case, Part, Question
from autograder.questions.autodiff.drawing import (
    LARGE,
    ask_a_rule,
    away_from_zero,
    bars_in_a_row,
    kinds_of,
    rule_case,
)

FORWARD = {"add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide,
           "maximum": np.maximum}
SHAPES = {"equal shapes": ((4, 3), (4, 3)), "a vector with a matrix": ((3,), (4, 3)),
          "a matrix with a vector": ((4, 3), (3,)), "a column with a row": ((4, 1), (1, 3)),
          "a number with a vector": ((), (5,)), "a square matrix with a column": ((3, 3), (3, 1))}
TIES = "maximum: ties"
#: Differences of log and of a quotient lose their digits here.
TINY = (1e-6, 1e-5)


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for op, forward in FORWARD.items():
        for kind, shapes in SHAPES.items():
            a, b = (away_from_zero(rng, shape) for shape in shapes)
            cases.append(rule_case(rng, op, kind, [a, b], forward(a, b)))
    for op in ("add", "subtract", "multiply", "maximum"):
        a, b = away_from_zero(rng, (5,), *LARGE), away_from_zero(rng, (5,), *LARGE)
        cases.append(rule_case(rng, op, "large numbers", [a, b], FORWARD[op](a, b)))
    a, b = away_from_zero(rng, (4,)), away_from_zero(rng, (4,), *TINY)
    cases.append(rule_case(rng, "divide", "tiny numbers", [a, b], a / b))
    a = away_from_zero(rng, (2, 3))
    cases.append(rule_case(rng, "negative", "a matrix", [a], -a))
    a = rng.uniform(*TINY, 4)
    cases.append(rule_case(rng, "power", "tiny numbers", [a], a**3.0, exponent=3.0))
    for exponent in (3.0, 2.0, -1.5, 0.5, -1.0):
        a = rng.uniform(0.4, 2, (4,))
        cases.append(rule_case(rng, "power", f"exponent {exponent:g}", [a], a**exponent,
                               exponent=exponent))
    a = away_from_zero(rng, (2, 3))
    cases.append(rule_case(rng, "power", "negative numbers", [a], a**3.0, exponent=3.0))
    for op, forward in {"exp": np.exp, "tanh": np.tanh}.items():
        for kind, shape in {"a matrix": (3, 2), "a number": ()}.items():
            a = away_from_zero(rng, shape)
            cases.append(rule_case(rng, op, kind, [a], forward(a)))
    a = np.array([-1000.0, 1000.0, rng.uniform(0.2, 0.8)])
    cases.append(rule_case(rng, "tanh", "±1000", [a], np.tanh(a)))
    for kind, a in {"a matrix": rng.uniform(1.2, 4, (3, 2)),
                    "tiny numbers": rng.uniform(*TINY, 4)}.items():
        cases.append(rule_case(rng, "log", kind, [a], np.log(a)))
    a = away_from_zero(rng, (5,))
    b = a - np.array([0.0, 0.7, -0.6, 0.0, 0.5])
    cases.append(rule_case(rng, "maximum", "ties", [a, b], np.maximum(a, b)))
    return cases


def view(case: Case, value) -> np.ndarray:
    """Where the two inputs of a maximum are equal, they may share the bar, and no more than it."""
    row = bars_in_a_row(case, value)
    if case.kind == TIES:
        _, bar, _, (a, b), _ = case.arguments
        shares = np.reshape(row, (2, -1)) / bar
        tie = (a == b) & np.all(shares >= 0, axis=0) & (np.sum(shares, axis=0) <= 1 + 1e-12)
        row = np.where(np.tile(tie, 2), 0.0, row)
    return row


KINDS = draw(np.random.default_rng(0))
#: Nothing cancels there, so every right formula has all its digits.
EXACT = tuple(kind for case in KINDS if (kind := case.kind).endswith(
    ("equal shapes", "a matrix", "exponent 3", "exponent 2")))

ELEMENTWISE_RULES = Question(
    "elementwise_rules", ("elementwise_rules",), draw,
    (
        Part("add, subtract, negative", 0.5, exact=EXACT,
             kinds=kinds_of(KINDS, "add", "subtract", "negative"),
             hint="Both inputs of a sum get the bar of the output, unbroadcast to their shapes; "
             "what is subtracted gets it with the sign turned."),
        Part("multiply", 0.5, exact=EXACT, kinds=kinds_of(KINDS, "multiply"),
             hint="The bar of a is bar · b, the bar of b is bar · a, each unbroadcast to the shape "
             "of its own input."),
        Part("divide", 0.5, exact=EXACT, kinds=kinds_of(KINDS, "divide"),
             hint="The derivative of a/b with respect to b is −a/b²."),
        Part("power", 0.5, exact=EXACT, kinds=kinds_of(KINDS, "power"),
             hint="The derivative of aᵖ is p · aᵖ⁻¹. The rule is called with exponent=…, so "
             "its last argument must have that name."),
        Part("exp, log, tanh", 0.5, exact=EXACT, kinds=kinds_of(KINDS, "exp", "log", "tanh"),
             hint="exp′ = exp, which is the output; log′ = 1/a; tanh′ = 1 − output²."),
        Part("maximum", 0.5, exact=EXACT, kinds=kinds_of(KINDS, "maximum"),
             hint="The bar goes to the larger of the two, and the other gets 0."),
    ),
    follows=("unbroadcast",),
    probe=ask_a_rule,
    view=view,
)

slip = ELEMENTWISE_RULES.slip

slip("a sum's bars not summed back", "The bars of a sum are not unbroadcast to the shapes of its "
     "inputs.", '"add": lambda bar, output, a, b: (fit(bar, a), fit(bar, b))',
     '"add": lambda bar, output, a, b: (bar, bar)')
slip("broadcast not summed back", "The bars are not unbroadcast to the shapes of the inputs.",
     "return unbroadcast(a_bar, np.shape(a))", "return a_bar")
slip("unbroadcast to the other input's shape", "The bar of each input is summed to the shape of "
     "the other one.", "(fit(bar * b, a), fit(bar * a, b))", "(fit(bar * b, b), fit(bar * a, a))")
slip("unbroadcast before the product", "bar is summed back first and multiplied afterwards; the "
     "sum is over the products.", "(fit(bar * b, a), fit(bar * a, b))",
     "(fit(bar, a) * fit(b + 0 * bar, a), fit(bar, b) * fit(a + 0 * bar, b))")
slip("b_bar of a difference without its sign", "What is subtracted gets the bar with the sign "
     "turned.", "fit(-bar, b)", "fit(bar, b)")
slip("the sign of negative", "The slope of −a is −1.", '"negative": lambda bar, output, a: (-bar,)',
     '"negative": lambda bar, output, a: (bar,)')
slip("each factor gets itself", "The bar of a factor is bar times the *other* factor.",
     "(fit(bar * b, a), fit(bar * a, b))", "(fit(bar * a, a), fit(bar * b, b))")
slip("upstream signal ignored in a product", "bar is not used: the rule gives the local "
     "derivative alone.", "(fit(bar * b, a), fit(bar * a, b))",
     "(fit(b + 0 * bar, a), fit(a + 0 * bar, b))")
slip("the sign of the divisor", "A larger divisor makes a quotient of positive numbers smaller: "
     "the derivative is −a/b².", "fit(-bar * output / b, b)", "fit(bar * output / b, b)")
slip("b in place of b²", "The derivative of a/b with respect to b is −a/b², with the square.",
     "fit(-bar * output / b, b)", "fit(-bar * output, b)")
slip("a missing from the divisor's bar", "The derivative of a/b with respect to b is −a/b²; this "
     "is −1/b².", "fit(-bar * output / b, b)", "fit(-bar / b**2, b)")
slip("the divisor's bar as that of a product", "The bar of b is taken as bar · a, as in a product.",
     "fit(-bar * output / b, b)", "fit(bar * a, b)")
slip("the dividend's bar as that of a product", "The bar of a is taken as bar · b, as in a "
     "product; it is bar / b.", "fit(bar / b, a)", "fit(bar * b, a)")
slip("power rule off by one", "The exponent must become one less.", "a ** (exponent - 1)",
     "a**exponent")
slip("power rule without its factor", "The exponent must come down as a factor.",
     "bar * exponent * a", "bar * a")
slip("power rule for squares only", "2a is the rule of a square; the exponent may be any.",
     "bar * exponent * a ** (exponent - 1)", "bar * 2 * a")
slip("exp of the output", "exp′(a) is exp(a), which is the output, not exp of the output.",
     "(bar * output,)", "(bar * np.exp(output),)")
slip("exp as a power", "a · exp(a − 1) is no rule: exp′ = exp.", "(bar * output,)",
     "(bar * a * np.exp(a - 1),)")
slip("log of the wrong array", "The rule of log divides by the input, not by the output.",
     "(bar / a,)", "(bar / output,)")
slip("log multiplied", "The slope of log is 1/a; this multiplies by a.", "(bar / a,)",
     "(bar * a,)")
slip("a small constant for safety", "A small constant is added to a: where a is tiny the slope "
     "1/a is far off.", "(bar / a,)", "(bar / (a + 1e-8),)")
slip("upstream signal ignored in tanh", "bar is not used: the rule gives the local derivative "
     "alone.", "(bar * (1 - output**2),)", "(1 - output**2,)")
slip("the exponent under another name", "The exponent is handed over by name, as exponent=…: the "
     "rule must call it so.", 'a, exponent: (bar * exponent * a ** (exponent - 1),)',
     'a, p: (bar * p * a ** (p - 1),)')
slip("tanh′ from the input", "tanh′ is 1 − tanh², and tanh(a) is the output; a itself is used.",
     "1 - output**2", "1 - a**2")
slip("tanh′ from tanh of the output", "tanh is applied once more to the output, which is tanh(a) "
     "already.", "1 - output**2", "1 - np.tanh(output) ** 2")
slip("tanh′ as σ′", "y(1 − y) is the slope of σ; that of tanh is 1 − y².", "1 - output**2",
     "output * (1 - output)")
slip("tanh′ without the square", "tanh′ is 1 − output², with the square.", "1 - output**2",
     "1 - output")
slip("maximum passes everything", "Both inputs get the bar; only the larger one should.",
     "(fit(bar * (a >= b), a), fit(bar * (a < b), b))", "(fit(bar, a), fit(bar, b))")
slip("maximum gives the bar to the smaller", "The bar goes to the smaller of the two.",
     "(fit(bar * (a >= b), a), fit(bar * (a < b), b))",
     "(fit(bar * (a < b), a), fit(bar * (a >= b), b))")
slip("ReLU mask from the wrong array", "The mask compares with 0: that is right only where the "
     "other input is 0.", "(fit(bar * (a >= b), a), fit(bar * (a < b), b))",
     "(fit(bar * (a > 0), a), fit(bar * (a <= 0), b))")
slip("the bar twice at a tie", "Where both are equal, each gets the whole bar: together twice what "
     "there is. They may share it in any way.", "fit(bar * (a < b), b))", "fit(bar * (a <= b), b))")
slip("mask from the bar", "The mask is taken from bar; the inputs decide which one was larger.",
     "(fit(bar * (a >= b), a), fit(bar * (a < b), b))",
     "(fit(bar * (bar > 0), a), fit(bar * (bar <= 0), b))")
slip("a bare array in place of a tuple", "A rule returns a tuple, also where there is one input: "
     "(bar,) with a comma.", "(bar * output,)", "bar * output")
slip("bars multiplied in place", "bar is changed in place; the next one who needs it finds "
     "another number.", "(bar * output,)", "(np.multiply(bar, output, out=bar),)")


@ELEMENTWISE_RULES.wrong("finite differences", "The bars are measured with finite differences: "
                         "they are slow, and wrong where numbers are large or tiny.")
def elementwise_rules():
    def rule_of(f):
        def rule(bar, output, *inputs, **settings):
            bars = []
            for place, x in enumerate(inputs):
                x_bar = np.zeros(np.shape(x))
                for index in np.ndindex(np.shape(x)):
                    above, below = (list(map(np.array, inputs)) for _ in range(2))
                    above[place][index] += 1e-5
                    below[place][index] -= 1e-5
                    x_bar[index] = np.sum(
                        bar * (f(*above, **settings) - f(*below, **settings))) / 2e-5
                bars.append(x_bar)
            return tuple(bars)
        return rule

    return {"add": rule_of(np.add), "subtract": rule_of(np.subtract),
            "multiply": rule_of(np.multiply), "divide": rule_of(np.divide),
            "maximum": rule_of(np.maximum), "negative": rule_of(np.negative),
            "exp": rule_of(np.exp), "log": rule_of(np.log), "tanh": rule_of(np.tanh),
            "power": rule_of(lambda a, exponent: a**exponent)}
