"""The solutions of notebook 3 against PyTorch, autograd, scikit-learn and SciPy."""

from itertools import pairwise

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from scipy.special import expit, log_expit, log_softmax, softmax
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

from autograder.build import ROOT
from autograder.reference import load_reference

REFERENCE = load_reference(ROOT / "source/backprop/3_mlp_backprop.ipynb")
ACTIVATIONS = ("sigmoid", "tanh", "relu")
SHAPES = [(3, 4, 2), (1, 5, 3), (4, 1, 2), (2, 3, 1), (3, 3, 3)]


def close(got, expected, rtol=1e-10, atol=1e-12):
    np.testing.assert_allclose(got, np.asarray(expected), rtol=rtol, atol=atol)


def parameters(rng, D, H, K):
    return {"W1": rng.normal(size=(H, D)), "b1": rng.normal(size=H),
            "W2": rng.normal(size=(K, H)), "b2": rng.normal(size=K)}


def leaves(torch, params):
    return {name: torch.tensor(value, requires_grad=True) for name, value in params.items()}


@pytest.mark.parametrize(("forward", "backward"), [
    ("mlp_forward_units", "mlp_backward_units"), ("mlp_forward", "mlp_backward")])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_passes_of_one_example_agree_with_pytorch_in_every_signal(
        shape, forward, backward, torch):
    rng = np.random.default_rng(sum(shape))
    D, _, K = shape
    params, x, t = parameters(rng, *shape), rng.normal(size=D), rng.normal(size=K)
    p = leaves(torch, params)
    z = p["W1"] @ torch.tensor(x) + p["b1"]
    h = torch.sigmoid(z)
    y = p["W2"] @ h + p["b2"]
    for signal in (z, h, y):
        signal.retain_grad()
    loss = 0.5 * torch.sum((y - torch.tensor(t)) ** 2)
    loss.backward()
    values, bars = REFERENCE[forward](params, x, t), REFERENCE[backward](params, x, t)
    for name, tensor in {"z": z, "h": h, "y": y, "loss": loss}.items():
        close(values[name], tensor.detach())
    for name, tensor in {**p, "z": z, "h": h, "y": y}.items():
        close(bars[name], tensor.grad)


def cost(params, X, T):
    H = 1 / (1 + anp.exp(-(anp.dot(X, params["W1"].T) + params["b1"])))
    Y = anp.dot(H, params["W2"].T) + params["b2"]
    return anp.mean(0.5 * anp.sum((Y - T) ** 2, axis=1))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("N", [1, 6])
def test_the_cost_and_its_gradient_agree_with_autograd(shape, N):
    rng = np.random.default_rng(N)
    D, _, K = shape
    params, X, T = parameters(rng, *shape), rng.normal(size=(N, D)), rng.normal(size=(N, K))
    assert REFERENCE["mlp_cost"](params, X, T) == pytest.approx(cost(params, X, T), rel=1e-12)
    gradient = REFERENCE["mlp_cost_gradient"](params, X, T)
    for name, expected in autograd.grad(cost)(params, X, T).items():
        close(gradient[name], expected)


SETTINGS = {"solver": "sgd", "learning_rate_init": 0.25, "momentum": 0.0, "alpha": 0.0,
            "batch_size": 12, "shuffle": False, "random_state": 0, "max_iter": 1}


def layers_of(model):
    """Copies of a scikit-learn network's weights, as (outputs, inputs), and biases."""
    return [(W.T.copy(), b.copy()) for W, b in zip(model.coefs_, model.intercepts_, strict=True)]


def scikit_learns_step(model, X, targets):
    """The weights before one full-batch step of plain descent, and the gradient that it took."""
    with pytest.warns(ConvergenceWarning):
        model.fit(X, targets)
    before = layers_of(model)
    model.partial_fit(X, targets)
    return before, [((W - V) / 0.25, (b - c) / 0.25)
                    for (W, b), (V, c) in zip(before, layers_of(model), strict=True)]


