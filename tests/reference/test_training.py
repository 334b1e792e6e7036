"""The solutions of notebook 4 against libraries that nobody here wrote."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, Perceptron
from sklearn.neural_network import MLPClassifier

from autograder.build import ROOT
from autograder.reference import load_reference
from course_utils import classifier, datasets

REFERENCE = load_reference(ROOT / "source/backprop/4_training.ipynb")
SIZES = [(7, 4, 5, 3), (1, 3, 2, 6), (12, 2, 9, 4)]


def problem(n, features, hidden, classes, seed=0):
    rng = np.random.default_rng(seed)
    params = {"W1": rng.normal(size=(hidden, features)), "b1": rng.normal(size=hidden),
              "W2": rng.normal(size=(classes, hidden)), "b2": rng.normal(size=classes)}
    return params, rng.normal(size=(n, features)), rng.integers(0, classes, n)


@pytest.mark.parametrize("data", [datasets.load_diabetes(), datasets.make_line()],
                         ids=lambda data: data.name)
def test_the_direct_solution_is_scikit_learns_linear_regression_and_lstsq(data):
    w, b = REFERENCE["direct_solution"](data.X_train, data.t_train)
    model = LinearRegression().fit(data.X_train, data.t_train)
    np.testing.assert_allclose(w, model.coef_, rtol=1e-6)
    np.testing.assert_allclose(b, model.intercept_, rtol=1e-6)
    A = np.column_stack([data.X_train, np.ones(len(data.t_train))])
    theta = np.linalg.lstsq(A, data.t_train, rcond=None)[0]
    np.testing.assert_allclose([*w, b], theta, rtol=1e-6)


def test_gradient_descent_reaches_the_direct_solution():
    data = datasets.make_line()
    w, b = REFERENCE["gradient_descent_regression"](data.X_train, data.t_train, 0.3, 2000)
    direct = REFERENCE["direct_solution"](data.X_train, data.t_train)
    np.testing.assert_allclose([*w, b], [*direct[0], direct[1]], rtol=1e-9)


@pytest.mark.parametrize("spread", [1.0, 3.5])
@pytest.mark.parametrize("epochs", [1, 2, 7])
def test_the_perceptron_is_scikit_learns(spread, epochs):
    """Which is started at zero, takes the rows in order and stops early only if told so."""
    data = datasets.make_blobs(centers=2, spread=spread)
    t = 2 * data.t_train - 1
    w, b, mistakes = REFERENCE["perceptron"](data.X_train, t, epochs)
    model = Perceptron(shuffle=False, max_iter=epochs, tol=None, random_state=0)
    model.fit(data.X_train, t)
    np.testing.assert_allclose(w, model.coef_[0], rtol=1e-9, atol=1e-9)
    assert b == pytest.approx(model.intercept_[0])
    assert len(mistakes) == epochs


@pytest.mark.parametrize("beta", [0.0, 0.9])
def test_steps_are_those_of_torch(beta, torch):
    rng = np.random.default_rng(1)
    params = {"W": rng.normal(size=(3, 4)), "b": rng.normal(size=3)}
    theirs = [torch.tensor(p, requires_grad=True) for p in params.values()]
    optimiser = torch.optim.SGD(theirs, lr=0.05, momentum=beta)
    velocity = {name: np.zeros_like(p) for name, p in params.items()}
    for _ in range(10):
        optimiser.zero_grad()
        sum((p**3).sum() for p in theirs).backward()
        optimiser.step()
        grads = {name: 3 * p**2 for name, p in params.items()}
        if beta:
            params, velocity = REFERENCE["momentum_step"](params, grads, velocity, 0.05, beta)
        else:
            params = REFERENCE["sgd_step"](params, grads, 0.05)
    for mine, its in zip(params.values(), theirs, strict=True):
        np.testing.assert_allclose(mine, its.detach().numpy(), rtol=1e-12)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_networks_gradient_is_torchs(sizes, torch):
    params, X, labels = problem(*sizes)
    theirs = {name: torch.tensor(p, requires_grad=True) for name, p in params.items()}
    H = torch.tanh(torch.nn.functional.linear(torch.tensor(X), theirs["W1"], theirs["b1"]))
    Y = torch.nn.functional.linear(H, theirs["W2"], theirs["b2"])
    loss = torch.nn.functional.cross_entropy(Y, torch.tensor(labels))
    loss.backward()
    cost, grads = REFERENCE["network_cost_gradient"](params, X, labels)
    assert cost == pytest.approx(loss.item(), rel=1e-12)
    for name, g in grads.items():
        np.testing.assert_allclose(g, theirs[name].grad.numpy(), rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_networks_gradient_is_autograds(sizes):
    params, X, labels = problem(*sizes, seed=2)

    def cost(params):
        Y = anp.dot(anp.tanh(anp.dot(X, params["W1"].T) + params["b1"]), params["W2"].T)
        Y = Y + params["b2"]
        return anp.mean(anp.log(anp.sum(anp.exp(Y), axis=1)) - Y[anp.arange(len(X)), labels])

    expected = autograd.grad(cost)(params)
    _, grads = REFERENCE["network_cost_gradient"](params, X, labels)
    for name, g in grads.items():
        np.testing.assert_allclose(g, expected[name], rtol=1e-9, atol=1e-14)


def test_one_step_is_that_of_scikit_learns_network():
    """A single full-batch step of MLPClassifier from the same weights, without its decay."""
    params, X, labels = problem(40, 4, 6, 3)
    model = MLPClassifier((6,), activation="tanh", solver="sgd", alpha=0, batch_size=40,
                          learning_rate_init=0.3, momentum=0, nesterovs_momentum=False,
                          random_state=0)
    model.partial_fit(X, labels, classes=[0, 1, 2])
    model.coefs_ = [params["W1"].T.copy(), params["W2"].T.copy()]
    model.intercepts_ = [params["b1"].copy(), params["b2"].copy()]
    model._optimizer.params = model.coefs_ + model.intercepts_
    model.partial_fit(X, labels)
    _, grads = REFERENCE["network_cost_gradient"](params, X, labels)
    stepped = REFERENCE["sgd_step"](params, grads, 0.3)
    for mine, its in [("W1", model.coefs_[0].T), ("W2", model.coefs_[1].T),
                      ("b1", model.intercepts_[0]), ("b2", model.intercepts_[1])]:
        np.testing.assert_allclose(stepped[mine], its, rtol=1e-9, atol=1e-12)


def test_the_digits_are_read_as_well_as_by_scikit_learns_network():
    data = datasets.load_digits()
    model = MLPClassifier((40,), activation="tanh", solver="sgd", batch_size=32, alpha=0,
                          learning_rate_init=0.1, momentum=0.9, nesterovs_momentum=False,
                          max_iter=20, n_iter_no_change=100, random_state=0)
    with pytest.warns(match="Maximum iterations"):
        model.fit(data.X_train, data.t_train)
    theirs = model.score(data.X_test, data.t_test)
    shares = []
    for seed in range(5):
        params = REFERENCE["train_digits"](data.X_train, data.t_train, np.random.default_rng(seed))
        shares.append(classifier.accuracy(params, data.X_test, data.t_test))
    assert min(shares) >= 0.95
    assert np.mean(shares) >= theirs - 0.01


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_signals_through_depth_are_torchs(activation, torch):
    rng = np.random.default_rng(4)
    widths = [5, 8, 3, 6, 4]
    weights = [rng.normal(size=shape) for shape in zip(widths[1:], widths[:-1], strict=True)]
    x, y_bar = rng.normal(size=5), rng.normal(size=4)
    values = [torch.tensor(x, requires_grad=True)]
    for W in weights:
        values.append(getattr(torch, activation)(torch.tensor(W) @ values[-1]))
        values[-1].retain_grad()
    values[-1].backward(torch.tensor(y_bar))
    expected = [h.grad.square().mean().sqrt().item() for h in values]
    np.testing.assert_allclose(
        REFERENCE["gradient_sizes"](weights, x, activation, y_bar), expected, rtol=1e-9)


def test_feedback_through_the_transpose_is_backprop():
    params, X, labels = problem(6, 3, 5, 4)
    cost, grads = REFERENCE["network_cost_gradient"](params, X, labels)
    same, through = REFERENCE["feedback_alignment_gradient"](
        params, params["W2"].T, X, labels)
    assert same == cost
    for name in grads:
        np.testing.assert_allclose(through[name], grads[name], rtol=1e-12, atol=1e-15)


def test_feedback_alignment_is_torchs_gradient_with_other_weights_on_the_way_back(torch):
    params, X, labels = problem(6, 3, 5, 4)
    B = np.random.default_rng(9).normal(size=(5, 4))

    class Feedback(torch.autograd.Function):
        @staticmethod
        def forward(ctx, H, W2):
            ctx.save_for_backward(H)
            return H @ W2.T

        @staticmethod
        def backward(ctx, Y_bar):
            (H,) = ctx.saved_tensors
            return Y_bar @ torch.tensor(B).T, Y_bar.T @ H

    theirs = {name: torch.tensor(p, requires_grad=True) for name, p in params.items()}
    H = torch.tanh(torch.tensor(X) @ theirs["W1"].T + theirs["b1"])
    Y = Feedback.apply(H, theirs["W2"]) + theirs["b2"]
    torch.nn.functional.cross_entropy(Y, torch.tensor(labels)).backward()
    _, grads = REFERENCE["feedback_alignment_gradient"](params, B, X, labels)
    for name, g in grads.items():
        np.testing.assert_allclose(g, theirs[name].grad.numpy(), rtol=1e-9, atol=1e-14)


def test_the_hinges_gradient_is_torchs(torch):
    rng = np.random.default_rng(6)
    X, t = rng.normal(size=(9, 3)), rng.choice([-1, 1], 9)
    params = {"w": rng.normal(size=3), "b": 0.2}
    w, b = (torch.tensor(params[name], requires_grad=True, dtype=torch.float64) for name in "wb")
    loss = torch.clamp(1 - torch.tensor(t) * (torch.tensor(X) @ w + b), min=0).mean()
    loss.backward()
    cost, grads = REFERENCE["hinge_cost_gradient"](params, X, t)
    assert cost == pytest.approx(loss.item())
    np.testing.assert_allclose([*grads["w"], grads["b"]], [*w.grad.numpy(), b.grad.item()])
