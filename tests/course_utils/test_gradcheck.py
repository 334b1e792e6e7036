"""The gradient checker is right, or says that it cannot tell: against outside libraries."""

from __future__ import annotations

import doctest
import math
import re

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime, check_grad

from course_utils import finite_difference, gradcheck, neuron
from course_utils.finite_difference import Estimate, derivative
from course_utils.gradcheck import check_gradient, check_gradient_along
from course_utils.plain_numbers import NotOneNumberError

BOTH = pytest.mark.parametrize("check", [check_gradient, check_gradient_along])

# name: (function in autograd's NumPy, points)
SCALAR = {
    "exp": (anp.exp, [-30.0, -1.0, 0.0, 1.0, 30.0, 300.0]),
    "log": (anp.log, [1e-9, 1e-5, 0.01, 1.0, 1e3, 1e8]),
    "tanh": (anp.tanh, [-3.0, 0.0, 0.5, 8.0]),
    "logistic loss": (lambda z: anp.logaddexp(0.0, -z), [-500.0, -3.0, 0.0, 4.0, 40.0]),
    "large quadratic": (lambda x: 1e6 * x**2, [0.0, 1.0, -3.0, 1e6]),
    "small quadratic": (lambda x: 1e-6 * x**2, [0.0, 1.0, -3.0, 1e6]),
    "narrow quadratic": (lambda x: (1e6 * x - 1.0) ** 2, [0.0, 1.0, -3.0]),
    "quartic near its minimum": (lambda x: (x - 1.0) ** 4, [0.9, 1.0, 1.001, 1.00001]),
    "waves": (lambda x: anp.sin(100.0 * x), [0.0, 0.3, 1.0, math.pi / 200.0]),
    "fast waves": (lambda x: anp.sin(1e6 * x), [0.0, 0.3]),
    "far out": (anp.sin, [1e5]),
    "steep": (lambda x: anp.exp(1e6 * x), [0.0, 1e-6]),
    "narrow sigmoid": (lambda x: 1.0 / (1.0 + anp.exp(-1e4 * x)), [0.0, 1e-4]),
    "beside a pole": (lambda x: 1.0 / x, [1e-6, -1e-3, 2.0]),
    "beside the end": (anp.sqrt, [1e-10, 4.0]),
    "huge": (lambda x: 1e300 * x**2, [1.0]),
    "tiny": (lambda x: 1e-300 * x**2, [1.0]),
    "on a hill": (lambda x: 1e4 + anp.sin(x), [1.0]),
}
POINTS = [(name, x) for name, (_, points) in SCALAR.items() for x in points]


@pytest.mark.parametrize(("name", "x"), POINTS)
def test_derivative_agrees_with_autograd_within_the_error_it_claims(name, x):
    f = SCALAR[name][0]
    expected = float(autograd.grad(f)(x))
    estimate = derivative(f, x)
    assert estimate.verdict == "smooth"
    assert abs(estimate.value - expected) <= estimate.error + 1e-15 * abs(expected)
    assert estimate.error <= 1e-6 * max(abs(expected), 1e-3 * estimate.scale)
    assert estimate.left == estimate.right == estimate.value


@pytest.mark.parametrize(("name", "x"), POINTS)
def test_derivative_is_no_worse_than_scipys(name, x):
    f = SCALAR[name][0]
    expected = float(autograd.grad(f)(x))
    with np.errstate(all="ignore"):
        scipys = approx_fprime(np.array([x]), lambda v: f(v[0]))[0]
    allowed = 1e-9 * abs(expected) + 1e-12 * derivative(f, x).scale
    assert abs(derivative(f, x).value - expected) <= max(allowed, abs(scipys - expected))


def test_cancellation_shows_in_the_error_and_not_as_a_wrong_value():
    def quartic(x):
        return x**4 - 4.0 * x**3 + 6.0 * x**2 - 4.0 * x + 1.0

    for x in (0.9, 1.0, 1.00001, 1.001, 1.01):
        estimate = derivative(quartic, x)
        assert abs(estimate.value - 4.0 * (x - 1.0) ** 3) <= estimate.error
    # 4e-15, with rounding of 1e-15 in f: nobody can know, and so nobody is told off
    assert check_gradient(quartic, 4e-15, 1.00001).ok is None
    assert check_gradient(quartic, 8e-15, 1.00001).ok is None
    assert check_gradient(quartic, 1.0, 1.00001).ok is False


