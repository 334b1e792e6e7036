"""The corpus as submissions: hostile ones, odd but honest ones, and files that are none.

A ``.toml`` file holds notebooks: the released one with cells put in their place (`sigmoid`,
`sigmoid_prime`), before all others (`first`) or behind them (`last`), starting from the
stubs or from the solutions (`base`), and what it `deserves`. Words between @ are filled in.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
NOTEBOOK = "1_chain_rule.ipynb"
FULL = 2.0


@dataclass(frozen=True)
class Submission:
    """One submission of the corpus.

    Args:
        name: The student.
        kind: What sort of attack it is, or ``honest``.
        says: What it tries.
        write: Makes it in the student's folder.
        deserves: Its points; None if any will do.
        never: What must not be found in what the student is shown.
    """

    name: str
    kind: str
    says: str
    write: Callable[[Path], None]
    deserves: float | None
    never: tuple[str, ...] = field(default=())


def submissions(release: dict, solved: dict, words: Mapping[str, str]) -> list[Submission]:
    """The whole corpus.

    Args:
        release: The released notebook.
        solved: The same with its solutions.
        words: What stands for the words between @.
    """
    bases = {"released": release, "solved": solved}
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        kind = path.stem
        for name, plan in tomllib.loads(fill_in(path.read_text(), words)).items():
            base = plan.get("base", "released")
            deserves = plan.get("deserves", FULL if base == "solved" else 0)
            found.append(Submission(
                f"{kind}_{name}", kind, plan.get("says", name.replace("_", " ")),
                writer(edited(bases[base], plan), plan.get("files", {})),
                None if deserves == "any" else deserves, tuple(plan.get("never", []))))
    for function, base, deserves in FILES:
        found.append(Submission(
            f"malformed_{function.__name__}", "malformed", function.__doc__,
            writer(function(deepcopy(bases[base])), {}), deserves))
    for function in ODD:
        found.append(Submission(f"malformed_{function.__name__}", "malformed", function.__doc__,
                                function, 0))
    return found


def fill_in(text: str, words: Mapping[str, str]) -> str:
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
    return text


def edited(base: dict, plan: dict[str, Any]) -> dict:
    notebook = deepcopy(base)
    for name in ("sigmoid", "sigmoid_prime"):
        if name in plan:
            cell(notebook, name)["source"] = plan[name].strip()
    if "first" in plan:
        notebook["cells"].insert(1, code(plan["first"].strip(), "added-first"))
    if "last" in plan:
        notebook["cells"].append(code(plan["last"].strip(), "added-last"))
    if "change" in plan:
        CHANGES[plan["change"]](notebook)
    return notebook


def writer(content: dict | bytes, files: Mapping[str, str]) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        (folder / NOTEBOOK).write_bytes(raw)
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)

    return write


def cell(notebook: dict, grade_id: str) -> dict:
    (found,) = [each for each in notebook["cells"]
                if each["metadata"].get("nbgrader", {}).get("grade_id") == grade_id]
    return found


def code(source: str, identity: str) -> dict:
    return {"cell_type": "code", "id": identity, "metadata": {}, "source": source,
            "outputs": [], "execution_count": None}


# Honest notebooks that look unlike the release.


def copied(notebook: dict) -> None:
    cells = notebook["cells"]
    notebook["cells"] = [twin for each in cells for twin in (each, deepcopy(each))]


def reordered(notebook: dict) -> None:
    prime = cell(notebook, "sigmoid_prime")
    notebook["cells"].remove(prime)
    notebook["cells"].insert(1, prime)


def without_ids(notebook: dict) -> None:
    for each in notebook["cells"]:
        del each["id"]


def deleted_tests(notebook: dict) -> None:
    notebook["cells"] = [each for each in notebook["cells"]
                         if "test" not in each["metadata"].get("nbgrader", {}).get("grade_id", "")]


def no_metadata(notebook: dict) -> None:
    del notebook["metadata"], notebook["nbformat_minor"]


CHANGES = {change.__name__: change
           for change in (copied, reordered, without_ids, deleted_tests, no_metadata)}


# Files whose form is the attack.


def skipped(notebook):
    """all cells are tagged to be skipped"""
    for each in notebook["cells"]:
        each["metadata"]["tags"] = ["skip-execution", "raises-exception"]
    return notebook


def outputs_forged(notebook):
    """outputs that look like marks"""
    for each in notebook["cells"]:
        if each["cell_type"] == "code":
            each["outputs"] = [{"output_type": "execute_result", "execution_count": 1,
                                "metadata": {}, "data": {"text/plain": "1.0"}}]
    return notebook


def marks_in_the_metadata(notebook):
    """the grader's own entries in the metadata"""
    for each in notebook["cells"]:
        each["metadata"].update(autograder_mark={"parts": [["all", 1, 1]]}, autograder="added")
    notebook["metadata"]["autograder_unreadable"] = False
    return notebook


def worth_more(notebook):
    """the questions are worth a thousand points"""
    for each in notebook["cells"]:
        if "nbgrader" in each["metadata"]:
            each["metadata"]["nbgrader"]["points"] = 1000
    return notebook


