"""Small data sets for every task of the course: load a real one or draw a toy one.

`load_digits`, `load_iris` and `load_diabetes` read files that come with this package;
`make_moons`, `make_spirals`, `make_blobs` and `make_line` draw points. All return a
`Dataset`, already split into a training and a test part:

>>> digits = load_digits()
>>> digits
<digits: multiclass, 1348 training + 449 test examples, 64 features, 10 classes>
>>> digits.X_train.shape, digits.t_train.shape
((1348, 64), (1348,))

The split is the same for everybody and on every computer. The N examples are put in the
order of N pseudo-random numbers with a fixed seed; the first `test_fraction` of them are
the test part (rounded, at least one), the rest is for training (at least one).
"""

from __future__ import annotations

import numbers
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

DATA = Path(__file__).parent / "data"

SPLIT_SEED = 1986  # the year of the Nature article that made backprop known
DEFAULT_SEED = 2024  # of the toy data that everybody sees without an rng

BLOB_RADIUS = 4.0
# The blobs' circle is off the origin, so that a classifier without a bias is seen to fail.
BLOB_MIDDLE = np.array([2.0, 1.0])
SPIRAL_TURN = 4.0  # radians from the inner to the outer end of an arm
LINE_HALF_WIDTH = 3.0

OURS = "made by this course; BSD-3-Clause"
UCI = "UCI Machine Learning Repository; CC BY 4.0"

Task = Literal["regression", "binary", "multiclass"]


@dataclass(frozen=True, eq=False)
class Dataset:
    """A training and a test part, with names for everything in them.

    The arrays are copies of your own: changing them changes nothing elsewhere.

    Args:
        name: One word, such as ``"iris"``.
        X_train: Inputs, float64 (N, D), one example a row.
        t_train: Targets (N,): float64 for regression, else int64 classes 0 .. K-1.
        X_test: Inputs of the test part, float64 (M, D).
        t_test: Targets of the test part (M,).
        feature_names: D names, one for each column of X.
        target_names: K names, one for each class; empty for regression.
        task: ``"regression"``, ``"binary"`` (K = 2) or ``"multiclass"``.
        description: What the numbers are, with units.
        licence: Whose data it is, and on what terms.
    """

    name: str
    X_train: NDArray[np.float64]
    t_train: NDArray[np.float64] | NDArray[np.int64]
    X_test: NDArray[np.float64]
    t_test: NDArray[np.float64] | NDArray[np.int64]
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]
    task: Task
    description: str
    licence: str

    def __repr__(self) -> str:
        features = len(self.feature_names)
        text = (
            f"<{self.name}: {self.task}, {len(self.X_train)} training + {len(self.X_test)} "
            f"test examples, {features} feature{'s' if features > 1 else ''}"
        )
        return text + (f", {len(self.target_names)} classes>" if self.target_names else ">")


# --- data that somebody measured -----------------------------------------------------


def load_digits(*, test_fraction: float = 0.25) -> Dataset:
    """Load 1797 scans of handwritten digits, 8 x 8 pixels each.

    Args:
        test_fraction: Share of the examples in the test part, between 0 and 1.

    Returns:
        The data: X (N, 64), rows of the image one after the other, 0 for paper and 1 for
        ink; t (N,) the digit.

    Raises:
        TypeError: If `test_fraction` is not a number.
        ValueError: If `test_fraction` is not between 0 and 1.

    >>> digits = load_digits()
    >>> image = digits.X_train[0].reshape(8, 8)
    >>> float(digits.X_train.min()), float(digits.X_train.max())
    (0.0, 1.0)
    """
    pixels, digit = _read("digits")
    return _dataset(
        name="digits",
        X=pixels / 16.0,  # the file has the number of inked dots out of 16
        t=digit.astype(np.int64),
        feature_names=tuple(f"pixel_{row}_{col}" for row in range(8) for col in range(8)),
        target_names=tuple("0123456789"),
        description="Handwritten digits as 8 x 8 pixels, each the inked share of a 4 x 4 "
        "block of the scan, from 0 (paper) to 1 (ink).",
        licence=UCI,
        test_fraction=test_fraction,
    )


