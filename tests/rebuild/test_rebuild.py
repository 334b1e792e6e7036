"""What is graded comes from the release; of the submission only what a student may write."""

import copy
import json

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert import HTMLExporter

from autograder.build import ROOT
from autograder.grading import is_test
from autograder.rebuild import Submitted, UnreadableError, read_submission, rebuild

RELEASE = nbformat.read(ROOT / "release/backprop/1_chain_rule.ipynb", as_version=4)
TESTS = {"test_sigmoid": "check.sigmoid(sigmoid)\nhidden()"}
PREDICT = next(cell for cell in RELEASE.cells if cell.id == "predict")


def rebuilt(change=lambda notebook: None):
    notebook = copy.deepcopy(RELEASE)
    change(notebook)
    return rebuild(RELEASE, TESTS, read_submission(nbformat.writes(notebook).encode()))


def cell(notebook, name):
    (found,) = [c for c in notebook.cells
                if name in (c.id, c.metadata.get("nbgrader", {}).get("grade_id"))]
    return found


def added(notebook):
    return [c for c in notebook.cells if c.metadata.get("autograder") == "added"]


def test_an_untouched_release_comes_back_with_its_hidden_tests():
    notebook = rebuilt()
    assert [c.id for c in notebook.cells] == [c.id for c in RELEASE.cells]
    assert cell(notebook, "test_sigmoid").source == TESTS["test_sigmoid"]
    assert cell(notebook, "sigmoid").source == cell(RELEASE, "sigmoid").source


def test_solutions_and_free_cells_come_from_the_student():
    def change(notebook):
        cell(notebook, "sigmoid").source = "mine = 1"
        cell(notebook, "predict").source = "my_prediction = 'smaller'"

    notebook = rebuilt(change)
    assert cell(notebook, "sigmoid").source == "mine = 1"
    assert cell(notebook, "predict").source == "my_prediction = 'smaller'"


@pytest.mark.parametrize("change", [
    lambda c: c.update(source="print('full marks')"),
    lambda c: c.metadata.update(tags=["skip-execution"]),
    lambda c: c.metadata.nbgrader.update(points=100, locked=False, solution=True),
    lambda c: c.metadata.nbgrader.update(grade=False),
    lambda c: c.update(cell_type="raw", source="x"),
    lambda c: c.metadata.pop("nbgrader"),
], ids=["source", "tag", "points", "flag", "type", "no metadata"])
def test_a_changed_test_cell_is_the_released_one_again(change):
    notebook = rebuilt(lambda nb: change(cell(nb, "test_sigmoid")))
    (test,) = [c for c in notebook.cells
               if c.metadata.get("nbgrader", {}).get("grade_id") == "test_sigmoid"]
    assert is_test(test)
    assert test.source == TESTS["test_sigmoid"]
    assert test.metadata.nbgrader == cell(RELEASE, "test_sigmoid").metadata.nbgrader
    assert test.metadata.get("tags") == cell(RELEASE, "test_sigmoid").metadata.get("tags")


def test_a_deleted_test_cell_is_put_back():
    notebook = rebuilt(lambda nb: nb.cells.remove(cell(nb, "test_sigmoid")))
    assert cell(notebook, "test_sigmoid").source == TESTS["test_sigmoid"]
    assert cell(notebook, "test_sigmoid").metadata.autograder == "missing"


def test_a_copied_cell_counts_once_and_the_copy_stays_in_its_place():
    def change(notebook):
        for name in ("test_sigmoid", "sigmoid"):
            original = cell(notebook, name)
            twin = copy.deepcopy(original)
            twin.id, twin.source = f"twin-{original.id}", f"# copy of {name}"
            notebook.cells.insert(notebook.cells.index(original) + 1, twin)

    notebook = rebuilt(change)
    ids = [c.metadata.nbgrader.grade_id for c in notebook.cells if "nbgrader" in c.metadata]
    assert len(ids) == len(set(ids))
    assert cell(notebook, "sigmoid").source == cell(RELEASE, "sigmoid").source
    assert [c.source for c in added(notebook)] == ["# copy of sigmoid", "# copy of test_sigmoid"]
    assert all("nbgrader" not in c.metadata for c in added(notebook))


