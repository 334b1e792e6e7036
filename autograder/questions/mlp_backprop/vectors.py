"""The same network in vectors, one example."""

from autograder.question import Part, Question, twice
from autograder.questions.mlp_backprop.drawing import LISTS, SHAPED, networks
from autograder.questions.mlp_backprop.units import bar_parts

MLP_FORWARD = Question(
    "mlp_forward", ("mlp_forward",), networks,
    (
        Part("z", 0.25, "z", SHAPED, "z = W1 x + b1, a matrix times a vector: @ or np.dot."),
        Part("h", 0.125, "h", SHAPED, "h = σ(z), entry by entry."),
        Part("y", 0.25, "y", SHAPED, "y = W2 h + b2, without σ."),
        Part("loss", 0.25, "loss", SHAPED, "Half the sum of the squares of y − t."),
        Part(LISTS, 0.125, "y", (LISTS,), "Make float arrays of everything in params first."),
    ),
    probe=twice,
)

for mistake in [
    ("elementwise for matrix product", "`*` multiplies entry by entry; a matrix product is `@` or "
     "np.dot.", 'np.dot(params["W1"], x)', 'np.sum(params["W1"], axis=1) * np.sum(x)'),
    ("no bias", "The bias of the hidden units is missing.",
     'np.dot(params["W1"], x) + params["b1"]', 'np.dot(params["W1"], x)'),
    ("W where Wᵀ belongs", "The weight matrix is turned; its shape is (outputs, inputs), so Wx "
     "needs no transpose.", 'np.dot(params["W1"], x)', 'np.dot(np.transpose(params["W1"]), x)'),
    ("σ at the outputs", "σ is applied to the outputs too. Here they are linear.",
     'np.dot(params["W2"], h) + params["b2"]', 'logistic(np.dot(params["W2"], h) + params["b2"])'),
    ("no σ", "h is z itself.", "logistic(z)", "np.array(z)"),
    ("tanh for σ", "tanh stands where the logistic function was asked for.",
     "logistic(z)", "np.tanh(z)"),
    ("outputs from z", "The outputs listen to z; they must listen to h.",
     'np.dot(params["W2"], h)', 'np.dot(params["W2"], z)'),
    ("the bias of the layer next door", "The hidden units get the first entry of b2; their bias "
     "is b1.", 'x) + params["b1"]', 'x) + params["b2"][0]'),
    ("no ½", "The ½ of the loss is missing.", "0.5 * np.sum", "np.sum"),
    ("the mean over the outputs", "The loss is averaged over the outputs; it is their sum.",
     "np.sum", "np.mean"),
    ("the square of the sum", "The errors are summed and then squared; it is the sum of the "
     "squares.", "np.sum(np.square(y - t))", "np.sum(y - t) ** 2"),
    ("the norm without its square", "np.linalg.norm is the root of the sum of squares; its square "
     "was wanted.", "np.sum(np.square(y - t))", "np.linalg.norm(y - t)"),
    ("a loss for each output", "The loss still has an entry for each output; it is their sum.",
     "0.5 * np.sum(np.square(y - t))", "0.5 * np.square(y - t)"),
    ("the lost axis", "np.squeeze takes away the axis of a layer that has a single unit.",
     '{"z": z, "h": h', '{"z": np.squeeze(z), "h": np.squeeze(h)'),
]:
    MLP_FORWARD.slip(*mistake)


@MLP_FORWARD.wrong("arrays only", "Lists have no @ and no .dot: make arrays of the parameters "
                   "first.")
def mlp_forward(params, x, t):
    z = params["W1"].dot(x) + params["b1"]
    h = logistic(z)
    y = params["W2"].dot(h) + params["b2"]
    return {"z": z, "h": h, "y": y, "loss": 0.5 * np.sum((y - t) ** 2)}


@MLP_FORWARD.wrong("mutated inputs", "z += ... works inside the caller's own array of biases.")
def mlp_forward(params, x, t):
    z, y = params["b1"], params["b2"]
    z += np.dot(params["W1"], x)
    h = logistic(np.asarray(z))
    y += np.dot(params["W2"], h)
    return {"z": z, "h": h, "y": y, "loss": 0.5 * np.sum(np.square(np.subtract(y, t)))}


@MLP_FORWARD.right("unit by unit")
def mlp_forward(params, x, t):
    return mlp_forward_units(params, x, t)


