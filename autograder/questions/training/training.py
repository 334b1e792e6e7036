"""The training loop, marked with a cost of the grader's own, and the digits that it learns."""

import numpy as np

from autograder.question import Case, Part, Question
from autograder.questions.training.drawing import LISTS
from course_utils import datasets

ONE = "one minibatch an epoch"
SEVERAL = "several minibatches an epoch"
ENOUGH = 0.95


def draw_trainings(rng: np.random.Generator) -> list[Case]:
    """Cases with arguments (params, X, labels, seed, epochs, size, lr, beta).

    The first column of X numbers the examples.
    """
    def case(kind, n, epochs, size, beta):
        X = np.column_stack([np.arange(n), rng.normal(0.5, 1.0, (n, 2))])
        params = {"W": rng.normal(0, 1, (2, 3)), "b": rng.normal(0, 1, 2)}
        return Case(kind, (params, X, rng.integers(0, 5, n), int(rng.integers(2**31)), epochs,
                           size, float(rng.uniform(0.05, 0.2)), beta))

    cases = [case(ONE, 6, 5, 6, 0.8), case(ONE, 5, 3, 9, 0.5), case(SEVERAL, 11, 4, 3, 0.7),
             case(SEVERAL, 12, 3, 4, 0.9)]
    _, X, labels, *rest = case(LISTS, 7, 2, 7, 0.5).arguments
    integers = {"W": rng.integers(1, 4, (2, 3)).tolist(), "b": rng.integers(1, 4, 2).tolist()}
    rows = np.rint(X).astype(int).tolist()
    return [*cases, Case(LISTS, (integers, rows, labels.tolist(), *rest))]


def recorded(train, params, X, labels, seed, epochs, size, lr, beta):
    """Trains twice from equal generators, and once from another; records what the cost is asked."""
    asked = []

    def cost_gradient(params, X, labels):
        X, labels = np.asarray(X, dtype=float), np.asarray(labels, dtype=float)
        asked.append([X[:, 0].copy(), labels.copy()])
        pull = np.mean(X * labels[:, None], axis=0) / 10
        grads = {"W": params["W"] - pull, "b": params["b"] + np.mean(labels)}
        return float(np.sum(grads["W"] ** 2) + np.sum(np.abs(grads["b"]))), grads

    trained, history = train(params, X, labels, cost_gradient, np.random.default_rng(seed), epochs,
                             size, lr, beta)
    first = list(asked)
    again, _ = train(params, X, labels, cost_gradient, np.random.default_rng(seed), epochs, size,
                     lr, beta)
    asked.clear()
    train(params, X, labels, cost_gradient, np.random.default_rng(seed + 1), 1, size, lr, beta)
    return {"params": trained, "history": history, "asked": first, "again": again,
            "elsewhere": list(asked)}


def replayed(case: Case, asked: list) -> tuple[np.ndarray, list[float]]:
    """Where momentum leads on the batches that were asked for, and the costs on the way."""
    params, X, _, _, _, _, lr, beta = case.arguments
    p = flat(params)
    X, v, costs = np.asarray(X, float), np.zeros_like(p), []
    for numbers, labels in asked:
        pull = np.mean(X[numbers.astype(int)] * labels[:, None], axis=0) / 10
        g = p + np.concatenate([-pull, -pull, np.full(2, np.mean(labels))])
        costs.append(np.sum(g[:6] ** 2) + np.sum(np.abs(g[6:])))
        v = beta * v + g
        p = p - lr * v
    return p, costs


def flat(params) -> np.ndarray:
    """The eight parameters in a row.

    Raises:
        ValueError: They are something else.
    """
    if not isinstance(params, dict) or set(params) < {"W", "b"}:
        raise ValueError("returned params that are not a dict with the names it was given")
    W, b = np.asarray(params["W"], dtype=float), np.asarray(params["b"], dtype=float)
    if W.shape != (2, 3) or b.shape != (2,):
        raise ValueError("returned params of other shapes than it was given")
    return np.concatenate([W.ravel(), b])


def agrees(value, expected) -> float:
    """1 for equal up to rounding, else 0."""
    return float(np.shape(value) == np.shape(expected) and np.allclose(
        np.asarray(value, dtype=float), expected, rtol=1e-7, atol=1e-9))


