"""The long way: differentiate the whole expression, one formula for each parameter."""

from autograder.question import Part, Question
from autograder.questions.chain_rule.drawing import neurons

EXPANDED_GRADIENT = Question(
    "expanded_gradient", ("expanded_gradient",), neurons,
    (
        Part("dw", 1.0, 0, hint="dL/dw has three factors: from the square, from σ and from wx."),
        Part("db", 1.0, 1, hint="dL/db has the same factors as dL/dw but for the last."),
    ),
)


@EXPANDED_GRADIENT.wrong("no σ′", "The factor σ′(wx + b) is missing: σ is a function too, and "
                         "the chain rule wants its derivative.")
def expanded_gradient(w, b, x, t):
    error = sigmoid(w * x + b) - t
    return error * x, error


@EXPANDED_GRADIENT.wrong("sign (t − y)", "The difference is taken as t − y. Differentiating "
                         "½ (y − t)² gives y − t.")
def expanded_gradient(w, b, x, t):
    z = w * x + b
    delta = (t - sigmoid(z)) * sigmoid_prime(z)
    return delta * x, delta


@EXPANDED_GRADIENT.wrong("a factor 2", "The 2 from the square and the ½ in front cancel; "
                         "here the 2 is still there.")
def expanded_gradient(w, b, x, t):
    z = w * x + b
    delta = 2 * (sigmoid(z) - t) * sigmoid_prime(z)
    return delta * x, delta


@EXPANDED_GRADIENT.wrong("a factor ½", "The ½ of the loss is still there; it cancels with the 2 "
                         "that comes down from the square.")
def expanded_gradient(w, b, x, t):
    z = w * x + b
    delta = 0.5 * (sigmoid(z) - t) * sigmoid_prime(z)
    return delta * x, delta


@EXPANDED_GRADIENT.wrong("σ′ of y", "σ′ is evaluated at y = σ(z); it belongs at z.")
def expanded_gradient(w, b, x, t):
    y = sigmoid(w * x + b)
    delta = (y - t) * sigmoid_prime(y)
    return delta * x, delta


@EXPANDED_GRADIENT.wrong("the inner derivative of w x", "The derivative of wx + b with respect "
                         "to w is x, not w.")
def expanded_gradient(w, b, x, t):
    z = w * x + b
    delta = (sigmoid(z) - t) * sigmoid_prime(z)
    return delta * w, delta


@EXPANDED_GRADIENT.wrong("x in both", "db has a factor x too many: the derivative of wx + b with "
                         "respect to b is 1.")
def expanded_gradient(w, b, x, t):
    z = w * x + b
    delta = (sigmoid(z) - t) * sigmoid_prime(z)
    return delta * x, delta * x


@EXPANDED_GRADIENT.wrong("the neuron without σ", "This is the gradient of the neuron without σ, "
                         "which the notebook derives first. Here the output is σ(wx + b).")
def expanded_gradient(w, b, x, t):
    return (w * x + b - t) * x, w * x + b - t


@EXPANDED_GRADIENT.wrong("the two swapped", "db came first; the order is (dw, db).")
def expanded_gradient(w, b, x, t):
    z = w * x + b
    delta = (sigmoid(z) - t) * sigmoid_prime(z)
    return delta, delta * x


@EXPANDED_GRADIENT.wrong("gradients by finite differences", "A difference quotient stands where "
                         "a formula was asked for. It is near, until the numbers are large.")
def expanded_gradient(w, b, x, t):
    def loss(w, b):
        return 0.5 * (sigmoid(w * x + b) - t) ** 2

    h = 1e-5
    return ((loss(w + h, b) - loss(w - h, b)) / (2 * h),
            (loss(w, b + h) - loss(w, b - h)) / (2 * h))


@EXPANDED_GRADIENT.wrong("finite differences at many steps", "The course's finite differences "
                         "stand where a formula was asked for: fine to check with, never exact.")
def expanded_gradient(w, b, x, t):
    from course_utils.finite_difference import derivative

    def loss(w, b):
        return float(forward(w, b, x, t)["loss"])

    return (derivative(lambda w: loss(w, b), float(w)).value,
            derivative(lambda b: loss(w, b), float(b)).value)


@EXPANDED_GRADIENT.right("one long line each")
def expanded_gradient(w, b, x, t):
    return ((sigmoid(w * x + b) - t) * sigmoid(w * x + b) * (1 - sigmoid(w * x + b)) * x,
            (sigmoid(w * x + b) - t) * sigmoid(w * x + b) * (1 - sigmoid(w * x + b)))


@EXPANDED_GRADIENT.right("an array of two")
def expanded_gradient(w, b, x, t):
    y = sigmoid(np.dot([w, b], [x, 1.0]))
    return (y - t) * (y - y**2) * np.array([x, 1.0])


@EXPANDED_GRADIENT.right("through the structured way")
def expanded_gradient(w, b, x, t):
    y = sigmoid(w * x + b)
    db = -(t - y) * sigmoid_prime(w * x + b)
    return [x * db, db]


@EXPANDED_GRADIENT.right("the bracket multiplied out")
def expanded_gradient(w, b, x, t):
    y, slope = sigmoid(w * x + b), sigmoid_prime(w * x + b)
    return y * slope * x - t * slope * x, y * slope - t * slope


@EXPANDED_GRADIENT.right("with e^(−z) written out")
def expanded_gradient(w, b, x, t):
    e = np.exp(-(w * x + b))
    dw = (1 / (1 + e) - t) * e * x / (1 + e) ** 2
    db = (1 / (1 + e) - t) * e / (1 + e) ** 2
    return dw, db


@EXPANDED_GRADIENT.right("a polynomial in y")
def expanded_gradient(w, b, x, t):
    y = sigmoid(w * x + b)
    slope = np.polyval([-1.0, 1.0 + t, -t, 0.0], y)
    return tuple(np.asarray(slope * inner) for inner in (x, 1))


@EXPANDED_GRADIENT.right("a product of lists of factors")
def expanded_gradient(w, b, x, t):
    import math

    z = x * w + b
    factors = [sigmoid(z) - t, sigmoid(z), sigmoid(-z)]
    return [math.prod([*factors, x]), math.prod(factors)]


@EXPANDED_GRADIENT.right("a named pair")
def expanded_gradient(w, b, x, t):
    from collections import namedtuple

    z = w * x + b
    slope = (sigmoid(z) - t) * sigmoid(z) * sigmoid(-z)
    return namedtuple("Gradient", "dw db")(dw=x * slope, db=slope)
