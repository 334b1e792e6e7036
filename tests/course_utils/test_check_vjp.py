"""Vector-Jacobian products are judged as they are, and by the right identity."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import check_vjp


def linear(X, W, b):
    return X @ W.T + b


def linear_vjp(Z_bar, X, W):
    return Z_bar @ W, Z_bar.T @ X, Z_bar.sum(axis=0)


def right_linear(Z_bar, X, W, b):
    return linear_vjp(Z_bar, X, W)


def softmax(Z):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def softmax_vjp(P_bar, Z):
    P = softmax(Z)
    return P * (P_bar - np.sum(P * P_bar, axis=1, keepdims=True))


def relu(z):
    return np.maximum(z, 0.0)


def relu_vjp(h_bar, z):
    return h_bar * (z > 0.0)


RNG = np.random.default_rng(3)
LAYER = (RNG.normal(size=(5, 3)), RNG.normal(size=(4, 3)), RNG.normal(size=4))
Z = RNG.normal(size=(5, 3))

ELEMENTWISE = {
    "tanh": (np.tanh, lambda u, z: u * (1.0 - np.tanh(z) ** 2)),
    "relu": (relu, relu_vjp),
    "square": (lambda z: z**2, lambda u, z: 2.0 * u * z),
    "softmax": (softmax, softmax_vjp),
    "sum of rows": (lambda z: z.sum(axis=1), lambda u, z: np.repeat(u[:, None], 3, axis=1)),
    "transpose": (lambda z: z.T, lambda u, z: u.T),
    "one number": (lambda z: np.sum(z**3), lambda u, z: 3.0 * u * z**2),
}


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("shape", [(5, 3), (1, 3), (20, 3)])
def test_right_products_are_accepted_and_their_mistakes_are_not(name, shape):
    f, vjp = ELEMENTWISE[name]
    z = np.random.default_rng(sum(shape)).normal(size=shape)
    assert check_vjp(f, vjp, z).ok is True
    for wrong in (
        lambda u, z: -vjp(u, z),
        lambda u, z: 1.01 * vjp(u, z),
        lambda u, z: 0.0 * vjp(u, z),
        lambda u, z: vjp(np.ones_like(u), z),  # upstream ignored
        lambda u, z: vjp(u, z) + 1e-3,
    ):
        assert check_vjp(f, wrong, z).ok is False


def test_each_input_has_a_row_named_as_the_functions_parameter():
    report = check_vjp(linear, right_linear, LAYER)
    assert report.ok is True
    assert [(row.name, row.ok) for row in report.rows] == [("X", True), ("W", True), ("b", True)]


@pytest.mark.parametrize(
    ("vjp", "wrong"),
    [
        (lambda u, X, W, b: (u @ W, u.T @ X, u.mean(axis=0)), ["b"]),
        (lambda u, X, W, b: (2.0 * u @ W, u.T @ X, u.sum(axis=0)), ["X"]),
        (lambda u, X, W, b: (u @ W, u.T @ X / 5.0, -u.sum(axis=0)), ["W", "b"]),
    ],
)
def test_the_wrong_bar_is_named_and_the_others_stay_right(vjp, wrong):
    report = check_vjp(linear, vjp, LAYER)
    assert report.ok is False
    assert [row.name for row in report.rows if row.ok is False] == wrong
    assert f"The bar of {wrong[0]} is wrong: at [" in report.summary


def test_one_wrong_entry_is_found_in_few_calls():
    calls = []

    def f(X, W, b):
        calls.append(1)
        return linear(X, W, b)

    big = tuple(np.random.default_rng(1).normal(size=s) for s in ((30, 20), (40, 20), (40,)))

    def off(u, X, W, b):
        bars = [bar.copy() for bar in linear_vjp(u, X, W)]
        bars[1][7, 11] *= 1.01
        return bars

    assert check_vjp(f, right_linear, big).ok is True
    assert len(calls) < 150  # there are 1440 entries
    calls.clear()
    report = check_vjp(f, off, big)
    (row,) = [row for row in report.rows if row.ok is False]
    assert (row.name, row.where) == ("W", (7, 11))
    assert len(calls) < 300


def test_a_transposed_bar_of_a_square_matrix_is_refused():
    A, B = np.random.default_rng(4).normal(size=(2, 3, 3))

    def product(A, B):
        return A @ B

    assert check_vjp(product, lambda u, A, B: (u @ B.T, A.T @ u), (A, B)).ok is True
    assert check_vjp(product, lambda u, A, B: (u @ B, A.T @ u), (A, B)).ok is False
    assert check_vjp(product, lambda u, A, B: (u @ B.T, (A.T @ u).T), (A, B)).ok is False


def test_dicts_are_given_and_expected_back():
    params = {"w": np.array([1.0, 2.0]), "b": 3}

    def f(p):
        return p["w"] * p["b"]

    def vjp(u, p):
        return {"w": u * p["b"], "b": np.sum(u * p["w"])}

    assert check_vjp(f, vjp, params).ok is True
    assert check_vjp(f, lambda u, p: {**vjp(u, p), "b": 0.0}, params).ok is False
    assert "the keys w, b" in check_vjp(f, lambda u, p: u, params).summary


def test_at_a_kink_anything_between_the_slopes_is_right():
    z = np.array([[0.0, 1.0, -1.0, 2.0, 0.0]])
    report = check_vjp(relu, relu_vjp, z)
    assert report.ok is True and report.rows[0].verdict == "kink"
    assert check_vjp(relu, lambda u, z: u * (z >= 0.0), z).ok is True
    assert check_vjp(relu, lambda u, z: u * np.where(z == 0.0, 0.5, z > 0.0), z).ok is True
    assert check_vjp(relu, lambda u, z: u * np.where(z == 0.0, 1.5, z > 0.0), z).ok is False
    assert check_vjp(relu, lambda u, z: u, z).ok is False


def test_nan_is_never_right():
    assert check_vjp(np.tanh, lambda u, z: u * np.nan, Z).ok is False
    report = check_vjp(lambda z: z * np.nan, lambda u, z: u, Z)
    assert report.ok is None and "nan at this point" in report.summary
    one_bad = np.where(np.arange(15).reshape(5, 3) == 7, np.nan, 1.0)
    report = check_vjp(np.tanh, lambda u, z: one_bad * u * (1.0 - np.tanh(z) ** 2), Z)
    assert report.ok is False and report.rows[0].where == (2, 1)


def test_nan_in_one_bar_does_not_spoil_the_others():
    report = check_vjp(linear, lambda u, X, W, b: (u @ W, u.T @ X * np.nan, u.sum(axis=0)), LAYER)
    assert [row.ok for row in report.rows] == [True, False, True]


def test_float32_and_integers_are_said():
    single = check_vjp(np.tanh, ELEMENTWISE["tanh"][1], Z.astype(np.float32))
    assert single.ok is True and "float32; here it is float64" in single.notes[0]
    whole = check_vjp(lambda z: z**2, lambda u, z: 2.0 * u * z, np.array([1, 2, 3]))
    assert whole.ok is True and "int64; here it is float64" in whole.notes[0]
    inside = check_vjp(lambda z: np.tanh(z.astype(np.float32)), ELEMENTWISE["tanh"][1], Z)
    assert inside.ok is None and "f returns float32" in inside.notes[0]
    def rounded(u, z):
        return ELEMENTWISE["tanh"][1](u, z).astype(np.float32)

    report = check_vjp(np.tanh, rounded, Z)
    assert report.ok is True and "last digits do not count" in report.notes[0]


@pytest.mark.parametrize(
    ("vjp", "words"),
    [
        (lambda u, X, W, b: u @ W, "must be a tuple of 3 arrays, for X, W, b; it is of type"),
        (lambda u, X, W, b: (u @ W, u.T @ X), "must be a tuple of 3 arrays.*it has 2"),
        (lambda u, X, W, b: (u @ W, X.T @ u, u.sum(axis=0)), "is it transposed"),
        (lambda u, X, W, b: (u @ W, u.T @ X, u), r"shape \(5, 4\); it must have the shape \(4,\)"),
        (lambda u, X, W, b: (u @ W, u.T @ X, None), "The bar of b is None"),
    ],
)
def test_bars_of_the_wrong_form_fail_in_a_sentence(vjp, words):
    report = check_vjp(linear, vjp, LAYER)
    assert report.ok is False
    assert re.search(words, report.summary)


@pytest.mark.parametrize(
    ("f", "inputs", "words"),
    [
        (lambda z: None, Z, "what it returned is None"),
        (lambda z: "abc", Z, "real numbers"),
        (lambda z: z[:0], Z, "without entries"),
        (np.tanh, np.array([1.0, math.inf]), "NaN or infinity"),
        (np.tanh, [], "no entries"),
    ],
)
def test_a_question_that_makes_no_sense_fails_in_a_sentence(f, inputs, words):
    report = check_vjp(f, lambda u, z: u, inputs)
    assert report.ok is False and words in report.summary


def test_what_the_students_code_raises_is_shown():
    def unfinished(*arguments):
        raise NotImplementedError

    with pytest.raises(NotImplementedError):
        check_vjp(np.tanh, unfinished, Z)
    with pytest.raises(NotImplementedError):
        check_vjp(unfinished, lambda u, z: u, Z)
    with pytest.raises(TypeError, match="of type int"):
        check_vjp(np.tanh, unfinished, Z, 0)


def test_nothing_that_is_handed_out_can_change_the_verdict():
    before = Z.copy()

    def vandal(z):
        out = np.tanh(z)
        z[...] = 99.0
        return out

    def vjp(u, z):
        bar = u * (1.0 - np.tanh(z) ** 2)
        u[...], z[...] = 7.0, -7.0
        return bar

    assert check_vjp(vandal, vjp, Z).ok is True
    np.testing.assert_array_equal(Z, before)


def test_the_generator_decides_on_the_upstream_bar():
    seen = []

    def vjp(u, z):
        seen.append(u.copy())
        return u

    for rng in (None, None, np.random.default_rng(1), np.random.default_rng(2)):
        assert check_vjp(lambda z: 1.0 * z, vjp, Z, rng).ok is True
    np.testing.assert_array_equal(seen[0], seen[1])
    assert not np.array_equal(seen[2], seen[3])


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**32 - 1),
       st.sampled_from([-1.0, 0.0, 0.5, 0.999, 1.01, 2.0]))
def test_any_layer_is_judged_right_and_any_one_entry_off_is_found(n, d, k, seed, factor):
    rng = np.random.default_rng(seed)
    layer = rng.normal(size=(n, d)), rng.normal(size=(k, d)), rng.normal(size=k)
    which = int(rng.integers(3))

    def off(u, X, W, b):
        bars = [bar.copy() for bar in linear_vjp(u, X, W)]
        place = int(rng.integers(bars[which].size))
        bars[which].flat[place] *= factor
        return tuple(bars)

    assert check_vjp(linear, right_linear, layer).ok is True
    assert check_vjp(linear, off, layer).ok is False


def test_pytorch_says_the_same(torch):

    def by_pytorch(function):
        def vjp(u, z):
            x = torch.tensor(z, requires_grad=True)
            return torch.autograd.grad(function(x), x, torch.tensor(u))[0].numpy()
        return vjp

    pairs = [
        (softmax, by_pytorch(lambda x: torch.softmax(x, 1))),
        (np.tanh, by_pytorch(torch.tanh)),
        (relu, by_pytorch(torch.relu)),
    ]
    for f, vjp in pairs:
        assert check_vjp(f, vjp, Z).ok is True
    assert check_vjp(softmax, pairs[1][1], Z).ok is False
