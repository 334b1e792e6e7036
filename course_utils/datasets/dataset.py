"""What every data set comes as, and how it is split for everybody alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from course_utils.datasets.arguments import checked_real

SPLIT_SEED = 1986  # the year of the Nature article that made backprop known

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


def split_dataset(
    *, name: str, X: NDArray, t: NDArray, test_fraction: float, **about: object
) -> Dataset:
    """Split the N examples and put names to them; the task follows from the classes."""
    test, train = split(len(X), test_fraction)
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


def split(n: int, test_fraction: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the row numbers of the test part and of the training part.

    >>> test, train = split(10, 0.25)
    >>> len(test), sorted([*test.tolist(), *train.tolist()])
    (2, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    """
    fraction = checked_real("test_fraction", test_fraction)
    if not 0.0 < fraction < 1.0:
        raise ValueError(
            f"test_fraction must lie between 0 and 1, both excluded; it is {fraction:g}."
        )
    # NumPy promises that a bit generator's raw numbers never change; a Generator's
    # methods, such as permutation, may.
    order = np.argsort(np.random.PCG64(SPLIT_SEED).random_raw(n), kind="stable")
    size = min(n - 1, max(1, round(fraction * n)))
    return order[:size], order[size:]
