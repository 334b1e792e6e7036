"""The solutions of notebook 2 against PyTorch, notebook 1, and all small graphs."""

import math

import numpy as np
import pytest

from autograder.build import ROOT
from autograder.questions.computation_graphs.breaking import (
    Links,
    depth_first,
    keeping,
    overwriting,
)
from autograder.reference import load_reference
from course_utils.checks.computation_graphs.breaking import graphs_of
from course_utils.scalar_graph import build, diamonds, moved

REFERENCE = load_reference(ROOT / "source/backprop/2_computation_graphs.ipynb")
Value, backward = REFERENCE["Value"], REFERENCE["backward"]


def dense(a, b, c):
    """Every operation, numbers on both sides, and much fan-out."""
    d = 2 + a * b - 3 / c + b**3 - a / 7
    d = d + d * 1.5 + (c - a).tanh() * (1 - d).sigmoid()
    e = 4 - d / (1 + a * a) + (b * c + 1.2).relu() - (-c).relu()
    f = (e * 0.01).exp() / (2.5 + d * d).log() + d / d - 2 * e + e**-2
    return f * f / 10 + (f - e) * (a + f) - 0.5 * (b * e).sin() + c**0.5


@pytest.fixture
def of_torch(torch):
    """A function's value and its gradient at some numbers, by PyTorch."""
    def value_and_gradient(function, numbers):
        inputs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in numbers]
        output = function(*inputs)
        output.backward()
        return output.item(), [x.grad.item() for x in inputs]

    return value_and_gradient


@pytest.mark.parametrize("seed", range(20))
def test_a_dense_expression_agrees_with_pytorch(seed, of_torch):
    numbers = np.random.default_rng(seed).uniform([-2, -2, 0.3], [2, 2, 2]).tolist()
    inputs = [Value(x) for x in numbers]
    output = dense(*inputs)
    output.backward()
    value, gradient = of_torch(dense, numbers)
    assert output.data == pytest.approx(value, rel=1e-12)
    assert [x.grad for x in inputs] == pytest.approx(gradient, rel=1e-10, abs=1e-10)


UNARY = ["exp", "log", "tanh", "sigmoid", "relu", "sin"]


#: Of two nodes or tensors and a number; the values stay moderate.
STEPS = [
    lambda a, b, n: a + b,
    lambda a, b, n: a - b,
    lambda a, b, n: (a * b).tanh(),
    lambda a, b, n: a / (2.5 + b * b),
    lambda a, b, n: n - a,
    lambda a, b, n: n / (a * a + n),
    lambda a, b, n: (a * a + 0.5).log(),
    lambda a, b, n: (-a * a).exp() * n,
    lambda a, b, n: a.sigmoid() + b.relu(),
]


def random_expression(rng, inputs, steps):
    """A random program on nodes or tensors: each step uses what is there, often again."""
    values = list(inputs)
    for _ in range(steps):
        left, right = (values[index] for index in rng.integers(len(values), size=2))
        number = float(rng.uniform(0.5, 2))
        values.append(STEPS[rng.integers(len(STEPS))](left, right, number))
    total = values[-1]
    for value in values[:-1]:
        total = total + value
    return total


@pytest.mark.parametrize("seed", range(30))
def test_random_graphs_agree_with_pytorch(seed, of_torch):
    numbers = np.random.default_rng(seed).normal(size=3).tolist()
    inputs = [Value(x) for x in numbers]
    output = random_expression(np.random.default_rng(seed), inputs, 25)
    backward(output)
    backward(output)
    value, gradient = of_torch(
        lambda *tensors: random_expression(np.random.default_rng(seed), tensors, 25), numbers)
    assert output.data == pytest.approx(value, rel=1e-10)
    assert [x.grad for x in inputs] == pytest.approx(gradient, rel=1e-9, abs=1e-10)


@pytest.mark.parametrize(("name", "x"), [
    (name, x) for name in UNARY for x in (-1000.0, -30.0, -0.5, 0.0, 0.5, 3.0, 40.0, 1000.0)
    if name != "log" or x > 0])
