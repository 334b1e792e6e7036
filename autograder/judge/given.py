"""A test's own objects in the student's process: what is done to them is done at the test's.

An object of a class that only the test knows, a mock, a generator: its text must not go to
the student's process, so something goes there that asks back for everything. What may be asked
is bounded: names without underscores around them, and nothing that would decide a test.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any
from unittest import mock

from .stand_ins import COMPARISONS, specials

#: What a class has of these, its objects have there, too.
SPECIALS = specials(
    "len iter next bool hash int float complex index round abs neg pos bytes call str repr format "
    "getitem setitem delitem contains reversed enter exit eq ne lt le gt ge "
    "add sub mul truediv floordiv mod pow matmul and or xor "
    "radd rsub rmul rtruediv rfloordiv rmod rpow rmatmul iadd isub imul")
OF_OBJECT = COMPARISONS | specials("hash str repr format")
#: Where classes come from that nobody but the instructor has written methods of.
PLAIN_MODULES = ("__main__", "abc", "typing")
OF_GENERATORS = ("send", "throw", "close")
#: What a mock is asked by a test, and what sets it up.
OF_MOCKS = frozenset(dir(mock.NonCallableMock())) | {
    name for name in dir(mock.Mock()) if not name.startswith("_")}


# --- In the judge's process -------------------------------------------------------------

def may_be_given(value: Any) -> bool:
    """Whether what an object can do is the instructor's, or harmless."""
    kind = type(value)
    return (kind in (object, types.GeneratorType) or isinstance(value, mock.NonCallableMock)
            or (kind.__module__ == "__main__" and not isinstance(value, type) and all(
                each is object or each.__module__ in PLAIN_MODULES for each in kind.__mro__)))


def specials_of(kind: type) -> tuple[str, ...]:
    """The special methods of a class, without those that every object has."""
    return tuple(sorted(
        name for name in SPECIALS if callable(getattr(kind, name, None))
        and not (name in OF_OBJECT and getattr(kind, name) is getattr(object, name))))


def perform(target: Any, operation: str, arguments: tuple, keywords: dict,
            refuse: Callable[[str], None]) -> Any:
    """Does to an object of the test's what student code does to what stands for it.

    Args:
        target: A function of the test's, or an object that `may_be_given`.
        operation: ``call``, ``getattr``, ``setattr``, or a special method.
        arguments: For it.
        keywords: For it.
        refuse: Ends the cell with a reason: what cannot be done from there.
    """
    if operation == "call":
        return target(*arguments, **keywords)
    if may_be_given(target) and operation in SPECIALS:
        return getattr(type(target), operation)(target, *arguments, **keywords)
    name, *rest = arguments or [None]
    if may_be_given(target) and type(name) is str:
        if operation == "getattr" and may_be_read(target, name):
            return getattr(target, name)
        if operation == "setattr" and may_be_set(target, name, *rest):
            return setattr(target, name, *rest)
    return refuse(f"student code does to an object of the test's what it cannot do from another "
                  f"process ({operation} {name})"[:200])


def may_be_read(target: Any, name: str) -> bool:
    """Whether student code may have what an object of the test's has under a name."""
    if isinstance(target, types.GeneratorType):
        return name in OF_GENERATORS
    if isinstance(target, mock.NonCallableMock):
        return not name.startswith("_") and name not in OF_MOCKS
    return not (name.startswith("__") and name.endswith("__"))


def may_be_set(target: Any, name: str, value: Any) -> bool:
    """Whether student code may give an object of the test's this under a name: no method."""
    if callable(value) or name.startswith("__") or isinstance(target, types.GeneratorType):
        return False
    if isinstance(target, mock.NonCallableMock):
        return not name.startswith(("_mock", "_spec")) and name not in OF_MOCKS
    return not callable(getattr(type(target), name, None))


# --- In the student's process -----------------------------------------------------------

class Given:
    """Stands for an object of the test's."""

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("__") and name != "__dict__":
            return object.__getattribute__(self, name)
        return ask(self, "getattr", name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__"):  # of what stands here
            return object.__setattr__(self, name, value)
        return ask(self, "setattr", name, value)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return ask(self, "getattr", "__reduce_ex__")


def ask(given: Given, operation: str, *arguments: Any, **keywords: Any) -> Any:
    return object.__getattribute__(given, "__ask__")(operation, *arguments, **keywords)


def special(name: str) -> Callable:
    def function(self: Given, *arguments: Any, **keywords: Any) -> Any:
        return ask(self, name, *arguments, **keywords)

    return function


def make(name: str, specials: tuple[str, ...], bases: list[type], back: Callable) -> Given:
    """What stands for an object of the test's.

    Args:
        name: Of its class.
        specials: Special methods that it has.
        bases: Classes that this process has as well.
        back: Does something to it: an operation, and what belongs to that.
    """
    content = {each: special(each) for each in specials if each in SPECIALS}
    kind = type(name, (Given, *bases), content)
    kind.__abstractmethods__ = frozenset()
    value = object.__new__(kind)
    object.__setattr__(value, "__ask__", back)
    return value
