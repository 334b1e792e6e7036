"""The derivative of a function of one number by finite differences, with a verdict.

>>> round(derivative(lambda x: x**3, 2.0).value, 6)
12.0
>>> derivative(abs, 0.0).verdict
'kink'

It takes central differences over several steps h. The error of a central difference is a
series in h², so results at different steps are combined to cancel its first terms
(Richardson), and the combination whose neighbours agree best is kept (Ridders 1982,
Advances in Engineering Software 4, 75-76). Three things spoil such a measurement, and each
is looked for:

- a *kink*: the slopes on the two sides stay apart as the step shrinks;
- *rounding*: f itself is noisy, which a row of very close points shows;
- *nonsense*: NaN, overflow, jumps, or steps that never agree.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Verdict = Literal["smooth", "kink", "cannot tell"]

RATIO = 2.7  # of a step to the next; not a whole number, or waves could fool all of them
# Powers of h in the error of a central difference, and in the difference between the
# slopes right and left: where f is smooth, and where its curvature changes at x.
POWERS = (((2, 4, 6), (1, 3, 5)), ((1, 2, 3), (1, 2, 3)))

CLEAR = 10.0  # a gap this many times its uncertainty is a kink
GOOD = 1e-7  # relative error at which no more steps are tried
POOR = 1e-3  # relative error at which the answer is "cannot tell"
FLOOR = 1e-12  # rounding that two right formulas may differ by, relative


class NotOneNumberError(TypeError):
    """A function to be differentiated returned something else than one real number."""


@dataclass(frozen=True)
class Estimate:
    """A derivative as measured.

    Args:
        value: The derivative; at a kink the mean of the two slopes; NaN if unknown.
        error: Estimated absolute error of `value`; infinite if unknown.
        verdict: ``"smooth"``, ``"kink"`` or ``"cannot tell"``.
        left: Slope just below x; equal to `value` unless there is a kink.
        right: Slope just above x.
        scale: Size of the slopes in the neighbourhood: what a zero is compared with.
        reason: Why one cannot tell; else empty.
    """

    value: float
    error: float
    verdict: Verdict
    left: float = math.nan
    right: float = math.nan
    scale: float = 0.0
    reason: str = ""


def derivative(f: Callable[[float], float], x: float) -> Estimate:
    """Measure the derivative of f at x, and how far the measurement can be trusted.

    Args:
        f: A function of one float that returns one number. Where it raises a ValueError
            or ArithmeticError beside x, such as the logarithm of a negative number, that
            step is left out.
        x: Where.

    Returns:
        The estimate. It takes 15 calls of f, and up to about 100 where the first ones
        disagree.

    Raises:
        NotOneNumberError: If f returns something else than one real number.
        TypeError: If x is not a number.

    >>> import math
    >>> slope = derivative(math.exp, 1.0)
    >>> slope.verdict, abs(slope.value - math.e) <= slope.error < 1e-10
    ('smooth', True)
    >>> corner = derivative(abs, 0.0)
    >>> corner.verdict, round(corner.left, 6), round(corner.right, 6)
    ('kink', -1.0, 1.0)
    >>> derivative(math.log, -1.0).verdict
    'cannot tell'
    """
    if isinstance(x, bool) or not isinstance(x, numbers.Real) or not math.isfinite(x):
        raise TypeError(f"x must be a finite number; it is {x!r}.")
    x = float(x)
    try:
        with np.errstate(all="ignore"):
            at_x = f(x)
    except (ArithmeticError, ValueError) as problem:
        return _unknown(f"f raises {type(problem).__name__} at this point")
    middle, unit = one_number(at_x), _rounding_unit(at_x)
    if not math.isfinite(middle):
        return _unknown(f"f is {middle} at this point")

    best: _Fit | None = None
    noise_before = 0.0
    for steps in _ladders(x):
        samples = _samples(f, x, middle, steps, unit)
        fit = _best_fit(samples, 0.0)
        if fit is None:
            continue
        # Only now is it known how small the steps are; look at f much closer than that.
        noise = _noise(f, x, middle, fit.step)
        if fit.steepest == 0.0:
            # Flat, or a stair of a function that is rounded to a few digits?
            noise = max(noise, noise_before)
        noise_before = 0.0 if fit.kink else noise
        fit = _best_fit(samples, noise)
        if fit is not None and (best is None or fit.error < best.error):
            best = fit
        if best is not None and best.error <= _enough(best, middle, x):
            break
    return _judge(best, middle, x)


@dataclass(frozen=True)
class _Sample:
    """f at x - step and x + step, as slopes to the point between them."""

    step: float
    left: float
    right: float
    rounding: float  # absolute, of f there


@dataclass(frozen=True)
class _Fit:
    """A combination of samples that agree: the derivative and the gap of the slopes."""

    value: float
    error: float
    gap: float
    kink: bool
    step: float  # the smallest one in it
    steepest: float  # slope among its samples
    rounding: float  # what rounding alone contributes to the error


def _ladders(x: float) -> Iterator[list[float]]:
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


def _samples(
    f: Callable[[float], float], x: float, middle: float, steps: list[float], unit: float
) -> list[_Sample]:
    """Evaluate f on both sides of x at each step; a failure becomes NaN."""
    samples = []
    for step in steps:
        above, below = x + step, x - step
        if above == x or below == x:
            break
        f_above, f_below = _value(f, above), _value(f, below)
        samples.append(
            _Sample(
                step,
                # x + step is rounded: divide by the step that was really taken
                left=(middle - f_below) / (x - below),
                right=(f_above - middle) / (above - x),
                rounding=unit * max(abs(middle), abs(f_above), abs(f_below)),
            )
        )
    return samples


def _best_fit(samples: list[_Sample], noise: float) -> _Fit | None:
    """Extrapolate over every run of steps and return what has the least error, if any."""
    middles = [(s.left + s.right) / 2.0 for s in samples]
    jumps = [s.right - s.left for s in samples]
    best = None
    for powers, gap_powers in POWERS:
        gaps = _extrapolate(jumps, gap_powers)
        for (row, column), (value, error) in _extrapolate(middles, powers).items():
            used = samples[row - column : row + 1]
            fit = _fit(used, noise, value, error, *gaps[row, column])
            if math.isfinite(fit.error) and (best is None or fit.error < best.error):
                best = fit
    return best


def _fit(
    used: list[_Sample], noise: float, value: float, error: float, gap: float, gap_error: float
) -> _Fit:
    """Add rounding to the errors of an extrapolation, and decide whether it is a kink."""
    step = used[-1].step
    rounding = max(noise, *(s.rounding for s in used)) / step
    gap_error += 4.0 * rounding
    kink = abs(gap) > CLEAR * gap_error
    # A gap that may or may not be there is one more thing that is not known.
    error += 2.0 * rounding + (gap_error if kink else abs(gap)) / 2.0
    steepest = max(max(abs(s.left), abs(s.right)) for s in used)
    return _Fit(value, error, gap, kink, step, steepest, 2.0 * rounding)


def _extrapolate(
    estimates: list[float], powers: tuple[int, ...]
) -> dict[tuple[int, int], tuple[float, float]]:
    """Cancel error terms of the given powers of the step, one after the other.

    Args:
        estimates: At steps that shrink by RATIO.
        powers: Of the step in the error series, in order.

    Returns:
        For each last estimate `row` and number of cancelled terms `column`: the value,
        which rests on estimates row - column .. row, and the distance to the farther of
        the two values it was made from, which bounds its error.
    """
    table = [estimates]
    fits = {}
    for column, power in enumerate(powers, start=1):
        before, factor = table[-1], RATIO**power
        values = []
        for k in range(1, len(before)):
            coarse, fine = before[k - 1], before[k]
            value = fine + (fine - coarse) / (factor - 1.0)
            values.append(value)
            farthest = max(abs(value - coarse), abs(value - fine))
            # With one term cancelled the farther parent is the crude one: too strict,
            # but two estimates that happen to agree are no evidence.
            fits[k + column - 1, column] = (value, farthest)
        table.append(values)
    return fits


def _noise(f: Callable[[float], float], x: float, middle: float, step: float) -> float:
    """Measure the rounding error of f from points far closer together than `step`.

    Over so short a stretch a smooth function is a parabola, so third differences are
    noise, of standard deviation sqrt(20) times that of one value (Moré and Wild 2011,
    SIAM Journal on Scientific Computing 33, 1292-1314).
    """
    close = max(1e-3 * step, 16.0 * math.ulp(x))
    for side in (close, -close):  # on one side only: x itself may be a kink
        row = [middle, *(_value(f, x + k * side) for k in (1, 2, 3, 4))]
        thirds = [row[k + 3] - 3.0 * row[k + 2] + 3.0 * row[k + 1] - row[k] for k in (0, 1)]
        if math.isfinite(thirds[0] + thirds[1]):
            return max(abs(third) for third in thirds) / math.sqrt(20.0)
    return 0.0


def _enough(fit: _Fit, middle: float, x: float) -> float:
    """Return the error at which more steps are not worth their cost."""
    size = max(abs(fit.value), abs(fit.gap) if fit.kink else 0.0)
    if abs(fit.value) > fit.error or fit.kink:
        return GOOD * size
    # A zero has no size of its own; compare it with the slopes beside it.
    return max(1e-8 * fit.steepest, FLOOR * _natural(middle, x))


def _judge(fit: _Fit | None, middle: float, x: float) -> Estimate:
    """Turn the best fit into a verdict."""
    if fit is None:
        return _unknown("f is not finite beside this point")
    natural = _natural(middle, x)
    # A constant has no slope to compare with; there rounding is all the error there is.
    limit = 1e-9 if fit.steepest == 0.0 else FLOOR
    constant = fit.error <= min(10.0 * fit.rounding, limit * natural)
    if fit.error > POOR * max(abs(fit.value), fit.steepest) and not constant:
        return _unknown(
            "finite differences with different steps do not agree, so f jumps there, "
            "oscillates too fast or is too noisy"
        )
    half = fit.gap / 2.0 if fit.kink else 0.0
    verdict: Verdict = "kink" if fit.kink else "smooth"
    left, right = fit.value - half, fit.value + half
    # Slopes far from x say little about what is small at x.
    scale = max(fit.steepest * min(1.0, 1e-3 * max(1.0, abs(x)) / fit.step), natural)
    return Estimate(fit.value, fit.error, verdict, left, right, scale)


def _natural(middle: float, x: float) -> float:
    """Return the slope that an unremarkable function of this value would have."""
    return abs(middle) / max(1.0, abs(x))


def _unknown(reason: str) -> Estimate:
    return Estimate(math.nan, math.inf, "cannot tell", reason=reason)


def plain_numbers(values: Any) -> tuple[NDArray, str]:
    """Return an array of real numbers, and what is the matter if it is not one."""
    if values is None:
        return np.array(math.nan), "is None (is a return missing?)"
    try:
        array = np.asarray(values)
    except (TypeError, ValueError):
        return np.array(math.nan), "is not an array: its rows differ in length"
    if array.dtype.kind not in "biuf":
        kind = f"of type {type(values).__name__}" if array.dtype.kind == "O" else array.dtype
        return np.array(math.nan), f"does not consist of real numbers: it is {kind}"
    return array, ""


def one_number(value: Any) -> float:
    """Return a function's result as a float.

    Args:
        value: A number, or an array of one number.

    Returns:
        The number.

    Raises:
        NotOneNumberError: If it is something else.

    >>> one_number(np.array([[2]]))
    2.0
    """
    if type(value) is float:
        return value
    problem = not_one_number(value)
    if problem:
        raise NotOneNumberError(problem)
    return float(np.asarray(value).reshape(()))


def not_one_number(value: Any) -> str:
    """Return a sentence on a function's result that is not one number, else nothing."""
    array, problem = plain_numbers(value)
    if problem:
        return f"f must return one number; what it returned {problem}."
    if array.size != 1:
        return f"f must return one number; it returned an array of shape {array.shape}."
    return ""


def _value(f: Callable[[float], float], x: float) -> float:
    """Return f(x), or NaN where it has none."""
    try:
        with np.errstate(all="ignore"):
            return one_number(f(x))
    except (ArithmeticError, ValueError):
        return math.nan


def _rounding_unit(value: Any) -> float:
    """Return the relative rounding error of a function's result, by its type."""
    dtype = np.asarray(value).dtype
    return float(np.finfo(dtype if dtype in (np.float16, np.float32) else np.float64).eps)
