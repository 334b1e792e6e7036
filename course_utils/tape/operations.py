"""What can stand on a tape: for each name what is computed. Forward only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

#: What is done, by name: from plain arrays and settings to a plain array.
OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "negative": np.negative,
    "power": lambda x, exponent: x**exponent,
    "exp": np.exp,
    "log": np.log,
    "tanh": np.tanh,
    "maximum": np.maximum,
    "matmul": np.matmul,
    "sum": np.sum,
    "mean": np.mean,
    "transpose": np.transpose,
    "reshape": np.reshape,
    "getitem": lambda x, index: x[index],
}
