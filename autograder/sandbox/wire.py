"""Plain data to bytes and back: exact types, checked sizes, never pickle.

Used by the trusted side and, loaded by its path, by the student's process; so it needs
nothing but the standard library and NumPy. A body is the length of a JSON text, the text,
and the raw bytes of the arrays in the order in which the text names them. JSON's own
scalars and objects stand for themselves (an object is a dict); everything else is a JSON
array whose first entry is a tag:

    ["l", item, ...]           list          ["c", real, imaginary]   complex
    ["t", item, ...]           tuple         ["i", "-0xff"]           integer beyond 64 bits
    ["a", dtype, shape]        array, its bytes next in the body
"""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import numpy as np

#: In front of a body on a stream: how many bytes it has.
FRAME = struct.Struct(">Q")
TEXT_LENGTH = struct.Struct(">I")

MAX_BYTES = 256 * 2**20
#: JSON takes up to forty times its size in memory, so its share is bounded on its own.
MAX_TEXT_BYTES = 16 * 2**20
MAX_DEPTH = 32
MAX_ITEMS = 1_000_000

DTYPES = frozenset(["|b1", "|i1", "|u1", "<i2", "<i4", "<i8", "<u2", "<u4", "<u8",
                    "<f2", "<f4", "<f8", "<c8", "<c16"])
SCALARS = frozenset(np.dtype(code).type for code in "?bhilqBHILQefdgFDG")
#: What an array that is not of numbers holds, by the kind of its dtype.
OTHER_ARRAYS = {"O": "ndarray of objects", "U": "ndarray of strings", "S": "ndarray of bytes",
                "T": "ndarray of strings", "M": "ndarray of dates",
                "m": "ndarray of time differences", "V": "ndarray of records"}


class WireError(ValueError):
    """What was to be sent is not plain data, or what was received is malformed.

    Args:
        message: What is wrong.
        name: What stands in the way: the type's name, or a few words for its size.
    """

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.name = name


def encode(value: Any, max_bytes: int = MAX_BYTES) -> bytes:
    """Plain data as bytes.

    Args:
        value: None, bool, int, float, complex, str, list, tuple, dict with str keys, or
            numpy.ndarray of numbers, nested. NumPy's scalars become 0-d arrays, long
            doubles float64; of subclasses of the containers (defaultdict, namedtuple,
            matrix) only what they hold is sent, masked arrays are refused.
        max_bytes: What the result may have.

    Returns:
        The body.

    Raises:
        WireError: It is something else, too large or too deep.
    """
    packer = _Packer(max_bytes)
    text = json.dumps(packer.pack(value, 0), ensure_ascii=False, separators=(",", ":"))
    try:
        raw = text.encode("utf-8")
    except UnicodeEncodeError:
        raise WireError("a str with half a surrogate pair", "str") from None
    try:
        _check_text(raw)
    except WireError as error:
        raise WireError(str(error), "a value that is too large") from None
    if TEXT_LENGTH.size + len(raw) + packer.array_bytes > max_bytes:
        raise _too_large()
    return b"".join([TEXT_LENGTH.pack(len(raw)), raw, *packer.buffers])


def decode(body: bytes, max_bytes: int = MAX_BYTES) -> Any:
    """Bytes as plain data; they may be anything.

    Args:
        body: From `encode`, or from somebody who means harm.
        max_bytes: What it may have.

    Returns:
        The value; its arrays own their memory and may be written to.

    Raises:
        WireError: The bytes are not what `encode` makes.
    """
    if len(body) > max_bytes:
        raise WireError("more bytes than agreed")
    try:
        (length,) = TEXT_LENGTH.unpack_from(body)
        start = TEXT_LENGTH.size + length
        raw = bytes(body[TEXT_LENGTH.size:start])
        if len(raw) != length:
            raise WireError("the text is cut short")
        _check_text(raw)
        unpacker = _Unpacker(memoryview(body)[start:])
        value = unpacker.unpack(json.loads(raw.decode("utf-8")), 0)
        unpacker.check_end()
    except WireError:
        raise
    except (ValueError, TypeError, OverflowError, RecursionError, struct.error) as error:
        raise WireError(f"malformed: {type(error).__name__}") from None
    return value


def frame(body: bytes) -> bytes:
    """A body with its length in front, for a stream."""
    return FRAME.pack(len(body)) + body


def frame_length(header: bytes, max_bytes: int) -> int:
    """The length that a frame's first ``FRAME.size`` bytes announce.

    Raises:
        WireError: It is more than agreed: nothing should be allocated for it.
    """
    (length,) = FRAME.unpack(header)
    if length > max_bytes:
        raise WireError("a frame longer than agreed")
    return length


def _too_large() -> WireError:
    return WireError("too large", "a value that is too large")


