"""Find a wrong entry of an array in few calls of f, or know that all are right.

Entries of like size are moved together, by a random amount each: their weighted sum is one
slope, and costs two calls. If it agrees to a tenth of the tolerance of the *smallest* of
them, all of them are right, but for a chance of about rtol / (10 e) that an entry with the
relative error e is balanced by the weights: one in ten thousand for e = 0.001. If it does
not agree, the largest entry is looked at alone, and the rest in two halves.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from course_utils.extrapolation import CLEAR
from course_utils.finite_difference import FLOOR, Estimate, derivative
from course_utils.gradcheck.comparing import (
    Comparison,
    Objective,
    along_entry,
    along_vector,
    at_a_glance,
    glance,
    look,
    with_care,
)

SEED = 1982  # for everybody who gives no generator
LIKE = 30.0  # entries are of like size if they differ by no more than this factor
FEW = 3  # entries that are looked at alone at once
MANY = 8  # entries in a group for which the careful way is cheaper than to take it apart


def must_be_generator(rng: np.random.Generator | None) -> None:
    """Refuse what is neither a generator nor None.

    Raises:
        TypeError: If `rng` is something else.
    """
    if rng is not None and not isinstance(rng, np.random.Generator):
        raise TypeError(
            "rng must be a generator such as numpy.random.default_rng(0), or None; it is of "
            f"type {type(rng).__name__}."
        )


def random_weights(rng: np.random.Generator | None, count: int) -> NDArray[np.float64]:
    """Return weights for a sum of entries in which each one counts.

    Args:
        rng: Source; None for the same numbers every time.
        count: How many.

    Returns:
        Numbers of either sign, none much smaller than another, (count,). The more there
        are, the smaller they are, so that the curvature of f along them stays the same.
    """
    if rng is None:
        return _fixed_weights(count)
    draws = rng.uniform(-1.0, 1.0, size=count)
    return (draws + np.copysign(0.5, draws)) / max(1.0, 0.25 * math.sqrt(count))


@functools.lru_cache(maxsize=64)
def _fixed_weights(count: int) -> NDArray[np.float64]:
    """Remember weights, since making a generator takes longer than a small check."""
    weights = random_weights(np.random.default_rng(SEED), count)
    weights.flags.writeable = False
    return weights


class Search:
    """Through the entries of a gradient.

    Args:
        objective: The function.
        given: Its gradient at theta as given, (n,).
        rtol: Relative difference that is right.
        rng: Source of the weights; None for a fixed one.
    """

    def __init__(
        self,
        objective: Objective,
        given: NDArray[np.float64],
        rtol: float,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.objective, self.given, self.rtol, self.rng = objective, given, rtol, rng
        self.finite = given
        if not math.isfinite(given.sum()):  # NaN in one array must not spoil the others
            self.finite = np.where(np.isfinite(given), given, 0.0)

    def worst_of(
        self, part: slice, shape: tuple[int, ...], slack: float = 0.0
    ) -> tuple[Comparison, int]:
        """Judge one array.

        Args:
            part: Its place in the vector; not empty.
            shape: Its shape.
            slack: What its entries may be off by, relative to the largest.

        Returns:
            The comparison that decides, and how many entries at a kink were seen.
        """
        sizes = np.abs(self.given[part])
        largest = float(sizes.max())  # NaN if there is one
        if not math.isfinite(largest):
            bad = int(np.flatnonzero(~np.isfinite(sizes))[0])
            unknown = Estimate(math.nan, math.inf, "cannot tell", reason="not looked at")
            value = float(self.given[part.start + bad])
            return Comparison(False, _index(bad, shape), value, math.nan, unknown), 0
        if len(sizes) == 1 or not math.isfinite(self.objective.middle):
            alone = self._entry(part.start, _index(0, shape), largest, slack * largest)
            return alone, int(alone.estimate.verdict == "kink")
        seen: list[Comparison] = []
        waiting = [*self._groups(part, sizes)][::-1]
        while waiting and not (seen and seen[-1].ok is False):
            group = waiting.pop()
            if len(group) == 1:
                index = _index(int(group[0]) - part.start, shape)
                seen.append(self._entry(int(group[0]), index, largest, slack * largest))
                continue
            together = self._together(group, largest)
            if together is not None:
                seen.append(together)
                continue
            middle = (len(group) + 1) // 2
            pieces = (group[middle:], group[1:middle], group[:1])
            waiting += [piece for piece in pieces if len(piece)]
        worst = max(seen, key=lambda comparison: comparison.badness)
        return worst, sum(one.estimate.verdict == "kink" for one in seen)

    def _groups(self, part: slice, sizes: NDArray[np.float64]) -> Iterator[NDArray[np.intp]]:
        """Yield the indices of entries of like size, large ones first, zeros last."""
        sizes = sizes * self.objective.sizes[part]
        order = np.argsort(-sizes, kind="stable")
        if len(order) <= FEW:
            yield from (part.start + order).reshape(-1, 1)
            return
        falling = -sizes[order]  # in rising order, for searchsorted
        nothing = FLOOR * max(float(-falling[0]), abs(self.objective.middle))
        if -falling[-1] > max(nothing, float(-falling[0]) / LIKE):
            yield part.start + order
            return
        zeros = int(np.searchsorted(falling, -nothing))
        start = 0
        while start < zeros:
            end = min(zeros, int(np.searchsorted(falling, falling[start] / LIKE, "right")))
            yield part.start + order[start:end]
            start = end
        if zeros < len(order):
            yield part.start + order[zeros:]

    def _entry(
        self, place: int, index: tuple[int, ...], largest: float, slack: float
    ) -> Comparison:
        """Judge one entry."""
        objective, given = self.objective, float(self.given[place])
        x, size = float(objective.at[place]), float(objective.sizes[place])
        if math.isfinite(objective.middle):
            tolerance = (self.rtol * abs(given) + slack) * size
            floor = FLOOR * max(largest * size, abs(objective.middle))
            walk = along_entry(objective, given, place)
            ok, rest, doubt = look(objective, walk, given * size, tolerance, floor)
            if ok is not None:
                return at_a_glance(ok, index, given, rest / size, doubt / size)

        def f_of_one_entry(value: float) -> float:
            moved = objective.at.copy()
            moved[place] = value
            return objective.f(moved)

        estimate = derivative(f_of_one_entry, x)
        return with_care(given, estimate, index, largest, self.rtol, slack)

    def _together(self, group: NDArray[np.intp], largest: float) -> Comparison | None:
        """Return a comparison if it proves that all entries of a group are right."""
        objective = self.objective
        direction = np.zeros(objective.at.size)
        direction[group] = random_weights(self.rng, len(group)) * objective.sizes[group]
        slopes = self.given[group] * direction[group]
        slope, smallest = float(slopes.sum()), float(np.abs(slopes).min())
        tolerance = 0.1 * self.rtol * smallest
        seen = glance(objective, along_vector(objective, self.finite, direction))
        doubt = abs(seen.gap) + 4.0 * seen.rounding
        if abs(seen.rest) <= tolerance and not seen.still:
            return at_a_glance(True, None, slope, seen.rest, doubt)
        zeros = smallest <= FLOOR * max(largest, abs(objective.middle))
        if not zeros and (len(group) < MANY or abs(seen.rest) > CLEAR * doubt):
            return None

        def f_along(step: float) -> float:
            return objective.f(objective.at + step * direction)

        estimate = derivative(f_along, 0.0)
        if estimate.verdict != "smooth":
            return None
        if not zeros and max(estimate.error, abs(estimate.value - slope)) > tolerance:
            return None
        compared = with_care(slope, estimate, None, largest, self.rtol)
        return compared if compared.ok else None


def _index(place: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the index of an entry of an array."""
    return tuple(int(k) for k in np.unravel_index(place, shape)) if shape else ()
