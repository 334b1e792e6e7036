"""What a wrong bar looks like: one message of several, a turned sign, a factor left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

import numpy as np

from course_utils.finite_difference import derivative
from course_utils.graphs.named import NamedGraph

TELLING = 1e-5  # relative difference at which two numbers are taken for the same


def measured(f: Callable[[Any], float], at: Any) -> np.ndarray | None:
    """The gradient of f by finite differences, None where one cannot tell.

    Args:
        f: Takes a number or array, returns one number.
        at: Where.
    """
    at = np.asarray(at, dtype=float)
    gradient = np.zeros(at.shape)
    for index in np.ndindex(at.shape):
        def along(value, index=index):
            moved = at.copy()
            moved[index] = value
            return f(moved if at.ndim else float(moved))
        estimate = derivative(along, float(at[index]))
        if estimate.verdict != "smooth":
            return None
        gradient[index] = estimate.value
    return gradient


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays agree beside the larger one's size."""
    if np.shape(a) != np.shape(b):
        return False
    size = max(np.max(np.abs(a), initial=0.0), np.max(np.abs(b), initial=0.0))
    return bool(np.max(np.abs(a - b), initial=0.0) <= TELLING * size)


def hint_for(graph: NamedGraph, inputs: Mapping[str, Any], name: str, bar: np.ndarray,
             values: Mapping[str, Any]) -> str:
    """What the difference between a wrong bar and the right one tells, or nothing.

    Args:
        graph, inputs: Where.
        name: The variable.
        bar: Its wrong bar, of the variable's shape.
        values: Of the forward pass.
    """
    children = graph.children(name)
    messages = {child: measured(
        lambda value, child=child: graph.output_with(inputs, name, value, child), values[name])
        for child in children}
    if not children or any(message is None for message in messages.values()):
        return ""
    total = sum(messages.values())
    if not np.any(total):
        return ""
    if not np.any(bar):
        return "It is 0: no message has arrived."
    return (_missing(bar, messages) or _twisted(bar, total, "It")
            or _one_message(graph, inputs, bar, messages, values))


def _missing(bar: np.ndarray, messages: Mapping[str, np.ndarray]) -> str:
    """A hint for the sum of only some of the messages."""
    for count in range(1, len(messages)):
        for some in combinations(messages, count):
            if same(bar, sum(messages[child] for child in some)):
                others = [child for child in messages if child not in some]
                return (f"Only the message from {' and '.join(some)} has arrived; the one from "
                        f"{' and '.join(others)} is missing. At a fan-out messages are added: "
                        "does a later line overwrite an earlier one?")
    return ""


def _twisted(got: np.ndarray, right: np.ndarray, what: str) -> str:
    """A hint for a turned sign, a factor, a transposed matrix."""
    known = [(-right, f"{what} has the wrong sign: which comes first in the difference?"),
             (2 * right, f"{what} is twice what it should be: is a ½ left out, or is something "
                         "added twice?"),
             (right / 2, f"{what} is half of what it should be: is a ½ kept that should cancel, or "
                         "a mean taken where messages add up?")]
    if right.ndim == 2 and right.shape[0] == right.shape[1]:
        known.append((right.T, f"{what} is transposed: rows and columns have changed places."))
    if right.size > 1:
        factor = float(np.sum(got * right) / np.sum(right**2))
        known.append((factor * right, f"{what} is {factor:.5g} times what it should be, in "
                                      "every entry: is a factor such as 1/N left out, or used "
                                      "twice?"))
    return next((sentence for wrong, sentence in known if same(got, wrong)), "")


def _one_message(graph: NamedGraph, inputs: Mapping[str, Any], bar: np.ndarray,
                 messages: Mapping[str, np.ndarray], values: Mapping[str, Any]) -> str:
    """A hint if one message alone is wrong, and all others have arrived."""
    total = sum(messages.values())
    for child, message in messages.items():
        came = bar - (total - message)
        what = "It" if len(messages) == 1 else f"The message from {child}"
        upstream = measured(lambda value, child=child: graph.output_with(inputs, child, value),
                            values[child])
        if upstream is not None and upstream.shape == came.shape:
            # an elementwise step: the message is upstream times the local derivative
            if same(came * upstream, message):
                return (f"{what} is the local derivative alone: {child}_bar, the upstream signal, "
                        "is not multiplied in.")
            if same(came, upstream):
                return (f"{what} is {child}_bar passed on as it is: the derivative of {child} is "
                        "missing.")
        twist = _twisted(came, message, what) if len(messages) > 1 else ""
        if twist:
            return twist
    return ""
