"""The forward pass of one neuron, without and with a regulariser."""

from autograder.question import Part, Question
from autograder.questions.chain_rule.drawing import neurons, regularized_neurons

FORWARD = Question(
    "forward", ("forward",), neurons,
    (
        Part("z", 0.25, "z", hint="z is w times x plus b."),
        Part("y", 0.25, "y", hint="y is σ of z."),
        Part("loss", 0.5, "loss", hint="The loss is ½ (y − t)²."),
    ),
)
REGULARIZED_FORWARD = Question(
    "regularized_forward", ("regularized_forward",), regularized_neurons,
    (
        Part("z", 0.125, "z", hint="The regulariser changes nothing here: z = wx + b."),
        Part("y", 0.125, "y", hint="The regulariser changes nothing here: y = σ(z)."),
        Part("loss", 0.25, "loss", hint="loss is the squared error alone, without λR."),
        Part("reg", 0.25, "reg", hint="reg is R = ½ w², without λ."),
        Part("total", 0.25, "total", hint="total is loss + λ · reg."),
    ),
)


@FORWARD.wrong("no ½", "The ½ of the loss is missing.")
def forward(w, b, x, t):
    z = w * x + b
    y = sigmoid(z)
    return {"z": z, "y": y, "loss": (y - t) ** 2}


@FORWARD.wrong("no bias", "b is left out of z.")
def forward(w, b, x, t):
    z = w * x
    y = sigmoid(z)
    return {"z": z, "y": y, "loss": (y - t) ** 2 / 2}


@FORWARD.wrong("loss of z, not of y", "The loss compares t with z; it must compare t with y.")
def forward(w, b, x, t):
    z = w * x + b
    return {"z": z, "y": sigmoid(z), "loss": (z - t) ** 2 / 2}


@FORWARD.wrong("absolute error", "The difference is not squared.")
def forward(w, b, x, t):
    z = w * x + b
    y = sigmoid(z)
    return {"z": z, "y": y, "loss": abs(y - t) / 2}


@FORWARD.wrong("a global read in place of an argument", "The target is read from the worked "
               "example, not from the argument t.")
def forward(w, b, x, t):
    z = w * x + b
    y = sigmoid(z)
    return {"z": z, "y": y, "loss": (y - EXAMPLE["t"]) ** 2 / 2}


@FORWARD.wrong("a tuple, not a dict", "A tuple came back; the notebook asks for a dict, so "
               "that every value has a name.")
def forward(w, b, x, t):
    z = w * x + b
    y = sigmoid(z)
    return z, y, (y - t) ** 2 / 2


@FORWARD.right("0-d arrays and an extra key")
def forward(w, b, x, t):
    w, b, x, t = map(np.asarray, (w, b, x, t))
    values = dict(w=w, z=np.add(np.multiply(w, x), b))
    values["y"] = np.asarray(sigmoid(values["z"]))
    values["loss"] = np.square(t - values["y"]) / 2
    return values


@FORWARD.right("its own logistic function")
def forward(w, b, x, t):
    import math

    def squash(z):
        return (1 + math.tanh(z / 2)) / 2

    z = b + x * w
    error = t - squash(z)
    return dict(loss=0.5 * error * error, y=squash(z), z=z)


@FORWARD.right("all local variables, by their names")
def forward(w, b, x, t):
    z = w * x + b
    y = sigmoid(z)
    error = y - t
    loss = error * error / 2
    return locals()


@FORWARD.right("a table of steps")
def forward(w, b, x, t):
    values = {}
    for name, step in [("z", lambda: np.polyval([w, b], x)),
                       ("y", lambda: sigmoid(values["z"])),
                       ("loss", lambda: np.linalg.norm([values["y"] - t]) ** 2 / 2)]:
        values[name] = step()
    return values


