"""What each kind of plain data is made of, and how it is made again.

For `portable`: `PACK` has what becomes of an object, `UNPACK` what is made of that; containers,
which may contain themselves, are made `EMPTY` and filled by `FILL` when all is made.
"""

from __future__ import annotations

import collections
import datetime
import decimal
import fractions
import io
import pathlib
import uuid
import zoneinfo
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from . import frames

if TYPE_CHECKING:
    from .portable import Decoder, Encoder

SCALARS = frozenset([type(None), bool, int, float, complex, str])
#: Bases of which a subclass's content is taken by the base's own methods, in this order.
BASES = (bool, int, float, complex, str, bytes, bytearray, tuple, list, set, frozenset,
         collections.OrderedDict, collections.Counter, collections.defaultdict, dict,
         collections.deque)
DICTS = {"dict": dict, "OrderedDict": collections.OrderedDict, "Counter": collections.Counter}
CLOCKS = {datetime.datetime: "datetime", datetime.time: "time of day"}
SEQUENCES = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}


class NotPortableError(ValueError):
    """It cannot be sent, or what came is malformed."""


def mapping(kind: type) -> type:
    """The class whose methods a dictionary's content is kept by."""
    return collections.OrderedDict if issubclass(kind, collections.OrderedDict) else dict


def put(target: dict, pairs: Iterable[tuple]) -> None:
    """Puts pairs into a dictionary of any class, without asking its own methods."""
    for key, value in pairs:
        mapping(type(target)).__setitem__(target, key, value)


def _pack_dict(name: str) -> Callable:
    def pack(value: Any, to: Encoder) -> tuple:
        return (name, *(
            to.item(each) for pair in mapping(type(value)).items(value) for each in pair))

    return pack


def _pack_sequence(name: str, kind: type) -> Callable:
    return lambda value, to: (name, *to.items(kind.__iter__(value)))


def _pack_array(value: np.ndarray, to: Encoder) -> tuple | None:
    kind = value.dtype.kind
    if kind in "biufc":
        return "array", value
    if kind in "US":
        return "strings", value.dtype.str, value.shape, *to.items(value.ravel().tolist())
    if kind in "mM":
        return "times", value.dtype.str, value.astype("<i8")
    if kind == "O":
        return "objects", value.shape, *to.items(value.ravel().tolist())
    if value.dtype.names is not None:
        return ("fields", value.shape, value.dtype.names,
                *to.items(np.ascontiguousarray(value[name]) for name in value.dtype.names))
    return None


def _pack_scalar(value: np.generic, to: Encoder) -> tuple | None:
    if value.dtype.kind in "biufc":
        return "number", np.asarray(value)
    if value.dtype.kind in "mM":
        return "time", value.dtype.str, np.asarray(value).astype("<i8")
    return None


def _pack_moment(value: datetime.datetime | datetime.time, to: Encoder) -> tuple:
    return (CLOCKS[type(value)], value.replace(tzinfo=None).isoformat(), value.fold,
            to.item(value.tzinfo))


def _pack_zone(value: datetime.timezone, to: Encoder) -> tuple:
    return "timezone", value.utcoffset(None).total_seconds(), value.tzname(None)


def _pack_generator(value: np.random.Generator, to: Encoder) -> tuple | None:
    state = value.bit_generator.state
    if state["bit_generator"] != "PCG64":
        return None
    return ("generator", state["state"]["state"], state["state"]["inc"], state["has_uint32"],
            state["uinteger"])


