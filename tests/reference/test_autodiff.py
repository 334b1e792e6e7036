"""Notebook 5's solutions against autograd and PyTorch, on random expressions and a network."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.build import ROOT
from autograder.reference import load_reference
from course_utils.tape import OPERATIONS, Array, Tape, rule_table, watch

REFERENCE = load_reference(ROOT / "source/backprop/5_autodiff.ipynb")
RULES = rule_table(REFERENCE["elementwise_rules"], REFERENCE["shape_rules"],
                   matmul=REFERENCE["matmul_rule"])
SHAPES = [(2, 3), (3,), (2, 1), (1, 3), (), (4, 2, 3), (4, 1, 1), (1,)]


def grad(f):
    return REFERENCE["grad"](f, RULES)


def test_there_is_a_rule_for_every_operation_of_the_tape():
    assert set(RULES) == set(OPERATIONS)


# --- random expressions -------------------------------------------------------------------

UNARY = {
    "negative": lambda np, x: -x,
    "exp": lambda np, x: np.exp(np.tanh(x)),
    "log": lambda np, x: np.log(x**2 + 1.5),
    "tanh": lambda np, x: np.tanh(x),
    "square": lambda np, x: 0.3 * x**2,
    "root": lambda np, x: (x**2 + 0.5) ** 0.5,
    "inverse": lambda np, x: 1 / (x**2 + 0.7),
    "relu": lambda np, x: np.maximum(x, 0.1234),
    "sum": lambda np, x: np.sum(x),
    "mean": lambda np, x: np.mean(x),
    "rows": lambda np, x: np.sum(x, axis=-1) if x.ndim else x,
    "columns": lambda np, x: np.mean(x, axis=0, keepdims=True) if x.ndim else x,
    "transpose": lambda np, x: np.transpose(x),
    "cycle": lambda np, x: np.transpose(x, (1, 2, 0)) if x.ndim == 3 else x,
    "flat": lambda np, x: np.reshape(x, (-1,)),
    "gram": lambda np, x: x @ x.T if x.ndim == 2 else x,
}
BINARY = {
    "add": lambda np, a, b: a + b,
    "subtract": lambda np, a, b: a - 2.0 * b,
    "multiply": lambda np, a, b: a * b,
    "divide": lambda np, a, b: a / (1.5 + b**2),
    "maximum": lambda np, a, b: np.maximum(a, b + 0.01),
}
PICKS = {
    "last": lambda np, x: x[-1] if x.ndim else x,
    "twice": lambda np, x: x[np.array([0, 0, -1])] if x.ndim else x,
    "every second": lambda np, x: x[::2] if x.ndim else x,
}


def expressions(unary):
    """Programs: each step applies an operation to one or two of the values so far."""
    step = st.one_of(
        st.tuples(st.sampled_from(sorted(unary)), st.integers(0, 9)),
        st.tuples(st.sampled_from(sorted(BINARY)), st.integers(0, 9), st.integers(0, 9)))
    return st.tuples(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3),
                     st.lists(step, min_size=1, max_size=8), st.integers(0, 2**32 - 1))


def run(np, program, values):
    """The number that a program computes with one or another library's functions."""
    values = list(values)
    for name, *places in program:
        inputs = [values[place % len(values)] for place in places]
        if name in BINARY:
            try:
                np.broadcast_shapes(*(each.shape for each in inputs))
            except ValueError:
                continue
            values.append(BINARY[name](np, *inputs))
        else:
            values.append({**UNARY, **PICKS}[name](np, inputs[0]))
    return sum(np.mean(np.tanh(value)) for value in values)


anp.broadcast_shapes = np.broadcast_shapes


@given(expressions({**UNARY, **PICKS}))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_gradients_of_random_expressions_agree_with_autograd(drawn):
    shapes, program, seed = drawn
    rng = np.random.default_rng(seed)
    values = [rng.normal(size=shape) for shape in shapes]
    params = {f"x{i}": value for i, value in enumerate(values)}
    got = grad(lambda params: run(np, program, params.values()))(params)
    expected = autograd.grad(lambda values: run(anp, program, values))(values)
    assert list(got) == list(params)
    for mine, theirs in zip(got.values(), expected, strict=True):
        assert type(mine) in (np.ndarray, np.float64)
        assert np.shape(mine) == np.shape(theirs)
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-12)


@given(expressions(UNARY))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_second_derivatives_agree_with_autograd(drawn):
    """Along a random direction: the gradient of ⟨gradient, direction⟩."""
    (shape, *_), program, seed = drawn
    rng = np.random.default_rng(seed)
    x, direction = rng.normal(size=shape), rng.normal(size=shape)
    first = grad(lambda x: run(np, program, [x]))
    got = grad(lambda x: np.sum(first(x) * direction))(x)
    their_first = autograd.grad(lambda x: run(anp, program, [x]))
    expected = autograd.grad(lambda x: anp.sum(their_first(x) * direction))(x)
    np.testing.assert_allclose(got, expected, rtol=1e-8, atol=1e-10)


