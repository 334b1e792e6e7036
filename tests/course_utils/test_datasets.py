"""The data sets are what they say: against scikit-learn's copies, and without it."""

from __future__ import annotations

import dataclasses
import doctest
import subprocess
import sys

import numpy as np
import pytest
from sklearn import datasets as sklearn_datasets

from autograder import build_data
from course_utils import datasets
from course_utils.datasets import (
    dataset,
    drawn,
    load_diabetes,
    load_digits,
    load_iris,
    make_blobs,
    make_line,
    make_moons,
    make_spirals,
    measured,
)

LOADERS = [load_digits, load_iris, load_diabetes]
MAKERS = [make_moons, make_spirals, make_blobs, make_line]
TASKS = {
    load_digits: "multiclass",
    load_iris: "multiclass",
    load_diabetes: "regression",
    make_moons: "binary",
    make_spirals: "multiclass",
    make_blobs: "multiclass",
    make_line: "regression",
}


SPLIT_OF_TEN = [8, 2, 0, 7, 5]
FIRST_DIGITS = [7, 9, 4, 1, 1, 1, 4, 5, 6, 7]


def sorted_rows(X, t):
    rows = np.column_stack([X, t])
    return rows[np.lexsort(rows.T)]


def all_rows(data):
    X = np.concatenate([data.X_train, data.X_test])
    return sorted_rows(X, np.concatenate([data.t_train, data.t_test]))


def arrays(data):
    return [data.X_train, data.t_train, data.X_test, data.t_test]


@pytest.mark.parametrize("fraction", [0.001, 0.25, 0.5, 0.999])
@pytest.mark.parametrize(
    ("load", "original", "scale"),
    [
        (load_digits, sklearn_datasets.load_digits(return_X_y=True), 16.0),
        (load_iris, sklearn_datasets.load_iris(return_X_y=True), 1.0),
        (load_diabetes, sklearn_datasets.load_diabetes(return_X_y=True, scaled=False), 1.0),
    ],
)
def test_both_parts_together_are_the_original_each_row_once(load, original, scale, fraction):
    X, t = original
    np.testing.assert_array_equal(
        all_rows(load(test_fraction=fraction)), sorted_rows(X / scale, t)
    )


def test_moons_without_noise_lie_where_scikit_learn_puts_them():
    for n in (50, 51):
        X, t = sklearn_datasets.make_moons(n, noise=None, shuffle=False)
        ours = all_rows(make_moons(n=n, noise=0.0))
        np.testing.assert_allclose(
            ours[np.lexsort(ours.round(9).T)],
            np.column_stack([X, t])[np.lexsort(np.column_stack([X, t]).round(9).T)],
            atol=1e-12,
        )


def test_spirals_without_noise_lie_on_arms_that_do_not_meet():
    data = make_spirals(n=300, classes=3, noise=0.0)
    X, t = data.X_train, data.t_train
    radius = np.hypot(*X.T)
    assert radius.min() == pytest.approx(0.1)
    assert radius.max() == pytest.approx(1.0)
    apart = np.linalg.norm(X[:, np.newaxis] - X, axis=2)[t[:, np.newaxis] != t]
    assert apart.min() > 0.1


def test_blobs_without_spread_are_points_on_a_circle_off_the_origin():
    data = make_blobs(n=40, centers=4, spread=0.0)
    middles = np.array([data.X_train[data.t_train == k][0] for k in range(4)])
    np.testing.assert_allclose(np.hypot(*(middles - [2.0, 1.0]).T), 4.0)
    assert len(np.unique(data.X_train.round(9), axis=0)) == 4


def test_line_without_noise_is_the_line_and_with_noise_scatters_by_it():
    exact = make_line(slope=-3.0, intercept=5.0, noise=0.0)
    np.testing.assert_allclose(exact.t_test, -3.0 * exact.X_test[:, 0] + 5.0)
    noisy = make_line(n=4000, slope=1.0, intercept=0.0, noise=0.2)
    assert np.std(noisy.t_train - noisy.X_train[:, 0]) == pytest.approx(0.2, rel=0.1)


@pytest.mark.parametrize("source", LOADERS + MAKERS)
def test_types_shapes_and_names_fit_together(source):
    data = source()
    assert data.task == TASKS[source]
    assert data.X_train.dtype == data.X_test.dtype == np.float64
    assert data.X_train.shape[1] == data.X_test.shape[1] == len(data.feature_names)
    assert data.t_train.shape == (len(data.X_train),)
    assert data.t_test.shape == (len(data.X_test),)
    assert data.description and data.licence
    if data.task == "regression":
        assert data.t_train.dtype == np.float64
        assert data.target_names == ()
    else:
        assert data.t_train.dtype == np.int64
        classes = len(data.target_names)
        assert (classes == 2) == (data.task == "binary")
        np.testing.assert_array_equal(np.unique(data.t_train), np.arange(classes))
        np.testing.assert_array_equal(np.unique(data.t_test), np.arange(classes))


@pytest.mark.parametrize("source", LOADERS + MAKERS)
def test_changing_what_one_got_cannot_hurt_the_next_load(source):
    first, second = source(), source()
    before = [array.copy() for array in arrays(second)]
    for array in arrays(first):
        array[...] = 7
    for array, was, again in zip(arrays(second), before, arrays(source()), strict=True):
        np.testing.assert_array_equal(array, was)
        np.testing.assert_array_equal(again, was)


def test_a_dataset_cannot_be_given_other_arrays():
    with pytest.raises(dataclasses.FrozenInstanceError):
        load_iris().X_train = np.zeros(3)