def not_graded(notebook):
    """the tests say that they are no tests"""
    for each in notebook["cells"]:
        each["metadata"].get("nbgrader", {}).update(grade=False, solution=False, locked=False)
    return notebook


def other_schema(notebook):
    """metadata of a version to come, and of one long gone"""
    cell(notebook, "sigmoid")["metadata"]["nbgrader"]["schema_version"] = 99
    cell(notebook, "test_sigmoid")["metadata"]["nbgrader"]["schema_version"] = 0
    return notebook


def names_swapped(notebook):
    """a stub takes the name of a test, and the test the stub's"""
    stub, test = cell(notebook, "sigmoid"), cell(notebook, "test_sigmoid")
    stub["metadata"]["nbgrader"]["grade_id"] = "test_sigmoid"
    test["metadata"]["nbgrader"]["grade_id"] = "sigmoid"
    return notebook


def test_rewritten(notebook):
    """the test cell asks for nothing, and gives itself a point"""
    cell(notebook, "test_sigmoid")["source"] = "1.0"
    return notebook


def test_with_own_question(notebook):
    """an added cell asks a question with a hidden region of its own"""
    twin = deepcopy(cell(notebook, "test_sigmoid"))
    twin["source"] = ("### BEGIN HIDDEN TESTS\ngrade('sigmoid', abs)\n### END HIDDEN TESTS\n1.0")
    twin["id"] = "own-question"
    notebook["cells"].insert(1, twin)
    return notebook


def other_language(notebook):
    """a kernel that runs a command"""
    notebook["metadata"]["kernelspec"] = {"name": "bash", "language": "bash",
                                          "display_name": "x", "argv": ["touch", "/tmp/x"]}
    return notebook


def strange_metadata(notebook):
    """metadata of the wrong types"""
    notebook["metadata"] = ["x"]
    notebook["cells"][0]["metadata"] = 7
    notebook["cells"][1]["metadata"] = {"nbgrader": "all"}
    return notebook


def truncated(notebook):
    """half a file"""
    text = json.dumps(notebook).encode()
    return text[:len(text) // 2]


def empty(notebook):
    """an empty file"""
    return b""


def binary(notebook):
    """bytes that are no text"""
    return bytes(range(256)) * 1000


def utf16(notebook):
    """another encoding"""
    return json.dumps(notebook).encode("utf-16")


def deep(notebook):
    """lists in lists, a hundred thousand deep"""
    return b"[" * 100_000


def deep_inside(notebook):
    """metadata a hundred thousand deep"""
    return json.dumps(notebook).encode()[:-1] + b', "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def a_list(notebook):
    """JSON, but a list"""
    return b"[1, 2, 3]"


def no_cells(notebook):
    """a notebook without its list of cells"""
    return b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": null}'


def huge(notebook):
    """thirty megabytes"""
    notebook["cells"][0]["source"] = "x" * (30 * 2**20)
    return notebook


def many_cells(notebook):
    """a hundred thousand cells"""
    notebook["cells"] += [{}] * 100_000
    return notebook


def huge_number(notebook):
    """a number of a million digits"""
    return b'{"nbformat": ' + b"9" * 1_000_000 + b', "cells": []}'


def odd_cells(notebook):
    """cells that are none"""
    notebook["cells"] += [{}, 7, None, "x", [], {"source": [1, "x", None], "cell_type": "code"},
                          {"cell_type": "raw", "source": {}}, {"cell_type": 3, "source": "x"}]
    return notebook


def future_format(notebook):
    """a format to come"""
    notebook["nbformat"] = 99
    return notebook


def surrogates(notebook):
    """half a character in a text"""
    notebook["cells"].append(code("x = '\ud800'\nprint(x)", "half"))
    return notebook


def same_ids(notebook):
    """all cells have the same id"""
    for each in notebook["cells"]:
        each["id"] = "same"
    return notebook


def byte_order_mark(notebook):
    """a byte order mark, as some editors write it"""
    return b"\xef\xbb\xbf" + json.dumps(notebook).encode()


FILES = [
    *((function, "released", 0) for function in (
        skipped, outputs_forged, marks_in_the_metadata, worth_more, not_graded, names_swapped,
        test_rewritten, test_with_own_question, truncated, empty, binary, utf16, deep,
        deep_inside, a_list, no_cells, huge, many_cells, huge_number)),
    *((function, "solved", FULL) for function in (
        other_schema, other_language, strange_metadata, odd_cells, future_format, surrogates,
        same_ids, byte_order_mark)),
]


def a_link(folder: Path) -> None:
    """a link to the source in place of the notebook"""
    (folder / NOTEBOOK).symlink_to("../../../source/backprop/" + NOTEBOOK)


def a_pipe(folder: Path) -> None:
    """a pipe in place of the notebook"""
    import os

    os.mkfifo(folder / NOTEBOOK)


def a_folder(folder: Path) -> None:
    """a folder in place of the notebook"""
    (folder / NOTEBOOK).mkdir()


def nothing(folder: Path) -> None:
    """nothing at all"""


ODD = [a_link, a_pipe, a_folder, nothing]