@MLP_FORWARD.right("arrays first")
def mlp_forward(params, x, t):
    p = {name: np.array(value, dtype=float) for name, value in params.items()}
    x, t = np.array(x, dtype=float), np.array(t, dtype=float)
    out = {"z": p["W1"] @ x + p["b1"]}
    out["h"] = 1 / (1 + np.exp(-out["z"]))
    out["y"] = p["b2"] + out["h"] @ p["W2"].T
    out["loss"] = float(np.linalg.norm(out["y"] - t) ** 2 / 2)
    return out


@MLP_FORWARD.right("columns")
def mlp_forward(params, x, t):
    z = np.asarray(params["W1"]) @ np.reshape(x, (-1, 1)) + np.reshape(params["b1"], (-1, 1))
    h = 0.5 + 0.5 * np.tanh(0.5 * z)
    y = np.asarray(params["W2"]) @ h + np.reshape(params["b2"], (-1, 1))
    e = y.ravel() - np.asarray(t)
    return {"z": z.ravel(), "h": h.ravel(), "y": y.ravel(), "loss": np.vdot(e, e) / 2}


@MLP_FORWARD.right("the bias as one more weight, as lists")
def mlp_forward(params, x, t):
    def layer(W, b, inputs):
        return np.column_stack([W, b]) @ np.append(inputs, 1.0)

    z = layer(params["W1"], params["b1"], x)
    h = logistic(z)
    y = layer(params["W2"], params["b2"], h)
    return {"z": z.tolist(), "h": h.tolist(), "y": y.tolist(), "loss": sum((y - t) ** 2) / 2}


@MLP_FORWARD.right("in place on a copy, with extra keys")
def mlp_forward(params, x, t):
    z = np.array(params["b1"], float)
    z += np.inner(params["W1"], x)
    h = logistic(z)
    y = np.array(params["b2"], float)
    y += np.inner(params["W2"], h)
    error = y - np.asarray(t)
    return {"error": error, "z": z, "h": h, "y": y, "loss": np.array(error.dot(error) / 2)}


MLP_BACKWARD = Question(
    "mlp_backward", ("mlp_backward",), networks,
    bar_parts({"y": 0.5, "W2": 0.75, "b2": 0.5, "h": 1.0, "z": 0.75, "W1": 0.75, "b1": 0.5,
               "lists": 0.25}),
    follows=("mlp_forward",),
    probe=twice,
)

