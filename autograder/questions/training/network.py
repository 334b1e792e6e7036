"""Backpropagation in a network with one hidden layer, and with feedback weights of its own."""

import numpy as np

from autograder.question import Case, Part, Question
from autograder.questions.training.drawing import BIG_LOGITS, FAR, LISTS, SINGLE, batches, network

WIDE = "60,000 weights"
BATCHES = ("a batch", SINGLE, FAR, WIDE)
AS_MANY = "as many hidden units as outputs"
ARRAYS = ("a batch", SINGLE, AS_MANY)


def asked_twice(network_cost_gradient, params, X, labels, lift):
    """The second of two answers for the same arguments; the cost in units of its size."""
    if lift:
        params = {**params, "b2": np.array(params["b2"])}
        params["b2"][0] += lift
    network_cost_gradient(params, X, labels)
    cost, grads = network_cost_gradient(params, X, labels)
    return {"cost": np.asarray(cost, dtype=float) / max(lift, 1.0), **grads}


def draw_batches(rng: np.random.Generator) -> list[Case]:
    """The last network is so wide that a pass for each weight is not done in time."""
    return [*batches(rng), Case(WIDE, (
        network(rng, 240, 220, 30), rng.normal(0, 0.1, (3, 240)), rng.integers(0, 30, 3), 0.0))]


NETWORK_COST_GRADIENT = Question(
    "network_cost_gradient", ("network_cost_gradient",), draw_batches,
    (
        Part("cost", 0.5, "cost", ("a batch", SINGLE), "The mean over the examples of −ln(p) at "
             "the right label, with p the softmax of the row of Y."),
        Part("b2", 0.25, "b2", BATCHES, "Y_bar is softmax minus one-hot, over N; the bar of b2 "
             "is its sum over the examples.", (FAR,)),
        Part("W2", 0.5, "W2", BATCHES, "Y_barᵀ H, of the shape (K, H) of W2.", (FAR,)),
        Part("b1", 0.5, "b1", BATCHES, "Z_bar = (Y_bar W2) ∘ tanh′(Z); the bar of b1 is its sum "
             "over the examples.", (FAR,)),
        Part("W1", 0.75, "W1", BATCHES, "Z_barᵀ X, of the shape (H, D) of W1.", (FAR,)),
        Part("stable at ±1000", 0.25, "cost", (BIG_LOGITS,), "Take each row's largest output "
             "off before exp, and compute ln p without an exp that is 0."),
        Part("lists of integers", 0.25, "W1", (LISTS,), "Make arrays of floats of everything in "
             "params too."),
    ),
    probe=asked_twice,
)


def draw_feedback(rng: np.random.Generator) -> list[Case]:
    cases = []
    for case in batches(rng):
        params, X, labels, _ = case.arguments
        if case.kind != FAR:
            weights = rng.normal(0, 0.8, np.shape(params["W2"])[::-1])
            weights = weights.round().astype(int).tolist() if case.kind == LISTS else weights
            cases.append(Case(case.kind, (params, weights, X, labels)))
    params = network(rng, 3, 4, 4)
    return [*cases, Case(AS_MANY, (
        params, rng.normal(0, 0.8, (4, 4)), rng.normal(0.3, 1.0, (5, 3)), [0, 3, 1, 2, 1]))]


def fed_back(feedback_alignment_gradient, params, B, X, labels):
    """The cost and the gradients in one dict."""
    cost, grads = feedback_alignment_gradient(params, B, X, labels)
    return {"cost": cost, **grads}


FEEDBACK_ALIGNMENT_GRADIENT = Question(
    "feedback_alignment_gradient", ("feedback_alignment_gradient",), draw_feedback,
    (
        Part("cost", 0.125, "cost", ARRAYS, "B changes nothing in the forward pass: E is as "
             "before."),
        Part("W2", 0.125, "W2", ARRAYS, "The upper layer is as before: Y_barᵀ H."),
        Part("b1", 0.25, "b1", ARRAYS, "H_bar = Y_bar Bᵀ in place of Y_bar W2; the rest as "
             "before."),
        Part("W1", 0.25, "W1", ARRAYS, "H_bar = Y_bar Bᵀ in place of Y_bar W2; the rest as "
             "before."),
        Part("stable at ±1000", 0.125, "W1", (BIG_LOGITS,), "Take each row's largest output off "
             "before exp."),
        Part(LISTS, 0.125, "W1", (LISTS,), "Make arrays of floats of B and of everything in "
             "params too."),
    ),
    probe=fed_back,
)

