"""The course's own forward pass of the network of notebook 4. There is no backward pass here.

One hidden layer of tanh units, linear outputs, softmax and cross-entropy. ``params`` is a
dict of ``W1`` (H, D), ``b1`` (H,), ``W2`` (K, H) and ``b2`` (K,).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

Params = Mapping[str, ArrayLike]


def outputs(params: Params, X: ArrayLike) -> NDArray[np.float64]:
    """The outputs before softmax, (N, K), for inputs (N, D)."""
    return np.dot(hidden(params, X), np.transpose(params["W2"])) + np.asarray(params["b2"])


def hidden(params: Params, X: ArrayLike) -> NDArray[np.float64]:
    """The values of the hidden units, (N, H), for inputs (N, D)."""
    sums = np.dot(np.asarray(X, dtype=float), np.transpose(params["W1"])) + np.asarray(params["b1"])
    return np.tanh(sums)


def classes(params: Params, X: ArrayLike) -> NDArray[np.intp]:
    """The class that the network takes each example for, (N,)."""
    return np.argmax(outputs(params, X), axis=1)


def accuracy(params: Params, X: ArrayLike, labels: ArrayLike) -> float:
    """The share of the examples that are taken for what they are.

    >>> params = {"W1": [[1.0]], "b1": [0.0], "W2": [[-1.0], [1.0]], "b2": [0.0, 0.0]}
    >>> accuracy(params, [[-2.0], [3.0], [0.5]], [0, 1, 0])
    0.6666666666666666
    """
    return float(np.mean(classes(params, X) == np.asarray(labels)))


def mean_loss(params: Params, X: ArrayLike, labels: ArrayLike) -> float:
    """The cost E: the mean cross-entropy of softmax at the right labels."""
    return cross_entropy(outputs(params, X), labels)


def cross_entropy(Y: NDArray, labels: ArrayLike) -> float:
    """The mean over the rows of Y of −ln softmax at the label.

    >>> round(cross_entropy(np.zeros((3, 4)), [0, 3, 1]), 6)  # ln 4
    1.386294
    """
    each = np.logaddexp.reduce(Y, axis=1)
    return float(np.mean(each - np.take_along_axis(Y, np.asarray(labels)[:, None], axis=1)[:, 0]))
