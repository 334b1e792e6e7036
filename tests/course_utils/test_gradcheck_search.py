"""Few calls, all entries: how the gradient checks find a wrong entry, and what they say."""

from __future__ import annotations

import doctest
import importlib

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from benchmarks.gradcheck import EASY, answers
from benchmarks.gradcheck_functions import every_case
from benchmarks.gradcheck_tools import autograds, ours, ours_along, scipys
from course_utils import check_gradient, check_gradient_along
from course_utils.finite_difference import derivative
from course_utils.gradcheck.searching import random_weights


def counted(f):
    """Return f and a list that grows with each call."""
    calls = []

    def counting(x):
        calls.append(1)
        return f(x)

    return counting, calls


def test_a_right_gradient_of_many_entries_takes_few_calls():
    f, calls = counted(lambda x: np.mean(np.sin(x) + 2.0 * x))
    x = np.linspace(-1.0, 1.0, 2000)
    assert check_gradient(f, (np.cos(x) + 2.0) / 2000.0, x).ok is True
    assert len(calls) <= 25


def test_entries_of_six_decades_take_no_more_calls_than_forward_differences_do():
    weights = np.logspace(0.0, -6.0, 500)
    f, calls = counted(lambda x: np.sum(weights * np.tanh(x)))
    x = np.linspace(-1.0, 1.0, 500)
    right = weights * (1.0 - np.tanh(x) ** 2)
    assert check_gradient(f, right, x).ok is True
    assert len(calls) < 520


@pytest.mark.parametrize("place", [0, 17, 250, 499])
def test_one_wrong_entry_among_many_is_found_and_named(place):
    f, calls = counted(lambda x: np.sum(np.cosh(x)))
    x = np.linspace(0.5, 1.5, 500)
    wrong = np.sinh(x)
    wrong[place] *= 1.001
    report = check_gradient(f, wrong, x)
    assert report.ok is False and report.rows[0].where == (place,)
    assert len(calls) < 250


def test_a_gradient_that_is_wrong_everywhere_is_refused_at_its_largest_entry():
    f, calls = counted(lambda x: np.sum(x**2))
    x = np.linspace(1.0, 2.0, 500)
    report = check_gradient(f, 4.0 * x, x)
    assert report.ok is False and report.rows[0].where == (499,)
    assert len(calls) <= 8


def test_a_direction_takes_two_calls_beside_the_one_at_theta():
    x = np.linspace(-1.0, 2.0, 1000)
    for factor, most in ((1.0, 3), (2.0, 3), (1.001, 5)):
        f, calls = counted(lambda x: np.sum(np.exp(x)))
        assert check_gradient_along(f, factor * np.exp(x), x).ok is (factor == 1.0)
        assert len(calls) == most


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 40), st.integers(0, 2**32 - 1),
       st.sampled_from([-1.0, 0.0, 0.5, 0.99, 1.001, 2.0]))
def test_any_quadratic_form_is_judged_right_and_any_one_entry_off_is_found(n, seed, factor):
    rng = np.random.default_rng(seed)
    A, x = rng.normal(size=(n, n)), rng.normal(size=n)
    right = (A + A.T) @ x
    place = int(rng.integers(n))
    wrong = right.copy()
    wrong[place] *= factor
    assert check_gradient(lambda v: v @ A @ v, right, x).ok is True
    if abs(right[place]) > 1e-3:
        report = check_gradient(lambda v: v @ A @ v, wrong, x)
        assert report.ok is False and report.rows[0].where == (place,)


def test_every_weight_counts_and_none_asks_for_more():
    for count in (1, 2, 1000):
        weights = np.abs(random_weights(np.random.default_rng(count), count))
        assert weights.shape == (count,)
        assert 3.01 > weights.max() / weights.min() >= 1.0
    np.testing.assert_array_equal(random_weights(None, 7), random_weights(None, 7))


def test_nan_in_one_array_does_not_spoil_the_others():
    def f(p):
        return np.sum(p["a"] ** 2) + np.sum(p["b"] ** 2)

    theta = {"a": np.arange(1.0, 8.0), "b": np.arange(1.0, 8.0)}
    bars = {name: 2.0 * values for name, values in theta.items()}
    bars["b"] = bars["b"] * np.nan
    report = check_gradient(f, bars, theta)
    assert [row.ok for row in report.rows] == [True, False]


def test_a_tuple_is_taken_and_expected_back():
    def f(pair):
        W, b = pair
        return np.sum(W**2) * b

    W, b = np.arange(6.0).reshape(2, 3), 2.0
    right = (2.0 * W * b, np.sum(W**2))
    assert check_gradient(f, right, (W, b)).ok is True
    assert check_gradient_along(f, right, (W, b)).ok is True
    report = check_gradient(f, (right[0], 0.0), (W, b))
    assert report.summary.startswith("The gradient of input 2 is wrong")
    assert "a tuple of 2 arrays" in check_gradient(f, right[0], (W, b)).summary


def test_integers_are_said_and_a_gradient_cut_to_integers_is_pointed_at():
    x = np.array([1, 2, 3])

    def f(v):
        return np.sum(v**2) / 4.0

    report = check_gradient(f, (x / 2.0).astype(int), x)
    assert "theta was int64; here it is float64" in report.notes[0]
    assert "array of integers: were the digits cut off?" in report.summary
    assert check_gradient(f, x / 2.0, x).ok is True


def test_a_gradient_in_float32_is_right_within_its_digits():
    x = np.linspace(-1.0, 1.0, 20)
    right = np.cos(x) * np.exp(np.sin(x))

    def f(v):
        return np.sum(np.exp(np.sin(v)))

    report = check_gradient(f, right.astype(np.float32), x)
    assert report.ok is True and "float32, so its last digits do not count" in report.notes[0]
    assert check_gradient(f, 1.001 * right.astype(np.float32), x).ok is False


