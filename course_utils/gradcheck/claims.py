"""A slope that is given, and the line along which f is measured to see whether it is right."""

from __future__ import annotations

import math
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_utils.finite_difference import FLOOR, Estimate, derivative
from course_utils.plain_numbers import one_number


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
        return float(value) if isinstance(value, float) else one_number(value)


class Comparison(NamedTuple):
    """One number of the gradient beside its finite difference."""

    ok: bool | None
    where: tuple[int, ...] | None
    given: float
    expected: float
    estimate: Estimate

    @property
    def badness(self) -> tuple[int, bool, float]:
        """What decides on an array: a wrong entry, else an unclear one, else a kink."""
        rank = {False: 2, None: 1, True: 0}[self.ok]
        error = abs(self.given - self.expected)
        return rank, self.estimate.verdict == "kink", math.inf if math.isnan(error) else error


def unseen(given: float, estimate: Estimate) -> bool:
    """Return whether a slope is so small that f, which is 0 all around, could hide it.

    Inside f it may have been lost beside a 1, as in log(1 + exp(-70)).
    """
    still = estimate.verdict == "smooth" and estimate.value == estimate.scale == 0.0
    return still and abs(given) <= sys.float_info.epsilon


class Claim(ABC):
    """That f has a certain slope along a line through theta.

    Args:
        objective: f.
        given: The slope.
        largest: The largest number that it stands beside, which says what matters.
        rtol: Relative difference that is still right.
        slack: Absolute difference that is right because of how the number was stored.
        where: Index of the entry, if it is one.

    Attributes:
        x: Theta's place on the line.
        noise: Absolute error of f, where it was seen to be more than rounding.
    """

    x = 0.0
    noise = 0.0

    def __init__(
        self,
        objective: Objective,
        given: float,
        largest: float,
        rtol: float,
        slack: float = 0.0,
        where: tuple[int, ...] | None = None,
    ) -> None:
        self.objective, self.given, self.largest = objective, given, largest
        self.rtol, self.slack, self.where = rtol, slack, where

    @abstractmethod
    def point(self, place: float) -> NDArray[np.float64]:
        """Return a new vector: the point of the line at this place."""

    @abstractmethod
    def rise(self, place: float, point: NDArray[np.float64]) -> float:
        """Return how far f should have risen at that point, if the claim is right."""

    def measured(self) -> Comparison:
        """Measure the slope with all the care there is, and judge the claim by that."""
        f, point = self.objective.f, self.point
        return self.judge(derivative(lambda place: f(point(place)), self.x, self.noise))

    def judge(self, estimate: Estimate) -> Comparison:
        """Compare the slope with a measured one."""
        given, expected = self.given, estimate.value
        if estimate.verdict == "kink":
            ends = sorted((estimate.left, estimate.right))
            expected = min(max(given, ends[0]), ends[1])  # the nearest right answer
        ok: bool | None
        allowed = self.rtol * max(abs(given), abs(expected)) + estimate.error + self.slack
        allowed += FLOOR * self.largest
        if not math.isfinite(given):
            ok = False
        elif estimate.verdict == "cannot tell":
            ok = None
        elif abs(given - expected) > allowed:
            ok = None if unseen(given, estimate) else False
        else:
            # Agreement proves nothing where the measurement is too coarse to see a mistake.
            zero = abs(given) <= min(FLOOR * estimate.scale, estimate.error)
            size = max(self.largest, abs(estimate.left), abs(estimate.right))
            fine = estimate.error <= self.rtol * (max(size, estimate.scale) if zero else size)
            ok = True if fine else None
        return Comparison(ok, self.where, given, expected, estimate)


class EntryClaim(Claim):
    """A claim about one entry of the gradient.

    Args:
        place: Its index in the vector.
        objective, given, largest, rtol, slack, where: As for `Claim`.
    """

    def __init__(
        self,
        place: int,
        objective: Objective,
        given: float,
        largest: float,
        rtol: float,
        slack: float = 0.0,
        where: tuple[int, ...] | None = None,
    ) -> None:
        super().__init__(objective, given, largest, rtol, slack, where)
        self.index, self.x = place, float(objective.at[place])

    def point(self, place: float) -> NDArray[np.float64]:
        point = self.objective.at.copy()
        point[self.index] = place
        return point

    def rise(self, place: float, point: NDArray[np.float64]) -> float:
        # x + step is rounded: this is the step that was really taken
        return self.given * (place - self.x)


class DirectionClaim(Claim):
    """A claim about the slope along a direction.

    Args:
        gradient: The gradient, (n,), finite.
        direction: How far each entry is moved when the step is 1, (n,).
        objective, given, largest, rtol, slack: As for `Claim`.
    """

    def __init__(
        self,
        gradient: NDArray[np.float64],
        direction: NDArray[np.float64],
        objective: Objective,
        given: float,
        largest: float,
        rtol: float,
        slack: float = 0.0,
    ) -> None:
        super().__init__(objective, given, largest, rtol, slack)
        self.gradient, self.direction = gradient, direction

    def point(self, place: float) -> NDArray[np.float64]:
        return self.objective.at + place * self.direction

    def rise(self, place: float, point: NDArray[np.float64]) -> float:
        return float(self.gradient.dot(point - self.objective.at))
