"""From a function to the function that computes its gradient."""

import numpy as np

from autograder.question import Case, Part, Question
from autograder.questions.autodiff.drawing import away_from_zero, in_a_row

ARRAY = "an array"
NUMBER = "a single number"
INTEGERS = "a list of integers"
DICT = "a dict of arrays"
OTHERS = "further arguments"
NOTHING = "a function that does not depend on its argument"


def draw(rng: np.random.Generator) -> list[Case]:
    def case(kind, params, *others):
        arrays = params.values() if isinstance(params, dict) else [params]
        return Case(kind, (params, [rng.uniform(0.5, 2, np.shape(each)) for each in arrays], others,
                           kind != NOTHING))

    return [
        case(ARRAY, away_from_zero(rng, (4,))),
        case(ARRAY, away_from_zero(rng, (2, 3))),
        case(NUMBER, float(away_from_zero(rng, ()))),
        case(INTEGERS, rng.permutation([3, -1, 2]).tolist()),
        case(DICT, {"W": away_from_zero(rng, (2, 3)), "b": away_from_zero(rng, (2,))}),
        case(DICT, {"b": away_from_zero(rng, (3,)), "W": away_from_zero(rng, (2, 2))}),
        case(DICT, {"only": away_from_zero(rng, (3,))}),
        case(OTHERS, away_from_zero(rng, (3,)), float(rng.uniform(2, 4)), float(rng.uniform(2, 4))),
        case(NOTHING, away_from_zero(rng, (3,))),
    ]


def two_points(grad, params, weights, others, depends):
    """The gradient of a made-up function with made-up rules, at two points, by one function.

    A backward_pass that grad calls is replaced by one that is right for these tapes, so that a
    mistake there is paid for only once. The rules are not the derivatives of f, which finite
    differences would find without them.
    """
    from course_utils.tape import Record, append, plain

    def dot(bar, output, x, weight, scale):
        return (bar * scale * weight * (2 + np.cos(3 * x)),)

    def join(bar, output, a, b):
        return 2.5 * bar, -3.5 * bar

    lengths = []

    def f(p, *others):
        arrays = list(p.values()) if isinstance(params, dict) else [p]
        lengths.append(len(arrays[0].tape))
        if not depends:
            return 1.5
        scale = others[0] - 2 * others[1] if others else 1.0
        total = None
        for x, weight in zip(arrays, weights, strict=True):
            value = np.asarray(scale * np.sum(weight * np.sin(plain(x))))
            term = append(x.tape, Record("dot", (x.index,), (plain(x),), value,
                                         {"weight": weight, "scale": scale}))
            if total is not None:
                value = np.asarray(2 * plain(total) - 3 * plain(term))
                term = append(x.tape, Record("join", (total.index, term.index),
                                             (plain(total), plain(term)), value))
            total = term
        return total

    def pass_of_these_tapes(tape, last, rules):
        bars = [np.zeros(np.shape(line.output)) for line in tape]
        bars[last] = np.ones(())
        factors = {"dot": [1.0], "join": [2.5, -3.5]}.get(tape[last].op, [])
        terms = [line for line in tape[:last + 1] if line.op == "dot"]
        for term, factor in zip(terms[len(terms) - len(factors):], factors, strict=True):
            bars[term.parents[0]] = rules["dot"](
                factor, term.output, *term.values, **term.settings)[0]
        return bars

    names = getattr(grad, "__globals__", {})
    own = names.get("backward_pass")
    try:
        if own:
            names["backward_pass"] = pass_of_these_tapes
        gradient = grad(f, {"dot": dot, "join": join})
        first = gradient(params, *others)
        if isinstance(params, dict):
            moved = {name: np.asarray(each) + 0.3 for name, each in params.items()}
        else:
            moved = np.asarray(params) + 0.3
        again = gradient(moved, *others)
        return {"first": first, "again": again, "new tape": lengths[0] == lengths[-1]}
    finally:
        if own:
            names["backward_pass"] = own


