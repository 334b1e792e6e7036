"""Arrays that write down on a tape what is done to them. Forward only: no derivative in here.

>>> import numpy as np
>>> tape = Tape()
>>> x = watch(tape, [1.0, 2.0])
>>> y = np.sum(x * 3)
>>> float(y.data)
9.0
>>> print(tape)
position  operation  parents   shape  settings
       0  input                (2,)
       1  multiply   0, const  (2,)
       2  sum        1         ()     axis=(0,), keepdims=False

NumPy's operators and the functions in `OPERATIONS` work on traced arrays as on plain ones:
NumPy hands them over (its protocols ``__array_ufunc__`` and ``__array_function__``). An array
may hold an array of an older tape: then both tapes are written, which is what the gradient of
a gradient needs.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

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
        return transpose(self)

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
        return sum_(self, axis, keepdims=keepdims)

    def mean(self, axis=None, keepdims=False) -> Array:
        return mean(self, axis, keepdims=keepdims)

    def reshape(self, *shape) -> Array:
        return reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes) -> Array:
        return transpose(self, axes[0] if len(axes) == 1 else axes or None)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        name = ufunc.__name__
        if method != "__call__" or options:
            raise TypeError(f"np.{name} in place, or as np.{name}.{method}, cannot be written on a "
                            "tape: make a new array, as in a = a + b.")
        if ufunc in UFUNCS:
            return UFUNCS[ufunc](*inputs)
        if ufunc in COMPARISONS:
            return ufunc(*map(plain, inputs))
        raise unknown(name)

    def __array_function__(self, function: Callable, types: Any, args: tuple, kwargs: dict) -> Any:
        if function in FUNCTIONS:
            return FUNCTIONS[function](*args, **kwargs)
        raise unknown(function.__name__)

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


def replay(tape: Tape, inputs: Sequence[Any], last: int) -> np.ndarray:
    """Does again what a tape says, with other inputs.

    Args:
        tape: The tape. It is not changed.
        inputs: For the records "input", in order, the values to take; those beyond keep theirs.
        last: The position whose value is wanted.

    Returns:
        The value at that position.
    """
    outputs, fresh = [], iter(inputs)
    for line in tape[:last + 1]:
        if line.op == "input":
            outputs.append(np.asarray(next(fresh, line.output), dtype=float))
            continue
        values = [value if parent is None else outputs[parent]
                  for parent, value in zip(line.parents, line.values, strict=True)]
        outputs.append(OPERATIONS[line.op](*values, **line.settings))
    return outputs[last]


def floats_held(tape: Tape) -> int:
    """How many numbers a tape keeps; transposed and reshaped arrays share theirs."""
    return sum(np.size(line.output) for line in tape
               if line.op not in ("transpose", "reshape"))


class Rules(dict):
    """Rules by the name of the operation; one that is not there yet is said to be so."""

    def __missing__(self, op: str) -> Callable:
        raise NotImplementedError(f"There is no rule for {op!r} yet.")


def rule_table(*tables: Callable[[], Mapping[str, Callable]], **rules: Callable) -> Rules:
    """One table of rules out of several; what is not written yet is left out.

    Args:
        *tables: Functions that return a dict of rules.
        **rules: Further rules by name.

    Returns:
        A dict from the name of an operation to its rule.
    """
    table = Rules(rules)
    for each in tables:
        try:
            table.update(each())
        except NotImplementedError:
            print(f"{each.__name__} is not written yet; its rules are missing.")
    return table


# --- the operations -----------------------------------------------------------------------

#: What is done, by name: from plain arrays and settings to a plain array.
OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "negative": np.negative,
    "power": lambda x, exponent: x**exponent,
    "exp": np.exp,
    "log": np.log,
    "tanh": np.tanh,
    "maximum": np.maximum,
    "matmul": np.matmul,
    "sum": np.sum,
    "mean": np.mean,
    "transpose": np.transpose,
    "reshape": np.reshape,
    "getitem": lambda x, index: x[index],
}


def elementwise(op: str) -> Callable[..., Array]:
    return lambda *inputs: record(op, *inputs)


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
