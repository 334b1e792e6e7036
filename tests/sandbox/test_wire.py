"""The wire carries plain data exactly, and nothing else; bytes from outside do no harm."""

from __future__ import annotations

import contextlib
import enum
import json
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.sandbox import wire

DTYPES = st.one_of(
    hnp.boolean_dtypes(), hnp.integer_dtypes(endianness="?"),
    hnp.unsigned_integer_dtypes(endianness="?"), hnp.floating_dtypes(endianness="?"),
    hnp.complex_number_dtypes(sizes=(64, 128), endianness="?"))
ARRAYS = hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, min_side=0, max_side=4))
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(),
                    st.complex_numbers(), TEXT, st.just(-(7**400)), ARRAYS)
VALUES = st.recursive(SCALARS, lambda inner: st.one_of(
    st.lists(inner), st.lists(inner).map(tuple), st.dictionaries(TEXT, inner)), max_leaves=15)


def same(one: object, other: object) -> bool:
    """Equal in type, order and value; NaN equals itself, and 0.0 is not -0.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return (one.shape == other.shape and one.dtype == other.dtype.newbyteorder("=")
                and one.tobytes() == other.astype(one.dtype).tobytes())
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return repr(one) == repr(other)


@given(VALUES)
@example([float("nan"), float("inf"), -0.0, 2**64, -(2**63) - 1, complex("nan-infj")])
@settings(deadline=None)
def test_what_is_received_is_what_was_sent(value):
    received = wire.decode(wire.encode(value))
    assert same(received, _native(value))


def _native(value):
    """Arrays as they must arrive: native byte order."""
    if isinstance(value, np.ndarray):
        return value.astype(value.dtype.newbyteorder("="))
    if isinstance(value, dict):
        return {key: _native(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_native, value))
    return value


@pytest.mark.parametrize("array", [
    np.arange(12).reshape(3, 4).T, np.arange(12)[::-3], np.broadcast_to(1.5, (2, 3)),
    np.arange(6, dtype=">i4").reshape(2, 3), np.asfortranarray(np.eye(3, dtype="f2")),
    np.zeros((0, 5)), np.array(3.0)], ids=str)
def test_the_layout_of_an_array_does_not_matter(array):
    received = wire.decode(wire.encode(array))
    np.testing.assert_array_equal(received, array)
    assert received.flags.owndata or received.base.flags.owndata
    assert received.flags.writeable and received.dtype.isnative


@pytest.mark.parametrize("scalar, dtype", [
    (np.float32(0.1), "f4"), (np.float16(0.1), "f2"), (np.int8(-3), "i1"),
    (np.bool_(True), "?"), (np.longdouble(0.5), "f8"), (np.clongdouble(1j), "c16"),
    (np.float64(2), "f8")])
def test_a_numpy_scalar_arrives_as_an_array_without_axes(scalar, dtype):
    received = wire.decode(wire.encode(scalar))
    assert type(received) is np.ndarray and received.shape == ()
    assert received.dtype == dtype and received == scalar


def test_a_long_double_array_arrives_as_float64():
    received = wire.decode(wire.encode(np.linspace(0, 1, 5, dtype=np.longdouble)))
    assert received.dtype == np.float64


class Sneaky(list):
    def __iter__(self):
        return iter([1.0] * 3)


class MyStr(str):
    pass


class MyDict(dict):
    def items(self):
        return [("w", 0.0)]


class MyFloat(float):
    pass


class MyInt(int):
    pass


class MyArray(np.ndarray):
    pass


Pair = namedtuple("Pair", "a b")
Colour = enum.IntEnum("Colour", "RED")


@pytest.mark.parametrize("value, name", [
    (MyStr("a"), "MyStr"), (MyFloat(1), "MyFloat"), (MyInt(1), "MyInt"), (Colour.RED, "Colour"),
    (np.ma.masked_array([1.0]), "MaskedArray"), (deque(), "deque"),
    ({1, 2}, "set"), (b"ab", "bytes"), (lambda: 0, "function"), (object(), "object"),
    (range(3), "range"), (np.str_("a"), "str_"), (np.datetime64(1, "s"), "datetime64"),
    (np.array([None]), "ndarray of objects"), (np.array(["a"]), "ndarray of strings"),
    (np.zeros(2, "i4,f8"), "ndarray of records"), ({1: 2}, "dict with keys other than str"),
    ({MyStr("a"): 2}, "dict with keys other than str"), ("\ud800", "str")],
    ids=lambda value: value if isinstance(value, str) and value.isascii() else "")
def test_another_type_is_refused_by_name(value, name):
    for wrapped in (value, [value], {"key": (value,)}):
        with pytest.raises(wire.WireError) as caught:
            wire.encode(wrapped)
        assert caught.value.name == name


@pytest.mark.parametrize("value, plain", [
    (defaultdict(float, w=1.0), {"w": 1.0}), (OrderedDict(b=2, w=1), {"b": 2, "w": 1}),
    (Pair(1.0, 2), (1.0, 2)), (MyDict(w=1.0), {"w": 1.0}), (Sneaky([2.0]), [2.0]),
    (Counter(["w", "w"]), {"w": 2})], ids=lambda value: type(value).__name__)
def test_a_container_of_a_subclass_arrives_as_its_base_holds_it(value, plain):
    received = wire.decode(wire.encode({"bars": [value]}))["bars"][0]
    assert received == plain
    assert type(received) is type(plain)


@pytest.mark.parametrize("kind", [np.matrix, MyArray])
def test_an_array_of_a_subclass_arrives_as_an_array(kind):
    received = wire.decode(wire.encode(np.arange(6.0).reshape(2, 3).view(kind)))
    assert type(received) is np.ndarray
    assert received.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_value_in_itself_is_refused():
    loop: list = []
    loop.append(loop)
    with pytest.raises(wire.WireError, match="deep"):
        wire.encode(loop)


def test_a_value_that_multiplies_is_refused():
    value: list = [1] * 100
    for _ in range(10):
        value = [value] * 100
    with pytest.raises(wire.WireError, match="large"):
        wire.encode(value)


def test_an_array_that_claims_terabytes_is_refused_before_it_is_copied():
    with pytest.raises(wire.WireError, match="large"):
        wire.encode(np.broadcast_to(1.0, (10**6, 10**6)))


def test_arrays_together_keep_to_the_limit():
    wire.encode(np.zeros(100), max_bytes=1000)
    with pytest.raises(wire.WireError, match="large"):
        wire.encode([np.zeros(100)] * 2, max_bytes=1000)


def body_of(text: object, arrays: bytes = b"") -> bytes:
    raw = text if isinstance(text, bytes) else json.dumps(text).encode()
    return wire.TEXT_LENGTH.pack(len(raw)) + raw + arrays


@pytest.mark.parametrize("body", [
    b"", b"\0\0\0", body_of(b""), body_of(b"{"), b"\xff\xff\xff\xff[]", body_of(b"\xff"),
    body_of(1) + b"left", body_of([]), body_of(["q", 1]), body_of([["l"]]), body_of([{}, 1]),
    body_of(["c", 1.0]), body_of(["c", "1", 2.0]), body_of(["c", 1.0, 10**400]),
    body_of(["i", 5]), body_of(["i", "x"]), body_of(b"1" * 5000),
    body_of(["a", "<f8", [1]]), body_of(["a", "<f8", [1]], b"1234567"),
    body_of(["a", "<f8"]), body_of(["a", "<f8", [-1]], b"12345678"),
    body_of(["a", "<f8", [True]], b"12345678"), body_of(["a", "<f8", 1], b"12345678"),
    body_of(["a", "<f8", [2**62, 2**62]]), body_of(["a", "|O", [1]], b"12345678"),
    body_of(["a", "|V8", [1]], b"12345678"), body_of(["a", "f8,f8", [0]]),
    body_of(["a", ["<f8"], [0]]), body_of(["a", "<f8", [0] + [2**62] * 3]),
    body_of(["a", "<f8", [1] * 100], b"12345678"), body_of(["a", "|b1", [1]], b"\x02"),
    body_of(b"[" * 10**6), body_of(b'["l",' * 40 + b"1" + b"]" * 40),
    body_of(b'["l"' + b",1" * 1_100_000 + b"]"), body_of(b'["l"' + b",1" * 5_000_000 + b"]"),
    body_of(b'"\\ud800"'), body_of(b'{"\\ud800":1}')], ids=lambda body: repr(body[:24]))
def test_a_malformed_body_is_refused(body):
    with pytest.raises(wire.WireError):
        wire.decode(body)


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_random_bytes_raise_nothing_but_a_wire_error(data):
    for body in (data, body_of(data)):
        with contextlib.suppress(wire.WireError):
            wire.decode(body)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3),
              st.sampled_from(["a", "c", "i", "l", "t", *sorted(wire.DTYPES)])),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(
        st.text(max_size=2), inner, max_size=3)), max_leaves=12)


@given(JSON, st.binary(max_size=40))
@settings(deadline=None, max_examples=300)
def test_json_of_any_form_raises_nothing_but_a_wire_error(text, arrays):
    with contextlib.suppress(wire.WireError):
        wire.decode(body_of(text, arrays))


@given(VALUES, st.data())
@settings(deadline=None)
def test_a_damaged_body_raises_nothing_but_a_wire_error(value, data):
    body = bytearray(wire.encode(value))
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] = data.draw(st.integers(0, 255))
    for damaged in (bytes(body), bytes(body[:at]), bytes(body) + b"\0"):
        with contextlib.suppress(wire.WireError):
            wire.decode(damaged)


def test_a_frame_that_announces_too_much_is_refused_unread():
    assert wire.frame_length(wire.FRAME.pack(100), 100) == 100
    with pytest.raises(wire.WireError):
        wire.frame_length(wire.FRAME.pack(101), 100)
    with pytest.raises(wire.WireError):
        wire.decode(wire.encode("a" * 100), max_bytes=50)
