"""Right classes of nodes, each built in another way."""

from autograder.questions.computation_graphs.value import VALUE


@VALUE.right("one rule for every operation, constants are no nodes")
class Value:
    def __init__(self, data, links=()):
        self.data = float(data)
        self.grad = 0.0
        self.parents = tuple(node for node, _ in links if isinstance(node, Value))
        self.local_grads = tuple(slope for node, slope in links if isinstance(node, Value))

    def backward(self):
        backward(self)

    def __add__(self, other):
        return Value(self.data + getattr(other, "data", other), [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        number = getattr(other, "data", other)
        return Value(self.data * number, [(self, number), (other, self.data)])

    def __pow__(self, n):
        return Value(self.data**n, [(self, n * self.data ** (n - 1))])

    def __neg__(self): return -1 * self
    def __sub__(self, other): return self + -other
    def __rsub__(self, other): return -self + other
    def __truediv__(self, other): return self * other**-1.0
    def __rtruediv__(self, other): return self**-1 * other
    __radd__ = __add__
    __rmul__ = __mul__

    def exp(self):
        return Value(math.exp(self.data), [(self, math.exp(self.data))])

    def log(self):
        return Value(np.log(self.data), [(self, self.data**-1)])

    def tanh(self):
        return Value(np.tanh(self.data), [(self, 1 / np.cosh(min(abs(self.data), 300)) ** 2)])

    def sigmoid(self):
        return ((self * 0.5).tanh() + 1) * 0.5

    def relu(self):
        return Value(self.data, [(self, 1)]) if self.data > 0 else Value(0, [(self, 0)])


@VALUE.right("a table of functions and slopes, with __slots__")
class Value:
    __slots__ = ("data", "grad", "local_grads", "parents")

    def __init__(self, data, *edges):
        self.data = np.float64(data)
        self.grad = np.float64(0)
        self.parents, self.local_grads = zip(*edges) if edges else ((), ())

    @classmethod
    def node(cls, value):
        return value if isinstance(value, cls) else cls(value)

    def __getattr__(self, name):
        table = {
            "exp": (np.exp, lambda x, y: y),
            "log": (np.log, lambda x, y: 1 / x),
            "tanh": (np.tanh, lambda x, y: (1 - y) * (1 + y)),
            "sigmoid": (lambda x: 0.5 * (1 + np.tanh(x / 2)), lambda x, y: y - y * y),
            "relu": (lambda x: x * (x > 0), lambda x, y: np.heaviside(x, 0.5)),
        }
        if name not in table:
            raise AttributeError(name)
        function, slope = table[name]

        def method():
            y = function(self.data)
            return Value(y, (self, slope(self.data, y)))

        return method

    def __add__(self, other):
        other = Value.node(other)
        return Value(self.data + other.data, (self, 1.0), (other, 1.0))

    def __sub__(self, other):
        other = Value.node(other)
        return Value(self.data - other.data, (self, 1.0), (other, -1.0))

    def __mul__(self, other):
        other = Value.node(other)
        return Value(self.data * other.data, (self, other.data), (other, self.data))

    def __truediv__(self, other):
        other = Value.node(other)
        return Value(self.data / other.data, (self, 1 / other.data),
                     (other, -self.data / other.data**2))

    def __pow__(self, n):
        return Value(self.data**n, (self, n * self.data ** (n - 1.0)))

    def __neg__(self): return Value.node(0.0) - self
    def __radd__(self, other): return Value.node(other) + self
    def __rsub__(self, other): return Value.node(other) - self
    def __rmul__(self, other): return Value.node(other) * self
    def __rtruediv__(self, other): return Value.node(other) / self

    def backward(self):
        backward(self)


@VALUE.right("closures beside the links, arrays for numbers")
class Value:
    def __init__(self, data, parents=()):
        self.data = np.array(data, dtype=float)
        self.grad = np.zeros(())
        self.parents = parents
        self.local_grads = ()
        self.send = lambda: None

    def linked(self, *slopes):
        def send():
            for parent, slope in zip(self.parents, slopes):
                parent.grad = parent.grad + slope * self.grad

        self.local_grads, self.send = slopes, send
        return self

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other)).linked(1, 1)

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other)).linked(other.data, self.data)

    def __neg__(self):
        return Value(-self.data, (self,)).linked(-1)

    def inverse(self):
        return Value(1 / self.data, (self,)).linked(-1 / self.data**2)

    def __pow__(self, n):
        return Value(self.data**n, (self,)).linked(n * self.data**n / self.data)

    def __radd__(self, other): return self + other
    def __rmul__(self, other): return self * other
    def __sub__(self, other): return self + -other
    def __rsub__(self, other): return other + -self
    def __rtruediv__(self, other): return other * self.inverse()

    def __truediv__(self, other):
        return self * (other.inverse() if isinstance(other, Value) else 1 / other)

    def exp(self):
        y = np.exp(self.data)
        return Value(y, (self,)).linked(y)

    def log(self):
        return Value(np.log(self.data), (self,)).linked(1 / self.data)

    def tanh(self):
        return 2 * (2 * self).sigmoid() - 1

    def sigmoid(self):
        small = np.exp(-np.abs(self.data))
        y = small / (1 + small) if self.data < 0 else 1 / (1 + small)
        return Value(y, (self,)).linked(small / (1 + small) ** 2)

    def relu(self):
        return Value(np.maximum(self.data, 0), (self,)).linked(np.where(self.data < 0, 0, 1))

    def backward(self):
        backward(self)


