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

import numpy as np
from numpy.typing import NDArray

from course_utils.extrapolation import CLEAR
from course_utils.finite_difference import FLOOR, Estimate
from course_utils.gradcheck.claims import Comparison, DirectionClaim, EntryClaim, Objective
from course_utils.gradcheck.glancing import glance, look, settle

SEED = 1982  # for everybody who gives no generator
LIKE = 30.0  # entries are of like size if they differ by no more than this factor
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
    weights = 2.0 * rng.random(count) - 1.0
    weights += np.copysign(0.5, weights)
    return weights if count <= 16 else weights / (0.25 * math.sqrt(count))


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

    @functools.cached_property
    def finite(self) -> NDArray[np.float64]:
        """The gradient with 0 for NaN, which in one array must not spoil the others."""
        if math.isfinite(np.add.reduce(self.given)):
            return self.given
        return np.where(np.isfinite(self.given), self.given, 0.0)

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
        if part.stop - part.start == 1:
            given = float(self.given[part.start])
            alone = self._entry(part.start, (0,) * len(shape), abs(given), slack * abs(given))
            return alone, int(alone.estimate.verdict == "kink")
        magnitudes = np.abs(self.given[part])
        largest = float(np.maximum.reduce(magnitudes))  # NaN if there is one
        if not math.isfinite(largest) or not math.isfinite(self.objective.middle):
            place = part.start + int(np.argmax(~np.isfinite(self.given[part])))
            return self._entry(place, _index(place - part.start, shape), largest, 0.0), 0
        seen: list[Comparison] = []
        waiting = self._groups(part, magnitudes)[::-1]
        while waiting and not (seen and seen[-1].ok is False):
            group = waiting.pop()
            if len(group) == 1:
                index = _index(group[0] - part.start, shape)
                seen.append(self._entry(group[0], index, largest, slack * largest))
                continue
            together = self._together(group, largest)
            if together is not None:
                seen.append(together)
                continue
            middle = (len(group) + 1) // 2
            pieces = (group[middle:], group[1:middle], group[:1])
            waiting += [piece for piece in pieces if len(piece)]
        worst = seen[0] if len(seen) == 1 else max(seen, key=lambda one: one.badness)
        return worst, sum(one.estimate.verdict == "kink" for one in seen)

    def _groups(self, part: slice, magnitudes: NDArray[np.float64]) -> list[list[int]]:
        """Return the places of entries of like size together, large ones first, zeros last."""
        sizes = (magnitudes * self.objective.sizes[part]).tolist()
        order = sorted(range(len(sizes)), key=sizes.__getitem__, reverse=True)
        nothing = FLOOR * max(sizes[order[0]], abs(self.objective.middle))
        groups: list[list[int]] = []
        least = math.inf
        for k in order:
            if sizes[k] < least:
                groups.append([])
                least = max(sizes[k] / LIKE, nothing) if sizes[k] > nothing else 0.0
            groups[-1].append(part.start + k)
        return groups

    def _entry(
        self, place: int, index: tuple[int, ...], largest: float, slack: float
    ) -> Comparison:
        """Judge one entry."""
        given = float(self.given[place])
        return settle(EntryClaim(place, self.objective, given, largest, self.rtol, slack, index))

    def _together(self, places: list[int], largest: float) -> Comparison | None:
        """Return a comparison if it proves that all entries of a group are right."""
        objective, count = self.objective, len(places)
        group = np.array(places) if count < objective.at.size else slice(None)
        direction = np.zeros(objective.at.size)
        direction[group] = random_weights(self.rng, count) * objective.sizes[group]
        slopes = self.given[group] * direction[group]
        slope, smallest = float(np.add.reduce(slopes)), float(np.minimum.reduce(np.abs(slopes)))
        claim = DirectionClaim(self.finite, direction, objective, slope, largest, self.rtol)
        if smallest <= FLOOR * max(largest, abs(objective.middle)):
            return _if_proved(look(claim) if count < MANY else settle(claim))
        tolerance = 0.1 * self.rtol * smallest
        seen = glance(claim)
        doubt = abs(seen.gap) + seen.rounding
        if abs(seen.rest) <= tolerance and not seen.still:
            value = slope + seen.rest
            estimate = Estimate(value, doubt, "smooth", value, value)
            return Comparison(True, None, slope, value, estimate)
        if count < MANY or abs(seen.rest) > CLEAR * doubt:
            return None
        compared = claim.measured()
        estimate = compared.estimate
        # Alone, a small entry could be measured no better than this.
        noise = estimate.error if estimate.error <= self.rtol * largest else 0.0
        if abs(estimate.value - slope) > max(tolerance, noise):
            return None
        return _if_proved(compared)


def _if_proved(compared: Comparison | None) -> Comparison | None:
    """Return the comparison of a sum if all its entries are right."""
    proved = compared and compared.ok and compared.estimate.verdict == "smooth"
    return compared if proved else None


def _index(place: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the index of an entry of an array."""
    if len(shape) == 1:
        return (place,)
    return tuple(int(k) for k in np.unravel_index(place, shape))
