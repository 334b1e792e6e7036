"""Is this the gradient of that function, in every entry?"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.gradcheck.claims import Objective
from course_utils.gradcheck.point import Given, Point, Theta, read_gradient
from course_utils.gradcheck.report import (
    GradientReport,
    complaint,
    nothing_in,
    report,
    row,
    sentence,
)
from course_utils.gradcheck.searching import Search
from course_utils.plain_numbers import not_one_number, one_number, rounding_unit


def check_gradient(
    f: Callable[[Any], float],
    gradient: Any,
    theta: Theta,
    rtol: float = 1e-6,
    *,
    allow_extra: bool = False,
) -> GradientReport:
    """Compare every entry of a gradient with finite differences.

    An entry is right if it is within `rtol` of the finite difference, or within the error
    of that (and that error is small beside the array's largest entry). At a kink every
    number between the two one-sided slopes is right. Where finite differences are not
    good enough to say, the answer is None and not a guess.

    Entries of like size are looked at together, in a random sum; each is looked at alone
    where that sum is off. A right gradient of a thousand entries takes about ten calls of
    f for each power of ten between its entries, and more where f is noisy; a wrong one is
    mostly refused after ten calls. An entry that is off by 0.001 escapes the sum once in
    ten thousand times; one that is off by a factor, once in ten million.

    Args:
        f: Takes what `theta` is (a float, an array, or a dict or tuple of them), returns
            one number.
        gradient: Of the form of `theta`, or a function that takes `theta` and returns it.
        theta: Where. Never changed; f is given new float64 arrays at each call.
        rtol: Relative difference that is still right.
        allow_extra: Whether a dict may have more entries than theta, such as the bars of
            inner variables.

    Returns:
        The report; what is wrong with the gradient's form is a row of it too.

    Raises:
        Exception: Whatever f and gradient raise at theta itself.

    >>> import numpy as np
    >>> X, t = np.array([[1.0, 2.0], [3.0, 5.0], [0.0, 1.0]]), np.array([1.0, 0.0, 2.0])
    >>> def cost(params):
    ...     return np.mean((X @ params["w"] + params["b"] - t) ** 2) / 2
    >>> def gradient(params):
    ...     error = X @ params["w"] + params["b"] - t
    ...     return {"w": X.T @ error / 3, "b": np.sum(error)}  # forgot to divide
    >>> report = check_gradient(cost, gradient, {"w": [0.5, -1.0], "b": 1})
    >>> print(report.summary)
    The gradient of b is wrong: it is -6, finite differences say -2.
    >>> report.ok, [row.ok for row in report.rows]
    (False, [True, False])
    """
    point = Point(theta)
    objective, given = prepare(f, gradient, point, allow_extra)
    entries = point.values.size
    right = f"The gradient agrees with finite differences in each of its {entries} entries."
    return judge_arrays(point, objective, given, _labels(point), right, rtol)


def prepare(
    f: Callable[[Any], float], gradient: Any, point: Point, allow_extra: bool
) -> tuple[Objective, Given]:
    """Return f as a function of theta's vector, and the gradient in the same order.

    Nothing of the gradient can be compared where theta or f is of no use; the complaints
    then say so.
    """
    complaints = point.problems
    if not complaints:
        value = f(point.fresh())
        problem = "" if isinstance(value, float) else not_one_number(value)
        complaints = [("f", problem)] if problem else []
    if complaints:
        nothing = Objective(f, point.values, math.nan, math.nan)
        return nothing, Given(point.values, complaints=complaints)
    if callable(gradient):
        gradient = gradient(point.fresh())
    given = read_gradient(point, gradient, _labels(point), "The gradient", allow_extra)
    middle, unit = one_number(value), rounding_unit(value)
    if unit > sys.float_info.epsilon:
        given.notes.append(f"f returns {np.asarray(value).dtype}, of which few digits count.")

    def f_of_vector(vector: NDArray[np.float64]) -> Any:
        return f(point.build(vector))

    return Objective(f_of_vector, point.values, middle, unit * abs(middle)), given


def _labels(point: Point) -> dict[Any, str]:
    """Return the subject of a sentence about each array of the gradient."""
    if point.form is np.ndarray:
        return dict.fromkeys(point.names, "The gradient")
    return {name: f"The gradient of {name}" for name in point.names}


def judge_arrays(
    point: Point,
    objective: Objective,
    given: Given,
    labels: dict[Any, str],
    right: str,
    rtol: float,
    rng: np.random.Generator | None = None,
) -> GradientReport:
    """Judge each array of a gradient.

    Args:
        point: Theta.
        objective: The function of theta's vector.
        given: Its gradient.
        labels: Subject of a sentence about each array.
        right: The sentence if all are right.
        rtol: Relative difference that is right.
        rng: Source of the weights of sums; None for a fixed one.
    """
    search = Search(objective, given.values, rtol, rng)
    rows = [complaint(*pair) for pair in given.complaints]
    with np.errstate(all="ignore"):
        for name, shape, part in zip(point.names, point.shapes, point.parts, strict=True):
            if name not in given.names:
                continue
            if part.start == part.stop:
                rows.append(nothing_in(name))
                continue
            worst, kinks = search.worst_of(part, shape, given.slack.get(name, 0.0))
            text = sentence(labels[name], worst, kinks, name in given.whole)
            rows.append(row(name, worst, text))
    return report(rows, right, point.names, [*point.notes, *given.notes])
