"""The regularised neuron of notebook 1, built as a graph."""

import numpy as np

from autograder.question import Case, Part, Question
from autograder.questions.chain_rule.drawing import ORDINARY, away_from_zero
from autograder.questions.computation_graphs.links import slopes

INTEGERS = "integers"
NO_WEIGHT = "λ = 0"
NAMES = ("loss", "reg", "y", "z", "w", "b")
VALUES = ("z", "y", "loss", "reg", "total")
#: Small enough that a complex step is exact to the last digit.
STEP = 1e-100


def draw(rng: np.random.Generator) -> list[Case]:
    def numbers():
        return (away_from_zero(rng, 0.4, 1.2), away_from_zero(rng, 0.2, 0.7),
                away_from_zero(rng, 1.2, 2.4), away_from_zero(rng, 1.2, 2.0))

    cases = [Case(ORDINARY, (*numbers(), float(rng.uniform(0.1, 0.8)))) for _ in range(3)]
    cases.append(Case(INTEGERS, (-2, int(rng.integers(2, 5)), 2, 3, 2)))
    cases.append(Case(NO_WEIGHT, (*numbers(), 0.0)))
    return cases


def steps_of(logistic_graph, w, b, x, t, lam):
    """Lets the student's function build its graph of nodes that only record what is done.

    So a mistake in the student's class `Value` does not count here. A function that asks
    more of the nodes than the notebook's operations gets the student's own.
    """
    class Recorded:
        def __init__(self, data):
            self.operation, self.operands = "input", (data,)

        @staticmethod
        def of(number):
            return number if isinstance(number, Recorded) else Recorded(number)

    def recording(operation, turned):
        def method(self, *others):
            pair = (self, *map(Recorded.of, others)) if operation != "**" else (self, *others)
            node = Recorded(None)
            node.operation, node.operands = operation, pair[::-1] if turned else pair
            return node
        return method

    for operation, name in {"+": "add", "-": "sub", "*": "mul", "/": "truediv",
                            "**": "pow"}.items():
        setattr(Recorded, f"__{name}__", recording(operation, False))
        if operation != "**":
            setattr(Recorded, f"__r{name}__", recording(operation, True))
    for operation in ("neg", "exp", "log", "tanh", "sigmoid", "relu"):
        setattr(Recorded, f"__{operation}__" if operation == "neg" else operation,
                recording(operation, False))

    def program(nodes):
        places, steps = {}, []

        def place(node):
            if not isinstance(node, Recorded):
                return float(node)
            if id(node) not in places:
                step = [node.operation, *map(place, node.operands)]
                places[id(node)] = len(steps)
                steps.append(step)
            return places[id(node)]

        return {name: place(node) for name, node in nodes.items()
                if isinstance(node, Recorded)}, steps

    def links(nodes):
        found = list({id(node): node for node in nodes.values()}.values())
        place = {id(node): index for index, node in enumerate(found)}
        for node in found:
            for parent in node.parents:
                if place.setdefault(id(parent), len(found)) == len(found):
                    found.append(parent)
        return {"places": {name: place[id(node)] for name, node in nodes.items()},
                "data": [float(node.data) for node in found],
                "parents": [[place[id(parent)] for parent in node.parents] for node in found],
                "local_grads": [[float(slope) for slope in node.local_grads] for node in found]}

    try:
        recorder = type(logistic_graph)(
            logistic_graph.__code__, {**logistic_graph.__globals__, "Value": Recorded},
            logistic_graph.__name__, logistic_graph.__defaults__, logistic_graph.__closure__)
        recorder.__kwdefaults__ = logistic_graph.__kwdefaults__
        nodes = recorder(w, b, x, t, lam)
        if all(isinstance(nodes[name], Recorded) for name in ("total", "w", "b")):
            places, steps = program(nodes)
            return {"places": places, "steps": steps}
    except NotImplementedError:
        raise
    except Exception:  # then with the student's own nodes
        pass
    nodes = logistic_graph(w, b, x, t, lam)
    return links(nodes) if isinstance(nodes, dict) else nodes


def values_and_bars(case: Case, built) -> dict[str, np.ndarray]:
    """The value of each named node, and the derivative of the total with respect to it.

    Raises:
        ValueError: It is no dict with the names asked for.
    """
    if not isinstance(built, dict):
        raise ValueError("returned something else than a dict of nodes")
    places = built["places"]
    missing = [name for name in ("w", "b", *VALUES) if name not in places]
    if missing:
        raise ValueError(f"returned a dict without a node {missing[0]!r}")
    if "steps" in built:
        data = carried_out(built["steps"])
        bars = {name: np.imag(carried_out(built["steps"], places[name])[places["total"]]) / STEP
                for name in NAMES}
    else:
        data = built["data"]
        gradient = slopes(built["parents"], built["local_grads"], places["total"])
        bars = {name: gradient[places[name]] for name in NAMES}
    return {**{f"{name}_bar": bars[name] for name in NAMES},
            "values": np.real([data[places[name]] for name in VALUES]),
            "others": np.array([bars[name] for name in ("loss", "reg", "y", "z")])}


