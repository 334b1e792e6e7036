"""One hidden layer unit by unit, with loops and indices, as on paper."""

from autograder.question import Part, Question, twice
from autograder.questions.mlp_backprop.drawing import LISTS, SHAPED, networks


def bar_parts(points: dict[str, float]) -> tuple[Part, ...]:
    """Parts for the bars of a network, in backward order; by name what each is worth."""
    hints = {
        "y": "ȳ is the derivative of ½ Σ (y − t)² with respect to y.",
        "W2": "Row k belongs to output k: its bar times what it listens to, the h.",
        "b2": "Each bias of an output has one listener, that output.",
        "h": "Every output listens to each hidden unit: a sum over the outputs.",
        "z": "h = σ(z) entry by entry, so z̄ is h̄ times σ′(z) entry by entry.",
        "W1": "Row i belongs to hidden unit i: the bar of z_i times the inputs.",
        "b1": "Each bias of a hidden unit has one listener, z of that unit.",
    }
    named = tuple(Part(f"{name}_bar", points[name], name, SHAPED, hint)
                  for name, hint in hints.items())
    return (*named, Part(LISTS, points["lists"], "W1", (LISTS,),
                         "np.asarray(values, dtype=float) makes a float array of any of them."))


MLP_FORWARD_UNITS = Question(
    "mlp_forward_units", ("mlp_forward_units",), networks,
    (
        Part("z", 0.5, "z", SHAPED, "z_i is a sum over the inputs, plus the bias of unit i."),
        Part("h", 0.5, "h", SHAPED, "h_i is σ(z_i)."),
        Part("y", 0.5, "y", SHAPED, "y_k is a sum over the hidden units, plus the bias; no σ."),
        Part("loss", 0.25, "loss", SHAPED, "Half the sum, over the outputs, of (y − t)²."),
        Part(LISTS, 0.25, "loss", (LISTS,), "Keep the first line, which is given."),
    ),
    probe=twice,
)

FORWARD_MISTAKES = [
    ("σ at the outputs", "σ is applied to the outputs too. Here they are linear.",
     "        loss += 0.5", "        y[k] = logistic(y[k])\n        loss += 0.5"),
    ("no σ", "h is z itself: without σ two layers are no more than one.",
     "logistic(z[i])", "z[i]"),
    ("tanh for σ", "tanh stands where the logistic function was asked for.",
     "logistic(z[i])", "np.tanh(z[i])"),
    ("no bias of the hidden units", "The hidden units start their sum at 0, not at their bias.",
     "z[i] = b1[i]", "z[i] = 0.0"),
    ("no bias of the outputs", "The outputs start their sum at 0, not at their bias.",
     "y[k] = b2[k]", "y[k] = 0.0"),
    ("the bias inside the sum", "The bias is added once for every input; it belongs outside the "
     "sum.", "W1[i, j] * x[j]", "W1[i, j] * x[j] + (b1[i] if j else 0.0)"),
    ("overwriting in a sum", "Each term of the sum overwrites the one before: only the last "
     "input counts.", "z[i] += W1[i, j] * x[j]", "z[i] = b1[i] + W1[i, j] * x[j]"),
    ("outputs from z", "The outputs listen to z; they must listen to h.",
     "W2[k, i] * h[i]", "W2[k, i] * z[i]"),
    ("the weight read along the other index", "W[j, i] is read where W[i, j] is meant: the first "
     "index belongs to the unit that receives.", "W1[i, j]", "W1[j, i]"),
    ("no ½", "The ½ of the loss is missing.", "0.5 * (y[k]", "(y[k]"),
    ("only the last output in the loss", "The loss of each output overwrites the one before; it "
     "is their sum.", "loss += 0.5", "loss = 0.5"),
    ("the mean over the outputs", "The loss is averaged over the outputs; it is their sum.",
     "loss += 0.5 *", "loss += 0.5 / K *"),
    ("hard-coded sizes", "The loops run over fixed numbers of units; take them from the shapes.",
     "(H, D), K = W1.shape, len(b2)", "H, D, K = 4, 3, 2"),
    ("sum of errors before the square", "The errors of the outputs are summed and then squared. "
     "It is the sum of the squares.", "0.5 * (y[k] - t[k]) ** 2",
     "0.5 * np.sum(y[:k + 1] - t[:k + 1]) ** 2 - loss"),
]
for mistake in FORWARD_MISTAKES:
    MLP_FORWARD_UNITS.slip(*mistake)