slip = NETWORK_COST_GRADIENT.slip
slip("no tanh′", "The slope of tanh is missing: H_bar is taken for Z_bar.",
     " * (1 - H**2)", "")
slip("tanh′ from z", "tanh′(z) is 1 − tanh(z)²: the square of H, not of Z.",
     "(1 - H**2)", "(1 - (X @ W1.T + b1)**2)")
slip("the slope of another activation", "h(1 − h) is the slope of the logistic function; the "
     "hidden units are tanh.", "(1 - H**2)", "H * (1 - H)")
slip("sign", "It is one-hot minus softmax: the sign is turned.",
     "Y_bar /= len(X)", "Y_bar /= -len(X)")
slip("never divided by N", "These are sums over the examples; E is the mean.",
     "    Y_bar /= len(X)\n", "")
slip("divided by N twice", "The mean is divided by N once more.",
     "Y_bar /= len(X)", "Y_bar /= len(X)**2")
slip("an extra slope with cross-entropy", "Y_bar has a factor p(1 − p). Softmax and cross-entropy "
     "together leave p − one-hot, and no more.",
     "    Y_bar /= len(X)\n",
     "    Y_bar *= np.exp(log_p) * (1 - np.exp(log_p)) / len(X)\n")
slip("softmax without the one-hot target", "Y_bar is softmax alone: 1 is to be taken off at the "
     "right label.", "Y_bar[rows, labels] -= 1", "Y_bar[rows, labels] -= 0")
slip("bias gradients averaged", "The bars of the biases are averaged over the examples where "
     "they must be summed; Y_bar is already divided by N.",
     'Y_bar.sum(axis=0),\n                  "W1": Z_bar.T @ X, "b1": Z_bar.sum(axis=0)',
     'Y_bar.mean(axis=0),\n                  "W1": Z_bar.T @ X, "b1": Z_bar.mean(axis=0)')
slip("bias gradients summed over the wrong axis", "The bars of the biases are summed over the "
     "units; it must be over the examples.",
     'Y_bar.sum(axis=0),\n                  "W1": Z_bar.T @ X, "b1": Z_bar.sum(axis=0)',
     'Y_bar.sum(axis=1),\n                  "W1": Z_bar.T @ X, "b1": Z_bar.sum(axis=1)')
slip("the bias of the hidden layer left out", "b1 is not used in the forward pass.",
     "X @ W1.T + b1", "X @ W1.T")
slip("transposed weight gradients", "The bars of W1 and W2 are transposed: each has the shape of "
     "its array.",
     '{"W2": Y_bar.T @ H, "b2": Y_bar.sum(axis=0),\n                  "W1": Z_bar.T @ X',
     '{"W2": H.T @ Y_bar, "b2": Y_bar.sum(axis=0),\n                  "W1": X.T @ Z_bar')
slip("softmax over the whole batch", "Softmax is taken over all entries of the batch; each row has "
     "a softmax of its own.",
     "np.log(np.exp(Y).sum(axis=1, keepdims=True))", "np.log(np.exp(Y).sum())")
slip("one maximum for the whole batch", "The largest output of the batch is taken off everywhere: "
     "other rows then have nothing but zeros after exp.",
     "Y.max(axis=1, keepdims=True)", "Y.max()")
slip("a little added to p", "Something is added to p before the logarithm. That hides ln 0 and "
     "gives another loss: compute ln p = y − ln Σ exp(y) without p.",
     "    cost =", "    log_p = np.log(np.exp(log_p) + 1e-12)\n    cost =")
