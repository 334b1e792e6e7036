"""The graphs of the course by name: their forward passes, and nothing of the backward ones.

Every variable can be set by hand, and everything that follows from it is computed anew. So
finite differences can measure the bar of each of them:

>>> inputs = {"w": 1.0, "b": 0.0, "x": 1.0, "t": 0.75}
>>> NEURON.output_with(inputs, "y", 0.25)  # ½ (0.25 − 0.75)²
0.125
>>> NEURON.variables
('w', 'b', 'x', 't', 'z', 'y', 'loss')
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_utils.finite_difference import derivative
from course_utils.graphs.nodes import GraphNode
from course_utils.neuron import logistic

#: A number or an array.
Numbers = float | np.ndarray


@dataclass(frozen=True)
class Step:
    """A variable that is computed.

    Args:
        name: Of the variable.
        operation: How, in a few letters.
        parents: Names of what it is computed from.
        compute: Takes the parents' values in this order, returns the variable's.
    """

    name: str
    operation: str
    parents: tuple[str, ...]
    compute: Callable[..., Any]


@dataclass(frozen=True)
class NamedGraph:
    """A computation graph whose variables have names.

    Args:
        title: What it is.
        inputs: Names of the inputs.
        steps: In forward order; the last one is the output, one number.
        bars: The bars that a backward pass returns, in backward order.
    """

    title: str
    inputs: tuple[str, ...]
    steps: tuple[Step, ...]
    bars: tuple[str, ...]

    @property
    def variables(self) -> tuple[str, ...]:
        """All names, inputs first, in forward order."""
        return (*self.inputs, *(step.name for step in self.steps))

    @property
    def output(self) -> str:
        return self.steps[-1].name

    def children(self, name: str) -> list[str]:
        """What is computed from a variable, in forward order."""
        return [step.name for step in self.steps if name in step.parents]

    def step(self, name: str) -> Step:
        return next(step for step in self.steps if step.name == name)

    def forward(self, inputs: Mapping[str, Any], changed: Mapping[str, Any] | None = None,
                seen: Mapping[tuple[str, str], Any] | None = None) -> dict[str, Numbers]:
        """All values.

        Args:
            inputs: A number or array for each input; lists and integers are welcome.
            changed: Variables to set, whatever they are computed from.
            seen: For a pair (variable, child) what the child alone sees in place of the
                variable's value.

        Raises:
            ValueError: An input is missing.
        """
        missing = [name for name in self.inputs if name not in inputs]
        if missing:
            raise ValueError(f"{self.title} needs the inputs {', '.join(self.inputs)}, and "
                             f"{missing[0]} is missing.")
        changed, seen = changed or {}, seen or {}
        values = {name: _floats(changed.get(name, inputs[name])) for name in self.inputs}
        for step in self.steps:
            if step.name in changed:
                values[step.name] = _floats(changed[step.name])
                continue
            arguments = [seen.get((parent, step.name), values[parent]) for parent in step.parents]
            with np.errstate(over="ignore"):  # e^1000 in σ(−1000) is right as infinity
                values[step.name] = _floats(step.compute(*arguments))
        return values

    def output_with(self, inputs: Mapping[str, Any], name: str, value: Any,
                    child: str | None = None) -> float:
        """The output with one variable set to a value.

        Args:
            inputs: As for `forward`.
            name: The variable.
            value: What to set it to; everything that follows from it is computed anew.
            child: If given, it alone sees the new value, so that only one message counts.
        """
        if child is None:
            return self.forward(inputs, {name: value})[self.output]
        return self.forward(inputs, seen={(name, child): value})[self.output]

    def nodes(self, inputs: Mapping[str, Any],
              bars: Mapping[str, Numbers] | None = None) -> list[GraphNode]:
        """The graph for `draw`, `play` and `trace_table`.

        Args:
            inputs: As for `forward`.
            bars: The bars that are known, if any; that of the output is 1.

        Returns:
            Its nodes. The local derivatives are measured by finite differences; those of
            arrays are not known.
        """
        values = self.forward(inputs)
        bars = {self.output: 1.0, **bars} if bars else {}
        return [*(GraphNode(name, "", values[name], bars.get(name)) for name in self.inputs),
                *(GraphNode(step.name, step.operation, values[step.name], bars.get(step.name),
                            step.parents, tuple(self._locals(step, values)))
                  for step in self.steps)]

    def _locals(self, step: Step, values: Mapping[str, Numbers]) -> list[float | None]:
        arguments = [values[parent] for parent in step.parents]
        if np.ndim(values[step.name]) or any(np.ndim(argument) for argument in arguments):
            return [None] * len(arguments)
        found = []
        for place, argument in enumerate(arguments):
            def with_one_moved(value, place=place):
                return step.compute(*arguments[:place], value, *arguments[place + 1:])
            measured = derivative(with_one_moved, argument)
            # of a measured number no more digits than it has: 1, and not 0.9999999999
            found.append(float(f"{measured.value:.9g}") if measured.verdict == "smooth" else None)
        return found


def _floats(value: Any) -> Numbers:
    array = np.asarray(value, dtype=float)
    return array if array.ndim else float(array)


def _squared_error(y, t):
    return np.sum((y - t) ** 2) / 2


_NEURON_STEPS = (
    Step("z", "w·x + b", ("w", "x", "b"), lambda w, x, b: w * x + b),
    Step("y", "σ(z)", ("z",), logistic),
    Step("loss", "½(y − t)²", ("y", "t"), _squared_error),
)

NEURON = NamedGraph("The logistic neuron", ("w", "b", "x", "t"), _NEURON_STEPS,
                    ("y", "z", "w", "b"))

REGULARIZED_NEURON = NamedGraph(
    "The regularised neuron", ("w", "b", "x", "t", "lam"),
    (*_NEURON_STEPS,
     Step("reg", "½w²", ("w",), lambda w: w**2 / 2),
     Step("total", "loss + λ·reg", ("loss", "lam", "reg"),
          lambda loss, lam, reg: loss + lam * reg)),
    ("loss", "reg", "y", "z", "w", "b"))

#: The worked example f(x, y) = y + e^(xy) with x = cos t and y = t².
TWO_PATHS = NamedGraph(
    "f = y + e^(xy), x = cos t, y = t²", ("t",),
    (Step("x", "cos t", ("t",), np.cos),
     Step("y", "t²", ("t",), lambda t: t**2),
     Step("f", "y + e^(xy)", ("x", "y"), lambda x, y: y + np.exp(x * y))),
    ("x", "y", "t"))

_LAYERS = (
    Step("z", "W1·x + b1", ("W1", "x", "b1"), lambda W1, x, b1: W1 @ x + b1),
    Step("h", "σ(z)", ("z",), logistic),
    Step("y", "W2·h + b2", ("W2", "h", "b2"), lambda W2, h, b2: W2 @ h + b2),
)

#: One hidden layer, one example. Shapes: W1 (H, D), b1 (H,), W2 (K, H), b2 (K,), x (D,), t (K,).
MLP = NamedGraph(
    "A network with one hidden layer", ("W1", "b1", "W2", "b2", "x", "t"),
    (*_LAYERS, Step("loss", "½Σ(y − t)²", ("y", "t"), _squared_error)),
    ("y", "W2", "b2", "h", "z", "W1", "b1"))

#: The same for N examples, X (N, D) and T (N, K); the cost is the mean of their losses.
MLP_BATCH = NamedGraph(
    "A network with one hidden layer, for a batch", ("W1", "b1", "W2", "b2", "X", "T"),
    (Step("Z", "X·W1ᵀ + b1", ("X", "W1", "b1"), lambda X, W1, b1: X @ W1.T + b1),
     Step("H", "σ(Z)", ("Z",), logistic),
     Step("Y", "H·W2ᵀ + b2", ("H", "W2", "b2"), lambda H, W2, b2: H @ W2.T + b2),
     Step("cost", "mean of losses", ("Y", "T"), lambda Y, T: _squared_error(Y, T) / len(Y))),
    ("Y", "W2", "b2", "H", "Z", "W1", "b1"))


def _cross_entropy(z, t):
    """Of a softmax, from the logits z (K,) and the target's weights t (K,), which sum to 1."""
    largest = np.argmax(z)
    others = np.sum(np.exp(np.delete(z, largest) - z[largest]))
    # log(1 + others), exact also where they are tiny
    return np.log1p(others) + np.sum(t * (z[largest] - z))


