"""What the judge's process knows of the student's, and how it has something done there.

Loaded by its path into a second sandboxed process, in which no student code runs. Plain
data that student code returns is copied here; everything else stays there and has a
stand-in here (`stand_ins`). A stand-in's word is no evidence: that it equals a number, say.
"""

from __future__ import annotations

import builtins
import collections
import itertools
import random
import sys
import types
import warnings
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

MISSING = object()
#: Modules whose functions the student's process has too, and gets by name.
SHARED_MODULES = sys.stdlib_module_names | {"numpy", "scipy"}
#: Whose classes the student's process may name: plain data, and no function that does something.
DATA_MODULES = ("builtins", "numpy", "collections")
#: Classes of Python's own that no module has under their names.
NAMELESS = {each.__name__: each for each in vars(types).values() if isinstance(each, type)}
#: An iterator that is longer is not sent.
MAX_ITERATED = 10_000


class LieError(BaseException):
    """The test would have to take a student's object's word for the answer."""


class UnsupportedError(BaseException):
    """The test does what cannot be done from here: a person must look."""


class EndedError(BaseException):
    """The student's process does not answer any more."""


class World:
    """What the judge knows of the student's process.

    Args:
        portable: The module `portable`.
        stand_ins: The module `stand_ins`.
        namespace: The test cells' names.
        ask: Sends a request to the student's process and returns its reply.
    """

    def __init__(self, portable: Any, stand_ins: Any, namespace: dict[str, Any],
                 ask: Callable[[dict], dict]) -> None:
        self.portable, self.stand_ins, self.namespace = portable, stand_ins, namespace
        self.ask = ask
        self.known: weakref.WeakValueDictionary = weakref.WeakValueDictionary()
        self.classes: dict[int, type] = {}
        self.library: dict[type, type] = {}
        self.records: dict[tuple, type] = {}
        self.callbacks: list[Any] = []
        self.gone: list[int] = []
        self.problem: BaseException | None = None  # of this cell: it stands, whatever is caught
        self.raised: BaseException | None = None  # by student code, last
        self.bound: dict[str, Any] = {}  # of names that students' functions read: as they have it
        self.seeded: dict[str, Any] = {}
        self.sources: list[str] = []
        #: Where stand-ins came from, by number; and of those of this cell, which there were
        #: and which had a say in the outcome: from what call, of what class.
        self.origins: dict[int, str] = {}
        self.produced: set[tuple[str, str]] = set()
        self.relied: set[tuple[str, str]] = set()
        self.origin = ""
        stand_ins.StandInClass._stand_in_world = self
        self.watch_seeds()

    # --- Asking -------------------------------------------------------------------------

    def use(self, operation: str, *operands: Any) -> Any:
        """Has something done in the student's process.

        Returns:
            What came of it.

        Raises:
            BaseException: What student code raised, or one of this module's own.
        """
        if self.problem:
            raise self.problem
        to = self.portable.Encoder(self.entry)
        names, unbound = self.rebound()
        try:
            table = to.table((names, operation, operands))
        except self.portable.NotPortableError as error:
            self.stop(UnsupportedError(str(error)))
        gone, self.gone = self.gone, []
        reply = self.ask({"table": table, "unbound": unbound, "seeds": self.new_seeds(),
                          "gone": gone, "shared": self.shared_classes(),
                          "sources": self.sources})
        if "ended" in reply:
            self.stop(EndedError())
        if "unknown" in reply:
            self.stop(UnsupportedError(f"the student's process knows no {reply['unknown']}"))
        self.origin = self.origin_of(operation, operands)
        try:
            kind, value = self.result(reply, to.objects)
        except (self.portable.NotPortableError, KeyError, TypeError, ValueError, AttributeError):
            self.stop(EndedError())
        self.show(reply)
        if kind == "raised" and isinstance(value, BaseException):
            self.raised = value
            raise value
        return value

    def stop(self, problem: BaseException) -> None:
        """Ends the cell, whatever the test would make of it."""
        self.problem = self.problem or problem
        raise self.problem

    def lie(self, sentence: str) -> None:
        self.stop(LieError(sentence))

    def result(self, reply: dict[str, Any], mine: list[Any]) -> tuple[str, Any]:
        """What came back, with what has changed of this side's arguments put into them."""
        decoder = self.portable.Decoder(reply["table"], self.decoders(), mine)
        ending, value = decoder.value()
        if self.stand_ins.is_stand_in(value):
            self.note_origin(value)
        for number, entry in reply["changed"]:
            target, kind = mine[number], type(mine[number])
            if not (self.portable.plain_base(kind) or kind in map(
                    self.namespace.get, self.shared_classes())):
                raise self.portable.NotPortableError("not an object to be changed")
            content = decoder.make(*entry)
            decoder.fill()
            self.portable.replace_content(target, content)
        return ending, value

    def show(self, reply: dict[str, Any]) -> None:
        """Prints and warns here as student code did there."""
        for stream, text in reply["printed"]:
            (sys.stderr if stream == "stderr" else sys.stdout).write(text)
        for category, text in reply["warned"]:
            kind = getattr(builtins, category, UserWarning)
            is_warning = isinstance(kind, type) and issubclass(kind, Warning)
            warnings.warn(text, kind if is_warning else UserWarning, stacklevel=4)

    def special(self, target: Any, name: str, arguments: tuple, keywords: dict) -> Any:
        """A special method of a stand-in's."""
        stand_ins = self.stand_ins
        judging = name in stand_ins.COMPARISONS or name in stand_ins.ARITHMETIC
        if (judging or name == "__contains__") and any(
                not stand_ins.is_stand_in(each) for each in arguments):
            core = stand_ins.own(target, stand_ins.CORE)
            if core is not None and name not in self.about(target)["overridden"]:
                return getattr(type(core), name, lambda *_: NotImplemented)(core, *arguments)
            self.rely_on(target)
        return self.use("special", target, name, arguments, keywords)

    def method(self, target: Any, owner: type, name: str, arguments: tuple,
               keywords: dict) -> Any:
        """A method of a stand-in's."""
        if any(not self.stand_ins.is_stand_in(each)
               for each in (*arguments, *keywords.values())):
            self.rely_on(target)
        return self.use("method", target, owner, name, arguments, keywords)

    def rely_on(self, target: Any) -> None:
        """Notes that a test asks an object about data: the solution must give such a one too."""
        if not self.asked_for(target):
            self.lie("an object is asked whether it is the answer")
        number = self.stand_ins.own(target, self.stand_ins.NUMBER)
        self.relied.add((self.origins.get(number, ""), type(target).__name__))

    def note_origin(self, value: Any, origin: str = "") -> None:
        """Notes where an object came from, last."""
        origin = (origin or self.origin)[:200]
        self.origins[self.stand_ins.own(value, self.stand_ins.NUMBER)] = origin
        self.produced.add((origin, type(value).__name__))

    def name_origins(self, values: dict[str, Any]) -> None:
        """Notes what the notebook calls the objects that it names."""
        for name, value in values.items():
            if self.stand_ins.is_stand_in(value):
                self.note_origin(value, name)

    def origin_of(self, operation: str, operands: tuple) -> str:
        """What was done, in words that are the same for everybody's work."""
        if not operands or operation == "names":
            return "the notebook"
        target = operands[0]
        if not self.stand_ins.is_stand_in(target):
            return f"{getattr(target, '__name__', '')}()"
        if isinstance(target, type):
            kind = target.__name__
        elif type(target).__name__ in ("function", "method", "builtin_function_or_method"):
            kind = self.origins.get(self.stand_ins.own(target, self.stand_ins.NUMBER), "")
        else:
            kind = type(target).__name__
        names = [each for each in operands[1:3] if isinstance(each, str)]
        dots = "".join(f".{name}" for name in names)
        return f"{kind}{dots}" + "()" * (operation != "getattr")

    def asked_for(self, target: Any) -> bool:
        """Whether an object's class is one that the assignment asks for."""
        return bool(self.about(target)["own"])

    def about(self, target: Any) -> dict[str, Any]:
        return self.stand_ins.own(type(target), self.stand_ins.ABOUT)

    # --- What the judge changes there -----------------------------------------------------

    def rebound(self) -> tuple[dict[str, Any], list[str]]:
        """Names that the test has bound anew or deleted, since the student's process has them."""
        changed, deleted = {}, []
        for name, old in list(self.bound.items()):
            now = self.namespace.get(name, MISSING)
            if now is old:
                continue
            self.bound[name] = now
            if now is MISSING:
                deleted.append(name)
            else:
                changed[name] = now
        return changed, deleted

    def is_rebound(self) -> bool:
        return any(self.namespace.get(name, MISSING) is not old
                   for name, old in self.bound.items())

    def watch_seeds(self) -> None:
        """Notes when a test sets the state of random numbers: students' draws must follow."""
        for module, name, functions in ((np.random, "numpy", ("seed", "set_state")),
                                        (random, "random", ("seed", "setstate"))):
            for each in functions:
                setattr(module, each, self.noting(name, getattr(module, each)))

    def noting(self, name: str, function: Callable) -> Callable:
        def seed(*arguments: Any, **keywords: Any) -> None:
            function(*arguments, **keywords)
            self.seeded[name] = MISSING

        return seed

    def new_seeds(self) -> dict[str, Any]:
        """States of random numbers that were set, and have moved on since they were sent."""
        seeds = {}
        if "numpy" in self.seeded:
            state = np.random.get_state()
            mark = (state[1].tobytes(), state[2:])
            if self.seeded["numpy"] != mark:
                self.seeded["numpy"], seeds["numpy"] = mark, state
        if "random" in self.seeded:
            state = random.getstate()
            if self.seeded["random"] != state:
                self.seeded["random"] = state
                seeds["random"] = (state[0], np.array(state[1], np.uint64), state[2])
        return seeds

    def shared_classes(self) -> list[str]:
        """Classes of the instructor's cells, which the student's process has as well."""
        return [name for name, each in list(self.namespace.items())
                if isinstance(each, type) and each.__module__ == "__main__"
                and each.__name__ == name and not self.stand_ins.is_stand_in(each)
                and self.portable.plain_base(each) is None]

    def serve(self, request: dict[str, Any]) -> dict[str, Any]:
        """Calls a function of this side for the student's process, which was given it."""
        try:
            function = self.callbacks[request["callback"]]
            self.origin = "a function that was called back"
            decoder = self.portable.Decoder(request["table"], self.decoders())
            arguments, keywords = decoder.value()
        except (self.portable.NotPortableError, LookupError, TypeError, ValueError):
            return {"ended": True}
        to = self.portable.Encoder(self.entry)
        try:
            return {"table": to.table(("is", function(*arguments, **keywords)))}
        except Exception as error:
            kind = type(error) if type(error).__module__ == "builtins" else Exception
            texts = tuple(each for each in error.args if type(each) in self.portable.SCALARS)
            return {"table": self.portable.Encoder(self.entry).table(("raised", (kind, texts)))}
        except BaseException as error:
            self.problem = self.problem or error
            return {"table": self.portable.Encoder(self.entry).table(("raised", (Exception, ())))}

    # --- From here to there -----------------------------------------------------------------

    def entry(self, value: Any, to: Any) -> tuple:
        """The entry of an object that is not plain data."""
        kind = type(value)
        if self.stand_ins.is_stand_in(value):
            return "handle", self.stand_ins.own(value, self.stand_ins.NUMBER)
        if isinstance(value, types.ModuleType):
            return "module", value.__name__
        if isinstance(value, types.TracebackType):
            return ("nothing",)  # it would show the test
        if isinstance(value, BaseException):
            return "error", to.item(kind), *to.items(value.args)
        if isinstance(value, type) and value in self.records.values():
            return "record class", value.__name__, value._fields
        if isinstance(value, type) and value.__module__ == "__main__":
            return "shared", value.__name__
        if callable(value) and self.is_shared(value):
            return "name", value.__module__ or "builtins", value.__qualname__
        if isinstance(value, tuple) and hasattr(kind, "_fields"):
            return "record", kind.__name__, kind._fields, *to.items(value)
        base = self.portable.plain_base(kind)
        if base is not None:
            return to.content(self.portable.as_base(value, base), base)
        if callable(value):
            return "callback", self.callback(value), getattr(value, "__name__", "function")
        if kind.__module__ == "__main__" and hasattr(value, "__dict__"):
            return ("instance", kind.__name__,
                    *(to.item(each) for pair in vars(value).items() for each in pair))
        if hasattr(kind, "__next__") and not hasattr(value, "read"):
            values = list(itertools.islice(value, MAX_ITERATED))
            if len(values) < MAX_ITERATED:
                return "iterator", *to.items(values)
        raise self.portable.NotPortableError(f"student code would be given a {kind.__name__}")

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
                and self.portable.found_by_name(module, path) is value)

    # --- From there to here -----------------------------------------------------------------

    def decoders(self) -> dict[str, Callable[..., Any]]:
        return {"handle": self.stand_in, "class": self.class_for, "name": self.named,
                "callback": lambda decoder, number: self.callbacks[number],
                "error": self.error, "instance": self.instance,
                "shared": lambda decoder, name: self.class_of_ours(name),
                "record class": lambda decoder, name, fields: self.record(name, fields),
                "record": lambda decoder, name, fields, *items: self.record(name, fields)._make(
                    decoder.all(items))}

    def named(self, decoder: Any, module: str, path: str) -> Any:
        value = self.portable.found_by_name(module, path)
        if not (isinstance(value, np.ufunc) or (module == "math" and callable(value))
                or (isinstance(value, type) and module in DATA_MODULES)):
            raise self.portable.NotPortableError(f"{module}.{path} is not taken from there")
        return value

    def record(self, name: str, fields: tuple) -> type:
        if (name, fields) not in self.records:
            self.records[name, fields] = collections.namedtuple(name, fields, module="__main__")
        return self.records[name, fields]

    def class_of_ours(self, name: str) -> type:
        if name not in self.shared_classes():
            raise self.portable.NotPortableError(f"{name} is no class of the instructor's")
        return self.namespace[name]

    def instance(self, decoder: Any, name: str, *state: Any) -> Any:
        """An object of a class of the instructor's: what it holds, without a method in it."""
        kind = self.class_of_ours(name)
        value = object.__new__(kind)
        if any(callable(getattr(kind, key, None)) for key in state[::2]):
            raise self.portable.NotPortableError("a method is replaced")
        decoder.later("dict", vars(value), state)
        return value

    def error(self, decoder: Any, kind: Any, *arguments: Any) -> BaseException:
        """An exception of a class that is not the student's."""
        kind = decoder.get(kind)
        if not (isinstance(kind, type) and issubclass(kind, BaseException)):
            kind = Exception
        error = kind.__new__(kind)
        error.args = tuple(decoder.all(arguments))
        return error

    def class_for(self, decoder: Any, number: int, about: Any = None, *bases: Any) -> type:
        """The class that stands for a student's, or for a library's."""
        if number in self.classes:
            return self.classes[number]
        about, bases = decoder.get(about), decoder.all(bases)
        decoder.fill()
        real = None
        if about["module"] != "__main__":
            real = self.portable.found_by_name(about["module"], about["qualname"])
            if real is None and about["module"] == "builtins":
                real = NAMELESS.get(about["name"])
            if isinstance(real, type) and issubclass(real, BaseException):
                self.classes[number] = real
                return real
            bases = []
        elif data := [base for base in bases if self.portable.plain_base(base)
                      and not self.stand_ins.is_stand_in(base)]:
            real = data[0]
        bases = [base for base in bases if self.may_be_base(base)]
        kind = self.stand_ins.make_class(about, bases)
        type.__setattr__(kind, self.stand_ins.NUMBER, number)
        type.__setattr__(kind, self.stand_ins.REAL, real if isinstance(real, type) else None)
        self.classes[number] = kind
        return kind

    def may_be_base(self, base: type) -> bool:
        """Student's classes, exceptions, and classes of the instructor's cells."""
        return (self.stand_ins.is_stand_in(base) or issubclass(base, BaseException)
                or base.__module__ == "__main__")

    def stand_in(self, decoder: Any, number: int, kind: Any, core: Any) -> Any:
        if number in self.known:
            return self.known[number]
        kind, core = decoder.get(kind), decoder.get(core)
        if not self.stand_ins.is_stand_in(kind):
            raise self.portable.NotPortableError("a handle of no class")
        value = self.stand_ins.new(kind, number, core)
        if isinstance(value, BaseException):
            value.args = core if type(core) is tuple else ()
        self.known[number] = value
        self.note_origin(value)
        weakref.finalize(value, self.gone.append, number)
        return value
