"""Minibatches: every example once an epoch, in an order that nobody can know before."""

import numpy as np

from autograder.comparing import form_of
from autograder.question import Case, Part, Question

ORDER = "the order of many epochs"

#: Epochs of 4 examples: each of the 24 orders should come up about this often.
EACH_ORDER = 30
#: χ² with 23 degrees of freedom is above this once in 10^14.
MUCH = 120.0


def draw_epochs(rng: np.random.Generator) -> list[Case]:
    def seed():
        return int(rng.integers(2**31))

    return [
        Case("a last minibatch that is shorter", (11, 4, seed(), 2)),
        Case("a last minibatch that is shorter", (int(rng.integers(24, 30)), 23, seed(), 2)),
        Case("minibatches that fit exactly", (12, 3, seed(), 2)),
        Case("one minibatch", (7, 9, seed(), 2)),
        Case("a single example", (1, 4, seed(), 2)),
        Case(ORDER, (4, 1, seed(), 24 * EACH_ORDER)),
    ]


def epochs(minibatches, n, size, seed, count):
    """Several epochs from one generator, and the first one again from an equal generator."""
    rng = np.random.default_rng(seed)
    drawn = [list(minibatches(rng, n, size)) for _ in range(count)]
    again = list(minibatches(np.random.default_rng(seed), n, size))
    return {"drawn": drawn, "again": again}


def facts(case: Case, value) -> dict:
    """What every right answer has in common, whatever order was drawn: all ones, and sizes."""
    n = case.arguments[0]
    drawn = [[index_array(batch) for batch in epoch] for epoch in value["drawn"]]
    again = [index_array(batch) for batch in value["again"]]
    orders = [np.concatenate([*epoch, np.zeros(0, int)]) for epoch in drawn]
    complete = [float(np.array_equal(np.sort(order), np.arange(n))) for order in orders]
    # of a few examples, two orders may be the same by chance
    repeats = n < 11 or np.array_equal(np.concatenate([*again, np.zeros(0, int)]), orders[0])
    return {
        "complete": float(np.mean(complete)),
        "sizes": [len(batch) for batch in drawn[0]],
        "order": [float(repeats), *shuffling(case, orders, all(complete))],
    }


def index_array(batch) -> np.ndarray:
    """A minibatch as integers in a row.

    Raises:
        ValueError: It is something else.
    """
    batch = np.asarray(batch)
    if batch.dtype.kind not in "iu" or batch.ndim != 1:
        raise ValueError(f"returned minibatches of {form_of(batch)} and type {batch.dtype}; "
                         "each should be an array of integers in one row")
    return batch


def shuffling(case: Case, orders: list[np.ndarray], complete: bool) -> list[float]:
    """How many orders come up, and ones: equally often as far as can be told, not all sorted."""
    if case.kind != ORDER:
        return []
    if not complete:
        return [0.0, 0.0, 0.0]
    _, counts = np.unique(np.array(orders), axis=0, return_counts=True)
    squares = np.sum((np.append(counts, np.zeros(24 - len(counts))) - EACH_ORDER) ** 2)
    in_order = all(np.array_equal(order, np.sort(order)) for order in orders)
    return [float(len(counts)), float(squares / EACH_ORDER < MUCH), float(not in_order)]


MINIBATCHES = Question(
    "minibatches", ("minibatches",), draw_epochs,
    (
        Part("every example once", 0.5, "complete", hint="All minibatches of an epoch together "
             "are the numbers 0 to n − 1, each once."),
        Part("sizes", 0.25, "sizes", hint="Cut after every `size` numbers; what is left at the "
             "end is the last minibatch, if anything is left."),
        Part("a random order from rng", 0.25, "order", hint="rng.permutation(n), anew at each "
             "call: all orders are equally likely, and the same rng gives the same order."),
    ),
    probe=epochs, view=facts,
)


@MINIBATCHES.wrong("no shuffling", "The order is always 0, 1, 2, ...: it must be random.")
def minibatches(rng, n, size):
    return [np.arange(start, min(start + size, n)) for start in range(0, n, size)]


@MINIBATCHES.wrong("the last minibatch left out", "What is left at the end belongs to the epoch "
                   "too, even if it is fewer.")