slip("overflow in exp", "Outputs of ±1000 overflow in exp, or leave a p of 0 whose logarithm "
     "is taken. Take each row's largest off first, and compute ln p without p.",
     "    Y = Y - Y.max(axis=1, keepdims=True)\n", "")
slip("a masking + 1e-8", "1e-8 is added inside the logarithm. It hides zeros by changing the "
     "result: compute ln p without exp and log in a row.",
     "cost = -np.mean(log_p[rows, labels])",
     "cost = -np.mean(np.log(np.exp(log_p[rows, labels]) + 1e-8))")
slip("the cost is a sum", "The cost is the sum of the losses; E is their mean.",
     "-np.mean(log_p", "-np.sum(log_p")
slip("weights already updated", "W2 has already taken a step when the message to the hidden layer "
     "goes through it.", "(Y_bar @ W2)", "(Y_bar @ (W2 - 0.1 * Y_bar.T @ H))")
slip("the hidden layer's sums in W2's gradient", "W2 was fed with H = tanh(Z), so its bar needs H, "
     "not Z.", '"W2": Y_bar.T @ H', '"W2": Y_bar.T @ (X @ W1.T + b1)')
slip("arrays only", "Lists in params or X are not made into arrays.",
     "np.asarray(params[name], dtype=float)", "params[name]")
slip("labels counted from 1", "The labels are taken as 1 to K; they are 0 to K − 1.",
     "np.asarray(labels)", "np.asarray(labels) - 1")
slip("integer gradients", "The bars of the biases keep only whole numbers.",
     "Z_bar.sum(axis=0)}", "Z_bar.sum(axis=0).astype(int)}")
slip("mutated inputs", "The caller's params are changed on the way: a step does not belong here.",
     "    Y_bar /= len(X)\n",
     "    Y_bar /= len(X)\n    params['b2'] = b2 - 0.1 * Y_bar.sum(axis=0)\n")


@NETWORK_COST_GRADIENT.wrong(
    "gradients by finite differences", "The gradients are differences of costs. That costs two "
    "forward passes for each parameter, and loses its digits where the cost is large.",
    hangs_on=(WIDE,))
def network_cost_gradient(params, X, labels):
    params = {name: np.array(p, dtype=float) for name, p in params.items()}
    X, rows = np.asarray(X, float), np.arange(len(X))

    def cost():
        H = np.tanh(X @ params["W1"].T + params["b1"])
        Y = H @ params["W2"].T + params["b2"]
        Y = Y - Y.max(axis=1, keepdims=True)
        return -np.mean((Y - np.log(np.exp(Y).sum(axis=1, keepdims=True)))[rows, labels])

    grads = {}
    for name, p in params.items():
        grads[name] = np.zeros_like(p)
        for index in np.ndindex(p.shape):
            old = p[index]
            p[index] = old + 1e-5
            above = cost()
            p[index] = old - 1e-5
            grads[name][index] = (above - cost()) / 2e-5
            p[index] = old
    return cost(), grads


@NETWORK_COST_GRADIENT.right("loops over examples, units and classes")
def network_cost_gradient(params, X, labels):
    import math

    W1, b1, W2, b2 = (np.asarray(params[name], float) for name in ("W1", "b1", "W2", "b2"))
    X, cost = np.asarray(X, float), 0.0
    grads = {"W1": np.zeros(W1.shape), "b1": np.zeros(b1.shape),
             "W2": np.zeros(W2.shape), "b2": np.zeros(b2.shape)}
    for x, label in zip(X, labels, strict=True):
        h = [math.tanh(sum(W1[j] * x) + b1[j]) for j in range(len(b1))]
        y = [sum(W2[k, j] * h[j] for j in range(len(h))) + b2[k] for k in range(len(b2))]
        top = max(y)
        log_total = top + math.log(sum(math.exp(v - top) for v in y))
        cost += (log_total - y[label]) / len(X)
        for k in range(len(y)):
            y_bar = (math.exp(y[k] - log_total) - (k == label)) / len(X)
            grads["b2"][k] += y_bar
            for j in range(len(h)):
                grads["W2"][k, j] += y_bar * h[j]
                z_bar = y_bar * W2[k, j] * (1 - h[j] * h[j])
                grads["b1"][j] += z_bar
                grads["W1"][j] += z_bar * x
    return cost, grads