def test_the_cost_gradient_is_the_one_that_scikit_learn_descends():
    rng = np.random.default_rng(3)
    X, T = rng.normal(size=(12, 3)), rng.normal(size=(12, 2))
    model = MLPRegressor(hidden_layer_sizes=(5,), activation="logistic", **SETTINGS)
    ((W1, b1), (W2, b2)), taken = scikit_learns_step(model, X, T)
    ours = REFERENCE["mlp_cost_gradient"]({"W1": W1, "b1": b1, "W2": W2, "b2": b2}, X, T)
    for got, expected in zip([ours[name] for name in ("W1", "b1", "W2", "b2")],
                             [array for layer in taken for array in layer], strict=True):
        close(got, expected, rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize(("ours", "theirs"), [("sigmoid", "logistic"), ("tanh", "tanh"),
                                              ("relu", "relu")])
def test_a_deep_classifiers_gradient_is_the_one_that_scikit_learn_descends(ours, theirs):
    rng = np.random.default_rng(7)
    X, labels = rng.normal(size=(12, 4)), np.arange(12) % 3
    model = MLPClassifier(hidden_layer_sizes=(6, 5), activation=theirs, **SETTINGS)
    layers, taken = scikit_learns_step(model, X, labels)
    _, bars = REFERENCE["softmax_cross_entropy"](REFERENCE["deep_forward"](layers, X, ours), labels)
    gradient = REFERENCE["deep_backward"](layers, X, ours, bars / len(X))
    for got, expected in zip(gradient, taken, strict=True):
        close(got[0], expected[0], rtol=1e-8, atol=1e-11)
        close(got[1], expected[1], rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("sizes", [(3, 2), (2, 4, 3), (3, 5, 4, 6, 2), (4, 4, 4, 4)])
def test_the_deep_gradients_agree_with_pytorch(sizes, activation, torch):
    rng = np.random.default_rng(len(sizes))
    layers = [(rng.normal(size=(to, of)), rng.normal(size=to))
              for of, to in pairwise(sizes)]
    X, Y_bar = rng.normal(size=(7, sizes[0])), rng.normal(size=(7, sizes[-1]))
    tensors = [tuple(torch.tensor(part, requires_grad=True) for part in layer) for layer in layers]
    signal = torch.tensor(X)
    for place, (W, b) in enumerate(tensors):
        signal = torch.nn.functional.linear(
            getattr(torch, activation)(signal) if place else signal, W, b)
    signal.backward(torch.tensor(Y_bar))
    close(REFERENCE["deep_forward"](layers, X, activation), signal.detach())
    for got, expected in zip(REFERENCE["deep_backward"](layers, X, activation, Y_bar), tensors,
                             strict=True):
        close(got[0], expected[0].grad)
        close(got[1], expected[1].grad)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_vector_jacobian_products_of_activations_agree_with_pytorch(name, torch):
    rng = np.random.default_rng(5)
    z = np.concatenate([rng.normal(scale=3, size=20), [300.0, -300.0]]).reshape(2, 11)
    h_bar = rng.normal(size=z.shape)
    tensor = torch.tensor(z, requires_grad=True)
    getattr(torch, name)(tensor).backward(torch.tensor(h_bar))
    close(REFERENCE[f"{name}_vjp"](h_bar, z), tensor.grad)


@pytest.mark.parametrize(("N", "D", "K"), [(5, 3, 2), (1, 4, 3), (4, 1, 2), (3, 3, 3)])
def test_the_linear_vector_jacobian_product_agrees_with_pytorch(N, D, K, torch):
    rng = np.random.default_rng(N)
    Z_bar, X, W = rng.normal(size=(N, K)), rng.normal(size=(N, D)), rng.normal(size=(K, D))
    tensors = [torch.tensor(a, requires_grad=True) for a in (X, W, np.zeros(K))]
    torch.nn.functional.linear(*tensors).backward(torch.tensor(Z_bar))
    for got, tensor in zip(REFERENCE["linear_vjp"](Z_bar, X, W), tensors, strict=True):
        close(got, tensor.grad)


def test_the_softmax_cross_entropy_is_scipys_and_pytorchs_far_out_too(torch):
    rng = np.random.default_rng(9)
    logits = np.concatenate([rng.normal(size=(6, 4)), 1000 * rng.choice([-1, 1], (6, 4)),
                             1e6 + rng.normal(size=(3, 4)), 30.0 * np.eye(4)])
    labels = rng.integers(0, 4, len(logits))
    with np.errstate(all="raise", under="ignore"):
        losses, bars = REFERENCE["softmax_cross_entropy"](logits, labels)
    rows = np.arange(len(logits))
    close(losses, -log_softmax(logits, axis=1)[rows, labels], rtol=1e-13, atol=1e-15)
    close(bars, softmax(logits, axis=1) - np.eye(4)[labels], rtol=1e-9, atol=1e-15)
    tensor = torch.tensor(logits, requires_grad=True)
    torch.nn.functional.cross_entropy(tensor, torch.tensor(labels), reduction="sum").backward()
    close(bars, tensor.grad, rtol=1e-9)


def test_the_logistic_cross_entropy_is_scipys_and_pytorchs_far_out_too(torch):
    z = np.concatenate([np.linspace(-40, 40, 41), [-1000.0, 1000.0]])
    for t in (np.zeros(len(z)), np.ones(len(z))):
        with np.errstate(all="raise", under="ignore"):
            losses, bars = REFERENCE["logistic_cross_entropy"](z, t)
        close(losses, -log_expit(np.where(t == 1, z, -z)), rtol=1e-12, atol=1e-14)
        close(bars, expit(z) - t, rtol=1e-13, atol=1e-15)
        tensor = torch.tensor(z, requires_grad=True)
        torch.nn.functional.binary_cross_entropy_with_logits(
            tensor, torch.tensor(t), reduction="sum").backward()
        close(bars, tensor.grad, rtol=1e-9)


def test_the_margin_losses_and_the_squared_error_agree_with_pytorch(torch):
    rng = np.random.default_rng(11)
    z, t = rng.normal(scale=2, size=20), rng.choice([-1, 1], 20)
    tensor = torch.tensor(z, requires_grad=True)
    expected = torch.clamp(1 - torch.tensor(t) * tensor, min=0)
    expected.sum().backward()
    losses, bars = REFERENCE["hinge"](z, t)
    close(losses, expected.detach())
    close(bars, tensor.grad)
    close(REFERENCE["zero_one"](z, t), np.sign(z) != t)
    Y, T = rng.normal(size=(6, 3)), rng.normal(size=(6, 3))
    tensor = torch.tensor(Y, requires_grad=True)
    expected = 0.5 * torch.nn.functional.mse_loss(tensor, torch.tensor(T), reduction="none").sum(1)
    expected.sum().backward()
    losses, bars = REFERENCE["squared_error"](Y, T)
    close(losses, expected.detach())
    close(bars, tensor.grad)


@pytest.mark.parametrize("sizes", [(4, 5), (3, 7, 2), (2, 3, 4, 5)])
def test_the_multiply_adds_are_those_that_pytorch_counts(sizes, torch):
    from torch.utils.flop_counter import FlopCounterMode

    network = torch.nn.Sequential(*(torch.nn.Linear(of, to) for of, to in pairwise(sizes)))
    x = torch.ones(1, sizes[0], requires_grad=True)
    with FlopCounterMode(display=False) as forward:
        y = network(x)
    with FlopCounterMode(display=False) as backward:
        y.backward(torch.ones_like(y))
    counts = forward.get_total_flops() // 2, backward.get_total_flops() // 2
    assert REFERENCE["multiply_adds"](sizes) == counts
