"""What a call takes and gives: whole on the other side, and harmless whatever is sent."""

from __future__ import annotations

import collections
import contextlib
import datetime
import decimal
import fractions
import pathlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as of_numpy

from autograder.judge import changes, plain, portable
from autograder.sandbox import wire

SCALARS = (st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
           | st.complex_numbers(allow_nan=False) | st.text(st.characters(codec="utf-8"))
           | st.binary() | st.fractions() | st.decimals(allow_nan=False) | st.dates()
           | st.datetimes() | st.timedeltas())
KEYS = st.text(st.characters(codec="utf-8")) | st.integers() | st.tuples(st.integers(), st.dates())
PLAIN = st.recursive(SCALARS, lambda inner: (
    st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(KEYS, inner)
    | st.sets(KEYS) | st.frozensets(KEYS)), max_leaves=20)


def refuse(value, to):
    raise plain.NotPortableError(type(value).__name__)


def over(value):
    """A value as it arrives at the other side."""
    table = portable.Encoder(refuse).table(value)
    others = {"masked": plain.masked}
    return portable.Decoder(wire.decode(wire.encode(table)), others).value()


@given(PLAIN)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_plain_data_arrives_as_it_was(value):
    arrived = over(value)
    assert type(arrived) is type(value) and arrived == value
    assert repr(arrived) == repr(value) or isinstance(value, (set, frozenset, dict, list, tuple))


@given(of_numpy.arrays(
    of_numpy.boolean_dtypes() | of_numpy.integer_dtypes() | of_numpy.floating_dtypes(
        endianness="<", sizes=(16, 32, 64)) | of_numpy.complex_number_dtypes(
        endianness="<", sizes=(64, 128)) | of_numpy.unicode_string_dtypes(endianness="<")
    | of_numpy.datetime64_dtypes(endianness="<"), of_numpy.array_shapes(min_dims=0, min_side=0)))
@settings(max_examples=100, deadline=None)
def test_arrays_arrive_as_they_were(array):
    arrived = over(array)
    assert arrived.shape == array.shape and arrived.dtype.kind == array.dtype.kind
    np.testing.assert_array_equal(arrived, array)


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("value", [
    range(1, 9, 2), slice(None, 3), ..., NotImplemented, collections.deque([1, 2], 3),
    collections.Counter("abca"), collections.OrderedDict(b=1, a=2), bytearray(b"xy"),
    fractions.Fraction(1, 3), decimal.Decimal("1.10"), datetime.date(2024, 2, 29),
    pathlib.Path("a/b.txt"), np.float32(1.5), np.int8(-3), np.bool_(True), 2**200, -0.0,
    np.array([[1, "x", None]], dtype=object), np.ma.MaskedArray([1, 2], [True, False]),
    np.zeros((1, 2)).view(np.matrix)], ids=repr)
def test_other_kinds_arrive_as_they_were(value):
    arrived = over(value)
    assert type(arrived) is type(value)
    assert repr(arrived) == repr(value)


def test_sharing_cycles_and_long_chains_survive():
    inner = [1]
    value = {"a": inner, "b": inner}
    inner.append(value)
    arrived = over(value)
    assert arrived["a"] is arrived["b"] and arrived["a"][1] is arrived
    chain = None
    for k in range(5000):
        chain = [k, chain]
    arrived, length = over(chain), 0
    while arrived:
        arrived, length = arrived[1], length + 1
    assert length == 5000


class Words(str):
    def __str__(self):
        return "lies"

    __eq__ = __hash__ = None


class Numbers(float):
    def __float__(self):
        return 9.0

    def __pos__(self):
        return 9.0


class Things(list):
    def __iter__(self):
        return iter([9])


class Table(dict):
    def items(self):
        return [(9, 9)]

    __iter__ = keys = items


@pytest.mark.parametrize(("value", "content"), [
    (Words("true"), "true"), (Numbers(-0.0), -0.0), (Things([1, 2]), [1, 2]),
    (Table(a=1), {"a": 1}), (collections.Counter("aa"), {"a": 2})])
def test_a_derived_class_is_taken_for_its_base_by_the_bases_own_methods(value, content):
    base = plain.plain_base(type(value))
    assert repr(plain.as_base(value, base)) == repr(content) or base is collections.Counter
    assert issubclass(type(content), base) or base is collections.Counter


NOISE = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 9) | st.floats() | st.sampled_from(
        ["list", "dict", "tuple", "set", "yours", "array", "number", "strings", "decimal", "time",
         "fraction", "range", "slice", "objects", "masked", "defaultdict", "deque", "handle",
         "<f8"])
    | st.just(np.zeros(2)),
    lambda inner: st.lists(inner, max_size=5).map(tuple) | st.lists(inner, max_size=5),
    max_leaves=12)


@given(st.lists(NOISE, max_size=6))
@settings(max_examples=500, deadline=None)
def test_whatever_comes_is_a_value_or_refused(table):
    with contextlib.suppress(plain.NotPortableError):
        portable.Decoder(table, {}, [1, 2]).value()


def test_changes_in_place_are_noticed_and_made_up_for():
    for value, change, other in (
            ([1, 2], lambda v: v.append(3), []), ({"a": 1}, lambda v: v.update(b=2), {}),
            ({1}, lambda v: v.add(2), set()),
            (bytearray(b"a"), lambda v: v.extend(b"b"), bytearray()),
            (collections.OrderedDict(b=1), lambda v: v.update(a=1), collections.OrderedDict(a=2)),
            (np.zeros(2), lambda v: v.fill(1), np.ones(2)),
            (collections.deque([1]), lambda v: v.rotate() or v.append(0), collections.deque())):
        before, mark = changes.snapshot(value), changes.fingerprint(value)
        assert not changes.has_changed(value, before) and changes.fingerprint(value) == mark
        change(value)
        assert changes.has_changed(value, before) and changes.fingerprint(value) != mark
        changes.replace_content(value, other)
        assert repr(value) == repr(other)
    for value, content in (
            ([1], (1,)), (np.zeros(2), np.zeros(3)), (np.zeros(2), np.zeros(2, int))):
        with pytest.raises(plain.NotPortableError):
            changes.replace_content(value, content)
