"""What test cells use of libraries, and what must be the student's process's instead.

Figures are drawn there, so ``matplotlib.pyplot`` is that process's. The text of a student's
function is the one that was handed in. And what a student has pickled is read as data, not run.
"""

from __future__ import annotations

import builtins
import dataclasses
import functools
import inspect
import io
import os
import pickle
import pkgutil
import types
import unittest
from collections.abc import Callable
from typing import Any

from . import stand_ins

PYPLOT = "matplotlib.pyplot"
#: What looks at an object's class for what a student's data class has.
DATA_CLASSES = ("fields", "asdict", "astuple", "replace", "is_dataclass")
#: What a pickle of plain data and arrays names.
IN_PICKLES = {
    "builtins": ("set", "frozenset", "bytearray", "complex", "slice", "range"),
    "collections": ("OrderedDict", "defaultdict", "deque", "Counter"),
    "datetime": ("date", "datetime", "time", "timedelta", "timezone"),
    "decimal": ("Decimal",), "fractions": ("Fraction",),
    "numpy": ("ndarray", "dtype"), "_codecs": ("encode",),
    "numpy.core.multiarray": ("_reconstruct", "scalar"),
    "numpy._core.multiarray": ("_reconstruct", "scalar"),
    "numpy._core.numeric": ("_frombuffer",), "numpy.core.numeric": ("_frombuffer",),
}


class Matplotlib(types.ModuleType):
    """The package, with another ``pyplot`` in it."""

    def __init__(self, package: Any, pyplot: Any) -> None:
        super().__init__("matplotlib")
        self.__dict__.update(_package=package, pyplot=pyplot)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_package"], name)


def redirect(world: Any) -> None:
    """Has the cells' own imports, and ``inspect``, lead to the student's process.

    Args:
        world: The `near.World`.
    """
    usual, getsource, getlines = builtins.__import__, inspect.getsource, inspect.getsourcelines
    resolve = pkgutil.resolve_name

    def importing(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (),
                  level: int = 0) -> Any:
        module = usual(name, globals, locals, fromlist, level)
        if globals is not world.namespace or level:
            return module
        if name == PYPLOT and fromlist:
            return world.use("module", PYPLOT)
        if name == PYPLOT or (name == "matplotlib" and "pyplot" in (fromlist or ())):
            return Matplotlib(module, world.use("module", PYPLOT))
        return module

    def text_of(value: Any) -> str:
        if not stand_ins.is_stand_in(value):
            return getsource(value)
        try:
            return world.texts[value.__name__ if isinstance(value, type) else
                               world.origin_of_object(value)]
        except KeyError:
            raise OSError("could not get source code") from None

    def resolved(name: str) -> Any:
        return world.use("module", PYPLOT) if name == PYPLOT else resolve(name)

    builtins.__import__ = importing
    pkgutil.resolve_name = resolved  # by which ``mock.patch`` finds what it replaces
    for name in DATA_CLASSES:
        setattr(dataclasses, name, of_data_class(world, getattr(dataclasses, name)))
    world.namespace.update(isinstance=stand_ins.is_instance,
                           issubclass=stand_ins.is_subclass)
    inspect.getsource = text_of
    inspect.getsourcelines = lambda value: (
        (text_of(value).splitlines(keepends=True), 1) if stand_ins.is_stand_in(value)
        else getlines(value))


def of_data_class(world: Any, function: Callable) -> Callable:
    """A function of ``dataclasses`` that looks into an object where that is."""
    @functools.wraps(function)
    def there(value: Any, /, *arguments: Any, **keywords: Any) -> Any:
        if not stand_ins.is_stand_in(value):
            return function(value, *arguments, **keywords)
        return world.use("call", there, (value, *arguments), keywords)

    return there


def watch_unittest(note: Callable[[BaseException], None]) -> None:
    """Has a run of unittest's that fails count as an error, though it raises none.

    Args:
        note: Called with one.
    """
    run = unittest.TextTestRunner.run

    def watched(self: Any, test: Any) -> Any:
        result = run(self, test)
        if not result.wasSuccessful():
            note(AssertionError("a test of unittest's failed"))
        return result

    unittest.TextTestRunner.run = watched


def guard_pickles(world: Any) -> None:
    """Has ``pickle.load`` and ``pickle.loads`` run nothing, but for the course's own files.

    Args:
        world: The `near.World`.
    """
    usual = pickle.load

    class Reader(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            if name not in IN_PICKLES.get(module, ()):
                world.refuse(f"a pickle holds {module}.{name}"[:200])
            return super().find_class(module, name)

    def load(file: Any, **settings: Any) -> Any:
        name = getattr(file, "name", None)
        place = os.path.relpath(name) if isinstance(name, (str, os.PathLike)) else ""
        # files of the student's come into the current folder itself, and replace none
        ours = place in world.surroundings.folder.first or os.sep in place
        return usual(file, **settings) if ours else Reader(file, **settings).load()

    pickle.load = load
    pickle.loads = lambda data, /, **settings: Reader(io.BytesIO(data), **settings).load()
