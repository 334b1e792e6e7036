"""Functions with gradients that are known to be right, and gradients known to be wrong.

Each function is written once, for NumPy and for autograd's NumPy, which gives the right
gradient; where autograd cannot know it (kinks, rounding, NaN) it is written down by hand.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
from autograd.scipy.special import logsumexp
from numpy.typing import NDArray

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """A function of a vector, with its gradient.

    Args:
        family: What is awkward about it.
        name: Its name.
        f: The function, in NumPy.
        theta: Where, (n,).
        low, high: Every gradient between them is right, (n,); NaN if there is none.
        wrong: Gradients by the name of the mistake.
    """

    family: str
    name: str
    f: Callable[[Vector], Any]
    theta: NDArray
    low: Vector
    high: Vector
    wrong: dict[str, Vector]

    def right(self) -> dict[str, Vector]:
        """Return gradients that are right, by name."""
        if np.isnan(self.low).any():
            return {}
        if np.array_equal(self.low, self.high):
            return {"right": self.low}
        middle = (self.low + self.high) / 2.0
        return {"lowest": self.low, "highest": self.high, "middle": middle}


def mistakes(low: Vector, high: Vector, side: int = 0) -> Iterator[tuple[str, Vector]]:
    """Yield the wrong versions of a gradient.

    Args:
        low, high: What is right lies between.
        side: Rows of the square matrix that it is the gradient of, if it is.
    """
    truth = high
    large = np.abs(truth) >= 1e-6 * np.abs(truth).max(initial=0.0)
    places = np.flatnonzero(large & (truth != 0.0))
    yield "sign", -truth
    yield "factor 2", 2.0 * truth
    yield "1 % off", 1.01 * truth
    yield "zero", 0.0 * truth
    if places.size:
        one = truth.copy()
        one[places[len(places) // 2]] *= 1.001
        yield "0.001 off in one entry", one
        least = truth.copy()
        least[places[np.argmin(np.abs(truth[places]))]] *= 2.0
        yield "off where it is small", least
    added = truth.copy()
    added[-1] += 1e-3 * max(1.0, np.abs(truth).max(initial=0.0))
    yield "something added", added
    if side:
        yield "transposed", truth.reshape(side, side).T.ravel()


def case(
    family: str,
    name: str,
    written: Callable[[Any, Any], Any],
    theta: Any,
    *,
    bounds: tuple[Any, Any] | None = None,
    missing: Callable[[Any, Any], Any] | None = None,
    also: dict[str, Any] | None = None,
    side: int = 0,
) -> Case:
    """Return a case with all the mistakes that are mistakes there.

    Args:
        family, name: What it is called.
        written: The function of a vector and a NumPy.
        theta: Where, (n,).
        bounds: Least and greatest right gradient, where autograd does not know them.
        missing: The function without one of its terms.
        also: Further wrong gradients.
        side: Rows of the square matrix that theta is, if it is one.
    """
    theta = np.atleast_1d(np.asarray(theta))
    at = theta.astype(np.float64)

    def gradient(function: Callable[[Any, Any], Any]) -> Vector:
        return np.asarray(autograd.grad(lambda x: function(x, anp))(at), dtype=np.float64)

    low, high = bounds or (None, None)
    low = gradient(written) if low is None else np.broadcast_to(low, at.shape).astype(float)
    high = low if high is None else np.broadcast_to(high, at.shape).astype(float)
    candidates = dict(mistakes(low, high, side))
    if missing:
        candidates["missing term"] = gradient(missing)
    for mistake, values in (also or {}).items():
        candidates[mistake] = np.broadcast_to(values, at.shape).astype(float)
    with_nan = high.copy()
    with_nan[0] = np.nan
    candidates["NaN"] = with_nan
    size = max(1e-12, np.abs(high).max(initial=0.0)) if np.isfinite(high).all() else 1.0
    wrong = {
        mistake: values
        for mistake, values in candidates.items()
        if not np.all((values >= low - 1e-8 * size) & (values <= high + 1e-8 * size))
        or (mistake == "off where it is small" and not np.array_equal(values, high))
    }
    return Case(family, name, lambda x: written(x, np), theta, low, high, wrong)


def relu(z: Any, np: Any) -> Any:
    return np.maximum(z, 0.0)


def network(sizes: tuple[int, ...], activation: Callable[[Any, Any], Any], lam: float = 0.0):
    """Return the cost of a multilayer perceptron on random data, and a place."""
    rng = np.random.default_rng(sum(sizes))
    X, T = rng.normal(size=(7, sizes[0])), rng.normal(size=(7, sizes[-1]))
    shapes = [(n, m + 1) for m, n in itertools.pairwise(sizes)]
    theta = 0.7 * rng.normal(size=sum(n * m for n, m in shapes))

    def cost(theta: Any, np: Any) -> Any:
        H, start = X, 0
        for layer, (n, m) in enumerate(shapes):
            W = np.reshape(theta[start : start + n * m], (n, m))
            H = np.dot(H, W[:, 1:].T) + W[:, 0]
            if layer < len(shapes) - 1:
                H = activation(H, np)
            start += n * m
        return np.mean(np.sum((H - T) ** 2, axis=1)) / 2.0 + lam * np.sum(theta**2)

    return cost, theta


def sigmoid(z: Any, np: Any) -> Any:
    return 0.5 * (1.0 + np.tanh(0.5 * z))


def cross_entropy(labels: list[int], classes: int) -> Callable[[Any, Any], Any]:
    """Return the mean softmax cross-entropy of logits that come as one vector."""

    def cost(x: Any, np: Any) -> Any:
        logits = np.reshape(x, (-1, classes))
        top = np.max(logits, axis=1, keepdims=True)
        logs = np.log(np.sum(np.exp(logits - top), axis=1)) + top[:, 0]
        return np.mean(logs - logits[np.arange(len(labels)), np.array(labels)])

    return cost


def log_sum_exp(x: Any, np: Any) -> Any:
    if np is anp:
        return logsumexp(x)
    top = np.max(x)
    return top + np.log(np.sum(np.exp(x - top)))

