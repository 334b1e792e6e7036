"""Compare a gradient with finite differences, and know when that comparison means nothing.

>>> import numpy as np
>>> def cost(w):
...     return np.sum(w**3)
>>> w = np.array([[1.0, 2.0, 3.0]])
>>> print(check_gradient(cost, 3 * w**2, w))
The gradient agrees with finite differences in each of its 3 entries.
array  result  verdict  where   largest error  given  finite differences
theta  right   smooth   [0, 0]  ...
>>> bool(check_gradient(cost, 2 * w**2, w))
False

`check_gradient` looks at every entry and `check_gradient_along` at one random direction;
both rest on `course_utils.finite_difference`, which also says when it cannot tell.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_utils.finite_difference import (
    FLOOR,
    Estimate,
    Verdict,
    derivative,
    not_one_number,
    plain_numbers,
)

Theta = ArrayLike | Mapping[str, ArrayLike]

DIRECTION_SEED = 1982  # for everybody who gives no generator


@dataclass(frozen=True)
class GradientRow:
    """What came of one array.

    Args:
        name: Key of the array, ``"theta"`` if there is only one.
        ok: True, False, or None where it cannot be told.
        verdict: Of the finite differences at `where`.
        where: Index of the worst entry, () for a single number, None if there is none.
        error: Absolute difference at that entry (NaN if there is none).
        given: Its value in the gradient that is checked.
        expected: Its value by finite differences.
        message: One sentence.
    """

    name: str
    ok: bool | None
    verdict: Verdict
    where: tuple[int, ...] | None
    error: float
    given: float
    expected: float
    message: str


@dataclass(frozen=True, repr=False)
class GradientReport:
    """What came of all arrays; true in an ``if`` or ``assert`` only where all is right.

    Args:
        ok: True if every row is right, False if one is wrong, else None: cannot tell.
        rows: One for each array.
        summary: One sentence.
        notes: Further sentences, such as that theta was float32.
    """

    ok: bool | None
    rows: tuple[GradientRow, ...]
    summary: str
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.ok is True

    def __str__(self) -> str:
        return "\n".join([self.summary, *self.notes, *_table(self.rows)])

    __repr__ = __str__


# --- many variables ------------------------------------------------------------------------


def check_gradient(
    f: Callable[[Any], float],
    gradient: Any,
    theta: Theta,
    rtol: float = 1e-6,
    *,
    allow_extra: bool = False,
) -> GradientReport:
    """Compare a gradient with finite differences, entry by entry.

    An entry is right if it is within `rtol` of the finite difference, or within the error
    of that (and that error is small beside the array's largest entry). At a kink every
    number between the two one-sided slopes is right. Where finite differences are not
    good enough to say, the answer is None and not a guess.

    Args:
        f: Takes what `theta` is (a float, an array, or a dict of them), returns one number.
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
    point, given, complaints = _prepare(f, gradient, theta, allow_extra)
    rows = [_check_array(f, point, name, given[name], rtol) for name in given]
    return _report(point, rows + complaints)


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

    The slope of f along u is the sum of u times the gradient. This takes about 15 calls
    of f however many entries theta has. It cannot say which entry is wrong, and misses
    one that is small beside the others; `check_gradient` does not.

    Args:
        f: Takes what `theta` is (a float, an array, or a dict of them), returns one number.
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
    if rng is not None and not isinstance(rng, np.random.Generator):
        raise TypeError(
            "rng must be a generator such as numpy.random.default_rng(0), or None; it is of "
            f"type {type(rng).__name__}."
        )
    rng = np.random.default_rng(DIRECTION_SEED) if rng is None else rng
    point, given, complaints = _prepare(f, gradient, theta, allow_extra)
    rows = [] if complaints else [_check_direction(f, point, given, rng, rtol)]
    return _report(point, rows + complaints, along=True)


# --- the form of theta and of the gradient ------------------------------------------------


class _Point:
    """Theta as float64 arrays by name, and the way back to what f takes."""

    def __init__(self, theta: Theta) -> None:
        self.is_dict = isinstance(theta, Mapping)
        self.arrays: dict[str, NDArray[np.float64]] = {}
        self.notes: list[str] = []
        self.problems: list[tuple[str, str]] = []
        for name, values in dict(theta if self.is_dict else {"theta": theta}).items():
            array, problem = plain_numbers(values)
            if not problem and not np.all(np.isfinite(array)):
                problem = "contains NaN or infinity"
            if problem:
                self.problems.append((name, f"No gradient at this point: {name} {problem}."))
                continue
            if array.dtype in (np.float16, np.float32):
                self.notes.append(
                    f"{name} was {array.dtype}; here it is float64, since finite differences "
                    "need the digits."
                )
            self.arrays[name] = np.array(array, dtype=np.float64)
        if not self.problems and not sum(array.size for array in self.arrays.values()):
            self.problems.append(("theta", "Nothing to check: theta has no entries."))

    def build(self, moved: Mapping[str, NDArray[np.float64]] | None = None) -> Any:
        """Return what f takes, all of it new, with some of the arrays replaced."""
        arrays = self.arrays if moved is None else {**self.arrays, **moved}
        fresh = {n: a.copy() if a.ndim else float(a) for n, a in arrays.items()}
        return fresh if self.is_dict else fresh["theta"]

    def label(self, name: str) -> str:
        """Return the subject of a sentence about one array of the gradient."""
        return f"The gradient of {name}" if self.is_dict else "The gradient"


def _prepare(
    f: Callable[[Any], float], gradient: Any, theta: Theta, allow_extra: bool
) -> tuple[_Point, dict[str, NDArray[np.float64]], list[GradientRow]]:
    """Return theta, those arrays of the gradient that can be compared, and complaints."""
    point = _Point(theta)
    if point.problems:
        return point, {}, [_complaint(name, text) for name, text in point.problems]
    problem = not_one_number(f(point.build()))
    if problem:
        return point, {}, [_complaint("f", problem)]
    if callable(gradient):
        gradient = gradient(point.build())
    wanted = ", ".join(str(name) for name in point.arrays)
    if isinstance(gradient, Mapping) != point.is_dict:
        form = f"a dict with the keys {wanted}" if point.is_dict else "an array, like theta"
        kind = type(gradient).__name__
        text = f"The gradient must be {form}; it is of type {kind}."
        return point, {}, [_complaint("gradient", text)]
    named = gradient if point.is_dict else {"theta": gradient}
    given, complaints = _sort_out(point, named)
    for name in [] if allow_extra else [name for name in named if name not in point.arrays]:
        text = f"The gradient has an entry {name}, but theta has none: only {wanted}."
        complaints.append(_complaint(name, text))
    return point, given, complaints


def _sort_out(
    point: _Point, named: Mapping[str, Any]
) -> tuple[dict[str, NDArray[np.float64]], list[GradientRow]]:
    """Return the gradient's arrays of the right form, and a complaint on each other one."""
    given, complaints = {}, []
    for name, at in point.arrays.items():
        label = point.label(name)
        if name not in named:
            complaints.append(_complaint(name, f"{label} is missing."))
            continue
        array, problem = plain_numbers(named[name])
        if problem:
            complaints.append(_complaint(name, f"{label} {problem}."))
        elif array.shape != at.shape:
            turned = array.ndim > 1 and array.shape == at.shape[::-1]
            text = (
                f"{label} has the shape {array.shape}; it must have the shape {at.shape} of "
                f"{name} itself{' (is it transposed?)' if turned else ''}."
            )
            complaints.append(_complaint(name, text))
        else:
            given[name] = array.astype(np.float64)
    return given, complaints


# --- comparing ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Comparison:
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


def _check_array(
    f: Callable[[Any], float],
    point: _Point,
    name: str,
    given: NDArray[np.float64],
    rtol: float,
) -> GradientRow:
    """Compare one array of the gradient, entry by entry, and report the worst."""
    at = point.arrays[name]
    if at.size == 0:
        text = f"{name} has no entries."
        return GradientRow(name, True, "smooth", None, 0.0, math.nan, math.nan, text)

    def along(index: tuple[int, ...]) -> Callable[[float], float]:
        def f_of_one_entry(value: float) -> float:
            moved = at.copy()
            moved[index] = value
            return f(point.build({name: moved}))

        return f_of_one_entry

    indices = list(np.ndindex(at.shape))
    estimates = [derivative(along(index), float(at[index])) for index in indices]
    largest = max((abs(e.value) for e in estimates if math.isfinite(e.value)), default=0.0)
    worst = max(
        (
            _compare(float(given[index]), estimate, index, largest, rtol)
            for index, estimate in zip(indices, estimates, strict=True)
        ),
        key=lambda comparison: comparison.badness,
    )
    kinks = sum(estimate.verdict == "kink" for estimate in estimates)
    return _row(name, worst, _sentence(point.label(name), worst, kinks))


def _check_direction(
    f: Callable[[Any], float],
    point: _Point,
    given: Mapping[str, NDArray[np.float64]],
    rng: np.random.Generator,
    rtol: float,
) -> GradientRow:
    """Compare the slope along a random direction in which every entry counts."""
    direction = {}
    for name, at in point.arrays.items():
        signs = rng.choice([-1.0, 1.0], size=at.shape)
        # a large entry moves farther, as it would if it were changed alone
        length = rng.uniform(0.5, 1.5, size=at.shape) * np.maximum(1.0, np.abs(at))
        direction[name] = np.asarray(signs * length)

    def f_along(step: float) -> float:
        return f(point.build({n: at + step * direction[n] for n, at in point.arrays.items()}))

    with np.errstate(all="ignore"):
        parts = np.concatenate(
            [np.ravel(given[name] * direction[name]) for name in point.arrays] or [[]]
        )
        slope = float(np.sum(parts))
    largest = float(np.max(np.abs(parts), initial=0.0))
    compared = _compare(slope, derivative(f_along, 0.0), None, largest, rtol)
    kinks = int(compared.estimate.verdict == "kink")
    label = "The slope that the gradient gives along a random direction"
    return _row("direction", compared, _sentence(label, compared, kinks))


def _compare(
    given: float,
    estimate: Estimate,
    where: tuple[int, ...] | None,
    largest: float,
    rtol: float,
) -> _Comparison:
    """Judge one number.

    Args:
        given: The number.
        estimate: Its finite difference.
        where: Its index.
        largest: The largest entry of its array, which says how small an error matters.
        rtol: Relative difference that is right.
    """
    expected = estimate.value
    if estimate.verdict == "kink":
        ends = sorted((estimate.left, estimate.right))
        expected = min(max(given, ends[0]), ends[1])  # the nearest right answer
    ok: bool | None
    allowed = rtol * max(abs(given), abs(expected)) + estimate.error
    allowed += FLOOR * max(largest, estimate.scale)
    if not math.isfinite(given):
        ok = False
    elif estimate.verdict == "cannot tell":
        ok = None
    elif abs(given - expected) > allowed:
        ok = False
    else:
        # Agreement proves nothing where the measurement is too coarse to see a mistake.
        zero = abs(given) <= FLOOR * estimate.scale
        size = max(largest, abs(estimate.left), abs(estimate.right))
        fine = estimate.error <= rtol * (max(size, estimate.scale) if zero else size)
        ok = True if fine else None
    return _Comparison(ok, where, given, expected, estimate)


# --- words ----------------------------------------------------------------------------------


def _report(point: _Point, rows: list[GradientRow], along: bool = False) -> GradientReport:
    """Put the rows into theta's order and add the first sentence."""
    order = {name: place for place, name in enumerate(point.arrays)}
    rows = sorted(rows, key=lambda row: order.get(row.name, len(order)))
    wrong = [row for row in rows if row.ok is False]
    unclear = [row for row in rows if row.ok is None]
    if wrong:
        ok, summary = False, wrong[0].message
        if len(wrong) > 1:
            names = ", ".join(str(row.name) for row in wrong[1:])
            summary += f" Wrong as well: {names}."
    elif unclear:
        ok, summary = None, unclear[0].message
    else:
        entries = sum(array.size for array in point.arrays.values())
        place = "along a random direction" if along else f"in each of its {entries} entries"
        ok = True
        summary = f"The gradient agrees with finite differences {place}."
        if any(row.verdict == "kink" for row in rows):
            summary += " At a kink every number between the two slopes is right."
    return GradientReport(ok, tuple(rows), summary, tuple(point.notes))


def _row(name: str, worst: _Comparison, message: str) -> GradientRow:
    return GradientRow(
        name=name,
        ok=worst.ok,
        verdict=worst.estimate.verdict,
        where=worst.where,
        error=worst.error,
        given=worst.given,
        expected=worst.expected,
        message=message,
    )


def _complaint(name: str, text: str) -> GradientRow:
    """Return the row of something that could not even be compared."""
    nan = math.nan
    return GradientRow(str(name), False, "cannot tell", None, nan, nan, nan, text)


def _sentence(label: str, worst: _Comparison, kinks: int) -> str:
    """Say what came of an array, by its worst entry."""
    at = f" at {list(worst.where)}" if worst.where else ""
    estimate = worst.estimate
    if worst.ok:
        return f"{label} is right." + (f" Entries at a kink: {kinks}." if kinks else "")
    if worst.ok is None and estimate.verdict == "cannot tell":
        return f"{label} cannot be judged{at}: {estimate.reason}."
    if worst.ok is None:
        return (
            f"{label} cannot be judged{at}: finite differences give {estimate.value:.6g} "
            f"within {estimate.error:.1g}, which is too coarse."
        )
    start = f"{label} is wrong:{at} it is"
    if estimate.verdict == "cannot tell":
        return f"{start} {worst.given:.6g}."
    if estimate.verdict == "kink":
        ends = sorted((estimate.left, estimate.right))
        return (
            f"{start} {worst.given:.6g}, at a kink where it must lie between "
            f"{ends[0]:.6g} and {ends[1]:.6g}."
        )
    given, expected = f"{worst.given:.6g}", f"{worst.expected:.6g}"
    if given == expected:
        given, expected = f"{worst.given:.12g}", f"{worst.expected:.12g}"
    return f"{start} {given}, finite differences say {expected}."


def _table(rows: tuple[GradientRow, ...]) -> list[str]:
    """Return the lines of a table, its columns as wide as they need to be."""
    head = ("array", "result", "verdict", "where", "largest error", "given")
    cells = [(*head, "finite differences")]
    for row in rows:
        result = {True: "right", False: "WRONG", None: "cannot tell"}[row.ok]
        where = str(list(row.where)) if row.where else ""
        values = (row.error, row.given, row.expected)
        shown = ["" if math.isnan(value) else f"{value:.6g}" for value in values]
        cells.append((str(row.name), result, row.verdict, where, *shown))
    widths = [max(len(line[k]) for line in cells) for k in range(len(head) + 1)]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]
