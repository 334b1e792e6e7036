"""The regularised neuron backwards: w is used twice, so it receives two messages."""

from autograder.question import Part, Question
from autograder.questions.chain_rule.drawing import regularized_neurons

REGULARIZED_BACKWARD = Question(
    "regularized_backward", ("regularized_backward",), regularized_neurons,
    (
        Part("loss_bar", 0.25, "loss", hint="total = loss + λ reg: its derivative with respect "
             "to loss is 1, whatever the loss is."),
        Part("reg_bar", 0.25, "reg", hint="total = loss + λ reg: differentiate with respect to "
             "reg."),
        Part("y_bar", 0.25, "y", hint="y_bar is loss_bar times dloss/dy."),
        Part("z_bar", 0.25, "z", hint="z_bar is y_bar times σ′(z)."),
        Part("w_bar", 0.75, "w", hint="w has two children, z and reg: add their messages, "
             "z_bar · x and reg_bar · w."),
        Part("b_bar", 0.25, "b", hint="b has one child, z."),
    ),
)


@REGULARIZED_BACKWARD.wrong("a regulariser that overwrites", "The message from reg replaces the "
                            "one from z. At a fan-out the messages add up.")
def regularized_backward(w, b, x, t, lam):
    bars = backward(w, b, x, t)
    return {**bars, "loss": 1.0, "reg": lam, "w": lam * w}


@REGULARIZED_BACKWARD.wrong("a regulariser that is left out", "Only the message from z arrives at "
                            "w; the one from reg is missing.")
def regularized_backward(w, b, x, t, lam):
    return {**backward(w, b, x, t), "loss": 1.0, "reg": lam}


@REGULARIZED_BACKWARD.wrong("the message from R without λ", "The message from reg to w is w "
                            "alone. It is reg_bar times dR/dw, and reg_bar is λ.")
def regularized_backward(w, b, x, t, lam):
    bars = backward(w, b, x, t)
    return {**bars, "loss": 1.0, "reg": lam, "w": bars["w"] + w}


@REGULARIZED_BACKWARD.wrong("reg_bar is 1", "reg_bar is 1; total contains λ times reg, so its "
                            "derivative with respect to reg is λ.")
def regularized_backward(w, b, x, t, lam):
    bars = backward(w, b, x, t)
    return {**bars, "loss": 1.0, "reg": 1.0, "w": bars["w"] + w}


@REGULARIZED_BACKWARD.wrong("power rule off by one", "dR/dw of R = ½ w² is taken as 2w or w²; "
                            "the ½ cancels the 2, and one power of w is left.")
def regularized_backward(w, b, x, t, lam):
    bars = backward(w, b, x, t)
    return {**bars, "loss": 1.0, "reg": lam, "w": bars["w"] + 2 * lam * w}


@REGULARIZED_BACKWARD.wrong("½ w² for its derivative", "The message from reg carries the value "
                            "½ w²; it must carry the derivative, w.")
def regularized_backward(w, b, x, t, lam):
    bars = backward(w, b, x, t)
    return {**bars, "loss": 1.0, "reg": lam, "w": bars["w"] + lam * 0.5 * w**2}


@REGULARIZED_BACKWARD.wrong("no seed at the output", "The backward pass starts with the value "
                            "of the loss. It must start with 1, the derivative of the total "
                            "with respect to itself.")
def regularized_backward(w, b, x, t, lam):
    loss_bar = forward(w, b, x, t)["loss"]
    bars = {name: loss_bar * bar for name, bar in backward(w, b, x, t).items()}
    return {**bars, "loss": loss_bar, "reg": lam, "w": bars["w"] + lam * w}


@REGULARIZED_BACKWARD.wrong("no σ′", "σ′(z) is left out of z_bar.")
def regularized_backward(w, b, x, t, lam):
    y_bar = forward(w, b, x, t)["y"] - t
    return {"loss": 1.0, "reg": lam, "y": y_bar, "z": y_bar, "w": y_bar * x + lam * w,
            "b": y_bar}


@REGULARIZED_BACKWARD.wrong("sign (t − y)", "The sign of y_bar is turned: dL/dy of ½ (y − t)² "
                            "is y − t.")
def regularized_backward(w, b, x, t, lam):
    values = forward(w, b, x, t)
    y_bar = t - values["y"]
    z_bar = y_bar * sigmoid_prime(values["z"])
    return {"loss": 1.0, "reg": lam, "y": y_bar, "z": z_bar, "w": z_bar * x + lam * w,
            "b": z_bar}


@REGULARIZED_BACKWARD.wrong("the bias regularised", "b receives a message from reg too, but "
                            "R = ½ w² does not contain b.")
def regularized_backward(w, b, x, t, lam):
    bars = backward(w, b, x, t)
    return {**bars, "loss": 1.0, "reg": lam, "w": bars["w"] + lam * w,
            "b": bars["b"] + lam * b}


@REGULARIZED_BACKWARD.wrong("gradients by finite differences", "These are difference quotients. "
                            "They are near the bars, until the numbers are large; backprop is "
                            "exact.")
def regularized_backward(w, b, x, t, lam):
    h = 1e-5

    def slope(f, at):
        return (f(at + h) - f(at - h)) / (2 * h)

    def total(w, b):
        return regularized_forward(w, b, x, t, lam)["total"]

    return {**backward(w, b, x, t), "loss": 1.0, "reg": lam,
            "w": slope(lambda w: total(w, b), w), "b": slope(lambda b: total(w, b), b)}


