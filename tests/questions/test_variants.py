"""The hidden tests as a classifier: wrong variants lose marks and are named, right ones do not."""

import pytest

from autograder.questions import all_questions

from .conftest import STUDENTS

QUESTIONS = list(all_questions().values())


def each(kind):
    return [pytest.param(question, variant, id=f"{question.id}: {variant.name}")
            for question in QUESTIONS for variant in getattr(question, kind)]


@pytest.mark.parametrize("student", STUDENTS)
@pytest.mark.parametrize(("question", "variant"), each("mistakes"))
def test_a_wrong_variant_loses_marks_and_is_named(question, variant, student, mark_source):
    mark = mark_source(question, variant.source, student)
    assert mark.points < mark.max_points
    assert mark.mistakes == (variant.name,)
    said = " ".join(reason for part in mark.parts for reason in part.reasons)
    assert variant.says in said


@pytest.mark.parametrize("student", STUDENTS)
@pytest.mark.parametrize(("question", "variant"), each("alternatives"))
def test_a_right_variant_gets_full_marks(question, variant, student, mark_source):
    mark = mark_source(question, variant.source, student)
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


def test_there_are_at_least_fifteen_right_variants():
    assert len(each("alternatives")) >= 15
