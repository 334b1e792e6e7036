"""The class of scalar nodes: values, and the derivatives that its own links give."""

import numpy as np

from autograder.question import Case, Part, Question
from autograder.questions.computation_graphs.links import slopes

NODE = "a new node"
ADD = "+ and −"
PRODUCT = "*"
QUOTIENT = "/"
POWER = "**"
LEFT = "a number on the left"
RIGHT = "a number on the right"
EXP_LOG = "exp and log"
SQUASH = "tanh and sigmoid"
RELU = "relu"
KINK = "relu at 0"
TWICE = "the same node on both sides"
SEVERAL = "longer expressions"
HUGE = "±1000"
SMALL = "small and large numbers"

#: Of `KINK`: the slopes to the left and to the right of 0 of the expression asked there.
SLOPES_AT_THE_KINK = (0.5, 2.5)


def draw(rng: np.random.Generator) -> list[Case]:
    def case(kind, expression, *ranges):
        names = "abc"[:len(ranges)]
        inputs = {name: float(rng.uniform(*bounds))
                  for name, bounds in zip(names, ranges, strict=True)}
        k = rng.uniform(1.2, 1.9, 4).round(3).tolist()
        return Case(kind, (expression.format(*k), inputs))

    high, low, wide = (1.3, 2.4), (-1.7, -0.4), (0.3, 0.8)
    cases = [
        case(NODE, "a", high),
        case(NODE, "Value(3)"),
        case(ADD, "a + b", high, low), case(ADD, "a - b", high, low), case(ADD, "-a", high),
        case(PRODUCT, "a * b", high, low), case(PRODUCT, "a * b * c", high, low, wide),
        case(QUOTIENT, "a / b", high, low),
        case(POWER, "a ** 3", low), case(POWER, "a ** -2", high), case(POWER, "a ** 0.5", high),
        case(POWER, "a ** 1", low),
        case(EXP_LOG, "a.exp()", low), case(EXP_LOG, "a.log()", high),
        case(EXP_LOG, "a.exp()", high), case(EXP_LOG, "a.log()", wide),
        case(SQUASH, "a.tanh()", wide), case(SQUASH, "a.sigmoid()", high),
        case(SQUASH, "a.tanh()", low), case(SQUASH, "a.sigmoid()", low),
        case(SQUASH, "a.tanh()", high), case(SQUASH, "a.sigmoid()", wide),
        case(RELU, "a.relu() * b", high, low), case(RELU, "a.relu() + b", low, high),
        case(RELU, "a.relu() * a", wide),
        case(TWICE, "a * a", high), case(TWICE, "a + a", low), case(TWICE, "a - a * a", low),
        case(TWICE, "(a + b) / (a + b)", high, wide),
        # no functions in these: a slip in tanh costs tanh's points, and not these too
        case(SEVERAL, "((a - {0}) * b + a * c) * (b + a * a)", wide, wide, high),
        case(SEVERAL, "(a * b + c) * (a * b - c) - (c - a) * b + c * -a", wide, low, high),
        case(KINK, "2 * a.relu() + 0.5 * a", (0, 0)),
        case(SMALL, "a ** 3 + b * a", (2e5, 3e5), (2e5, 3e5)),
        case(SMALL, "a.log() + {0} / a + a ** -2", (1e-4, 2e-4)),
        # what is rounded to float32 shows in the difference
        case(SMALL, "a - b", (1000, 1001), (1000, 1001)),
        case(SMALL, "(a - b) * {0}", (3000, 3001), (3000, 3001)),
    ]
    cases += [case(RIGHT, f"a {sign} {{0}}", low) for sign in "+-*/"]
    cases += [case(LEFT, f"{{0}} {sign} a", low) for sign in "+-*/"]
    for far in (-1000, 1000):
        cases += [case(HUGE, f"a.{name}() + {{0}} * a", (far, far))
                  for name in ("tanh", "sigmoid", "relu")]
    cases.append(case(HUGE, "a.exp() + {0} * a", (-1000, -1000)))
    return cases


def links_of(Value, expression, inputs):
    """Evaluates an expression on the student's class and follows the links of its nodes."""
    given = {name: Value(number) for name, number in inputs.items()}
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        output = eval(expression, {"Value": Value, **given})
    found = list({id(node): node for node in [output, *given.values()]}.values())
    place = {id(node): index for index, node in enumerate(found)}
    for node in found:
        for parent in node.parents:
            if id(parent) not in place:
                if len(found) > 10_000:
                    raise ValueError
                place[id(parent)] = len(found)
                found.append(parent)
    return {
        "value": float(output.data),
        "grads": [float(node.grad) for node in found],
        "inputs": [place[id(node)] for node in given.values()],
        "parents": [[place[id(parent)] for parent in node.parents] for node in found],
        "local_grads": [[float(slope) for slope in node.local_grads] for node in found],
    }