SLOPE = "h_bar * h * (1 - h)"
for mistake in [
    ("sign (t − y)", "The sign of ȳ is turned: the derivative of ½ (y − t)² is y − t.",
     'np.subtract(values["y"], t)', 'np.subtract(t, values["y"])'),
    ("a factor 2", "ȳ has a factor 2: it cancels with the ½ of the loss.",
     'np.subtract(values["y"], t)', '2 * np.subtract(values["y"], t)'),
    ("a factor ½", "ȳ has a factor ½: it cancels with the 2 from the square.",
     'np.subtract(values["y"], t)', '0.5 * np.subtract(values["y"], t)'),
    ("averaged over the outputs", "ȳ is divided by the number of outputs, but the loss is their "
     "sum.", 'np.subtract(values["y"], t)', 'np.subtract(values["y"], t) / len(t)'),
    ("the loss for its derivative", "ȳ is the value of the loss; it must be its derivative.",
     'np.subtract(values["y"], t)', 'values["loss"] * np.ones(len(t))'),
    ("a transposed weight gradient", "The weight gradients are turned: rows belong to the units "
     "that receive, so the error signal comes first in the outer product.",
     "np.outer(y_bar, h)", "np.outer(h, y_bar)"),
    ("transpose done as reshape", "reshape keeps the order of the numbers and changes only where "
     "the rows end. It does not turn a matrix.",
     "np.outer(y_bar, h)", "np.outer(h, y_bar).reshape(len(y_bar), len(h))"),
    ("the cache of the layer next door", "The weights of the outputs are multiplied with z; they "
     "listen to h.", "np.outer(y_bar, h)", 'np.outer(y_bar, values["z"])'),
    ("elementwise for matrix product", "h̄ is a product entry by entry, summed; a matrix product "
     "is `@`.", 'np.transpose(params["W2"]) @ y_bar',
     'np.sum(params["W2"], axis=0) * np.sum(y_bar)'),
    ("W where Wᵀ belongs", "W2 stands where its transpose belongs: it is silent only where there "
     "are as many outputs as hidden units.", 'np.transpose(params["W2"]) @ y_bar',
     'np.asarray(params["W2"]) @ y_bar'),
    ("overwriting at a fan-out", "Only the message of the last output arrives at h; all outputs "
     "listen to it, so the messages are added.", 'np.transpose(params["W2"]) @ y_bar',
     'np.asarray(params["W2"])[-1] * y_bar[-1]'),
    ("the mean of the messages", "The messages to h are averaged; they are added.",
     'np.transpose(params["W2"]) @ y_bar', 'np.transpose(params["W2"]) @ y_bar / len(y_bar)'),
    ("upstream signal ignored", "h̄ is made of the weights alone, without ȳ.",
     'np.transpose(params["W2"]) @ y_bar', 'np.sum(params["W2"], axis=0)'),
    ("weights already updated when used", "W2 is updated first, and the new weights are used in "
     "the backward pass. All bars belong to the same point.",
     'np.transpose(params["W2"]) @ y_bar',
     '(np.asarray(params["W2"], float) - 0.1 * np.outer(y_bar, h)).T @ y_bar'),
    ("no σ′", "σ′(z) is left out of z̄.", SLOPE, "h_bar * 1.0"),
    ("σ for σ′", "σ(z) stands where σ′(z) belongs; the factor 1 − h is missing.",
     SLOPE, "h_bar * h"),
    ("σ′ evaluated at h", "σ′ is evaluated at h; it belongs at z. (In terms of h it is h (1 − h).)",
     SLOPE, "h_bar * logistic(h) * (1 - logistic(h))"),
    ("tanh′ for σ′", "1 − h² is the slope of tanh; for σ it is h (1 − h).",
     SLOPE, "h_bar * (1 - h**2)"),
    ("σ′ as a matrix product", "z̄ is a product entry by entry; `@` makes one number of two "
     "vectors.", SLOPE, "h_bar @ (h * (1 - h)) * np.ones(len(h))"),
    ("a signal jumped over", "W1 takes its bar from h̄, past z: its listener is z.",
     "np.outer(z_bar, x)", "np.outer(h_bar, x)"),
    ("an extra σ′", "σ′(z) is in twice: once in z̄, and once more in the bar of W1.",
     "np.outer(z_bar, x)", "np.outer(z_bar * h * (1 - h), x)"),
    ("a transposed gradient of W1", "The gradient of W1 is turned: its rows belong to the hidden "
     "units.", "np.outer(z_bar, x)", "np.outer(x, z_bar)"),
    ("b times its bar", "The bar of b2 is ȳ; it is not multiplied by the bias.",
     "b2_bar = y_bar", 'b2_bar = y_bar * params["b2"]'),
    ("bias gradient summed", "The bar of b1 is summed to one number; each hidden unit has a bias "
     "of its own.", "b1_bar = z_bar", "b1_bar = np.sum(z_bar)"),
    ("the lost axis", "np.squeeze takes away the axis of a layer that has a single unit.",
     '"W2": W2_bar', '"W2": np.squeeze(W2_bar)'),
    ("arrays only", "Lists have no .T: make arrays of the parameters first.",
     'np.transpose(params["W2"])', 'params["W2"].T'),
]:
    MLP_BACKWARD.slip(*mistake)

MLP_BACKWARD.slip(
    "mutated inputs", "The caller's W2 is updated inside the backward pass: the next call starts "
    "from other weights.", "    b1_bar = z_bar",
    '    b1_bar = z_bar\n    params["W2"] = np.subtract(params["W2"], 0.1 * W2_bar)')


@MLP_BACKWARD.wrong("gradients by finite differences", "These are difference quotients. They are "
                    "near the bars, until the numbers are large; backprop is exact.")
def mlp_backward(params, x, t):
    step = 1e-6
    params = {name: np.array(value, dtype=float) for name, value in params.items()}
    values = mlp_forward(params, x, t)
    y_bar = np.subtract(values["y"], t)
    bars = {"y": y_bar, "h": params["W2"].T @ y_bar}
    for name, array in params.items():
        bars[name] = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            kept = array[index]
            array[index] = kept + step
            above = mlp_forward(params, x, t)["loss"]
            array[index] = kept - step
            bars[name][index] = (above - mlp_forward(params, x, t)["loss"]) / (2 * step)
            array[index] = kept
    return {**bars, "z": bars["b1"]}


