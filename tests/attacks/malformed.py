"""Files that are no notebooks, or notebooks that no editor would write, and changed metadata."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.attacks.entries import NOTEBOOK, Entry, entry

ENTRIES: list[Entry] = []


def of_bytes(tries: str, deserves: Any = "", base: str = "") -> Callable:
    """Decorator: a function from a notebook file's bytes to those that are handed in."""
    def collect(change: Callable[[bytes], bytes]) -> Callable:
        def write(folder: Path, content: bytes, words: dict[str, str]) -> None:
            (folder / f"{NOTEBOOK}.ipynb").write_bytes(change(content))

        ENTRIES.append(entry("malformed", change.__name__, tries, base, deserves, write))
        return change

    return collect


def of_json(tries: str, deserves: Any = "", base: str = "") -> Callable:
    """Decorator: a function that changes a notebook's JSON."""
    def collect(change: Callable[[dict], None]) -> Callable:
        @functools.wraps(change)
        def rewritten(content: bytes) -> bytes:
            notebook = json.loads(content)
            change(notebook)
            return json.dumps(notebook).encode()

        return of_bytes(tries, deserves, base)(rewritten)

    return collect


def roles(notebook: dict) -> dict[str, dict]:
    """nbgrader's metadata of each cell by its grade id."""
    found = [cell["metadata"].get("nbgrader", {}) for cell in notebook["cells"]]
    return {role["grade_id"]: role for role in found if role}


def cells(notebook: dict) -> dict[str, dict]:
    """Cells by their grade ids."""
    return {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in notebook["cells"]
            if "nbgrader" in cell["metadata"]}


def code(source: Any, **metadata: Any) -> dict:
    return {"cell_type": "code", "id": "own", "metadata": metadata, "source": source,
            "outputs": [], "execution_count": None}


# --- bytes ------------------------------------------------------------------------------

@of_bytes("nothing at all", "unreadable")
def empty_file(content):
    return b""