@MLP_FORWARD_UNITS.wrong("mutated inputs", "The sums are collected in the arrays of the biases "
                         "themselves, so the caller's parameters change with every call.")
def mlp_forward_units(params, x, t):
    z, y = params["b1"], params["b2"]
    for i in range(len(z)):
        for j in range(len(x)):
            z[i] += params["W1"][i][j] * x[j]
    h = logistic(np.array(z))
    for k in range(len(y)):
        for i in range(len(h)):
            y[k] += params["W2"][k][i] * h[i]
    loss = sum(0.5 * (y[k] - t[k]) ** 2 for k in range(len(y)))
    return {"z": np.array(z), "h": h, "y": np.array(y), "loss": loss}


@MLP_FORWARD_UNITS.right("sums over zipped rows")
def mlp_forward_units(params, x, t):
    def layer(W, b, inputs):
        return [bias + sum(w * v for w, v in zip(row, inputs, strict=True))
                for row, bias in zip(W, b, strict=True)]

    z = layer(params["W1"], params["b1"], x)
    h = [logistic(value) for value in z]
    y = layer(params["W2"], params["b2"], h)
    loss = sum((out - wish) ** 2 for out, wish in zip(y, t, strict=True)) / 2
    return {"z": z, "h": h, "y": y, "loss": loss}


@MLP_FORWARD_UNITS.right("vectorised, with extra keys")
def mlp_forward_units(params, x, t):
    W1, b1, W2, b2 = (np.array(params[name], float) for name in ("W1", "b1", "W2", "b2"))
    z = W1 @ x + b1
    h = logistic(z)
    y = W2 @ h + b2
    return {"x": np.array(x), "z": z, "h": h, "y": y, "error": y - t,
            "loss": np.array(0.5 * (y - t) @ (y - t))}


@MLP_FORWARD_UNITS.right("inputs in the outer loop")
def mlp_forward_units(params, x, t):
    W1, W2 = np.asarray(params["W1"]), np.asarray(params["W2"])
    z = np.array(params["b1"], dtype=float)
    for j, value in enumerate(x):
        z += W1[:, j] * value
    h = logistic(z)
    y = np.array(params["b2"], dtype=float)
    for i in range(h.size):
        y += W2[:, i] * h[i]
    return dict(z=z, h=h, y=y, loss=np.linalg.norm(y - t) ** 2 / 2)


@MLP_FORWARD_UNITS.right("a class for a unit")
def mlp_forward_units(params, x, t):
    class Unit:
        def __init__(self, weights, bias):
            self.weights, self.bias = weights, bias

        def __call__(self, inputs):
            total = float(self.bias)
            for weight, value in zip(self.weights, inputs, strict=True):
                total += float(weight) * float(value)
            return total

    hidden = [Unit(*pair) for pair in zip(params["W1"], params["b1"], strict=True)]
    outputs = [Unit(*pair) for pair in zip(params["W2"], params["b2"], strict=True)]
    z = [unit(x) for unit in hidden]
    h = [1 / (1 + np.exp(-value)) for value in z]
    y = [unit(h) for unit in outputs]
    loss = 0.5 * sum((y[k] - t[k]) ** 2 for k in range(len(y)))
    return {"z": z, "h": h, "y": y, "loss": loss}


@MLP_FORWARD_UNITS.right("einsum and the tanh form")
def mlp_forward_units(params, x, t):
    z = np.einsum("ij,j->i", params["W1"], x) + params["b1"]
    h = 0.5 * (1 + np.tanh(z / 2))
    y = np.einsum("ki,i->k", params["W2"], h) + params["b2"]
    return {"z": z, "h": h, "y": y, "loss": np.einsum("k,k->", y - t, y - t) / 2}


MLP_BACKWARD_UNITS = Question(
    "mlp_backward_units", ("mlp_backward_units",), networks,
    bar_parts({"y": 0.5, "W2": 0.75, "b2": 0.5, "h": 1.0, "z": 0.75, "W1": 0.75, "b1": 0.5,
               "lists": 0.25}),
    follows=("mlp_forward_units",),
    probe=twice,
)

