"""All questions, by name. A module of a notebook's folder defines one or two."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from types import MappingProxyType

from autograder.question import Question


@functools.cache
def topics() -> MappingProxyType[str, str]:
    """For each question the folder that it stands in, named like its notebook and its checks."""
    return MappingProxyType({
        value.id: module.name.removeprefix(f"{__name__}.").split(".")[0]
        for module in pkgutil.walk_packages(__path__, f"{__name__}.")
        for value in vars(importlib.import_module(module.name)).values()
        if isinstance(value, Question)})


@functools.cache
def all_questions() -> MappingProxyType[str, Question]:
    """The questions of every notebook, in the order of their modules' names.

    Raises:
        ValueError: Two questions share a name.
    """
    found: dict[str, Question] = {}
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if not isinstance(value, Question):
                continue
            if found.setdefault(value.id, value) is not value:
                raise ValueError(f"two questions are called {value.id!r}")
    return MappingProxyType(found)