def load_iris(*, test_fraction: float = 0.25) -> Dataset:
    """Load Fisher's 150 iris flowers of three species.

    Args:
        test_fraction: Share of the examples in the test part, between 0 and 1.

    Returns:
        The data: X (N, 4) in cm; t (N,) the species. Class 0 can be separated from the
        others by a straight line, 1 and 2 from each other cannot.

    Raises:
        TypeError: If `test_fraction` is not a number.
        ValueError: If `test_fraction` is not between 0 and 1.

    >>> load_iris().target_names
    ('setosa', 'versicolor', 'virginica')
    """
    X, species = _read("iris")
    return _dataset(
        name="iris",
        X=X,
        t=species.astype(np.int64),
        feature_names=(
            "sepal length (cm)",
            "sepal width (cm)",
            "petal length (cm)",
            "petal width (cm)",
        ),
        target_names=("setosa", "versicolor", "virginica"),
        description="Lengths and widths of the sepals and petals of 150 irises, in cm, and "
        "the species of each.",
        licence=UCI,
        test_fraction=test_fraction,
    )


def load_diabetes(*, test_fraction: float = 0.25) -> Dataset:
    """Load ten measurements of 442 diabetes patients, and how ill they were a year later.

    Args:
        test_fraction: Share of the examples in the test part, between 0 and 1.

    Returns:
        The data: X (N, 10) in the units of the measurements, so the columns differ in size
        by a factor of a hundred; t (N,) progression of the disease, 25 to 346.

    Raises:
        TypeError: If `test_fraction` is not a number.
        ValueError: If `test_fraction` is not between 0 and 1.

    >>> diabetes = load_diabetes()
    >>> diabetes
    <diabetes: regression, 332 training + 110 test examples, 10 features>
    >>> diabetes.feature_names[:4]
    ('age', 'sex', 'bmi', 'bp')
    """
    X, progression = _read("diabetes")
    return _dataset(
        name="diabetes",
        X=X,
        t=progression,
        feature_names=("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"),
        target_names=(),
        description="Age (years), sex (1 or 2), body mass index, mean blood pressure and "
        "six blood serum values (total, LDL and HDL cholesterol, total/HDL, a logarithm of "
        "triglycerides, blood sugar) of 442 patients, none of them scaled; the target is a "
        "measure of how far the disease had progressed one year later.",
        licence="Efron, Hastie, Johnstone and Tibshirani (2004), as distributed with "
        "scikit-learn; BSD-3-Clause",
        test_fraction=test_fraction,
    )