@NETWORK_COST_GRADIENT.right("einsum and one-hot rows")
def network_cost_gradient(params, X, labels):
    p = {name: np.array(value, float) for name, value in params.items()}
    X = np.array(X, float)
    Z = np.einsum("nd,hd->nh", X, p["W1"]) + p["b1"]
    H = np.tanh(Z)
    Y = np.einsum("nh,kh->nk", H, p["W2"]) + p["b2"]
    hot = np.eye(Y.shape[1])[np.array(labels)]
    log_total = np.logaddexp.reduce(Y, axis=1)
    losses = log_total - np.einsum("nk,nk->n", Y, hot)
    Y_bar = (np.exp(Y - log_total[:, None]) - hot) / len(Y)
    Z_bar = np.einsum("nk,kh->nh", Y_bar, p["W2"]) / np.cosh(np.clip(Z, -300, 300)) ** 2
    return losses.mean(), {"W1": np.einsum("nh,nd->hd", Z_bar, X), "b1": np.einsum("nh->h", Z_bar),
                           "W2": np.einsum("nk,nh->kh", Y_bar, H), "b2": np.einsum("nk->k", Y_bar)}


@NETWORK_COST_GRADIENT.right("an average of single examples")
def network_cost_gradient(params, X, labels):
    p = {name: np.asarray(value, float) for name, value in params.items()}

    def single(x, label):
        h = np.tanh(p["W1"] @ x + p["b1"])
        y = p["W2"] @ h + p["b2"]
        e = np.exp(y - y.max())
        y_bar = e / e.sum()
        loss = np.log(e.sum()) + y.max() - y[label]
        y_bar[label] -= 1
        z_bar = (1 + h) * (1 - h) * (p["W2"].T @ y_bar)
        return loss, {"W2": np.outer(y_bar, h), "b2": y_bar, "W1": np.outer(z_bar, x), "b1": z_bar}

    singles = [single(np.asarray(x, float), label) for x, label in zip(X, labels, strict=True)]
    cost = sum(loss for loss, _ in singles) / len(singles)
    return cost, {name: np.mean([bars[name] for _, bars in singles], axis=0) for name in p}


@NETWORK_COST_GRADIENT.right("examples in columns")
def network_cost_gradient(params, X, labels):
    W1, b1 = np.asarray(params["W1"], float), np.asarray(params["b1"], float)[:, None]
    W2, b2 = np.asarray(params["W2"], float), np.asarray(params["b2"], float)[:, None]
    A = np.asarray(X, float).T
    n = A.shape[1]
    H = np.tanh(W1 @ A + b1)
    Y = W2 @ H + b2
    top = Y.max(axis=0)
    P = np.exp(Y - top)
    total = P.sum(axis=0)
    cost = np.sum(top + np.log(total) - Y[list(labels), range(n)]) / n
    D = P / total
    D[list(labels), range(n)] -= 1
    E = W2.T @ D * (1 - H * H)
    return (np.asarray(cost), dict(W2=D @ H.T / n, b2=D.mean(axis=1), W1=E @ A.T / n,
                                   b1=E.mean(axis=1), H=H))


