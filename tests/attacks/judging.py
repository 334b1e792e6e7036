"""What came of each submission: its marks, and what of the secrets got out."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from autograder.drawing import draw_cases
from autograder.questions import all_questions
from autograder.report import Marks
from tests.attacks.entries import ASSERTING, TESTS, Entry
from tests.attacks.scene import HONEST, Scene

#: Of the notebook that is graded.
QUESTIONS = [all_questions()[name.removeprefix("test_")] for name in TESTS]
#: Output of an attack that got through says this behind the scene's mark.
BOASTS = ("taken", "found", "root", "lifted", "unshared", "mounted", "made", "entered", "resolved",
          "listening", "opened", "reached", "read")
#: What must not stand in a page as it is: a browser would run it.
RUNS = re.compile(
    r"<script>alert\(|<img src=x|<svg onload|<svg xmlns='http|<iframe src|"
    r"<a [^>]*href=\"\s*javascript:|\\href\{javascript:")
#: Who hands in no notebook, so that there is nothing to see.
NO_NOTEBOOK = "no_notebook"


def in_short(scene: Scene, each: Entry, marks: Marks) -> list[str]:
    """What is wrong with how a submission was graded; nothing, if all is well."""
    got, deserved = marks.students.get(each.name), each.deserved(marks.questions)
    if got is None or not any((scene.course / "autograded" / each.name).rglob("*.ipynb")):
        return ["is not graded"] * (each.name != NO_NOTEBOOK)
    more = sum(max((got.get(name) or 0) - (deserved[name] or 0), 0) for name in deserved)
    less = sum(max((deserved[name] or 0) - (got.get(name) or 0), 0) for name in deserved)
    return ([f"{more:g} points not earned"] * bool(more) + [f"{less:g} points lost"] * bool(less)
            + leaks(scene, each))


def wrong_marks(each: Entry, marks: Marks) -> list[str]:
    """How the marks differ from those deserved.

    An ordinary test may end in a matter that a person must look at, without points until then.
    """
    got = marks.students.get(each.name)
    if got is None:
        return ["no mark"]
    deserved = each.deserved(marks.questions)
    told = []
    for name in marks.questions:
        if name not in got:
            told.append(f"{name}: no mark")
        elif got[name] != deserved[name] and not (
                each.paper is ASSERTING and got[name] is None and deserved[name] == 0):
            told.append(f"{name}: {in_words(got[name])} for {in_words(deserved[name])}")
    return told


def in_words(score: float | None) -> str:
    return "unmarked" if score is None else f"{score:g}"


def leaks(scene: Scene, each: Entry) -> list[str]:
    """Secrets in what the student gets to see, or in what is recorded of the submission."""
    texts = texts_of(scene, each.name)
    everything = "\n".join(texts)
    found = []
    for name, word in scene.canaries.items():
        own = name == "neighbour" and each.name == HONEST[0].name
        if word in everything and not own:
            found.append(f"leaks {name}")
    if any(number in everything for number in hidden_numbers(scene, each.name)):
        found.append("leaks hidden inputs")
    if any(f"{scene.mark} {word}" in everything for word in BOASTS):
        found.append("got out")
    pages = "\n".join(path.read_text(encoding="utf-8", errors="replace")
                      for path in (scene.course / "feedback" / each.name).rglob("*.html"))
    if RUNS.search(pages):
        found.append("a script in the feedback page")
    return found


def texts_of(scene: Scene, student: str) -> list[str]:
    """All that was written about a student: files, and rows of the gradebook."""
    texts = []
    for folder in ("autograded", "feedback"):
        for path in sorted((scene.course / folder / student).rglob("*")):
            if path.is_file() and path.stat().st_size < 2**26:
                texts.append(path.read_text(encoding="utf-8", errors="replace"))
    return [*texts, *recorded(scene.course / "gradebook.db", student)]


def recorded(database: Path, student: str) -> list[str]:
    """Comments on a student's work."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as book:
        rows = book.execute(
            "select comment.auto_comment, comment.manual_comment from comment "
            "join submitted_notebook n on comment.notebook_id = n.id "
            "join submitted_assignment a on n.assignment_id = a.id where a.student_id = ?",
            (student,)).fetchall()
    book.close()
    return [text for row in rows for text in row if text]


def hidden_numbers(scene: Scene, student: str) -> set[str]:
    """A student's hidden inputs, as Python and NumPy write them: none is met by chance."""
    # in the ordinary notebook's hidden tests, where it counts that they are shown
    found = {"7919.25", "31677"} if "hidden" in scene.canaries else set()
    for question in QUESTIONS:
        for case in draw_cases(question, student, scene.canaries["secret"].encode()):
            for value in numbers_in(case.arguments):
                text = repr(abs(float(value)))
                if len(text) > 14 and "e" not in text:
                    found |= {text[:12], f"{abs(value):.8f}"}
    return found


def numbers_in(value: Any) -> Iterator[float]:
    """The floats in nested plain data."""
    if isinstance(value, (list, tuple, dict)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from numbers_in(each)
    elif np.asarray(value).dtype.kind == "f":
        yield from np.ravel(value)