@MLP_BACKWARD.right("unit by unit")
def mlp_backward(params, x, t):
    return mlp_backward_units(params, x, t)


@MLP_BACKWARD.right("its own forward pass, einsum")
def mlp_backward(params, x, t):
    W1, b1, W2, b2 = (np.array(params[name], float) for name in ("W1", "b1", "W2", "b2"))
    h = logistic(np.einsum("ij,j->i", W1, x) + b1)
    y_bar = np.einsum("ki,i->k", W2, h) + b2 - t
    h_bar = np.einsum("ki,k->i", W2, y_bar)
    z_bar = np.einsum("i,i,i->i", h_bar, h, 1 - h)
    return {"y": y_bar, "h": h_bar, "z": z_bar, "b1": z_bar, "b2": y_bar,
            "W1": np.einsum("i,j->ij", z_bar, x), "W2": np.einsum("k,i->ki", y_bar, h)}


@MLP_BACKWARD.right("columns and rows")
def mlp_backward(params, x, t):
    values = mlp_forward(params, x, t)
    h = np.reshape(values["h"], (-1, 1))
    y_bar = np.reshape(values["y"], (-1, 1)) - np.reshape(t, (-1, 1))
    h_bar = np.array(params["W2"]).T @ y_bar
    z_bar = h_bar * h * (1 - h)
    return {"y": y_bar[:, 0], "W2": y_bar @ h.T, "b2": y_bar[:, 0], "h": h_bar.ravel(),
            "z": z_bar.ravel(), "W1": z_bar @ np.reshape(x, (1, -1)), "b1": z_bar.ravel(),
            "loss": 1.0}


@MLP_BACKWARD.right("with the Jacobians written out")
def mlp_backward(params, x, t):
    values = mlp_forward(params, x, t)
    h = np.array(values["h"])
    dy_dh, dh_dz = np.array(params["W2"]), np.diag(h * (1 - h))
    y_bar = np.array(values["y"]) - t
    h_bar = dy_dh.T @ y_bar
    z_bar = dh_dz.T @ h_bar
    return {"y": y_bar, "W2": np.kron(y_bar[:, None], h), "b2": y_bar.copy(), "h": h_bar,
            "z": z_bar, "W1": np.kron(z_bar[:, None], np.array(x)), "b1": z_bar.copy()}


@MLP_BACKWARD.right("in place, as lists")
def mlp_backward(params, x, t):
    values = mlp_forward(params, x, t)
    bars = {"y": np.array(values["y"], dtype=float)}
    bars["y"] -= t
    bars["b2"] = bars["y"]
    bars["W2"] = bars["y"].reshape(-1, 1) * values["h"]
    bars["h"] = bars["y"] @ np.asarray(params["W2"])
    bars["z"] = bars["h"].copy()
    bars["z"] *= logistic(np.asarray(values["z"]))
    bars["z"] *= logistic(-np.asarray(values["z"]))
    bars["b1"] = bars["z"]
    bars["W1"] = bars["z"].reshape(-1, 1) * x
    return {name: bar.tolist() for name, bar in bars.items()}


@MLP_BACKWARD.right("a class of layers")
def mlp_backward(params, x, t):
    class Linear:
        def __init__(self, W, b):
            self.W, self.b = np.asarray(W, dtype=float), np.asarray(b, dtype=float)

        def forward(self, inputs):
            self.inputs = np.asarray(inputs, dtype=float)
            return self.W @ self.inputs + self.b

        def backward(self, bar):
            self.b_bar = bar
            self.W_bar = np.multiply.outer(bar, self.inputs)
            return bar @ self.W

    first, last = Linear(params["W1"], params["b1"]), Linear(params["W2"], params["b2"])
    h = logistic(first.forward(x))
    y_bar = last.forward(h) - np.asarray(t)
    h_bar = last.backward(y_bar)
    z_bar = h_bar * h * (1 - h)
    first.backward(z_bar)
    return {"y": y_bar, "h": h_bar, "z": z_bar, "W1": first.W_bar, "b1": first.b_bar,
            "W2": last.W_bar, "b2": last.b_bar}