@NETWORK_COST_GRADIENT.right("layers as classes")
def network_cost_gradient(params, X, labels):
    class Linear:
        def __init__(self, W, b):
            self.W, self.b = np.asarray(W, float), np.asarray(b, float)

        def forward(self, X):
            self.X = X
            return X @ self.W.T + self.b

        def backward(self, bar):
            self.W_bar, self.b_bar = bar.T @ self.X, bar.sum(0)
            return bar @ self.W

    class Tanh:
        def forward(self, Z):
            self.H = np.tanh(Z)
            return self.H

        def backward(self, bar):
            return bar - bar * self.H**2

    class SoftmaxCrossEntropy:
        def forward(self, Y):
            Y = Y - np.max(Y, axis=1)[:, None]
            self.log_p = Y - np.log(np.sum(np.exp(Y), axis=1))[:, None]
            return -np.take_along_axis(self.log_p, np.asarray(labels)[:, None], 1).mean()

        def backward(self):
            hot = np.arange(self.log_p.shape[1]) == np.asarray(labels)[:, None]
            return (np.exp(self.log_p) - hot) / len(hot)

    lower, middle = Linear(params["W1"], params["b1"]), Tanh()
    upper, top = Linear(params["W2"], params["b2"]), SoftmaxCrossEntropy()
    values = np.asarray(X, float)
    for layer in (lower, middle, upper, top):
        values = layer.forward(values)
    lower.backward(middle.backward(upper.backward(top.backward())))
    return values, {"W1": lower.W_bar.tolist(), "b1": lower.b_bar.tolist(),
                    "W2": upper.W_bar, "b2": upper.b_bar}


slip = FEEDBACK_ALIGNMENT_GRADIENT.slip
slip("plain backprop", "The message still goes through W2: this is backprop.",
     "np.asarray(B, dtype=float).T", "W2")
slip("B without a transpose", "B has the shape of W2ᵀ, so the message is Y_bar Bᵀ.",
     "np.asarray(B, dtype=float).T", "np.asarray(B, dtype=float)")
slip("both weights", "W2 and B are added; B takes the place of W2ᵀ.",
     "np.asarray(B, dtype=float).T", "(W2 + np.asarray(B, dtype=float).T)")
slip("only the signs of B", "Only the signs of B are used.",
     "np.asarray(B, dtype=float).T", "np.sign(B).T")
slip("no tanh′", "The slope of tanh is missing.", " * (1 - H**2)", "")
slip("never divided by N", "These are sums over the examples; E is the mean.",
     "    Y_bar /= len(X)\n", "")
slip("B in the forward pass", "B replaces W2 in the forward pass too. It is used only on the "
     "way back.", "Y = H @ W2.T + b2", "Y = H @ np.asarray(B, dtype=float) + b2")
slip("the gradient of the output's sum", "The error itself is missing: softmax minus one-hot is "
     "what is sent back.", " - np.eye(len(b2))[np.asarray(labels)]", "")
slip("no cost", "The cost is not computed; the pair is (cost, grads), as before.",
     "return cost,", "return 0.0,")
slip("W2 learns by B", "B's gradient is returned in place of W2's.",
     '{**grads, "W1"', '{**grads, "W2": np.asarray(B, dtype=float).T * 1.0, "W1"')


@FEEDBACK_ALIGNMENT_GRADIENT.wrong("arrays only", "Lists are not made into arrays.")
def feedback_alignment_gradient(params, B, X, labels):
    cost, grads = network_cost_gradient(params, X, labels)
    H = np.tanh(X.dot(params["W1"].T) + params["b1"])
    Y = H.dot(params["W2"].T) + params["b2"]
    P = np.exp(Y - Y.max(axis=1, keepdims=True))
    Y_bar = (P / P.sum(axis=1, keepdims=True) - np.eye(Y.shape[1])[labels]) / len(X)
    Z_bar = Y_bar.dot(B.T) * (1 - H**2)
    return cost, {**grads, "W1": Z_bar.T.dot(X), "b1": Z_bar.sum(axis=0)}


@FEEDBACK_ALIGNMENT_GRADIENT.right("everything anew")
def feedback_alignment_gradient(params, B, X, labels):
    W1, b1, W2, b2, B, X = (np.asarray(value, float) for value in (
        params["W1"], params["b1"], params["W2"], params["b2"], B, X))
    H = np.tanh(X @ W1.T + b1)
    Y = H @ W2.T + b2
    log_p = Y - np.logaddexp.reduce(Y, axis=1, keepdims=True)
    D = np.exp(log_p)
    D[range(len(X)), labels] -= 1
    Z = (D @ B.T) * (1 + H) * (1 - H)
    return -np.mean(log_p[range(len(X)), labels]), {
        "W1": Z.T @ X / len(X), "b1": Z.mean(axis=0), "W2": D.T @ H / len(X), "b2": D.mean(axis=0)}


