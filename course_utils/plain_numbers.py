"""Tell numbers from what is none, in sentences: what students' functions return.

>>> plain_numbers([1, 2])[0].shape
(2,)
>>> not_one_number(np.ones(3))
'f must return one number; it returned an array of shape (3,).'
"""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray


class NotOneNumberError(TypeError):
    """A function to be differentiated returned something else than one real number."""


def plain_numbers(values: Any) -> tuple[NDArray, str]:
    """Return an array of real numbers, and what is the matter if it is not one."""
    if values is None:
        return np.array(math.nan), "is None (is a return missing?)"
    try:
        array = np.asarray(values)
    except (TypeError, ValueError):
        return np.array(math.nan), "is not an array: its rows differ in length"
    if array.dtype.kind not in "biuf":
        kind = f"of type {type(values).__name__}" if array.dtype.kind == "O" else array.dtype
        return np.array(math.nan), f"does not consist of real numbers: it is {kind}"
    return array, ""


def one_number(value: Any) -> float:
    """Return a function's result as a float.

    Args:
        value: A number, or an array of one number.

    Returns:
        The number.

    Raises:
        NotOneNumberError: If it is something else.

    >>> one_number(np.array([[2]]))
    2.0
    """
    if isinstance(value, float):  # NumPy's float64 is one too
        return float(value)
    problem = not_one_number(value)
    if problem:
        raise NotOneNumberError(problem)
    return float(np.asarray(value).reshape(()))


def not_one_number(value: Any) -> str:
    """Return a sentence on a function's result that is not one number, else nothing."""
    array, problem = plain_numbers(value)
    if problem:
        return f"f must return one number; what it returned {problem}."
    if array.size != 1:
        return f"f must return one number; it returned an array of shape {array.shape}."
    return ""


def rounding_unit(value: Any) -> float:
    """Return the relative rounding error of a function's result, by its type.

    >>> rounding_unit(1.0) < 1e-15, rounding_unit(np.float32(1.0)) > 1e-7
    (True, True)
    """
    if isinstance(value, float):
        return sys.float_info.epsilon
    dtype = np.asarray(value).dtype
    return float(np.finfo(dtype if dtype in (np.float16, np.float32) else np.float64).eps)
