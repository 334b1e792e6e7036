"""The student's side of a judged test cell: does with its objects what the judge asks for.

Part of the student's process, loaded by its path. Whatever is not plain data stays here,
known to the judge by a number. Nothing here is a defence: what comes back is checked and
weighed by the judge.
"""

from __future__ import annotations

import collections
import enum
import importlib
import inspect
import io
import types
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

#: Libraries that the judge takes its own copy of.
COMPUTING = ("numpy", "scipy", "math", "pandas", "sympy", "statistics")
#: What every class has by itself, and a stand-in need not hand on.
BY_ITSELF = frozenset(dir(type("Empty", (), {}))) | {"__slots__", "__match_args__"}


class Kind:
    """The class of an object that stays here: to be described, even where it is a library's."""

    def __init__(self, kind: type) -> None:
        self.kind = kind


class UnknownClassError(Exception):
    """The judge's test uses a class, a module or a function that is not to be had here."""


def call(function: Any, arguments: tuple, keywords: dict) -> Any:
    return function(*arguments, **keywords)


def special(target: Any, name: str, arguments: tuple, keywords: dict) -> Any:
    return getattr(type(target), name)(target, *arguments, **keywords)


def signature(function: Any) -> list[tuple]:
    return [(each.name, int(each.kind), each.default is not each.empty,
             each.default if each.default is not each.empty else None,
             each.annotation is not each.empty,
             each.annotation if each.annotation is not each.empty else None)
            for each in inspect.signature(function).parameters.values()]


def duplicate(value: Any, deep: bool) -> Any:
    import copy

    return copy.deepcopy(value) if deep else copy.copy(value)


def method(target: Any, owner: type, name: str, arguments: tuple, keywords: dict) -> Any:
    """A method of an object's own class, or one of its bases' that was asked for."""
    if type(target) is owner:
        return getattr(target, name)(*arguments, **keywords)
    return getattr(owner, name)(target, *arguments, **keywords)


OPERATIONS: dict[str, Callable[..., Any]] = {
    "call": call, "method": method, "special": special, "getattr": getattr, "setattr": setattr,
    "delattr": delattr, "signature": signature, "dir": dir, "copy": duplicate,
    "module": importlib.import_module,
}


