"""Data that we draw: points in the plane and around a line."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from course_utils.datasets.arguments import (
    checked_count,
    checked_generator,
    checked_real,
    checked_size,
)
from course_utils.datasets.dataset import Dataset, split_dataset

BLOB_RADIUS = 4.0
# The blobs' circle is off the origin, so that a classifier without a bias is seen to fail.
BLOB_MIDDLE = np.array([2.0, 1.0])
SPIRAL_TURN = 4.0  # radians from the inner to the outer end of an arm
LINE_HALF_WIDTH = 3.0

OURS = "made by this course; BSD-3-Clause"


def make_moons(
    n: int = 200,
    noise: float = 0.1,
    rng: np.random.Generator | None = None,
    *,
    test_fraction: float = 0.25,
) -> Dataset:
    """Draw two half circles that reach into each other; no straight line separates them.

    Args:
        n: Number of points, both moons together, at least 4.
        noise: Standard deviation of what is added to each coordinate; the radius is 1.
        rng: Source of the noise; None draws the same picture for everybody.
        test_fraction: Share of the points in the test part, between 0 and 1.

    Returns:
        The points: X (N, 2); t (N,) 0 for the upper moon and 1 for the lower.

    Raises:
        TypeError: If an argument is not of its kind, such as an integer for `rng`.
        ValueError: If there are too few points or the noise is negative.

    >>> make_moons(n=100, noise=0.2, rng=np.random.default_rng(1))
    <moons: binary, 75 training + 25 test examples, 2 features, 2 classes>
    """
    t = class_of_each(n, 2)
    noise, rng = checked_size("noise", noise), checked_generator(rng)
    upper, lower = (np.linspace(0.0, np.pi, count) for count in np.bincount(t))
    X = np.concatenate(
        [
            np.column_stack([np.cos(upper), np.sin(upper)]),
            np.column_stack([1.0 - np.cos(lower), 0.5 - np.sin(lower)]),
        ]
    )
    return split_dataset(
        name="moons",
        X=X + noise * rng.standard_normal(X.shape),
        t=t,
        feature_names=("x1", "x2"),
        target_names=("upper moon", "lower moon"),
        description=f"Two interleaved half circles of radius 1, noise {noise:g}.",
        licence=OURS,
        test_fraction=test_fraction,
    )


def make_spirals(
    n: int = 300,
    classes: int = 3,
    noise: float = 0.04,
    rng: np.random.Generator | None = None,
    *,
    test_fraction: float = 0.25,
) -> Dataset:
    """Draw the arms of a spiral, one for each class, wound around each other.

    Args:
        n: Number of points, all arms together, at least two for each.
        classes: Number of arms, at least 2.
        noise: Standard deviation of what is added to each coordinate; the arms end at
            radius 1.
        rng: Source of the noise; None draws the same picture for everybody.
        test_fraction: Share of the points in the test part, between 0 and 1.

    Returns:
        The points: X (N, 2); t (N,) the arm.

    Raises:
        TypeError: If an argument is not of its kind, such as an integer for `rng`.
        ValueError: If there are too few points or arms, or the noise is negative.

    >>> make_spirals(n=90, classes=5)
    <spirals: multiclass, 68 training + 22 test examples, 2 features, 5 classes>
    """
    classes = checked_count("classes", classes, 2, "one spiral has nothing to be told from")
    t = class_of_each(n, classes)
    noise, rng = checked_size("noise", noise), checked_generator(rng)
    # Radius 0.1 and not 0: the arms would meet in the middle.
    radius = np.concatenate([np.linspace(0.1, 1.0, count) for count in np.bincount(t)])
    angle = 2.0 * np.pi * t / classes + SPIRAL_TURN * radius
    X = radius[:, np.newaxis] * np.column_stack([np.cos(angle), np.sin(angle)])
    return split_dataset(
        name="spirals",
        X=X + noise * rng.standard_normal(X.shape),
        t=t,
        feature_names=("x1", "x2"),
        target_names=tuple(f"arm {arm}" for arm in range(classes)),
        description=f"{classes} arms of a spiral that end at radius 1, noise {noise:g}.",
        licence=OURS,
        test_fraction=test_fraction,
    )


def make_blobs(
    n: int = 150,
    centers: int = 3,
    spread: float = 1.0,
    rng: np.random.Generator | None = None,
    *,
    test_fraction: float = 0.25,
) -> Dataset:
    """Draw round clouds of points, one for each class, evenly around a circle.

    Two clouds with spread 1 or less can be separated by a straight line, with spread 3
    they overlap.

    Args:
        n: Number of points, all clouds together, at least two for each.
        centers: Number of clouds, at least 2; their middles lie on a circle of radius 4
            around (2, 1).
        spread: Standard deviation of each cloud, the same in both directions.
        rng: Source of the points; None draws the same picture for everybody.
        test_fraction: Share of the points in the test part, between 0 and 1.

    Returns:
        The points: X (N, 2); t (N,) the cloud.

    Raises:
        TypeError: If an argument is not of its kind, such as an integer for `rng`.
        ValueError: If there are too few points or clouds, or the spread is negative.

    >>> make_blobs(centers=2)
    <blobs: binary, 112 training + 38 test examples, 2 features, 2 classes>
    """
    centers = checked_count("centers", centers, 2, "one cloud has nothing to be told from")
    t = class_of_each(n, centers)
    spread, rng = checked_size("spread", spread), checked_generator(rng)
    # An eighth of a turn: one coordinate alone must not tell two clouds apart.
    angle = 2.0 * np.pi * t / centers + np.pi / 4.0
    middle = BLOB_MIDDLE + BLOB_RADIUS * np.column_stack([np.cos(angle), np.sin(angle)])
    return split_dataset(
        name="blobs",
        X=middle + spread * rng.standard_normal(middle.shape),
        t=t,
        feature_names=("x1", "x2"),
        target_names=tuple(f"blob {blob}" for blob in range(centers)),
        description=f"{centers} round normal clouds of standard deviation {spread:g} "
        f"around a circle of radius {BLOB_RADIUS:g}.",
        licence=OURS,
        test_fraction=test_fraction,
    )


def make_line(
    n: int = 60,
    slope: float = 2.0,
    intercept: float = -1.0,
    noise: float = 0.5,
    rng: np.random.Generator | None = None,
    *,
    test_fraction: float = 0.25,
) -> Dataset:
    """Draw points around a straight line, t = slope x + intercept + noise.

    Args:
        n: Number of points, at least 4.
        slope: Of the line.
        intercept: Of the line, its height at x = 0.
        noise: Standard deviation of what is added to t.
        rng: Source of x and of the noise; None draws the same picture for everybody.
        test_fraction: Share of the points in the test part, between 0 and 1.

    Returns:
        The points: X (N, 1), uniform between -3 and 3; t (N,).

    Raises:
        TypeError: If an argument is not of its kind, such as an integer for `rng`.
        ValueError: If there are too few points, the noise is negative, or a number is not
            finite.

    >>> line = make_line(n=40, slope=3.0, intercept=1.0, noise=0.0)
    >>> bool(np.allclose(line.t_train, 3.0 * line.X_train[:, 0] + 1.0))
    True
    """
    n = checked_count("n", n, 4, "a line needs points for training and for testing")
    slope, intercept = checked_real("slope", slope), checked_real("intercept", intercept)
    noise, rng = checked_size("noise", noise), checked_generator(rng)
    x = rng.uniform(-LINE_HALF_WIDTH, LINE_HALF_WIDTH, n)
    return split_dataset(
        name="line",
        X=x[:, np.newaxis],
        t=slope * x + intercept + noise * rng.standard_normal(n),
        feature_names=("x",),
        target_names=(),
        description=f"Points around t = {slope:g} x + {intercept:g}, noise {noise:g}.",
        licence=OURS,
        test_fraction=test_fraction,
    )


def class_of_each(n: int, classes: int) -> NDArray[np.int64]:
    """Return the class of each of n points in order, the classes as equal as can be.

    >>> class_of_each(7, 3)
    array([0, 0, 1, 1, 2, 2, 2])
    """
    n = checked_count("n", n, 2 * classes, f"{classes} classes need two points each")
    # counting down gives the spare points to the last classes, as n // 2 does for two
    return np.sort(classes - 1 - np.arange(n, dtype=np.int64) % classes)