PACK: dict[type, Callable[[Any, Encoder], tuple | None]] = {
    **{kind: _pack_sequence(name, kind) for name, kind in SEQUENCES.items()},
    **{kind: _pack_dict(name) for name, kind in DICTS.items()},
    collections.defaultdict: lambda value, to: (
        "defaultdict", to.item(value.default_factory), *_pack_dict("")(value, to)[1:]),
    collections.deque: lambda value, to: (
        "deque", value.maxlen, *to.items(collections.deque.__iter__(value))),
    bytes: lambda value, to: ("bytes", np.frombuffer(value, np.uint8)),
    bytearray: lambda value, to: ("bytearray", np.frombuffer(bytes(value), np.uint8)),
    range: lambda value, to: ("range", value.start, value.stop, value.step),
    slice: lambda value, to: ("slice", *to.items((value.start, value.stop, value.step))),
    type({}.keys()): lambda value, to: ("keys", *to.items(value)),
    type({}.values()): lambda value, to: ("values", *to.items(value)),
    type({}.items()): lambda value, to: (
        "pairs", *(to.item(each) for pair in value for each in pair)),
    io.StringIO: lambda value, to: ("text stream", value.getvalue(), value.tell()),
    type(...): lambda value, to: ("ellipsis",),
    type(NotImplemented): lambda value, to: ("not implemented",),
    fractions.Fraction: lambda value, to: ("fraction", value.numerator, value.denominator),
    decimal.Decimal: lambda value, to: ("decimal", str(value)),
    datetime.datetime: _pack_moment,
    datetime.time: _pack_moment,
    datetime.timezone: _pack_zone,
    zoneinfo.ZoneInfo: lambda value, to: ("zone", value.key) if value.key else None,
    uuid.UUID: lambda value, to: ("uuid", str(value)),
    datetime.date: lambda value, to: ("date", value.isoformat()),
    datetime.timedelta: lambda value, to: (
        "timedelta", value.days, value.seconds, value.microseconds),
    pathlib.PosixPath: lambda value, to: ("path", str(value)),
    np.random.Generator: _pack_generator,
    np.ndarray: _pack_array,
    np.matrix: lambda value, to: ("matrix", np.asarray(value)),
    np.ma.MaskedArray: lambda value, to: (
        "masked", to.item(np.ma.getdata(value)), np.ma.getmaskarray(value)),
}


def packed(value: Any, kind: type, to: Encoder) -> tuple | None:
    """The entry of an object, taken for one of a class; None if that is no plain data."""
    pack = PACK.get(kind)
    if pack is None and issubclass(kind, np.generic):
        pack = _pack_scalar
    if pack is None and frames.is_of_pandas(kind):
        pack = frames.pack
    return pack(value, to) if pack else None


def plain_base(kind: type) -> type | None:
    """The plain class that another one is derived from, if any."""
    if issubclass(kind, np.ndarray):
        return np.ndarray
    return next((base for base in BASES if issubclass(kind, base)), None)


def as_base(value: Any, base: type) -> Any:
    """What an object of a derived class is as one of its base, by the base's own methods."""
    if base is np.ndarray:
        return np.array(value, copy=True, subok=False)
    if base in (list, tuple, set, frozenset):
        return base(base.__iter__(value))
    if base is collections.deque:
        return collections.deque(base.__iter__(value), value.maxlen)
    if issubclass(base, dict):
        copy = base()
        put(copy, mapping(base).items(value))
        return copy
    if base in (bytes, bytearray):
        return base(memoryview(value))
    return str.__str__(value) if base is str else base.__pos__(value)


def _array(array: Any) -> np.ndarray:
    if type(array) is not np.ndarray:
        raise NotPortableError("no array")
    return array


def masked(decoder: Decoder, data: Any, mask: Any) -> np.ma.MaskedArray:
    """A masked array; each side decides what it makes of one."""
    return np.ma.MaskedArray(decoder.get(data), _array(mask))


def _pairs(decoder: Decoder, items: tuple) -> list[tuple]:
    values = decoder.all(items)
    return list(zip(values[::2], values[1::2], strict=True))


def _object_array(decoder: Decoder, shape: tuple, *items: Any) -> np.ndarray:
    array = np.empty(len(items), object)
    for index, item in enumerate(items):
        array[index] = decoder.get(item)
    return array.reshape(shape)


def _structured_array(decoder: Decoder, shape: tuple, names: tuple, *items: Any) -> np.ndarray:
    columns = decoder.all(items)
    inner = [column.shape[len(shape):] for column in columns]
    array = np.empty(shape, [(name, column.dtype, rest) for name, column, rest
                             in zip(names, columns, inner, strict=True)])
    for name, column in zip(names, columns, strict=True):
        array[name] = column
    return array


def _generator(decoder: Decoder, state: int, inc: int, has: int, uinteger: int) -> Any:
    bits = np.random.PCG64()
    bits.state = {"bit_generator": "PCG64", "state": {"state": state, "inc": inc},
                  "has_uint32": has, "uinteger": uinteger}
    return np.random.Generator(bits)