def value_and_gradient(case: Case, links) -> dict[str, np.ndarray]:
    """What the links add up to: over all paths from each input to the output.

    Raises:
        ValueError: The links are no graph.
    """
    if any(links["grads"]):
        raise ValueError("returned a node with a grad other than 0.0, before any backward pass")
    gradient = slopes(links["parents"], links["local_grads"], 0)[links["inputs"]]
    if case.kind == KINK:
        low, high = SLOPES_AT_THE_KINK
        gradient = np.where((gradient > low - 1e-9) & (gradient < high + 1e-9), low, gradient)
    return {"value": np.array(links["value"]), "gradient": gradient,
            "all": np.append(gradient, links["value"])}


ARITHMETIC = (ADD, PRODUCT, QUOTIENT, POWER)
FUNCTIONS = (EXP_LOG, SQUASH, RELU)
VALUE = Question(
    "value", ("Value",), draw,
    (
        Part("values", 1.0, "value", (NODE, *ARITHMETIC, *FUNCTIONS),
             "The data of each result is what the same numbers give without any graph."),
        Part("derivatives of + and −", 0.5, "gradient", (ADD,),
             "a − b falls as b rises."),
        Part("derivatives of *", 0.5, "gradient", (PRODUCT,),
             "The derivative of a product with respect to one factor is the other one."),
        Part("derivatives of / and **", 1.0, "gradient", (QUOTIENT, POWER),
             "a / b is a times b to the power −1; the power rule is n times a to n − 1."),
        Part("derivatives of exp and log", 0.75, "gradient", (EXP_LOG,),
             "exp is its own derivative; that of log is one over its input."),
        Part("derivatives of tanh, sigmoid, relu", 1.0, "gradient", (SQUASH, RELU, KINK),
             "In terms of the result y they are 1 − y² and y (1 − y); relu passes a signal "
             "where its input is positive."),
        Part("numbers on either side", 1.0, "all", (LEFT, RIGHT),
             "Python calls __radd__, __rsub__, ... where the number stands on the left: mind "
             "the order of the operands."),
        Part("nodes used more than once", 0.75, "all", (TWICE, SEVERAL),
             "In a * a the same node is both operands: it stands twice in parents, with a "
             "local derivative each time."),
        Part("stable and exact", 0.5, "all", (HUGE, SMALL),
             "No overflow at ±1000, and formulas, not difference quotients, for derivatives."),
    ),
    probe=links_of,
    view=value_and_gradient,
)

slip = VALUE.slip

slip("the own factor as derivative", "The derivative of a · b with respect to a is b. Here it "
     "is a.", "(factor.data, self.data), \"*\"", "(self.data, factor.data), \"*\"")
slip("a product like a sum", "The local derivatives of a product are set to 1, like those of a "
     "sum.", "(factor.data, self.data), \"*\"", "(1.0, 1.0), \"*\"")
slip("the sign of −", "A minus sign turns the derivative too: that of −a is −1.",
     "(-1.0,), \"neg\"", "(1.0,), \"neg\"")
slip("number − node the wrong way round", "For 2 − v Python calls v.__rsub__(2): the number comes "
     "first.", "return Value.of(other) - self", "return self - other")
slip("number / node the wrong way round", "For 2 / v Python calls v.__rtruediv__(2): the number "
     "is divided by the node.", "return Value.of(other) / self", "return self / other")
slip("the sign of the denominator", "A quotient falls as its denominator rises: that derivative "
     "has a minus sign.", "-quotient / below.data", "quotient / below.data")
slip("the denominator not squared", "The derivative of a / b with respect to b is −a / b²; here "
     "it is −a / b.", "-quotient / below.data", "-quotient")
slip("power rule off by one", "The power rule takes one from the exponent: n · a to n − 1.",
     "n * self.data ** (n - 1)", "n * self.data ** n")
slip("the exponent is no factor", "The power rule has the exponent as a factor in front.",
     "n * self.data ** (n - 1)", "self.data ** (n - 1)")
slip("power rule for exp", "The power rule is for a fixed exponent. In exp the exponent is what "
     "varies: exp is its own derivative.", "(y,), \"exp\"", "(self.data * y / np.e,), \"exp\"")
slip("1 / log", "The derivative of log a is 1 / a, one over its input and not over its result.",
     "(1 / self.data,), \"log\"", "(1 / math.log(self.data),), \"log\"")
slip("tanh′ from z", "1 − y² wants the result y = tanh(z), not z.",
     "(1 - y**2,), \"tanh\"", "(1 - self.data**2,), \"tanh\"")
