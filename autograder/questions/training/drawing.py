"""Inputs for training: data sets, dicts of parameters, batches for a small network."""

import numpy as np

from autograder.question import Case

LISTS = "lists of integers"
SINGLE = "a single example"
LARGE_TARGETS = "large targets"
BIG_LOGITS = "outputs of ±1000"
FAR = "a very sure network that is wrong"


def regressions(rng: np.random.Generator) -> list[Case]:
    """Cases with arguments (X, t): N examples of D features, no column of mean zero."""
    def case(kind, n, features, offset, scale=1.0):
        X = rng.normal(0.7, 1.0, (n, features)) * scale
        return Case(kind, (X, X @ rng.uniform(0.5, 2, features) + rng.normal(offset, 0.8, n)))

    integers = rng.permutation([[3, 1], [-2, 4], [5, 0], [1, -3], [0, 2]])
    return [
        case("a few features", 9, 3, 1.5),
        case("a few features", 12, 2, -2.5),
        case("a single feature", 7, 1, 0.6),
        case("as many examples as parameters", 4, 3, 1.2),
        case("features of different sizes", 11, 3, 2.0, np.array([1.0, 40.0, 0.05])),
        Case(LISTS, (integers.tolist(), rng.permutation([2, -1, 4, 0, 7]).tolist())),
    ]


def network(rng: np.random.Generator, features: int, hidden: int, classes: int) -> dict:
    """Parameters of a network with one hidden layer, none of them special."""
    return {"W1": rng.normal(0, 0.7, (hidden, features)), "b1": rng.normal(0, 0.5, hidden),
            "W2": rng.normal(0, 0.8, (classes, hidden)), "b2": rng.normal(0, 0.5, classes)}


def batches(rng: np.random.Generator) -> list[Case]:
    """Cases with arguments (params, X, labels, lift), all sizes different.

    The probe lifts the bias of class 0, without that number's being here: it is the size of
    the inputs that marking measures rounding by. The cost is then so large, and the
    gradients through the small weights are so small, that a difference of costs shows few of
    their digits, whatever its step. It is not so large that exp overflows: that costs only the
    part about it.
    """
    def case(kind, n, features, hidden, classes, lift=0.0):
        X = rng.normal(0.3, 1.0, (n, features))
        return [kind, [network(rng, features, hidden, classes), X,
                       rng.integers(0, classes, n), lift]]

    big, wrong = case(BIG_LOGITS, 5, 3, 4, 6), case(FAR, 6, 5, 4, 3, 600.0)
    # one row of small outputs beside rows of large ones: each needs a maximum of its own
    big[1][0].update(W2=big[1][0]["W2"] * 2000, b1=np.zeros(4))
    big[1][1][0] = 0.0
    small = {"W1": 1e-3, "b1": 1e-3, "W2": 1e-6}
    wrong[1][0].update({name: wrong[1][0][name] * share for name, share in small.items()})
    wrong[1][2] = rng.permutation([0, 1, 2, 1, 2, 1])
    integers = {"W1": [[1, -1], [0, 2], [1, 1]], "b1": [0, -1, 1],
                "W2": [[1, 0, -2], [0, 1, 1], [2, -1, 0], [-1, 1, 1]], "b2": [1, 0, 0, -1]}
    drawn = [case("a batch", 7, 4, 5, 3), case("a batch", 6, 3, 2, 4),
             case(SINGLE, 1, 5, 3, 2), big, wrong]
    return [*(Case(kind, tuple(arguments)) for kind, arguments in drawn),
            Case(LISTS, (integers, rng.permutation([[1, 0], [-1, 2], [0, 1]]).tolist(),
                         rng.permutation([3, 0, 2]).tolist(), 0.0))]
