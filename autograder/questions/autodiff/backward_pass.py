"""The backward pass over a tape. The rules are made up: the pass itself knows no calculus."""

import numpy as np

from autograder.question import Case, Part, Question
from autograder.questions.autodiff.drawing import in_a_row

CHAIN = "a chain"
CONSTANT = "a constant among the inputs"
FAN_OUT = "an array that is used twice"
TWICE_AT_ONCE = "an array that is both inputs of an operation"
LATE = "an array that is used early and late"
UNUSED = "an input that the output does not depend on"
BEYOND = "operations after the output"
DIAMONDS = "a chain of forty diamonds"
SHARED = "a rule that gives both inputs the same array"

#: Tapes as lists of (parents, shape); no parents: an input. -1 stands for a constant. An
#: operation may be named.
TAPES = {
    CHAIN: ([((), (3,)), ((0,), (4,)), ((1,), (2, 2)), ((2,), ())], 3),
    CONSTANT: ([((), (3,)), ((0, -1), (2,)), ((-1, 1), (4,)), ((2,), ())], 3),
    FAN_OUT: ([((), (3,)), ((0,), (2,)), ((0,), (4,)), ((1, 2), ())], 3),
    TWICE_AT_ONCE: ([((), (3,)), ((0, 0), (2,)), ((1, 1), ())], 2),
    LATE: ([((), (3,)), ((), (2,)), ((0, 1), (4,)), ((2, 0), (2, 3)), ((2, 3, 0), (2,)),
            ((1, 4), ())], 5),
    UNUSED: ([((), (3,)), ((), (2,)), ((1,), (4,)), ((0,), (2,)), ((3,), ())], 4),
    BEYOND: ([((), (3,)), ((0,), (2,)), ((1,), ()), ((0, 2), ()), ((1, 3), (2,))], 2),
    SHARED: ([((), (3,)), ((), (3,)), ((0,), (2,)), ((0, 1), (4,), "both"), ((3, 2), ())], 4),
    DIAMONDS: ([((), ()), *(((i, i), ()) for i in range(40))], 40),
}


def draw(rng: np.random.Generator) -> list[Case]:
    return [Case(kind, (lines_of(rng, tape), last)) for kind, (tape, last) in TAPES.items()]


def lines_of(rng: np.random.Generator, tape: list) -> list[dict]:
    """A tape as plain data, with random values and random local derivatives."""
    lines = []
    for parents, shape, *name in tape:
        values = [rng.uniform(0.5, 1.5, (2,)) if parent == -1 else lines[parent]["output"]
                  for parent in parents]
        size = max(sum(value.size for value in values), 1)
        lines.append({
            "op": str(rng.choice(name or ["mix", "blend"])) if parents else "input",
            "parents": [None if parent == -1 else parent for parent in parents],
            "values": values,
            "output": np.asarray(rng.uniform(0.5, 1.5, shape)),
            "settings": {"slopes": [rng.uniform(0.5, 2, (*shape, *value.shape)) / size
                                    for value in values]} if parents else {},
        })
    return lines


def twice(backward_pass, lines, last):
    """The bars that a second pass gives: it must find all as the first one did."""
    from course_utils.tape import Record, Tape

    def mix(bar, output, *inputs, slopes):
        weight = 1 + np.mean(output)
        return tuple(weight * x * np.tensordot(bar, slope, np.ndim(bar))
                     for x, slope in zip(inputs, slopes, strict=True))

    def blend(bar, output, *inputs, slopes):
        return tuple(-message for message in mix(bar, 2 * output, *inputs, slopes=slopes))

    def both(bar, output, *inputs, slopes):
        return (np.tensordot(bar, slopes[0], np.ndim(bar)),) * 2

    tape = Tape()
    for line in lines:
        tape.append(Record(line["op"], tuple(line["parents"]), tuple(line["values"]),
                           line["output"], line["settings"]))
    rules = {"mix": mix, "blend": blend, "both": both}
    backward_pass(tape, last, rules)
    return list(backward_pass(tape, last, rules))


def bars_by_position(case: Case, value) -> np.ndarray:
    lines, _ = case.arguments
    return in_a_row(value, [line["output"].shape for line in lines], "position")


BACKWARD_PASS = Question(
    "backward_pass", ("backward_pass",), draw,
    (
        Part("a chain, and constants", 0.75, kinds=(CHAIN, CONSTANT),
             hint="Start with 1 at the output. Then for each record, from the last to the first, "
             "ask its rule for the messages, and hand each one to its parent. A parent that is "
             "None is a constant: its message goes nowhere."),
        Part("arrays that are used more than once", 0.75,
             kinds=(FAN_OUT, TWICE_AT_ONCE, LATE, SHARED, DIAMONDS),
             hint="Messages add up, and a record may ask its rule only when all its messages have "
             "arrived: walk the tape from its end."),
        Part("what the output does not depend on", 0.5, kinds=(UNUSED, BEYOND),
             hint="The bar of what does not act on the output is zero, in its shape. What stands "
             "on the tape behind the output is such a thing too."),
    ),
    probe=twice,
    view=bars_by_position,
)

