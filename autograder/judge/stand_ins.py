"""Stand-ins in the judge's process for objects that stay in the student's.

A stand-in's class is made to measure from what the student's class is said to have, so
that ``isinstance``, ``len``, ``callable``, operators and error messages behave as in a
plain kernel.
"""

from __future__ import annotations

import inspect
from abc import ABCMeta
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any


def specials(words: str) -> frozenset[str]:
    """Names of special methods, given without their underscores."""
    return frozenset(f"__{word}__" for word in words.split())


OPERATORS = "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift divmod"
COMPARISONS = specials("eq ne lt le gt ge")
ARITHMETIC = frozenset().union(*(
    specials(f"{name} r{name} i{name}") for name in OPERATORS.split()))
#: What a class has of these, its stand-in hands on.
HANDED_ON = COMPARISONS | ARITHMETIC | specials(
    "len iter next bool hash int float complex index round abs neg pos invert bytes call "
    "getitem setitem delitem contains reversed enter exit array trunc floor ceil length_hint "
    "await")
#: What libraries look for in any object: not worth a question.
NOT_ASKED = ("__wrapped__", "__isabstractmethod__")
#: Names of ours in a stand-in and its class: no student's class has them.
NUMBER, CORE, ABOUT, REAL, FINISHED = (
    "_stand_in_number", "_stand_in_core", "_stand_in_about", "_stand_in_real", "_stand_in_finished")


#: Bases of stand-ins that no student has written.
OURS: set[type] = set()


class StandInClass(ABCMeta):
    """The class of stand-ins' classes: calls, and names that it lacks, go to the student's."""

    _stand_in_world: Any
    _stand_in_finished = False

    def __call__(cls, *arguments: Any, **keywords: Any) -> Any:
        return world_of(cls).use("call", cls, arguments, keywords)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith(("_abc", "_stand_in")) or name in NOT_ASKED:
            raise AttributeError(name)
        return world_of(cls).use("getattr", cls, name)

    def __setattr__(cls, name: str, value: Any) -> None:
        if cls._stand_in_finished and not name.startswith(("_abc", "__")):
            world_of(cls).use("setattr", cls, name, value)
        super().__setattr__(name, value)

    @property
    def __mro__(cls) -> tuple[type, ...]:
        return tuple(each for each in type.__dict__["__mro__"].__get__(cls) if each not in OURS)

    @property
    def __bases__(cls) -> tuple[type, ...]:
        return tuple(each for each in type.__dict__["__bases__"].__get__(cls)
                     if each not in OURS) or (object,)

    def __iter__(cls) -> Iterator:
        return world_of(cls).use("call", iter, (cls,), {})

    def __len__(cls) -> int:
        return world_of(cls).use("call", len, (cls,), {})

    def __bool__(cls) -> bool:
        return True

    def __getitem__(cls, key: Any) -> Any:
        return world_of(cls).use("special", cls, "__getitem__", (key,), {})

    def __contains__(cls, value: Any) -> bool:
        return world_of(cls).use("special", cls, "__contains__", (value,), {})


def world_of(stand_in: Any) -> Any:
    return StandInClass._stand_in_world