@pytest.mark.parametrize("make", MAKERS)
def test_the_same_generator_draws_the_same_points_and_another_does_not(make):
    same = [make(rng=np.random.default_rng(3)).X_train for _ in range(2)]
    np.testing.assert_array_equal(*same)
    assert not np.array_equal(same[0], make(rng=np.random.default_rng(4)).X_train)
    assert not np.array_equal(same[0], make().X_train)


@pytest.mark.parametrize("make", MAKERS)
def test_numpys_global_state_is_left_alone(make):
    np.random.seed(5)
    expected = np.random.random()
    np.random.seed(5)
    make()
    assert np.random.random() == expected


def test_the_split_is_the_one_that_was_published():
    # A change of the split changes every figure and mark of the course: do it knowingly.
    test, _ = dataset.split(10, 0.5)
    assert test.tolist() == SPLIT_OF_TEN
    assert load_digits().t_test[:10].tolist() == FIRST_DIGITS


def test_the_split_is_shuffled_and_a_larger_test_part_contains_a_smaller_one():
    small, _ = dataset.split(200, 0.2)
    large, train = dataset.split(200, 0.4)
    assert small.tolist() == large[:40].tolist()
    assert sorted([*large.tolist(), *train.tolist()]) == list(range(200))
    assert train.tolist() != sorted(train.tolist())


@pytest.mark.parametrize("fraction", [1e-9, 1 - 1e-9])
def test_no_part_is_ever_empty(fraction):
    data = make_line(n=4, test_fraction=fraction)
    assert min(len(data.X_train), len(data.X_test)) == 1


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: make_moons(n=3), ValueError, "n must be at least 4"),
        (lambda: make_spirals(n=9, classes=5), ValueError, "n must be at least 10"),
        (lambda: make_blobs(n=5), ValueError, "n must be at least 6"),
        (lambda: make_line(n=0), ValueError, "n must be at least 4"),
        (lambda: make_line(n=-5), ValueError, "n must be at least 4"),
        (lambda: make_moons(n=20.0), TypeError, "whole number"),
        (lambda: make_moons(n=True), TypeError, "whole number"),
        (lambda: make_spirals(classes=1), ValueError, "classes must be at least 2"),
        (lambda: make_blobs(centers=0), ValueError, "centers must be at least 2"),
        (lambda: make_blobs(centers=[[0, 0]]), TypeError, "whole number"),
        (lambda: make_moons(noise=-0.1), ValueError, "noise must not be negative"),
        (lambda: make_spirals(noise=-1), ValueError, "noise must not be negative"),
        (lambda: make_blobs(spread=-1), ValueError, "spread must not be negative"),
        (lambda: make_line(noise=-1), ValueError, "noise must not be negative"),
        (lambda: make_line(noise=float("nan")), ValueError, "noise must be finite"),
        (lambda: make_line(slope=float("inf")), ValueError, "slope must be finite"),
        (lambda: make_line(intercept="1"), TypeError, "intercept must be a number"),
        (lambda: make_moons(rng=0), TypeError, "of type int"),
        (lambda: make_blobs(rng=np.random.RandomState(0)), TypeError, "RandomState"),
        (lambda: make_line(rng=np.random), TypeError, "default_rng"),
        (lambda: load_iris(test_fraction=0.0), ValueError, "between 0 and 1"),
        (lambda: load_iris(test_fraction=1), ValueError, "between 0 and 1"),
        (lambda: load_iris(test_fraction=float("nan")), ValueError, "finite"),
        (lambda: load_iris(test_fraction="0.2"), TypeError, "must be a number"),
    ],
)
def test_a_bad_argument_is_refused_in_one_sentence(call, error, words):
    with pytest.raises(error, match=words) as caught:
        call()
    message = str(caught.value)
    assert message.endswith(".") and "\n" not in message


def test_the_builder_writes_the_arrays_that_the_package_carries(tmp_path):
    for path in build_data.write(tmp_path):
        with np.load(path) as built, np.load(build_data.DATA / path.name) as carried:
            assert set(built) == set(carried)
            for key in built:
                assert built[key].dtype == carried[key].dtype
                np.testing.assert_array_equal(built[key], carried[key])


def test_the_builder_writes_the_same_bytes_whatever_the_time(tmp_path, monkeypatch):
    first = build_data.write(tmp_path / "first")
    monkeypatch.setattr("time.time", lambda: 2e9)
    second = build_data.write(tmp_path / "second")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_the_builder_refuses_to_lose_digits():
    with pytest.raises(ValueError, match="0 to 255"):
        build_data._as_bytes(np.array([1.5]))


def test_the_builders_main_writes_into_the_package(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(build_data, "DATA", tmp_path)
    build_data.main()
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == ["diabetes.npz", "digits.npz", "iris.npz"]
    assert "digits.npz" in capsys.readouterr().out


def test_every_file_has_its_licence():
    text = (measured.DATA / "LICENSES.md").read_text(encoding="utf-8")
    for path in measured.DATA.glob("*.npz"):
        assert f"`{path.name}`" in text
    assert "The scikit-learn developers" in text


def test_students_need_no_scikit_learn():
    program = """
import sys
from course_utils import datasets as d
for make in (d.load_digits, d.load_iris, d.load_diabetes,
             d.make_moons, d.make_spirals, d.make_blobs, d.make_line):
    make()
heavy = {"sklearn", "scipy", "pandas", "urllib.request", "socket"}
print(sorted(heavy & set(sys.modules)))
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("module", [datasets, dataset, drawn, measured])
def test_the_examples_in_the_docstrings_run(module):
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0
