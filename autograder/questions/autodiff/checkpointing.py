"""A backward pass that keeps some values only and computes the others again."""

import numpy as np

from autograder.question import Case, Part, Question
from autograder.questions.autodiff.drawing import away_from_zero

LONG = "60 steps, every 6th value kept"
UNEVEN = "23 steps, every 5th value kept"
ALL = "every value kept"
START = "only the start kept"
SINGLE = "a single step"
SIZES = {LONG: (60, 6), UNEVEN: (23, 5), ALL: (9, 1), START: (7, 10), SINGLE: (1, 3)}
#: Values alive beside the kept ones and those of one part: what a loop holds for a moment.
SPARE = 4


def draw(rng: np.random.Generator) -> list[Case]:
    return [Case(kind, (away_from_zero(rng, (4,)), *sizes, away_from_zero(rng, (4,)),
                        rng.uniform(1.0, 1.5, 4)))
            for kind, sizes in SIZES.items()]


def counted(checkpointed_vjp, x, depth, every, bar, factors):
    """Counts the steps that are taken, and the values that are alive at the same time."""
    import weakref

    calls, alive, most = 0, 0, 0

    def gone():
        nonlocal alive
        alive -= 1

    def step(x):
        nonlocal calls, alive, most
        y = factors * np.sin(np.roll(x, 1))
        weakref.finalize(y, gone).atexit = False
        calls, alive = calls + 1, alive + 1
        most = max(most, alive)
        return y

    def step_vjp(bar, x):
        return np.roll(bar * factors * np.cos(np.roll(x, 1)), -1)

    output, x_bar = checkpointed_vjp(step, step_vjp, x, depth, every, bar)
    return {"output": output, "bar": x_bar, "calls": calls, "most": most}


