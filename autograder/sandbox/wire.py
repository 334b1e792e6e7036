"""Plain data as bytes and back: JSON for the structure, raw buffers for arrays, no pickle.

Used on both sides, so it imports nothing but the standard library and NumPy. The sender
takes exact types only; the receiver believes no size before it has checked it.
"""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import numpy as np

HEADER = struct.Struct("<II")  # bytes of the JSON part, bytes of the array part
MAX_DEPTH = 32
MAX_ITEMS = 1_000_000
KINDS = "biufc"


class WireError(ValueError):
    """Not plain data, or not a frame of it; the message names the type or the fault."""


def encode(value: Any) -> bytes:
    """A frame with a value: header, JSON, array buffers.

    Args:
        value: None, bool, int, float, complex, str, list, tuple, dict with string keys,
            NumPy scalar or array of numbers, nested. Subclasses are refused, but for
            NumPy's scalars, which become 0-d arrays.

    Raises:
        WireError: It contains something else.
    """
    buffers: list[bytes] = []
    try:
        text = json.dumps(_pack(value, buffers, [0], 0)).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError) as error:
        raise error if isinstance(error, WireError) else WireError(str(error)) from None
    data = b"".join(buffers)
    if max(len(text), len(data)) >= 2**32:
        raise WireError("more than 4 GiB")
    return HEADER.pack(len(text), len(data)) + text + data


def decode(text: bytes, data: bytes) -> Any:
    """The value of a frame whose two parts have been received.

    Raises:
        WireError: The frame is malformed, too deep or has too many items.
    """
    try:
        return _unpack(json.loads(text.decode("utf-8", "surrogatepass")), data, [0], 0)
    except WireError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError, AttributeError,
            IndexError) as error:
        raise WireError(f"malformed frame: {type(error).__name__}") from None


def _count(items: list[int], depth: int) -> None:
    items[0] += 1
    if depth > MAX_DEPTH:
        raise WireError("nested too deeply")
    if items[0] > MAX_ITEMS:
        raise WireError("too many items")


def _pack(value: Any, buffers: list[bytes], items: list[int], depth: int) -> Any:
    _count(items, depth)
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    if kind is complex:
        return {"c": [value.real, value.imag]}
    if kind is list or kind is tuple:
        return {"l" if kind is list else "t": [
            _pack(item, buffers, items, depth + 1) for item in value]}
    if kind is dict:
        if any(type(key) is not str for key in value):
            raise WireError("dict with keys that are not strings")
        return {"d": [[key, _pack(item, buffers, items, depth + 1)]
                      for key, item in value.items()]}
    if kind is np.ndarray or isinstance(value, np.generic):
        return {"a": _pack_array(np.asarray(value), buffers)}
    raise WireError(kind.__name__)


def _pack_array(array: np.ndarray, buffers: list[bytes]) -> list[Any]:
    if array.dtype.kind not in KINDS:
        raise WireError(f"array of type {array.dtype}")
    if array.dtype.itemsize > (16 if array.dtype.kind == "c" else 8):
        array = array.astype(complex if array.dtype.kind == "c" else float)  # long double
    plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    start = sum(map(len, buffers))
    buffers.append(plain.tobytes())
    return [plain.dtype.str, list(array.shape), start]


def _unpack(value: Any, data: bytes, items: list[int], depth: int) -> Any:
    _count(items, depth)
    if not isinstance(value, dict):
        if isinstance(value, list):
            raise WireError("a bare list")
        return value
    ((tag, content),) = value.items()
    if tag == "c":
        real, imaginary = content
        return complex(real, imaginary)
    if tag in ("l", "t"):
        unpacked = [_unpack(item, data, items, depth + 1) for item in content]
        return unpacked if tag == "l" else tuple(unpacked)
    if tag == "d":
        result = {}
        for key, item in content:
            if not isinstance(key, str):
                raise WireError("a key that is not a string")
            result[key] = _unpack(item, data, items, depth + 1)
        return result
    if tag == "a":
        return _unpack_array(data, *content)
    raise WireError("an unknown tag")


def _unpack_array(data: bytes, type_name: Any, shape: Any, start: Any) -> np.ndarray:
    dtype = np.dtype(str(type_name))
    if dtype.kind not in KINDS or dtype.names or dtype.subdtype or dtype.itemsize > 16:
        raise WireError("an array type that is not of numbers")
    if not isinstance(shape, list) or len(shape) > MAX_DEPTH or not all(
            type(n) is int and 0 <= n < 2**40 for n in [*shape, start]):
        raise WireError("an array shape that cannot be")
    size = math.prod(shape) * dtype.itemsize
    if start + size > len(data):
        raise WireError("an array beyond the end of the frame")
    return np.frombuffer(data[start : start + size], dtype=dtype).reshape(shape).copy()
