"""The student's side of a judged test cell: does with its objects what the judge asks for.

Part of the student's process. Nothing here is a defence: what comes back is checked and
weighed by the judge.
"""

from __future__ import annotations

import importlib
import inspect
import warnings
from collections.abc import Callable, Iterable
from typing import Any

from . import changes, portable, surroundings
from .held import Held, UnknownClassError


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
        namespace: The notebook's names.
        recorder: Of what the student's code prints.
        guard: A context in which student code may be interrupted.
        ask: Sends a request to the judge and returns its reply.
    """

    def __init__(self, namespace: dict[str, Any], recorder: Any, guard: Callable[[], Any],
                 ask: Callable[[dict], dict]) -> None:
        self.namespace, self.recorder = namespace, recorder
        self.folder = surroundings.Folder()
        self.guard, self.ask = guard, ask
        self.held = Held(namespace, self.back)
        self.watched: dict[str, Any] = {}
        #: What attributes of the judge's objects hold, as copies, and as it was.
        self.lent: list[tuple[Any, Any]] = []

    def serve(self, request: dict[str, Any]) -> dict[str, Any]:
        """Does what a request asks for.

        Args:
            request: From `near.World.use`.

        Returns:
            The reply: a table of the result, or of what was raised.
        """
        if request["fresh"]:  # what was known of a judge that is gone
            self.held, self.watched = Held(self.namespace, self.back, self.held.count), {}
        self.held.sources, self.held.shared = request["sources"], request["shared"]
        self.held.drop(request["gone"])
        self.folder.take(request["files"], surroundings.is_data)
        decoder = portable.Decoder(request["table"], self.held.decoders())
        try:
            names, replaced, operation, operands = decoder.value()
        except UnknownClassError as error:
            return {"unknown": str(error)[:200]}
        before = {
            number: (value, changes.snapshot(value) if decoder.is_copy(number) else None)
            for number, value in decoder.made.items()}
        self.bind(names, request["unbound"])
        surroundings.set_seeds(request["seeds"])
        outer, self.lent = self.lent, []
        kind, value, warned = self.done(operation, operands, replaced)
        lent, self.lent = self.lent, outer
        if any(changes.has_changed(each, old) for each, old in lent):
            return {"unknown": "way to change what an object of the test's holds"}
        printed = self.printed()
        changed = {number: each for number, (each, old) in before.items()
                   if changes.has_changed(each, old)}
        return {"files": self.folder.contents(self.folder.changed()), "printed": printed,
                "there": [name for name in self.held.shared
                          if isinstance(self.namespace.get(name), type)],
                "warned": [[each.category.__name__, str(each.message)[:1000]]
                           for each in warned[:100]],
                **self.encoded(kind, value, before, changed)}

    def bind(self, names: dict[str, Any], unbound: list[str]) -> None:
        """Gives the notebook's names what the test has bound them to."""
        self.namespace.update(names)
        for name in unbound:
            self.namespace.pop(name, None)
        self.watch(self.watched)

    def done(self, operation: str, operands: tuple, replaced: dict) -> tuple[str, Any, list]:
        """Carries out an operation: how it ended, what came of it, and warnings."""
        kind, value, warned = "is", None, []
        self.hear()
        try:
            with self.guard(), surroundings.replacing(replaced), \
                    warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                value = (self.named_values(operands) if operation == "names" else
                         OPERATIONS[operation](*operands))
        except BaseException as error:
            kind, value = "raised", error
        return kind, value, warned

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
        self.watched = {name: changes.fingerprint(self.namespace.get(name))
                        for name in names}

    def changed_names(self) -> dict[str, Any]:
        """Those that student code has changed since."""
        changed = {name: self.namespace[name] for name, mark in self.watched.items()
                   if name in self.namespace
                   and changes.fingerprint(self.namespace[name]) != mark}
        self.watch(self.watched)
        return changed

    def encoded(self, kind: str, value: Any, known: dict, changed: dict) -> dict[str, Any]:
        """A result, with what has changed of the judge's arguments."""
        to = portable.Encoder(
            self.held.entry, {id(each): number for number, (each, _) in known.items()})
        table = to.table((kind, value, self.changed_names()))
        contents = []
        for number, each in changed.items():
            contents.append((number, to.content(each)))
            to.table(None)
        return {"table": [table[0], *to.entries], "changed": contents}

    def back(self, number: int, operation: str, arguments: tuple, keywords: dict) -> Any:
        """Has the judge do something to a function or an object of its own."""
        to = portable.Encoder(self.held.entry)
        reply = self.ask({"callback": number, "operation": operation,
                          "table": to.table((arguments, keywords)), "printed": self.printed()})
        self.hear()
        answer = portable.Decoder(reply["table"], self.held.decoders(), to.objects)
        kind, value = answer.value()
        if operation == "getattr":
            self.lent += [(each, changes.snapshot(each))
                          for number, each in answer.made.items() if answer.is_copy(number)]
        if kind == "raised":
            raise value[0](*value[1])
        return value
