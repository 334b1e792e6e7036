"""What the checks of notebook 4 ask of an answer's form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from course_utils.checks.report import array_of, entry, require


def pair(value: Any, name: str, names: tuple[str, ...]) -> tuple:
    """A tuple or list of as many values as there are names."""
    require(isinstance(value, (tuple, list)) and len(value) == len(names),
            f"{name} should return {len(names)} things, ({', '.join(names)}); it returned "
            + (f"one array of shape {value.shape}." if isinstance(value, np.ndarray) else
               type(value).__name__
               + (f" of {len(value)}." if hasattr(value, "__len__") else ".")))
    return tuple(value)


def like(found: Any, params: Mapping[str, Any], name: str, what: str) -> dict[str, np.ndarray]:
    """A dict with the names and shapes of params, as float arrays."""
    return {key: array_of(entry(found, key, name), f"{what} {key!r}", np.shape(old))
            for key, old in params.items()}
