"""The hidden tests as a classifier: wrong variants lose marks and are named, right ones do not."""

import re

import nbformat
import pytest

from autograder.grading import Job, ask_question, is_test
from autograder.questions import all_questions
from autograder.reference import SOURCE, solution_of, text_of
from autograder.sandbox import Limits, Session

from .conftest import STUDENTS

QUESTIONS = list(all_questions().values())


def each(kind, hangs=False):
    return [pytest.param(question, variant, id=f"{question.id}: {variant.name}")
            for question in QUESTIONS for variant in getattr(question, kind)
            if bool(variant.hangs_on) == hangs]


@pytest.mark.parametrize("student", STUDENTS)
@pytest.mark.parametrize(("question", "variant"), each("mistakes"))
def test_a_wrong_variant_loses_marks_and_is_named(question, variant, student, mark_source):
    mark = mark_source(question, text_of(question, variant), student)
    assert mark.points < mark.max_points
    assert mark.mistakes == (variant.name,)
    said = " ".join(reason for part in mark.parts for reason in part.reasons)
    assert variant.says in said


@pytest.mark.parametrize(("question", "variant"), each("mistakes", hangs=True))
def test_a_mistake_that_takes_for_ever_is_stopped_and_named(question, variant):
    """In the sandbox, where it does hang on the kinds that it is said to hang on."""
    (notebook,) = [nbformat.read(path, as_version=4) for path in SOURCE.rglob("*.ipynb")
                   if f'grade("{question.id}"' in path.read_text().replace('\\"', '"')]
    with Session(Limits(call_seconds=1)) as session:
        for cell in notebook.cells:
            role = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and not is_test(cell) and role:
                mine = role.grade_id == question.id
                session.run(text_of(question, variant) if mine else cell.source)
        (test,) = [cell for cell in notebook.cells
                   if is_test(cell) and f'grade("{question.id}"' in cell.source]
        mark = ask_question(test, session, Job(notebook, "ada", b"a secret for the tests"))
    assert mark.points < mark.max_points
    assert mark.mistakes == (variant.name,)
    assert "gave no answer within 1 seconds" in str(mark)


@pytest.mark.parametrize("student", STUDENTS)
@pytest.mark.parametrize(("question", "variant"), each("alternatives"))
def test_a_right_variant_gets_full_marks(question, variant, student, mark_source):
    mark = mark_source(question, text_of(question, variant), student)
    assert mark.points == mark.max_points, mark


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_the_stub_earns_nothing_and_is_not_called_a_mistake(question, mark_source):
    stub = "\n".join(f"def {name}(*arguments, **named):\n    raise NotImplementedError()"
                     for name in question.names)
    mark = mark_source(question, stub, STUDENTS[0])
    assert mark.points == 0
    assert mark.mistakes == ()
    assert "not written yet" in mark.parts[0].reasons[0]


@pytest.mark.parametrize("answer", ["None", "0.0", "1.0", "float('nan')", "[]", "{}", "(0.0, 0.0)",
                                    "'full marks'", "np.zeros(3)", "lambda: 1"])
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_an_answer_that_does_not_depend_on_the_input_earns_nothing(question, answer, mark_source):
    constant = "\n".join(f"def {name}(*arguments, **named):\n    return {answer}"
                         for name in question.names)
    assert mark_source(question, constant, STUDENTS[0]).points == 0


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_there_are_enough_right_variants(question):
    assert len(question.alternatives) >= 5


@pytest.mark.parametrize(("name", "odd"), [
    ("logistic_graph", "functools.lru_cache(None)(logistic_graph)"),
    ("logistic_graph", "functools.partial(logistic_graph)"),
    ("count_operations", "functools.lru_cache(None)(count_operations)"),
])
def test_what_is_called_need_not_be_a_plain_function(name, odd, mark_source):
    question = all_questions()[name]
    text = f"{solution_of(name)}\nimport functools\n{question.names[0]} = {odd}"
    mark = mark_source(question, text, STUDENTS[0])
    assert mark.points == mark.max_points, mark


@pytest.mark.parametrize("name", ["logistic_graph", "count_operations", "graph_backward"])
def test_an_argument_by_name_alone_is_no_harm(name, mark_source):
    question = all_questions()[name]
    text = re.sub(r"^(def \w+\([^)]*)\)", r"\1, *, verbose=False)", solution_of(name), count=1,
                  flags=re.MULTILINE)
    assert "verbose" in text
    mark = mark_source(question, text, STUDENTS[0])
    assert mark.points == mark.max_points, mark