coefficients = st.lists(st.floats(-100.0, 100.0, width=16), min_size=1, max_size=6)


@settings(deadline=None, max_examples=300)
@given(coefficients, st.floats(-10.0, 10.0, width=32))
def test_derivative_of_any_polynomial(numbers, x):
    polynomial = np.polynomial.Polynomial(numbers)
    expected = polynomial.deriv()(x)
    size = np.polynomial.Polynomial(np.abs(numbers)).deriv()(abs(x))
    estimate = derivative(polynomial, x)
    assert estimate.verdict != "kink"
    if estimate.verdict == "smooth":
        assert abs(estimate.value - expected) <= estimate.error + 1e-14 * size


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.integers(-9, 9), min_size=2, max_size=5),
    st.floats(0.1, 3.0),
    st.sampled_from([2.0, -1.0, 0.5, 1.001]),
)
def test_a_polynomials_gradient_is_accepted_and_a_multiple_of_it_never(numbers, x, factor):
    polynomial = np.polynomial.Polynomial(numbers)
    right = float(polynomial.deriv()(x))
    assert check_gradient(polynomial, right, x).ok is not False
    if abs(right) > 0.1:
        assert check_gradient(polynomial, right, x).ok is True
        assert check_gradient(polynomial, factor * right, x).ok is False


# --- kinks, jumps, noise ---------------------------------------------------------------


def relu(x):
    return max(x, 0.0)


@pytest.mark.parametrize(
    ("f", "x", "left", "right"),
    [
        (abs, 0.0, -1.0, 1.0),
        (relu, 0.0, 0.0, 1.0),
        (lambda x: math.exp(x) + abs(x), 0.0, 0.0, 2.0),
        (lambda x: relu(math.expm1(x)), 0.0, 0.0, 1.0),
        (lambda x: relu(1.0 - x) + 0.1 * x**2, 1.0, -0.8, 0.2),
        (lambda x: 1e6 * abs(x - 3.0), 3.0, -1e6, 1e6),
        (lambda x: 1e-6 * abs(x), 0.0, -1e-6, 1e-6),
        (lambda x: x + 1e-3 * abs(x), 0.0, 0.999, 1.001),
    ],
)
def test_a_kink_is_recognised_with_the_slopes_on_both_sides(f, x, left, right):
    estimate = derivative(f, x)
    assert estimate.verdict == "kink"
    assert estimate.left == pytest.approx(left, rel=1e-7, abs=1e-9)
    assert estimate.right == pytest.approx(right, rel=1e-7, abs=1e-9)
    assert estimate.error < 1e-6 * max(abs(left), abs(right))


@pytest.mark.parametrize("side", [-1.0, 1.0])
@pytest.mark.parametrize("distance", [10.0**-k for k in range(2, 14)])
@pytest.mark.parametrize("smooth", [lambda x: 0.0, math.exp, lambda x: 1000.0 + x])
def test_a_kink_nearby_is_never_averaged_over(smooth, distance, side):
    def f(x):
        return smooth(x) + relu(x)

    slope = {math.exp: math.exp(side * distance)}.get(smooth, smooth(1.0) - smooth(0.0))
    estimate = derivative(f, side * distance)
    if estimate.verdict == "smooth":
        expected = slope + (side > 0.0)
        assert abs(estimate.value - expected) <= estimate.error
        assert estimate.error < 1e-3
    elif estimate.verdict == "kink":
        assert distance < 2e-7
        assert estimate.left == pytest.approx(slope, abs=1e-2)
        assert estimate.right == pytest.approx(slope + 1.0, abs=1e-2)
    else:
        assert distance < 2e-7


@pytest.mark.parametrize("bend", [1.0, 1e-3, 1e-5, -0.3, 1e3])
def test_no_kink_however_small_or_near_makes_a_smooth_verdict_wrong(bend):
    for distance in np.logspace(-9.0, -1.0, 60):
        for x in (distance, -distance):
            estimate = derivative(lambda z: math.exp(z) + bend * relu(z), x)
            expected = math.exp(x) + bend * (x > 0.0)
            if estimate.verdict == "smooth":
                assert abs(estimate.value - expected) <= estimate.error


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: float(x > 0.0), 0.0),
        (lambda x: math.sqrt(abs(x)), 0.0),
        (lambda x: float(np.cbrt(x)), 0.0),
        (lambda x: 1e12 + math.sin(1e4 * x), 0.3),
        (lambda x: x * math.sin(1.0 / x) if x else 0.0, 0.0),
        (lambda x: math.nan, 0.0),
        (lambda x: math.inf, 0.0),
        (lambda x: 1.0 / np.float64(x), 0.0),
        (lambda x: 0.0 if x == 0.0 else math.nan, 0.0),
        (math.sqrt, 0.0),
    ],
)
def test_where_there_is_no_telling_it_says_so(f, x):
    estimate = derivative(f, x)
    assert estimate.verdict == "cannot tell"
    assert math.isnan(estimate.value) and estimate.error == math.inf
    assert estimate.reason
    with np.errstate(divide="ignore"):
        # a slope that is far off may be refused all the same, but none is accepted
        assert check_gradient(f, 0.123, x).ok is not True