@FEEDBACK_ALIGNMENT_GRADIENT.right("one example at a time")
def feedback_alignment_gradient(params, B, X, labels):
    cost, grads = network_cost_gradient(params, X, labels)
    W1_bar, b1_bar = np.zeros(np.shape(params["W1"])), np.zeros(np.shape(params["b1"]))
    for x, label in zip(X, labels, strict=True):
        # for a single example the bar of b2 is the error at the output
        y_bar = np.asarray(network_cost_gradient(params, [x], [label])[1]["b2"])
        h = np.tanh(np.asarray(params["W1"]) @ x + params["b1"])
        z_bar = (np.asarray(B) @ y_bar) * (1 - h**2) / len(X)
        W1_bar, b1_bar = W1_bar + np.outer(z_bar, x), b1_bar + z_bar
    return cost, {**grads, "W1": W1_bar, "b1": b1_bar}


@FEEDBACK_ALIGNMENT_GRADIENT.right("einsum")
def feedback_alignment_gradient(params, B, X, labels):
    cost, grads = network_cost_gradient(params, X, labels)
    X, n = np.array(X, float), len(X)
    H = np.tanh(np.einsum("hd,nd->nh", params["W1"], X) + params["b1"])
    Y = np.einsum("kh,nh->nk", params["W2"], H) + params["b2"]
    P = np.exp(Y - Y.max(1)[:, None])
    P /= P.sum(1)[:, None]
    P[np.arange(n), np.array(labels)] -= 1
    Z = np.einsum("nk,hk,nh->nh", P, np.array(B, float), 1 - H * H)
    return cost, dict(W1=np.einsum("nh,nd->hd", Z, X) / n, b1=Z.sum(0) / n,
                      W2=grads["W2"], b2=grads["b2"])


@FEEDBACK_ALIGNMENT_GRADIENT.right("a backward pass that is given the way back")
def feedback_alignment_gradient(params, B, X, labels):
    def passes(way_back):
        X_, W1, W2 = (np.asarray(v, float) for v in (X, params["W1"], params["W2"]))
        H = np.tanh(X_ @ W1.T + np.asarray(params["b1"]))
        Y = H @ W2.T + np.asarray(params["b2"])
        Y = Y - Y.max(axis=1, keepdims=True)
        P = np.exp(Y) / np.exp(Y).sum(axis=1, keepdims=True)
        hot = np.arange(len(W2)) == np.asarray(labels)[:, None]
        D = (P - hot) / len(X_)
        Z = (D @ way_back) * (1 - H**2)
        cost = np.mean(np.log(np.exp(Y).sum(axis=1)) - Y[hot])
        return cost, {"W2": D.T @ H, "b2": D.sum(0), "W1": Z.T @ X_, "b1": Z.sum(0)}

    return passes(np.transpose(np.asarray(B, float)))


@FEEDBACK_ALIGNMENT_GRADIENT.right("lists out, and an extra key")
def feedback_alignment_gradient(params, B, X, labels):
    cost, grads = network_cost_gradient(params, X, labels)
    X = np.asarray(X, float)
    H = np.tanh(X @ np.transpose(params["W1"]) + params["b1"])
    Y = H @ np.transpose(params["W2"]) + params["b2"]
    P = np.exp(Y - np.logaddexp.reduce(Y, axis=1)[:, None])
    np.subtract.at(P, (np.arange(len(X)), np.asarray(labels)), 1)
    H_bar = np.tensordot(P, B, axes=([1], [1])) / len(X)
    Z_bar = H_bar - H_bar * H**2
    return float(cost), {**grads, "W1": (Z_bar.T @ X).tolist(), "b1": Z_bar.sum(axis=0).tolist(),
                         "H": H_bar}
