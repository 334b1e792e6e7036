"""Where a gradient is checked, and what is given as the gradient, each as one long vector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_utils.plain_numbers import plain_numbers

Theta = ArrayLike | Mapping[str, ArrayLike] | tuple[ArrayLike, ...]


def few_digits(array: NDArray) -> bool:
    """Return whether numbers are float32 or float16."""
    return array.dtype.kind == "f" and array.dtype.itemsize < 8


class Point:
    """Theta as float64 numbers in one vector, and the way back to what f takes.

    Args:
        theta: A number, an array, a dict of them or a tuple of them.
        names: Of the entries of a tuple, or of theta itself; made up if there are none.

    Attributes:
        names: Of the arrays, in order; the keys of a dict.
        shapes, parts: Their shapes, and their places in the vector.
        values: The vector, float64, (n,).
        notes: Sentences on what was converted.
        problems: Pairs of a name and a sentence on what cannot be used.
    """

    def __init__(self, theta: Theta, names: tuple[str, ...] = ()) -> None:
        self.form = _form(theta)
        self.names: list[Any] = []
        self.shapes: list[tuple[int, ...]] = []
        self.parts: list[slice] = []
        self.notes: list[str] = []
        self.problems: list[tuple[str, str]] = []
        arrays, size = [], 0
        for name, values in _named(self.form, theta, names):
            array, problem = plain_numbers(values)
            if not problem and not np.logical_and.reduce(np.isfinite(array), axis=None):
                problem = "contains NaN or infinity"
            if problem:
                self.problems.append((name, f"No gradient at this point: {name} {problem}."))
                continue
            self._note(name, values, array)
            self.names.append(name)
            self.shapes.append(array.shape)
            self.parts.append(slice(size, size + array.size))
            arrays.append(array.ravel())
            size += array.size
        self.values: NDArray[np.float64] = (
            np.array(arrays[0], dtype=np.float64)
            if len(arrays) == 1
            else np.concatenate([np.empty(0), *arrays], dtype=np.float64)
        )
        if not self.problems and size == 0:
            self.problems.append(("theta", "Nothing to check: theta has no entries."))

    def _note(self, name: str, values: Any, array: NDArray) -> None:
        """Say what f and the gradient are given in place of what came."""
        if few_digits(array):
            self.notes.append(
                f"{name} was {array.dtype}; here it is float64, since finite differences "
                "need the digits."
            )
        elif isinstance(values, np.ndarray) and array.dtype.kind in "iub":
            self.notes.append(
                f"{name} was {array.dtype}; here it is float64, since a step is no whole number."
            )

    def build(self, vector: NDArray[np.float64]) -> Any:
        """Return what f takes, cut out of a vector that nobody else uses."""
        if self.form is np.ndarray:
            shape = self.shapes[0]
            if len(shape) == 1:
                return vector
            return vector.reshape(shape) if shape else float(vector[0])
        arrays = [
            vector[part].reshape(shape) if shape else float(vector[part.start])
            for part, shape in zip(self.parts, self.shapes, strict=True)
        ]
        return dict(zip(self.names, arrays, strict=True)) if self.form is dict else tuple(arrays)

    def fresh(self) -> Any:
        """Return what f takes at theta itself, all of it new."""
        return self.build(self.values.copy())


def _form(theta: Theta) -> type:
    """Return dict, tuple, or np.ndarray for all else."""
    if type(theta) is not np.ndarray:  # most often it is, and a Mapping takes long to tell
        if isinstance(theta, Mapping):
            return dict
        if isinstance(theta, tuple):
            return tuple
    return np.ndarray


def _named(form: type, theta: Any, names: tuple[str, ...]) -> list[tuple[Any, Any]]:
    """Return pairs of a name and an array."""
    if form is dict:
        return list(theta.items())
    if form is tuple:
        made_up = [f"input {k}" for k in range(1, len(theta) + 1)]
        return list(zip(names if len(names) == len(theta) else made_up, theta, strict=True))
    return [(names[0] if len(names) == 1 else "theta", theta)]


@dataclass
class Given:
    """The gradient that is checked, where it has the right form.

    Args:
        values: In the order of the point's vector, (n,).
        names: Of the arrays that can be compared.
        slack: What each may be off by, relative to its largest entry, since it was float32.
        whole: Names of those that are arrays of integers.
        complaints: Pairs of a name and a sentence on each other one.
        notes: Sentences on what was converted.
    """

    values: NDArray[np.float64]
    names: list[Any] = field(default_factory=list)
    slack: dict[Any, float] = field(default_factory=dict)
    whole: set[Any] = field(default_factory=set)
    complaints: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_gradient(
    point: Point, gradient: Any, labels: Mapping[Any, str], subject: str, allow_extra: bool = False
) -> Given:
    """Sort out which arrays of a gradient can be compared with theta's.

    Args:
        point: Theta.
        gradient: What was given or returned as the gradient.
        labels: Subject of a sentence about each array.
        subject: Subject of a sentence about all of it.
        allow_extra: Whether a dict may have more entries than theta.

    Returns:
        The arrays of the right form, and a complaint on each other one.
    """
    given = Given(np.zeros(point.values.size))
    named, problem = _by_name(point, gradient)
    if problem:
        given.complaints.append(("gradient", f"{subject} must be {problem}."))
        return given
    for name, shape, part in zip(point.names, point.shapes, point.parts, strict=True):
        label = labels[name]
        if name not in named:
            given.complaints.append((name, f"{label} is missing."))
            continue
        array, problem = plain_numbers(named[name])
        if problem:
            given.complaints.append((name, f"{label} {problem}."))
        elif array.shape != shape:
            turned = array.ndim > 1 and array.shape == shape[::-1]
            text = (
                f"{label} has the shape {array.shape}; it must have the shape {shape} of "
                f"{name} itself{' (is it transposed?)' if turned else ''}."
            )
            given.complaints.append((name, text))
        else:
            given.values[part] = array.ravel()
            given.names.append(name)
            if few_digits(array):
                given.slack[name] = 8.0 * float(np.finfo(array.dtype).eps)
                given.notes.append(f"{label} is {array.dtype}, so its last digits do not count.")
            elif isinstance(named[name], np.ndarray) and array.dtype.kind in "iub":
                given.whole.add(name)
    for name in [] if allow_extra else [name for name in named if name not in point.names]:
        wanted = ", ".join(str(name) for name in point.names)
        text = f"{subject} has an entry {name}, but theta has none: only {wanted}."
        given.complaints.append((name, text))
    return given


def _by_name(point: Point, gradient: Any) -> tuple[Mapping[Any, Any], str]:
    """Return the arrays by name, or what the gradient should have been."""
    form = _form(gradient)
    if point.form is np.ndarray and form is not dict:
        return {point.names[0]: gradient}, ""
    if point.form is dict and form is dict:
        return gradient, ""
    wanted = ", ".join(str(name) for name in point.names)
    kind = f"it is of type {type(gradient).__name__}"
    if point.form is np.ndarray:
        return {}, f"an array, like theta; {kind}"
    if point.form is dict:
        return {}, f"a dict with the keys {wanted}; {kind}"
    if not isinstance(gradient, tuple | list):
        return {}, f"a tuple of {len(point.names)} arrays, for {wanted}; {kind}"
    if len(gradient) != len(point.names):
        return {}, f"a tuple of {len(point.names)} arrays, for {wanted}; it has {len(gradient)}"
    return dict(zip(point.names, gradient, strict=True)), ""
