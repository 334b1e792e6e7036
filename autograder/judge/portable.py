"""Python objects as the wire's plain data and back: what a call takes and gives.

A value becomes a table of entries, one for each object in it, so that sharing, cycles and long
chains survive. Within an entry, a scalar stands for itself and ``(n,)`` for the object of
entry ``n``:

    [1, [2.0]]   ->   [("list", 1, (1,)), ("list", 2.0)]

Entries of other kinds than those of `plain` ("handle", "callback", …) are each side's own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

from .plain import COPIES, EMPTY, FILL, SCALARS, UNPACK, NotPortableError, packed

MAX_OBJECTS = 300_000
#: Libraries that each side has of its own: a test means them as they are at the judge's.
COMPUTING = ("numpy", "scipy", "math", "pandas", "sympy", "statistics")


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
        entry = packed(value, kind or type(value), self)
        return self.other(value, self) if entry is None else entry


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


def found_by_name(module: Any, path: Any) -> Any:
    """What a module that is loaded calls by a dotted name; None if it has nothing there."""
    value = sys.modules.get(module)
    for name in path.split("."):
        value = getattr(value, name, None)
    return value