@pytest.mark.parametrize(("f", "x"), [(math.log, -1.0), (math.exp, 1e3), (lambda x: 1 / x, 0)])
def test_where_f_itself_fails_derivative_says_so_and_check_gradient_shows_it(f, x):
    assert "raises" in derivative(f, x).reason
    with pytest.raises((ValueError, ArithmeticError)):
        check_gradient(f, 1.0, x)


def test_a_function_with_chance_in_it_cannot_be_told():
    rng = np.random.default_rng(0)
    assert derivative(lambda x: x + 0.1 * rng.normal(), 0.5).verdict == "cannot tell"


def test_a_curvature_that_jumps_is_no_kink():
    for f in (lambda x: relu(x) ** 2, lambda x: x * abs(x)):
        estimate = derivative(f, 0.0)
        assert estimate.verdict == "smooth"
        assert abs(estimate.value) <= estimate.error < 1e-9


def test_a_step_beside_the_point_does_not_hide_that_it_is_flat_there():
    for distance in (1e-3, 1e-4, 1e-5):
        for f in (lambda x: float(x > 0.0), lambda x: 1.0 + relu(-x)):
            estimate = derivative(f, distance)
            assert (estimate.verdict, estimate.value) == ("smooth", 0.0)
            assert estimate.error < 1e-8


def test_single_precision_inside_f_widens_the_error():
    def f(x):
        return float(np.exp(np.float32(x)))

    estimate = derivative(f, 0.3)
    assert abs(estimate.value - math.exp(0.3)) <= estimate.error < 1e-3
    assert estimate.error > 1e-7
    assert check_gradient(f, 2.0 * math.exp(0.3), 0.3).ok is False
    assert check_gradient(f, math.exp(0.3), 0.3).ok is None


def test_any_slope_between_the_two_is_right_at_a_kink_and_no_other():
    for slope in (-1.0, 0.0, 0.3, 1.0):
        report = check_gradient(abs, slope, 0.0)
        assert report.ok is True
        assert report.rows[0].verdict == "kink"
        assert "kink" in report.summary
    report = check_gradient(abs, 1.1, 0.0)
    assert report.ok is False
    assert "between -1 and 1" in report.summary


# --- arrays and dicts --------------------------------------------------------------------

SIZES = {"W1": (4, 3), "b1": (4,), "W2": (2, 4), "b2": (2,)}


def draw(seed=0):
    rng = np.random.default_rng(seed)
    params = {name: rng.normal(size=shape) for name, shape in SIZES.items()}
    return params, rng.normal(size=(5, 3)), rng.normal(size=(5, 2))


def network(activation):
    params, X, T = draw()

    def cost(p):
        H = activation(anp.dot(X, p["W1"].T) + p["b1"])
        Y = anp.dot(H, p["W2"].T) + p["b2"]
        return anp.mean(anp.sum((Y - T) ** 2, axis=1)) / 2.0

    return cost, autograd.grad(cost), params


NETWORKS = {
    "tanh": network(anp.tanh),
    "sigmoid": network(lambda z: 1.0 / (1.0 + anp.exp(-z))),
    "relu": network(lambda z: anp.maximum(z, 0.0)),
    "sine": network(lambda z: anp.sin(10.0 * z)),
}


@BOTH
@pytest.mark.parametrize("name", NETWORKS)
def test_a_networks_gradient_is_accepted(check, name):
    cost, gradient, params = NETWORKS[name]
    for given_gradient in (gradient, gradient(params)):
        report = check(cost, given_gradient, params)
        assert report.ok is True and bool(report)
        assert all(row.ok and row.error < 1e-6 for row in report.rows)


