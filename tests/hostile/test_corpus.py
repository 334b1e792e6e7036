"""Each submission of the corpus gets what it deserves, and nobody else is any the worse."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import nbformat
import numpy as np
import pytest

from autograder.drawing import draw_cases
from autograder.questions import all_questions

from .conftest import HONEST
from .corpus import FILES, FOLDER, FULL, NOTEBOOK, ODD

pytestmark = pytest.mark.xdist_group("hostile")

NAMES = [f"{path.stem}_{name}" for path in sorted(FOLDER.glob("*.toml"))
         for name in tomllib.loads(path.read_text())]
NAMES += [f"malformed_{function.__name__}" for function, *_ in FILES]
NAMES += [f"malformed_{function.__name__}" for function in ODD]


def test_the_corpus_is_large_enough():
    honest = [name for name in NAMES if name.startswith("honest")]
    assert len(honest) >= 20
    assert len(NAMES) - len(honest) >= 60


def test_the_run_ends_well_and_says_that_the_sandbox_holds(outcome):
    assert outcome.done.returncode == 0, outcome.done.stderr[-3000:]
    assert "Traceback" not in outcome.done.stderr
    assert "Sandbox: tried out and found to hold." in outcome.done.stderr


def test_everybody_has_a_mark(outcome):
    assert set(outcome.marks.students) == {*NAMES, *HONEST}


@pytest.mark.parametrize("student", HONEST)
def test_the_honest_students_before_and_after_keep_their_marks(outcome, student):
    assert outcome.marks.total(student) == FULL


@pytest.mark.parametrize("name", NAMES)
def test_each_gets_what_it_deserves(outcome, name):
    deserves = outcome.corpus[name].deserves
    total = outcome.marks.total(name)
    assert 0 <= total <= FULL
    assert deserves is None or total == deserves


@pytest.mark.parametrize("name", [name for name in NAMES if name != "malformed_nothing"])
def test_nothing_hidden_is_shown_to_anybody(outcome, name):
    shown = outcome.shown(name)
    for what, canary in outcome.canaries.items():
        assert canary not in shown, what
    assert (outcome.course / ".course_secret").read_text().strip() not in shown
    assert "FOUND" not in shown
    for word in outcome.corpus[name].never:
        assert json.dumps(word)[1:-1] not in plain_outputs(outcome, name)


def plain_outputs(outcome, name: str) -> str:
    """What is shown, but as text and images only: whether there is anything else."""
    path = outcome.course / "autograded" / name / "backprop" / NOTEBOOK
    return json.dumps([
        value for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", []) for kind, value in output.get("data", {}).items()
        if kind != "text/plain"] if "line" in name else outcome.shown(name))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "malformed_nothing"])
def test_only_text_and_images_are_shown_besides_the_marks(outcome, name):
    path = outcome.course / "autograded" / name / "backprop" / NOTEBOOK
    for cell in nbformat.read(path, as_version=4).cells:
        is_test = cell.metadata.get("nbgrader", {}).get("grade", False)
        for output in cell.get("outputs", [])[is_test:]:
            assert set(output.get("data", {})) <= {"text/plain", "image/png"}
            assert len(json.dumps(output)) < 10 * 2**20


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("leaks")])
def test_hidden_inputs_are_not_shown(outcome, name):
    shown = outcome.shown(name)
    secret = (outcome.course / ".course_secret").read_text().strip().encode()
    for student in (name, *HONEST):
        for question in ("sigmoid", "sigmoid_prime"):
            for case in draw_cases(all_questions()[question], student, secret):
                for number in long_numbers(case.arguments):
                    assert number not in shown


def long_numbers(arguments) -> set[str]:
    """Inputs as Python prints them, so long that none is met by chance."""
    flat = np.concatenate([np.ravel(np.asarray(each, dtype=float)) for each in arguments])
    return {repr(float(value))[:10] for value in flat if len(repr(float(value))) >= 10}


def test_nothing_outside_is_changed(outcome):
    from .conftest import content

    after = content(outcome.course, outcome.home, outcome.outside)
    new = {path for path in set(after) - set(outcome.before)
           if Path(path).relative_to(outcome.home.parent).parts[:2] not in own(outcome)}
    assert not new
    assert {path for path in outcome.before if after.get(path) != outcome.before[path]} == set()


def own(outcome) -> set[tuple[str, ...]]:
    """Where nbgrader and Matplotlib keep things in a home."""
    return {("home", name) for name in (".cache", ".config", ".jupyter", ".local", ".ipython")}


def test_nobody_was_called(outcome):
    assert not outcome.called


def test_no_process_survives(outcome):
    assert outcome.survivors == []


def test_the_students_page_carries_no_script(outcome):
    import subprocess

    from ..nbgrader.conftest import NBGRADER

    for name in ("line_html_shown", "line_html_forged"):
        done = subprocess.run(
            [NBGRADER, "generate_feedback", "backprop", "--student", name], cwd=outcome.course,
            text=True, capture_output=True, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stderr
        page = (outcome.course / "feedback" / name / "backprop/1_chain_rule.html").read_text()
        for word in outcome.corpus[name].never:
            assert word not in page
