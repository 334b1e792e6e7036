"""Inputs for one neuron: w, b, x and t of every kind that tells mistakes apart."""

import numpy as np

from autograder.question import Case

ORDINARY = "ordinary numbers"
NO_INPUT = "x = 0"
SATURATED = "a saturated neuron"
FAR = "numbers too large for finite differences"

DATA, ONE_EXAMPLE, LISTS = "a data set", "a single example", "lists of integers"
AGREED = "examples that all pull one way"


def away_from_zero(rng: np.random.Generator, low: float, high: float) -> float:
    """A number with a random sign and a magnitude in [low, high)."""
    return float(rng.choice([-1, 1]) * rng.uniform(low, high))


def neurons(rng: np.random.Generator) -> list[Case]:
    """Cases with arguments (w, b, x, t).

    No two of the four are close to each other, to 0 or to ±1, where mistakes hide.
    The far target makes finite differences lose the digits that marking looks at, also
    those that are extrapolated from many steps as the course's own are; the large input
    makes their step too long.
    """
    cases = []
    for _ in range(3):
        w, b = away_from_zero(rng, 0.3, 0.8), away_from_zero(rng, 0.2, 0.7)
        x, t = away_from_zero(rng, 1.2, 2.4), away_from_zero(rng, 0.3, 2.0)
        cases.append(Case(ORDINARY, (w, b, x, t)))
    w, b, t = (away_from_zero(rng, 0.3, 0.9) for _ in range(3))
    cases.append(Case(NO_INPUT, (w, b, 0.0, t)))
    for z in (-30.0, 30.0):
        x = rng.uniform(4, 6)
        cases.append(Case(SATURATED, ((z - 0.5) / x, 0.5, x, away_from_zero(rng, 0.3, 2.0))))
    x = rng.uniform(2000, 4000)
    cases.append(Case(FAR, (rng.uniform(0.5, 1.5) / x, -0.3, x, rng.uniform(1e12, 1e13))))
    return cases


def regularized_neurons(rng: np.random.Generator) -> list[Case]:
    """Cases with arguments (w, b, x, t, lam), λ neither 0 nor 1."""
    return [Case(case.kind, (*case.arguments, float(rng.uniform(0.1, 0.8))))
            for case in neurons(rng)]


def data_sets(rng: np.random.Generator) -> list[Case]:
    """Cases with arguments (w, b, X, T), X and T of shape (N,), N from 1 to 11.

    Where all examples pull one way, nothing cancels in the mean.
    """
    def parameters():
        return away_from_zero(rng, 0.3, 0.9), away_from_zero(rng, 0.2, 0.7)

    cases = [
        Case(DATA, (*parameters(), rng.normal(0.4, 1.5, n), rng.uniform(0, 1, n)))
        for n in (5, 11)
    ]
    cases.append(Case(LISTS, (
        *parameters(), rng.permutation([3, 1, -2, 4]).tolist(), [1, 0, 0, 1])))
    cases.append(Case(ONE_EXAMPLE, (
        *parameters(), rng.uniform(1.2, 2, 1), rng.uniform(0, 1, 1))))
    cases.append(Case(AGREED, (*parameters(), rng.uniform(0.5, 2, 6), rng.uniform(1.5, 3, 6))))
    return cases
