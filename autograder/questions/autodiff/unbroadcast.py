"""Summing a bar back to the shape of what was broadcast."""

import numpy as np

from autograder.question import Case, Part, Question, twice

SAME = "nothing was broadcast"
ADDED = "axes were added in front"
STRETCHED = "axes of length 1 were stretched"
BOTH = "axes were added and others stretched"
SQUARE = "a square bar"
NUMBER = "a single number"


def draw(rng: np.random.Generator) -> list[Case]:
    def case(kind, bar_shape, shape):
        return Case(kind, (rng.normal(0.3, 1, bar_shape), shape))

    return [
        case(ADDED, (5, 3), (3,)), case(ADDED, (2, 5, 3), (3,)), case(ADDED, (4, 1, 3), (1, 3)),
        case(STRETCHED, (5, 3), (5, 1)), case(STRETCHED, (5, 3), (1, 3)),
        case(STRETCHED, (4, 3), (1, 1)), case(STRETCHED, (2, 3, 4), (2, 1, 4)),
        case(BOTH, (4, 5, 3), (5, 1)), case(BOTH, (4, 3), (1,)),
        case(SQUARE, (3, 3), (3,)), case(SQUARE, (4, 4), (4, 1)),
        case(NUMBER, (2, 3), ()), case(NUMBER, (4,), ()),
        case(SAME, (4, 3), (4, 3)), case(SAME, (1, 3), (1, 3)), case(SAME, (), ()),
    ]


UNBROADCAST = Question(
    "unbroadcast", ("unbroadcast",), draw,
    (
        Part("axes that were added", 0.75, kinds=(ADDED, SQUARE),
             hint="NumPy adds axes in front, so they are the first ones of the bar: sum over "
             "them, and they are gone."),
        Part("axes that were stretched", 0.75, kinds=(STRETCHED, BOTH),
             hint="Where the shape says 1, sum over that axis and keep it: keepdims=True."),
        Part("a number, and nothing to sum", 0.5, kinds=(NUMBER, SAME),
             hint="A number is broadcast along all axes. Equal shapes: the bar as it is."),
    ),
    probe=twice,
)


@UNBROADCAST.wrong("broadcast not summed back", "The bar comes back as it was; it must have the "
                   "shape of the input.")
def unbroadcast(bar, shape):
    return bar


@UNBROADCAST.wrong("axes matched from the wrong end", "The shapes are compared from the left. "
                   "NumPy lines shapes up at their right ends: added axes are the first ones.")
def unbroadcast(bar, shape):
    bar = np.asarray(bar)
    while bar.ndim > len(shape):
        bar = bar.sum(axis=-1)
    for axis, size in enumerate(shape):
        if size == 1:
            bar = bar.sum(axis=axis, keepdims=True)
    return bar


@UNBROADCAST.wrong("keepdims lost", "An axis that was stretched is summed away; it must stay, "
                   "with length 1.")
def unbroadcast(bar, shape):
    bar = np.asarray(bar)
    while bar.ndim > len(shape):
        bar = bar.sum(axis=0)
    return bar.sum(axis=tuple(axis for axis, size in enumerate(shape) if size == 1))


@UNBROADCAST.wrong("added axes only", "The axes in front are summed, those of length 1 that were "
                   "stretched are not.")
def unbroadcast(bar, shape):
    bar = np.asarray(bar)
    while bar.ndim > len(shape):
        bar = bar.sum(axis=0)
    return bar


@UNBROADCAST.wrong("stretched axes only", "The axes of length 1 are summed, those that were added "
                   "in front are not.")
def unbroadcast(bar, shape):
    bar = np.asarray(bar)
    for axis, size in enumerate(shape):
        if size == 1:
            bar = bar.sum(axis=axis, keepdims=True)
    return bar


