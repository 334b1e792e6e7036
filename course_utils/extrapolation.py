"""Slopes at shrinking steps, combined so that the first terms of their error cancel.

The error of a central difference is a series in h², so results at different steps are
combined to cancel its first terms (Richardson), and the combination whose neighbours agree
best is kept (Ridders 1982, Advances in Engineering Software 4, 75-76).
`course_utils.finite_difference` turns this into a verdict.
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Iterator
from typing import NamedTuple

from course_utils.plain_numbers import one_number

RATIO = 2.7  # of a step to the next; not a whole number, or waves could fool all of them
# Powers of h in the error of a central difference, and in the difference between the
# slopes right and left: where f is smooth, and where its curvature changes at x.
POWERS = (((2, 4, 6), (1, 3, 5)), ((1, 2, 3), (1, 2, 3)))
CLEAR = 10.0  # a gap this many times its uncertainty is a kink


class Sample(NamedTuple):
    """f at x - step and x + step, as slopes to the point between them."""

    step: float
    left: float
    right: float
    rounding: float  # absolute, of f there


class Fit(NamedTuple):
    """A combination of samples that agree: the derivative and the gap of the slopes."""

    value: float
    error: float
    gap: float
    kink: bool
    step: float  # the smallest one in it
    steepest: float  # slope among its samples
    rounding: float  # what rounding alone contributes to the error


def ladders(x: float) -> Iterator[list[float]]:
    """Yield lists of steps, each from large to small, the most useful list first.

    The best step of a plain central difference is near eps^(1/3) = 6e-6 of the size of x;
    extrapolation does best a little above.
    """
    size = max(1.0, abs(x))
    yield _ladder(2e-3 * size, 5)
    yield _ladder(0.3 * size, 25)  # down to 1e-11, for steep, noisy or kinked functions
    if 0.0 < abs(x) < 0.1:
        yield _ladder(0.3 * abs(x), 12)  # such as log x near 0


def _ladder(largest: float, count: int) -> list[float]:
    return [largest / RATIO**k for k in range(count)]


def samples_at(
    f: Callable[[float], float], x: float, middle: float, steps: list[float], unit: float
) -> list[Sample]:
    """Evaluate f on both sides of x at each step; a failure becomes NaN."""
    samples = []
    for step in steps:
        above, below = x + step, x - step
        if above == x or below == x:
            break
        f_above, f_below = value_or_nan(f, above), value_or_nan(f, below)
        samples.append(
            Sample(
                step,
                # x + step is rounded: divide by the step that was really taken
                left=(middle - f_below) / (x - below),
                right=(f_above - middle) / (above - x),
                rounding=unit * max(abs(middle), abs(f_above), abs(f_below)),
            )
        )
    return samples


class Candidate(NamedTuple):
    """The slopes at a run of steps extrapolated to 0; rounding is not counted yet."""

    error: float
    value: float
    first: int  # index of the largest step
    last: int
    gap_powers: tuple[int, ...]


def candidates(samples: list[Sample]) -> list[Candidate]:
    """Extrapolate over every run of steps, and put the best of them first."""
    middles = [(s.left + s.right) / 2.0 for s in samples]
    found = []
    for powers, gap_powers in POWERS:
        table = middles
        for column, power in enumerate(powers, start=1):
            factor = RATIO**power - 1.0
            values = []
            for k, (coarse, fine) in enumerate(itertools.pairwise(table)):
                value = fine + (fine - coarse) / factor
                values.append(value)
                error = abs(value - coarse)  # the farther parent: it bounds the error
                # With one term cancelled the farther parent is the crude one: too strict,
                # but two estimates that happen to agree are no evidence.
                if error < math.inf:
                    found.append(Candidate(error, value, k, k + column, gap_powers))
            table = values
    found.sort(key=operator.itemgetter(0))
    return found


def best_fit(samples: list[Sample], found: list[Candidate], noise: float) -> Fit | None:
    """Return the candidate that has the least error, given the noise of f, if any."""
    best: Fit | None = None
    for candidate in found:
        finest = samples[candidate.last]
        rounding = 2.0 * max(noise, finest.rounding) / finest.step
        if best is not None and candidate.error >= best.error:
            break  # rounding only comes on top
        if best is not None and candidate.error + rounding >= best.error:
            continue
        fit = _fit(samples, candidate, noise)
        if math.isfinite(fit.error) and (best is None or fit.error < best.error):
            best = fit
    return best


def _fit(samples: list[Sample], candidate: Candidate, noise: float) -> Fit:
    """Add rounding to the errors of an extrapolation, and decide whether it is a kink."""
    error, value, first, last, gap_powers = candidate
    used = samples[first : last + 1]
    gap, gap_error = _limit([s.right - s.left for s in used], gap_powers)
    step = used[-1].step
    rounding = max([noise] + [s.rounding for s in used]) / step
    gap_error += 4.0 * rounding
    kink = abs(gap) > CLEAR * gap_error
    # A gap that may or may not be there is one more thing that is not known.
    error += 2.0 * rounding + (gap_error if kink else abs(gap)) / 2.0
    steepest = max([abs(s.left) for s in used] + [abs(s.right) for s in used])
    return Fit(value, error, gap, kink, step, steepest, 2.0 * rounding)


def _limit(estimates: list[float], powers: tuple[int, ...]) -> tuple[float, float]:
    """Cancel error terms of the given powers of the step, one after the other.

    Args:
        estimates: Two or more, at steps that shrink by RATIO.
        powers: Of the step in the error series, in order.

    Returns:
        The value, which rests on all of them, and its distance to the farther of the two
        values it was made from.
    """
    distance = 0.0
    for power, _ in zip(powers, estimates[1:], strict=False):
        factor = RATIO**power - 1.0
        distance = abs(estimates[-1] - estimates[-2]) * (1.0 + 1.0 / factor)
        estimates = [fine + (fine - coarse) / factor
                     for coarse, fine in itertools.pairwise(estimates)]
    return estimates[-1], distance


def noise_of(f: Callable[[float], float], x: float, middle: float, fit: Fit) -> float:
    """Measure the rounding error of f from points far closer together than the fit's steps.

    Over so short a stretch a smooth function is a parabola, so third differences are
    noise, of standard deviation sqrt(20) times that of one value (Moré and Wild 2011,
    SIAM Journal on Scientific Computing 33, 1292-1314). Where neighbours are equal although
    f has a slope, f is a stair, such as float32 makes, whose steps are not seen from so
    near: then the points are taken farther apart.
    """
    close = max(1e-3 * fit.step, 16.0 * math.ulp(x))
    slope = 0.0 if fit.kink else abs(fit.value)  # a kink may have a flat side
    noise = 0.0
    while True:
        row = _row(f, x, middle, close)
        for k in range(len(row) - 3):
            third = row[k + 3] - 3.0 * row[k + 2] + 3.0 * row[k + 1] - row[k]
            noise = max(noise, abs(third))
        equal = any(a == b for a, b in itertools.pairwise(row))
        close *= 4.0
        if not equal or close > fit.step or slope * close < 16.0 * math.ulp(middle):
            return noise / math.sqrt(20.0)


def _row(f: Callable[[float], float], x: float, middle: float, close: float) -> list[float]:
    """Return f at points on one side of x, since x itself may be a kink; [] if there is none."""
    for side in (close, -close):
        row = [middle, *(value_or_nan(f, x + k * side) for k in range(1, 7))]
        if math.isfinite(sum(row)):
            return row
    return []


def value_or_nan(f: Callable[[float], float], x: float) -> float:
    """Return f(x), or NaN where it has none."""
    try:
        return one_number(f(x))
    except (ArithmeticError, ValueError):
        return math.nan