def outcome(case: Case, value) -> dict:
    """What does not depend on the order that was drawn.

    With several minibatches the end and the costs are compared with what momentum gives on
    the minibatches that were asked for: what is seen is 1 plus the difference.
    """
    _, X, labels, _, epochs, size, _, _ = case.arguments
    n, asked = len(X), value["asked"]
    params, history = flat(value["params"]), np.asarray(value["history"], dtype=float)
    each = -(-n // size)  # minibatches an epoch
    orders = [order_of(asked[k * each:(k + 1) * each]) for k in range(len(asked) // each)]
    complete = len(asked) == epochs * each and all(sorted(o) == list(range(n)) for o in orders)
    together = all(np.array_equal(np.asarray(labels)[numbers.astype(int)], theirs)
                   for numbers, theirs in asked)
    fresh, other = len(set(orders)) > 1, order_of(value["elsewhere"]) not in orders
    repeats = agrees(flat(value["again"]), params)
    if case.kind == SEVERAL:
        end, costs = replayed(case, asked)
        params = 1 + params - end
        parts = [costs[k * each:(k + 1) * each] for k in range(epochs)]
        if history.shape == (epochs,) and all(parts):
            history = 1 + history - np.mean(parts, axis=1) if complete else np.zeros(epochs)
    return {"params": params, "history": history, "again": repeats,
            "batches": [float(complete), float(together)], "order": [float(fresh), float(other)]}


def order_of(asked: list) -> tuple[float, ...]:
    """The numbers of the examples in the order in which the cost was asked for them."""
    return tuple(float(number) for numbers, _ in asked for number in numbers)


TRAIN = Question(
    "train", ("train",), draw_trainings,
    (
        Part("every example once an epoch", 0.25, "batches", hint="Go through all minibatches; "
             "each has its own rows of X and the labels of the same rows."),
        Part("a new order in each epoch", 0.25, "order", (SEVERAL,), "Draw new minibatches in "
             "each epoch, from the rng that is handed in."),
        Part("a step with momentum for each minibatch", 0.75, "params", hint="cost_gradient at "
             "the params of the moment, then momentum_step; the velocity lives on from step to "
             "step and epoch to epoch."),
        Part("history", 0.25, "history", hint="One number for each epoch: the mean of the costs "
             "of its minibatches."),
        Part("the same again", 0.5, "again", hint="A second call with the same params and an "
             "equal rng must give the same: leave params as they were, draw from rng alone."),
    ),
    follows=("momentum_step",), probe=recorded, view=outcome,
)


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
    probe=learnt, view=reading,
)

slip = TRAIN.slip
slip("one order for all epochs", "The minibatches are drawn once and used in every epoch; draw new "
     "ones each time.",
     "    for _ in range(epochs):\n        costs = []\n        for batch in minibatches("
     "rng, len(X), size):",
     "    batches = list(minibatches(rng, len(X), size))\n    for _ in range(epochs):\n"
     "        costs = []\n        for batch in batches:")
slip("the velocity thrown away", "The velocity is zero at every step, as if beta were: keep what "
     "momentum_step returned.", "params, velocity = momentum_step(", "params, _ = momentum_step(")
slip("the velocity set back each epoch", "The velocity goes back to zero at each epoch.",
     "        costs = []\n", "        costs = []\n        velocity = {name: np.zeros_like(p) for "
     "name, p in params.items()}\n")
slip("gradients always at the start", "cost_gradient is asked at the first params every time; it "
     "must be asked where you are.",
     "    history = []\n", "    history, start = [], params\n"
     "    old, cost_gradient = cost_gradient, lambda p, X, t: old(start, X, t)\n")
slip("labels of other rows", "X and labels are drawn apart: an example gets the label of another.",
     "labels[batch])", "labels[batch[::-1]])")
slip("the whole data set every time", "Every step sees all the data; it should see its minibatch.",
     "cost_gradient(params, X[batch], labels[batch])", "cost_gradient(params, X, labels)")
slip("one epoch only", "It goes through the data once, whatever epochs says.",
     "range(epochs)", "range(1)")
slip("a generator of its own", "The order comes from a generator of its own: the argument rng is "
     "not used.", "minibatches(rng,", "minibatches(np.random.default_rng(0),")
slip("an unseeded generator", "The order cannot be repeated: draw from rng, nothing else.",
     "minibatches(rng,", "minibatches(np.random.default_rng(),")
slip("no learning rate", "lr is not used.", "velocity, lr, beta)", "velocity, 0.01, beta)")
slip("a number for each minibatch", "history has a number for each minibatch; one for each epoch "
     "is asked for.", "history.append(float(np.mean(costs)))", "history.extend(costs)")
slip("the last cost for the mean", "history holds the cost of the last minibatch; the mean of the "
     "epoch's is asked for.", "float(np.mean(costs))", "float(costs[-1])")
slip("the sum of the costs", "history holds sums; a mean does not depend on the number of "
     "minibatches.", "float(np.mean(costs))", "float(np.sum(costs)) + 0.0")
slip("only the parameters", "Only params come back; the pair is (params, history).",
     "return params, history", "return params")
slip("arrays only", "Lists in X cannot be indexed by an array: make arrays of X and labels.",
     "    X, labels = np.asarray(X), np.asarray(labels)\n", "")


@TRAIN.wrong("mutated inputs", "The caller's params have been trained in place: they must stay "
             "what they were.")
def train(params, X, labels, cost_gradient, rng, epochs, size, lr, beta):
    X, labels, history = np.asarray(X), np.asarray(labels), []
    velocity = {name: np.zeros(np.shape(p)) for name, p in params.items()}
    for name in params:
        params[name] = np.asarray(params[name], dtype=float)
    for _ in range(epochs):
        costs = []
        for batch in minibatches(rng, len(X), size):
            cost, grads = cost_gradient(params, X[batch], labels[batch])
            for name in params:
                velocity[name] = beta * velocity[name] + grads[name]
                params[name] -= lr * velocity[name]
            costs.append(cost)
        history.append(np.mean(costs))
    return params, history


@TRAIN.right("in place on copies")
def train(params, X, labels, cost_gradient, rng, epochs, size, lr, beta):
    X, labels = np.array(X, dtype=float), np.array(labels)
    params = {name: np.array(p, dtype=float) for name, p in params.items()}
    velocity, history = {name: np.zeros(p.shape) for name, p in params.items()}, []
    for _ in range(epochs):
        order, costs = rng.permutation(len(X)), []
        for start in range(0, len(X), size):
            rows = order[start:start + size]
            cost, grads = cost_gradient({**params}, X[rows], labels[rows])
            for name in params:
                velocity[name] = beta * velocity[name] + grads[name]
                params[name] = params[name] - lr * velocity[name]
            costs.append(cost)
        history.append(sum(costs) / len(costs))
    return params, np.array(history)


@TRAIN.right("one epoch as a function")
def train(params, X, labels, cost_gradient, rng, epochs, size, lr, beta):
    X, labels = np.asarray(X), np.asarray(labels)

    def epoch(params, velocity):
        total, count = 0.0, 0
        for batch in minibatches(rng, len(labels), size):
            cost, grads = cost_gradient(params, X[batch], labels[batch])
            params, velocity = momentum_step(params, grads, velocity, lr, beta)
            total, count = total + cost, count + 1
        return params, velocity, total / count

    params = {name: np.asarray(p, float) for name, p in params.items()}
    velocity, history = {name: 0.0 * p for name, p in params.items()}, []
    while len(history) < epochs:
        params, velocity, mean = epoch(params, velocity)
        history.append(mean)
    return params, history


@TRAIN.right("X and labels shuffled and split")
def train(params, X, labels, cost_gradient, rng, epochs, size, lr, beta):
    X, labels, cuts = np.array(X), np.array(labels), range(size, len(X), size)
    params = {name: np.asarray(p, float) for name, p in params.items()}
    velocity, history = {name: np.zeros_like(p) for name, p in params.items()}, []
    for _ in range(epochs):
        order = rng.permutation(len(X))
        costs = []
        for rows, targets in zip(np.split(X[order], cuts), np.split(labels[order], cuts),
                                 strict=True):
            cost, grads = cost_gradient(params, rows, targets)
            params, velocity = momentum_step(params, grads, velocity, lr, beta)
            costs.append(cost)
        history.append(np.mean(costs))
    return params, history


@TRAIN.right("an optimiser as a class")
def train(params, X, labels, cost_gradient, rng, epochs, size, lr, beta):
    class Momentum:
        def __init__(self):
            self.velocity = {}

        def step(self, params, grads):
            for name, g in grads.items():
                self.velocity[name] = beta * self.velocity.get(name, 0.0) + np.asarray(g)
            return {name: params[name] - lr * self.velocity[name] for name in params}

    optimiser, history = Momentum(), []
    params = {name: np.array(p, float) for name, p in params.items()}
    for _ in range(epochs):
        costs = []
        for batch in minibatches(rng, len(X), size):
            cost, grads = cost_gradient(params, [X[k] for k in batch], [labels[k] for k in batch])
            params = optimiser.step(params, grads)
            costs.append(cost)
        history.append(sum(costs) / len(costs))
    return params, history


@TRAIN.right("all minibatches of all epochs first")
def train(params, X, labels, cost_gradient, rng, epochs, size, lr, beta):
    X, labels = np.asarray(X), np.asarray(labels)
    plan = [list(minibatches(rng, len(X), size)) for _ in range(epochs)]
    params = {name: np.asarray(p, dtype=float) for name, p in params.items()}
    velocity = {name: np.zeros(p.shape) for name, p in params.items()}
    history = np.zeros(epochs)
    for epoch, batches in enumerate(plan):
        for batch in batches:
            cost, grads = cost_gradient(params, X[batch], labels[batch])
            history[epoch] += cost / len(batches)
            params, velocity = momentum_step(params, grads, velocity, lr, beta)
    return params, history.tolist()


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