@of_bytes("half a notebook", "unreadable")
def half_a_file(content):
    return content[:len(content) // 2]


@of_bytes("random bytes", "unreadable")
def random_bytes(content):
    return bytes(range(256)) * 100


@of_bytes("a program, not a notebook", "unreadable")
def a_program(content):
    return b"#!/bin/sh\ntouch /tmp/was-here\n"


@of_bytes("null, which is JSON", "unreadable")
def json_null(content):
    return b"null"


@of_bytes("a list of lists", "unreadable")
def json_list(content):
    return b"[[], {}]"


@of_bytes("a hundred thousand brackets", "unreadable")
def deep_json(content):
    return b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@of_bytes("another encoding: UTF-16", "unreadable")
def utf_16(content):
    return content.decode().encode("utf-16")


@of_bytes("another encoding: Latin-1 with accents", "unreadable")
def latin_1(content):
    return b'{"cells": [], "metadata": {"author": "Ren\xe9"}, "nbformat": 4}'


@of_bytes("a byte order mark and Windows line ends", "everything", "solved")
def byte_order_mark(content):
    return b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n")


@of_bytes("more than 20 MiB", "unreadable")
def huge_file(content):
    return content + b" " * (21 * 2**20)


@of_bytes("an integer of 10,000 digits", {"sigmoid": None} | dict.fromkeys((
    "sigmoid_prime", "forward", "expanded_gradient", "backward", "total_derivative",
    "regularized_forward", "regularized_backward", "numerical_gradient", "cost_gradient",
    "gradient_descent", "v_curve"), 0))
def huge_number(content):
    return content.replace(b'"execution_count": null', b'"execution_count": ' + b"9" * 10_000, 1)


@of_bytes("NaN and Infinity, which are not JSON")
def not_quite_json(content):
    return content.replace(b'"execution_count": null', b'"execution_count": NaN', 3).replace(
        b'"nbformat_minor": 5', b'"nbformat_minor": Infinity')


@of_bytes("two lists of cells, the second one empty", "nothing")
def two_keys(content):
    return content.rstrip().removesuffix(b"}") + b', "cells": []}'


@of_bytes("half surrogate pairs and control characters in its text")
def half_pairs(content):
    return content.replace(b'"cells": [', b'"cells": [{"cell_type": "code", "id": "x", '
                           b'"metadata": {}, "outputs": [], "execution_count": null, '
                           b'"source": "print(\'\\ud800 \\u0000 \\u001b[31m\')"},', 1)


# --- structure ---------------------------------------------------------------------------

@of_json("no list of cells", "unreadable")
def no_cells(notebook):
    notebook["cells"] = {"0": notebook["cells"]}


@of_json("cells that are numbers, lists and null")
def cells_of_any_kind(notebook):
    notebook["cells"][2:2] = [None, 7, [], {}, "cell", {"cell_type": None}, {"source": 3}]


@of_json("sources that are lists of anything")
def sources_of_any_kind(notebook):
    notebook["cells"][2:2] = [code(value) for value in (
        None, 3, {}, [1, None, "x = 1\n", ["y"]], [[]], True)]


@of_json("metadata, outputs and ids of other types")
def types_of_any_kind(notebook):
    for cell in notebook["cells"]:
        cell["outputs"], cell["execution_count"] = "none", [1]
        if "nbgrader" not in cell["metadata"]:
            cell["metadata"], cell["id"] = None, {"a": 1}
    notebook["metadata"] = []


@of_json("kinds of cells that do not exist")
def kinds_that_do_not_exist(notebook):
    notebook["cells"] += [{"cell_type": kind, "id": f"c{k}", "metadata": {}, "source": "x"}
                          for k, kind in enumerate(("heading", "sql", "", "CODE", None))]


@of_json("another format: 99")
def format_99(notebook):
    notebook["nbformat"] = 99


@of_json("another format: a word")
def format_word(notebook):
    notebook["nbformat"], notebook["nbformat_minor"] = "four", None


@of_json("the old format 3 with broken worksheets", "unreadable")
def format_3(notebook):
    notebook["nbformat"], notebook["worksheets"] = 3, [{"cells": notebook.pop("cells")}, None, 3]


@of_json("10,000 cells", "unreadable")
def ten_thousand_cells(notebook):
    notebook["cells"] += [code("x = 1") for _ in range(10_000)]


@of_json("2,000 cells that each print")
def two_thousand_cells(notebook):
    notebook["cells"] += [code(f"print({k})") for k in range(2000)]


@of_json("one cell with a line of two megabytes")
def a_long_line(notebook):
    notebook["cells"].append(code("x = " + "1 + " * 500_000 + "1"))


@of_json("the same id for every cell")
def one_id(notebook):
    for cell in notebook["cells"]:
        cell["id"] = "same"


@of_json("no ids, no minor format, as older editors write it", "everything", "solved")
def no_ids(notebook):
    for cell in notebook["cells"]:
        del cell["id"]
    notebook["nbformat_minor"] = 2
    notebook["metadata"] = {"colab": {"provenance": []}, "accelerator": "GPU",
                            "kernelspec": {"name": "python3", "display_name": "Python 3"}}


@of_json("cells in the reverse order", "everything", "solved")
def reversed_cells(notebook):
    notebook["cells"].reverse()


@of_json("the definitions gathered in one cell at the top", "everything", "solved")
def gathered(notebook):
    own = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"
           and cell["metadata"].get("nbgrader", {}).get("solution")]
    text = "\n\n".join("".join(cell["source"]) for cell in own)
    notebook["cells"] = [cell for cell in notebook["cells"] if cell not in own]
    notebook["cells"].insert(2, code(text))


@of_json("metadata nested as deep as a reader bears, but no copier")
def deep_metadata(notebook):
    deep: Any = 0
    for _ in range(450):
        deep = {"in": deep}
    notebook["metadata"]["deep"] = notebook["cells"][1]["metadata"]["deep"] = deep


