"""A table of task, model, loss and optimiser, filled in by running each."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from html import escape

import numpy as np
from IPython.display import display

from course_utils import classifier, datasets
from course_utils.datasets import Dataset
from course_utils.plots.training.digits import start
from course_utils.plots.training.experiments import held_still

HEAD = ("task", "data", "model", "loss", "optimiser", "on the test part")


def standardised(data: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Training and test inputs, with mean 0 and spread 1 on the training part."""
    mean, spread = data.X_train.mean(axis=0), data.X_train.std(axis=0)
    return (data.X_train - mean) / spread, (data.X_test - mean) / spread


def table_of_choices(mine: Mapping[str, Callable]) -> None:
    """Shows the table; a row whose functions are not written yet says so.

    Args:
        mine: The student's functions by name: direct_solution, gradient_descent_regression,
            perceptron, hinge_cost_gradient, train, network_cost_gradient.
    """
    rows = [*regression(mine), *binary(mine), *multiway(mine)]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # of a function that is not right yet
        cells = [(*words, value(run)) for *words, run in rows]
    lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
                    for row in cells)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in HEAD)
    widths = [max(len(row[k]) for row in [HEAD, *cells]) for k in range(len(HEAD))]
    text = "\n".join("  ".join(cell.ljust(width) for cell, width in zip(
        row, widths, strict=True)).rstrip() for row in [HEAD, *cells])
    display({"text/html": "<table><caption>The design choices, tried with your functions</caption>"
                          f"<thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>",
             "text/plain": text}, raw=True)


def value(run: Callable[[], str]) -> str:
    """What a row came to, or that it could not be run."""
    try:
        return run()
    except NotImplementedError:
        return "not written yet"
    except Exception as error:
        return f"stopped with {type(error).__name__}"


def regression(mine: Mapping[str, Callable]) -> list[tuple]:
    """The rows of the diabetes data."""
    data = datasets.load_diabetes()
    X, X_test = standardised(data)

    def error(find: Callable) -> str:
        w, b = find()
        rest = np.dot(X_test, np.asarray(w, float)) + float(b) - data.t_test
        off = np.sqrt(np.mean(rest**2))
        return f"off by {off:.0f} (root mean square)" if off < 1e4 else "far off: it diverges"

    same = ("regression", "diabetes, 10 features", "linear", "squared error")
    return [(*same, "direct solution", lambda: error(
                lambda: mine["direct_solution"](X, data.t_train))),
            (*same, "gradient descent, 500 steps", lambda: error(
                lambda: mine["gradient_descent_regression"](X, data.t_train, 0.1, 500)))]


def binary(mine: Mapping[str, Callable]) -> list[tuple]:
    """The rows of two kinds of iris."""
    data = datasets.load_iris()
    X, X_test = (part[t > 0] for part, t in zip(
        standardised(data), (data.t_train, data.t_test), strict=True))
    t, t_test = (t[t > 0] - 1 for t in (data.t_train, data.t_test))

    def lines(find: Callable) -> str:
        w, b = find()
        z = np.dot(X_test, np.asarray(w, float)) + float(b)
        return f"{np.mean((z > 0) == (t_test == 1)):.0%} right"

    def hinge():
        params, _ = mine["train"]({"w": np.zeros(4), "b": 0.0}, X, 2 * t - 1,
                                  mine["hinge_cost_gradient"], np.random.default_rng(0), 60, 10,
                                  0.02, 0.9)
        return params["w"], params["b"]

    same = ("binary", "iris, two kinds")
    return [(*same, "linear", "0-1", "perceptron, 60 epochs", lambda: lines(
                lambda: mine["perceptron"](X, 2 * t - 1, 60)[:2])),
            (*same, "linear", "hinge", "minibatches, momentum", lambda: lines(hinge)),
            (*same, "log-linear", "cross-entropy", "minibatches, momentum", lambda: share(
                mine, X, t, X_test, t_test, 2, None, 60))]


def multiway(mine: Mapping[str, Callable]) -> list[tuple]:
    """The rows of the spirals and of the digits, each without and with a layer that learns."""
    spirals, digits = datasets.make_spirals(), datasets.load_digits()
    rows = []
    for data, text, hidden, epochs in [(spirals, "spirals, 3 arms", 30, 150),
                                       (digits, "digits, 64 pixels", 40, 20)]:
        for model, units in [("log-linear", None), (f"network, {hidden} hidden units", hidden)]:
            rows.append(("multiway", text, model, "cross-entropy", "minibatches, momentum",
                         lambda data=data, units=units, epochs=epochs: share(
                             mine, data.X_train, data.t_train, data.X_test, data.t_test,
                             len(data.target_names), units, epochs)))
    return rows


def share(mine: Mapping[str, Callable], X, t, X_test, t_test, classes: int, units: int | None,
          epochs: int) -> str:
    """The test accuracy of a network, or of a log-linear model if there are no units to learn.

    The log-linear model is the same network with a hidden layer that is held still: one unit
    for each feature, which hands it on.
    """
    rng = np.random.default_rng(0)
    params = start(rng, X.shape[1], units or X.shape[1], classes)
    own = gradient = mine["network_cost_gradient"]
    if units is None:
        params["W1"] = np.eye(X.shape[1]) / 2  # tanh is nearly straight this close to 0
        gradient = lambda *asked: held_still(own(*asked))  # noqa: E731
    params, _ = mine["train"](params, X, t, gradient, rng, epochs, 25, 0.1, 0.9)
    return f"{classifier.accuracy(params, X_test, t_test):.0%} right"
