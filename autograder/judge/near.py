"""What the judge's process knows of the student's, and how it has something done there.

Part of a second sandboxed process, in which no student code runs. Plain
data that student code returns is copied here; everything else stays there and has a
stand-in here (`stand_ins`). A stand-in's word is no evidence: that it equals a number, say.
"""

from __future__ import annotations

import builtins
import io
import sys
import unittest
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import changes, frames, given, plain, portable, stand_ins
from .surroundings import Judges
from .translating import Translation

MISSING = object()
#: Exceptions by which a test would end early and well: a loop over nothing, a skipped test.
ENDS_EARLY = (StopIteration, StopAsyncIteration, unittest.SkipTest)
OF_PYTEST = "_pytest.outcomes"
EMPTY = "array without entries"


class LieError(BaseException):
    """The test would have to take a student's object's word for the answer."""


class UnsupportedError(BaseException):
    """The test does what cannot be done from here: a person must look."""


class EndedError(BaseException):
    """The student's process does not answer any more."""


class World:
    """What the judge knows of the student's process.

    Args:
        namespace: The test cells' names.
        ask: Sends a request to the student's process and returns its reply.
    """

    def __init__(self, namespace: dict[str, Any], ask: Callable[[dict], dict]) -> None:
        self.namespace, self.ask = namespace, ask
        self.translation = Translation(namespace, self.note_origin, self.rely_on_kind)
        self.surroundings = Judges()
        self.problem: BaseException | None = None  # of this cell: it stands, whatever is caught
        self.raised: BaseException | None = None  # by student code, last
        self.taken: set[str] = set()  # names that the student's process was ever asked for
        self.fetched: dict[str, Any] = {}  # the student's names that the cell reads
        #: Names that student functions read: as that process has them, and what they held.
        self.bound: dict[str, tuple[Any, Any]] = {}
        self.texts: dict[str, str] = {}  # of what was handed in, by name
        self.sources: list[str] = []  # what the assignment asks for
        self.constants: list[str] = []  # texts in its solution, names of files among them
        #: Where stand-ins came from, by number; and of those of this cell, which there were
        #: and which had a say in the outcome: from what call, of what class.
        self.origins: dict[int, str] = {}
        self.produced: set[tuple[str, str]] = set()
        self.relied: set[tuple[str, str]] = set()
        self.origin = ""
        self.fresh = True  # nothing asked yet: the other process may have served another judge
        stand_ins.StandInClass._stand_in_world = self

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
        to = portable.Encoder(self.translation.entry)
        names, unbound = self.rebound()
        try:
            table = to.table((names, self.surroundings.replaced(), operation, operands))
        except plain.NotPortableError as error:
            self.stop(UnsupportedError(str(error)))
        gone, self.translation.gone[:] = list(self.translation.gone), []
        reply = self.ask({"table": table, "unbound": unbound,
                          "seeds": self.surroundings.seeds(),
                          "files": self.surroundings.files(
                              lambda name: name in self.constants or to.mentions(name)),
                          "gone": gone, "fresh": self.fresh, "sources": self.sources,
                          "shared": self.translation.shared_classes()})
        self.fresh = False
        if "ended" in reply:
            self.stop(EndedError())
        if "unknown" in reply:
            self.stop(UnsupportedError(f"the student's process knows no {reply['unknown']}"))
        self.origin = self.origin_of(operation, operands)
        try:
            self.surroundings.take_files(reply["files"])
            self.translation.there = set(map(str, reply["there"]))
            kind, value = self.result(reply, to.objects)
        except (plain.NotPortableError, KeyError, TypeError, ValueError, AttributeError):
            self.stop(EndedError())
        self.show(reply["printed"], reply["warned"])
        if kind == "raised" and isinstance(value, BaseException):
            if ends_early(value) and not any(each == "__next__" for each in operands[1:3]
                                             if isinstance(each, str)):
                self.rely_on_kind(type(value).__name__)
            self.raised = value
            raise value
        return value

    def stop(self, problem: BaseException) -> None:
        """Ends the cell, whatever the test would make of it."""
        self.problem = self.problem or problem
        raise self.problem

    def refuse(self, sentence: str) -> None:
        """Leaves the cell to a person."""
        self.stop(UnsupportedError(sentence))

    def lie(self, sentence: str) -> None:
        self.stop(LieError(sentence))

    def result(self, reply: dict[str, Any], mine: list[Any]) -> tuple[str, Any]:
        """What came back, with what has changed of this side's arguments put into them."""
        decoder = portable.Decoder(reply["table"], self.translation.decoders(), mine)
        ending, value, names = decoder.value()
        if stand_ins.is_stand_in(value):
            self.note_origin(value)
        self.note_empty(value)
        for number, entry in reply["changed"]:
            target, kind = mine[number], type(mine[number])
            if not (plain.plain_base(kind) or kind in (io.StringIO, np.random.Generator)
                    or frames.is_frame(target)
                    or kind in map(
                    self.namespace.get, self.translation.shared_classes())):
                raise plain.NotPortableError("not an object to be changed")
            content = decoder.make(*entry)
            decoder.fill()
            changes.replace_content(target, content)
        self.follow(names)
        return ending, value

    def show(self, printed: list[list[str]], warned: Sequence[list[str]] = ()) -> None:
        """Prints and warns here as student code did there."""
        for stream, text in printed:
            (sys.stderr if stream == "stderr" else sys.stdout).write(text)
        for category, text in warned:
            kind = getattr(builtins, category, UserWarning)
            is_warning = isinstance(kind, type) and issubclass(kind, Warning)
            warnings.warn(text, kind if is_warning else UserWarning, stacklevel=4)

    def special(self, target: Any, name: str, arguments: tuple, keywords: dict) -> Any:
        """A special method of a stand-in's."""
        judging = name in stand_ins.COMPARISONS or name in stand_ins.ARITHMETIC
        if (judging or name == "__contains__") and any(
                not stand_ins.is_stand_in(each) for each in arguments):
            core = stand_ins.own(target, stand_ins.CORE)
            if core is not None and name not in self.about(target)["overridden"]:
                return getattr(type(core), name, lambda *_: NotImplemented)(core, *arguments)
            self.rely_on(target)
        result = self.use("special", target, name, arguments, keywords)
        if name == "__exit__" and arguments and arguments[0] is not None and result:
            self.rely_on_kind(f"{arguments[0].__name__}, which it holds back")
        return result

    def method(self, target: Any, owner: type, name: str, arguments: tuple,
               keywords: dict) -> Any:
        """A method of a stand-in's."""
        if any(not stand_ins.is_stand_in(each)
               for each in (*arguments, *keywords.values())):
            self.rely_on(target)
        return self.use("method", target, owner, name, arguments, keywords)

    def rely_on(self, target: Any) -> None:
        """Notes that a test asks an object about data: the solution must give such a one too."""
        if not self.asked_for(target):
            self.lie("an object is asked whether it is the answer")
        self.relied.add((self.origin_of_object(target), type(target).__name__))

    def rely_on_kind(self, kind: str) -> None:
        """Notes what may pass a test without being right: the solution must give such, too."""
        pair = (self.origin[:200], kind)
        self.produced.add(pair)
        self.relied.add(pair)

    def note_empty(self, value: Any) -> None:
        """Notes arrays without entries, which NumPy finds equal to others with one."""
        for each in [value, *(value if type(value) in (list, tuple) else ())]:
            if (isinstance(each, np.ndarray) or frames.is_frame(each)) and each.size == 0:
                self.rely_on_kind(EMPTY)
            elif type(each) in (list, tuple) and not each:
                self.produced.add((self.origin[:200], EMPTY))

    def note_origin(self, value: Any, origin: str = "") -> None:
        """Notes where an object came from, last."""
        origin = (origin or self.origin)[:200]
        self.origins[stand_ins.own(value, stand_ins.NUMBER)] = origin
        self.produced.add((origin, type(value).__name__))

    def origin_of_object(self, value: Any) -> str:
        return self.origins.get(stand_ins.own(value, stand_ins.NUMBER), "")

    def origin_of(self, operation: str, operands: tuple) -> str:
        """What was done, in words that are the same for everybody's work."""
        if not operands or operation == "names":
            return "the notebook"
        target = operands[0]
        if not stand_ins.is_stand_in(target):
            return f"{getattr(target, '__name__', '')}()"
        if isinstance(target, type):
            kind = target.__name__
        elif type(target).__name__ in ("function", "method", "builtin_function_or_method"):
            kind = self.origin_of_object(target)
        else:
            kind = type(target).__name__
        names = [each for each in operands[1:3] if isinstance(each, str)]
        dots = "".join(f".{name}" for name in names)
        return f"{kind}{dots}" + "()" * (operation != "getattr")

    def asked_for(self, target: Any) -> bool:
        """Whether an object's class is one that the assignment asks for."""
        return bool(self.about(target)["own"])

    def about(self, target: Any) -> dict[str, Any]:
        return stand_ins.own(type(target), stand_ins.ABOUT)

    # --- What the judge changes there -----------------------------------------------------

    def rebound(self) -> tuple[dict[str, Any], list[str]]:
        """Names that the test has bound anew or deleted, since the student's process has them."""
        changed, deleted = {}, []
        for name in self.changed_names():
            now = self.namespace.get(name, MISSING)
            self.bound[name] = now, changes.fingerprint(now)
            if name in self.fetched:
                self.fetched[name] = now  # what student code makes of it counts again
            if now is MISSING:
                deleted.append(name)
            else:
                changed[name] = now
        return changed, deleted

    def changed_names(self) -> list[str]:
        return [name for name, (value, mark) in self.bound.items()
                if self.namespace.get(name, MISSING) is not value
                or changes.fingerprint(value) != mark]

    def bind(self, names: list[str]) -> None:
        """Keeps names the same in both processes from here on."""
        self.bound = {name: (value, changes.fingerprint(value)) for name in names
                      for value in [self.namespace.get(name, MISSING)]}

    def fetch(self, names: list[str], free: list[str]) -> None:
        """Gives the student's names their meaning.

        Args:
            names: That are the student's.
            free: That are the student's unless they mean something here.
        """
        names = [*names, *(name for name in free
                           if name not in self.namespace or name in self.taken)]
        self.bound, self.fetched = {}, {}
        self.taken.update(names)
        values = self.use("names", *names)
        for name in names:
            self.namespace.pop(name, None)
            if name in values:
                self.namespace[name] = self.fetched[name] = values[name]
                if stand_ins.is_stand_in(values[name]):
                    self.note_origin(values[name], name)

    def follow(self, values: dict[str, Any]) -> None:
        """Takes over what student code has made of the notebook's names meanwhile."""
        for name, value in values.items():
            old = self.fetched.get(name, MISSING)
            if old is MISSING or self.namespace.get(name, MISSING) is not old:
                continue  # the test means something else by it
            if type(old) is type(value) and changes.is_container(value):
                changes.replace_content(old, value)
                value = old
            self.namespace[name] = self.fetched[name] = value
            if name in self.bound:
                self.bound[name] = value, changes.fingerprint(value)

    def serve(self, request: dict[str, Any]) -> dict[str, Any]:
        """Uses a function or an object of this side that the student's process was given."""
        try:
            target, operation = (
                self.translation.callbacks[request["callback"]], request["operation"])
            self.origin = "a function that was called back"
            decoder = portable.Decoder(request["table"], self.translation.decoders())
            arguments, keywords = decoder.value()
            self.show(request["printed"])
        except (plain.NotPortableError, LookupError, TypeError, ValueError):
            return {"ended": True}
        try:
            return self.answer("is", given.perform(
                target, operation, arguments, keywords, self.refuse))
        except Exception as error:
            if isinstance(error, AssertionError):  # student code may hold it back
                self.rely_on_kind("AssertionError")
            kind = type(error) if type(error).__module__ == "builtins" else Exception
            return self.answer("raised", (kind, tuple(
                each for each in error.args if type(each) in plain.SCALARS)))
        except BaseException as error:
            self.problem = self.problem or error
            return self.answer("raised", (Exception, ()))

    def answer(self, ending: str, value: Any) -> dict[str, Any]:
        to = portable.Encoder(self.translation.entry)
        try:
            return {"table": to.table((ending, value))}
        except plain.NotPortableError as error:
            self.problem = self.problem or UnsupportedError(str(error))
            return self.answer("raised", (Exception, ()))


def ends_early(error: BaseException) -> bool:
    """Whether it means something to what runs a test, besides that something went wrong."""
    return isinstance(error, ENDS_EARLY) or any(
        kind.__module__ == OF_PYTEST for kind in type(error).__mro__)
