"""Arguments of the data sets: each checked, with a message that says what it must be."""

from __future__ import annotations

import numbers

import numpy as np

DEFAULT_SEED = 2024  # of the toy data that everybody sees without an rng


def checked_generator(rng: np.random.Generator | None) -> np.random.Generator:
    """Return `rng`, or for None the generator of the picture that everybody sees."""
    if rng is None:
        return np.random.default_rng(DEFAULT_SEED)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            "rng must be a generator such as numpy.random.default_rng(0), or None for the "
            f"same picture as everybody; it is of type {type(rng).__name__}."
        )
    return rng


def checked_count(name: str, value: int, least: int, reason: str) -> int:
    """Return a whole number that is large enough."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be a whole number; it is {value!r}.")
    if value < least:
        raise ValueError(f"{name} must be at least {least} ({reason}); it is {value}.")
    return int(value)


def checked_real(name: str, value: float) -> float:
    """Return a finite number."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number; it is {value!r}.")
    if not np.isfinite(value):
        raise ValueError(f"{name} must be finite; it is {value}.")
    return float(value)


def checked_size(name: str, value: float) -> float:
    """Return a finite number that is not negative."""
    value = checked_real(name, value)
    if value < 0.0:
        raise ValueError(f"{name} must not be negative; it is {value:g}.")
    return value