slip("σ′ of z", "y (1 − y) wants the result y = σ(z), not z.", "(y * (1 - y),), \"sigmoid\"",
     "(self.data * (1 - self.data),), \"sigmoid\"")
slip("σ for σ′", "σ(z) stands where its derivative y (1 − y) belongs.",
     "(y * (1 - y),), \"sigmoid\"", "(y,), \"sigmoid\"")
slip("overflow in the sigmoid", "exp is taken of a large positive number, and overflows. "
     "exp(−|z|) never does.", """decay = math.exp(-abs(self.data))
        y = (1 if self.data >= 0 else decay) / (1 + decay)""",
     "y = 1 / (1 + math.exp(-self.data))")
slip("overflow in tanh", "Written with exp(2z), tanh overflows for large z. math.tanh does not.",
     "y = math.tanh(self.data)", "u = math.exp(2 * self.data)\n        y = (u - 1) / (u + 1)")
slip("relu passes everything back", "relu lets the signal through where its input is positive; "
     "elsewhere the derivative is 0.", "(float(self.data > 0),), \"relu\"", "(1.0,), \"relu\"")
slip("relu′ is its value", "The derivative of relu is 1 where the input is positive, not the "
     "value.", "(float(self.data > 0),), \"relu\"", "(max(self.data, 0.0),), \"relu\"")
slip("relu is the absolute value", "relu is 0 for negative inputs.", "max(self.data, 0.0)",
     "abs(self.data)")
slip("nodes as local derivatives", "The local derivatives must be numbers: other.data, not the "
     "node other.", "(factor.data, self.data), \"*\"", "(factor, self), \"*\"")
slip("no links to the parents", "The product is a new node without parents: the chain is broken "
     "there, and no signal comes through.", "(self, factor), (factor.data, self.data), \"*\"",
     "(), (), \"*\"")
slip("numbers not wrapped", "A plain number has no .data: Value.of(other) makes a node of it.",
     "factor = Value.of(other)", "factor = other")
slip("a node used twice stands once", "The parents are kept in a form without repetition. In "
     "a * a the same node is there twice, and gets two messages.",
     "self.parents = tuple(parents)", "self.parents = tuple(dict.fromkeys(parents))")
slip("float32", "The numbers are rounded to float32, which has seven digits.",
     "self.data = float(data)", "self.data = float(np.float32(data))")
slip("integers kept from fractions", "The data are cut off to whole numbers.",
     "self.data = float(data)", "self.data = float(int(data))")
slip("a grad of 1 from the start", "A new node's grad is 0.0: only a backward pass sets it.",
     "self.grad = 0.0", "self.grad = 1.0")
slip("the log of another base", "log is the natural logarithm, the inverse of exp.",
     "math.log(self.data), (self,)", "math.log10(self.data), (self,)")


@VALUE.wrong("derivatives by finite differences", "The local derivatives are difference "
             "quotients. They are near the derivatives, until the numbers are small or large; the "
             "formulas are exact.")
class Value:
    def __init__(self, data, parents=(), local_grads=(), op=""):
        self.data, self.grad, self.op = float(data), 0.0, op
        self.parents, self.local_grads = tuple(parents), tuple(local_grads)

    def computed(self, f, *others):
        nodes = [v if isinstance(v, Value) else Value(v) for v in (self, *others)]
        numbers = [node.data for node in nodes]

        def slope(k):
            above, below = list(numbers), list(numbers)
            above[k] += 1e-5
            below[k] -= 1e-5
            return (f(*above) - f(*below)) / 2e-5

        return Value(f(*numbers), nodes, [slope(k) for k in range(len(nodes))])

    def __add__(self, other): return self.computed(lambda a, b: a + b, other)
    def __sub__(self, other): return self.computed(lambda a, b: a - b, other)
    def __rsub__(self, other): return self.computed(lambda a, b: b - a, other)
    def __mul__(self, other): return self.computed(lambda a, b: a * b, other)
    def __truediv__(self, other): return self.computed(lambda a, b: a / b, other)
    def __rtruediv__(self, other): return self.computed(lambda a, b: b / a, other)
    def __pow__(self, n): return self.computed(lambda a: a**n)
    def __neg__(self): return self.computed(lambda a: -a)
    def exp(self): return self.computed(lambda a: float(np.exp(a)))
    def log(self): return self.computed(math.log)
    def tanh(self): return self.computed(math.tanh)
    def sigmoid(self): return self.computed(lambda a: 0.5 + 0.5 * math.tanh(a / 2))
    def relu(self): return self.computed(lambda a: max(a, 0.0))
    __radd__, __rmul__ = __add__, __mul__
