"""The functions that gradient checkers are compared on, easy ones first."""

from __future__ import annotations

from collections.abc import Iterator

import autograd.numpy as anp
import numpy as np

from benchmarks.gradcheck_cases import (
    Case,
    case,
    cross_entropy,
    log_sum_exp,
    network,
    relu,
    sigmoid,
)

RNG = np.random.default_rng(7)
A = RNG.normal(size=(4, 4))
B = RNG.normal(size=(6, 4))
POINTS = RNG.normal(size=6)
MANY = RNG.normal(size=300)


def polynomials() -> Iterator[Case]:
    name = "polynomial"
    yield case(name, "line", lambda x, np: 3.0 * x[0] - 2.0, 1.5)
    yield case(name, "parabola", lambda x, np: x[0] ** 2, 3.0)
    yield case(name, "cubic", lambda x, np: np.sum(x**3), [0.5, -1.0, 2.0],
               missing=lambda x, np: np.sum(x[:2] ** 3))
    yield case(name, "ninth degree", lambda x, np: x[0] ** 9 - x[0] ** 4, 1.1,
               missing=lambda x, np: x[0] ** 9)
    yield case(name, "quartic near its minimum", lambda x, np: np.sum((x - 1.0) ** 4), [1.01, 0.9])
    yield case(name, "valley", lambda x, np: np.sum(
        100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2), [0.5, -0.3, 1.2, 0.8])
    yield case(name, "saddle", lambda x, np: x[0] ** 2 - x[1] ** 2 + x[0] * x[1], [0.7, -0.4])
    yield case(name, "product", lambda x, np: np.prod(x), [1.5, -0.5, 2.0, 0.25])
    yield case(name, "its minimum", lambda x, np: np.sum((x - 0.5) ** 2), [0.5, 0.5])
    yield case(name, "constant", lambda x, np: 3.0 + 0.0 * x[0], 0.5)
    yield case(name, "300 entries", lambda x, np: np.sum(x**2), MANY)


def exponentials() -> Iterator[Case]:
    name = "exp and log"
    yield case(name, "exp at 1", lambda x, np: np.exp(x[0]), 1.0)
    yield case(name, "exp at 30", lambda x, np: np.exp(x[0]), 30.0)
    yield case(name, "exp at -30", lambda x, np: np.exp(x[0]), -30.0)
    yield case(name, "log at 1", lambda x, np: np.log(x[0]), 1.0)
    yield case(name, "log at 0.01", lambda x, np: np.log(x[0]), 0.01)
    yield case(name, "log of each", lambda x, np: np.sum(np.log(x)), [0.3, 2.0, 50.0])
    yield case(name, "entropy", lambda x, np: -np.sum(x * np.log(x)), [0.2, 0.5, 0.3],
               missing=lambda x, np: -np.sum(np.log(x)))
    yield case(name, "power", lambda x, np: np.sum(x**2.5), [0.4, 1.3])
    yield case(name, "root near 0", lambda x, np: np.sqrt(x[0]), 1e-6)
    yield case(name, "bell", lambda x, np: np.exp(-np.sum(x**2)), [0.4, -1.0, 0.2])
    yield case(name, "sine of 300", lambda x, np: np.sum(np.sin(x) * x), MANY)


def scales() -> Iterator[Case]:
    name = "badly scaled"
    yield case(name, "squares of 1e-8, 1, 1e8", lambda x, np: np.sum(x**2), [1e-8, 1.0, 1e8])
    yield case(name, "log at 1e-8", lambda x, np: np.log(x[0]), 1e-8)
    yield case(name, "log at 1e8", lambda x, np: np.log(x[0]), 1e8)
    yield case(name, "tanh at 1e8 of 1e8", lambda x, np: np.tanh(x[0] / 1e8), 1e8)
    yield case(name, "tanh of 1e8 x", lambda x, np: np.tanh(1e8 * x[0]), 1e-8)
    yield case(name, "1e8 x²", lambda x, np: 1e8 * np.sum(x**2), [0.3, -2.0])
    yield case(name, "1e-8 x²", lambda x, np: 1e-8 * np.sum(x**2), [0.3, -2.0])
    yield case(name, "weights 1e4 to 1e-3", lambda x, np: np.sum(
        np.array([1e4, 1.0, 1e-3]) * np.sin(x)), [0.1, 0.2, 0.3])
    yield case(name, "1e300", lambda x, np: 1e300 * x[0] ** 2, 0.5)
    yield case(name, "pole at 1e-4", lambda x, np: 1.0 / x[0], 1e-4)