@BOTH
@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("array", SIZES)
@pytest.mark.parametrize("factor", [2.0, -1.0, 0.0, 0.2, 1.001])
def test_a_wrong_factor_on_one_array_is_refused(check, name, array, factor):
    cost, gradient, params = NETWORKS[name]
    wrong = gradient(params)
    wrong[array] = wrong[array] * factor
    report = check(cost, wrong, params)
    assert report.ok is False and not report
    if check is check_gradient:
        assert [row.name for row in report.rows if row.ok is False] == [array]
        assert f"The gradient of {array} is wrong: at [" in report.summary


@pytest.mark.parametrize("array", SIZES)
def test_any_one_entry_that_is_off_by_a_thousandth_is_found(array):
    cost, gradient, params = NETWORKS["tanh"]
    for index in np.ndindex(SIZES[array]):
        wrong = gradient(params)
        wrong[array] = np.array(wrong[array])
        wrong[array][index] *= 1.001
        report = check_gradient(cost, wrong, params)
        (row,) = [row for row in report.rows if row.ok is False]
        assert (row.name, row.where) == (array, index)
        assert row.given == wrong[array][index]
        assert row.expected == pytest.approx(row.given / 1.001, rel=1e-6)


@BOTH
def test_a_transposed_gradient_is_refused_even_of_a_square_matrix(check):
    A = np.random.default_rng(1).normal(size=(3, 3))
    X = np.random.default_rng(2).normal(size=(3, 3))

    def f(W):
        return np.sum(A * np.tanh(W))

    right = A * (1.0 - np.tanh(X) ** 2)
    assert check(f, right, X).ok is True
    assert check(f, right.T, X).ok is False


def test_scipy_agrees_on_what_is_right():
    A = np.random.default_rng(3).normal(size=(4, 4))
    theta = np.array([0.3, -1.0, 2.0, 0.1])

    def f(x):
        return float(np.sin(x) @ A @ x)

    def right(x):
        return np.cos(x) * (A @ x) + A.T @ np.sin(x)

    def wrong(x):
        return np.cos(x) * (A @ x) + A @ np.sin(x)

    assert check_grad(f, right, theta) < 1e-6 < check_grad(f, wrong, theta)
    assert check_gradient(f, right, theta).ok is True
    assert check_gradient(f, wrong, theta).ok is False


def test_a_small_array_is_not_hidden_by_a_large_one():
    def f(p):
        return 1e6 * np.sum(p["large"] ** 2) + 1e-2 * np.sum(p["small"] ** 2)

    at = {"large": np.zeros(3) + 1e-3, "small": np.ones(2)}
    right = {"large": 2e6 * at["large"], "small": 2e-2 * at["small"]}
    assert check_gradient(f, right, at).ok is True
    assert check_gradient(f, {**right, "small": 2.002e-2 * at["small"]}, at).ok is False


def test_a_small_entry_is_not_hidden_by_a_large_one_of_its_array():
    weights = np.array([1e4, 1.0, 1e-3])

    def f(x):
        return np.sum(weights * np.sin(x))

    at = np.array([0.1, 0.2, 0.3])
    right = weights * np.cos(at)
    assert check_gradient(f, right, at).ok is True
    assert check_gradient(f, right * [1.0, 1.0, 1.01], at).rows[0].where == (2,)
    assert check_gradient(f, right * [1.0, 1.001, 1.0], at).ok is False


@BOTH
def test_a_gradient_of_zero_is_right_where_f_is_flat_and_only_there(check):
    at = np.array([0.5, -2.0])
    zeros = np.zeros(2)
    assert check(lambda x: 3.0, zeros, at).ok is True
    assert check(lambda x: 0.0, zeros, at).ok is True
    assert check(lambda x: np.sum((x - at) ** 2), zeros, at).ok is True  # at the minimum
    assert check(lambda x: 1.0 + np.sum((x - at) ** 2), zeros + 1e-17, at).ok is True
    assert check(lambda x: 3.0, zeros + 1e-6, at).ok is False
    assert check(lambda x: 1.0 + 1e-6 * np.sum(x), zeros, at).ok is False


