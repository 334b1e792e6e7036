"""Is this the gradient of that function, along one random direction?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.gradcheck.claims import Comparison, DirectionClaim, Objective
from course_utils.gradcheck.glancing import settle
from course_utils.gradcheck.gradients import prepare
from course_utils.gradcheck.point import Given, Point, Theta
from course_utils.gradcheck.report import GradientReport, complaint, report, row, sentence
from course_utils.gradcheck.searching import must_be_generator, random_weights


def check_gradient_along(
    f: Callable[[Any], float],
    gradient: Any,
    theta: Theta,
    rng: np.random.Generator | None = None,
    rtol: float = 1e-6,
    *,
    allow_extra: bool = False,
) -> GradientReport:
    """Compare a gradient with finite differences along one random direction.

    The slope of f along u is the sum of u times the gradient. This takes two calls of f
    beside the one at theta, however many entries theta has; two more to confirm that a
    gradient is wrong; and 17 or more where the first ones show a kink or noise. It cannot
    say which entry is wrong, and misses one that is small beside the others;
    `check_gradient` does not.

    Args:
        f: Takes what `theta` is (a float, an array, or a dict or tuple of them), returns
            one number.
        gradient: Of the form of `theta`, or a function that takes `theta` and returns it.
        theta: Where. Never changed.
        rng: Source of the direction; None takes the same one every time.
        rtol: Relative difference that is still right.
        allow_extra: Whether a dict may have more entries than theta.

    Returns:
        The report, with one row, or one for each thing wrong with the gradient's form.

    Raises:
        TypeError: If `rng` is not a generator.
        Exception: Whatever f and gradient raise at theta itself.

    >>> import numpy as np
    >>> theta = np.linspace(-1.0, 1.0, 10_000)
    >>> def cost(x):
    ...     return np.sum(x**2)
    >>> check_gradient_along(cost, 2 * theta, theta).ok
    True
    >>> check_gradient_along(cost, theta, theta).ok
    False
    """
    must_be_generator(rng)
    point = Point(theta)
    objective, given = prepare(f, gradient, point, allow_extra)
    if given.complaints:
        return report([complaint(*pair) for pair in given.complaints], "", point.names)
    direction = random_weights(rng, point.values.size) * objective.sizes
    with np.errstate(all="ignore"):
        compared = _compare(objective, given, direction, rtol)
    kinks = int(compared.estimate.verdict == "kink")
    label = "The slope that the gradient gives along a random direction"
    right = "The gradient agrees with finite differences along a random direction."
    rows = [row("direction", compared, sentence(label, compared, kinks))]
    return report(rows, right, point.names, [*point.notes, *given.notes])


def _compare(
    objective: Objective, given: Given, direction: NDArray[np.float64], rtol: float
) -> Comparison:
    """Judge the slope of f along a direction, (n,)."""
    slopes = given.values * direction
    largest, slope = float(np.maximum.reduce(np.abs(slopes))), float(np.add.reduce(slopes))
    slack = max(given.slack.values()) * largest if given.slack else 0.0
    claim = DirectionClaim(given.values, direction, objective, slope, largest, rtol, slack)
    compared = settle(claim)
    estimate = compared.estimate
    if compared.ok and estimate.verdict == "kink" and direction.size > 1:
        # Between the slopes there is room for a mistake in another entry.
        off = min(abs(slope - estimate.left), abs(slope - estimate.right))
        if off > rtol * abs(slope) + estimate.error:
            return compared._replace(ok=None)
    return compared