def rounding() -> Iterator[Case]:
    name = "cancellation"
    yield case(name, "1e4 + sin", lambda x, np: 1e4 + np.sin(x[0]), 1.0)
    yield case(name, "1e8 + sin", lambda x, np: 1e8 + np.sin(x[0]), 1.0)
    yield case(name, "1e12 + sin", lambda x, np: 1e12 + np.sin(x[0]), 1.0)
    yield case(name, "(1e8 + x) - 1e8", lambda x, np: (1e8 + np.sin(x[0])) - 1e8, 0.7)
    yield case(name, "(x - 1)⁴ expanded",
               lambda x, np: x[0] ** 4 - 4 * x[0] ** 3 + 6 * x[0] ** 2 - 4 * x[0] + 1.0,
               1.01, bounds=(4.0 * (1.01 - 1.0) ** 3, None))
    yield case(name, "difference of roots", lambda x, np: np.sqrt(x[0] + 1.0) - np.sqrt(x[0]),
               1e6, bounds=(-0.5 / (np.sqrt(1e6 + 1) * 1e3 * (np.sqrt(1e6 + 1) + 1e3)), None))
    yield case(name, "1 - cos near 0", lambda x, np: 1.0 - np.cos(x[0]), 1e-3)
    yield case(name, "variance by squares",
               lambda x, np: np.mean((x + 1e4) ** 2) - np.mean(x + 1e4) ** 2, POINTS,
               bounds=(2.0 / 6.0 * (POINTS - POINTS.mean()), None))
    yield case(name, "large constant, small slope", lambda x, np: 1e3 + 1e-3 * np.sum(x**2),
               [1.0, 2.0])


def waves() -> Iterator[Case]:
    name = "waves"
    yield case(name, "sin 100 x", lambda x, np: np.sin(100.0 * x[0]), 0.3)
    yield case(name, "sin 1e4 x", lambda x, np: np.sin(1e4 * x[0]), 0.3)
    yield case(name, "sin 1e6 x", lambda x, np: np.sin(1e6 * x[0]), 0.3)
    yield case(name, "sin at 1e5", lambda x, np: np.sin(x[0]), 1e5)
    yield case(name, "narrow sigmoid", lambda x, np: sigmoid(1e4 * x[0], np), 1e-4)


def kinks() -> Iterator[Case]:
    at, near = "at a kink", "near a kink"
    yield case(at, "relu", lambda x, np: relu(x[0], np), 0.0, bounds=(0.0, 1.0))
    yield case(at, "abs", lambda x, np: np.abs(x[0]), 0.0, bounds=(-1.0, 1.0))
    yield case(at, "abs with a slope", lambda x, np: 2.0 * x[0] + np.abs(x[0] - 1.0), 1.0,
               bounds=(1.0, 3.0))
    yield case(at, "hinge", lambda x, np: np.sum(relu(1.0 - x, np)), [1.0, 0.4, 3.0],
               bounds=([-1.0, -1.0, 0.0], [0.0, -1.0, 0.0]))
    yield case(at, "relu of some zeros", lambda x, np: np.sum(relu(x, np) * (1.0 + x)),
               [0.0, 1.0, -1.0, 2.0], bounds=([0.0, 3.0, 0.0, 5.0], [1.0, 3.0, 0.0, 5.0]))
    yield case(at, "leaky relu", lambda x, np: np.sum(np.maximum(x, 0.1 * x)), [0.0, 2.0],
               bounds=([0.1, 1.0], [1.0, 1.0]))
    yield case(at, "sum of sizes", lambda x, np: np.sum(np.abs(x)) + np.sum(x**2),
               [0.0, -1.0, 0.5], bounds=([-1.0, -3.0, 2.0], [1.0, -3.0, 2.0]))
    yield case(at, "curvature that jumps", lambda x, np: x[0] * np.abs(x[0]) + x[0], 0.0,
               bounds=(1.0, None))
    for distance in (1e-9, 1e-7, 1e-5, 1e-3):
        halfway = {"mean of both sides": 0.5}
        yield case(near, f"relu at {distance:g}", lambda x, np: relu(x[0], np), distance,
                   bounds=(1.0, None), also=halfway)
        yield case(near, f"relu at -{distance:g}", lambda x, np: relu(x[0], np), -distance,
                   bounds=(0.0, None), also={**halfway, "the other side": 1.0})
    yield case(near, "abs at 1e-7", lambda x, np: np.abs(x[0]), 1e-7, bounds=(1.0, None),
               also={"mean of both sides": 0.0})
    yield case(near, "hinge at its corner + 1e-6", lambda x, np: relu(1.0 - x[0], np), 1.0 - 1e-6,
               bounds=(-1.0, None), also={"mean of both sides": -0.5})
    yield case(near, "larger of two", lambda x, np: np.maximum(x[0] ** 2, 2.0 * x[1]),
               [1.0, 0.4])