OPERATIONS = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
    "/": lambda a, b: a / b, "neg": lambda a: -a, "exp": np.exp, "log": np.log, "tanh": np.tanh,
    "sigmoid": lambda a: 0.5 + 0.5 * np.tanh(a / 2),
    "relu": lambda a: a if np.real(a) > 0 else 0 * a,
}


def carried_out(steps: list[list], moved: int | None = None) -> list[complex]:
    """The value of each step; one of them is moved by an imaginary step on request.

    By a complex step, f(x + ih) = f(x) + ih f′(x), the imaginary part of what follows is
    the derivative (Squire and Trapp 1998, SIAM Review 40, 110-112).
    """
    values: list[complex] = []
    for place, (operation, *operands) in enumerate(steps):
        if operation == "input":
            value = complex(operands[0])
        elif operation == "**":
            value = values[operands[0]] ** float(operands[1])  # an array would grow and grow
        else:
            value = OPERATIONS[operation](*(values[operand] for operand in operands))
        values.append(value + 1j * STEP if place == moved else value)
    return values


LOGISTIC_GRAPH = Question(
    "logistic_graph", ("logistic_graph",), draw,
    (
        Part("values", 1.0, "values",
             hint="z = wx + b, y = σ(z), loss = ½ (y − t)², reg = ½ w², total = loss + λ reg."),
        Part("bars of loss, reg, y and z", 0.5, "others",
             hint="Each of these must be a node on the way from w and b to the total."),
        Part("bar of w", 1.0, "w_bar",
             hint="w is used in z and in reg. It must be one and the same node."),
        Part("bar of b", 0.5, "b_bar", hint="b acts on the total through z."),
    ),
    probe=steps_of,
    view=values_and_bars,
)


@LOGISTIC_GRAPH.wrong("two nodes for w", "reg is computed from the plain number, or from a "
                      "second node of the same value. The message from reg never comes to the "
                      "node w.")
def logistic_graph(w, b, x, t, lam):
    first, second, b = Value(w), Value(w), Value(b)
    z = first * x + b
    y = z.sigmoid()
    loss, reg = 0.5 * (y - t) ** 2, 0.5 * second**2
    return {"w": first, "b": b, "z": z, "y": y, "loss": loss, "reg": reg,
            "total": loss + lam * reg}


@LOGISTIC_GRAPH.wrong("a broken chain", "Somewhere between w, b and the total a new node is made "
                      "from a plain number, or a second one for the same variable. No edge leads "
                      "through it, so no signal comes back.")
def logistic_graph(w, b, x, t, lam):
    number = 0.5 + 0.5 * math.tanh((w * x + b) / 2)
    w, b = Value(w), Value(b)
    z = w * x + b
    y = Value(number)
    loss, reg = 0.5 * (y - t) ** 2, 0.5 * w**2
    return {"w": w, "b": b, "z": z, "y": y, "loss": loss, "reg": reg, "total": loss + lam * reg}


@LOGISTIC_GRAPH.wrong("loss without the ½", "loss is ½ (y − t)²; the ½ is missing.")
def logistic_graph(w, b, x, t, lam):
    w, b = Value(w), Value(b)
    z = w * x + b
    y = z.sigmoid()
    loss, reg = (y - t) ** 2, 0.5 * w**2
    return {"w": w, "b": b, "z": z, "y": y, "loss": loss, "reg": reg, "total": loss + lam * reg}


@LOGISTIC_GRAPH.wrong("reg without the ½", "reg is ½ w²; the ½ is missing.")
def logistic_graph(w, b, x, t, lam):
    w, b = Value(w), Value(b)
    z = w * x + b
    y = z.sigmoid()
    loss, reg = 0.5 * (y - t) ** 2, w**2
    return {"w": w, "b": b, "z": z, "y": y, "loss": loss, "reg": reg, "total": loss + lam * reg}


@LOGISTIC_GRAPH.wrong("λ inside reg", "reg is ½ w² without λ; λ comes in when reg is added to "
                      "the loss.")
def logistic_graph(w, b, x, t, lam):
    w, b = Value(w), Value(b)
    z = w * x + b
    y = z.sigmoid()
    loss, reg = 0.5 * (y - t) ** 2, 0.5 * lam * w**2
    return {"w": w, "b": b, "z": z, "y": y, "loss": loss, "reg": reg, "total": loss + reg}


@LOGISTIC_GRAPH.wrong("no λ", "The total is loss + λ · reg; λ is missing.")
def logistic_graph(w, b, x, t, lam):
    w, b = Value(w), Value(b)
    z = w * x + b
    y = z.sigmoid()
    loss, reg = 0.5 * (y - t) ** 2, 0.5 * w**2
    return {"w": w, "b": b, "z": z, "y": y, "loss": loss, "reg": reg, "total": loss + reg}