@of_json("colours and line breaks for the instructor's terminal, as kinds, ids and names")
def colours_for_the_terminal(notebook):
    word = "\x1b[31m\n[AutogradeApp | ERROR] forged\x1b]0;forged\x07"
    notebook["cells"].insert(1, {"cell_type": word, "id": word, "source": "1",
                                 "metadata": {"nbgrader": {"grade_id": word}}})


@of_json("code and text that take an hour to colour for a page")
def coloured_for_ever(notebook):
    gaps = "x = 1" + " \n" * 100_000 + "x"
    for source in (gaps, "#" + "." * 900_000, "%%perl\n" + "<<" * 400_000):
        notebook["cells"].insert(3, code(source))
    for text in ("```ipython3\nx" + " \n" * 20_000 + "x\n```", "> ~~~ perl\n> " + "<<" * 20_000):
        notebook["cells"].insert(1, {"cell_type": "markdown", "id": "text", "metadata": {},
                                     "source": text})


# --- metadata ----------------------------------------------------------------------------

@of_json("test cells tagged so that they are skipped", "nothing", "released")
def skipped(notebook):
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception", "remove_cell"]


@of_json("points: 1000, negative, NaN and text")
def points(notebook):
    for number, role in enumerate(roles(notebook).values()):
        role["points"] = (1000, -5, "three", None)[number % 4]


@of_json("another schema: older, newer, a word")
def schema(notebook):
    for number, role in enumerate(roles(notebook).values()):
        role["schema_version"] = (1, 99, "x", None)[number % 4]


@of_json("tests are no tests, solutions are locked, written answers are graded by program")
def flags(notebook):
    for role in roles(notebook).values():
        role["grade"], role["solution"] = role["solution"], not role["grade"]
        role["locked"] = not role["locked"]
        role["cell_type"], role["task"] = "raw", True


@of_json("grade ids: swapped, doubled, missing, not text")
def grade_ids(notebook):
    role = roles(notebook)
    role["test_backward"]["grade_id"] = "test_forward"
    role["backward"]["grade_id"] = "test_sigmoid"
    role["cost_gradient"]["grade_id"] = {"id": 1}
    del role["test_cost_gradient"]["grade_id"]


@of_json("nbgrader's metadata is a list, a number, null")
def roles_of_any_kind(notebook):
    for number, cell in enumerate(notebook["cells"]):
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            cell["metadata"]["nbgrader"] = ([], 3, None, "x")[number % 4]


@of_json("duplicated test cells")
def duplicated_tests(notebook):
    tests = [cell for name, cell in cells(notebook).items() if name.startswith("test_")]
    notebook["cells"] += json.loads(json.dumps(tests + tests))


@of_json("all test cells deleted")
def deleted_tests(notebook):
    notebook["cells"] = [cell for cell in notebook["cells"]
                         if not cell["metadata"].get("nbgrader", {}).get("grade_id", "").startswith(
                             "test_")]


@of_json("test cells that test nothing", "nothing", "released")
def rewritten_tests(notebook):
    for name, cell in cells(notebook).items():
        if name.startswith("test_"):
            cell["source"] = "3.0"


@of_json("test cells turned into text", "nothing", "released")
def tests_as_text(notebook):
    for name, cell in cells(notebook).items():
        if name.startswith("test_"):
            cell["cell_type"] = "markdown"
            del cell["outputs"], cell["execution_count"]


@of_json("outputs that claim full points, NaN, less than nothing, more than all", "nothing",
         "released")
def forged_outputs(notebook):
    for number, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            score = ("3.0", "nan", "-1", "1e9", "inf")[number % 5]
            cell["execution_count"] = 1
            cell["outputs"] = [{"output_type": "execute_result", "execution_count": 1,
                                "metadata": {}, "data": {"text/plain": score}}]


