"""Objects of the judge's process as entries of a table, and the student's back.
"""

from __future__ import annotations

import collections
import enum
import functools
import importlib
import io
import itertools
import sys
import types
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from . import given, plain, portable, stand_ins

#: Modules whose functions the student's process has too, and gets by name.
SHARED_MODULES = sys.stdlib_module_names | {"numpy", "scipy"}
#: Whose classes the student's process may name: plain data, and no function that does something.
DATA_MODULES = ("builtins", "numpy", "collections")
#: Classes of Python's own that no module has under their names.
NAMELESS = {each.__name__: each for each in vars(types).values() if isinstance(each, type)}
#: What is longer is not sent as a whole: an iterator, what is left of an open file.
MAX_ITERATED, MAX_FILE_CHARS = 10_000, 10_000_000


def rest_of(file: io.TextIOWrapper) -> str:
    """What is still to be read of an open file."""
    place = file.tell()
    text = file.read(MAX_FILE_CHARS)
    file.seek(place)
    return text


class Translation:
    """What stands for what.

    Args:
        namespace: The test cells' names.
        note: Called with each stand-in that comes.
        rely: Called with the kind of plain data that passes tests without being right.
    """

    def __init__(self, namespace: dict[str, Any], note: Callable[[Any], None],
                 rely: Callable[[str], None]) -> None:
        self.namespace = namespace
        self.there: set[str] = set()  # classes of the instructor's cells that have run there
        self.note, self.rely = note, rely
        self.known: weakref.WeakValueDictionary = weakref.WeakValueDictionary()
        self.classes: dict[int, type] = {}
        self.records: dict[tuple, type] = {}
        self.callbacks: list[Any] = []
        self.gone: list[int] = []

    def shared_classes(self) -> list[str]:
        """Classes of the instructor's cells, which the student's process has as well."""
        return [name for name, each in list(self.namespace.items())
                if isinstance(each, type) and each.__module__ == "__main__"
                and each.__name__ == name and not stand_ins.is_stand_in(each)
                and plain.plain_base(each) is None]

    # --- From here to there -----------------------------------------------------------------

    def entry(self, value: Any, to: Any) -> tuple:
        """The entry of an object that is not plain data."""
        kind = type(value)
        if stand_ins.is_stand_in(value):
            return "handle", stand_ins.own(value, stand_ins.NUMBER)
        if isinstance(value, types.ModuleType):
            return "module", value.__name__
        if isinstance(value, types.TracebackType):
            return ("nothing",)  # it would show the test
        if isinstance(value, BaseException):
            return "error", to.item(kind), *to.items(value.args)
        if isinstance(value, type) and issubclass(value, tuple) and hasattr(value, "_fields"):
            return "record class", value.__name__, value._fields
        if isinstance(value, type) and value.__module__ == "__main__":
            return "shared", value.__name__
        if callable(value) and self.is_shared(value):
            return "name", getattr(value, "__module__", None) or "builtins", value.__qualname__
        if isinstance(value, tuple) and hasattr(kind, "_fields"):
            return "record", kind.__name__, kind._fields, *to.items(value)
        base = plain.plain_base(kind)
        if base is not None and base is not kind:
            return to.content(plain.as_base(value, base), base)
        if isinstance(value, enum.Enum) and kind.__name__ in self.there:
            return "member", kind.__name__, value.name
        if given.may_be_given(value) and not (
                kind.__name__ in self.there and hasattr(value, "__dict__")):
            return self.given_entry(value)
        if callable(value):
            return ("callback", self.callback(value), getattr(value, "__name__", "function"),
                    getattr(value, "__doc__", None))
        if kind.__module__ == "__main__" and hasattr(value, "__dict__"):
            return ("instance", kind.__name__,
                    *(to.item(each) for pair in vars(value).items() for each in pair))
        if isinstance(value, io.TextIOWrapper) and value.readable():
            return "open file", rest_of(value)
        if hasattr(kind, "__next__") and not hasattr(value, "read"):
            values = list(itertools.islice(value, MAX_ITERATED))
            if len(values) < MAX_ITERATED:
                return "iterator", *to.items(values)
            return self.given_entry(each for each in itertools.chain(values, value))
        raise plain.NotPortableError(f"student code would be given a {kind.__name__}")

    def given_entry(self, value: Any) -> tuple:
        """The entry of an object that student code may ask for what it needs of it."""
        kind = type(value)
        return ("given", self.callback(value), kind.__name__, given.specials_of(kind),
                tuple(each.__name__ for each in kind.__mro__[1:] if each.__name__ in self.there))

    def callback(self, function: Any) -> int:
        for number, each in enumerate(self.callbacks):
            if each is function:
                return number
        self.callbacks.append(function)
        return len(self.callbacks) - 1

    def is_shared(self, value: Any) -> bool:
        if isinstance(value, np.ufunc):
            return getattr(np, value.__name__, None) is value
        module = getattr(value, "__module__", None) or "builtins"
        path = getattr(value, "__qualname__", None)
        return (isinstance(path, str) and isinstance(module, str)
                and module.split(".")[0] in SHARED_MODULES
                and portable.found_by_name(module, path) is value)

    # --- From there to here -----------------------------------------------------------------

    def decoders(self) -> dict[str, Callable[..., Any]]:
        return {"handle": self.stand_in, "class": self.class_for, "name": self.named,
                "callback": lambda decoder, number: self.callbacks[number],
                "error": self.error, "module": self.module, "instance": self.instance,
                "masked": self.masked,
                "member": lambda decoder, kind, name: self.class_of_ours(kind)[name],
                "shared": lambda decoder, name: self.class_of_ours(name),
                "record class": lambda decoder, name, fields: self.record(name, fields),
                "record": lambda decoder, name, fields, *items: self.record(name, fields)._make(
                    decoder.all(items))}

    def named(self, decoder: Any, module: str, path: str) -> Any:
        value = portable.found_by_name(module, path)
        if not (isinstance(value, np.ufunc) or (module == "math" and callable(value))
                or (isinstance(value, type) and module in DATA_MODULES)):
            raise plain.NotPortableError(f"{module}.{path} is not taken from there")
        return value

    def module(self, decoder: Any, name: str) -> Any:
        """A library by its name: what computes here is never the student's."""
        if name.split(".")[0] not in portable.COMPUTING:
            raise plain.NotPortableError(f"{name} is not taken from there")
        return importlib.import_module(name)

    def record(self, name: str, fields: tuple) -> type:
        """The instructor's named tuple of that name, or one made like the student's."""
        ours = self.namespace.get(name)
        if (isinstance(ours, type) and not stand_ins.is_stand_in(ours)
                and getattr(ours, "_fields", None) == fields):
            return ours
        if (name, fields) not in self.records:
            self.records[name, fields] = collections.namedtuple(name, fields, module="__main__")
        return self.records[name, fields]

    def masked(self, decoder: Any, data: Any, mask: Any) -> np.ma.MaskedArray:
        """A masked array; what it masks equals everything."""
        array = plain.masked(decoder, data, mask)
        if np.ma.is_masked(array):
            self.rely("MaskedArray")
        return array

    def class_of_ours(self, name: str) -> type:
        if name not in self.shared_classes():
            raise plain.NotPortableError(f"{name} is no class of the instructor's")
        return self.namespace[name]

    def instance(self, decoder: Any, name: str, *state: Any) -> Any:
        """An object of a class of the instructor's: what it holds, without a method in it.

        A property that it keeps once it is computed is computed anew.
        """
        kind = self.class_of_ours(name)
        value = object.__new__(kind)
        if any(callable(getattr(kind, key, None)) for key in state[::2]):
            raise plain.NotPortableError("a method is replaced")
        kept = [each for pair in zip(state[::2], state[1::2], strict=True) for each in pair
                if not isinstance(getattr(kind, pair[0], None), functools.cached_property)]
        decoder.later("dict", vars(value), tuple(kept))
        return value

    def error(self, decoder: Any, kind: Any, *arguments: Any) -> BaseException:
        """An exception of a class that is not the student's."""
        kind = decoder.get(kind)
        if not (isinstance(kind, type) and issubclass(kind, BaseException)):
            kind = Exception
        error = kind.__new__(kind)
        error.args = tuple(decoder.all(arguments))
        if isinstance(error, StopIteration) and error.args:
            error.value = error.args[0]  # of a generator or coroutine
        return error

    def class_for(self, decoder: Any, number: int, about: Any = None, *bases: Any) -> type:
        """The class that stands for a student's, or for a library's."""
        if number in self.classes:
            return self.classes[number]
        about, bases = decoder.get(about), decoder.all(bases)
        decoder.fill()
        real = None
        if about["module"] != "__main__":
            real = portable.found_by_name(about["module"], about["qualname"])
            if real is None and about["module"] == "builtins":
                real = NAMELESS.get(about["name"])
            if isinstance(real, type) and issubclass(real, BaseException):
                self.classes[number] = real
                return real
            bases = []
        elif data := [base for base in bases if plain.plain_base(base)
                      and not stand_ins.is_stand_in(base)]:
            real = data[0]
        bases = [base for base in bases if self.may_be_base(base)]
        kind = stand_ins.make_class(about, bases)
        type.__setattr__(kind, stand_ins.NUMBER, number)
        type.__setattr__(kind, stand_ins.REAL, real if isinstance(real, type) else None)
        self.classes[number] = kind
        return kind

    def may_be_base(self, base: type) -> bool:
        """Student's classes, exceptions, and classes of the instructor's cells."""
        return (stand_ins.is_stand_in(base) or issubclass(base, BaseException)
                or base.__module__ == "__main__")

    def stand_in(self, decoder: Any, number: int, kind: Any, core: Any) -> Any:
        if number in self.known:
            return self.known[number]
        kind, core = decoder.get(kind), decoder.get(core)
        if not stand_ins.is_stand_in(kind):
            raise plain.NotPortableError("a handle of no class")
        value = stand_ins.new(kind, number, core)
        if isinstance(value, BaseException):
            value.args = core if type(core) is tuple else ()
        self.known[number] = value
        self.note(value)
        weakref.finalize(value, self.gone.append, number)
        return value