BACKWARD_MISTAKES = [
    ("sign (t − y)", "The sign of ȳ is turned: the derivative of ½ (y − t)² is y − t.",
     "y[k] - t[k]", "t[k] - y[k]"),
    ("a factor 2", "ȳ has a factor 2: it cancels with the ½ of the loss.",
     "y[k] - t[k]", "2 * (y[k] - t[k])"),
    ("averaged over the outputs", "ȳ is divided by the number of outputs, but the loss is their "
     "sum.", "y[k] - t[k]", "(y[k] - t[k]) / K"),
    ("the loss for its derivative", "ȳ holds the loss of each output; it must hold its derivative.",
     "y[k] - t[k]", "0.5 * (y[k] - t[k]) ** 2"),
    ("the cache of the layer next door", "The weights of the outputs are multiplied with z; they "
     "listen to h.", "y_bar[k] * h[i]", 'y_bar[k] * values["z"][i]'),
    ("weights for inputs", "The bar of a weight is its listener's bar times the weight itself. It "
     "must be times what the weight is multiplied with, the h.", "y_bar[k] * h[i]",
     "y_bar[k] * W2[k, i]"),
    ("overwriting at a fan-out", "The message of each output overwrites the one before. Every "
     "output listens to h, so the messages are added.", "h_bar[i] += y_bar", "h_bar[i] = y_bar"),
    ("inputs for weights", "The messages to h are multiplied with h; the local derivative of "
     "w·h is the weight.", "y_bar[k] * W2[k, i]", "y_bar[k] * h[i] * 1.0"),
    ("upstream signal ignored", "The messages to h are the weights alone; each must be multiplied "
     "by the bar of the output that sends it.", "h_bar[i] += y_bar[k] * W2[k, i]",
     "h_bar[i] += W2[k, i]"),
    ("the mean of the messages", "The messages to h are averaged; they are added.",
     "h_bar[i] += y_bar[k] * W2[k, i]", "h_bar[i] += y_bar[k] * W2[k, i] / K"),
    ("no σ′", "σ′(z) is left out of z̄.", "h_bar[i] * h[i] * (1 - h[i])", "h_bar[i]"),
    ("σ for σ′", "σ(z) stands where σ′(z) belongs; the factor 1 − h is missing.",
     "h_bar[i] * h[i] * (1 - h[i])", "h_bar[i] * h[i]"),
    ("σ′ evaluated at h", "σ′ is evaluated at h; it belongs at z. (In terms of h it is h (1 − h).)",
     "h_bar[i] * h[i] * (1 - h[i])", "h_bar[i] * logistic(h[i]) * (1 - logistic(h[i]))"),
    ("tanh′ for σ′", "1 − h² is the slope of tanh; for σ it is h (1 − h).",
     "h_bar[i] * h[i] * (1 - h[i])", "h_bar[i] * (1 - h[i] ** 2)"),
    ("a signal jumped over", "W1 takes its bar from h̄, past z: its listener is z.",
     "z_bar[i] * x[j]", "h_bar[i] * x[j]"),
    ("an extra σ′", "σ′(z) is in twice: once in z̄, and once more in the bars of W1.",
     "z_bar[i] * x[j]", "z_bar[i] * h[i] * (1 - h[i]) * x[j]"),
    ("b times its bar", "The bar of a bias is its listener's bar, not multiplied by the bias.",
     "b2_bar[k] = y_bar[k]", 'b2_bar[k] = y_bar[k] * params["b2"][k]'),
    ("no σ′ in b1", "The bar of b1 is taken from h̄, past z.",
     "b1_bar[i] = z_bar[i]", "b1_bar[i] = h_bar[i]"),
    ("hard-coded sizes", "The loops run over fixed numbers of units; take them from the shapes.",
     "(K, H), D = W2.shape, len(x)", "K, H, D = 2, 4, 3"),
    ("the fan-out of the last output twice", "One message too many arrives at h.",
     "    for i in range(H):\n        z_bar[i] =", "    h_bar = h_bar + y_bar[-1] * W2[-1]\n"
     "    for i in range(H):\n        z_bar[i] ="),
]
for mistake in BACKWARD_MISTAKES:
    MLP_BACKWARD_UNITS.slip(*mistake)


