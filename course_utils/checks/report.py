"""How a check speaks: short ticks for what is right, one clear page for the first thing wrong."""

from __future__ import annotations

import copy
import re
import textwrap
import traceback
import warnings
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any

import numpy as np

#: Lines of a message: nbgrader's dialogs and a narrow window cut longer ones off.
WIDTH = 78
#: What a function could change in place.
NESTED = (dict, list, tuple, np.ndarray)


class CheckFailed(AssertionError):  # noqa: N818  (students read this name)
    """A check that failed, shown in a notebook as plain sentences, without a traceback.

    Args:
        *sentences: Each begins a new line; long ones are wrapped.
    """

    def __init__(self, *sentences: str) -> None:
        wrapped = (textwrap.wrap(sentence, WIDTH, subsequent_indent="  ", break_long_words=False)
                   for sentence in sentences)
        super().__init__("\n  ".join(line for lines in wrapped for line in lines))

    def _render_traceback_(self) -> list[str]:
        """IPython shows these lines instead of a traceback."""
        return ["✗ " + str(self)]


def passed(promise: str) -> None:
    """Prints one tick."""
    print(f"  ✓ {promise}")


def done(name: str) -> None:
    """Prints the last line of a check in which all was right."""
    print(f"{name}: all visible checks passed. (Marking uses further, hidden inputs.)")


def require(condition: Any, *sentences: str) -> None:
    """Fails with the given sentences, one a line, unless the condition holds."""
    if not condition:
        raise CheckFailed(*sentences)


def ask(function: Callable, *arguments: Any, says: str = "", if_warned: str = "") -> Any:
    """Calls a student's function and turns everything that can go wrong into sentences.

    Args:
        function: The student's function.
        *arguments: Its arguments. Arrays, lists and dicts are handed on as copies, which must come
            back as they were: a check can be run again after a function has changed one.
        says: How to write the call in a message; made from the arguments if empty.
        if_warned: A hint for the case that NumPy warned.

    Returns:
        What the function returned.

    Raises:
        CheckFailed: It is not written yet, raised, warned, or changed an argument.
    """
    name = getattr(function, "__name__", "the function")
    call = says or f"{name}({', '.join(map(show, arguments))})"
    handed = [copy.deepcopy(argument) if isinstance(argument, NESTED) else argument
              for argument in arguments]
    try:
        # NumPy's own settings: a notebook that turns all its warnings off is told so here
        with warnings.catch_warnings(record=True) as caught, \
                np.errstate(over="warn", divide="warn", invalid="warn"):
            warnings.simplefilter("always")
            result = function(*handed)
    except NotImplementedError:
        raise CheckFailed(
            f"{name} is not written yet.", "Put your code where it says "
            "`raise NotImplementedError()`, run that cell, then run this one again."
        ) from None
    except Exception as error:
        raise CheckFailed(
            f"{call} stopped with {type(error).__name__}: {error}", *where(error)) from error
    require(result is not None, f"{call} returned None.", "Is there a `return` at the end?")
    for warning in caught:
        require(not issubclass(warning.category, RuntimeWarning),
                f"{call} made NumPy warn: {warning.message}.",
                "The result may still look right, but a number overflowed on the way.",
                if_warned)
    for index, (old, new) in enumerate(zip(arguments, handed, strict=True)):
        for place, was, now in changes(old, new) if isinstance(old, NESTED) else ():
            raise CheckFailed(
                f"{name} changed its argument number {index + 1}{place}: "
                f"{show(was)} went in, and it is "
                f"{'not exactly the same' if show(was) == show(now) else show(now)} now.",
                "A function must leave what it is given as it was: work on a copy.")
    return result


def changes(old: Any, new: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The arrays and numbers that differ in two nested values, each with where it stands."""
    if isinstance(old, NESTED) and not isinstance(new, NESTED):
        inner = [("", old, None)]
    elif isinstance(old, dict):
        inner = [(key, value, new.get(key)) for key, value in old.items()]
    elif isinstance(old, (list, tuple)) and any(isinstance(value, NESTED) for value in old):
        inner = [(index, *pair) for index, pair in enumerate(zip_longest(old, new))]
    elif callable(old) or np.array_equal(np.asarray(old), np.asarray(new)):
        inner = []
    else:
        inner = [("", old, None)]
    for key, was, now in inner:
        if (was is None) != (now is None):
            yield place, old, new
            return
        yield from changes(was, now, f"{place}[{key!r}]")


def where(error: Exception) -> list[str]:
    """The student's own line that an exception came from, if it is one of a notebook cell."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__)
              if re.search(r"ipython-input|ipykernel|^<cell", frame.filename)]
    if not frames or not frames[-1].line:
        return []
    return [f"It happened in line {frames[-1].lineno} of the cell: {frames[-1].line}"]


def number(value: Any, what: str) -> float:
    """A float from a float, NumPy scalar or 0-d array; fails with a sentence otherwise."""
    array = array_of(value, what)
    require(array.shape == (), f"{what} should be a single number, but has shape {array.shape}.")
    return float(array)


def array_of(value: Any, what: str, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """A float array from what a student returned; fails with a sentence otherwise."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise CheckFailed(f"{what} is a list of unequal parts.") from None
    require(array.dtype.kind in "buif",
            f"{what} should be made of numbers, but is {type(value).__name__}.")
    if shape is not None:
        require(array.shape == shape, f"{what} should have shape {shape}, but has {array.shape}.")
    require(np.all(np.isfinite(array)), f"{what} contains NaN or infinity.")
    return array.astype(float)


def entry(values: Any, key: str, name: str) -> Any:
    """values[key], or a sentence if values is not a dict with that key."""
    require(isinstance(values, dict),
            f"{name} should return a dict, but returned {type(values).__name__}.",
            "A dict gives every value its name, so that a check can tell which one is wrong.")
    require(key in values, f"The dict that {name} returned has no {key!r}; "
            f"it has {', '.join(map(repr, values)) or 'nothing'}.")
    return values[key]


def close(value: Any, expected: Any, tolerance: float = 1e-6) -> bool:
    """Whether two arrays agree up to a share of the larger one's size."""
    value, expected = np.asarray(value, float), np.asarray(expected, float)
    size = max(np.max(np.abs(expected), initial=0), 1e-3)
    return bool(np.max(np.abs(value - expected), initial=0) <= tolerance * size)


def show(value: Any) -> str:
    """A value as short text."""
    if callable(value):
        return getattr(value, "__name__", "f")
    if isinstance(value, np.ndarray):
        text = np.array2string(value, precision=4, threshold=8, separator=", ")
        return re.sub(r"\s+", " ", f"array({text})" if value.ndim else text)
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}"
    text = str(value)
    return text if len(text) <= 150 else f"a {type(value).__name__} of {len(value)}"


def ratio_hint(value: float, expected: float, known: dict[str, float]) -> str:
    """Says so if value is a known factor times expected.

    Args:
        value: What the student's function gave.
        expected: What finite differences say.
        known: Sentences and the factor that each explains.
    """
    if abs(expected) < 1e-9:
        return ""
    for sentence, factor in known.items():
        if abs(value / expected - factor) < 1e-4 * max(abs(factor), 1e-2):
            return sentence
    return ""
