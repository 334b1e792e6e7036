"""The structured way: one bar after the other, from the loss back to w and b."""

from autograder.question import Part, Question
from autograder.questions.chain_rule.drawing import neurons

BACKWARD = Question(
    "backward", ("backward",), neurons,
    (
        Part("y_bar", 0.5, "y", hint="y_bar is dL/dy of ½ (y − t)²."),
        Part("z_bar", 1.0, "z", hint="z_bar is y_bar times dy/dz, and y = σ(z)."),
        Part("w_bar", 1.0, "w", hint="w_bar is z_bar times dz/dw, and z = wx + b."),
        Part("b_bar", 0.5, "b", hint="b_bar is z_bar times dz/db, and z = wx + b."),
    ),
)


@BACKWARD.wrong("no σ′", "σ′(z) is left out of z_bar. The message from y to z is y_bar times "
                "dy/dz, and dy/dz is σ′(z).")
def backward(w, b, x, t):
    y_bar = forward(w, b, x, t)["y"] - t
    return {"y": y_bar, "z": y_bar, "w": y_bar * x, "b": y_bar}


@BACKWARD.wrong("σ′ of y", "σ′ is evaluated at y; it belongs at z. (In terms of y it is "
                "y (1 − y).)")
def backward(w, b, x, t):
    y = forward(w, b, x, t)["y"]
    y_bar = y - t
    z_bar = y_bar * sigmoid_prime(y)
    return {"y": y_bar, "z": z_bar, "w": z_bar * x, "b": z_bar}


@BACKWARD.wrong("σ for σ′", "σ(z) stands where σ′(z) belongs: a backward pass multiplies by "
                "derivatives, not by values.")
def backward(w, b, x, t):
    y = forward(w, b, x, t)["y"]
    y_bar = y - t
    z_bar = y_bar * y
    return {"y": y_bar, "z": z_bar, "w": z_bar * x, "b": z_bar}


@BACKWARD.wrong("sign (t − y)", "The sign of y_bar is turned: dL/dy of ½ (y − t)² is y − t.")
def backward(w, b, x, t):
    values = forward(w, b, x, t)
    y_bar = t - values["y"]
    z_bar = y_bar * sigmoid_prime(values["z"])
    return {"y": y_bar, "z": z_bar, "w": z_bar * x, "b": z_bar}


@BACKWARD.wrong("a factor 2", "y_bar has a factor 2: it cancels with the ½ of the loss.")
def backward(w, b, x, t):
    values = forward(w, b, x, t)
    y_bar = 2 * (values["y"] - t)
    z_bar = y_bar * sigmoid_prime(values["z"])
    return {"y": y_bar, "z": z_bar, "w": z_bar * x, "b": z_bar}


@BACKWARD.wrong("a factor ½", "y_bar has a factor ½: it cancels with the 2 from the square.")
def backward(w, b, x, t):
    values = forward(w, b, x, t)
    y_bar = 0.5 * (values["y"] - t)
    z_bar = y_bar * sigmoid_prime(values["z"])
    return {"y": y_bar, "z": z_bar, "w": z_bar * x, "b": z_bar}


@BACKWARD.wrong("an extra σ′", "σ′(z) is in twice: once in z_bar, and once more in w_bar and "
                "b_bar.")
def backward(w, b, x, t):
    values = forward(w, b, x, t)
    y_bar = values["y"] - t
    slope = sigmoid_prime(values["z"])
    z_bar = y_bar * slope
    return {"y": y_bar, "z": z_bar, "w": z_bar * slope * x, "b": z_bar * slope}


@BACKWARD.wrong("the factor of the other variable", "w_bar is z_bar times w. The derivative of "
                "wx + b with respect to w is x.")
def backward(w, b, x, t):
    values = forward(w, b, x, t)
    y_bar = values["y"] - t
    z_bar = y_bar * sigmoid_prime(values["z"])
    return {"y": y_bar, "z": z_bar, "w": z_bar * w, "b": z_bar}


@BACKWARD.wrong("b times its bar", "b_bar is z_bar times b. The derivative of wx + b with "
                "respect to b is 1.")
def backward(w, b, x, t):
    values = forward(w, b, x, t)
    y_bar = values["y"] - t
    z_bar = y_bar * sigmoid_prime(values["z"])
    return {"y": y_bar, "z": z_bar, "w": z_bar * x, "b": z_bar * b}


@BACKWARD.wrong("a signal jumped over", "w_bar and b_bar are taken from y_bar, past z: each "
                "variable listens to its child, and the child of w and b is z.")
def backward(w, b, x, t):
    values = forward(w, b, x, t)
    y_bar = values["y"] - t
    return {"y": y_bar, "z": y_bar * sigmoid_prime(values["z"]), "w": y_bar * x, "b": y_bar}


@BACKWARD.wrong("upstream signal ignored", "z_bar is σ′(z) alone; it must be multiplied by the "
                "message that comes from y.")
