"""Inputs for networks: every size different, and each awkward kind under a name of its own."""

import numpy as np

from autograder.question import Case

ORDINARY = "ordinary numbers"
ONE_INPUT = "a single input"
ONE_HIDDEN = "a single hidden unit"
ONE_OUTPUT = "a single output"
SQUARE = "all layers of equal size"
ONE_EXAMPLE = "a single example"
FAR = "large numbers"
WIDE = "60,000 weights"
LISTS = "lists and integers"

#: Sizes (D, H, K) of the inputs, hidden units and outputs.
SHAPES = [(ORDINARY, (3, 4, 2)), (ORDINARY, (2, 3, 5)), (ONE_INPUT, (1, 4, 3)),
          (ONE_HIDDEN, (3, 1, 2)), (ONE_OUTPUT, (2, 3, 1)), (SQUARE, (3, 3, 3))]
#: All kinds that the parts named after an array are asked for.
SHAPED = (ORDINARY, ONE_INPUT, ONE_HIDDEN, ONE_OUTPUT, SQUARE, ONE_EXAMPLE, FAR)


def away_from_zero(rng: np.random.Generator, shape, low: float = 0.3, high: float = 1.2):
    """Numbers with random signs and magnitudes in [low, high)."""
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(low, high, shape)


def whole(rng: np.random.Generator, shape) -> list:
    """Nested lists of integers from −3 to 3, none of them 0."""
    return (rng.choice([-1, 1], shape) * rng.integers(1, 4, shape)).tolist()


def parameters(rng: np.random.Generator, D: int, H: int, K: int, draw=away_from_zero) -> dict:
    """Parameters of a network with one hidden layer."""
    return {"W1": draw(rng, (H, D)), "b1": draw(rng, (H,)),
            "W2": draw(rng, (K, H)), "b2": draw(rng, (K,))}


def far(rng: np.random.Generator, *rows: int) -> tuple[dict, np.ndarray, np.ndarray]:
    """A network whose gradients no finite difference gets right to seven digits.

    Far targets make the loss so large that its rounding drowns small steps; large inputs
    behind small weights make large steps too long.
    """
    D, H, K = 2, 3, 4
    params = parameters(rng, D, H, K)
    x = away_from_zero(rng, (*rows, D), 2000.0, 4000.0)
    params["W1"] /= 3000.0
    return params, x, away_from_zero(rng, (*rows, K), 1e9, 1e10)


def networks(rng: np.random.Generator) -> list[Case]:
    """Cases with arguments (params, x, t) for one example."""
    cases = [Case(kind, (parameters(rng, D, H, K), away_from_zero(rng, D, 0.4, 2.0),
                         away_from_zero(rng, K, 0.5, 2.5))) for kind, (D, H, K) in SHAPES]
    cases.append(Case(FAR, far(rng)))
    cases.append(Case(LISTS, (parameters(rng, 2, 4, 3, whole), whole(rng, 2), whole(rng, 3))))
    return cases


def batches(rng: np.random.Generator) -> list[Case]:
    """Cases with arguments (params, X, T), N different from every other size."""
    cases = [Case(kind, (parameters(rng, D, H, K), away_from_zero(rng, (N, D), 0.4, 2.0),
                         away_from_zero(rng, (N, K), 0.5, 2.5)))
             for (kind, (D, H, K)), N in zip(SHAPES, (6, 7, 5, 4, 6, 5), strict=True)]
    cases.append(Case(ONE_EXAMPLE, (parameters(rng, 4, 2, 3), away_from_zero(rng, (1, 4)),
                                    away_from_zero(rng, (1, 3)))))
    cases.append(Case(FAR, far(rng, 5)))
    cases.append(Case(LISTS, (parameters(rng, 2, 4, 3, whole), whole(rng, (6, 2)),
                              whole(rng, (6, 3)))))
    return cases
