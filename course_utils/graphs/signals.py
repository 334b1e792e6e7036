"""Which bar is the first wrong one? Finite differences on every variable decide.

>>> from course_utils.graphs.named import NEURON
>>> inputs = {"w": 0.5, "b": 0.2, "x": 2.0, "t": 0.0}
>>> bars = {"y": 0.768525, "z": 0.768525, "w": 1.53705, "b": 0.768525}
>>> found = first_wrong_signal(NEURON, inputs, bars)
>>> found.ok, found.name, found.right
(False, 'z', ('y',))
>>> print(found)
The first wrong signal is z_bar. (Right so far: y_bar.)
It is 0.768525; finite differences say 0.136716.
z is used in y alone: z_bar is y_bar times the derivative of y with respect to z.
It is y_bar passed on as it is: the derivative of y is missing.
Signals computed after it may only be wrong because it is.

No formula of a backward pass is in here: only the course's forward passes, and differences.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from course_utils.gradcheck import GradientRow, check_gradient
from course_utils.graphs.hints import hint_for
from course_utils.graphs.named import NamedGraph
from course_utils.graphs.nodes import GraphNode
from course_utils.graphs.signal_report import SignalReport
from course_utils.graphs.value_signals import first_wrong_grad
from course_utils.plain_numbers import plain_numbers

INVISIBLE = 1e-12  # beside the largest value: what a finite difference cannot see


def first_wrong_signal(graph: NamedGraph | Any, inputs: Any = None, bars: Any = None, *,
                       wanted: Sequence[str] | None = None, names: Mapping | None = None,
                       forward: Callable[..., Any] | None = None) -> SignalReport:
    """Finds the first wrong bar in backward order, and says what is wrong with it.

    For a named graph of the course, finite differences on every variable decide. A graph of
    `Value` objects cannot be computed anew in general: there each ``grad`` must be the sum of
    the messages of its children, as ``local_grads`` and the children's ``grad`` have them, and
    with `forward` finite differences also tell whether the local derivatives are right.

    Args:
        graph: One of `course_utils.graphs.named`, or the output `Value` of a graph on which
            the student's backward pass has been run.
        inputs: For a named graph a dict of its inputs; for a `Value` graph the input nodes in
            the order in which `forward` takes them, or None.
        bars: For a named graph the student's dict of bars, number or array for each name.
        wanted: For a named graph the bars that were asked for; all of ``graph.bars`` if None.
        names: For a `Value` graph ``{"w": node, ...}``, how to call some nodes.
        forward: For a `Value` graph the function that builds it: takes one `Value` for each
            input and returns the output.

    Returns:
        The report. It never calls a bar wrong where finite differences cannot tell.

    Raises:
        ValueError: The course's own side is wrong: an input or a name does not exist.
    """
    if not isinstance(graph, NamedGraph):
        return first_wrong_grad(graph, names, forward, inputs)
    unknown = [name for name in wanted or () if name not in graph.variables]
    if unknown:
        raise ValueError(f"{graph.title} has no variable {unknown[0]}.")
    values = graph.forward(inputs)
    order = graph.bars if wanted is None else _backward_order(graph, wanted)
    if not isinstance(bars, Mapping):
        text = f"The bars should be a dict with the keys {', '.join(order)}; "
        text += "it is None: is a return missing?" if bars is None else (
            f"what came is a {type(bars).__name__}.")
        return SignalReport(False, None, (), (), (text,), graph.title)
    right, unclear = [], []
    for name in order:
        problem = _form_problem(name, bars, np.shape(values[name]))
        row = None if problem else _judged(graph, inputs, name, bars[name], values)
        if row is not None and row.ok is not False:
            (right if row.ok else unclear).append(name)
            continue
        sentences = [_first(name, right, unclear)]
        sentences += [problem] if problem else [_numbers(name, row), _sources(graph, name, values)]
        if not problem:
            hint = hint_for(graph, inputs, name, np.asarray(bars[name], dtype=float), values)
            sentences += [hint] if hint else []
        if name != order[-1]:
            sentences.append("Signals computed after it may only be wrong because it is.")
        return SignalReport(False, name, tuple(right), tuple(unclear), tuple(sentences),
                            graph.title, _drawn(graph, inputs, bars))
    return SignalReport(None if unclear else True, None, tuple(right), tuple(unclear),
                        tuple(_all_in_words(right, unclear)), graph.title,
                        _drawn(graph, inputs, bars))


def _backward_order(graph: NamedGraph, wanted: Sequence[str]) -> list[str]:
    """The order of ``graph.bars``, then of the other variables from the output back."""
    order = dict.fromkeys([graph.output, *graph.bars, *reversed(graph.variables)])
    return [name for name in order if name in wanted]


def _form_problem(name: str, bars: Mapping, shape: tuple[int, ...]) -> str:
    """A sentence on a bar that cannot even be compared, or nothing."""
    if name not in bars:
        return (f"It is missing: the dict has no {name!r}. It has "
                f"{', '.join(map(repr, bars)) or 'nothing at all'}.")
    if bars[name] is None:
        return "It is None. Is something returned, and computed, under this name?"
    array, problem = plain_numbers(bars[name])
    if problem:
        return f"It {problem}."
    if array.shape != shape:
        if not shape:
            return f"It should be a single number, as {name} is, but has the shape {array.shape}."
        turned = " Is it transposed?" if array.shape == shape[::-1] else ""
        return (f"It has the shape {array.shape}, but {name} has the shape {shape}: a bar has one "
                f"entry for each entry of its variable.{turned}")
    if not np.all(np.isfinite(array)):
        where = _at(tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0]))
        return (f"It is NaN or infinite{where}. Look for a division by 0, the logarithm of 0, "
                "or ∞ − ∞ on the way.")
    return ""


def _judged(graph: NamedGraph, inputs: Any, name: str, bar: Any,
            values: Mapping[str, Any]) -> GradientRow:
    """The bar beside finite differences."""
    row = check_gradient(lambda moved: graph.output_with(inputs, name, moved),
                         np.asarray(bar, dtype=float), values[name]).rows[0]
    # A saturated function may have a slope too small to be seen beside the rounding of the rest.
    size = max(1.0, *(float(np.max(np.abs(value), initial=0.0)) for value in values.values()))
    if row.ok is False and row.error <= INVISIBLE * size:
        return row._replace(ok=None)
    return row


def _first(name: str, right: Sequence[str], unclear: Sequence[str]) -> str:
    before = "".join(f" ({what}: {', '.join(f'{one}_bar' for one in which)}.)" for what, which in
                     [("Right so far", right), ("Cannot tell", unclear)] if which)
    return f"The first wrong signal is {name}_bar.{before}"


def _numbers(name: str, row: GradientRow) -> str:
    digits = 6 if f"{row.given:.6g}" != f"{row.expected:.6g}" else 12
    given, expected = f"{row.given:.{digits}g}", f"{row.expected:.{digits}g}"
    where = f"{name}_bar{list(row.where)}" if row.where else "It"
    worst = ", the worst of its entries," if row.where else ""
    if row.verdict == "kink":
        return (f"{where}{worst} is {given}. There is a kink here, and between its two slopes "
                f"{expected} is the nearest.")
    return f"{where}{worst} is {given}; finite differences say {expected}."


def _at(where: tuple[int, ...]) -> str:
    return f" at {list(where)}" if where else ""


def _sources(graph: NamedGraph, name: str, values: Mapping[str, Any]) -> str:
    """Which messages should have arrived."""
    children = graph.children(name)
    if not children:
        return f"{name} is the output: the backward pass starts there, with 1."
    if len(children) > 1:
        return (f"{name} is used in {' and in '.join(children)}: {name}_bar is the sum of "
                f"{len(children)} messages, one from each.")
    child = children[0]
    if np.ndim(values[name]) or np.ndim(values[child]):
        return (f"{name} is used in {child} alone: {name}_bar is made of {child}_bar and the "
                f"derivatives of {child} with respect to {name}.")
    return (f"{name} is used in {child} alone: {name}_bar is {child}_bar times the derivative of "
            f"{child} with respect to {name}.")


def _all_in_words(right: Sequence[str], unclear: Sequence[str]) -> list[str]:
    sentences = []
    if right:
        bars = ", ".join(f"{name}_bar" for name in right)
        sentences.append(f"{bars}: {'agree' if len(right) > 1 else 'agrees'} with finite "
                         "differences.")
    if unclear:
        bars = ", ".join(f"{name}_bar" for name in unclear)
        sentences.append(f"{bars}: cannot tell here. Finite differences are too coarse at this "
                         "point (a kink, saturation, or rounding); try other inputs.")
    return sentences or ["There were no bars to look at."]


def _drawn(graph: NamedGraph, inputs: Any, bars: Mapping) -> tuple[GraphNode, ...]:
    """The graph with those of the student's bars that can be shown."""
    shown = {}
    for name in graph.variables:
        array, problem = plain_numbers(bars.get(name))
        if not problem:
            shown[name] = array.astype(float) if array.ndim else float(array)
    return tuple(graph.nodes(inputs, shown))