class StandIn(metaclass=StandInClass):
    """Stands for an object that stays in the student's process."""

    def __getattribute__(self, name: str) -> Any:
        if name in ("__dict__", "__doc__", "__module__"):
            if name == "__dict__" and getattr(type(self), REAL, None) is ModuleType:
                return {}  # ``mock.patch`` then asks for the one name that it replaces
            return world_of(self).use("getattr", self, name)
        if name == "__class__":
            return getattr(type(self), REAL, None) or type(self)
        return object.__getattribute__(self, name)

    def __getattr__(self, name: str) -> Any:
        if name == "__signature__":
            return signature(world_of(self), self)
        if name.startswith("_stand_in") or name in NOT_ASKED:
            raise AttributeError(name)
        return world_of(self).use("getattr", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        world_of(self).use("setattr", self, name, value)

    def __delattr__(self, name: str) -> None:
        world_of(self).use("delattr", self, name)

    def __dir__(self) -> list[str]:
        return world_of(self).use("dir", self)

    def __repr__(self) -> str:
        return world_of(self).use("call", repr, (self,), {})

    def __str__(self) -> str:
        return world_of(self).use("call", str, (self,), {})

    def __format__(self, form: str) -> str:
        return world_of(self).use("call", format, (self, form), {})

    def __copy__(self) -> Any:
        return world_of(self).use("copy", self, False)

    def __deepcopy__(self, memo: dict) -> Any:
        return world_of(self).use("copy", self, True)


class ErrorStandIn(metaclass=StandInClass):
    """What a student's exception has besides its arguments."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return world_of(self).use("getattr", self, name)


OURS.update((StandIn, ErrorStandIn))


class Forward:
    """An attribute of a student's class that is not a method."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, target: Any, kind: type) -> Any:
        return world_of(kind).use("getattr", kind if target is None else target, self.name)

    def __set__(self, target: Any, value: Any) -> None:
        world_of(target).use("setattr", target, self.name, value)

    def __delete__(self, target: Any) -> None:
        world_of(target).use("delattr", target, self.name)


def make_class(about: dict[str, Any], bases: list[type]) -> StandInClass:
    """A class for stand-ins.

    Args:
        about: What the student's class is said to have (`held.Held.described`).
        bases: Classes of which its objects are to be, here.
    """
    error = any(issubclass(base, BaseException) for base in bases)
    content: dict[str, Any] = {
        "__module__": str(about["module"]), "__doc__": about["doc"], ABOUT: about}
    for name, doc in about["functions"].items():
        if is_ordinary(name):
            content[name] = method(name, doc)
    for name in about["others"]:
        if is_ordinary(name):
            content[name] = Forward(name)
    specials = set(about["specials"]) & HANDED_ON
    if error:
        specials = {name for name in ("__str__", "__repr__") if name in about["overridden"]}
    for name in specials:
        content[name] = special(name)
    for name in set(about["without"]) & HANDED_ON:
        content[name] = None
    if not about["own"] and about["module"] == "__main__" and not error:
        content["__bool__"] = truth
    first = ErrorStandIn if error else StandIn
    kind = StandInClass(str(about["name"]), (*without_repeats([first, *bases]),), content)
    type.__setattr__(kind, "__qualname__", str(about["qualname"]))
    type.__setattr__(kind, FINISHED, True)
    return kind


def is_ordinary(name: Any) -> bool:
    """A name that means nothing to Python, or to us: the other process could say anything."""
    return (type(name) is str and name.isidentifier()
            and not name.startswith(("_stand_in", "_abc"))
            and not (name.startswith("__") and name.endswith("__")))


def without_repeats(bases: list[type]) -> list[type]:
    """Bases of which none is another's base, so that they have an order."""
    return [base for index, base in enumerate(bases)
            if not any(issubclass(other, base) and (other is not base or place < index)
                       for place, other in enumerate(bases) if place != index)]


def method(name: str, doc: str | None) -> Callable:
    """A method that is carried out in the student's process."""
    def function(self: Any, *arguments: Any, **keywords: Any) -> Any:
        return world_of(self).method(self, owner_of(function, type(self)), name, arguments,
                                     keywords)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


def owner_of(function: Callable, kind: type) -> type:
    """The class that a method was looked up in."""
    name = function.__name__
    return next((each for each in kind.__mro__ if vars(each).get(name) is function), kind)


def special(name: str) -> Callable:
    """A special method that is carried out there, where its word counts."""
    def function(self: Any, *arguments: Any, **keywords: Any) -> Any:
        return world_of(self).special(self, name, arguments, keywords)

    function.__name__ = name
    return function


def truth(self: Any) -> bool:
    """The truth value of an object of a class that nobody has asked for."""
    world_of(self).lie("an object is taken for true or false")


def signature(world: Any, function: Any) -> inspect.Signature:
    """The parameters of a student's function."""
    empty = inspect.Parameter.empty
    return inspect.Signature([
        inspect.Parameter(name, inspect._ParameterKind(kind),
                          default=default if has_default else empty,
                          annotation=annotation if has_annotation else empty)
        for name, kind, has_default, default, has_annotation, annotation
        in world.use("signature", function)])


def is_stand_in(value: Any) -> bool:
    """Whether it stands for an object, or a class, of the student's."""
    return isinstance(type(value), StandInClass) or isinstance(value, StandInClass)


def is_instance(value: Any, kinds: Any) -> bool:
    """``isinstance``, by the classes of libraries too that a student's is derived from."""
    return isinstance(value, kinds) or (is_stand_in(value) and not isinstance(
        value, StandInClass) and is_subclass(type(value), kinds))


def is_subclass(kind: Any, kinds: Any) -> bool:
    """``issubclass``, in the same way."""
    return issubclass(kind, kinds) or (isinstance(kind, StandInClass) and any(
        issubclass(real, kinds) for each in type.mro(kind)
        if (real := vars(each).get(REAL)) is not None))


def new(kind: StandInClass, number: int, core: Any) -> Any:
    """A stand-in of a class."""
    make = BaseException.__new__ if issubclass(kind, BaseException) else object.__new__
    value = make(kind)
    for name, each in ((NUMBER, number), (CORE, core)):
        (BaseException.__setattr__ if isinstance(value, BaseException) else object.__setattr__)(
            value, name, each)
    return value


def own(value: Any, name: str) -> Any:
    """What we have noted in a stand-in, or in the class of one."""
    return type.__getattribute__(value, name) if isinstance(
        value, StandInClass) else object.__getattribute__(value, name)
