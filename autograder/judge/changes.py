"""Changes in place of objects that were given away: noticed there, and made here as well.

Part of both processes at a judged cell, as `portable`.
"""

from __future__ import annotations

import collections
import hashlib
import io
from typing import Any

import numpy as np

from . import frames
from .plain import DICTS, NotPortableError, mapping, put
from .portable import Encoder

#: Bytes of an array, or items of another container, whose changes are looked for unasked.
MAX_WATCHED = 20_000


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
    if frames.is_frame(value):
        return value.copy()
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
    if frames.is_frame(value):
        return not frames.is_same(value, before)
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
                           collections.defaultdict, *DICTS.values()) or frames.is_frame(value)


def fingerprint(value: Any) -> Any:
    """Something that differs if an object is another one, or contains something else.

    Of large ones what they contain is left out: it is asked for at every call.
    """
    if not is_container(value) or (
            value.nbytes if isinstance(value, np.ndarray) else value.size
            if frames.is_frame(value) else len(value)) > MAX_WATCHED:
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
    elif frames.is_frame(target):
        frames.fill(target, content)
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