def test_a_deleted_solution_cell_does_not_hide_the_students_own():
    def change(notebook):
        old = cell(notebook, "sigmoid")
        place = notebook.cells.index(old)
        notebook.cells[place] = nbformat.v4.new_code_cell("def sigmoid(z): return z")

    notebook = rebuilt(change)
    sources = "\n".join(c.source for c in notebook.cells if c.cell_type == "code")
    assert "def sigmoid(z): return z" in sources
    assert sources.count("def sigmoid(") == 1


def test_reordered_cells_are_in_the_released_order_again():
    notebook = rebuilt(lambda nb: nb.cells.reverse())
    kept = [c.id for c in notebook.cells if c.metadata.get("autograder") != "added"]
    assert kept == [c.id for c in RELEASE.cells]


def test_the_kernel_and_the_notebooks_metadata_come_from_the_release():
    def change(notebook):
        notebook.metadata.kernelspec = {"name": "evil", "display_name": "x", "language": "R"}
        notebook.metadata.autograder_unreadable = "no"

    assert rebuilt(change).metadata == RELEASE.metadata


@pytest.mark.parametrize(("data", "says"), [
    (b"", "not valid JSON"), (b"{", "not valid JSON"), (b"[]", "not a notebook"),
    (b"{}", "no list of cells"), (b'{"cells": 3}', "no list of cells"), (b"\xff\xfe", "UTF-8"),
    (b"[" * 100_000, "not valid JSON"), (b"%PDF-1.7 \xc0", "UTF-8"),
    (b" " * (21 * 2**20), "MiB"), (b'{"cells": [' + b"{}," * 6000 + b"{}]}", "cells"),
    (b'{"nbformat": 3, "worksheets": 5}', "old format"),
], ids=range(11))
def test_what_is_not_a_notebook_is_said_to_be_none(data, says):
    with pytest.raises(UnreadableError, match=says):
        read_submission(data)


def test_an_old_notebook_is_converted():
    old = nbformat.convert(copy.deepcopy(RELEASE), 3)
    read = read_submission(json.dumps(old).encode())
    assert any("sigmoid" in each["source"] for each in read.cells)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["source", "metadata", "nbgrader", "grade_id", "id",
                                       "cell_type", "tags"]), inner, max_size=4), max_leaves=8)


@settings(max_examples=300, deadline=None)
@given(st.lists(json_values, max_size=4), st.integers(0, len(RELEASE.cells)))
def test_cells_of_any_form_are_read_and_rebuilt(odd, place):
    notebook = json.loads(nbformat.writes(RELEASE))
    notebook["cells"][place:place] = odd
    result = rebuild(RELEASE, TESTS, read_submission(json.dumps(notebook).encode()))
    nbformat.validate(result)
    nbformat.writes(result)


def test_an_unreadable_submission_becomes_an_unanswered_one():
    notebook = rebuild(RELEASE, TESTS, Submitted())
    assert cell(notebook, "v_curve").source == cell(RELEASE, "v_curve").source
    assert not any("NotImplementedError" in c.source for c in notebook.cells
                   if c.cell_type == "code")


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_no_tag_of_a_students_text_reaches_a_browser(kind):
    """Not even as far as it is shown in the feedback page."""
    def change(notebook):
        own = nbformat.v4.new_markdown_cell("own <script>alert(1)</script> and 1 < 2 <b", id="own")
        own.cell_type = kind
        notebook.cells.insert(1, own)
        cell(notebook, "v_curve").source = "$a<b$ <img src=x onerror=alert(1)> <!-- a --> ε < 1"

    notebook = rebuilt(change)
    page, _ = HTMLExporter(exclude_input_prompt=True).from_notebook_node(
        nbformat.v4.new_notebook(cells=[*added(notebook), cell(notebook, "v_curve")]))
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<!-- a" not in page
    assert "1 &lt; 2" in page
    assert "ε &lt; 1" in page


def test_the_words_of_a_released_text_cell_stay_as_they_are():
    released = [c.source for c in RELEASE.cells if c.cell_type == "markdown"]
    assert [c.source for c in rebuilt().cells if c.cell_type == "markdown"] == released