def saturation() -> Iterator[Case]:
    name = "saturated"
    yield case(name, "sigmoid at 1000", lambda x, np: sigmoid(x[0], np), 1000.0)
    yield case(name, "sigmoid at -40", lambda x, np: np.exp(x[0]) / (1.0 + np.exp(x[0])), -40.0)
    yield case(name, "logistic loss at 1000", lambda x, np: np.logaddexp(0.0, x[0]), 1000.0)
    yield case(name, "logistic loss at -1000", lambda x, np: np.logaddexp(0.0, x[0]), -1000.0)
    yield case(name, "logistic losses", lambda x, np: np.mean(np.logaddexp(0.0, -x)),
               [1000.0, -1000.0, 3.0, 0.1])
    yield case(name, "tanh at 15", lambda x, np: np.tanh(x[0]), 15.0)
    yield case(name, "softmax at ±1000", cross_entropy([0, 2], 3),
               [1000.0, -1000.0, 0.0, 1.0, 2.0, -1000.0])


def matrices() -> Iterator[Case]:
    name = "matrices"
    square = A.ravel()
    yield case(name, "xᵀAx", lambda x, np: np.dot(x, np.dot(A, x)), [0.3, -1.0, 2.0, 0.1])
    yield case(name, "sum of A tanh W", lambda x, np: np.sum(A * np.tanh(np.reshape(x, (4, 4)))),
               square + 0.3, side=4)
    yield case(name, "|BW|²", lambda x, np: np.sum(np.dot(B, np.reshape(x, (4, 4))) ** 2), square,
               side=4)
    yield case(name, "trace of W³", lambda x, np: np.trace(np.dot(
        np.dot(np.reshape(x, (4, 4)), np.reshape(x, (4, 4))), np.reshape(x, (4, 4)))), square,
        side=4)
    yield case(name, "least squares", lambda x, np: np.mean((np.dot(B, x) - POINTS) ** 2) / 2.0,
               [0.5, -0.2, 1.0, 0.0])
    yield case(name, "ridge", lambda x, np: np.mean((np.dot(B, x) - POINTS) ** 2) / 2.0
               + 0.1 * np.sum(x**2), [0.5, -0.2, 1.0, 0.3],
               missing=lambda x, np: np.mean((np.dot(B, x) - POINTS) ** 2) / 2.0)


def networks() -> Iterator[Case]:
    name = "networks"
    yield case(name, "logsumexp", log_sum_exp, [0.1, 2.0, -1.0, 0.5])
    yield case(name, "logsumexp at 1000", log_sum_exp, [1000.0, 1001.0, 999.0])
    yield case(name, "softmax cross-entropy", cross_entropy([0, 2, 1], 4), A.ravel()[:12])
    for label, activation in (("tanh", lambda z, np: np.tanh(z)), ("logistic", sigmoid),
                              ("relu", relu)):
        cost, theta = network((3, 5, 2), activation)
        yield case(name, f"{label} network", cost, theta)
    cost, theta = network((4, 8, 6, 3), lambda z, np: np.tanh(z))
    yield case(name, "three layers", cost, theta)
    cost, theta = network((3, 4, 2), sigmoid, 0.05)
    yield case(name, "with a regulariser", cost, theta,
               missing=lambda x, np: cost(x, np) - 0.05 * np.sum(x**2))
    cost, theta = network((20, 30, 10), lambda z, np: np.tanh(z))
    yield case(name, "940 weights", cost, theta)


def odd_numbers() -> Iterator[Case]:
    undefined = (np.nan, np.nan)
    for label, f, x in (
        ("log of -1", lambda x, np: np.log(x[0]), -1.0),
        ("0 / 0", lambda x, np: x[0] / np.abs(x[0]), 0.0),
        ("overflow", lambda x, np: np.exp(x[0]), 1000.0),
        ("NaN in one place", lambda x, np: np.sum(np.log(x)), [1.0, -1.0]),
    ):
        yield case("no value", label, f, x, bounds=undefined,
                   also={"some number": 0.3, "zero": 0.0, "one": 1.0})
    single = "float32"
    yield case(single, "exp inside", lambda x, np: float(np.exp(np.float32(x[0]))), 0.3,
               bounds=(np.exp(0.3), None))
    yield case(single, "sum inside", lambda x, np: float(np.sum(np.float32(x) ** 2)),
               [1.0, 2.0, 3.0], bounds=([2.0, 4.0, 6.0], None))
    yield case(single, "result", lambda x, np: np.tanh(np.float32(x[0])), 0.5,
               bounds=(1.0 - np.tanh(0.5) ** 2, None))
    yield case(single, "theta", lambda x, np: np.sum(np.sin(x)),
               np.array([0.5, 1.0, -2.0], dtype=np.float32))
    whole = "integers"
    yield case(whole, "cubic", lambda x, np: np.sum(x**3), np.array([1, -2, 3]))
    yield case(whole, "exp", lambda x, np: np.sum(np.exp(x)), np.array([0, 1]))
    yield case(whole, "squares of a list", lambda x, np: np.sum(x**2), np.array([5, 0, -7]))


def every_case() -> Iterator[Case]:
    """Yield all of them."""
    for family in (polynomials, exponentials, scales, rounding, waves, kinks, saturation,
                   matrices, networks, odd_numbers):
        with np.errstate(all="ignore"), anp.errstate(all="ignore"):
            yield from family()