# --- data that we draw -----------------------------------------------------------------


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
    t = _class_of_each(n, 2)
    noise, rng = _size("noise", noise), _generator(rng)
    upper, lower = (np.linspace(0.0, np.pi, count) for count in np.bincount(t))
    X = np.concatenate(
        [
            np.column_stack([np.cos(upper), np.sin(upper)]),
            np.column_stack([1.0 - np.cos(lower), 0.5 - np.sin(lower)]),
        ]
    )
    return _dataset(
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
    classes = _count("classes", classes, 2, "one spiral has nothing to be told from")
    t = _class_of_each(n, classes)
    noise, rng = _size("noise", noise), _generator(rng)
    # Radius 0.1 and not 0: the arms would meet in the middle.
    radius = np.concatenate([np.linspace(0.1, 1.0, count) for count in np.bincount(t)])
    angle = 2.0 * np.pi * t / classes + SPIRAL_TURN * radius
    X = radius[:, np.newaxis] * np.column_stack([np.cos(angle), np.sin(angle)])
    return _dataset(
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
    centers = _count("centers", centers, 2, "one cloud has nothing to be told from")
    t = _class_of_each(n, centers)
    spread, rng = _size("spread", spread), _generator(rng)
    # An eighth of a turn: one coordinate alone must not tell two clouds apart.
    angle = 2.0 * np.pi * t / centers + np.pi / 4.0
    middle = BLOB_MIDDLE + BLOB_RADIUS * np.column_stack([np.cos(angle), np.sin(angle)])
    return _dataset(
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
    n = _count("n", n, 4, "a line needs points for training and for testing")
    slope, intercept = _real("slope", slope), _real("intercept", intercept)
    noise, rng = _size("noise", noise), _generator(rng)
    x = rng.uniform(-LINE_HALF_WIDTH, LINE_HALF_WIDTH, n)
    return _dataset(
        name="line",
        X=x[:, np.newaxis],
        t=slope * x + intercept + noise * rng.standard_normal(n),
        feature_names=("x",),
        target_names=(),
        description=f"Points around t = {slope:g} x + {intercept:g}, noise {noise:g}.",
        licence=OURS,
        test_fraction=test_fraction,
    )


# --- reading, splitting, checking ------------------------------------------------------


def _read(name: str) -> tuple[NDArray, NDArray]:
    """Read X and t from the package's file, anew each time: nobody shares an array."""
    with np.load(DATA / f"{name}.npz", allow_pickle=False) as file:
        return file["X"], file["t"]


def _dataset(
    *, name: str, X: NDArray, t: NDArray, test_fraction: float, **about: object
) -> Dataset:
    """Split the N examples and put names to them; the task follows from the classes."""
    test, train = _split(len(X), test_fraction)
    task = {0: "regression", 2: "binary"}.get(len(about["target_names"]), "multiclass")
    return Dataset(
        name=name,
        # indexing by an array of integers copies
        X_train=X[train],
        t_train=t[train],
        X_test=X[test],
        t_test=t[test],
        task=task,
        **about,
    )


def _split(n: int, test_fraction: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the row numbers of the test part and of the training part.

    >>> test, train = _split(10, 0.25)
    >>> len(test), sorted([*test.tolist(), *train.tolist()])
    (2, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    """
    fraction = _real("test_fraction", test_fraction)
    if not 0.0 < fraction < 1.0:
        raise ValueError(
            f"test_fraction must lie between 0 and 1, both excluded; it is {fraction:g}."
        )
    # NumPy promises that a bit generator's raw numbers never change; a Generator's
    # methods, such as permutation, may.
    order = np.argsort(np.random.PCG64(SPLIT_SEED).random_raw(n), kind="stable")
    size = min(n - 1, max(1, round(fraction * n)))
    return order[:size], order[size:]


def _class_of_each(n: int, classes: int) -> NDArray[np.int64]:
    """Return the class of each of n points in order, the classes as equal as can be.

    >>> _class_of_each(7, 3)
    array([0, 0, 1, 1, 2, 2, 2])
    """
    n = _count("n", n, 2 * classes, f"{classes} classes need two points each")
    # counting down gives the spare points to the last classes, as n // 2 does for two
    return np.sort(classes - 1 - np.arange(n, dtype=np.int64) % classes)


def _generator(rng: np.random.Generator | None) -> np.random.Generator:
    """Return `rng`, or for None the generator of the picture that everybody sees."""
    if rng is None:
        return np.random.default_rng(DEFAULT_SEED)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            "rng must be a generator such as numpy.random.default_rng(0), or None for the "
            f"same picture as everybody; it is of type {type(rng).__name__}."
        )
    return rng


def _count(name: str, value: int, least: int, reason: str) -> int:
    """Return a whole number that is large enough."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be a whole number; it is {value!r}.")
    if value < least:
        raise ValueError(f"{name} must be at least {least} ({reason}); it is {value}.")
    return int(value)


def _real(name: str, value: float) -> float:
    """Return a finite number."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number; it is {value!r}.")
    if not np.isfinite(value):
        raise ValueError(f"{name} must be finite; it is {value}.")
    return float(value)


def _size(name: str, value: float) -> float:
    """Return a finite number that is not negative."""
    value = _real(name, value)
    if value < 0.0:
        raise ValueError(f"{name} must not be negative; it is {value:g}.")
    return value