@VALUE.right("lists of links, and a subclass for what is computed")
class Value:
    def __init__(self, data):
        self.data, self.grad, self.parents, self.local_grads = float(data), 0.0, [], []

    def make(self, data, **links):
        class Computed(Value):
            pass

        node = Computed(data)
        node.parents += links["nodes"]
        node.local_grads += links["slopes"]
        return node

    def both(self, other, f, slopes):
        other = other if isinstance(other, Value) else Value(other)
        x, y = self.data, other.data
        return self.make(f(x, y), nodes=[self, other], slopes=slopes(x, y))

    def one(self, y, slope):
        return self.make(y, nodes=[self], slopes=[slope])

    def __add__(self, other):
        return self.both(other, lambda x, y: x + y, lambda x, y: [1.0, 1.0])

    def __sub__(self, other):
        return self.both(other, lambda x, y: x - y, lambda x, y: [1.0, -1.0])

    def __rsub__(self, other):
        return self.both(other, lambda x, y: y - x, lambda x, y: [-1.0, 1.0])

    def __mul__(self, other):
        return self.both(other, lambda x, y: x * y, lambda x, y: [y, x])

    def __truediv__(self, other):
        return self.both(other, lambda x, y: x / y, lambda x, y: [1 / y, -x / y**2])

    def __rtruediv__(self, other):
        return self.both(other, lambda x, y: y / x, lambda x, y: [-y / x**2, 1 / x])

    def __pow__(self, n):
        return self.one(self.data**n, n * self.data ** (n - 1))

    def __neg__(self):
        return self.one(-self.data, -1)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        return self.one(math.e**self.data if abs(self.data) < 30 else math.exp(self.data),
                        math.exp(self.data))

    def log(self):
        return self.one(math.log(self.data), 1.0 / self.data)

    def tanh(self):
        y = math.tanh(self.data)
        return self.one(y, (1 + y) * (1 - y))

    def sigmoid(self):
        y = 0.5 * math.tanh(0.5 * self.data) + 0.5
        return self.one(y, y * (1 - y))

    def relu(self):
        return self.one(*((self.data, 1) if self.data >= 0 else (0, 0)))

    def backward(self):
        backward(self)


@VALUE.right("everything from a few operations")
class Value:
    def __init__(self, data, parents=(), local_grads=()):
        self.data, self.grad = float(data), 0.0
        self.parents, self.local_grads = tuple(parents), tuple(local_grads)

    def __add__(self, other):
        if not isinstance(other, Value):
            return Value(self.data + other, (self,), (1.0,))
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        if not isinstance(other, Value):
            return Value(self.data * other, (self,), (other,))
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n):
        return Value(self.data**n, (self,), (n * self.data ** (n - 1),))

    def __neg__(self): return self * -1
    def __sub__(self, other): return self + other * -1
    def __rsub__(self, other): return self * -1 + other
    def __truediv__(self, other): return self * other**-1
    def __rtruediv__(self, other): return self**-1 * other
    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = math.exp(self.data)
        return Value(y, (self,), (y,))

    def log(self):
        return Value(math.log(self.data), (self,), (1 / self.data,))

    def relu(self):
        return self * (1.0 if self.data > 0 else 0.0)

    def sigmoid(self):
        if self.data < 0:
            return 1 - (-self).sigmoid()
        return 1 / (1 + (-self).exp())

    def tanh(self):
        return (self * 2).sigmoid() * 2 - 1

    def backward(self):
        backward(self)
