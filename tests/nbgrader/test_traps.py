"""What stock nbgrader does that this must not: each trap through real ``nbgrader autograde``."""

import json
import os

import nbformat
import pytest

from autograder.report import read_marks
from autograder.sample_class import samples, submission
from benchmarks.contenders import use_stock

from .conftest import command


def edited(course, base, change):
    """A student's file: a sample's notebook with a change made to its JSON."""
    path = course / "release/backprop/1_chain_rule.ipynb"
    (sample,) = [each for each in samples() if each.name == base]
    notebook = json.loads(submission(
        sample, path.stem, nbformat.read(path, as_version=4),
        nbformat.read(course / "source/backprop/1_chain_rule.ipynb", as_version=4)))
    return change(notebook) or json.dumps(notebook)


def cell(notebook, grade_id):
    (found,) = [c for c in notebook["cells"]
                if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id]
    return found


def add_first(source):
    def change(notebook):
        notebook["cells"].insert(1, {"cell_type": "code", "id": "hack", "metadata": {},
                                     "source": source, "outputs": [], "execution_count": None})
    return change


def skip_execution(notebook):
    for each in notebook["cells"]:
        each["metadata"]["tags"] = ["skip-execution", "raises-exception"]


def forged_outputs(notebook):
    for each in notebook["cells"]:
        if each["cell_type"] == "code":
            each["outputs"] = [{"output_type": "execute_result", "execution_count": 1,
                                "metadata": {}, "data": {"text/plain": "3.0"}}]


def no_metadata(notebook):
    del notebook["metadata"], notebook["nbformat_minor"]


def changed_metadata(notebook):
    test = cell(notebook, "test_backward")["metadata"]["nbgrader"]
    test.update(points=1000, grade=False, schema_version=1)
    cell(notebook, "backward")["metadata"]["nbgrader"]["grade_id"] = "test_backward"
    cell(notebook, "sigmoid")["metadata"]["nbgrader"]["schema_version"] = 99


LIAR = """
class Liar(float):
    def __eq__(self, other): return True
    def __array_ufunc__(self, *a, **k): return True
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    __hash__ = float.__hash__
def sigmoid(z): return Liar(1)
def sigmoid_prime(z): return Liar(1)
def forward(w, b, x, t): return {"z": Liar(1), "y": Liar(1), "loss": Liar(1)}
"""

HOOKS = """
import builtins, sys
ip = get_ipython()
class Nothing(__import__("ast").NodeTransformer):
    def visit_Module(self, node):
        node.body = []
        return node
ip.ast_transformers.append(Nothing())
ip.input_transformers_cleanup.append(lambda lines: [])
type(ip).run_cell = lambda self, *a, **k: None
"""

#: Name: (the sample it starts from, the change, the total it deserves).
TRAPS = {
    "skipped_cells": ("lars", skip_execution, 0),
    "hooks": ("lars", add_first(HOOKS), 0),
    "nan_results": ("lars", add_first("def sigmoid(z): return float('nan')"), 0),
    "forged_outputs": ("lars", forged_outputs, 0),
    "liar": ("lars", lambda nb: cell(nb, "sigmoid").update(source=LIAR), 0),
    "grade_function": ("lars", add_first("def grade(*a): return 20\nimport sys\n"
                                         "sys.modules['autograder'] = sys"), 0),
    "changed_metadata": ("ada", changed_metadata, 18),
    "dead_kernel": ("ada", add_first("import os; os.kill(os.getpid(), 9)"), 18),
    "copied_tests": ("ada", lambda nb: nb["cells"].extend(
        [json.loads(json.dumps(cell(nb, f"test_{name}"))) for name in ("forward", "sigmoid")]), 18),
    "odd_cells": ("ada", lambda nb: nb["cells"].extend([{}, 7, None, {"source": [1, "x"]}]), 18),
    "no_metadata": ("ada", no_metadata, 18),
    "other_format": ("ada", lambda nb: nb.update(nbformat=99), 18),
    "not_json": ("ada", lambda nb: "{" * 500, 0),
    "empty_file": ("ada", lambda nb: "\n", 0),
    "stderr_everywhere": ("ada", add_first("import sys, warnings\nwarnings.warn('x')\n"
                                           "print('error', file=sys.stderr)"), 18),
}
#: Graded before and after all of them: nobody else is affected.
HONEST = ("aaa_first", "zzz_last")


