"""What surrounds a judged test cell: time, death, other cells, words, and whose fault it is."""

from __future__ import annotations

import pathlib
import pickle

import nbformat
import pytest

from autograder.feedback import write_result
from autograder.grading import Job, bench_for, run_hidden
from autograder.judge.rehearsal import rehearse
from autograder.judge.verdicts import in_a_line
from autograder.sandbox import Limits, Session
from tests.judge.notebooks import cell, grade

SQUARE = cell("def square(x):\n    return x * x", "square")
TEST = cell("assert square(3) == 9", "test", 2)


def points(result) -> dict[str, float]:
    return {name: mark.points for name, mark in result.marks.items()}


def words(result, grade_id: str = "test") -> str:
    return " ".join(result.marks[grade_id].parts[0].reasons)


def test_a_cell_after_one_that_took_too_long_is_judged_as_ever(tmp_path):
    slow = cell("def slow():\n    return 1", "slow")
    tests = [cell("assert slow() == 1", "first", 1), cell("assert square(2) == 4", "second", 1)]
    result = grade(tmp_path, [SQUARE, slow, *tests], {"slow": "def slow():\n    while True: pass"},
                   Limits(cell_seconds=1))
    assert points(result) == {"first": 0, "second": 1}
    assert "longer than the 1 seconds" in words(result, "first")


def test_a_cell_after_one_in_which_the_process_died_is_judged_as_ever(tmp_path):
    gone = cell("def gone():\n    return 1", "gone")
    state = cell("base = 2\ndef add(x):\n    return x + base", locked=True, grade_id="state")
    tests = [cell("assert gone() == 1", "first", 1),
             cell("assert add(square(2)) == 6", "second", 1)]
    result = grade(tmp_path, [SQUARE, state, gone, *tests],
                   {"gone": "import os\ndef gone():\n    os._exit(1)"})
    assert points(result) == {"first": 0, "second": 1}
    assert "ended" in words(result, "first")


def test_a_test_that_never_ends_harms_nobody_and_is_left_to_a_person(tmp_path):
    tests = [cell("assert Node(1).value == 1", "before", 1)]
    node = cell("class Node:\n    def __init__(self, value):\n        self.value = value", "node")
    endless = cell("assert square(1) == 1\nwhile True:\n    pass", "endless", 1)
    after = cell("assert Node(square(2)).value == 4", "after", 1)
    result = grade(tmp_path, [SQUARE, node, *tests, endless, after], {}, Limits(cell_seconds=1))
    assert points(result) == {"before": 1, "after": 1}
    assert "so a person must mark it" in result.reviews["endless"]


@pytest.mark.parametrize("test", [
    "assert square(3) ==", "assert square(3) == 10", "assert undefined_name == 1",
    "import no_such_module\nassert square(3) == 9"])
def test_where_the_solution_does_not_pass_a_person_looks(test, tmp_path):
    result = grade(tmp_path, [SQUARE, cell(test, "test", 2)], {})
    assert result.marks == {}
    assert result.reviews["test"]


def test_what_cannot_be_sent_is_left_to_a_person_and_costs_nobody_points(tmp_path):
    test = "import threading\nassert square(2) == 4\nassert square(threading.Lock()) == 1"
    result = grade(tmp_path, [SQUARE, cell(test, "test", 2)], {})
    assert "lock" in result.reviews["test"]


def test_a_wrong_answer_needs_no_solution_in_the_source(tmp_path):
    stub = cell("def square(x):\n    raise NotImplementedError()", "square")
    wrong = grade(tmp_path, [stub, TEST], {"square": "def square(x):\n    return x"})
    right = grade(tmp_path, [stub, TEST], {"square": "def square(x):\n    return x * x"})
    assert points(wrong) == {"test": 0} and not wrong.reviews
    assert points(right) == {"test": 2} and not right.reviews


def test_no_source_means_a_person(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[SQUARE, TEST])
    result = run_hidden(Job(notebook, "ada", b"s", tmp_path, None, Limits(), "other"))
    assert result.marks == {} and "missing" in result.reviews["test"]