def _check_text(raw: bytes) -> None:
    """Bounds what parsing a JSON text can allocate, before it is parsed.

    Every item needs a comma or an opening bracket. Those within strings count too, hence
    the factor.
    """
    if len(raw) > MAX_TEXT_BYTES:
        raise WireError("too much text")
    if raw.count(b",") + raw.count(b"[") + raw.count(b"{") > 4 * MAX_ITEMS:
        raise WireError("too many items")


class _Counter:
    """Bounds the depth of a value and the number of things in it."""

    def __init__(self) -> None:
        self.items = 0

    def enter(self, depth: int) -> None:
        self.items += 1
        if depth > MAX_DEPTH:
            raise WireError("nested too deeply", "a value that is nested too deeply")
        if self.items > MAX_ITEMS:
            raise _too_large()


class _Packer(_Counter):
    def __init__(self, max_bytes: int) -> None:
        super().__init__()
        self.max_bytes, self.array_bytes = max_bytes, 0
        self.buffers: list[bytes] = []

    def pack(self, value: Any, depth: int) -> Any:
        self.enter(depth)
        kind = type(value)
        if value is None or kind is bool or kind is float or kind is str:
            return value
        if kind is int:
            return value if -(2**63) <= value < 2**64 else ["i", hex(value)]
        if kind is complex:
            return ["c", value.real, value.imag]
        # What a container holds by its base: a subclass may be right, its methods are not asked.
        if isinstance(value, list):
            return ["l", *(self.pack(item, depth + 1) for item in list.__iter__(value))]
        if isinstance(value, tuple):
            return ["t", *(self.pack(item, depth + 1) for item in tuple.__iter__(value))]
        if isinstance(value, dict):
            if any(type(key) is not str for key in dict.__iter__(value)):
                raise WireError("a dict's keys must be str", "dict with keys other than str")
            return {key: self.pack(item, depth + 1) for key, item in dict.items(value)}
        if kind in SCALARS or (isinstance(value, np.ndarray)
                               and not isinstance(value, np.ma.MaskedArray)):
            return self.pack_array(np.asarray(value))
        raise WireError(f"not plain data: {kind.__name__}", kind.__name__)

    def pack_array(self, array: np.ndarray) -> list[Any]:
        if array.dtype.kind not in "biufc":
            name = OTHER_ARRAYS.get(array.dtype.kind, "ndarray of objects")
            raise WireError(f"not plain data: {name}", name)
        dtype = array.dtype.newbyteorder("<")
        if dtype.str not in DTYPES:  # a long double, whose layout is the machine's own
            dtype = np.dtype("<c16" if dtype.kind == "c" else "<f8")
        # Before it is copied: a broadcast array may claim far more than it has.
        self.array_bytes += math.prod(array.shape) * dtype.itemsize
        if self.array_bytes > self.max_bytes:
            raise _too_large()
        with np.errstate(all="ignore"):
            plain = np.asarray(array, dtype=dtype)
        self.buffers.append(plain.tobytes())  # in C order, whatever the strides
        return ["a", dtype.str, list(array.shape)]


class _Unpacker(_Counter):
    def __init__(self, arrays: memoryview) -> None:
        super().__init__()
        self.arrays, self.position = arrays, 0

    def unpack(self, value: Any, depth: int) -> Any:
        self.enter(depth)
        if isinstance(value, str):
            return _whole(value)
        if isinstance(value, dict):
            return {_whole(key): self.unpack(item, depth + 1) for key, item in value.items()}
        if not isinstance(value, list):
            return value
        tag, *rest = value  # ValueError if it is empty
        if tag == "l" or tag == "t":
            items = [self.unpack(item, depth + 1) for item in rest]
            return items if tag == "l" else tuple(items)
        if tag == "a":
            return self.unpack_array(*rest)
        if tag == "c":
            real, imaginary = rest
            return complex(_number(real), _number(imaginary))
        if tag == "i":
            (digits,) = rest
            return int(digits, 16)
        raise WireError("an unknown tag")

    def unpack_array(self, name: Any, shape: Any) -> np.ndarray:
        if not isinstance(name, str) or name not in DTYPES:
            raise WireError("an array of an unknown type")
        if not isinstance(shape, list) or not all(type(n) is int and n >= 0 for n in shape):
            raise WireError("an array without a proper shape")
        dtype = np.dtype(name)
        size = math.prod(shape) * dtype.itemsize
        end = self.position + size
        if end > len(self.arrays):
            raise WireError("an array beyond the end")
        raw = self.arrays[self.position:end]
        self.position = end
        if dtype.kind == "b" and size and np.frombuffer(raw, np.uint8).max() > 1:
            raise WireError("a bool that is neither 0 nor 1")
        return np.frombuffer(raw, dtype).reshape(shape).copy()

    def check_end(self) -> None:
        if self.position != len(self.arrays):
            raise WireError("bytes that belong to nothing")


def _whole(text: str) -> str:
    """Refuses half surrogate pairs: a file with one in it cannot be written."""
    text.encode("utf-8")
    return text


def _number(value: Any) -> float:
    if type(value) is not float:
        raise WireError("half a complex number is not a float")
    return value
