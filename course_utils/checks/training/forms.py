"""How the checks of notebook 4 call a function, and what they ask of an answer's form."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from course_utils.checks.report import array_of, ask, entry, require


def asked(function: Callable, *arguments: Any, says: str = "") -> Any:
    """As `report.ask`, with copies, so that a check can be run again after one was changed.

    A generator among the arguments is handed on itself and may change: numbers are drawn from it.

    Raises:
        CheckFailed: As there.
    """
    drawn = [isinstance(argument, np.random.Generator) for argument in arguments]

    @functools.wraps(function)
    def with_generators(*others):
        rest = iter(others)
        return function(*(argument if random else next(rest)
                          for argument, random in zip(arguments, drawn, strict=True)))

    return ask(with_generators, *(copy.deepcopy(argument) for argument, random in zip(
        arguments, drawn, strict=True) if not random), says=says)


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