@pytest.fixture(scope="module")
def outcome(released, tmp_path_factory):
    import shutil

    course = tmp_path_factory.mktemp("traps") / "course"
    shutil.copytree(released, course)
    for name, (base, change, _) in {**TRAPS, **dict.fromkeys(
            HONEST, ("ada", lambda nb: None, 18))}.items():
        folder = course / "submitted" / name / "backprop"
        folder.mkdir(parents=True)
        (folder / "1_chain_rule.ipynb").write_text(edited(course, base, change))
    odd = course / "submitted" / HONEST[0] / "backprop"
    (odd / "unknown.ipynb").write_text("not of this assignment")
    linked = course / "submitted" / "linked" / "backprop"
    linked.mkdir(parents=True)
    os.symlink(course / "source/backprop/1_chain_rule.ipynb", linked / "1_chain_rule.ipynb")
    piped = course / "submitted" / "piped" / "backprop"
    piped.mkdir(parents=True)
    os.mkfifo(piped / "1_chain_rule.ipynb")
    beside = course / "submitted" / "odd_files" / "backprop"
    (beside / "deep").mkdir(parents=True)
    (beside / "1_chain_rule.ipynb").write_text(edited(course, "ada", add_first(
        "import os\nseen = [name for name in os.listdir() if name[0] != '.']\n"
        "print('FILES', seen, sorted(os.listdir('deep')))")))
    os.symlink(course / "source/backprop/1_chain_rule.ipynb", beside / "peek.txt")
    os.symlink(course / "source", beside / "deep/source")
    os.mkfifo(beside / "deep/pipe")
    (beside / "deep/data[1].txt").write_text("1 2 3")
    done = command(course, "autograde", "backprop")
    return course, done, read_marks(course, "backprop")


def test_the_run_ends_well_and_everybody_has_a_mark(outcome):
    _, done, marks = outcome
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    assert set(marks.students) == {*TRAPS, *HONEST, "linked", "piped", "odd_files"}


@pytest.mark.parametrize("student", HONEST)
def test_the_honest_students_keep_their_marks(outcome, student):
    assert outcome[2].total(student) == 18


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_earns_what_it_deserves(outcome, name):
    assert outcome[2].total(name) == TRAPS[name][2]


def test_links_and_pipes_beside_a_notebook_are_left_out_and_cost_nothing(outcome):
    course, done, marks = outcome
    assert marks.total("odd_files") == 18
    page = (course / "autograded/odd_files/backprop/1_chain_rule.ipynb").read_text()
    assert "FILES ['deep'] ['data[1].txt']" in page
    assert "peek.txt is left out" in done.stderr


@pytest.mark.parametrize("name", ["linked", "piped"])
def test_a_link_to_the_course_is_not_followed_and_a_pipe_does_not_hang(outcome, name):
    course, _, marks = outcome
    assert marks.total(name) == 0
    page = (course / "autograded" / name / "backprop/1_chain_rule.ipynb").read_text()
    assert "not a file" in page


def test_stock_nbgrader_falls_into_the_first_of_them(released, tmp_path):
    """The traps are real: without our configuration a skipped cell earns full marks."""
    import shutil

    course = tmp_path / "stock"
    shutil.copytree(released, course)
    use_stock(course)
    folder = course / "submitted" / "skipper" / "backprop"
    folder.mkdir(parents=True)
    (folder / "1_chain_rule.ipynb").write_text(edited(course, "lars", skip_execution))
    done = command(course, "autograde", "backprop")
    assert done.returncode == 0, done.stderr
    assert read_marks(course, "backprop").total("skipper") == 18