def test_between_the_slopes_of_a_direction_a_mistake_could_hide():
    x = np.array([1.0, 0.4, 3.0])

    def hinges(v):
        return np.sum(np.maximum(1.0 - v, 0.0))

    hidden = np.array([-0.5, -1.01, 0.0])
    report = check_gradient_along(hinges, hidden, x)
    assert report.ok is None and "check_gradient looks at each entry" in report.summary
    assert check_gradient(hinges, hidden, x).ok is False


@settings(deadline=None, max_examples=200)
@given(st.floats(-3.0, 3.0), st.sampled_from(["inside", "late", "large"]))
def test_a_stair_is_not_taken_for_a_slope(x, where):
    f = {
        "inside": lambda v: float(np.tanh(np.float32(v))),
        "late": lambda v: float(np.float32(2.3 + np.tanh(v))),
        "large": lambda v: (1e8 + np.tanh(v)) - 1e8,
    }[where]
    estimate = derivative(f, x)
    if estimate.verdict == "smooth":
        slope = 1.0 - np.tanh(x) ** 2
        assert abs(estimate.value - slope) <= 10.0 * estimate.error + 0.02 * slope


def relu(x):
    return max(x, 0.0)


# name: f, where, a right slope, a wrong one, calls of f for each (one is at theta)
FEW_CALLS = {
    "smooth": (np.exp, 1.0, np.e, 1.1 * np.e, 3, 3),
    "a thousandth off": (np.exp, 1.0, np.e, 1.001 * np.e, 3, 5),
    "its minimum": (lambda x: (x - 1.0) ** 2, 1.0, 0.0, 1e-3, 9, 5),
    "constant": (lambda x: 3.0, 1.0, 0.0, 1e-3, 7, 7),
    "waves": (lambda x: np.sin(1e6 * x), 0.3, 1e6 * np.cos(3e5), 1e3, 9, 7),
    "at a kink": (abs, 0.0, 0.3, 1.1, 5, 5),
    "at a bent kink": (lambda x: abs(x) + np.exp(x), 0.0, 0.3, 2.1, 7, 7),
    "a kink nearby": (relu, 1e-7, 1.0, 0.5, 5, 5),
    "flat, a kink nearby": (relu, -1e-7, 0.0, 0.5, 9, 9),
    "beside its end": (np.log, 1e-8, 1e8, 2e8, 5, 5),
}


@pytest.mark.parametrize("check", [check_gradient, check_gradient_along])
@pytest.mark.parametrize("name", FEW_CALLS)
def test_one_number_is_judged_in_few_calls(check, name):
    f, x, right, wrong, calls_if_right, calls_if_wrong = FEW_CALLS[name]
    for slope, ok, most in ((right, True, calls_if_right), (wrong, False, calls_if_wrong)):
        counting, calls = counted(f)
        assert check(counting, slope, x).ok is ok
        assert len(calls) <= most


@settings(deadline=None, max_examples=300)
@given(st.floats(-3.0, 3.0), st.floats(-11.0, -1.0), st.sampled_from([-1.0, 1.0]),
       st.sampled_from([(np.exp, np.exp), (np.sin, np.cos), (abs, np.sign)]))
def test_beside_a_kink_no_right_slope_is_refused_and_no_mean_accepted(at, power, side, smooth):
    def f(x):
        return float(smooth[0](x)) + relu(x - at)

    x = at + side * 10.0**power
    assume(abs(x) > 1e-10)  # abs has a kink there
    slope = float(smooth[1](x)) + (x > at)
    for check in (check_gradient, check_gradient_along):
        assert check(f, slope, x).ok is not False
        if abs(x - at) > 1e-8:  # closer than that, rounding may hide the other side
            assert check(f, slope + (0.5 if x < at else -0.5), x).ok is not True


def test_in_the_benchmark_none_of_the_others_makes_fewer_mistakes():
    cases = list(every_case())

    tools = {"ours": ours, "along": ours_along, "scipy": scipys("random", True),
             "autograd": autograds(1e-9, 1e-6)}
    accepted, refused = {}, {}
    for name, told in answers(tools, cases).items():
        accepted[name] = sum(one.said is True for one in told if one.mistake)
        refused[name] = sum(one.said is False for one in told if not one.mistake)
    assert len(cases) >= 60
    assert accepted["ours"] == refused["ours"] == refused["along"] == 0
    assert accepted["along"] <= 2
    for other in ("scipy", "autograd"):
        assert accepted[other] > accepted["along"] and refused[other] > 0


def test_on_plain_functions_fewer_calls_are_made_than_the_others_make():
    tools = {"ours": ours, "scipy": scipys("all", True),
             "along": ours_along, "autograd": autograds(1e-9, 1e-6)}
    total = dict.fromkeys(tools, 0)
    for case in (case for case in every_case() if case.family in EASY):
        for gradient in [*case.right().values(), *case.wrong.values()]:
            for name, tool in tools.items():
                f, calls = counted(case.f)
                with np.errstate(all="ignore"):
                    tool(f, lambda x, gradient=gradient: gradient.copy(), case.theta)()
                total[name] += len(calls)
    assert 4 * total["ours"] < total["scipy"]
    assert total["along"] < total["autograd"]


MODULES = [f"course_utils.gradcheck{name}" for name in ("", ".gradients", ".direction", ".adjoint")]
MODULES += ["course_utils.finite_difference", "course_utils.plain_numbers"]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_run(name):
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    results = doctest.testmod(importlib.import_module(name), optionflags=flags)
    assert results.attempted > 0 and results.failed == 0
