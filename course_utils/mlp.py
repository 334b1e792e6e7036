"""The course's own forward pass of multilayer perceptrons, and the networks of the examples.

The checks and plots of notebook 3 measure against it, so that an unfinished exercise never
stands in the way of the next. The network with one hidden layer is the named graph
`course_utils.graphs.named.MLP`; here are its examples, and networks of any depth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from course_utils.neuron import logistic

Layers = Sequence[tuple[np.ndarray, np.ndarray]]

#: The activation functions by name, elementwise; |z| below 700.
ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "sigmoid": logistic, "tanh": np.tanh, "relu": lambda z: np.where(z > 0, z, 0.0)}


def example() -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """The network of the worked example: two inputs, two hidden units, two outputs.

    Returns:
        The parameters W1, b1, W2, b2, the input x and the target t. Whatever is computed
        from them can be computed by hand: z is (0, ln 3), so h is (1/2, 3/4).
    """
    params = {"W1": np.array([[1.0, -1.0], [2.0, -1.0]]), "b1": np.array([1.0, np.log(3)]),
              "W2": np.array([[2.0, 4.0], [6.0, -4.0]]), "b2": np.array([-1.0, 1.0])}
    return params, np.array([1.0, 2.0]), np.array([1.0, 2.0])


def exclusive_or() -> tuple[np.ndarray, np.ndarray]:
    """Exclusive or, the smallest task that no linear model can do.

    Returns:
        Inputs X of shape (4, 2) and targets T of shape (4, 1): 1 if one input is 1, not both.
    """
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return X, np.array([[0.0], [1.0], [1.0], [0.0]])


def exclusive_or_network() -> dict[str, np.ndarray]:
    """Parameters found by hand: hidden unit 1 says "at least one", unit 2 says "both"."""
    return {"W1": np.array([[20.0, 20.0], [20.0, 20.0]]), "b1": np.array([-10.0, -30.0]),
            "W2": np.array([[1.0, -1.0]]), "b2": np.array([0.0])}


def random_network(sizes: Sequence[int], rng: np.random.Generator) -> list:
    """A network with weights of a size that keeps its values near 1.

    Args:
        sizes: Numbers of units from the inputs to the outputs, such as (4, 8, 8, 2).
        rng: Source of the weights.

    Returns:
        A list of (W, b) with W of shape (outputs, inputs), for each layer.
    """
    return [(rng.normal(size=(to, of)) / np.sqrt(of), rng.normal(size=to) / 2)
            for of, to in pairwise(sizes)]


def outputs_of(layers: Layers, X: np.ndarray, activation: str) -> np.ndarray:
    """The outputs of a network of any depth.

    Args:
        layers: (W, b) for each layer.
        X: Inputs, shape (N, D).
        activation: A key of `ACTIVATIONS`; it follows every layer but the last.

    Returns:
        Shape (N, K).

    >>> outputs_of([([[2.0]], [1.0]), ([[1.0]], [0.0])], np.array([[3.0], [-3.0]]), "relu")
    array([[7.],
           [0.]])
    """
    signal = np.asarray(X, dtype=float)
    for place, (W, b) in enumerate(layers):
        if place:
            signal = ACTIVATIONS[activation](signal)
        signal = signal @ np.asarray(W, dtype=float).T + np.asarray(b, dtype=float)
    return signal