@FORWARD.right("a class with properties, the square multiplied out")
def forward(w, b, x, t):
    class Neuron:
        @property
        def z(self):
            return np.inner([w, b], [x, 1.0])

        @property
        def y(self):
            return float(sigmoid(self.z))

        @property
        def loss(self):
            return 0.5 * self.y**2 - self.y * t + 0.5 * t**2

    return {name: getattr(Neuron(), name) for name in ("loss", "y", "z")}


@REGULARIZED_FORWARD.wrong("no ½ in R", "The ½ of R = ½ w² is missing.")
def regularized_forward(w, b, x, t, lam):
    values = forward(w, b, x, t)
    reg = w**2
    return {**values, "reg": reg, "total": values["loss"] + lam * reg}


@REGULARIZED_FORWARD.wrong("a regulariser that is left out", "total does not contain λR.")
def regularized_forward(w, b, x, t, lam):
    values = forward(w, b, x, t)
    return {**values, "reg": 0.5 * w**2, "total": values["loss"]}


@REGULARIZED_FORWARD.wrong("no λ", "R is added without its factor λ.")
def regularized_forward(w, b, x, t, lam):
    values = forward(w, b, x, t)
    return {**values, "reg": 0.5 * w**2, "total": values["loss"] + 0.5 * w**2}


@REGULARIZED_FORWARD.wrong("λ inside R", "reg already contains λ; R is ½ w² alone.")
def regularized_forward(w, b, x, t, lam):
    values = forward(w, b, x, t)
    reg = 0.5 * lam * w**2
    return {**values, "reg": reg, "total": values["loss"] + reg}


@REGULARIZED_FORWARD.wrong("the bias regularised", "b² is part of R; only the weight is.")
def regularized_forward(w, b, x, t, lam):
    values = forward(w, b, x, t)
    reg = 0.5 * (w**2 + b**2)
    return {**values, "reg": reg, "total": values["loss"] + lam * reg}


@REGULARIZED_FORWARD.wrong("loss overwritten", "loss holds the total; keep the two apart.")
def regularized_forward(w, b, x, t, lam):
    values = forward(w, b, x, t)
    reg = 0.5 * w**2
    values["loss"] = values["loss"] + lam * reg
    return {**values, "reg": reg, "total": values["loss"]}


@REGULARIZED_FORWARD.right("everything in place")
def regularized_forward(w, b, x, t, lam):
    z = x * w + b
    y = sigmoid(z)
    loss = (t - y) * (t - y) * 0.5
    reg = w * w / 2
    return dict(total=reg * lam + loss, reg=reg, loss=loss, y=y, z=z)


@REGULARIZED_FORWARD.right("updating a dict of its own")
def regularized_forward(w, b, x, t, lam):
    values = forward(w, b, x, t)
    values.update(reg=float(np.square(w)) / 2)
    values["total"] = sum([values["loss"], lam * values["reg"]])
    return values


@REGULARIZED_FORWARD.right("a union of dicts, with inner products")
def regularized_forward(w, b, x, t, lam):
    values = forward(w, b, x, t) | {"reg": np.inner(w, w) / 2, "lam": lam}
    return values | {"total": np.inner([1.0, lam], [values["loss"], values["reg"]])}


@REGULARIZED_FORWARD.right("0-d arrays, added in place")
def regularized_forward(w, b, x, t, lam):
    names = ["z", "y", "loss", "reg", "total"]
    values = {name: np.zeros(()) for name in names}
    values["z"] += w * x
    values["z"] += b
    values["y"] += sigmoid(values["z"])
    values["loss"] += np.square(values["y"] - t) / 2
    values["reg"] += np.square(w) / 2
    values["total"] += values["loss"] + lam * values["reg"]
    return values


@REGULARIZED_FORWARD.right("the penalty as an area, from a helper")
def regularized_forward(w, b, x, t, lam):
    def triangle(side):
        return abs(side) * abs(side) / 2

    y = 1 / (1 + np.exp(-(w * x + b)))
    loss, reg = triangle(t - y), triangle(w)
    return dict(zip(["z", "y", "loss", "reg", "total"],
                    [w * x + b, y, loss, reg, loss + lam * reg], strict=True))