@BOTH
def test_a_slope_that_rounding_hides_is_not_refused_where_f_does_not_move(check):
    def loss(x):
        return np.log(1.0 + np.exp(-x))  # 0 from x = 37 on, since 1 + 1e-16 is 1

    right = -np.exp(-70.0) / (1.0 + np.exp(-70.0))
    report = check(loss, right, 70.0)
    assert report.ok is None
    assert "f does not move at all there" in report.summary
    assert check(loss, 0.0, 70.0).ok is True
    assert check(loss, -1e-10, 70.0).ok is False
    assert check(lambda x: 1e-30 * x, 1e-30, 1.0).ok is True
    assert check(lambda x: 1e-30 * x, 2e-30, 1.0).ok is False


@BOTH
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_nan_and_infinity_in_the_gradient_fail(check, bad):
    at = np.array([[1.0, 2.0]])
    report = check(lambda x: np.sum(x**2), np.array([[2.0, bad]]), at)
    assert report.ok is False
    assert str(bad) in report.summary or check is check_gradient_along
    assert check(lambda x: math.nan, np.array([[2.0, bad]]), at).ok is False


@BOTH
def test_f_that_is_nan_proves_nothing(check):
    report = check(lambda x: math.nan, np.array([2.0]), np.array([1.0]))
    assert report.ok is None
    assert not report
    assert "nan at this point" in report.summary


@BOTH
@pytest.mark.parametrize("theta", [3, 3.0, np.float64(3.0), np.array(3.0), np.array(3)])
def test_a_single_number_is_given_to_f_as_a_float(check, theta):
    def f(x):
        assert type(x) is float
        return x**2

    assert check(f, 6, theta).ok is True
    assert check(f, np.array(6.0), theta).ok is True
    assert check(f, lambda x: 3 * x, theta).ok is False


@BOTH
def test_integers_and_lists_are_converted(check):
    def f(p):
        assert p["W"].dtype == np.float64 and p["W"].shape == (2, 2)
        assert type(p["b"]) is float
        return np.sum(p["W"] ** 3) + p["b"] ** 2

    theta = {"W": [[1, 2], [3, 4]], "b": 5}
    assert check(f, {"W": [[3, 12], [27, 48]], "b": 10}, theta).ok is True
    assert check(f, {"W": [[3, 12], [27, 49]], "b": 10}, theta).ok is False
    assert check(f, {"W": np.array([[3, 12], [27, 48]]), "b": 10}, theta).notes == ()


@BOTH
def test_float32_is_computed_in_float64_and_said_so(check):
    theta = np.linspace(-1.0, 1.0, 5, dtype=np.float32)

    def f(x):
        assert x.dtype == np.float64
        return np.sum(np.sin(x))

    report = check(f, np.cos(theta.astype(np.float64)), theta)
    assert report.ok is True
    assert "theta was float32" in report.notes[0]
    assert report.notes[0] in str(report)
    assert check(f, 2.0 * np.cos(theta), theta).ok is False


@BOTH
def test_theta_is_never_changed_and_f_gets_new_arrays_each_time(check):
    theta = {"a": np.array([1.0, 2.0]), "b": np.array([[3.0]])}
    before = {name: array.copy() for name, array in theta.items()}

    def vandal(p):
        value = float(np.sum(p["a"] ** 2) + np.sum(p["b"] ** 2))
        for array in p.values():
            array[...] = 99.0
        p.clear()
        return value

    def gradient(p):
        bars = {name: 2.0 * array for name, array in p.items()}
        for array in p.values():
            array[...] = -7.0
        return bars

    assert check(vandal, gradient, theta).ok is True
    for name, array in before.items():
        np.testing.assert_array_equal(theta[name], array)


# --- gradients of the wrong form: a sentence, no traceback -------------------------------


def square(x):
    return np.sum(np.asarray(x) ** 2)


def squares(p):
    return sum(np.sum(array**2) for array in p.values())


@BOTH
@pytest.mark.parametrize(
    ("gradient", "words"),
    [
        (np.zeros((3, 2)), r"shape \(3, 2\); .* \(2, 3\) .*transposed"),
        (np.zeros(6), r"shape \(6,\)"),
        (0.0, r"shape \(\)"),
        (None, "is None"),
        (lambda x: None, "is None"),
        ("abc", "real numbers"),
        (np.ones((2, 3)) * 1j, "real numbers"),
        (np.full((2, 3), None), "real numbers"),
        ([[1.0, 2.0], [3.0]], "differ in length"),
        ({"theta": np.zeros((2, 3))}, "must be an array, like theta; it is of type dict"),
    ],
)
def test_a_gradient_of_the_wrong_form_fails_in_a_sentence(check, gradient, words):
    report = check(square, gradient, np.ones((2, 3)))
    assert report.ok is False
    assert report.summary.endswith(".")
    assert re.search(words, report.summary)


