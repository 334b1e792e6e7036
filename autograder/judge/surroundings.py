"""What besides its arguments a call may depend on, kept the same in both processes.

Random numbers that a test has seeded, functions that it has replaced (``input``, say),
and small files in the current folder.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import os
import random
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

MISSING = object()
#: What tests replace to see, or to decide, what student code does.
REPLACED = {
    "builtins": ("input", "print", "open", "sum", "max", "min", "sorted", "abs", "round", "pow"),
    "time": ("sleep", "time", "perf_counter", "monotonic"),
    "random": ("random", "randint", "randrange", "choice", "choices", "sample", "shuffle",
               "uniform", "gauss", "normalvariate"),
    "numpy.random": ("rand", "randn", "randint", "random", "choice", "normal", "uniform",
                     "permutation", "shuffle", "default_rng"),
}
FILE_BYTES, FILES = 2**20, 50
#: A file that Python would run, or that hides, is not taken from a student's folder.
NOT_TAKEN = (".py", ".pyc", ".pyi", ".so", ".pth", ".ipynb", ".egg-link")


class Folder:
    """The files of the current folder, as they were when they were last looked at."""

    def __init__(self) -> None:
        self.seen: dict[str, tuple[int, int]] = {}
        self.changed()
        self.first = frozenset(self.seen)

    def changed(self) -> list[str]:
        """Names of small regular files that are new or other than before."""
        found = {}
        with contextlib.suppress(OSError), os.scandir(".") as entries:
            for entry in entries:
                about = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(about.st_mode) and about.st_size <= FILE_BYTES:
                    found[entry.name] = (about.st_mtime_ns, about.st_size)
                if len(found) >= 20 * FILES:
                    break
        names = sorted(name for name, about in found.items() if self.seen.get(name) != about)
        self.seen = found
        return names[:FILES]

    def contents(self, names: list[str]) -> list[list[Any]]:
        """Names and bytes of files."""
        read = []
        for name in names:
            with contextlib.suppress(OSError):
                read.append([name, np.frombuffer(Path(name).read_bytes(), np.uint8)])
        return read

    def take(self, files: list[list[Any]], allowed: Callable[[str], bool]) -> None:
        """Writes files here."""
        for name, content in files:
            if allowed(name):
                with contextlib.suppress(OSError):
                    Path(name).write_bytes(content.tobytes())
        self.changed()


def is_data(name: Any) -> bool:
    """A file's name without a folder that is not code."""
    return (type(name) is str and name == os.path.basename(name) and not name.startswith(".")
            and not name.lower().endswith(NOT_TAKEN) and "\0" not in name)


class Judges:
    """The judge's surroundings: what of them the student's process has to be told."""

    def __init__(self) -> None:
        self.seeded: dict[str, Any] = {}
        for module, name, functions in ((np.random, "numpy", ("seed", "set_state")),
                                        (random, "random", ("seed", "setstate"))):
            for each in functions:
                setattr(module, each, self.noting(name, getattr(module, each)))
        self.usual = {(module, name): getattr(importlib.import_module(module), name)
                      for module, names in REPLACED.items() for name in names}
        self.stdin = sys.stdin
        self.folder = Folder()
        self.waiting: set[str] = set()

    def noting(self, name: str, function: Callable) -> Callable:
        """A seeding function after which students' draws follow the test's."""
        def seed(*arguments: Any, **keywords: Any) -> None:
            function(*arguments, **keywords)
            self.seeded[name] = MISSING

        return seed

    def seeds(self) -> dict[str, Any]:
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

    def replaced(self) -> dict[tuple[str, str], Any]:
        """Functions that the test has replaced."""
        now = {}
        for (module, name), usual in self.usual.items():
            if (value := getattr(sys.modules[module], name, usual)) is not usual:
                now[module, name] = value
        if sys.stdin is not self.stdin:
            now["builtins", "input"] = read_line
        return now

    def files(self, mentioned: Callable[[str], bool]) -> list[list[Any]]:
        """Files that the test has written, and that student code may know of."""
        self.waiting |= set(self.folder.changed())
        names = [name for name in self.waiting if mentioned(name)]
        self.waiting.difference_update(names)
        return self.folder.contents(names)

    def take_files(self, files: list[list[Any]]) -> None:
        """Puts beside the test what student code has written; nothing of the course's changes."""
        self.folder.take(files, lambda name: is_data(name) and name not in self.folder.first)


def read_line(prompt: str = "") -> str:
    """``input`` where a test has replaced the standard input."""
    print(prompt, end="")
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.removesuffix("\n")


def set_seeds(seeds: dict[str, Any]) -> None:
    """Has random numbers begin where a test has set them to."""
    if "numpy" in seeds:
        np.random.set_state(seeds["numpy"])
    if "random" in seeds:
        version, numbers, gauss = seeds["random"]
        random.setstate((version, tuple(numbers.tolist()), gauss))


@contextlib.contextmanager
def replacing(functions: dict[tuple[str, str], Any]) -> Iterator[None]:
    """Functions of modules replaced for a while."""
    usual = {}
    try:
        for (module, name), value in functions.items():
            place = builtins if module == "builtins" else importlib.import_module(module)
            usual[place, name] = getattr(place, name)
            setattr(place, name, value)
        yield
    finally:
        for (place, name), value in usual.items():
            setattr(place, name, value)