def view(case: Case, value) -> dict:
    """Both gradients as vectors, the second with a 1 if its tape was a new one.

    Their form must be that of the argument.
    """
    params = case.arguments[0]
    if isinstance(params, dict):
        def arrays(given):
            if not isinstance(given, dict) or set(given) != set(params):
                raise ValueError(f"returned a value of type {type(given).__name__} where a dict "
                                 "with the names of the argument's arrays is wanted")
            return [given[name] for name in params]
    else:
        def arrays(given):
            return [given]
    shapes = [np.shape(each) for each in arrays(params)]
    first, again = (in_a_row(arrays(value[when]), shapes, "array") for when in ("first", "again"))
    return {"first": first, "again": np.append(again, float(value["new tape"]))}


GRAD = Question(
    "grad", ("grad",), draw,
    (
        Part("an array or a number", 0.5, "first", (ARRAY, NUMBER, INTEGERS),
             hint="A new tape; watch the argument; call f with what is watched; a backward pass "
             "from the position of f's result; the bar at the argument's position."),
        Part("a dict, and further arguments", 0.25, "first", (DICT, OTHERS),
             hint="For a dict, watch gives a dict of arrays: give a dict of their bars back. "
             "Further arguments go to f as they are."),
        Part("at another point, and a constant function", 0.25, "again",
             hint="The tape must be written anew at each call. If f does not depend on its "
             "argument its result is no traced array: watch puts it on the tape, too."),
    ),
    probe=two_points,
    view=view,
)

slip = GRAD.slip

slip("a value in place of its bar", "This is the argument itself, not its bar.",
     "bars[each.index]", "tape[each.index].output")
slip("all bars", "All bars are returned; only that of the argument is wanted.",
     "return gradients if many else gradients[0]", "return bars")
slip("the bar of the output", "The bar of the output is returned; it is always 1.",
     "bars[each.index]", "bars[output.index]")
slip("the first array of a dict only", "Only the gradient of the first array of the dict comes "
     "back.", "return gradients if many else gradients[0]",
     "return next(iter(gradients.values()))")
slip("a list in place of a dict", "For a dict a list comes back; its form must be that of the "
     "argument.", "return gradients if many else gradients[0]",
     "return list(gradients.values()) if many else gradients[0]")
slip("dicts forgotten", "A dict has no position on the tape; its arrays have.",
     "many = isinstance(params, dict)", "many = False")
slip("a dict for every argument", "f gets a dict, whatever the argument is: an array must come as "
     "an array.", "f(traced if many else traced[0], *others)", "f(traced, *others)")
slip("further arguments forgotten", "f is called without its further arguments.",
     "traced[0], *others)", "traced[0])")
slip("further arguments in another order", "f gets its further arguments in reverse.",
     "traced[0], *others)", "traced[0], *others[::-1])")
slip("the names of a dict sorted", "The names are sorted, but the bars stand in the order of the "
     "dict: each name has its own position on the tape.",
     "{name: bars[each.index] for name, each in traced.items()}",
     "{name: bars[i] for i, name in enumerate(sorted(traced))}")
slip("constant functions forgotten", "The result of a function that does not depend on its "
     "argument is no traced array; watch puts it on the tape.",
     "watch(tape, f(traced if many else traced[0], *others))",
     "f(traced if many else traced[0], *others)")


@GRAD.wrong("stale gradients from an earlier pass", "The first gradient is kept and given again at "
            "every other point.")
def grad(f, rules):
    found = []

    def gradient(params, *others):
        if not found:
            tape = Tape()
            traced = watch(tape, params)
            output = watch(tape, f(traced, *others))
            bars = backward_pass(tape, output.index, rules)
            found.append({name: bars[each.index] for name, each in traced.items()}
                         if isinstance(traced, dict) else bars[traced.index])
        return found[0]

    return gradient


@GRAD.wrong("finite differences", "The gradient is measured with finite differences; it must come "
            "from the tape and the rules.")
