"""What one does with a tape, and the table of rules for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from course_utils.tape.arrays import Tape
from course_utils.tape.operations import OPERATIONS


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