@LOGISTIC_GRAPH.wrong("a regulariser that is left out", "The total is the loss alone; λ · reg is "
                      "missing.")
def logistic_graph(w, b, x, t, lam):
    w, b = Value(w), Value(b)
    z = w * x + b
    y = z.sigmoid()
    loss, reg = 0.5 * (y - t) ** 2, 0.5 * w**2
    return {"w": w, "b": b, "z": z, "y": y, "loss": loss, "reg": reg, "total": loss}


@LOGISTIC_GRAPH.wrong("tanh for the logistic function", "y is tanh(z); it should be σ(z).")
def logistic_graph(w, b, x, t, lam):
    w, b = Value(w), Value(b)
    z = w * x + b
    y = z.tanh()
    loss, reg = 0.5 * (y - t) ** 2, 0.5 * w**2
    return {"w": w, "b": b, "z": z, "y": y, "loss": loss, "reg": reg, "total": loss + lam * reg}


@LOGISTIC_GRAPH.wrong("the bias is regularised too", "reg is ½ w²; here it has ½ b² as well.")
def logistic_graph(w, b, x, t, lam):
    w, b = Value(w), Value(b)
    z = w * x + b
    y = z.sigmoid()
    loss, reg = 0.5 * (y - t) ** 2, 0.5 * (w**2 + b**2)
    return {"w": w, "b": b, "z": z, "y": y, "loss": loss, "reg": reg, "total": loss + lam * reg}


@LOGISTIC_GRAPH.wrong("the bias multiplied", "z is w (x + b); it should be wx + b.")
def logistic_graph(w, b, x, t, lam):
    w, b = Value(w), Value(b)
    z = w * (x + b)
    y = z.sigmoid()
    loss, reg = 0.5 * (y - t) ** 2, 0.5 * w**2
    return {"w": w, "b": b, "z": z, "y": y, "loss": loss, "reg": reg, "total": loss + lam * reg}


@LOGISTIC_GRAPH.right("nodes for everything, by names")
def logistic_graph(w, b, x, t, lam):
    nodes = {name: Value(number)
             for name, number in {"w": w, "b": b, "x": x, "t": t, "lam": lam}.items()}
    nodes["z"] = nodes["b"] + nodes["x"] * nodes["w"]
    nodes["y"] = nodes["z"].sigmoid()
    error = nodes["t"] - nodes["y"]
    nodes["loss"] = error * error / 2
    nodes["reg"] = nodes["w"] * nodes["w"] / 2
    nodes["total"] = nodes["lam"] * nodes["reg"] + nodes["loss"]
    return nodes


@LOGISTIC_GRAPH.right("σ by exp")
def logistic_graph(w, b, x, t, lam):
    w, b = Value(w), Value(b)
    z = x * w + b
    y = 1 / (1 + (-z).exp())
    loss = (y - t) ** 2 * 0.5
    reg = w**2 / 2.0
    return dict(w=w, b=b, z=z, y=y, loss=loss, reg=reg, total=loss + reg * lam)


@LOGISTIC_GRAPH.right("σ by tanh")
def logistic_graph(w, b, x, t, lam):
    w, b = Value(w), Value(b)
    z = b - (-x) * w
    y = 0.5 * ((z / 2).tanh() + 1)
    loss = -0.5 * (t - y) * (y - t)
    reg = 0.5 * (w * w)
    return {"total": loss - -lam * reg, "reg": reg, "loss": loss, "y": y, "z": z, "b": b, "w": w}


@LOGISTIC_GRAPH.right("a class of its own")
def logistic_graph(w, b, x, t, lam):
    class Neuron:
        def __init__(self):
            self.w, self.b = Value(w), Value(b)
            self.z = self.w * x + self.b
            self.y = self.z.sigmoid()
            self.loss = self.half_square(self.y - t)
            self.reg = self.half_square(self.w)
            self.total = self.loss + self.reg * lam

        @staticmethod
        def half_square(node):
            return 0.5 * node**2

    return vars(Neuron())


@LOGISTIC_GRAPH.right("links made by hand, with the student's own nodes")
def logistic_graph(w, b, x, t, lam):
    w, b = Value(w), Value(b)
    z = Value(w.data * x + b.data, (w, b), (x, 1.0))
    y = z.sigmoid()
    loss = Value(0.5 * (y.data - t) ** 2, (y,), (y.data - t,))
    reg = Value(0.5 * w.data**2, (w,), (w.data,))
    total = Value(loss.data + lam * reg.data, (loss, reg), (1.0, lam))
    return {"w": w, "b": b, "z": z, "y": y, "loss": loss, "reg": reg, "total": total}
