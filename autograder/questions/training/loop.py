"""The training loop, marked with a cost of the grader's own."""

import numpy as np

from autograder.question import Case, Part, Question
from autograder.questions.training.drawing import LISTS

ONE = "one minibatch an epoch"
SEVERAL = "several minibatches an epoch"
ARRAYS = (ONE, SEVERAL)


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
    _, X, labels, *rest = case(LISTS, 7, 3, 7, 0.5).arguments
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
    n, asked = len(X), for_steps(case, value["asked"], epochs)
    params, history = flat(value["params"]), np.asarray(value["history"], dtype=float)
    each = -(-n // size)  # minibatches an epoch
    orders = [order_of(asked[k * each:(k + 1) * each]) for k in range(len(asked) // each)]
    complete = len(asked) == epochs * each and all(sorted(o) == list(range(n)) for o in orders)
    together = all(np.array_equal(np.asarray(labels)[numbers.astype(int)], theirs)
                   for numbers, theirs in asked)
    elsewhere = order_of(for_steps(case, value["elsewhere"], 1))
    fresh, other = len(set(orders)) > 1, elsewhere not in orders
    moved = not np.array_equal(params, flat(case.arguments[0]))
    repeats = float(moved) * agrees(flat(value["again"]), params)
    if case.kind == SEVERAL:
        end, costs = replayed(case, asked)
        params = 1 + params - end
        parts = [costs[k * each:(k + 1) * each] for k in range(epochs)]
        if history.shape == (epochs,) and all(parts):
            history = 1 + history - np.mean(parts, axis=1) if complete else np.zeros(epochs)
    return {"params": params, "history": history, "again": repeats,
            "batches": [float(complete), float(together)], "order": [float(fresh), float(other)]}


def for_steps(case: Case, asked: list, epochs: int) -> list:
    """What was asked for steps.

    A look at the cost of all examples, besides, does no harm, nor does a second one at each
    minibatch. With one minibatch an epoch all calls see all examples: as many looks as steps.
    """
    _, X, _, _, _, size, _, _ = case.arguments
    n = len(X)
    wanted = epochs * -(-n // size)
    steps = [pair for pair in asked if len(pair[0]) < n] if size < n else asked
    if len(steps) == 2 * wanted and (
            size >= n or order_of(steps[::2]) == order_of(steps[1::2])):
        steps = steps[::2]
    return steps if len(steps) == wanted else asked


def order_of(asked: list) -> tuple[float, ...]:
    """The numbers of the examples in the order in which the cost was asked for them."""
    return tuple(float(number) for numbers, _ in asked for number in numbers)


TRAIN = Question(
    "train", ("train",), draw_trainings,
    (
        Part("every example once an epoch", 0.25, "batches", ARRAYS, "Go through all minibatches; "
             "each has its own rows of X and the labels of the same rows."),
        Part("a new order in each epoch", 0.25, "order", (SEVERAL,), "Draw new minibatches in "
             "each epoch, from the rng that is handed in."),
        Part("a step with momentum for each minibatch", 0.75, "params", ARRAYS, "cost_gradient at "
             "the params of the moment, then momentum_step; the velocity lives on from step to "
             "step and epoch to epoch."),
        Part("history", 0.25, "history", ARRAYS, "One number for each epoch: the mean of the costs "
             "of its minibatches."),
        Part("the same again", 0.25, "again", ARRAYS, "A second call with the same params and an "
             "equal rng must give the same: leave params as they were, draw from rng alone."),
        Part(LISTS, 0.25, "params", (LISTS,), "Make arrays of X and labels: a list cannot be "
             "indexed by an array. Params may be lists too."),
    ),
    follows=("momentum_step",), probe=recorded, view=outcome,
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
slip("the new params thrown away", "Only the velocity of a step is kept: the params that "
     "momentum_step returned are thrown away, so nothing moves.",
     "params, velocity = momentum_step(", "_, velocity = momentum_step(")
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
slip("a new look at all data", "history holds the cost of all data after the epoch; the mean of "
     "the costs on the way is asked for.", "float(np.mean(costs))",
     "float(cost_gradient(params, X, labels)[0])")
slip("the cost after the step", "history holds the costs after each step; the mean of those that "
     "cost_gradient returned with the gradients is asked for.",
     "            costs.append(cost)", "            costs.append("
     "cost_gradient(params, X[batch], labels[batch])[0])")
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


@TRAIN.right("the cost and the gradient asked one after the other")
def train(params, X, labels, cost_gradient, rng, epochs, size, lr, beta):
    X, labels = np.asarray(X, dtype=float), np.asarray(labels)
    params = {name: np.asarray(p, dtype=float) for name, p in params.items()}
    velocity = {name: 0.0 * p for name, p in params.items()}
    history = []
    for _ in range(epochs):
        costs = []
        for rows in minibatches(rng, len(X), size):
            costs.append(cost_gradient(params, X[rows], labels[rows])[0])
            _, grads = cost_gradient(params, X[rows], labels[rows])
            params, velocity = momentum_step(params, grads, velocity, lr, beta)
        history.append(sum(costs) / len(costs))
    return params, history


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