HIDDEN = """
assert square(3) == 9, "Nine is three times three."
### BEGIN HIDDEN TESTS
secret_value = 123456
assert square(4) == 16
assert square(5) == 25, "Squares of odd numbers are odd."
assert square(6) == 36, f"not {secret_value}"
### END HIDDEN TESTS
"""


@pytest.mark.parametrize(("wrong", "said"), [
    ("2 * x", "Nine is three times three. (Line 1 of this test did not hold.)"),
    ("9", "A hidden check did not hold."),
    ("16 if x == 4 else 9", "Squares of odd numbers are odd. (A hidden check did not hold.)"),
    ("x * x if x < 6 else 0", "A hidden check did not hold."),
    ("1 / 0", "Your code raised ZeroDivisionError in line 1 of this test: "
              "`assert square(3) == 9, \"Nine is three times three.\"`"),
    ("9 if x == 3 else [][x]", "Your code raised IndexError in a hidden check."),
    ("None + 1", "Your code raised TypeError in line 1 of this test"),
])
def test_the_feedback_names_visible_lines_and_the_authors_own_words_alone(wrong, said, tmp_path):
    source = [SQUARE, cell(HIDDEN, "test", 2)]
    result = grade(tmp_path, source, {"square": f"def square(x):\n    return {wrong}"})
    assert said in words(result)
    notebook = nbformat.v4.new_notebook(cells=[SQUARE.copy(), cell(HIDDEN, "test", 2)])
    write_result(notebook, result)
    page = nbformat.writes(notebook)
    assert not any(text in page for text in ("123456", "secret_value", "square(4)", "== 36"))


def test_no_word_of_a_students_choice_reaches_the_feedback(tmp_path):
    lie = "class Canary(Exception): pass\ndef square(x):\n    raise Canary('canary')"
    result = grade(tmp_path, [SQUARE, TEST], {"square": lie})
    assert "canary" not in str(result).lower()
    assert points(result) == {"test": 0}


def test_points_are_given_within_the_cells_bounds(tmp_path):
    for text, earned in (("5", 2), ("-1", 0), ("float('nan')", 0), ("float('inf')", 0),
                         ("1.5", 1.5), ("True", 2), ("'text'", 2), ("None", 2)):
        result = grade(tmp_path, [SQUARE, cell(f"square(3)\n{text}", "test", 2)], {})
        assert points(result) == {"test": earned}, text


def test_a_test_worth_nothing_is_no_error(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[SQUARE, cell("assert square(1) == 1", "test", 0)])
    result = grade(tmp_path, notebook.cells, {})
    write_result(notebook, result)
    assert notebook.cells[1].outputs[0].data["text/plain"] == "0.0"


def test_the_judge_reads_the_courses_files_and_none_of_the_students(tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "data.txt").write_text("4")
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "data.txt").write_text("4")
    (theirs / "helper.py").write_text("raise SystemExit")
    test = ("import os\nassert not os.path.exists('helper.py')\n"
            "assert read() == int(open('data.txt').read())")
    read = cell("def read():\n    return int(open('data.txt').read())", "read")
    source = [read, cell(test, "test", 2)]
    assert points(grade(tmp_path, source, {}, files=theirs)) == {"test": 2}
    (theirs / "data.txt").write_text("5")
    cheat = "def read():\n    open('data.txt', 'w').write('7')\n    return 7"
    assert points(grade(tmp_path, source, {"read": cheat}, files=theirs)) == {"test": 0}


def test_a_file_that_python_would_run_is_not_taken_from_a_student(tmp_path):
    test = "square(1)\nimport colours\nassert colours.RED == 1"
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "colours.py").write_text("RED = 1")
    attack = ("def square(x):\n    for name in ('colours.py', 'colours.so', '../x', 'json.py'):\n"
              "        open(name.strip('./'), 'w').write('RED = 2')\n    return x * x")
    source = [SQUARE, cell(test, "test", 2)]
    assert points(grade(tmp_path, source, {"square": attack})) == {"test": 2}