@UNBROADCAST.wrong("mean in place of sum", "The messages are averaged; messages add up.")
def unbroadcast(bar, shape):
    bar = np.asarray(bar)
    while bar.ndim > len(shape):
        bar = bar.mean(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            bar = bar.mean(axis=axis, keepdims=True)
    return bar


@UNBROADCAST.wrong("reshape in place of a sum", "The first numbers of the bar are taken; all "
                   "of them are messages and must be added.")
def unbroadcast(bar, shape):
    size = int(np.prod(shape))
    return np.reshape(np.ravel(bar)[:size], shape)


@UNBROADCAST.wrong("one added axis only", "Only one added axis is summed; there may be several.")
def unbroadcast(bar, shape):
    bar = np.asarray(bar)
    if bar.ndim > len(shape):
        bar = bar.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            bar = bar.sum(axis=axis, keepdims=True)
    return bar


@UNBROADCAST.wrong("added axes by their old numbers", "The added axes are summed as number 0, "
                   "1, …; when one is gone the next has become number 0.")
def unbroadcast(bar, shape):
    bar = np.asarray(bar)
    for axis in range(bar.ndim - len(shape)):
        bar = bar.sum(axis=axis)
    for axis, size in enumerate(shape):
        if size == 1:
            bar = bar.sum(axis=axis, keepdims=True)
    return bar


@UNBROADCAST.wrong("stretched axes before the added ones", "The stretched axes are summed while "
                   "the added ones are still in front: their numbers are not yet those of the "
                   "shape.")
def unbroadcast(bar, shape):
    bar = np.asarray(bar)
    for axis, size in enumerate(shape):
        if size == 1:
            bar = bar.sum(axis=axis, keepdims=True)
    while bar.ndim > len(shape):
        bar = bar.sum(axis=0)
    return bar


@UNBROADCAST.wrong("the first stretched axis only", "Only one stretched axis is summed; there may "
                   "be several.")
def unbroadcast(bar, shape):
    bar = np.asarray(bar)
    while bar.ndim > len(shape):
        bar = bar.sum(axis=0)
    if 1 in shape:
        bar = bar.sum(axis=shape.index(1), keepdims=True)
    return bar


@UNBROADCAST.wrong("summed to a number", "All of the bar is summed; only the axes along which the "
                   "input was repeated may be.")
def unbroadcast(bar, shape):
    bar = np.asarray(bar)
    return bar if bar.shape == shape else np.full(shape, bar.sum())


@UNBROADCAST.wrong("aliasing", "The caller's bar is changed: the sums are stored in it.")
def unbroadcast(bar, shape):
    result = bar
    while np.ndim(result) > len(shape):
        result[0] = np.sum(result, axis=0)
        result = result[0]
    for axis, size in enumerate(shape):
        if size == 1:
            result = np.sum(result, axis=axis, keepdims=True)
    return result


@UNBROADCAST.right("one sum over all axes, then reshape")
def unbroadcast(bar, shape):
    bar = np.asarray(bar, dtype=float)
    padded = (1,) * (bar.ndim - len(shape)) + tuple(shape)
    axes = tuple(i for i, size in enumerate(padded) if size == 1)
    return bar.sum(axis=axes, keepdims=True).reshape(shape)


@UNBROADCAST.right("comparing the lengths")
def unbroadcast(bar, shape):
    bar = np.asarray(bar)
    extra = bar.ndim - len(shape)
    bar = bar.sum(axis=tuple(range(extra)))
    for axis in range(len(shape)):
        if bar.shape[axis] != shape[axis]:
            bar = np.expand_dims(bar.sum(axis=axis), axis)
    return bar


@UNBROADCAST.right("entry by entry")
def unbroadcast(bar, shape):
    bar = np.asarray(bar)
    total = np.zeros(shape)
    skip = bar.ndim - len(shape)
    for index in np.ndindex(bar.shape):
        place = tuple(i if size > 1 else 0 for i, size in zip(index[skip:], shape, strict=True))
        total[place] += bar[index]
    return total


@UNBROADCAST.right("recursive")
def unbroadcast(bar, shape):
    if np.ndim(bar) > len(shape):
        return unbroadcast(np.add.reduce(bar, axis=0), shape)
    for axis, (have, want) in enumerate(zip(np.shape(bar), shape, strict=True)):
        if have != want:
            return unbroadcast(np.add.reduce(bar, axis=axis, keepdims=True), shape)
    return bar


@UNBROADCAST.right("einsum, and a list back")
def unbroadcast(bar, shape):
    bar = np.asarray(bar)
    letters = "abcdefgh"[:bar.ndim]
    skip = bar.ndim - len(shape)
    kept = "".join(letter for letter, size in zip(letters[skip:], shape, strict=True) if size > 1)
    return np.einsum(f"{letters}->{kept}", bar).reshape(shape).tolist()