slip = BACKWARD_PASS.slip

slip("overwriting at a fan-out", "A later message replaces an earlier one; messages add up.",
     "bars[parent] = bars[parent] + message", "bars[parent] = message")
slip("no seed at the output", "The bar of the output itself must be 1: without it all is zero.",
     "bars[last] = np.ones(())", "bars[last] = np.zeros(())")
slip("the output as its own seed", "The pass starts with the value of the output; it starts "
     "with 1.", "bars[last] = np.ones(())", "bars[last] = tape[last].output")
slip("a seed at the end of the tape", "The seed stands at the end of the tape; the output may "
     "stand before it.", "bars[last] = np.ones(())",
     "bars[-1] = np.ones(np.shape(tape[-1].output))")
slip("a seed of ones everywhere", "Every bar starts at 1; only the output's does.",
     "np.zeros(np.shape(record.output))", "np.ones(np.shape(record.output))")
slip("forward order", "The tape is walked from its beginning: a record asks its rule before any "
     "message has arrived.", "reversed(range(last + 1))", "range(last + 1)")
slip("constants get messages", "A parent that is None is a constant; its message lands at some "
     "other array.", "if parent is not None:", "parent = -1 if parent is None else parent\n"
     "            if True:")
slip("constants not left out", "A parent that is None is no position on the tape.",
     "if parent is not None:", "if True:")
slip("the first parent only", "Only the first parent gets its message.",
     "bars[parent] = bars[parent] + message", "bars[parent] = bars[parent] + message\n"
     "                break")
slip("position 0 taken for a constant", "`if parent:` is false for position 0, too, which is an "
     "array like any other.", "if parent is not None:", "if parent:")
slip("upstream signal ignored", "The rules are asked with a bar of ones, not with the bar that "
     "has arrived.", "bars[position], record.output,",
     "np.ones(np.shape(record.output)), record.output,")
slip("bar and output exchanged", "A rule takes the bar first and the output second.",
     "bars[position], record.output,", "record.output, bars[position],")
slip("the inputs in reverse", "A rule gets the values in the order of the record.",
     "*record.values,", "*record.values[::-1],")
slip("the messages averaged", "Messages add up; they are not averaged.",
     "bars[parent] = bars[parent] + message", "bars[parent] = (bars[parent] + message) / 2")
slip("the rule's message dropped", "The bar itself is handed on, and not the rule's message.",
     "bars[parent] = bars[parent] + message",
     "bars[parent] = bars[parent] + np.sum(bars[position])")


@BACKWARD_PASS.wrong("stale bars from an earlier pass", "The bars of an earlier pass are still "
                     "there when the next one begins.")
def backward_pass(tape, last, rules):
    if not hasattr(tape, "bars"):
        tape.bars = [np.zeros(np.shape(each.output)) for each in tape]
    bars = tape.bars
    bars[last] = np.ones(())
    for position in reversed(range(last + 1)):
        each = tape[position]
        if each.parents:
            messages = rules[each.op](bars[position], each.output, *each.values, **each.settings)
            for parent, message in zip(each.parents, messages, strict=True):
                if parent is not None:
                    bars[parent] = bars[parent] + message
    return bars


@BACKWARD_PASS.wrong("aliasing", "A bar is a rule's own array, and += changes that. A sum gives "
                     "both its inputs the same one, so both bars change: bars[parent] + message "
                     "makes a new array.")
def backward_pass(tape, last, rules):
    bars = {last: np.ones(())}
    for position in reversed(range(last + 1)):
        each = tape[position]
        if each.parents and position in bars:
            messages = rules[each.op](bars[position], each.output, *each.values, **each.settings)
            for parent, message in zip(each.parents, messages, strict=True):
                if parent in bars:
                    bars[parent] += message
                elif parent is not None:
                    bars[parent] = message
    return [bars.get(position, np.zeros(np.shape(each.output)))
            for position, each in enumerate(tape)]


@BACKWARD_PASS.wrong("only what the output depends on", "Positions on which the output does not "
                     "depend have None for a bar; their bar is zero.")
def backward_pass(tape, last, rules):
    bars = [None] * len(tape)
    bars[last] = 1.0
    for position in reversed(range(last + 1)):
        each = tape[position]
        if each.parents and bars[position] is not None:
            messages = rules[each.op](bars[position], each.output, *each.values, **each.settings)
            for parent, message in zip(each.parents, messages, strict=True):
                if parent is not None:
                    old = bars[parent]
                    bars[parent] = message if old is None else old + message
    return bars


