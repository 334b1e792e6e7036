"""The derivative of a function of one number by finite differences, with a verdict.

>>> round(derivative(lambda x: x**3, 2.0).value, 6)
12.0
>>> derivative(abs, 0.0).verdict
'kink'

It takes central differences over several steps, which `course_utils.extrapolation`
combines. Three things spoil such a measurement, and each is looked for:

- a *kink*: the slopes on the two sides stay apart as the step shrinks;
- *rounding*: f itself is noisy, which a row of very close points shows;
- *nonsense*: NaN, overflow, jumps, or steps that never agree.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from course_utils.extrapolation import (
    Fit,
    best_fit,
    candidates,
    ladders,
    noise_of,
    samples_at,
)
from course_utils.plain_numbers import one_number, rounding_unit

Verdict = Literal["smooth", "kink", "cannot tell"]

GOOD = 1e-7  # relative error at which no more steps are tried
POOR = 1e-3  # relative error at which the answer is "cannot tell"
FLOOR = 1e-12  # rounding that two right formulas may differ by, relative


class Estimate(NamedTuple):
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


def derivative(f: Callable[[float], float], x: float, noise: float = 0.0) -> Estimate:
    """Measure the derivative of f at x, and how far the measurement can be trusted.

    Args:
        f: A function of one float that returns one number. Where it raises a ValueError
            or ArithmeticError beside x, such as the logarithm of a negative number, that
            step is left out.
        x: Where.
        noise: Absolute error of f, if it is known to be more than rounding. It spares
            calls of f; the error is measured in any case.

    Returns:
        The estimate. It takes 17 calls of f, and up to about 100 where the first ones
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
    with np.errstate(all="ignore"):
        return _derivative(f, float(x), noise)


def _derivative(f: Callable[[float], float], x: float, known: float) -> Estimate:
    """Measure the derivative, with NumPy's warnings muted."""
    try:
        at_x = f(x)
    except (ArithmeticError, ValueError) as problem:
        return _unknown(f"f raises {type(problem).__name__} at this point")
    middle, unit = one_number(at_x), rounding_unit(at_x)
    if not math.isfinite(middle):
        return _unknown(f"f is {middle} at this point")

    best: Fit | None = None
    fits: list[Fit] = []
    noise_before = 0.0
    for steps in ladders(x):
        # below this step, noise alone is worse than the best fit so far
        least = 2.0 * max(unit * abs(middle), known) / best.error if best and best.error else 0.0
        samples = samples_at(f, x, middle, [step for step in steps if step > least], unit)
        found = candidates(samples)
        fit = best_fit(samples, found, 0.0)
        if fit is None:
            continue
        # Only now is it known how small the steps are; look at f much closer than that.
        noise = noise_of(f, x, middle, fit)
        if fit.steepest == 0.0:
            # Flat, or a stair of a function that is rounded to a few digits?
            noise = max(noise, noise_before)
        noise_before = 0.0 if fit.kink else noise
        fit = best_fit(samples, found, noise)
        if fit is not None:
            fits.append(fit)
            best = min(fits, key=lambda one: one.error)
            if best.error <= _enough(best, middle, x):
                break
    return _judge(_reconciled(best, fits), middle, x)


def _reconciled(best: Fit | None, fits: list[Fit]) -> Fit | None:
    """Widen the error of the best fit where another one contradicts it.

    Small steps on a stair can agree by chance, on a slope that it does not have.
    """
    if best is None or best.kink:
        return best
    error = best.error
    for fit in fits:
        apart = abs(fit.value - best.value)
        sure = not fit.kink and fit.error < POOR * abs(fit.value)
        if sure and apart > fit.error + best.error:
            error = max(error, apart)
    return best._replace(error=error)


def _enough(fit: Fit, middle: float, x: float) -> float:
    """Return the error at which more steps are not worth their cost."""
    size = max(abs(fit.value), abs(fit.gap) if fit.kink else 0.0)
    if abs(fit.value) > fit.error or fit.kink:
        return GOOD * size
    # A zero has no size of its own; compare it with the slopes beside it.
    return max(1e-8 * fit.steepest, FLOOR * _natural(middle, x))


def _judge(fit: Fit | None, middle: float, x: float) -> Estimate:
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
    scale = fit.steepest * min(1.0, 1e-3 * max(1.0, abs(x)) / fit.step) or natural
    return Estimate(fit.value, fit.error, verdict, left, right, scale)


def _natural(middle: float, x: float) -> float:
    """Return the slope that an unremarkable function of this value would have."""
    return abs(middle) / max(1.0, abs(x))


def _unknown(reason: str) -> Estimate:
    return Estimate(math.nan, math.inf, "cannot tell", reason=reason)