class Far:
    """Serves the judge.

    Args:
        portable: The module `portable`.
        given: The module `given`.
        surroundings: The module `surroundings`.
        namespace: The notebook's names.
        recorder: Of what the student's code prints.
        guard: A context in which student code may be interrupted.
        ask: Sends a request to the judge and returns its reply.
    """

    def __init__(self, portable: Any, given: Any, surroundings: Any, namespace: dict[str, Any],
                 recorder: Any, guard: Callable[[], Any], ask: Callable[[dict], dict]) -> None:
        self.portable, self.given, self.surroundings = portable, given, surroundings
        self.namespace, self.recorder = namespace, recorder
        self.folder = surroundings.Folder()
        self.guard, self.ask = guard, ask
        self.count = 0
        self.forget()

    def forget(self) -> None:
        """What was known of a judge that is gone."""
        self.objects: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}
        self.told: set[int] = set()
        self.kinds: dict[type, Kind] = {}
        #: What attributes of the judge's objects hold, as copies, and as it was.
        self.lent: list[tuple[Any, Any]] = []
        self.callbacks: dict[int, Any] = {}
        self.watched: dict[str, Any] = {}
        self.sources: list[str] = []
        self.shared: list[str] = []

    def serve(self, request: dict[str, Any]) -> dict[str, Any]:
        """Does what a request asks for.

        Args:
            request: From `near.World.use`.

        Returns:
            The reply: a table of the result, or of what was raised.
        """
        if request["fresh"]:
            self.forget()
        self.sources, self.shared = request["sources"], request["shared"]
        self.folder.take(request["files"], self.surroundings.is_data)
        for number in request["gone"]:
            self.numbers.pop(id(self.objects.pop(number, None)), None)
        decoder = self.portable.Decoder(request["table"], self.decoders())
        try:
            names, replaced, operation, operands = decoder.value()
            kind, value, warned = "is", None, []
        except UnknownClassError as error:
            return {"unknown": str(error)[:200]}
        before = {
            number: (value, self.portable.snapshot(value) if decoder.is_copy(number) else None)
            for number, value in decoder.made.items()}
        self.namespace.update(names)
        for name in request["unbound"]:
            self.namespace.pop(name, None)
        self.watch(self.watched)
        self.surroundings.set_seeds(request["seeds"])
        self.hear()
        outer, self.lent = self.lent, []
        try:
            with self.guard(), self.surroundings.replacing(replaced), \
                    warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                value = (self.named_values(operands) if operation == "names" else
                         OPERATIONS[operation](*operands))
        except BaseException as error:
            kind, value = "raised", error
        lent, self.lent = self.lent, outer
        if any(self.portable.has_changed(each, old) for each, old in lent):
            return {"unknown": "way to change what an object of the test's holds"}
        printed = self.printed()
        changed = {number: value for number, (value, old) in before.items()
                   if self.portable.has_changed(value, old)}
        return {"files": self.folder.contents(self.folder.changed()),
                "printed": printed,
                "there": [name for name in self.shared
                          if isinstance(self.namespace.get(name), type)],
                "warned": [[each.category.__name__, str(each.message)[:1000]]
                           for each in warned[:100]],
                **self.encoded(kind, value, before, changed)}

    def hear(self) -> None:
        """Begins to note what is printed."""
        self.recorder.begin()
        self.recorder.muted = False

    def printed(self) -> list[list[str]]:
        """What was printed since, by stream."""
        return [[each["name"], each["text"]] for each in self.recorder.finish()["outputs"]
                if each["kind"] == "stream"]

    def named_values(self, names: tuple) -> dict[str, Any]:
        """Of some names those that the notebook defines, with what they stand for."""
        self.watch(names)
        return {name: self.namespace[name] for name in names if name in self.namespace}

    def watch(self, names: Iterable[str]) -> None:
        """Notes what some of the notebook's names stand for."""
        self.watched = {name: self.portable.fingerprint(self.namespace.get(name))
                        for name in names}

    def changed_names(self) -> dict[str, Any]:
        """Those that student code has changed since."""
        changed = {name: self.namespace[name] for name, mark in self.watched.items()
                   if name in self.namespace
                   and self.portable.fingerprint(self.namespace[name]) != mark}
        self.watch(self.watched)
        return changed

    def encoded(self, kind: str, value: Any, known: dict, changed: dict) -> dict[str, Any]:
        """A result, with what has changed of the judge's arguments."""
        to = self.portable.Encoder(
            self.entry, {id(each): number for number, (each, _) in known.items()})
        table = to.table((kind, value, self.changed_names()))
        contents = []
        for number, each in changed.items():
            contents.append((number, to.content(each)))
            to.table(None)
        return {"table": [table[0], *to.entries], "changed": contents}

    # --- From here to there -----------------------------------------------------------

    def entry(self, value: Any, to: Any) -> tuple:
        """The entry of an object that is not plain data."""
        kind = type(value)
        if (kind is types.FunctionType or issubclass(kind, self.given.Given)) and (
                number := self.callbacks_number(value)) is not None:
            return "callback", number
        if kind is Kind:
            return self.described(value.kind, to)
        if isinstance(value, type):
            return self.class_entry(value, to)
        if kind is types.ModuleType and value.__name__.split(".")[0] in COMPUTING:
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
        base = self.portable.plain_base(kind)
        if base is not None and self.is_record(kind):
            return "record", kind.__name__, kind._fields, *to.items(tuple.__iter__(value))
        if base is kind:
            base = None  # as what it is it cannot be sent
        if base is not None and not self.is_source(kind):
            return to.content(self.portable.as_base(value, base), base)
        core = None if base is None else to.item(self.portable.as_base(value, base))
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
                and self.portable.found_by_name(module, value.__qualname__) is value)

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
                "masked": self.portable.masked,
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
        if (value := self.portable.found_by_name(module, path)) is None:
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
            self.callbacks[number] = self.given.make(
                name, specials, known,
                lambda operation, *arguments, **keywords: self.back(
                    number, operation, arguments, keywords))
        return self.callbacks[number]

    def back(self, number: int, operation: str, arguments: tuple, keywords: dict) -> Any:
        """Has the judge do something to a function or an object of its own."""
        to = self.portable.Encoder(self.entry)
        reply = self.ask({"callback": number, "operation": operation,
                          "table": to.table((arguments, keywords)), "printed": self.printed()})
        self.hear()
        answer = self.portable.Decoder(reply["table"], self.decoders(), to.objects)
        kind, value = answer.value()
        if operation == "getattr":
            self.lent += [(each, self.portable.snapshot(each))
                          for number, each in answer.made.items() if answer.is_copy(number)]
        if kind == "raised":
            raise value[0](*value[1])
        return value