def backward(w, b, x, t):
    values = forward(w, b, x, t)
    z_bar = sigmoid_prime(values["z"])
    return {"y": values["y"] - t, "z": z_bar, "w": z_bar * x, "b": z_bar}


@BACKWARD.wrong("the loss for its derivative", "y_bar is the value of the loss; it must be the "
                "loss's derivative with respect to y.")
def backward(w, b, x, t):
    values = forward(w, b, x, t)
    y_bar = values["loss"]
    z_bar = y_bar * sigmoid_prime(values["z"])
    return {"y": y_bar, "z": z_bar, "w": z_bar * x, "b": z_bar}


@BACKWARD.wrong("gradients by finite differences", "These are difference quotients. They are "
                "near the bars, until the numbers are large; backprop is exact.")
def backward(w, b, x, t):
    h = 1e-5

    def slope(f, at):
        return (f(at + h) - f(at - h)) / (2 * h)

    values = forward(w, b, x, t)
    return {
        "y": slope(lambda y: 0.5 * (y - t) ** 2, values["y"]),
        "z": slope(lambda z: 0.5 * (sigmoid(z) - t) ** 2, values["z"]),
        "w": slope(lambda w: forward(w, b, x, t)["loss"], w),
        "b": slope(lambda b: forward(w, b, x, t)["loss"], b),
    }


@BACKWARD.wrong("finite differences at many steps", "The course's finite differences stand where "
                "backprop was asked for: fine to check with, never exact.")
def backward(w, b, x, t):
    from course_utils.finite_difference import derivative

    def slope(f, at):
        return derivative(lambda value: float(f(value)), float(at)).value

    values = forward(w, b, x, t)
    return {
        "y": slope(lambda y: 0.5 * (y - t) ** 2, values["y"]),
        "z": slope(lambda z: 0.5 * (sigmoid(z) - t) ** 2, values["z"]),
        "w": slope(lambda w: forward(w, b, x, t)["loss"], w),
        "b": slope(lambda b: forward(w, b, x, t)["loss"], b),
    }


@BACKWARD.right("from y alone")
def backward(w, b, x, t):
    y = sigmoid(b + x * w)
    bars = dict(y=-(t - y))
    bars["z"] = bars["y"] * (y - y * y)
    bars["b"] = bars["z"]
    bars["w"] = x * bars["b"]
    return bars


@BACKWARD.right("with the loss's own bar, as arrays")
def backward(w, b, x, t):
    loss_bar = np.array(1.0)
    values = forward(w, b, x, t)
    y_bar = np.asarray(loss_bar * (values["y"] - t))
    z_bar = np.multiply(y_bar, sigmoid_prime(values["z"]))
    w_bar, b_bar = z_bar * np.array([x, 1.0])
    return {"loss": loss_bar, "y": y_bar, "z": z_bar, "w": w_bar, "b": b_bar, "x": z_bar * w}


@BACKWARD.right("a class of its own")
def backward(w, b, x, t):
    class Neuron:
        def __init__(self):
            self.y = sigmoid(w * x + b)

        def error(self):
            return self.y - t

        def delta(self):
            return self.error() * self.y * (1.0 - self.y)

    neuron = Neuron()
    return {"y": neuron.error(), "z": neuron.delta(), "w": neuron.delta() * x,
            "b": neuron.delta()}


@BACKWARD.right("a sum over children, by recursion")
def backward(w, b, x, t):
    values = forward(w, b, x, t)
    children = {"y": {"loss": values["y"] - t}, "z": {"y": sigmoid_prime(values["z"])},
                "w": {"z": x}, "b": {"z": 1}, "x": {"z": w}}

    def bar(name):
        if name == "loss":
            return 1
        return sum(bar(child) * slope for child, slope in children[name].items())

    return {name: bar(name) for name in children}


@BACKWARD.right("a running product")
def backward(w, b, x, t):
    z = np.dot([w, b], [x, 1])
    bars = np.cumprod([sigmoid(z) - t, sigmoid(z) * sigmoid(-z), x])
    return dict(zip("yzwb", bars[[0, 1, 2, 1]], strict=True))


@BACKWARD.right("messages added to zeros, in place")
def backward(w, b, x, t):
    values = forward(w, b, x, t)
    bars = {name: np.zeros(()) for name in "bwzy"}
    messages = [lambda: ("y", values["y"] - t),
                lambda: ("z", bars["y"] * sigmoid_prime(values["z"])),
                lambda: ("b", bars["z"]),
                lambda: ("w", bars["z"] * x)]
    for message in messages:
        name, amount = message()
        bars[name] += amount
    return bars


@BACKWARD.right("from the expanded gradient")
def backward(w, b, x, t):
    dw, db = expanded_gradient(w, b, x, t)
    return {"w": dw, "b": db, "z": db, "y": forward(w, b, x, t)["y"] - t}