@of_json("results that nbgrader reads as points: NaN, negative, infinite", "nothing", "released")
def odd_results(notebook):
    found = cells(notebook)
    for name, value in (("sigmoid", "nan"), ("forward", "-1"), ("backward", "inf")):
        found[name]["source"] = f"{name} = lambda *a: float('{value}')\nfloat('{value}')"


@of_json("another kernel, and one that would run a program")
def kernels(notebook):
    notebook["metadata"]["kernelspec"] = {
        "name": "ir", "display_name": "R", "language": "R",
        "argv": ["/bin/sh", "-c", "touch /tmp/was-here"]}
    notebook["metadata"]["language_info"] = {"name": "bash", "file_extension": ".sh"}


@of_json("the grader's own marks in its metadata", "nothing", "released")
def forged_marks(notebook):
    notebook["metadata"]["autograder_unreadable"] = "<script>alert(1)</script>"
    for name, cell in cells(notebook).items():
        cell["metadata"]["autograder"] = "added"
        cell["metadata"]["autograder_mark"] = {"question": name, "mistakes": [], "parts": [
            ["all of it", 3, 3]]}


@of_json("cells of its own that say they are graded, with the grader's own line", "nothing",
         "released")
def own_graded_cells(notebook):
    for name in ("sigmoid", "forward", "own"):
        notebook["cells"].append(code(
            f'### BEGIN HIDDEN TESTS\ngrade("{name}", {name})\n### END HIDDEN TESTS\n3.0',
            nbgrader={"grade": True, "grade_id": f"own_{name}", "points": 100, "solution": False,
                      "locked": True, "schema_version": 3, "task": False, "cell_type": "code"}))


@of_json("the marks of hidden and solution regions in its own cells")
def own_regions(notebook):
    for name in ("sigmoid", "forward"):
        cell = cells(notebook)[name]
        text = "".join(cell["source"])
        cell["source"] = f"### BEGIN HIDDEN TESTS\n{text}\n### BEGIN SOLUTION\n### END SOLUTION"
    cells(notebook)["backward"]["source"] = "### END HIDDEN TESTS\n### BEGIN HIDDEN TESTS"


@of_json("solution cells turned into text: their code still counts")
def solutions_as_text(notebook):
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["cell_type"] = "raw"


# --- text --------------------------------------------------------------------------------

@of_json("a written answer with scripts", "everything", "solved")
def scripts_in_an_answer(notebook):
    cells(notebook)["v_curve"]["source"] = SCRIPTS


@of_json("text cells with scripts, attachments and forms")
def scripts_in_text(notebook):
    notebook["cells"].insert(1, {
        "cell_type": "markdown", "id": "own", "metadata": {}, "source": SCRIPTS,
        "attachments": {"x.svg": {"image/svg+xml": "<svg onload='alert(1)'/>"}}})
    notebook["cells"].append({"cell_type": "raw", "id": "raw", "source": SCRIPTS,
                              "metadata": {"format": "text/html", "raw_mimetype": "text/html"}})


@of_json("text with a picture that is not there, which no page can be made of")
def missing_picture(notebook):
    notebook["cells"].insert(1, {"cell_type": "markdown", "id": "own", "metadata": {},
                                 "source": "![x](attachment:x.png) ![y](&#97;ttachment:y.svg)",
                                 "attachments": {"y.svg": {"image/svg+xml": "PHN2Zy8+"}}})


SCRIPTS = """I think it is rounding.

<script>alert('was here')</script> <img src=x onerror="alert('was here')">
<svg onload="alert('was here')"></svg> <iframe srcdoc="was here"></iframe>
[link](javascript:alert(1)) [link][l]
<javascript:alert(1)> <a href="javascript:alert('was here')">link</a>
$$\\href{javascript:alert('was here')}{x}$$

[l]: javascript:alert(1)
"""
