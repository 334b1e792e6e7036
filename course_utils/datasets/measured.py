"""Data that somebody measured, from the files in ``course_utils/data``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from course_utils.datasets.dataset import Dataset, split_dataset

DATA = Path(__file__).parent.parent / "data"
UCI = "UCI Machine Learning Repository; CC BY 4.0"


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
    pixels, digit = read("digits")
    return split_dataset(
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
    X, species = read("iris")
    return split_dataset(
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
    X, progression = read("diabetes")
    return split_dataset(
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


def read(name: str) -> tuple[NDArray, NDArray]:
    """Read X and t from the package's file, anew each time: nobody shares an array."""
    with np.load(DATA / f"{name}.npz", allow_pickle=False) as file:
        return file["X"], file["t"]