def minibatches(rng, n, size):
    order = rng.permutation(n)
    return [order[k * size:(k + 1) * size] for k in range(n // size)]


@MINIBATCHES.wrong("drawn with replacement", "Each minibatch is drawn afresh, so some examples "
                   "come up twice and others not at all.")
def minibatches(rng, n, size):
    return [rng.integers(0, n, min(size, n - start)) for start in range(0, n, size)]


@MINIBATCHES.wrong("an empty minibatch at the end", "Where size divides n, an empty minibatch "
                   "comes last; its mean would be NaN.")
def minibatches(rng, n, size):
    order = rng.permutation(n)
    return [order[k * size:(k + 1) * size] for k in range(n // size + 1)]


@MINIBATCHES.wrong("NumPy's global generator", "The order comes from np.random, not from rng: the "
                   "same rng gives another order each time.")
def minibatches(rng, n, size):
    order = np.random.permutation(n)
    return [order[start:start + size] for start in range(0, n, size)]


@MINIBATCHES.wrong("a generator of its own", "It makes its own generator with a fixed seed, so "
                   "every epoch has the same order. Draw from rng.")
def minibatches(rng, n, size):
    order = np.random.default_rng(0).permutation(n)
    return [order[start:start + size] for start in range(0, n, size)]


@MINIBATCHES.wrong("pieces of about equal size", "The pieces are about equally long; all but the "
                   "last must have exactly `size` examples.")
def minibatches(rng, n, size):
    return np.array_split(rng.permutation(n), max(-(-n // size), 1))


@MINIBATCHES.wrong("the order of the minibatches only", "Only the minibatches change their order; "
                   "the same examples always stay together.")
def minibatches(rng, n, size):
    starts = list(range(0, n, size))
    batches = [np.arange(start, min(start + size, n)) for start in starts]
    return [batches[k] for k in [*rng.permutation(len(starts) - 1), len(starts) - 1]]


@MINIBATCHES.wrong("a random start", "The order is 0, 1, 2, ... from a random start: neighbours "
                   "stay neighbours. All orders must be possible.")
def minibatches(rng, n, size):
    order = np.roll(np.arange(n), rng.integers(n))
    return [order[start:start + size] for start in range(0, n, size)]


@MINIBATCHES.wrong("filled up", "The last minibatch is filled up with examples that have been "
                   "there before.")
def minibatches(rng, n, size):
    order = rng.permutation(n)
    return [np.resize(np.roll(order, -start), size) for start in range(0, n, size)]


@MINIBATCHES.wrong("counted from 1", "The examples are numbered from 0 to n − 1, as Python does.")
def minibatches(rng, n, size):
    order = 1 + rng.permutation(n)
    return [order[start:start + size] for start in range(0, n, size)]


@MINIBATCHES.wrong("numbers that are not integers", "The numbers are floats: NumPy takes no "
                   "floats as indices.")
def minibatches(rng, n, size):
    order = rng.permutation(np.linspace(0, n - 1, n))
    return [order[start:start + size] for start in range(0, n, size)]


@MINIBATCHES.wrong("size taken for their number", "There are `size` minibatches; it must be the "
                   "number of examples in one.")
def minibatches(rng, n, size):
    return np.array_split(rng.permutation(n), min(size, n))


@MINIBATCHES.right("a generator function")
def minibatches(rng, n, size):
    order = rng.permutation(n)
    for start in range(0, n, size):
        yield order[start:start + size]


@MINIBATCHES.right("in-place shuffling and a while loop")
def minibatches(rng, n, size):
    left, batches = np.arange(n), []
    rng.shuffle(left)
    while len(left):
        batches.append(left[:size].copy())
        left = left[size:]
    return batches


@MINIBATCHES.right("sorting by random numbers")
def minibatches(rng, n, size):
    order = np.argsort(rng.random(n))
    return tuple(np.split(order, range(size, n, size)))


@MINIBATCHES.right("a choice without replacement")
def minibatches(rng, n, size):
    order = rng.choice(n, n, replace=False)
    count = -(-n // size)
    return iter([order[k * size:(k + 1) * size] for k in range(count)])


@MINIBATCHES.right("drawn from a bag")
def minibatches(rng, n, size):
    bag, batches, batch = list(range(n)), [], []
    while bag:
        batch.append(bag.pop(int(rng.integers(len(bag)))))
        if len(batch) == size or not bag:
            batches.append(np.array(batch))
            batch = []
    return batches
