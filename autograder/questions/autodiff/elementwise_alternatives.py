"""Right ways to write the elementwise rules."""

from autograder.questions.autodiff.elementwise import ELEMENTWISE_RULES


@ELEMENTWISE_RULES.right("functions with names")
def elementwise_rules():
    def add(bar, output, a, b):
        return unbroadcast(bar, a.shape), unbroadcast(bar, b.shape)

    def subtract(bar, output, a, b):
        return unbroadcast(bar, a.shape), -unbroadcast(bar, b.shape)

    def multiply(bar, output, a, b):
        return unbroadcast(b * bar, a.shape), unbroadcast(a * bar, b.shape)

    def divide(bar, output, a, b):
        a_bar = bar / b
        return unbroadcast(a_bar, a.shape), -unbroadcast(a_bar * a / b, b.shape)

    def negative(bar, output, a):
        return [-1.0 * bar]

    def power(bar, output, a, exponent):
        return (exponent * np.power(a, exponent - 1) * bar,)

    def exp(bar, output, a):
        return (np.exp(a) * bar,)

    def log(bar, output, a):
        return (np.reciprocal(a) * bar,)

    def tanh(bar, output, a):
        return ((1 - output) * (1 + output) * bar,)

    def maximum(bar, output, a, b):
        return (unbroadcast(np.where(a > b, bar, 0.0), a.shape),
                unbroadcast(np.where(a > b, 0.0, bar), b.shape))

    return {"add": add, "subtract": subtract, "multiply": multiply, "divide": divide,
            "negative": negative, "power": power, "exp": exp, "log": log, "tanh": tanh,
            "maximum": maximum}


@ELEMENTWISE_RULES.right("a table of local derivatives")
def elementwise_rules():
    slopes = {
        "add": lambda y, a, b: (1.0, 1.0),
        "subtract": lambda y, a, b: (1.0, -1.0),
        "multiply": lambda y, a, b: (b, a),
        "divide": lambda y, a, b: (1 / b, -a / b**2),
        "negative": lambda y, a: (-1.0,),
        "power": lambda y, a, exponent: (exponent * a ** (exponent - 1),),
        "exp": lambda y, a: (y,),
        "log": lambda y, a: (1 / a,),
        "tanh": lambda y, a: (1 - y * y,),
        "maximum": lambda y, a, b: (0.5 + 0.5 * np.sign(a - b), 0.5 - 0.5 * np.sign(a - b)),
    }

    def rule_of(slope):
        def rule(bar, output, *inputs, **settings):
            return tuple(unbroadcast(bar * each, np.shape(x)) for each, x in
                         zip(slope(output, *inputs, **settings), inputs, strict=True))
        return rule

    return {op: rule_of(slope) for op, slope in slopes.items()}


@ELEMENTWISE_RULES.right("one rule out of others")
def elementwise_rules():
    def multiply(bar, output, a, b):
        return unbroadcast(bar * b, np.shape(a)), unbroadcast(bar * a, np.shape(b))

    def power(bar, output, a, exponent):
        return (bar * exponent * output / a,)

    def divide(bar, output, a, b):
        a_bar, inverse_bar = multiply(bar, output, a, 1 / b)
        return a_bar, -inverse_bar / b**2

    def add(bar, output, a, b):
        return tuple(unbroadcast(bar, np.shape(each)) for each in (a, b))

    def subtract(bar, output, a, b):
        return add(bar, output, a, b)[0], add(-bar, output, a, b)[1]

    def maximum(bar, output, a, b):
        return (unbroadcast(bar * (a == output), np.shape(a)),
                unbroadcast(bar * (a != output), np.shape(b)))

    return dict(add=add, subtract=subtract, multiply=multiply, divide=divide, power=power,
                maximum=maximum, negative=lambda bar, y, a: (0 - bar,),
                exp=lambda bar, y, a: multiply(bar, None, a, y)[:1],
                log=lambda bar, y, a: divide(bar, None, a, a)[:1],
                tanh=lambda bar, y, a: (bar - bar * y**2,))


@ELEMENTWISE_RULES.right("a class with a method for each")
def elementwise_rules():
    class Table:
        def add(self, bar, y, a, b):
            return unbroadcast(bar, np.shape(a)), unbroadcast(bar, np.shape(b))

        def subtract(self, bar, y, a, b):
            return unbroadcast(bar, np.shape(a)), unbroadcast(-bar, np.shape(b))

        def multiply(self, bar, y, a, b):
            return unbroadcast(bar * b, np.shape(a)), unbroadcast(bar * a, np.shape(b))

        def divide(self, bar, y, a, b):
            return unbroadcast(bar / b, np.shape(a)), unbroadcast(-bar * a * b**-2.0, np.shape(b))

        def negative(self, bar, y, a):
            return (np.negative(bar),)

        def power(self, bar, y, a, exponent):
            return (bar * (exponent * a ** (exponent - 1)),)

        def exp(self, bar, y, a):
            return (bar * y,)

        def log(self, bar, y, a):
            return (bar / a,)

        def tanh(self, bar, y, a):
            return (bar * (1 - np.tanh(a) ** 2),)

        def maximum(self, bar, y, a, b):
            wins = np.asarray(a >= b, dtype=float)
            return (unbroadcast(wins * bar, np.shape(a)),
                    unbroadcast((1 - wins) * bar, np.shape(b)))

    table = Table()
    return {name: getattr(table, name) for name in (
        "add", "subtract", "multiply", "divide", "negative", "power", "exp", "log", "tanh",
        "maximum")}


@ELEMENTWISE_RULES.right("lists, and rules that nobody asked for")
def elementwise_rules():
    def two(function):
        def rule(bar, y, a, b):
            a_bar, b_bar = function(bar, a, b)
            return [unbroadcast(a_bar, np.shape(a)), unbroadcast(b_bar, np.shape(b))]
        return rule

    def one(function):
        return lambda bar, y, a: [bar * function(a)]

    return {
        "add": two(lambda bar, a, b: (bar, bar)),
        "subtract": two(lambda bar, a, b: (bar, -bar)),
        "multiply": two(lambda bar, a, b: (bar * b, bar * a)),
        "divide": two(lambda bar, a, b: (bar / b, -bar * a / (b * b))),
        "maximum": two(lambda bar, a, b: (bar * np.heaviside(a - b, 0.5),
                                          bar * np.heaviside(b - a, 0.5))),
        "negative": one(lambda a: -1),
        "power": lambda bar, y, a, exponent: [bar * exponent * y * a**-1.0],
        "exp": one(np.exp),
        "log": one(lambda a: a**-1.0),
        "tanh": one(lambda a: 1 - np.tanh(a) ** 2),
        "sin": one(np.cos),
    }
