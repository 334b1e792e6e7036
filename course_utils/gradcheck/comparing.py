"""Judge one number of a gradient: at a glance where that is enough, else with care.

A glance costs two calls of f. It takes one step up and a shorter one down, and asks what
slope is left over when the given one is taken off:

- Nothing is left: the given slope is right. Finite differences of a noisy or bent function
  do not hit a given number by chance to six digits; and since the steps differ in length,
  a number halfway between the slopes at a kink is not hit either.
- Something is left, and it is the same with longer steps, while the gap between the two
  sides shrinks with the steps, as it does where f is merely bent: the given slope is wrong.
- Anything else proves nothing. Then `course_utils.finite_difference` takes its time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_utils.extrapolation import CLEAR
from course_utils.finite_difference import FLOOR, Estimate
from course_utils.plain_numbers import one_number

# Truncation is h²/6 of the third derivative and rounding 2e-16 / h of f: about 2e-11 each.
UP, DOWN = 1.0e-5, 0.6e-5
WIDER = 8.0


class Objective:
    """The scalar function whose slopes are measured, as a function of one vector.

    Args:
        f: Of a vector that it may keep and change; returns one number.
        at: The vector of theta, (n,). Never changed.
        middle: f there.
        rounding: Absolute rounding error of f there.
    """

    def __init__(
        self,
        f: Callable[[NDArray[np.float64]], Any],
        at: NDArray[np.float64],
        middle: float,
        rounding: float,
    ) -> None:
        self.f, self.at, self.middle, self.rounding = f, at, middle, rounding
        # a large entry is moved farther than a small one
        self.sizes = np.maximum(1.0, np.abs(at))

    def __call__(self, vector: NDArray[np.float64]) -> float:
        """Return f, or NaN where it has no value."""
        try:
            value = self.f(vector)
        except (ArithmeticError, ValueError):
            return math.nan
        return value if type(value) is float else one_number(value)


class Glance(NamedTuple):
    """What is left of the slope when the given one is taken off.

    Args:
        rest: By a difference quotient that is exact for parabolas.
        gap: Slope to the right minus slope to the left.
        rounding: What rest may be off by because of rounding.
        still: Whether f did not change at all.
    """

    rest: float
    gap: float
    rounding: float
    still: bool


# Takes a step up and a step down; returns f there, and how far f should have risen and
# fallen by the slope that is given.
Walk = Callable[[float, float], tuple[float, float, float, float]]


def along_entry(objective: Objective, given: float, place: int) -> Walk:
    """Return a walk that changes one entry of theta.

    Args:
        objective: f.
        given: The entry of the gradient.
        place: Its index in the vector.
    """
    x, size = float(objective.at[place]), float(objective.sizes[place])

    def walk(up: float, down: float) -> tuple[float, float, float, float]:
        above, below = objective.at.copy(), objective.at.copy()
        above[place], below[place] = higher, lower = x + up * size, x - down * size
        # x + step is rounded: compare with the step that was really taken
        return objective(above), objective(below), given * (higher - x), given * (x - lower)

    return walk


def along_vector(
    objective: Objective, given: NDArray[np.float64], move: NDArray[np.float64]
) -> Walk:
    """Return a walk that changes many entries at once.

    Args:
        objective: f.
        given: The gradient, (n,), finite.
        move: How far each entry of theta is moved when the step is 1, (n,).
    """
    at = objective.at

    def walk(up: float, down: float) -> tuple[float, float, float, float]:
        above, below = at + up * move, at - down * move
        rise, fall = float(given.dot(above - at)), float(given.dot(at - below))
        return objective(above), objective(below), rise, fall

    return walk


def glance(objective: Objective, walk: Walk, widen: float = 1.0) -> Glance:
    """Look at f on both sides of theta.

    Args:
        objective: f.
        walk: How to get there.
        widen: Factor on the steps.
    """
    up, down, middle = UP * widen, DOWN * widen, objective.middle
    f_above, f_below, rise, fall = walk(up, down)
    right = (f_above - middle - rise) / up
    left = (middle - f_below - fall) / down
    rest = (down * right + up * left) / (up + down)
    still = f_above == middle == f_below
    return Glance(rest, right - left, objective.rounding / down, still)


def look(
    objective: Objective, walk: Walk, slope: float, tolerance: float, floor: float
) -> tuple[bool | None, float, float]:
    """Compare a slope with finite differences in two calls of f, or four.

    Args:
        objective, walk: As for `glance`.
        slope: The given slope.
        tolerance: What it may be off by.
        floor: What cannot be told from nothing.

    Returns:
        Whether the slope is right (None: not known), what is left of it, and the error
        of that.
    """
    near = glance(objective, walk)
    if abs(near.rest) <= tolerance and not near.still:
        return True, near.rest, abs(near.gap) + near.rounding
    if not abs(near.rest) < math.inf:
        return None, near.rest, math.inf
    far = glance(objective, walk, WIDER)
    if abs(far.rest) <= tolerance and not far.still:
        return True, far.rest, abs(far.gap) + far.rounding
    moved = abs(near.rest - far.rest)
    # what of the gap does not shrink with the steps
    kink = abs(WIDER * near.gap - far.gap) / (WIDER - 1.0)
    doubt = moved + kink + 4.0 * near.rounding
    seen = max(abs(slope + near.rest), abs(slope + far.rest))
    clear = abs(near.rest) > tolerance + floor + CLEAR * doubt and CLEAR * moved <= seen
    return (False if clear and not near.still else None), near.rest, doubt


class Comparison(NamedTuple):
    """One number of the gradient beside its finite difference."""

    ok: bool | None
    where: tuple[int, ...] | None
    given: float
    expected: float
    estimate: Estimate

    @property
    def error(self) -> float:
        return abs(self.given - self.expected)

    @property
    def badness(self) -> tuple[int, float]:
        rank = {False: 2, None: 1, True: 0}[self.ok]
        return rank, math.inf if math.isnan(self.error) else self.error


def at_a_glance(
    ok: bool, where: tuple[int, ...] | None, given: float, rest: float, doubt: float
) -> Comparison:
    """Return the comparison that a glance allows."""
    value = given + rest
    return Comparison(ok, where, given, value, Estimate(value, doubt, "smooth", value, value))


def with_care(
    given: float,
    estimate: Estimate,
    where: tuple[int, ...] | None,
    largest: float,
    rtol: float,
    slack: float = 0.0,
) -> Comparison:
    """Judge one number.

    Args:
        given: The number.
        estimate: Its finite difference.
        where: Its index.
        largest: The largest entry of its array, which says how small an error matters.
        rtol: Relative difference that is right.
        slack: Absolute difference that is right because of how the number was stored.
    """
    expected = estimate.value
    if estimate.verdict == "kink":
        ends = sorted((estimate.left, estimate.right))
        expected = min(max(given, ends[0]), ends[1])  # the nearest right answer
    ok: bool | None
    allowed = rtol * max(abs(given), abs(expected)) + estimate.error + slack
    allowed += FLOOR * largest
    if not math.isfinite(given):
        ok = False
    elif estimate.verdict == "cannot tell":
        ok = None
    elif abs(given - expected) > allowed:
        ok = False
    else:
        # Agreement proves nothing where the measurement is too coarse to see a mistake.
        zero = abs(given) <= min(FLOOR * estimate.scale, estimate.error)
        size = max(largest, abs(estimate.left), abs(estimate.right))
        fine = estimate.error <= rtol * (max(size, estimate.scale) if zero else size)
        ok = True if fine else None
    return Comparison(ok, where, given, expected, estimate)
