"""Python objects as the wire's plain data and back: what a call takes and gives.

Both the judge's process and the student's load this file by its path: standard library
and NumPy only. A value becomes a table of entries, one for each object in it, so that
sharing, cycles and long chains survive. Within an entry, a scalar stands for itself and
``(n,)`` for the object of entry ``n``:

    [1, [2.0]]   ->   [("list", 1, (1,)), ("list", 2.0)]

Entries of other kinds than those below ("handle", "callback", …) are each side's own.
"""

from __future__ import annotations

import collections
import datetime
import decimal
import fractions
import hashlib
import io
import pathlib
import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

SCALARS = frozenset([type(None), bool, int, float, complex, str])
MAX_OBJECTS = 300_000
#: Bytes of an array, or items of another container, whose changes are looked for unasked.
MAX_WATCHED = 20_000
#: Bases of which a subclass's content is taken by the base's own methods, in this order.
BASES = (bool, int, float, complex, str, bytes, bytearray, tuple, list, set, frozenset,
         collections.OrderedDict, collections.Counter, collections.defaultdict, dict,
         collections.deque)
DICTS = {"dict": dict, "OrderedDict": collections.OrderedDict, "Counter": collections.Counter}
SEQUENCES = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}


class NotPortableError(ValueError):
    """It cannot be sent, or what came is malformed."""


class Encoder:
    """Turns objects into entries.

    Args:
        other: Makes the entry of an object that is not plain; takes it and this encoder.
        known: Objects of the other side, by id: the number that it knows each by.
    """

    def __init__(self, other: Callable[[Any, Encoder], tuple],
                 known: dict[int, int] | None = None) -> None:
        self.other, self.known = other, known or {}
        self.entries: list[tuple] = []
        self.objects: list[Any] = []  # of each entry; keeps it alive, so that its id is its own
        self._numbers: dict[int, int] = {}
        self._waiting: list[int] = []

    def item(self, value: Any) -> Any:
        """A scalar itself, or a reference to the entry that it gets."""
        if type(value) in SCALARS:
            return value
        number = self._numbers.get(id(value))
        if number is None:
            number = self._numbers[id(value)] = len(self.objects)
            if number >= MAX_OBJECTS:
                raise NotPortableError("too many objects")
            self.objects.append(value)
            self.entries.append(())
            self._waiting.append(number)
        return (number,)

    def mentions(self, text: str) -> bool:
        """Whether a text stands in one of the entries."""
        return any(each == text for entry in self.entries for each in entry if type(each) is str)

    def items(self, values: Iterable[Any]) -> tuple:
        return tuple(map(self.item, values))

    def table(self, root: Any) -> list[Any]:
        """An object with all that hangs on it: the reference to it, then the entries."""
        item = self.item(root)
        while self._waiting:
            number = self._waiting.pop()
            value = self.objects[number]
            mine = self.known.get(id(value))
            self.entries[number] = self.content(value) if mine is None else ("yours", mine)
        return [item, *self.entries]

    def content(self, value: Any, kind: type | None = None) -> tuple:
        """The entry of an object, taken for one of its base class's if that is given."""
        kind = kind or type(value)
        pack = PACK.get(kind)
        if pack is None and issubclass(kind, np.generic):
            pack = _pack_scalar
        entry = pack(value, self) if pack else None
        return self.other(value, self) if entry is None else entry


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


def _pack_moment(value: datetime.datetime, to: Encoder) -> tuple | None:
    return None if value.tzinfo else ("datetime", value.isoformat(), value.fold)


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


class Decoder:
    """Turns entries back into objects, not trusting them.

    Args:
        table: From `Encoder.table`.
        others: For each kind that is not plain, what makes the object; it is called with
            this decoder and the rest of the entry.
        yours: This side's own objects, by the numbers that the other side knows them by.
    """

    def __init__(self, table: Any, others: dict[str, Callable[..., Any]],
                 yours: list[Any] | None = None) -> None:
        if type(table) is not list or not table:
            raise NotPortableError("no table")
        self.root, *self.entries = table
        self.others, self.yours = others, yours or []
        self.made: dict[int, Any] = {}
        self._under_way: set[int] = set()
        self._to_fill: list[tuple[str, Any, tuple]] = []

    def value(self) -> Any:
        """The object of the table.

        Raises:
            NotPortableError: The table is malformed.
        """
        try:
            value = self.get(self.root)
            self.fill()
            return value
        except NotPortableError:
            raise
        except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError,
                RecursionError, ArithmeticError) as error:
            raise NotPortableError(f"malformed: {type(error).__name__}") from None

    def fill(self) -> None:
        """Puts into containers what belongs in them."""
        while self._to_fill:
            kind, target, rest = self._to_fill.pop()
            FILL[kind](self, target, rest)

    def get(self, item: Any) -> Any:
        """The object that an item stands for; containers in it may be filled later."""
        if type(item) in SCALARS:
            return item
        if type(item) is not tuple or len(item) != 1 or type(item[0]) is not int:
            raise NotPortableError("no item")
        number = item[0]
        if number in self.made:
            return self.made[number]
        if number in self._under_way or not 0 <= number < len(self.entries):
            raise NotPortableError("no such entry")
        self._under_way.add(number)
        entry = self.entries[number]
        if type(entry) is not tuple or not entry or type(entry[0]) is not str:
            raise NotPortableError("no entry")
        value = self.make(*entry)
        self.made[number] = value
        return value

    def all(self, items: Iterable[Any]) -> list[Any]:
        return [self.get(item) for item in items]

    def make(self, kind: str, *rest: Any) -> Any:
        if kind == "yours":
            (number,) = rest
            if type(number) is not int or not 0 <= number < len(self.yours):
                raise NotPortableError("no object of that number")
            return self.yours[number]
        if kind in EMPTY:
            value = EMPTY[kind](self, rest)
            self._to_fill.append((kind, value, rest))
            return value
        if kind in UNPACK:
            return UNPACK[kind](self, *rest)
        return self.others[kind](self, *rest)

    def is_copy(self, number: int) -> bool:
        """Whether the object of an entry was made from it, with all that it holds."""
        return self.entries[number][0] in FILL or self.entries[number][0] in COPIES

    def later(self, kind: str, target: Any, rest: tuple) -> None:
        """Has a container of a kind in `FILL` filled when all is made."""
        self._to_fill.append((kind, target, rest))


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
                    "generator"])
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
    "datetime": lambda decoder, text, fold: datetime.datetime.fromisoformat(text).replace(
        fold=fold),
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
}


