"""The solutions' numbers against libraries that nobody here wrote."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from scipy.differentiate import derivative as scipy_derivative
from scipy.optimize import approx_fprime, minimize
from scipy.special import expit

from autograder.build import ROOT
from autograder.reference import load_reference

REFERENCE = load_reference(ROOT / "source/backprop/1_chain_rule.ipynb")
NEURONS = [tuple(row) for row in np.random.default_rng(0).normal(size=(20, 4))]


def squash(z):
    return 0.5 * (anp.tanh(0.5 * z) + 1)


def loss(w, b, x, t):
    return 0.5 * (squash(w * x + b) - t) ** 2


def test_sigmoid_is_scipys_expit():
    z = np.concatenate([np.linspace(-40, 40, 801), [-1e3, 1e3, -745.2, 710.0, 1e300, -1e300]])
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(REFERENCE["sigmoid"](z), expit(z), rtol=1e-14, atol=0)


def test_sigmoid_prime_is_the_derivative_of_scipys_expit():
    z = np.linspace(-12, 12, 97)
    expected = scipy_derivative(expit, z, initial_step=0.5, tolerances={"rtol": 1e-10}).df
    np.testing.assert_allclose(REFERENCE["sigmoid_prime"](z), expected, rtol=1e-6, atol=1e-11)


@pytest.mark.parametrize("neuron", NEURONS)
def test_the_passes_of_a_neuron_agree_with_autograd(neuron):
    w, b, x, t = neuron
    values = REFERENCE["forward"](*neuron)
    bars = REFERENCE["backward"](*neuron)
    assert values["loss"] == pytest.approx(loss(*neuron), rel=1e-12)
    dw, db = autograd.grad(loss, 0)(*neuron), autograd.grad(loss, 1)(*neuron)
    y_bar = autograd.grad(lambda y: 0.5 * (y - t) ** 2)(values["y"])
    z_bar = autograd.grad(lambda z: 0.5 * (squash(z) - t) ** 2)(w * x + b)
    assert [bars[s] for s in "yzwb"] == pytest.approx([y_bar, z_bar, dw, db], rel=1e-10)
    assert REFERENCE["expanded_gradient"](*neuron) == pytest.approx((dw, db), rel=1e-10)


@pytest.mark.parametrize("neuron", NEURONS)
def test_the_regularised_bars_agree_with_autograd(neuron):
    w, b, x, t = neuron

    def total(w, b):
        return loss(w, b, x, t) + 0.3 * 0.5 * w**2

    values = REFERENCE["regularized_forward"](*neuron, 0.3)
    bars = REFERENCE["regularized_backward"](*neuron, 0.3)
    assert values["total"] == pytest.approx(total(w, b), rel=1e-12)
    assert bars["w"] == pytest.approx(autograd.grad(total, 0)(w, b), rel=1e-10)
    assert bars["b"] == pytest.approx(autograd.grad(total, 1)(w, b), rel=1e-10)
    assert (bars["loss"], bars["reg"]) == (1.0, 0.3)


@pytest.mark.parametrize("t", np.linspace(-2.5, 2.5, 11))
def test_the_total_derivative_agrees_with_autograd(t):
    expected = autograd.grad(lambda t: t**2 + anp.exp(anp.cos(t) * t**2))(t)
    assert REFERENCE["total_derivative"](t) == pytest.approx(expected, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("shape", [(), (1,), (5,), (2, 3), (2, 1, 3)])
def test_the_numerical_gradient_agrees_with_scipy(shape):
    theta = np.random.default_rng(1).normal(size=shape)

    def f(theta):
        return float(np.sum(np.sin(theta)) ** 2)

    got = REFERENCE["numerical_gradient"](f, theta)
    flat = np.atleast_1d(theta.ravel())
    one_sided = approx_fprime(flat, lambda v: f(v.reshape(shape)), 1e-7).reshape(shape)
    exact = 2 * np.sum(np.sin(theta)) * np.cos(theta)
    assert got.shape == shape
    np.testing.assert_allclose(got, one_sided, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(got, exact, rtol=1e-8, atol=1e-9)


def test_the_cost_gradient_agrees_with_autograd_and_the_descent_with_scipys_minimum():
    rng = np.random.default_rng(2)
    X = rng.normal(size=40)
    T = rng.uniform(0.05, 0.95, 40)

    def cost(theta):
        return anp.mean(loss(theta[0], theta[1], X, T))

    start = np.array([0.4, -0.7])
    np.testing.assert_allclose(
        REFERENCE["cost_gradient"](*start, X, T), autograd.grad(cost)(start), rtol=1e-10)
    path = REFERENCE["gradient_descent"](*start, X, T, 5.0, 3000)
    best = minimize(cost, start, jac=autograd.grad(cost), options={"gtol": 1e-10})
    np.testing.assert_allclose(path[-1], best.x, rtol=1e-5)
    assert np.all(np.diff([cost(point) for point in path]) <= 1e-15)
