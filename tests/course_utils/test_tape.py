"""The tape: it computes what NumPy computes, notes it, and refuses what it cannot note."""

import numpy as np
import pytest

from course_utils.tape import (
    OPERATIONS,
    Array,
    Rules,
    Tape,
    floats_held,
    plain,
    replay,
    rule_table,
    watch,
)

X = np.array([[0.5, -1.5, 2.0], [1.0, 3.0, -0.5]])
PROGRAMS = {
    "operators": lambda x: 2 - (3 * x + x / 4 - x) ** 2 + (-x),
    "reversed operators": lambda x: 1 / (x + 5) + (+x),
    "functions": lambda x: np.exp(np.tanh(x)) + np.log(np.square(x) + 1) + np.sqrt(x**2),
    "maximum": lambda x: np.maximum(x, 0) + np.maximum(1, x),
    "matrix products": lambda x: X @ x.T @ x + np.dot(x, x.T) @ X,
    "sums": lambda x: np.sum(x) + x.sum(axis=0) + np.sum(x, axis=(0, 1), keepdims=True),
    "means": lambda x: x.mean(axis=-1, keepdims=True) + np.mean(x, axis=0),
    "axes": lambda x: np.transpose(np.swapaxes(x, 0, 1)) + x.transpose(1, 0).transpose((1, 0)),
    "shapes": lambda x: np.ravel(x) + x.reshape(-1) + x.reshape(3, 2).reshape((6,)),
    "more axes": lambda x: np.squeeze(np.expand_dims(x, (0, 2))) + np.broadcast_to(x, (4, 2, 3)),
    "indices": lambda x: x[1] + x[:, ::-1][0] + x[[0, 1, 1], [2, 2, 0]] + x[-1, -1],
    "comparisons": lambda x: x * (x > 0) + (x <= 1.7) * (x != 7),
    "loops": lambda x: sum(row * len(x) for row in x),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_traced_program_computes_what_numpy_does_and_can_be_played_again(name):
    tape = Tape()
    result = PROGRAMS[name](watch(tape, X))
    assert isinstance(result, Array)
    np.testing.assert_array_equal(plain(result), PROGRAMS[name](X))
    moved = X + 0.25
    np.testing.assert_allclose(replay(tape, [moved], result.index), PROGRAMS[name](moved))
    np.testing.assert_array_equal(plain(result), PROGRAMS[name](X), err_msg="the tape has changed")


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_record_repeats_what_was_done(name):
    tape = Tape()
    PROGRAMS[name](watch(tape, X))
    for position, line in enumerate(tape):
        if line.op == "input":
            continue
        np.testing.assert_array_equal(OPERATIONS[line.op](*line.values, **line.settings),
                                      line.output)
        for parent, value in zip(line.parents, line.values, strict=True):
            assert parent is None or parent < position
            assert parent is None or tape[parent].output is value
        assert all(value.dtype == np.float64 for value in line.values)


@pytest.mark.parametrize(("refused", "says"), [
    (lambda x: np.sin(x), "np.sin is not an operation that the tape knows"),
    (lambda x: np.cumsum(x), "np.cumsum is not"),
    (lambda x: np.add.at(np.zeros((2, 3)), 0, x), "np.add.at"),
    (lambda x: np.zeros((2, 3)).__iadd__(x), "make a new array"),
    (lambda x: np.asarray(x), "cannot be turned into a plain one"),
    (lambda x: float(x[0, 0]), "cannot be turned into a float"),
    (lambda x: 2**x, "exponent must be one plain number"),
    (lambda x: X[:, 0] @ x, "multiplies matrices only"),
    (lambda x: x[x > 0][x[0]], "index must be a plain"),
    (lambda x: 1 if x else 0, "not a condition"),
])
def test_what_cannot_be_written_on_a_tape_is_refused_in_a_sentence(refused, says):
    with pytest.raises(TypeError, match=says):
        refused(watch(Tape(), X))


def test_watching_copies_takes_dicts_and_leaves_its_own_arrays_alone():
    tape, array = Tape(), np.ones(2)
    traced = watch(tape, array)
    array[0] = 5
    np.testing.assert_array_equal(plain(traced), [1, 1])
    assert watch(tape, traced) is traced
    assert len(tape) == 1
    both = watch(tape, {"a": [1, 2], "b": 3})
    assert {name: each.index for name, each in both.items()} == {"a": 1, "b": 2}
    assert tape[2].output.dtype == np.float64


def test_an_operation_is_written_on_the_newest_tape_and_through_it_on_the_older_one():
    outer, inner = Tape(), Tape()
    x = watch(outer, 3.0)
    y = watch(inner, x)
    product = y * x
    assert product.tape is inner
    assert [line.op for line in inner] == ["input", "multiply"]
    assert inner[1].parents == (0, None)
    assert [line.op for line in outer] == ["input", "multiply"]
    assert outer[1].parents == (0, 0)
    assert float(plain(product)) == 9.0


def test_moved_numbers_are_not_counted_twice():
    tape = Tape()
    x = watch(tape, X)
    np.exp(x.T.reshape(6))
    assert floats_held(tape) == 12


def test_a_table_leaves_out_what_is_not_written_and_says_so(capsys):
    def unwritten():
        raise NotImplementedError

    table = rule_table(unwritten, lambda: {"exp": abs}, log=len)
    assert isinstance(table, Rules)
    assert set(table) == {"exp", "log"}
    assert "unwritten is not written yet" in capsys.readouterr().out
    with pytest.raises(NotImplementedError, match="no rule for 'tanh'"):
        table["tanh"]