def view(case: Case, value: dict) -> dict:
    """Counts up to the limit are as good as the limit.

    Who keeps copies of all values is seen by the steps that are *not* taken a second time.
    """
    _, depth, every, *_ = case.arguments
    room = -(-depth // every) + min(every, depth) + SPARE
    calls, most = int(value["calls"]), int(value["most"])
    if case.kind == LONG and calls < 1.3 * depth:
        most = max(most, depth)
    walked = calls >= depth
    return {"output": value["output"], "bar": value["bar"],
            "most": max(most, room) if walked else 0,
            "calls": max(calls, 2 * depth) if walked else 0}


CHECKPOINTED_VJP = Question(
    "checkpointed_vjp", ("checkpointed_vjp",), draw,
    (
        Part("the end of the chain", 0.25, "output", hint="x after `depth` steps, forward."),
        Part("the bar of x", 0.75, "bar",
             hint="Going back, step_vjp(bar, x_i) takes the bar of x_{i+1} to the bar of x_i, for "
             "every i from depth − 1 down to 0. The last part may be shorter than `every`."),
        Part("the memory", 0.5, "most",
             hint="At most depth/every kept values and those of one part may be alive at the same "
             "time; let the values of a part go before the next part is computed."),
        Part("each step at most twice", 0.5, "calls",
             hint="Once forward; and once more for the part that is needed, from its kept value "
             "on, storing what comes out."),
    ),
    probe=counted,
    view=view,
)


@CHECKPOINTED_VJP.wrong("all values kept", "At some moment all values are alive, so nothing is "
                        "saved: keep every `every`-th one, and compute one part again at a time.")
def checkpointed_vjp(step, step_vjp, x, depth, every, bar):
    values = [x]
    for _ in range(depth):
        values.append(step(values[-1]))
    for value in reversed(values[:-1]):
        bar = step_vjp(bar, value)
    return values[-1], bar


@CHECKPOINTED_VJP.wrong("copies of all values kept", "A copy of each value is kept: copies take "
                        "memory, too.")
def checkpointed_vjp(step, step_vjp, x, depth, every, bar):
    values = []
    for _ in range(depth):
        values.append(np.array(x))
        x = step(x)
    for value in reversed(values):
        bar = step_vjp(bar, value)
    return x, bar


@CHECKPOINTED_VJP.wrong("always from the start", "Each value is computed again from the very "
                        "start: that is quadratic in the depth. Start from the kept value.")
def checkpointed_vjp(step, step_vjp, x, depth, every, bar):
    def value(i):
        y = x
        for _ in range(i):
            y = step(y)
        return y

    for i in reversed(range(depth)):
        bar = step_vjp(bar, value(i))
    return value(depth), bar


@CHECKPOINTED_VJP.wrong("each value of a part by itself", "Within a part each value is computed "
                        "from the kept one anew; compute the part once and store it.")
def checkpointed_vjp(step, step_vjp, x, depth, every, bar):
    kept = []
    for i in range(depth):
        if i % every == 0:
            kept.append(x)
        x = step(x)
    for i in reversed(range(depth)):
        value = kept[i // every]
        for _ in range(i % every):
            value = step(value)
        bar = step_vjp(bar, value)
    return x, bar


slip = CHECKPOINTED_VJP.slip

slip("a last part of full length", "The last part is taken to be as long as the others: it goes "
     "beyond the end of the chain.", "min(every, depth - start) - 1", "every - 1")
slip("the parts forward", "The parts are taken from the first to the last.",
     "reversed(range(0, depth, every))", "range(0, depth, every)")
slip("the values of a part forward", "Within a part the values are taken forward.",
     "for value in reversed(values):", "for value in values:")
slip("a part too long by one", "The part goes one value too far, into the next one, whose step is "
     "then counted twice.", "min(every, depth - start) - 1", "min(every, depth - start)")
slip("a part too short by one", "The last value of each part is left out.",
     "min(every, depth - start) - 1", "max(min(every, depth - start) - 2, 0)")
slip("kept after the step", "The value after the step is kept, but step_vjp is asked for the one "
     "before it.", "kept.append(x)", "kept.append(step(x))")
slip("the local derivative at the end of the part", "step_vjp gets the same value for the whole "
     "part; each step has its own.", "bar = step_vjp(bar, value)", "bar = step_vjp(bar, values[0])")
slip("upstream signal ignored", "Each step starts with a bar of ones.",
     "bar = step_vjp(bar, value)", "bar = step_vjp(np.ones_like(bar), value)")
slip("the last kept value in place of the end", "The first returned value is the end of the chain, "
     "after `depth` steps; this is a kept one.", "return x, bar", "return value, bar")


@CHECKPOINTED_VJP.right("a dict of kept values")
def checkpointed_vjp(step, step_vjp, x, depth, every, bar):
    kept = {}
    for i in range(depth):
        if i % every == 0:
            kept[i] = x
        x = step(x)
    part = []
    for i in reversed(range(depth)):
        if not part:
            start = i - i % every
            part.append(kept.pop(start))
            while len(part) <= i - start:
                part.append(step(part[-1]))
        bar = step_vjp(bar, part.pop())
    return x, bar


@CHECKPOINTED_VJP.right("kept to the end")
def checkpointed_vjp(step, step_vjp, x, depth, every, bar):
    kept = [x]
    for start in range(0, depth, every):
        for _ in range(start, min(start + every, depth)):
            x = step(x)
        kept.append(x)
    for start in range(0, depth, every)[::-1]:
        values = [kept[start // every]]
        for _ in range(start + 1, min(start + every, depth)):
            values.append(step(values[-1]))
        while values:
            bar = step_vjp(bar, values.pop())
    return [x, bar]


@CHECKPOINTED_VJP.right("recursive over the parts")
def checkpointed_vjp(step, step_vjp, x, depth, every, bar):
    length = min(every, depth)
    y = x
    for _ in range(length):
        y = step(y)
    if depth > every:
        output, bar = checkpointed_vjp(step, step_vjp, y, depth - every, every, bar)
    else:
        output = y
    values = [x]
    for _ in range(length - 1):
        values.append(step(values[-1]))
    for value in values[::-1]:
        bar = step_vjp(bar, value)
    return output, bar


@CHECKPOINTED_VJP.right("helper functions, lists back")
def checkpointed_vjp(step, step_vjp, x, depth, every, bar):
    def run(x, steps):
        for _ in range(steps):
            yield x
            x = step(x)
        yield x

    starts = []
    for i, value in enumerate(run(x, depth)):
        if i % every == 0 and i < depth:
            starts.append((i, value))
    end = value
    del value
    for i, first in reversed(starts):
        values = list(run(first, min(every, depth - i) - 1))
        for each in values[::-1]:
            bar = step_vjp(bar, each)
        del values, each
    return np.asarray(end).tolist(), np.asarray(bar).tolist()


@CHECKPOINTED_VJP.right("the last part is not computed twice")
def checkpointed_vjp(step, step_vjp, x, depth, every, bar):
    kept, part = [], []
    for i in range(depth):
        if i % every == 0:
            if part:
                kept.append(part[0])
            part = []
        part.append(x)
        x = step(x)
    length = every
    while True:
        for value in reversed(part):
            bar = step_vjp(bar, value)
        if not kept:
            return x, bar
        part = [kept.pop()]
        while len(part) < length:
            part.append(step(part[-1]))
