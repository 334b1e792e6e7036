"""The course's own forward pass of one logistic neuron.

The checks and plots of notebook 1 measure against it, so that an unfinished exercise
never stands in the way of the next. It is written for inputs of moderate size.
"""

from __future__ import annotations

import numpy as np

#: The neuron of the worked examples: weight, bias, input, target.
EXAMPLE = {"w": 0.5, "b": 0.2, "x": 2.0, "t": 0.0}


def logistic(z):
    """The logistic function 1 / (1 + e^(−z)), elementwise.

    Args:
        z: Number or array, |z| below 700.

    Returns:
        Values of the same shape, between 0 and 1.

    >>> float(logistic(0.0))
    0.5
    """
    return 1 / (1 + np.exp(-z))


def loss_from(signal: str, value: float, w: float, b: float, x: float, t: float) -> float:
    """The loss as a function of one variable of the forward pass, the others held fixed.

    Args:
        signal: ``"w"``, ``"b"``, ``"z"`` or ``"y"``: the variable to set.
        value: What to set it to; everything that follows from it is computed anew.
        w, b, x, t: The neuron and its example.

    >>> loss_from("y", 0.25, w=1, b=0, x=1, t=0.75)
    0.125
    """
    w, b = (value if signal == "w" else w), (value if signal == "b" else b)
    z = value if signal == "z" else w * x + b
    y = value if signal == "y" else logistic(z)
    return float((y - t) ** 2) / 2


def mean_loss(w: float, b: float, X: np.ndarray, T: np.ndarray) -> float:
    """The cost E: the mean loss of the neuron over a data set.

    Args:
        w, b: Weight and bias; arrays of one shape S give the cost at each point.
        X, T: Inputs and targets, shape (N,).

    Returns:
        A float, or an array of shape S.
    """
    X, T = (np.asarray(values, dtype=float) for values in (X, T))
    w, b = np.asarray(w, dtype=float)[..., None], np.asarray(b, dtype=float)[..., None]
    return ((logistic(w * X + b) - T) ** 2).mean(axis=-1)[()] / 2

