"""The digits, read by a network that the student has built and trained."""

import numpy as np

from autograder.question import Case, Part, Question
from course_utils import datasets

ENOUGH = 0.95


def draw_digits(rng: np.random.Generator) -> list[Case]:
    """The training part of the digits, the classes renamed: weights from elsewhere do not fit."""
    digits = datasets.load_digits()
    return [Case("the digits", (digits.X_train, digits.t_train, rng.permutation(10),
                                int(rng.integers(2**31))))]


def learnt(train_digits, X, labels, naming, seed):
    """The trained network, and two more from equal generators on a few examples."""
    labels = naming[labels]
    params = train_digits(X, labels, np.random.default_rng(seed))
    few = [train_digits(X[:40], labels[:40], np.random.default_rng(seed)) for _ in range(2)]
    return {"params": params, "few": few}


def reading(case: Case, value) -> dict:
    """The share of the test digits that it reads, up to what is asked; do its units differ?

    Raises:
        ValueError: It returned no network.
    """
    _, _, naming, _ = case.arguments
    digits = datasets.load_digits()
    W1, b1, W2, b2 = arrays = weights_of(value["params"])
    H = len(b1)
    if [a.shape for a in arrays] != [(H, 64), (H,), (10, H), (10,)]:
        raise ValueError("returned arrays of other shapes than (H, 64), (H,), (10, H), (10,)")
    if not all(np.all(np.isfinite(a)) for a in arrays):
        raise ValueError("returned NaN or infinity")
    answers = np.argmax(np.tanh(digits.X_test @ W1.T + b1) @ W2.T + b2, axis=1)
    share = float(np.mean(answers == naming[digits.t_test]))
    one, other = map(weights_of, value["few"])
    differ = len(np.unique(W1, axis=0)) > 1
    return {"share": [min(share, ENOUGH), float(differ)],
            "repeats": float(all(map(np.array_equal, one, other)))}


def weights_of(params) -> list[np.ndarray]:
    """W1, b1, W2 and b2 as arrays.

    Raises:
        ValueError: They are not in it.
    """
    if not isinstance(params, dict) or not {"W1", "b1", "W2", "b2"} <= set(params):
        raise ValueError("returned something else than a dict of W1, b1, W2 and b2")
    return [np.asarray(params[name], dtype=float) for name in ("W1", "b1", "W2", "b2")]


TRAIN_DIGITS = Question(
    "train_digits", ("train_digits",), draw_digits,
    (
        Part("95 % of the test digits", 1.25, "share", hint="Random weights to start with, "
             "neither tiny nor large; enough epochs; a learning rate of 0.05 to 0.5."),
        Part("the same rng, the same network", 0.25, "repeats", hint="Draw everything from rng."),
    ),
    leans_on=("train", "network_cost_gradient"), probe=learnt, view=reading,
)

slip = TRAIN_DIGITS.slip
slip("all weights zero at the start", "All weights are zero at the start, so all hidden units get "
     "the same signal and stay alike for ever. Draw them at random.",
     'rng.normal(0, 1 / 8, (hidden, 64)), "b1": np.zeros(hidden),\n'
     '              "W2": rng.normal(0, 1 / 6, (10, hidden))',
     'np.zeros((hidden, 64)), "b1": np.zeros(hidden),\n              "W2": np.zeros((10, hidden))')
slip("no training at all", "The network comes back as it started.",
     "epochs=20", "epochs=0")
slip("steps that are far too small", "The learning rate is so small that nothing moves.",
     "epochs=20, size=32, lr=0.1", "epochs=3, size=32, lr=0.0003")
slip("steps that are far too long", "The learning rate is so large that the weights are thrown "
     "about and the units saturate.", "epochs=20, size=32, lr=0.1", "epochs=3, size=32, lr=30.0")
slip("weights that are far too large at the start", "The first weights are so large that every "
     "hidden unit is saturated: tanh′ is practically 0.",
     "rng.normal(0, 1 / 8, (hidden, 64))", "rng.normal(0, 20, (hidden, 64))")
slip("a network of two hidden units", "Two hidden units are too few for ten digits.",
     "hidden = 40", "hidden = 2")
slip("NumPy's global generator", "The start comes from np.random: it cannot be repeated.",
     "rng.normal(0, 1 / 8,", "np.random.normal(0, 1 / 8,")


@TRAIN_DIGITS.right("more units, larger minibatches")
def train_digits(X, labels, rng):
    start = {"W1": rng.standard_normal((60, 64)) * 0.1, "b1": np.zeros(60),
             "W2": rng.standard_normal((10, 60)) * 0.1, "b2": np.zeros(10)}
    return train(start, X, labels, network_cost_gradient, rng, 40, 64, 0.2, 0.9)[0]


@TRAIN_DIGITS.right("without momentum, but with longer steps")
def train_digits(X, labels, rng):
    bound = 1 / np.sqrt(64)
    start = {"W1": rng.uniform(-bound, bound, (40, 64)), "b1": rng.uniform(-bound, bound, 40),
             "W2": rng.uniform(-0.15, 0.15, (10, 40)), "b2": np.zeros(10)}
    params, _ = train(start, X, labels, network_cost_gradient, rng, 30, 16, 0.5, 0.0)
    return params


@TRAIN_DIGITS.right("a learning rate that falls")
def train_digits(X, labels, rng):
    params = {"W1": rng.normal(size=(48, 64)) / 8, "b1": [0.0] * 48,
              "W2": np.zeros((10, 48)), "b2": [0.0] * 10}
    for lr in (0.2, 0.1, 0.02):
        params, _ = train(params, X, labels, network_cost_gradient, rng, 8, 32, lr, 0.9)
    return params


@TRAIN_DIGITS.right("a training loop of its own, with a little noise on the images")
def train_digits(X, labels, rng):
    X, labels = np.asarray(X), np.asarray(labels)
    params = {"W1": rng.normal(0, 0.12, (50, 64)), "b1": np.zeros(50),
              "W2": rng.normal(0, 0.1, (10, 50)), "b2": np.zeros(10)}
    for _ in range(30):
        for batch in minibatches(rng, len(X), 25):
            noisy = X[batch] + rng.normal(0, 0.05, (len(batch), 64))
            _, grads = network_cost_gradient(params, noisy, labels[batch])
            params = sgd_step(params, grads, 0.5)
    return params


@TRAIN_DIGITS.right("as lists")
def train_digits(X, labels, rng):
    hidden = 40
    params = dict(W1=rng.normal(0, 1, (hidden, 64)) / 8, b1=np.zeros(hidden),
                  W2=rng.normal(0, 1, (10, hidden)) / 7, b2=np.zeros(10))
    params, _ = train(params, X, labels, network_cost_gradient, rng, epochs=25, size=40, lr=0.15,
                      beta=0.9)
    return {name: p.tolist() for name, p in params.items()}
