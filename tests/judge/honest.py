"""Honest work of many kinds, from ``honest.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Honest:
    """One assignment of a solution cell and a test cell, with several submissions.

    Args:
        name: What it is about.
        solution: The source's solution cell.
        test: The test cell.
        others: What students hand in besides the solution itself.
        setup: The instructor's cell before it.
    """

    name: str
    solution: str
    test: str
    others: tuple[str, ...] = ()
    setup: str = ""


HONEST = [Honest(**case) for case in tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text())["case"]]