def grad(f, rules):
    def value(params, others):
        return float(plain(f(watch(Tape(), params), *others)))

    def slopes(of, x):
        x = np.array(x, dtype=float)
        found = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            step = np.zeros(x.shape)
            step[index] = 1e-5
            found[index] = (of(x + step) - of(x - step)) / 2e-5
        return found

    def gradient(params, *others):
        if isinstance(params, dict):
            return {name: slopes(lambda x, name=name: value({**params, name: x}, others), each)
                    for name, each in params.items()}
        return slopes(lambda x: value(x, others), params)

    return gradient


@GRAD.wrong("integer gradients", "The gradient is rounded to the type of the argument: for "
            "integers, to integers.")
def grad(f, rules):
    def gradient(params, *others):
        tape = Tape()
        traced = watch(tape, params)
        output = watch(tape, f(traced, *others))
        bars = backward_pass(tape, output.index, rules)
        if isinstance(traced, dict):
            return {name: bars[each.index] for name, each in traced.items()}
        return np.asarray(bars[traced.index]).astype(np.asarray(params).dtype)

    return gradient


@GRAD.wrong("one tape for all calls", "All calls write on one tape: it grows, and every backward "
            "pass takes longer than the one before. Make the tape inside the function that is "
            "returned.")
def grad(f, rules):
    tape = Tape()

    def gradient(params, *others):
        traced = watch(tape, params)
        bars = backward_pass(tape, watch(tape, f(traced, *others)).index, rules)
        if isinstance(traced, dict):
            return {name: bars[each.index] for name, each in traced.items()}
        return bars[traced.index]

    return gradient


@GRAD.right("the dict case first")
def grad(f, rules):
    def gradient(params, *others):
        tape = Tape()
        single = not isinstance(params, dict)
        traced = watch(tape, {"": params} if single else params)
        output = watch(tape, f(traced[""] if single else traced, *others))
        bars = backward_pass(tape, output.index, rules)
        found = {name: bars[each.index] for name, each in traced.items()}
        return found[""] if single else found

    return gradient


@GRAD.right("positions by counting")
def grad(f, rules):
    def gradient(params, *others):
        tape = Tape()
        traced = watch(tape, params)
        result = f(traced, *others)
        if not isinstance(result, Array):
            result = watch(tape, result)
        bars = backward_pass(tape, result.index, rules)
        if isinstance(params, dict):
            return dict(zip(params, bars, strict=False))
        return bars[0]

    return gradient


@GRAD.right("a class that is called")
def grad(f, rules):
    class Gradient:
        def __call__(self, params, *others):
            tape = Tape()
            traced = watch(tape, params)
            end = watch(tape, f(traced, *others))
            return self.hand_out(traced, backward_pass(tape, end.index, rules))

        def hand_out(self, traced, bars):
            if isinstance(traced, Array):
                return bars[traced.index]
            return {name: self.hand_out(each, bars) for name, each in traced.items()}

    return Gradient()


@GRAD.right("zeros for a constant function, named arguments")
def grad(f, rules):
    def gradient(params, *others, **named):
        tape = Tape()
        traced = watch(tape, params)
        output = f(traced, *others, **named)
        if not isinstance(output, Array) or output.tape is not tape:
            bars = [np.zeros(np.shape(line.output)) for line in tape]
        else:
            bars = backward_pass(tape, output.index, rules)
        return ({key: np.array(bars[traced[key].index]) for key in traced}
                if isinstance(traced, dict) else np.array(bars[traced.index]))

    return gradient


@GRAD.right("lists back, extra work on the tape")
def grad(f, rules):
    def gradient(params, *others):
        tape = Tape()
        watch(tape, 0.0)
        traced = watch(tape, params)
        last = watch(tape, f(traced, *others)).index
        watch(tape, 1.0)
        bars = backward_pass(tape, last, rules)

        def plainly(bar):
            return np.asarray(bar).tolist()

        if isinstance(traced, dict):
            return {name: plainly(bars[each.index]) for name, each in traced.items()}
        return plainly(bars[traced.index])

    return gradient
