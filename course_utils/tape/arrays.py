"""Tapes, records, and the arrays that write them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from course_utils.tape.operations import OPERATIONS

#: What NumPy's functions do with traced arrays; `numpy_functions` fills it in.
HANDLERS: dict[Callable, Callable[..., Any]] = {}

_numbers = itertools.count()


@dataclass(frozen=True, eq=False)
class Record:
    """One line of a tape: an operation that was done.

    Args:
        op: Its name in `OPERATIONS`, or "input" for an array that is watched.
        parents: For each input its position on the tape, or None for a constant.
        values: The values of the inputs, plain arrays.
        output: The value that came out, a plain array.
        settings: What else the operation was told, such as ``axis``.
    """

    op: str
    parents: tuple[int | None, ...]
    values: tuple[Any, ...]
    output: Any
    settings: dict[str, Any] = field(default_factory=dict)


class Tape(list):
    """A list of records, in the order in which the operations were done."""

    def __init__(self) -> None:
        super().__init__()
        self.number = next(_numbers)  # a newer tape has a larger one

    def __str__(self) -> str:
        rows = [("position", "operation", "parents", "shape", "settings")]
        for position, record in enumerate(self):
            parents = ", ".join("const" if p is None else str(p) for p in record.parents)
            settings = ", ".join(f"{key}={value}" for key, value in record.settings.items())
            rows.append((str(position), record.op, parents, str(np.shape(record.output)),
                         " ".join(settings.split())))
        wide = [max(len(row[column]) for row in rows) for column in range(4)]
        return "\n".join(
            f"{row[0]:>{wide[0]}}  {row[1]:{wide[1]}}  {row[2]:{wide[2]}}  {row[3]:{wide[3]}}  "
            f"{row[4]}".rstrip() for row in rows)

    __repr__ = __str__


class Array(NDArrayOperatorsMixin):
    """An array on a tape. Operations with it are recorded; its values cannot be changed.

    Args:
        tape: The tape.
        index: Its position on the tape.
    """

    def __init__(self, tape: Tape, index: int) -> None:
        self.tape, self.index = tape, index

    @property
    def data(self) -> Any:
        """Its value: a plain array, or an array of an older tape."""
        return self.tape[self.index].output

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self.data)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=int))

    @property
    def T(self) -> Array:  # noqa: N802  (NumPy's name)
        return np.transpose(self)

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        return f"Array(position {self.index}, {plain(self)})"

    def __getitem__(self, index: Any) -> Array:
        parts = index if isinstance(index, tuple) else (index,)
        if any(isinstance(part, Array) for part in parts):
            raise TypeError("An index must be a plain number or array, not a traced one.")
        return record("getitem", self, index=index)

    def sum(self, axis=None, keepdims=False) -> Array:
        return np.sum(self, axis, keepdims=keepdims)

    def mean(self, axis=None, keepdims=False) -> Array:
        return np.mean(self, axis, keepdims=keepdims)

    def reshape(self, *shape) -> Array:
        return np.reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes) -> Array:
        return np.transpose(self, axes[0] if len(axes) == 1 else axes or None)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        name = ufunc.__name__
        if method != "__call__" or options:
            raise TypeError(f"np.{name} in place, or as np.{name}.{method}, cannot be written on a "
                            "tape: make a new array, as in a = a + b.")
        if ufunc not in HANDLERS:
            raise unknown(name)
        return HANDLERS[ufunc](*inputs)

    def __array_function__(self, function: Callable, types: Any, args: tuple, kwargs: dict) -> Any:
        if function not in HANDLERS:
            raise unknown(function.__name__)
        return HANDLERS[function](*args, **kwargs)

    def __array__(self, *arguments: Any, **options: Any) -> np.ndarray:
        raise TypeError("A traced array cannot be turned into a plain one: what is computed from "
                        "it would be missing on the tape.")

    def __bool__(self) -> bool:
        raise TypeError("A traced array is not a condition; compare it with something.")

    def __float__(self) -> float:
        raise TypeError("A traced number cannot be turned into a float: what is computed from it "
                        "would be missing on the tape.")


def unknown(name: str) -> TypeError:
    return TypeError(f"np.{name} is not an operation that the tape knows. It knows "
                     f"{', '.join(OPERATIONS)}.")


def plain(value: Any) -> np.ndarray:
    """The values of an array, traced or not, as a plain array that is on no tape.

    >>> plain(watch(Tape(), [1, 2]))
    array([1., 2.])
    """
    while isinstance(value, Array):
        value = value.data
    return np.asarray(value)


def watch(tape: Tape, value: Any) -> Any:
    """Puts a value on a tape as an input.

    Args:
        tape: The tape.
        value: A number, list or array, or a dict of them. An `Array` of this very tape is
            given back as it is; one of another tape becomes an input of this one.

    Returns:
        The `Array`, or a dict of them.
    """
    if isinstance(value, Mapping):
        return {name: watch(tape, each) for name, each in value.items()}
    if isinstance(value, Array) and value.tape is tape:
        return value
    if not isinstance(value, Array):
        value = np.array(value, dtype=float)
    return append(tape, Record("input", (), (), value))


def append(tape: Tape, line: Record) -> Array:
    tape.append(line)
    return Array(tape, len(tape) - 1)


def record(op: str, *inputs: Any, **settings: Any) -> Array:
    """Does an operation and writes it on the newest of its inputs' tapes.

    Args:
        op: A name in `OPERATIONS`.
        *inputs: Arrays, at least one of them traced.
        **settings: For the operation.

    Returns:
        The result.
    """
    tape = max((each.tape for each in inputs if isinstance(each, Array)),
               key=lambda tape: tape.number)
    mine = [isinstance(each, Array) and each.tape is tape for each in inputs]
    values = tuple(each.data if own else each if isinstance(each, Array)
                   else np.asarray(each, dtype=float)
                   for each, own in zip(inputs, mine, strict=True))
    parents = tuple(each.index if own else None for each, own in zip(inputs, mine, strict=True))
    output = OPERATIONS[op](*values, **settings)
    return append(tape, Record(op, parents, values, output, settings))