@BACKWARD_PASS.wrong("one message for each path", "Each path from the output is walked by itself. "
                     "The sums are right, but forty diamonds have 2⁴⁰ paths: walk the tape once, "
                     "and let a bar be complete before it is handed on.", hangs_on=(DIAMONDS,))
def backward_pass(tape, last, rules):
    bars = [np.zeros(np.shape(each.output)) for each in tape]

    def walk(position, bar):
        bars[position] = bars[position] + bar
        each = tape[position]
        if each.parents:
            messages = rules[each.op](bar, each.output, *each.values, **each.settings)
            for parent, message in zip(each.parents, messages, strict=True):
                if parent is not None:
                    walk(parent, message)

    walk(last, np.ones(()))
    return bars


@BACKWARD_PASS.wrong("bars handed on before they are complete", "A record hands on its bar at "
                     "once, and what arrives later is lost: it must wait for all its children.")
def backward_pass(tape, last, rules):
    bars = [np.zeros(np.shape(each.output)) for each in tape]
    bars[last] = np.ones(())
    waiting, seen = [last], set()
    while waiting:
        position = waiting.pop(0)
        each = tape[position]
        if position in seen or not each.parents:
            continue
        seen.add(position)
        messages = rules[each.op](bars[position], each.output, *each.values, **each.settings)
        for parent, message in zip(each.parents, messages, strict=True):
            if parent is not None:
                bars[parent] = bars[parent] + message
                waiting.append(parent)
    return bars


@BACKWARD_PASS.right("in-place sums into own zeros")
def backward_pass(tape, last, rules):
    bars = [np.zeros_like(line.output) for line in tape]
    bars[last] += 1.0
    for index in range(last, 0, -1):
        line = tape[index]
        if line.op != "input":
            for parent, message in zip(line.parents, rules[line.op](
                    bars[index], line.output, *line.values, **line.settings), strict=True):
                if parent is not None:
                    bars[parent] += message
    return bars


@BACKWARD_PASS.right("a dict of bars, filled up at the end")
def backward_pass(tape, last, rules):
    bars = {last: 1.0}
    for index, line in reversed(list(enumerate(tape))):
        if index not in bars or not line.parents:
            continue
        messages = rules[line.op](bars[index], line.output, *line.values, **line.settings)
        for parent, message in zip(line.parents, messages, strict=True):
            if parent is not None:
                bars[parent] = bars.get(parent, 0.0) + message
    return [bars.get(index, np.zeros(np.shape(line.output))) for index, line in enumerate(tape)]


@BACKWARD_PASS.right("each bar is asked from the children")
def backward_pass(tape, last, rules):
    children = [[] for _ in tape]
    for index, line in enumerate(tape[:last + 1]):
        for place, parent in enumerate(line.parents):
            if parent is not None:
                children[parent].append((index, place))
    bars, sent = [None] * len(tape), [None] * len(tape)
    for index in range(len(tape) - 1, -1, -1):
        line = tape[index]
        bar = np.zeros(np.shape(line.output)) + (index == last)
        for child, place in children[index]:
            bar = bar + sent[child][place]
        bars[index] = bar
        if line.parents:
            sent[index] = rules[line.op](bar, line.output, *line.values, **line.settings)
    return tuple(bars)


@BACKWARD_PASS.right("a list of messages for each array")
def backward_pass(tape, last, rules):
    letters = [[] for _ in tape]
    letters[last].append(np.array(1.0))
    bars = []
    for line, inbox in zip(reversed(tape), reversed(letters), strict=True):
        bar = sum(inbox, np.zeros(np.shape(line.output)))
        bars.insert(0, bar)
        if line.op == "input":
            continue
        for parent, message in zip(
                line.parents, rules[line.op](bar, line.output, *line.values, **line.settings),
                strict=True):
            if parent is not None:
                letters[parent].append(message)
    return bars


@BACKWARD_PASS.right("with a helper, over the reached part alone")
def backward_pass(tape, last, rules):
    def messages(line, bar):
        rule = rules[line.op]
        answer = rule(bar, line.output, *line.values, **line.settings)
        return [(p, m) for p, m in zip(line.parents, answer, strict=True) if p is not None]

    reached = {last}
    for index in reversed(range(last + 1)):
        if index in reached:
            reached.update(p for p in tape[index].parents if p is not None)
    bars = [np.zeros(np.shape(line.output)) for line in tape]
    bars[last] = np.float64(1)
    for index in sorted(reached, reverse=True):
        if tape[index].parents:
            for parent, message in messages(tape[index], bars[index]):
                bars[parent] = np.add(bars[parent], message)
    return bars