def test_each_function_agrees_with_pytorch_far_out_too(name, x, of_torch):
    if name == "exp" and x == 1000:
        assert Value(x).exp().data == math.inf
        return
    node = Value(x)
    output = getattr(node, name)()
    backward(output)
    value, (slope,) = of_torch(lambda tensor: getattr(tensor, name)(), [x])
    assert output.data == pytest.approx(value, rel=1e-12, abs=1e-300)
    assert node.grad == pytest.approx(slope, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("number", [3, 2.5, np.float64(2.5), np.int64(3), np.float32(0.5)])
def test_numbers_of_every_kind_stand_on_either_side(number, of_torch):
    plain = float(number)
    for make in (lambda v, n: n + v, lambda v, n: v + n, lambda v, n: n - v, lambda v, n: v - n,
                 lambda v, n: n * v, lambda v, n: v * n, lambda v, n: n / v, lambda v, n: v / n):
        node = Value(1.7)
        output = make(node, number)
        assert isinstance(output, Value)
        backward(output)
        value, (slope,) = of_torch(lambda tensor, make=make: make(tensor, plain), [1.7])
        assert (output.data, node.grad) == pytest.approx((value, slope), rel=1e-12)


def test_the_order_is_one_and_linear():
    operands = diamonds(50)
    nodes = build(operands)
    order = REFERENCE["topological_order"](nodes[-1])
    place = {id(node): index for index, node in enumerate(order)}
    assert sorted(place) == sorted(map(id, nodes))
    assert len(order) == len(nodes)
    assert all(place[id(parent)] < place[id(node)] for node in nodes for parent in node.links)
    assert nodes[0].visits[0] <= 2 * len(nodes)


def test_a_graph_of_10_000_nodes_needs_no_recursion():
    node = first = Value(1.0)
    for _ in range(10_000):
        node = node + 0.0
    node.backward()
    assert first.grad == 1.0
    assert REFERENCE["count_operations"](node) == (10_000, 20_000)


@pytest.mark.parametrize("seed", range(10))
def test_the_neuron_agrees_with_notebook_1_and_pytorch(seed, of_torch, torch):
    w, b, x, t, lam = np.random.default_rng(seed).normal(size=5).tolist()
    nodes = REFERENCE["logistic_graph"](w, b, x, t, lam)
    backward(nodes["total"])
    first = load_reference(ROOT / "source/backprop/1_chain_rule.ipynb")
    values = first["regularized_forward"](w, b, x, t, lam)
    bars = first["regularized_backward"](w, b, x, t, lam)
    assert {name: nodes[name].data for name in values} == pytest.approx(values, rel=1e-12)
    assert {name: nodes[name].grad for name in bars} == pytest.approx(bars, rel=1e-10)
    _, gradient = of_torch(lambda w, b: (torch.sigmoid(w * x + b) - t) ** 2 / 2
                           + lam * w**2 / 2, [w, b])
    assert [nodes["w"].grad, nodes["b"].grad] == pytest.approx(gradient, rel=1e-10)


@pytest.mark.parametrize("broken", [overwriting, depth_first, keeping])
def test_no_smaller_graph_than_the_solutions_breaks_a_pass(broken):
    """All graphs of up to four nodes and two operands each are tried."""
    output = REFERENCE[f"breaks_{broken.__name__}"]()
    claimed = len(REFERENCE["topological_order"](output))
    sizes = [count for count in range(1, 5) for operands in graphs_of(count)
             if links_with(operands, with_slopes(operands)).fails(broken)]
    assert min(sizes) == claimed


def with_slopes(operands):
    slopes = iter([2.0, 3.0, 0.5, 1.5, 2.5, 0.7])
    return [[next(slopes) for _ in each] for each in operands]


@pytest.mark.parametrize("broken", [overwriting, depth_first, keeping])
def test_the_broken_passes_of_the_marking_are_those_of_the_notebook(broken):
    theirs = REFERENCE[broken.__name__]
    for count in range(1, 5):
        for operands in graphs_of(count):
            local_grads = with_slopes(operands)
            nodes = build(operands, local_grads)
            for _ in range(2 if broken is keeping else 1):
                theirs(nodes)
            right = [moved(operands, local_grads, index) for index in range(count)]
            ours = links_with(operands, local_grads)
            assert ours.expected[::-1] == pytest.approx(right)
            assert ours.fails(broken) == ([node.grad for node in nodes] != pytest.approx(right))


def links_with(operands, local_grads):
    """A graph with its output as number 0, as a question reads it."""
    last = len(operands) - 1
    return Links([[last - parent for parent in each] for each in operands[::-1]],
                 [list(each) for each in local_grads[::-1]])


def test_rounding_breaks_no_pass():
    """Depth first adds the same messages here, in another order."""
    parents, local_grads = [[1, 2, 3], [4], [4], [4], []], [[1.0] * 3, [1e20], [1.0], [-1e20], []]
    assert not Links(parents, local_grads).fails(depth_first)


def test_overflow_breaks_no_pass():
    with np.errstate(all="ignore"), pytest.raises(ValueError, match="returned a graph whose"):
        Links([[1], [2], [3], []], [[1e300], [1e300], [0.0], []])