@REGULARIZED_BACKWARD.wrong("finite differences at many steps", "The course's finite differences "
                            "stand where backprop was asked for: fine to check with, never "
                            "exact.")
def regularized_backward(w, b, x, t, lam):
    from course_utils.finite_difference import derivative

    def slope(at, total):
        return derivative(lambda value: float(total(value)), float(at)).value

    return {**backward(w, b, x, t), "loss": 1.0, "reg": lam,
            "w": slope(w, lambda w: regularized_forward(w, b, x, t, lam)["total"]),
            "b": slope(b, lambda b: regularized_forward(w, b, x, t, lam)["total"])}


@REGULARIZED_BACKWARD.wrong("stale bars from an earlier call", "The messages are added to what an "
                            "earlier call left behind: the first call is right, the next ones "
                            "are not.", remembers=True)
def regularized_backward(w, b, x, t, lam, bars={}):  # noqa: B006
    fresh = backward(w, b, x, t)
    fresh.update(loss=1.0, reg=lam, w=fresh["w"] + lam * w)
    for name, bar in fresh.items():
        bars[name] = bars.get(name, 0.0) + bar
    return dict(bars)


@REGULARIZED_BACKWARD.right("messages added one after the other")
def regularized_backward(w, b, x, t, lam):
    bars = dict.fromkeys(["total", "loss", "reg", "y", "z", "w", "b"], 0.0)
    values = regularized_forward(w, b, x, t, lam)
    bars["total"] = 1.0
    bars["reg"] += bars["total"] * lam
    bars["w"] += bars["reg"] * w
    bars["loss"] += bars["total"]
    bars["y"] += bars["loss"] * (values["y"] - t)
    bars["z"] += bars["y"] * values["y"] * (1 - values["y"])
    bars["w"] += bars["z"] * x
    bars["b"] += bars["z"]
    return bars


@REGULARIZED_BACKWARD.right("on top of backward")
def regularized_backward(w, b, x, t, lam):
    bars = backward(w, b, x, t)
    bars["loss"], bars["reg"] = 1, lam
    bars["w"] += lam * w
    return bars


@REGULARIZED_BACKWARD.right("a loop over the edges")
def regularized_backward(w, b, x, t, lam):
    values = forward(w, b, x, t)
    edges = [("total", "loss", 1), ("total", "reg", lam), ("loss", "y", values["y"] - t),
             ("y", "z", sigmoid_prime(values["z"])), ("z", "w", x), ("reg", "w", w),
             ("z", "b", 1)]
    bars = {"total": 1}
    for child, variable, slope in edges:
        bars[variable] = bars.get(variable, 0) + bars[child] * slope
    return bars


@REGULARIZED_BACKWARD.right("a sum over children, by recursion")
def regularized_backward(w, b, x, t, lam):
    y = sigmoid(w * x + b)
    children = {"loss": [("total", 1.0)], "reg": [("total", lam)], "y": [("loss", y - t)],
                "z": [("y", y - y * y)], "b": [("z", 1.0)], "w": [("reg", w), ("z", x)]}

    def bar(name):
        if name == "total":
            return 1.0
        return sum(slope * bar(child) for child, slope in children[name])

    return {name: bar(name) for name in children}


@REGULARIZED_BACKWARD.right("products with matrices, as 0-d arrays")
def regularized_backward(w, b, x, t, lam):
    values = regularized_forward(w, b, x, t, lam)
    onto = np.array([1.0, lam])  # loss, reg
    later = onto @ np.diag([values["y"] - t, w])  # y, w through reg
    middle = later @ np.diag([sigmoid_prime(values["z"]), 1.0])  # z, w through reg
    first = np.einsum("i,ij->j", middle, [[x, 1.0], [1.0, 0.0]])  # w, b
    bars = {"loss": onto[0], "reg": onto[1], "y": later[0], "z": middle[0], "w": first[0],
            "b": first[1]}
    return {name: np.asarray(bar) for name, bar in bars.items()}


@REGULARIZED_BACKWARD.right("a class that sends messages")
def regularized_backward(w, b, x, t, lam):
    class Variable:
        def __init__(self):
            self.bar = 0.0

        def hear(self, message):
            self.bar = self.bar + message
            return self

    variables = {name: Variable() for name in ("w", "b", "z", "y", "reg", "loss")}
    y = sigmoid(w * x + b)
    loss, reg = variables["loss"].hear(1.0), variables["reg"].hear(lam)
    y_bar = variables["y"].hear(loss.bar * (y - t)).bar
    z_bar = variables["z"].hear(y_bar * y * (1 - y)).bar
    variables["b"].hear(z_bar)
    variables["w"].hear(z_bar * x).hear(reg.bar * w)
    return {name: variable.bar for name, variable in variables.items()}


@REGULARIZED_BACKWARD.right("messages collected in a defaultdict")
def regularized_backward(w, b, x, t, lam):
    from collections import defaultdict

    values = regularized_forward(w, b, x, t, lam)
    bars = defaultdict(float, total=1)
    bars["loss"] += bars["total"]
    bars["reg"] += bars["total"] * lam
    bars["y"] += bars["loss"] * (values["y"] - t)
    bars["z"] += bars["y"] * sigmoid_prime(values["z"])
    for variable, message in [("w", bars["reg"] * w), ("w", bars["z"] * x), ("b", bars["z"])]:
        bars[variable] += message
    return bars