def test_names_that_a_test_defines_are_there_for_the_students_later_cells(tmp_path):
    first = cell("import math\nbase = 10\nassert square(1) == 1\n### BEGIN HIDDEN TESTS\n"
                 "hidden = 1\n### END HIDDEN TESTS", "first", 1)
    later = cell("def root(x):\n    return math.sqrt(x) + base", "root")
    last = cell("assert root(4) == 12", "last", 1)
    result = grade(tmp_path, [SQUARE, first, later, last], {})
    assert points(result) == {"first": 1, "last": 1}


def test_an_object_made_before_is_still_the_same_one_in_the_next_test(tmp_path):
    account = cell("class Account:\n    def __init__(self):\n        self.balance = 0\n"
                   "    def pay(self, x):\n        self.balance += x", "account")
    tests = [cell("mine = Account()\nmine.pay(3)\nassert mine.balance == 3", "first", 1),
             cell("mine.pay(4)\nassert mine.balance == 7", "second", 1)]
    assert points(grade(tmp_path, [account, *tests], {})) == {"first": 1, "second": 1}


def test_cells_that_only_show_the_students_work_are_not_run_again(tmp_path):
    count = cell("calls = 0\ndef tick():\n    global calls\n    calls += 1\n    return calls", "t")
    show = cell("print(tick())\ntick()")
    test = cell("assert calls == 2 and tick() == 3", "test", 1)
    assert points(grade(tmp_path, [count, show, test], {})) == {"test": 1}


def test_a_notebook_without_ordinary_tests_starts_no_judge(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[SQUARE])
    with bench_for(Job(notebook, "ada", b"s", tmp_path)) as bench:
        assert bench._judge is None


def test_the_solution_is_judged_once_for_a_class(tmp_path):
    source = [SQUARE, TEST]
    grade(tmp_path, source, {"square": "def square(x):\n    return 0"})
    before = rehearse.cache_info()
    grade(tmp_path, source, {"square": "def square(x):\n    return 1"})
    after = rehearse.cache_info()
    assert (after.misses, after.hits) == (before.misses, before.hits + 1)


def test_a_session_without_a_process_answers_no_message_of_a_judge():
    with Session(Limits()) as session:
        assert session.exchange({"do": "use"}, 1) == ("died", {})


UNITTEST = """
import io, unittest
class TestSquare(unittest.TestCase):
    def test_three(self):
        self.assertEqual(square(3), 9)
suite = unittest.defaultTestLoader.loadTestsFromTestCase(TestSquare)
unittest.TextTestRunner(stream=io.StringIO()).run(suite)
"""


def test_a_run_of_unittest_counts_though_it_raises_nothing(tmp_path):
    source = [SQUARE, cell(UNITTEST, "test", 2)]
    assert points(grade(tmp_path, source, {})) == {"test": 2}
    wrong = {"square": "def square(x):\n    return x"}
    assert points(grade(tmp_path, source, wrong)) == {"test": 0}


def test_a_helper_of_the_courses_is_not_the_students_to_replace(tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "helper.py").write_text("def same(a, b):\n    return a == b\n")
    setup = cell("from helper import *", "setup", locked=True)
    test = cell("assert same(square(3), 9)", "test", 2)
    lie = {"square": "def square(x):\n    return 0\ndef same(a, b):\n    return True"}
    files = tmp_path / "source"
    assert points(grade(tmp_path, [setup, SQUARE, test], {}, files=files)) == {"test": 2}
    assert points(grade(tmp_path, [setup, SQUARE, test], lie, files=files)) == {"test": 0}


def test_a_test_in_another_language_is_left_to_a_person(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[SQUARE, TEST])
    notebook.metadata["kernelspec"] = {"name": "ir", "language": "R", "display_name": "R"}
    result = run_hidden(Job(notebook, "ada", b"s", tmp_path))
    assert result.marks == {} and "written in r" in result.reviews["test"]


