"""Inputs for rules, and how a rule is asked and its bars are read."""

import numpy as np

from autograder.comparing import form_of
from autograder.question import Case


def away_from_zero(rng: np.random.Generator, shape: tuple[int, ...], low: float = 0.4,
                   high: float = 2.5) -> np.ndarray:
    """Numbers with random signs and magnitudes in [low, high)."""
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(low, high, shape)


#: The usual steps 1e-5 and 1e-6 of a finite difference are rounded by 5 % beside such numbers.
LARGE = (5e9, 8e9)


def rule_case(rng: np.random.Generator, op: str, kind: str, inputs: list[np.ndarray],
              output: np.ndarray, **settings) -> Case:
    """A case with arguments (op, bar, output, inputs, settings); the bar is random."""
    bar = np.asarray(away_from_zero(rng, np.shape(output)))
    inputs = [np.asarray(each) for each in inputs]
    return Case(f"{op}: {kind}", (op, bar, np.asarray(output), inputs, settings))


def kinds_of(cases: list[Case], *ops: str) -> tuple[str, ...]:
    """The kinds of the cases that ask for one of these operations."""
    return tuple(dict.fromkeys(case.kind for case in cases if case.arguments[0] in ops))


def ask_a_rule(table, op, bar, output, inputs, settings):
    """Uses a rule twice: arrays that the first call changes give themselves away.

    A slice cannot be sent, so an index that is one comes as its start, stop and step.
    """
    if "slice" in settings:
        settings = {"index": slice(*settings["slice"])}
    rule = table().get(op)
    if rule is None:
        raise NotImplementedError(op)
    rule(bar, output, *inputs, **settings)
    return rule(bar, output, *inputs, **settings)


def bars_in_a_row(case: Case, value) -> np.ndarray:
    """The bars that a rule returned, one after the other; their shapes must be the inputs'."""
    return in_a_row(value, [np.shape(each) for each in case.arguments[3]], "input")


def in_a_row(value, shapes: list[tuple[int, ...]], what: str) -> np.ndarray:
    """Several arrays as one vector.

    Args:
        value: A student's list or tuple of arrays.
        shapes: Which they must have.
        what: What each array belongs to, for the message.

    Raises:
        ValueError: It is something else; worded for the student.
    """
    if not isinstance(value, (tuple, list)):
        raise ValueError(f"returned no tuple or list with a bar for each {what}")
    if len(value) != len(shapes):
        raise ValueError(f"returned {len(value)} bars where there are {len(shapes)} {what}s")
    for index, (bar, shape) in enumerate(zip(value, shapes, strict=True)):
        array = np.asarray(bar)
        if array.dtype.kind not in "buif":
            raise ValueError(f"returned a bar of type {type(bar).__name__}")
        if array.shape != shape:
            raise ValueError(f"returned a bar of {form_of(array)} for {what} number "
                             f"{index + 1}, whose shape is {shape}")
    return np.concatenate([np.ravel(np.asarray(bar, dtype=float)) for bar in value])