@MLP_BACKWARD_UNITS.wrong("backward before all messages have arrived", "z̄ is computed inside the "
                          "loop over the outputs, and added up there: from sums of messages that "
                          "are not complete yet. First finish h̄, then go on.")
def mlp_backward_units(params, x, t):
    W2 = np.asarray(params["W2"], dtype=float)
    values = mlp_forward_units(params, x, t)
    h, y = values["h"], values["y"]
    (K, H), D = W2.shape, len(x)
    y_bar, W2_bar = np.zeros(K), np.zeros((K, H))
    h_bar, z_bar, W1_bar, b1_bar = np.zeros(H), np.zeros(H), np.zeros((H, D)), np.zeros(H)
    for k in range(K):
        y_bar[k] = y[k] - t[k]
        for i in range(H):
            W2_bar[k, i] = y_bar[k] * h[i]
            h_bar[i] += y_bar[k] * W2[k, i]
            z_bar[i] += h_bar[i] * h[i] * (1 - h[i])
    for i in range(H):
        b1_bar[i] = z_bar[i]
        for j in range(D):
            W1_bar[i, j] = z_bar[i] * x[j]
    return {"y": y_bar, "W2": W2_bar, "b2": y_bar, "h": h_bar, "z": z_bar, "W1": W1_bar,
            "b1": b1_bar}


@MLP_BACKWARD_UNITS.wrong("integer gradients", "The arrays of zeros take their type from the "
                          "parameters. With integers every gradient is cut off.")
def mlp_backward_units(params, x, t):
    W2 = np.asarray(params["W2"])
    values = mlp_forward_units(params, x, t)
    h = np.asarray(values["h"])
    y_bar = np.subtract(values["y"], t)
    z_bar = W2.T @ y_bar * h * (1 - h)
    bars = {name: np.zeros_like(params[name]) for name in params}
    for k in range(len(y_bar)):
        bars["b2"][k] = y_bar[k]
        bars["W2"][k] = y_bar[k] * h
    for i in range(len(h)):
        bars["b1"][i] = z_bar[i]
        bars["W1"][i] = z_bar[i] * np.asarray(x)
    return {**bars, "y": y_bar, "h": W2.T @ y_bar, "z": z_bar}


@MLP_BACKWARD_UNITS.wrong("stale bars from an earlier call", "The bars are added to what an "
                          "earlier call left behind: the first call is right, the next ones are "
                          "not.", remembers=True)
def mlp_backward_units(params, x, t, kept={}):  # noqa: B006
    W2 = np.asarray(params["W2"], dtype=float)
    values = mlp_forward_units(params, x, t)
    h = np.asarray(values["h"])
    y_bar = np.subtract(values["y"], t)
    h_bar = kept.setdefault((W2.shape, W2.tobytes()), np.zeros(len(h)))
    for k in range(len(y_bar)):
        h_bar += y_bar[k] * W2[k]
    z_bar = h_bar * h * (1 - h)
    return {"y": y_bar, "W2": np.outer(y_bar, h), "b2": y_bar, "h": h_bar, "z": z_bar,
            "W1": np.outer(z_bar, x), "b1": z_bar}


@MLP_BACKWARD_UNITS.wrong("gradients by finite differences", "These are difference quotients. "
                          "They are near the bars, until the numbers are large; backprop is exact.")
def mlp_backward_units(params, x, t):
    step = 1e-5
    params = {name: np.array(params[name], dtype=float) for name in params}
    values = mlp_forward_units(params, x, t)
    h = np.asarray(values["h"])
    y_bar = np.subtract(values["y"], t)
    h_bar = params["W2"].T @ y_bar
    bars = {"y": y_bar, "h": h_bar, "z": h_bar * h * (1 - h)}
    for name, array in params.items():
        bars[name] = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            kept = array[index]
            array[index] = kept + step
            above = mlp_forward_units(params, x, t)["loss"]
            array[index] = kept - step
            bars[name][index] = (above - mlp_forward_units(params, x, t)["loss"]) / (2 * step)
            array[index] = kept
    return bars