def test_second_derivatives_through_an_index_are_refused_and_not_wrong():
    first = grad(lambda x: np.sum(x[1:] ** 3))
    np.testing.assert_allclose(first(np.array([1.0, 2.0, 3.0])), [0, 12, 27])
    with pytest.raises(TypeError, match=r"np.add.at"):
        grad(lambda x: np.sum(first(x) ** 2))(np.array([1.0, 2.0, 3.0]))


def test_the_third_derivative_of_tanh_agrees_with_autograd():
    x = np.linspace(-2, 2, 9)
    mine, theirs = np.tanh, anp.tanh
    for _ in range(3):
        mine, theirs = (grad(lambda x, f=mine: np.sum(f(x))),
                        autograd.elementwise_grad(theirs))
    np.testing.assert_allclose(mine(x), theirs(x), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("shape_a", SHAPES)
@pytest.mark.parametrize("shape_b", SHAPES)
@pytest.mark.parametrize("op", ["add", "subtract", "multiply", "divide", "maximum"])
def test_broadcasts_of_all_shapes_agree_with_pytorch(op, shape_a, shape_b, torch):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=shape_a), rng.normal(size=shape_b)
    output = np.asarray(OPERATIONS[op](a, b))
    bar = rng.normal(size=output.shape)
    bars = RULES[op](bar, output, a, b)
    leaves = [torch.tensor(each, requires_grad=True) for each in (a, b)]
    getattr(torch, op)(*leaves).backward(torch.tensor(bar))
    for mine, leaf in zip(bars, leaves, strict=True):
        assert np.shape(mine) == leaf.shape
        np.testing.assert_allclose(mine, leaf.grad.numpy(), rtol=1e-12, atol=1e-14)


# --- the network --------------------------------------------------------------------------


def network(rng, D, H, K):
    return {"W1": rng.normal(size=(H, D)), "b1": rng.normal(size=H),
            "W2": rng.normal(size=(K, H)), "b2": rng.normal(size=K)}


@pytest.mark.parametrize(("N", "D", "H", "K"), [(5, 3, 4, 2), (1, 2, 6, 3), (8, 8, 8, 8)])
def test_the_network_agrees_with_pytorch(N, D, H, K, torch):
    rng = np.random.default_rng(N)
    params, X, labels = network(rng, D, H, K), rng.normal(size=(N, D)), rng.integers(0, K, N)
    loss = REFERENCE["mlp_loss"](params, X, labels)
    gradient = grad(REFERENCE["mlp_loss"])(params, X, labels)
    theirs = {name: torch.tensor(each, requires_grad=True) for name, each in params.items()}
    hidden = torch.sigmoid(torch.tensor(X) @ theirs["W1"].T + theirs["b1"])
    their_loss = torch.nn.functional.cross_entropy(
        hidden @ theirs["W2"].T + theirs["b2"], torch.tensor(labels))
    their_loss.backward()
    assert loss == pytest.approx(their_loss.item(), rel=1e-12)
    for name in params:
        np.testing.assert_allclose(gradient[name], theirs[name].grad.numpy(), rtol=1e-9, atol=1e-13)


def test_the_network_agrees_with_scikit_learn():
    """MLPClassifier's own backward pass, on the same weights."""
    from sklearn.neural_network import MLPClassifier

    rng = np.random.default_rng(3)
    params, X, labels = network(rng, 4, 5, 3), rng.normal(size=(12, 4)), np.arange(12) % 3
    net = MLPClassifier((5,), activation="logistic", alpha=0, max_iter=1, random_state=0)
    net.partial_fit(X, labels, classes=[0, 1, 2])
    net.coefs_ = [params["W1"].T.copy(), params["W2"].T.copy()]
    net.intercepts_ = [params["b1"].copy(), params["b2"].copy()]
    expected = -np.mean(np.log(net.predict_proba(X)[np.arange(12), labels]))
    assert REFERENCE["mlp_loss"](params, X, labels) == pytest.approx(expected, rel=1e-10)


# --- checkpointing ------------------------------------------------------------------------


@given(st.integers(1, 40), st.integers(1, 45))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_a_checkpointed_chain_agrees_with_autograd(depth, every):
    rng = np.random.default_rng(depth)
    x, bar, W = rng.normal(size=3), rng.normal(size=3), 0.8 * rng.normal(size=(3, 3))

    def step(x, np=np):
        return np.tanh(np.dot(W, x))

    def step_vjp(bar, x):
        return grad(lambda x: np.sum(np.reshape(np.tanh(W @ np.reshape(x, (3, 1))), 3) * bar))(x)

    def chain(x):
        for _ in range(depth):
            x = step(x, anp)
        return anp.sum(x * bar)

    end, x_bar = REFERENCE["checkpointed_vjp"](step, step_vjp, x, depth, every, bar)
    np.testing.assert_allclose(end @ bar, chain(x), rtol=1e-12)
    np.testing.assert_allclose(x_bar, autograd.grad(chain)(x), rtol=1e-9, atol=1e-14)


def test_the_gradient_comes_back_plain_and_the_inner_one_traced():
    tape = Tape()
    x = watch(tape, [1.0, 2.0])
    inner = grad(lambda x: np.sum(x**3))
    assert isinstance(inner(x), Array)
    assert isinstance(inner([1.0, 2.0]), np.ndarray)
