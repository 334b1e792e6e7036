"""Damage to a notebook file, of every kind that programs, disks and people do to it."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

import nbformat

#: Values of the wrong type, and awkward ones of the right one.
VALUES: list[Any] = [
    None, True, False, 0, -1, 10**30, 1e308, float("nan"), float("inf"), "", "x", "\ud800",
    "\u0000\u001b[31m", "\U0001f600" * 50, "ä" * 1000, [], [[]], [None, 1, "x"], {},
    {"a": {"b": []}}, "999" * 100, "__proto__", "../../etc/passwd", "<script>alert(1)</script>",
    "%run /etc/passwd"]
#: Names that notebooks and nbgrader know.
KEYS = ["cells", "metadata", "nbformat", "nbformat_minor", "cell_type", "source", "outputs", "id",
        "execution_count", "attachments", "nbgrader", "grade_id", "points", "grade", "locked",
        "solution", "task", "schema_version", "checksum", "kernelspec", "tags", "worksheets",
        "autograder", "autograder_unreadable", "autograder_submission", "autograder_mark"]


def paths(node: Any, here: tuple = ()) -> list[tuple]:
    """Where something stands in a JSON document."""
    found = [here] if here else []
    items = node.items() if isinstance(node, dict) else (
        enumerate(node) if isinstance(node, list) else ())
    for key, value in items:
        found += paths(value, (*here, key))
    return found


def parent_of(node: Any, path: tuple) -> Any:
    for key in path[:-1]:
        node = node[key]
    return node


# --- of a notebook's JSON ------------------------------------------------------------------

def replaced(notebook: dict, chance: random.Random) -> None:
    path = chance.choice(paths(notebook))
    parent_of(notebook, path)[path[-1]] = copy.deepcopy(chance.choice(VALUES))


def removed(notebook: dict, chance: random.Random) -> None:
    path = chance.choice(paths(notebook))
    del parent_of(notebook, path)[path[-1]]


def named_anew(notebook: dict, chance: random.Random) -> None:
    dicts = [parent_of(notebook, path) for path in paths(notebook)]
    chosen = chance.choice([each for each in dicts if isinstance(each, dict)])
    chosen[chance.choice(KEYS)] = copy.deepcopy(chance.choice(VALUES))


def swapped(notebook: dict, chance: random.Random) -> None:
    """The value of one place at another."""
    one, other = (chance.choice(paths(notebook)) for _ in range(2))
    value = copy.deepcopy(parent_of(notebook, one)[one[-1]])
    parent_of(notebook, other)[other[-1]] = value


def nested(notebook: dict, chance: random.Random) -> None:
    path = chance.choice(paths(notebook))
    value: Any = chance.choice(VALUES)
    for _ in range(chance.choice([3, 50, 400])):
        value = [value] if chance.random() < 0.5 else {chance.choice(KEYS): value}
    parent_of(notebook, path)[path[-1]] = value


def cells_of(notebook: dict) -> list:
    cells = notebook.get("cells")
    return cells if isinstance(cells, list) and cells else [{}]


def copied_cell(notebook: dict, chance: random.Random) -> None:
    cells = cells_of(notebook)
    cells.insert(chance.randrange(len(cells) + 1), copy.deepcopy(chance.choice(cells)))


def shuffled_cells(notebook: dict, chance: random.Random) -> None:
    chance.shuffle(cells_of(notebook))


def odd_cells(notebook: dict, chance: random.Random) -> None:
    cells = cells_of(notebook)
    for _ in range(chance.choice([1, 5, 300])):
        cells.insert(chance.randrange(len(cells) + 1), copy.deepcopy(chance.choice(VALUES)))


def one_id(notebook: dict, chance: random.Random) -> None:
    for cell in cells_of(notebook):
        if isinstance(cell, dict):
            cell["id"] = "same"


def another_kind(notebook: dict, chance: random.Random) -> None:
    cell = chance.choice(cells_of(notebook))
    if isinstance(cell, dict):
        cell["cell_type"] = chance.choice(["code", "markdown", "raw", "heading", "sql", 3, None])


def another_source(notebook: dict, chance: random.Random) -> None:
    cell = chance.choice(cells_of(notebook))
    if isinstance(cell, dict):
        cell["source"] = chance.choice([
            ["x = 1\n", None, "y"], "=" * 100_000, "x" + " + x" * 20_000, "\r\n\t\x0b\u2028",
            "def f(:\n", "(" * 2000, "### BEGIN HIDDEN TESTS", "grade('sigmoid', sigmoid)",
            "'''", "\\", "# \ud83d half a pair", "x = '\udc00\ud800'",
            "%%bash\nexit", "!true", "?x", "async def f(): await f", "\ufeffx = 1"])


def odd_format(notebook: dict, chance: random.Random) -> None:
    notebook["nbformat"] = chance.choice([0, 1, 2, 3, 4, 5, 99, -4, "4", 4.5, None, [4]])
    notebook["nbformat_minor"] = chance.choice([0, 4, 5, 99, None, "x"])
    if chance.random() < 0.5:
        notebook["worksheets"] = [{"cells": notebook.get("cells"), "metadata": {}}]


OF_JSON: list[Callable[[dict, random.Random], None]] = [
    replaced, removed, named_anew, swapped, nested, copied_cell, shuffled_cells, odd_cells,
    one_id, another_kind, another_source, odd_format]


# --- of a file's bytes ---------------------------------------------------------------------

def cut_off(data: bytes, chance: random.Random) -> bytes:
    return data[:chance.randrange(len(data) + 1)]


def flipped(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice([1, 10, 1000])):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def torn_out(data: bytes, chance: random.Random) -> bytes:
    """A piece lost, doubled, or filled with zeros as after a crash of the disk."""
    first, last = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    piece = chance.choice([b"", data[first:last] * 2, bytes(last - first)])
    return data[:first] + piece + data[last:]


def coded_anew(data: bytes, chance: random.Random) -> bytes:
    code = chance.choice(["utf-16", "utf-32", "utf-8-sig", "latin-1", "utf-7", "cp037"])
    return data.decode("utf-8", "replace").encode(code, "replace")


def surrounded(data: bytes, chance: random.Random) -> bytes:
    odd = [b"\xef\xbb\xbf", b"\n" * 1000, b"\0", b"// a comment\n", b"<<<<<<< HEAD\n", b"[1]", data]
    return chance.choice([b"", *odd]) + data + chance.choice([b"", *odd])


def numbers_changed(data: bytes, chance: random.Random) -> bytes:
    odd = [b"NaN", b"Infinity", b"-0", b"1e999", b"9" * 5000, b"0x1", b"01", b"1.", b"\xd9\xa3"]
    return data.replace(b"null", chance.choice(odd), chance.choice([1, -1]))


def line_ends_changed(data: bytes, chance: random.Random) -> bytes:
    return data.replace(b"\n", chance.choice([b"\r\n", b"\r", b"", b"\n\n", b"\xe2\x80\xa8"]))


def twice_a_key(data: bytes, chance: random.Random) -> bytes:
    value = json.dumps(chance.choice(VALUES)).encode()
    return data.rstrip().removesuffix(b"}") + b', "' + chance.choice(KEYS).encode() + (
        b'": ' + value + b"}")


OF_BYTES: list[Callable[[bytes, random.Random], bytes]] = [
    cut_off, flipped, torn_out, coded_anew, surrounded, numbers_changed, line_ends_changed,
    twice_a_key]


def older(notebook: dict, chance: random.Random) -> dict:
    """The notebook as an old editor would have saved it, if it can be."""
    try:
        return nbformat.convert(nbformat.from_dict(notebook), chance.choice([2, 3]))
    except Exception:  # of many kinds: it was damaged before
        return notebook


def mutated(base: bytes, chance: random.Random) -> tuple[bytes, str]:
    """A notebook file damaged in one to four ways.

    Returns:
        Its bytes, and what was done.
    """
    notebook, done = json.loads(base), []
    if chance.random() < 0.1:
        notebook = older(notebook, chance)
        done.append("older")
    for change in chance.choices(OF_JSON, k=chance.choice([0, 1, 1, 2, 3])):
        try:
            change(notebook, chance)
            done.append(change.__name__)
        except (KeyError, IndexError, TypeError, AttributeError):
            done.append(f"no {change.__name__}")  # the damage before it left no place for it
    data = json.dumps(notebook, ensure_ascii=chance.random() < 0.5).encode(
        "utf-8", "surrogatepass")
    for change in chance.choices(OF_BYTES, k=chance.choice([0, 0, 1, 2])):
        data = change(data, chance)
        done.append(change.__name__)
    return data, ", ".join(done)
