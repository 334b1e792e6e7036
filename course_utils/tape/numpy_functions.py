"""NumPy's functions on traced arrays: which operations they write on the tape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.tape.arrays import HANDLERS, Array, plain, record


def elementwise(op: str) -> Callable[..., Array]:
    return lambda *inputs: record(op, *inputs)


def untraced(function: np.ufunc) -> Callable[..., np.ndarray]:
    return lambda *inputs: function(*map(plain, inputs))


def power(x: Any, exponent: Any) -> Array:
    if isinstance(exponent, Array) or np.ndim(exponent):
        raise TypeError("An exponent must be one plain number here.")
    return record("power", x, exponent=float(exponent))


def matmul(a: Any, b: Any) -> Array:
    if np.ndim(a) != 2 or np.ndim(b) != 2:
        raise TypeError("The tape multiplies matrices only, and these have shapes "
                        f"{np.shape(a)} and {np.shape(b)}.")
    return record("matmul", a, b)


def axes_of(x: Array, axis: Any) -> tuple[int, ...]:
    """An axis, several, or None for all of them, as a tuple of numbers from 0 on."""
    axes = range(x.ndim) if axis is None else np.atleast_1d(axis)
    return tuple(int(each) % x.ndim for each in axes)


def sum_(x: Array, axis: Any = None, keepdims: bool = False) -> Array:
    return record("sum", x, axis=axes_of(x, axis), keepdims=bool(keepdims))


def mean(x: Array, axis: Any = None, keepdims: bool = False) -> Array:
    return record("mean", x, axis=axes_of(x, axis), keepdims=bool(keepdims))


def transpose(x: Array, axes: Any = None) -> Array:
    order = tuple(reversed(range(x.ndim))) if axes is None else axes_of(x, axes)
    return record("transpose", x, axes=order)


def swapaxes(x: Array, first: int, second: int) -> Array:
    order = list(range(x.ndim))
    order[first], order[second] = order[second], order[first]
    return transpose(x, order)


def reshape(x: Array, shape: Any) -> Array:
    wanted = np.empty(x.shape, dtype=bool).reshape(shape).shape  # it works out a −1
    return record("reshape", x, shape=wanted)


def expand_dims(x: Array, axis: Any) -> Array:
    return reshape(x, np.expand_dims(np.empty(x.shape, dtype=bool), axis).shape)


def squeeze(x: Array, axis: Any = None) -> Array:
    return reshape(x, np.squeeze(np.empty(x.shape, dtype=bool), axis).shape)


UFUNCS: dict[np.ufunc, Callable[..., Any]] = {
    np.add: elementwise("add"),
    np.subtract: elementwise("subtract"),
    np.multiply: elementwise("multiply"),
    np.divide: elementwise("divide"),
    np.negative: elementwise("negative"),
    np.positive: lambda x: x,
    np.power: power,
    np.square: lambda x: power(x, 2),
    np.sqrt: lambda x: power(x, 0.5),
    np.exp: elementwise("exp"),
    np.log: elementwise("log"),
    np.tanh: elementwise("tanh"),
    np.maximum: elementwise("maximum"),
    np.matmul: matmul,
}
#: What they say has no slope, so it is a plain array on no tape.
COMPARISONS = (np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal,
               np.sign, np.isfinite, np.isnan)
FUNCTIONS: dict[Callable, Callable[..., Any]] = {
    np.sum: sum_,
    np.mean: mean,
    np.transpose: transpose,
    np.swapaxes: swapaxes,
    np.reshape: reshape,
    np.ravel: lambda x: reshape(x, -1),
    np.expand_dims: expand_dims,
    np.squeeze: squeeze,
    np.broadcast_to: lambda x, shape: x * np.ones(shape),
    np.dot: matmul,
    # these ask for the shape alone: nothing to record
    np.shape: lambda x: x.shape,
    np.ndim: lambda x: x.ndim,
    np.size: lambda x: x.size,
    np.zeros_like: lambda x: np.zeros(x.shape),
    np.ones_like: lambda x: np.ones(x.shape),
}

HANDLERS.update(UFUNCS)
HANDLERS.update(FUNCTIONS)
HANDLERS.update({function: untraced(function) for function in COMPARISONS})