#: Softmax and cross-entropy in one step. Shapes: W (K, D), b (K,), x (D,), t (K,), one-hot.
SOFTMAX_CLASSIFIER = NamedGraph(
    "The softmax classifier", ("W", "b", "x", "t"),
    (Step("z", "W·x + b", ("W", "x", "b"), lambda W, x, b: W @ x + b),
     Step("loss", "cross-entropy", ("z", "t"), _cross_entropy)),
    ("z", "W", "b"))


def mlp_by_units(inputs: int = 2, hidden: int = 2, outputs: int = 1) -> NamedGraph:
    """The network with one hidden layer, a node for each unit, as on paper.

    Args:
        inputs, hidden, outputs: The numbers D, H and K of units.

    Returns:
        A graph of x1, ..., z1, h1, ..., y1, ..., loss. The weight from input 3 to hidden unit
        2 is called ``W1_23``, the bias of output 1 ``b2_1``; counted from 1.
    """
    D, H, K = (range(1, size + 1) for size in (inputs, hidden, outputs))

    def weighted_sum(*arguments):
        bias, *pairs = arguments
        half = len(pairs) // 2
        return bias + sum(w * x for w, x in zip(pairs[:half], pairs[half:], strict=True))

    def loss(*arguments):
        half = len(arguments) // 2
        return sum((y - t) ** 2 for y, t in zip(arguments[:half], arguments[half:],
                                                strict=True)) / 2

    def layer(name: str, into: Sequence[int], letter: str, source: str, out_of: Sequence[int]):
        return [Step(f"{name}{i}", f"Σ w·{source} + b",
                     (f"b{letter}_{i}", *(f"W{letter}_{i}{j}" for j in out_of),
                      *(f"{source}{j}" for j in out_of)), weighted_sum) for i in into]

    steps = [*layer("z", H, "1", "x", D),
             *(Step(f"h{i}", "σ", (f"z{i}",), logistic) for i in H),
             *layer("y", K, "2", "h", H),
             Step("loss", "½Σ(y − t)²", (*(f"y{k}" for k in K), *(f"t{k}" for k in K)), loss)]
    names = [*(f"x{j}" for j in D),
             *(f"W1_{i}{j}" for i in H for j in D), *(f"b1_{i}" for i in H),
             *(f"W2_{k}{i}" for k in K for i in H), *(f"b2_{k}" for k in K),
             *(f"t{k}" for k in K)]
    bars = [*(f"y{k}" for k in K),
            *(f"W2_{k}{i}" for k in K for i in H), *(f"b2_{k}" for k in K),
            *(f"h{i}" for i in H), *(f"z{i}" for i in H),
            *(f"W1_{i}{j}" for i in H for j in D), *(f"b1_{i}" for i in H)]
    return NamedGraph("A network with one hidden layer, by unit", tuple(names), tuple(steps),
                      tuple(bars))