def _zone(decoder: Decoder, seconds: float, name: str) -> datetime.timezone:
    offset = datetime.timedelta(seconds=seconds)
    usual = datetime.timezone(offset)
    return usual if usual.tzname(None) == name else datetime.timezone(offset, name)


def _text_stream(text: str, place: int) -> io.StringIO:
    stream = io.StringIO(text, newline="")
    stream.seek(place)
    return stream


def _fill_set(decoder: Decoder, target: set, rest: tuple) -> None:
    values = decoder.all(rest)
    decoder.fill()  # before they are hashed
    target.update(values)


def _fill_dict(skip: int) -> Callable:
    def fill(decoder: Decoder, target: dict, rest: tuple) -> None:
        pairs = _pairs(decoder, rest[skip:])
        if any(type(key) not in SCALARS for key, _ in pairs):
            decoder.fill()
        put(target, pairs)

    return fill


#: Other kinds of objects that can be changed in place.
COPIES = frozenset(["array", "objects", "fields", "bytearray", "instance", "text stream",
                    "generator", "frame", "series"])
#: Containers are made empty and filled when all is made: they may contain themselves.
EMPTY: dict[str, Callable[[Decoder, tuple], Any]] = {
    "list": lambda decoder, rest: [],
    "set": lambda decoder, rest: set(),
    **{name: lambda decoder, rest, kind=kind: kind() for name, kind in DICTS.items()},
    "defaultdict": lambda decoder, rest: collections.defaultdict(decoder.get(rest[0])),
    "deque": lambda decoder, rest: collections.deque(maxlen=rest[0]),
}
FILL: dict[str, Callable[[Decoder, Any, tuple], None]] = {
    "list": lambda decoder, target, rest: target.extend(decoder.all(rest)),
    "set": _fill_set,
    **{name: _fill_dict(0) for name in DICTS},
    "defaultdict": _fill_dict(1),
    "deque": lambda decoder, target, rest: target.extend(decoder.all(rest[1:])),
}
UNPACK: dict[str, Callable[..., Any]] = {
    "tuple": lambda decoder, *items: tuple(decoder.all(items)),
    "frozenset": lambda decoder, *items: frozenset(decoder.all(items)),
    "bytes": lambda decoder, array: _array(array).astype(np.uint8).tobytes(),
    "bytearray": lambda decoder, array: bytearray(_array(array).astype(np.uint8).tobytes()),
    "range": lambda decoder, *ends: range(*ends),
    "slice": lambda decoder, *ends: slice(*decoder.all(ends)),
    "keys": lambda decoder, *items: dict.fromkeys(decoder.all(items)).keys(),
    "values": lambda decoder, *items: dict(enumerate(decoder.all(items))).values(),
    "pairs": lambda decoder, *items: dict(_pairs(decoder, items)).items(),
    "text stream": lambda decoder, text, place: _text_stream(text, place),
    "fields": _structured_array,
    "generator": _generator,
    "ellipsis": lambda decoder: ...,
    "not implemented": lambda decoder: NotImplemented,
    "fraction": lambda decoder, *both: fractions.Fraction(*both),
    "decimal": lambda decoder, text: decimal.Decimal(text),
    **{name: lambda decoder, text, fold, zone, kind=kind: kind.fromisoformat(text).replace(
        fold=fold, tzinfo=decoder.get(zone)) for kind, name in CLOCKS.items()},
    "timezone": _zone,
    "zone": lambda decoder, key: zoneinfo.ZoneInfo(key),
    "uuid": lambda decoder, text: uuid.UUID(text),
    "date": lambda decoder, text: datetime.date.fromisoformat(text),
    "timedelta": lambda decoder, *parts: datetime.timedelta(*parts),
    "path": lambda decoder, text: pathlib.Path(text),
    "array": lambda decoder, array: _array(array),
    "matrix": lambda decoder, array: np.asmatrix(_array(array)),
    "number": lambda decoder, array: _array(array).reshape(())[()],
    "strings": lambda decoder, dtype, shape, *items: np.array(
        decoder.all(items), dtype=np.dtype(dtype)).reshape(shape),
    "times": lambda decoder, dtype, array: _array(array).astype(np.dtype(dtype)),
    "time": lambda decoder, dtype, array: _array(array).reshape(()).astype(np.dtype(dtype))[()],
    "objects": _object_array,
    **frames.UNPACK,
}