# --- Changes in place -----------------------------------------------------------------

def snapshot(value: Any) -> Any:
    """What an object contains now, to see later whether that has changed; None if it cannot."""
    kind = type(value)
    if kind in (list, collections.deque):
        return list(value)
    if isinstance(value, dict):
        return list(dict.items(value))
    if kind is set:
        return set(value)
    if kind is bytearray:
        return bytes(value)
    if kind is np.ndarray:
        return value.copy()
    if kind is io.StringIO:
        return value.getvalue(), value.tell()
    if kind is np.random.Generator:
        return value.bit_generator.state
    own = getattr(value, "__dict__", None)
    return list(own.items()) if type(own) is dict else None


def has_changed(value: Any, before: Any) -> bool:
    """Whether an object differs from its snapshot; what it contains is compared by identity."""
    if before is None:
        return False
    if isinstance(value, np.ndarray):
        return (value.dtype != before.dtype or value.shape != before.shape
                or (any(a is not b for a, b in zip(value.flat, before.flat, strict=True))
                    if value.dtype == object else value.tobytes() != before.tobytes()))
    if isinstance(value, (set, bytearray)):
        return value != before
    now = snapshot(value)
    if isinstance(value, (io.StringIO, np.random.Generator)):
        return now != before
    if len(now) != len(before):
        return True
    if isinstance(value, (list, collections.deque)):
        return any(a is not b for a, b in zip(now, before, strict=True))
    return any(a is not c or b is not d
               for (a, b), (c, d) in zip(now, before, strict=True))


def is_container(value: Any) -> bool:
    """Plain data that can be changed in place."""
    return type(value) in (list, dict, set, bytearray, np.ndarray, collections.deque,
                           collections.defaultdict, *DICTS.values())


def fingerprint(value: Any) -> Any:
    """Something that differs if an object is another one, or contains something else.

    Of large ones what they contain is left out: it is asked for at every call.
    """
    if not is_container(value) or (value.nbytes if isinstance(value, np.ndarray) else
                                   len(value)) > MAX_WATCHED:
        return id(value)
    to = Encoder(lambda each, to: ("other", id(each)))
    try:
        table = to.table(value)
    except NotPortableError:
        return id(value)
    digest = hashlib.blake2b(repr(id(value)).encode())
    for entry in table[1:]:
        for each in entry:
            digest.update(each.tobytes() if isinstance(each, np.ndarray) else repr(each).encode())
    return digest.digest()


def replace_content(target: Any, content: Any) -> None:
    """Makes an object contain what another of the same class contains."""
    if type(target) is not type(content):
        raise NotPortableError("an object has changed its class")
    if isinstance(target, np.ndarray):
        if target.shape != content.shape or target.dtype != content.dtype:
            raise NotPortableError("an array has changed its shape")
        target[...] = content
    elif isinstance(target, np.random.Generator):
        state, now = content.bit_generator.state, target.bit_generator.state
        if state["state"]["inc"] != now["state"]["inc"]:  # no draw changes it
            raise NotPortableError("another generator of random numbers")
        target.bit_generator.state = state
    elif isinstance(target, io.StringIO):
        target.seek(0)
        target.truncate()
        target.write(content.getvalue())
        target.seek(content.tell())
    elif isinstance(target, (list, bytearray)):
        target[:] = content
    elif isinstance(target, dict):
        mapping(type(target)).clear(target)
        put(target, content.items())
    elif isinstance(target, (set, collections.deque)):
        target.clear()
        (target.update if isinstance(target, set) else target.extend)(content)
    else:
        target.__dict__.clear()
        target.__dict__.update(content.__dict__)


def found_by_name(module: Any, path: Any) -> Any:
    """What a module that is loaded calls by a dotted name; None if it has nothing there."""
    value = sys.modules.get(module)
    for name in path.split("."):
        value = getattr(value, name, None)
    return value
