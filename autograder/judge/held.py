"""The student's objects as entries of a table, and the judge's back.

Part of the student's process. Whatever is not plain data stays here, known to the judge by a
number.
"""

from __future__ import annotations

import collections
import enum
import importlib
import io
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from . import given, plain, portable

#: What every class has by itself, and a stand-in need not hand on.
BY_ITSELF = frozenset(dir(type("Empty", (), {}))) | {"__slots__", "__match_args__"}


class Kind:
    """The class of an object that stays here: to be described, even where it is a library's."""

    def __init__(self, kind: type) -> None:
        self.kind = kind


class UnknownClassError(Exception):
    """The judge's test uses a class, a module or a function that is not to be had here."""


class Held:
    """What the judge knows of this process's objects, and this process of the judge's.

    Args:
        namespace: The notebook's names.
        back: Has the judge do something to a function or an object of its own.
        count: The last number that an object had for an earlier judge.
    """

    def __init__(self, namespace: dict[str, Any], back: Callable, count: int = 0) -> None:
        self.namespace, self.back, self.count = namespace, back, count
        self.objects: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}
        self.told: set[int] = set()  # numbers of classes that the judge has been told of
        self.kinds: dict[type, Kind] = {}
        self.callbacks: dict[int, Any] = {}
        self.sources: list[str] = []  # what the assignment asks for
        self.shared: list[str] = []  # classes of the instructor's

    def drop(self, numbers: list[int]) -> None:
        """Forgets objects that the judge has no more."""
        for number in numbers:
            self.numbers.pop(id(self.objects.pop(number, None)), None)

    # --- From here to there -----------------------------------------------------------

    def entry(self, value: Any, to: Any) -> tuple:
        """The entry of an object that is not plain data."""
        kind = type(value)
        if (kind is types.FunctionType or issubclass(kind, given.Given)) and (
                number := self.callbacks_number(value)) is not None:
            return "callback", number
        if kind is Kind:
            return self.described(value.kind, to)
        if isinstance(value, type):
            return self.class_entry(value, to)
        if kind is types.ModuleType and value.__name__.split(".")[0] in portable.COMPUTING:
            return "module", value.__name__
        if self.is_plain_function(value):
            return "name", value.__module__ or "builtins", value.__qualname__
        if kind.__name__ in self.shared and self.namespace.get(kind.__name__) is kind:
            if isinstance(value, enum.Enum):
                return "member", kind.__name__, value.name
            own = getattr(value, "__dict__", {})
            return ("instance", kind.__name__,
                    *(to.item(each) for pair in own.items() for each in pair))
        if isinstance(value, BaseException) and kind.__module__ != "__main__":
            return "error", to.item(kind), *to.items(value.args)
        base = plain.plain_base(kind)
        if base is not None and self.is_record(kind):
            return "record", kind.__name__, kind._fields, *to.items(tuple.__iter__(value))
        if base is kind:
            base = None  # as what it is it cannot be sent
        if base is not None and not self.is_source(kind):
            return to.content(plain.as_base(value, base), base)
        core = None if base is None else to.item(plain.as_base(value, base))
        if isinstance(value, BaseException):
            core = to.item(value.args)
        return ("handle", self.number(value),
                to.item(self.kinds.setdefault(kind, Kind(kind))), core)

    def number(self, value: Any) -> int:
        number = self.numbers.get(id(value))
        if number is None:
            self.count += 1
            number = self.numbers[id(value)] = self.count
            self.objects[number] = value
        return number

    def is_source(self, kind: type) -> bool:
        """A class that the assignment asks for."""
        return kind.__module__ == "__main__" and kind.__qualname__.split(".")[0] in self.sources

    @staticmethod
    def is_record(kind: type) -> bool:
        """A named tuple's class with nothing of its own."""
        fields = getattr(kind, "_fields", None)
        return (issubclass(kind, tuple) and type(fields) is tuple
                and kind.__bases__ == (tuple,) and not any(
                    isinstance(each, types.FunctionType) and not name.startswith("_")
                    for name, each in vars(kind).items()))

    def is_plain_function(self, value: Any) -> bool:
        """One that does nothing but compute, and that the judge takes by its name."""
        return (isinstance(value, np.ufunc) or getattr(value, "__module__", "") == "math") and (
            self.is_library(value))

    def is_library(self, value: Any) -> bool:
        """Found under its name in a module that is not the notebook."""
        module = getattr(value, "__module__", None) or "builtins"
        if isinstance(value, np.ufunc):
            return getattr(np, value.__name__, None) is value
        return (module != "__main__"
                and portable.found_by_name(module, value.__qualname__) is value)

    def class_entry(self, kind: type, to: Any) -> tuple:
        if self.is_library(kind) and kind.__module__ in ("builtins", "numpy", "collections"):
            return "name", kind.__module__, kind.__qualname__
        if self.namespace.get(kind.__name__) is kind and kind.__name__ in self.shared:
            return "shared", kind.__name__
        if self.is_record(kind):
            return "record class", kind.__name__, kind._fields
        return self.described(kind, to)

    def described(self, kind: type, to: Any) -> tuple:
        """What the judge makes a class for stand-ins of."""
        number = self.number(kind)
        if number in self.told:
            return "class", number
        self.told.add(number)
        error = issubclass(kind, BaseException)
        found, written = {}, {}
        for each in reversed(kind.__mro__[:-1]):
            written |= vars(each) if each.__module__ == "__main__" else {}
            found |= vars(each) if each.__module__ == "__main__" or not error else {}
        about = {
            "name": kind.__name__, "qualname": kind.__qualname__, "module": kind.__module__,
            "doc": kind.__doc__ if type(kind.__doc__) is str else None,
            "own": self.is_source(kind),
            "specials": [name for name, each in found.items()
                         if name.startswith("__") and callable(each)],
            "overridden": [name for name in written if name.startswith("__")],
            "without": [name for name, each in found.items()
                        if name.startswith("__") and each is None],
            "functions": {}, "others": [],
        }
        if kind.__module__ == "__main__":
            names = [name for name in found if name not in BY_ITSELF]
            about["functions"] = {
                name: found[name].__doc__ if type(found[name].__doc__) is str else None
                for name in names
                if type(found[name]) is types.FunctionType and name not in about["specials"]}
            about["others"] = [name for name in names if name not in about["functions"]
                               and name not in about["specials"]]
        bases = [base for base in kind.__bases__ if base is not object]
        return "class", number, to.item(about), *to.items(bases)

    def callbacks_number(self, function: Any) -> int | None:
        return next((number for number, each in self.callbacks.items() if each is function), None)

    # --- From there to here -----------------------------------------------------------

    def decoders(self) -> dict[str, Callable[..., Any]]:
        return {"handle": lambda decoder, number: self.objects[number],
                "callback": self.callback, "given": self.given_object, "name": self.named,
                "module": self.module, "instance": self.instance,
                "shared": lambda decoder, name: self.class_of_ours(name),
                "masked": plain.masked,
                "nothing": lambda decoder: None, "error": self.error,
                "open file": lambda decoder, text: io.StringIO(text),
                "member": lambda decoder, kind, name: self.class_of_ours(kind)[name],
                "iterator": lambda decoder, *items: iter(decoder.all(items)),
                "record class": lambda decoder, name, fields: self.record(name, fields),
                "record": lambda decoder, name, fields, *items: self.record(name, fields)._make(
                    decoder.all(items))}

    def error(self, decoder: Any, kind: Any, *arguments: Any) -> BaseException:
        kind = decoder.get(kind)
        error = kind.__new__(kind)
        error.args = tuple(decoder.all(arguments))
        return error

    def record(self, name: str, fields: tuple) -> type:
        """The notebook's named tuple of that name, or one made like it."""
        kind = self.namespace.get(name)
        if getattr(kind, "_fields", None) == fields:
            return kind
        return collections.namedtuple(name, fields)

    def named(self, decoder: Any, module: str, path: str) -> Any:
        self.module(decoder, module)
        if (value := portable.found_by_name(module, path)) is None:
            raise UnknownClassError(f"{module}.{path}")
        return value

    def module(self, decoder: Any, name: str) -> Any:
        try:
            return importlib.import_module(name)
        except ImportError:
            raise UnknownClassError(name) from None

    def class_of_ours(self, name: str) -> type:
        kind = self.namespace.get(name)
        if not isinstance(kind, type):
            raise UnknownClassError(name)
        return kind

    def instance(self, decoder: Any, name: str, *state: Any) -> Any:
        kind = self.class_of_ours(name)
        value = kind.__new__(kind) if kind.__new__ is object.__new__ else object.__new__(kind)
        decoder.later("dict", value.__dict__, state)
        return value

    def callback(self, decoder: Any, number: int, name: str, doc: str | None) -> Callable:
        """A function of the judge's, to be called from here."""
        if number in self.callbacks:
            return self.callbacks[number]

        def function(*arguments: Any, **keywords: Any) -> Any:
            return self.back(number, "call", arguments, keywords)

        function.__name__ = function.__qualname__ = name
        function.__doc__ = doc
        self.callbacks[number] = function
        return function

    def given_object(self, decoder: Any, number: int, name: str, specials: tuple,
                     bases: tuple) -> Any:
        """An object of the judge's, to be used from here."""
        if number not in self.callbacks:
            known = [self.namespace[each] for each in bases
                     if isinstance(self.namespace.get(each), type)]
            self.callbacks[number] = given.make(
                name, specials, known,
                lambda operation, *arguments, **keywords: self.back(
                    number, operation, arguments, keywords))
        return self.callbacks[number]