@pytest.mark.parametrize(("solution", "earned"), [
    ("return np.float64(x)", 2), ("return np.array([x])", 2), ("return np.float64(x % 2)", 1)])
def test_a_number_of_numpys_is_a_number_of_points(tmp_path, solution, earned):
    source = [cell("import numpy as np", "setup", locked=True),
              cell("def f(x):\n    return x", "f"),
              cell("score = sum((f(x) == x) * 0.5 for x in range(4))\nscore", "test", 2)]
    done = grade(tmp_path, source, {"f": f"def f(x):\n    {solution}"})
    assert points(done) == {"test": earned}


def test_a_test_that_ends_in_an_array_by_its_authors_will_gives_all_points(tmp_path):
    source = [cell("import numpy as np", "setup", locked=True),
              cell("def f(n):\n    return np.zeros(n)", "f"),
              cell("assert len(f(3)) == 3\nf(3)", "test", 2)]
    assert points(grade(tmp_path, source, {"f": "def f(n):\n    return np.ones(n)"})) == {"test": 2}


def test_a_library_that_only_the_student_imports_is_the_judges_own(tmp_path):
    stub = cell("def square(x):\n    raise NotImplementedError()", "square")
    source = [stub, cell("assert np.allclose(square(3), 9)", "test", 2)]
    right = "import numpy as np\ndef square(x):\n    return x * x"
    lie = "import numpy as np\nnp.allclose = lambda *a, **k: True\ndef square(x):\n    return 0"
    assert points(grade(tmp_path, source, {"square": right})) == {"test": 2}
    assert points(grade(tmp_path, source, {"square": lie})).get("test", 0) == 0


PICKLED = cell("""
import pickle

def keep(x):
    with open("kept.pkl", "wb") as file:
        pickle.dump(x, file)
""", "keep")
EQUAL = """
import pickle
from unittest.mock import ANY

class Equal:
    def __reduce__(self):
        return eval, ("__import__('unittest.mock').mock.ANY",)

def keep(x):
    with open("kept.pkl", "wb") as file:
        pickle.dump(Equal(), file)
"""


def test_what_a_student_has_pickled_is_not_run(tmp_path):
    test = cell("import pickle\nkeep({1: [2.0]})\nwith open('kept.pkl', 'rb') as file:\n"
                "    assert pickle.load(file) == {1: [2.0]}", "test", 2)
    assert points(grade(tmp_path, [PICKLED, test], {})) == {"test": 2}
    done = grade(tmp_path, [PICKLED, test], {"keep": EQUAL})
    assert done.marks == {} and "a pickle holds builtins.eval" in done.reviews["test"]


def test_the_courses_own_pickles_are_read_as_ever(tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "right.pkl").write_bytes(pickle.dumps(pathlib.PurePosixPath("a")))
    test = cell("import pickle\nwith open('right.pkl', 'rb') as file:\n"
                "    assert str(pickle.load(file)) == 'a' and square(3) == 9", "test", 2)
    done = grade(tmp_path, [SQUARE, test], {}, files=tmp_path / "source")
    assert points(done) == {"test": 2}


def test_what_student_code_says_fits_in_a_line_of_the_log():
    assert in_a_line("no \x1b[31m\n[ERROR] such") == "no [31m[ERROR] such"


RECTANGLE = cell("""
import functools

class Rectangle:
    def __init__(self, a, b):
        self.a, self.b = a, b

    @functools.cached_property
    def area(self):
        return self.a * self.b
""", "setup", locked=True)


@pytest.mark.parametrize(("made", "earned"), [
    ("Rectangle(a, b)", 2), ("Rectangle(0, 0)", 0)])
def test_a_property_of_the_courses_own_class_is_computed_and_not_taken(tmp_path, made, earned):
    source = [RECTANGLE, cell("def make(a, b):\n    return Rectangle(a, b)", "make"),
              cell("assert make(2, 3).area == 6", "test", 2)]
    own = f"def make(a, b):\n    made = {made}\n    vars(made)['area'] = 6\n    return made"
    assert points(grade(tmp_path, source, {"make": own})) == {"test": earned}