@MLP_BACKWARD_UNITS.right("vectors")
def mlp_backward_units(params, x, t):
    values = mlp_forward_units(params, x, t)
    y, h = np.array(values["y"]), np.array(values["h"])
    W2 = np.array(params["W2"])
    bars = {"y": y - np.array(t)}
    bars["W2"], bars["b2"] = bars["y"][:, None] * h, bars["y"].copy()
    bars["h"] = bars["y"] @ W2
    bars["z"] = bars["h"] * (h - h**2)
    bars["W1"], bars["b1"] = bars["z"][:, None] * np.array(x), bars["z"].copy()
    return bars


@MLP_BACKWARD_UNITS.right("lists, and a sum for each hidden unit")
def mlp_backward_units(params, x, t):
    values = mlp_forward_units(params, x, t)
    y_bar = [y - target for y, target in zip(values["y"], t, strict=True)]
    h = [float(value) for value in values["h"]]
    h_bar = [sum(y_bar[k] * params["W2"][k][i] for k in range(len(y_bar)))
             for i in range(len(h))]
    z_bar = [bar * value * (1.0 - value) for bar, value in zip(h_bar, h, strict=True)]
    return {"y": y_bar, "h": h_bar, "z": z_bar, "b1": list(z_bar), "b2": list(y_bar),
            "W1": [[bar * value for value in x] for bar in z_bar],
            "W2": [[bar * value for value in h] for bar in y_bar]}


@MLP_BACKWARD_UNITS.right("its own forward pass, hidden units outside")
def mlp_backward_units(params, x, t):
    W1, b1, W2, b2 = (np.asarray(params[name], float) for name in ("W1", "b1", "W2", "b2"))
    z = W1.dot(x) + b1
    h = 1.0 / (1.0 + np.exp(-z))
    y = W2.dot(h) + b2
    bars = {"y": y - t, "b2": y - t, "W2": np.empty(W2.shape), "W1": np.empty(W1.shape),
            "h": np.empty(len(h)), "z": np.empty(len(h)), "b1": np.empty(len(h)), "loss": 1.0}
    for i in reversed(range(len(h))):
        message = 0.0
        for k in reversed(range(len(y))):
            bars["W2"][k][i] = bars["y"][k] * h[i]
            message += W2[k][i] * bars["y"][k]
        bars["h"][i] = message
        bars["z"][i] = bars["b1"][i] = message * h[i] * logistic(-z[i])
        bars["W1"][i, :] = bars["z"][i] * np.asarray(x)
    return bars


@MLP_BACKWARD_UNITS.right("messages collected in a dict")
def mlp_backward_units(params, x, t):
    import collections

    values = mlp_forward_units(params, x, t)
    W2 = params["W2"]
    K, H, D = len(t), len(values["h"]), len(x)
    bar = collections.defaultdict(float)
    for k in range(K):
        bar["y", k] += values["y"][k] - t[k]
        bar["b2", k] += bar["y", k]
        for i in range(H):
            bar["h", i] += bar["y", k] * W2[k][i]
            bar["W2", k, i] += bar["y", k] * values["h"][i]
    for i in range(H):
        bar["z", i] += bar["h", i] * values["h"][i] * (1 - values["h"][i])
        bar["b1", i] += bar["z", i]
        for j in range(D):
            bar["W1", i, j] += bar["z", i] * x[j]
    shapes = {"y": (K,), "b2": (K,), "W2": (K, H), "h": (H,), "z": (H,), "b1": (H,),
              "W1": (H, D)}
    return {name: np.array([bar[(name, *index)] for index in np.ndindex(shape)]).reshape(shape)
            for name, shape in shapes.items()}


@MLP_BACKWARD_UNITS.right("einsum")
def mlp_backward_units(params, x, t):
    h = np.einsum("i->i", mlp_forward_units(params, x, t)["h"])
    y_bar = np.einsum("ki,i->k", params["W2"], h) + params["b2"] - t
    h_bar = np.einsum("k,ki->i", y_bar, params["W2"])
    z_bar = np.einsum("i,i,i->i", h_bar, h, 1 - h)
    return {"y": y_bar, "h": h_bar, "z": z_bar, "b2": y_bar, "b1": z_bar,
            "W2": np.einsum("k,i->ki", y_bar, h), "W1": np.einsum("i,j->ij", z_bar, x)}
