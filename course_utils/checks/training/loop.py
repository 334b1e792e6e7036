"""Checks of the training loop, with costs that can be followed by hand, and of the digits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course_utils import classifier, datasets
from course_utils.checks.report import array_of, ask, close, done, passed, require, show
from course_utils.checks.training.forms import like, pair

CALL = "train(params, X, labels, cost_gradient, rng, epochs, size, lr, beta)"


def bowl(params, X, labels):
    """E = ½ p², whatever the data: its gradient is p."""
    return float(np.sum(np.square(params["p"]))) / 2, {"p": np.array(params["p"], dtype=float)}


def trained(train: Callable, start: dict, X, labels, cost_gradient: Callable, seed: int,
            *choices, says: str = CALL) -> tuple[dict, np.ndarray]:
    """(params, history) in their forms."""
    params, history = pair(
        ask(train, start, X, labels, cost_gradient, np.random.default_rng(seed), *choices,
              says=says), "train", ("params", "history"))
    return (like(params, start, "train", "the trained"),
            array_of(history, "the history that train returned", (choices[0],)))


def train(train: Callable) -> None:
    """Checks ``train(...)``: by hand, then what it asks the cost, then whether it repeats."""
    X, start = np.zeros((4, 1)), {"p": np.array([8.0])}
    for beta, ends, costs, text in [
            (0.0, [4, 2, 1], [32, 8, 2], "without momentum: 8, 4, 2, 1"),
            (0.5, [4, 0, -2], [32, 8, 0], "with β = ½: 8, 4, 0, −2")]:
        for epochs in (1, 2, 3):
            params, history = trained(train, start, X, np.zeros(4), bowl, 0, epochs, 4, 0.5, beta)
            require(close(params["p"], [ends[epochs - 1]]),
                    f"On E = ½ p² from p = 8 with lr = ½, β = {beta:g} and one minibatch an epoch, "
                    f"{epochs} epoch{'s lead' if epochs > 1 else ' leads'} by hand to "
                    f"{ends[epochs - 1]}; yours to {show(params['p'])}.",
                    "Ask cost_gradient where you are, and keep the velocity from step to step.")
            require(close(history, costs[:epochs]),
                    f"The history after epoch {epochs} should be {costs[:epochs]}, the cost before "
                    f"each step; yours is {show(history)}.",
                    "Keep the costs that cost_gradient returns together with the gradients.")
        passed(f"E = ½ p² {text}")
    batches(train)
    done("train")


def batches(train: Callable) -> None:
    """Records what the cost is asked: every example once an epoch, with its own label."""
    X, labels, seen = np.arange(7.0)[:, None], np.array([3, 1, 4, 1, 5, 9, 2]), []

    def recording(params, X, labels):
        asked = (np.asarray(X)[:, 0].astype(int).tolist(), np.asarray(labels).tolist())
        if len(asked[0]) < 7 and asked not in seen[-1:]:  # a second look does no harm
            seen.append(asked)
        return float(len(seen)), {"p": np.array([float(np.sum(X))])}

    def run(seed: int, inputs=X, targets=labels, says=CALL) -> tuple:
        seen.clear()
        params, history = trained(train, {"p": [0.0]}, inputs, targets, recording, seed, 2, 3, 1.0,
                                  0.5, says=says)
        return params["p"], history, list(seen)

    p, history, calls = run(0)
    require([len(rows) for rows, _ in calls] == [3, 3, 1, 3, 3, 1],
            "With 7 examples, size = 3 and 2 epochs, cost_gradient should see 3, 3, 1, 3, 3 and 1 "
            f"examples; it saw {', '.join(str(len(rows)) for rows, _ in calls) or 'none'}.")
    epochs = [[row for rows, _ in calls[k:k + 3] for row in rows] for k in (0, 3)]
    for k, rows in enumerate(epochs):
        require(sorted(rows) == list(range(7)),
                f"In epoch {k + 1} the examples were {rows}: each of 0 to 6 must come once.")
    require(all(labels[row] == label for rows, theirs in calls
                for row, label in zip(rows, theirs, strict=True)),
            "A minibatch has rows of X with the labels of other rows.",
            "Use the same indices for both: X[batch], labels[batch].")
    require(epochs[0] != epochs[1], "Both epochs had the same order: draw new minibatches in each, "
            "from rng.")
    passed("every example once an epoch, with its own label, in a new order")
    require(close(history, [2, 5]), "With costs of 1, 2, 3 in the first epoch and 4, 5, 6 in the "
            f"second, the history should be the means 2 and 5; yours is {show(history)}.")
    velocity = place = 0.0
    for rows, _ in calls:
        velocity = 0.5 * velocity + sum(rows)
        place -= velocity
    require(close(p, [place]), f"With a step with momentum for each of these minibatches p ends at "
            f"{place:g}; yours ends at {show(p)}.",
            "The velocity lives on from step to step, and from epoch to epoch.")
    passed("a step with momentum for each minibatch; the history holds means")
    again, _, same = run(0)
    require(same == calls and close(again, p), "Two runs from equal generators differ: all "
            "randomness must come from rng.")
    require(run(1)[2] != calls, "Two runs from different generators are the same: is rng used?")
    run(0, X.tolist(), labels.tolist(), "train with lists for X and labels (make arrays of them)")
    passed("repeats with an equal rng; lists do no harm")


def train_digits(train_digits: Callable) -> None:
    """Checks ``train_digits(X, labels, rng)`` on the test part of the digits."""
    digits = datasets.load_digits()
    call = "train_digits(X, labels, rng)"
    form = {"b1": (), "W1": (64,), "W2": (10,), "b2": (10,)}

    def network(n: int, seed: int) -> dict[str, np.ndarray]:
        params = ask(train_digits, digits.X_train[:n], digits.t_train[:n],
                       np.random.default_rng(seed), says=call)
        require(isinstance(params, dict) and set(form) <= set(params),
                f"{call} should return a dict of W1, b1, W2 and b2.",
                "train returns a pair: params come first.")
        hidden = np.size(params["b1"])
        shapes = {"W1": (hidden, 64), "b1": (hidden,), "W2": (10, hidden), "b2": (10,)}
        return {key: array_of(params[key], f"the trained {key!r}", shapes[key]) for key in shapes}

    one, other = network(40, 5), network(40, 5)
    require(all(np.array_equal(one[key], other[key]) for key in one),
            "Two equal generators gave two networks: draw the start from rng too.")
    passed("the same rng, the same network")
    params = network(len(digits.t_train), 0)
    share = classifier.accuracy(params, digits.X_test, digits.t_test)
    require(len(np.unique(params["W1"], axis=0)) > 1,
            "All hidden units have the same weights: started alike, they get the same signal and "
            "stay alike for ever.", "Draw the first weights at random.")
    require(share >= 0.95,
            f"It reads {share:.1%} of the test digits; 95 % are asked for.",
            "Is `train` right, and `network_cost_gradient`? This network is trained by them. Then: "
            "does the cost still fall at the end? Then more epochs or a larger learning rate. Is "
            "it stuck or wild? A smaller one. Plot the history that train returns.")
    passed(f"{share:.0%} of the test digits are read right (95 % are asked for; 96 % is on the "
           "safe side)")
    done("train_digits")