@BOTH
def test_missing_and_extra_entries_each_have_a_row(check):
    theta = {"W": np.ones(2), "b": np.ones(1)}
    bars = {"W": 2.0 * np.ones(2), "b": 2.0 * np.ones(1), "z": np.ones(7)}
    assert check(squares, {"W": bars["W"]}, theta).summary == "The gradient of b is missing."
    report = check(squares, bars, theta)
    assert report.ok is False
    assert "an entry z, but theta has none: only W, b" in report.summary
    assert check(squares, bars, theta, allow_extra=True).ok is True
    assert check(squares, bars["W"], theta).ok is False
    assert "keys W, b" in check(squares, bars["W"], theta).summary


def test_what_can_be_compared_is_compared_although_another_array_is_missing():
    theta = {"W": np.ones(2), "b": np.ones(1), "c": np.ones(1)}
    report = check_gradient(squares, {"W": [2.0, 2.0], "c": [3.0]}, theta)
    assert [(row.name, row.ok) for row in report.rows] == [
        ("W", True),
        ("b", False),
        ("c", False),
    ]
    assert "Wrong as well: c." in report.summary


@BOTH
@pytest.mark.parametrize(
    ("f", "theta", "words"),
    [
        (lambda x: x, np.ones(3), "one number"),
        (lambda x: None, np.ones(3), "one number"),
        (lambda x: 1j, np.ones(3), "one number"),
        (square, np.array([1.0, math.nan]), "NaN or infinity"),
        (square, "abc", "real numbers"),
        (square, [], "no entries"),
        (squares, {}, "no entries"),
    ],
)
def test_a_question_that_makes_no_sense_fails_in_a_sentence(check, f, theta, words):
    report = check(f, lambda x: x, theta)
    assert report.ok is False
    assert words in report.summary


@BOTH
def test_what_the_students_own_code_raises_at_theta_is_shown(check):
    def unfinished(x):
        raise NotImplementedError

    with pytest.raises(NotImplementedError):
        check(unfinished, np.zeros(2), np.ones(2))
    with pytest.raises(NotImplementedError):
        check(square, unfinished, np.ones(2))


def test_derivative_refuses_what_is_no_number():
    for x in ("1", None, True, math.nan, np.ones(2)):
        with pytest.raises(TypeError, match="finite number"):
            derivative(math.exp, x)
    with pytest.raises(NotOneNumberError, match=r"shape \(2,\)"):
        derivative(lambda x: np.array([x, x]), 1.0)


def test_the_direction_comes_from_the_generator_that_is_given():
    theta = np.ones(4)

    def slope(rng):
        return check_gradient_along(square, 2.0 * theta, theta, rng).rows[0].given

    assert slope(None) == slope(None)
    assert slope(np.random.default_rng(1)) == slope(np.random.default_rng(1))
    assert slope(np.random.default_rng(1)) != slope(np.random.default_rng(2))
    with pytest.raises(TypeError, match="of type int"):
        check_gradient_along(square, theta, theta, 0)


def test_one_direction_takes_few_calls_however_many_entries():
    calls = []

    def f(x):
        calls.append(1)
        return np.sum(np.tanh(x))

    theta = np.linspace(-2.0, 2.0, 5000)
    assert check_gradient_along(f, 1.0 - np.tanh(theta) ** 2, theta).ok is True
    assert len(calls) <= 20


def test_the_report_reads_as_a_sentence_and_a_table():
    cost, gradient, params = NETWORKS["tanh"]
    wrong = {**gradient(params), "b1": np.zeros(4)}
    report = check_gradient(cost, wrong, params)
    lines = str(report).splitlines()
    assert lines[0] == report.summary
    assert lines[1].startswith("array  result  verdict  where  largest error")
    assert [line.split()[:2] for line in lines[2:]] == [
        ["W1", "right"],
        ["b1", "WRONG"],
        ["W2", "right"],
        ["b2", "right"],
    ]
    assert repr(report) == str(report)


def test_an_estimate_needs_only_its_first_three_fields():
    assert Estimate(1.0, 0.1, "smooth").reason == ""


@pytest.mark.parametrize("module", [gradcheck, finite_difference, neuron],
                         ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_run(module):
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    results = doctest.testmod(module, optionflags=flags)
    assert results.attempted > 0
    assert results.failed == 0
