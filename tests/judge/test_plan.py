"""What the judge runs, and whose the names are."""

from __future__ import annotations

import nbformat

from autograder.judge.plan import imports_of, material_of, names_of, plan_of, texts_of
from tests.judge.notebooks import cell


def plan(*cells):
    solutions = {each.metadata.nbgrader.grade_id: each.source for each in cells
                 if each.metadata.get("nbgrader", {}).get("solution")}
    return plan_of(material_of(nbformat.v4.new_notebook(cells=list(cells))), solutions)


def test_names_are_found_as_python_finds_them():
    names = names_of("import os.path\nfrom math import pi as p\n%matplotlib inline\n"
                     "def f(a, b=z):\n    global g\n    g = a + h\nclass C(B): pass\n"
                     "for i, j in w: pass\nwith o as q: pass\nif (n := 1): s += 1")
    assert names.bound == {"f", "g", "C", "i", "j", "q", "n", "s"}
    assert names.imported == {"os", "p"}
    assert {"z", "h", "B", "w", "o"} <= names.read and "a" not in names.read
    assert names.read_later == {"g", "h"}


def test_what_a_cell_magic_runs_counts_and_other_languages_do_not():
    assert names_of("%%capture out\nx = f(1)").bound == {"x"}
    assert names_of("%%bash\nls | wc -l").bound == frozenset()
    assert names_of("(" * 500).bound == frozenset()


def test_only_whole_import_statements_are_taken_from_a_solution():
    assert imports_of("import numpy as np\nx = 1\ndef f():\n    import os\nfrom a import b") == (
        "import numpy as np\nfrom a import b")


def test_names_are_the_students_only_if_a_solution_cell_binds_them():
    made = plan(cell("import numpy as np\nlimit = 3"),
                cell("import math\ndef f(x):\n    return x + limit", "f"),
                cell("g = f", "g"),
                cell("assert f(1) == np.add(limit, other) and math.pi", "t", 1))
    assert made.asked_for == {"f", "g"}
    assert made.steps[-1].names == {"f"}
    assert made.steps[-1].free == {"other"}
    assert made.synced == {"limit"}
    assert [step.source for step in made.steps[:2]] == ["import numpy as np\nlimit = 3",
                                                        "import math"]


def test_cells_that_use_the_students_work_run_only_if_a_test_needs_them():
    made = plan(cell("def f():\n    return 1", "f"), cell("shown = f()\nprint(shown)"),
                cell("needed = f()"), cell("helper = lambda: f()"), cell("helper()"),
                cell("assert needed == helper()", "t", 1))
    assert [step.source for step in made.steps] == [
        "needed = f()", "helper = lambda: f()", "assert needed == helper()"]


def test_of_a_cell_that_was_free_to_edit_the_values_count_and_not_the_functions():
    free = cell("size = 3\ndef same(a, b):\n    return a == b", locked=False)
    free.metadata["autograder"] = "changed"
    free.metadata["autograder_released"] = free.source
    free.source = "size = 4\nother = 5\ndef same(a, b):\n    return True"
    made = plan(free, cell("assert same(size, other)", "t", 1))
    assert made.steps[0].source == free.metadata["autograder_released"]
    assert made.steps[1].names == {"size", "other"}


def test_cells_that_the_student_added_are_not_run_by_the_judge():
    added = cell("x = 1")
    added.metadata["autograder"] = "added"
    made = plan(added, cell("assert 1", "t", 1))
    assert [step.source for step in made.steps] == ["assert 1"]
    assert made.place("t") == 0 and made.place("u") is None


def test_a_test_lends_what_only_it_defines():
    made = plan(cell("x = 1\ny = 2\n### BEGIN HIDDEN TESTS\nz = 3\n### END HIDDEN TESTS", "t", 1),
                cell("y = 3\ndef f():\n    return x + y", "f"),
                cell("w = 1", "u", 1), cell("def g():\n    return z", "g"))
    assert made.lends == {"t"}


def test_the_last_text_of_a_name_counts():
    assert texts_of(["def f():\n    return 1", "x = 1\ndef f():\n    return 2", "(("]) == {
        "f": "def f():\n    return 2\n"}


def test_a_cell_that_was_free_to_edit_replaces_nothing_that_tests_use():
    free = cell("size = 3\nsame = lambda a, b: a == b", locked=False)
    free.metadata["autograder"] = "changed"
    free.metadata["autograder_released"] = free.source
    free.source = "np = close = same = abs = right = size = 0"
    made = plan(cell("import numpy as np\ndef close(a, b):\n    return abs(a - b) < 1"), free,
                cell("def f():\n    return 1", "f"),
                cell("right = 1\nassert close(f(), size) and same(np.abs(right), abs(1))", "t", 1))
    assert made.steps[-1].names == {"f", "size"}


def test_texts_that_are_made_to_trouble_the_parser_are_no_texts():
    free = cell("x = 1", locked=False)
    free.metadata["autograder"], free.metadata["autograder_released"] = "changed", free.source
    for text in ("%pwd\n" * 600, "y = " + "-" * 40_000 + "1", "y = 1\n" * 40_000):
        free.source = text
        assert plan(free, cell("assert x", "t", 1)).steps[-1].names == {"x"}
        assert texts_of([text]) == {}
    many = [f"def f{number}(): pass\n" + "#" * 49_000 for number in range(20)]
    assert set(texts_of(many)) == {f"f{number}" for number in range(10)}
