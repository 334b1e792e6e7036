"""Is this the vector-Jacobian product of that function?

With v the upstream bar and J the Jacobian of f, a vector-Jacobian product returns Jᵀv. For
every direction u it must satisfy ⟨v, J u⟩ = ⟨Jᵀv, u⟩. The left side needs no Jacobian: it is
the slope of ⟨v, f⟩ along u, which two calls of f measure.
"""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.gradcheck.claims import Objective
from course_utils.gradcheck.gradients import judge_arrays
from course_utils.gradcheck.point import Point, Theta, read_gradient
from course_utils.gradcheck.report import GradientReport, complaint, report
from course_utils.gradcheck.searching import SEED, must_be_generator
from course_utils.plain_numbers import plain_numbers, rounding_unit


def check_vjp(
    f: Callable[..., Any],
    vjp: Callable[..., Any],
    inputs: Theta,
    rng: np.random.Generator | None = None,
    rtol: float = 1e-6,
) -> GradientReport:
    """Compare a vector-Jacobian product with finite differences of its function.

    The upstream bar is random, so that every entry of it counts. The inputs' bars are
    judged as `check_gradient` judges a gradient: entries of like size together, by the
    identity above, and alone where that fails.

    Args:
        f: Takes the inputs and returns an array, or one number.
        vjp: Takes the upstream bar, of the shape of what f returns, and then the same
            inputs; returns their bars.
        inputs: A tuple of arrays for f(a, b) and vjp(upstream, a, b), which returns the
            bars of a and b as a tuple. A dict for f(params) and vjp(upstream, params),
            which returns a dict. An array or number for f(x) and vjp(upstream, x), which
            returns one bar. Never changed; every call gets new float64 arrays.
        rng: Source of the upstream bar and of the directions; None takes the same ones
            every time.
        rtol: Relative difference that is still right.

    Returns:
        The report, with a row for each input.

    Raises:
        TypeError: If `rng` is not a generator.
        Exception: Whatever f and vjp raise at the inputs themselves.

    >>> import numpy as np
    >>> def linear(X, W, b):
    ...     return X @ W.T + b
    >>> def linear_vjp(Z_bar, X, W):
    ...     return Z_bar @ W, Z_bar.T @ X, Z_bar.mean(axis=0)  # a sum is what it takes
    >>> X, W, b = np.ones((4, 2)), np.array([[1.0, 2.0], [0.0, 1.0], [3.0, 1.0]]), np.zeros(3)
    >>> report = check_vjp(
    ...     linear, lambda Z_bar, X, W, b: linear_vjp(Z_bar, X, W), (X, W, b))
    >>> [(row.name, row.ok) for row in report.rows]
    [('X', True), ('W', True), ('b', False)]
    >>> print(report.summary)
    The bar of b is wrong: at [...] it is ..., finite differences say ...
    """
    must_be_generator(rng)
    point = Point(inputs, _parameters(f))
    if point.problems:
        return report([complaint(*pair) for pair in point.problems], "")

    def call(vector: NDArray[np.float64]) -> Any:
        built = point.build(vector)
        return f(*built) if point.form is tuple else f(built)

    value = call(point.values.copy())
    outputs, problem = plain_numbers(value)
    if problem or outputs.size == 0:
        text = problem or f"has the shape {outputs.shape}, without entries"
        return report([complaint("f", f"f must return an array; what it returned {text}.")], "")
    source = np.random.default_rng(SEED) if rng is None else rng
    upstream = source.standard_normal(outputs.shape)
    built = point.fresh()
    handed = upstream.copy() if upstream.shape else float(upstream)
    bars = vjp(handed, *built) if point.form is tuple else vjp(handed, built)
    labels = {name: f"The bar of {name}" for name in point.names}
    given = read_gradient(point, bars, labels, "What the vector-Jacobian product returns")
    unit = rounding_unit(outputs.ravel()[0])
    if unit > sys.float_info.epsilon:
        given.notes.append(f"f returns {outputs.dtype}, of which few digits count.")

    # the type of the sum tells how many of its digits count
    number = float if unit == sys.float_info.epsilon else outputs.dtype.type

    def weighted(vector: NDArray[np.float64]) -> Any:
        outputs = np.asarray(call(vector))
        # another shape than before is no number to compare
        return number(np.vdot(upstream, outputs)) if outputs.shape == upstream.shape else math.nan

    with np.errstate(all="ignore"):
        middle = float(np.vdot(upstream, outputs))
        rounding = unit * float(np.abs(upstream * outputs).sum())
    objective = Objective(weighted, point.values, middle, rounding)
    right = "The vector-Jacobian product agrees with finite differences of f."
    return judge_arrays(point, objective, given, labels, right, rtol, rng)


def _parameters(f: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of f's parameters, if they can be known."""
    try:
        return tuple(inspect.signature(f).parameters)
    except (TypeError, ValueError):
        return ()
