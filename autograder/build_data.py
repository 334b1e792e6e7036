"""Write course_utils/data anew from the copies that scikit-learn carries.

Students load these files and never need scikit-learn; a test compares the two.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn import datasets

DATA = Path(__file__).parents[1] / "course_utils" / "data"

Arrays = dict[str, NDArray]


def digits() -> Arrays:
    """Return X (1797, 64), dots out of 16, and t (1797,), both as small integers."""
    X, t = datasets.load_digits(return_X_y=True)
    return {"X": _as_bytes(X), "t": _as_bytes(t)}


def iris() -> Arrays:
    """Return X (150, 4) in cm and t (150,), the species as small integers."""
    X, t = datasets.load_iris(return_X_y=True)
    return {"X": X, "t": _as_bytes(t)}


def diabetes() -> Arrays:
    """Return X (442, 10) in the units of the measurements and t (442,), floats."""
    X, t = datasets.load_diabetes(return_X_y=True, scaled=False)
    return {"X": X, "t": t}


TABLES = {"digits": digits, "iris": iris, "diabetes": diabetes}


def write(folder: Path) -> list[Path]:
    """Write one compressed file for each table.

    `numpy.savez_compressed` dates every entry 1 January 1980, so the same NumPy and zlib
    write the same bytes whenever they are run.

    Args:
        folder: Where to; made if it is not there.

    Returns:
        The files written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, table in TABLES.items():
        path = folder / f"{name}.npz"
        np.savez_compressed(path, **table())
        paths.append(path)
    return paths


def main() -> None:
    """Write the files into the students' package and say how large they are."""
    for path in write(DATA):
        print(f"{path.name}: {path.stat().st_size} bytes")


def _as_bytes(values: NDArray) -> NDArray[np.uint8]:
    """Return whole numbers from 0 to 255 in one byte each, and lose nothing by it."""
    small = values.astype(np.uint8)
    if not np.array_equal(small, values):
        raise ValueError("These values are not whole numbers from 0 to 255.")
    return small


if __name__ == "__main__":
    main()
