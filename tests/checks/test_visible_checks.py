"""The checks in the student's notebook: right code passes, wrong code is told what is wrong."""

import numpy as np
import pytest

from autograder.questions import all_questions
from autograder.reference import namespace_with, reference_for
from course_utils.checks import chain_rule
from course_utils.checks.report import CheckFailed, ask

QUESTIONS = list(all_questions().values())


def each(kind):
    return [pytest.param(question, variant, id=f"{question.id}: {variant.name}")
            for question in QUESTIONS for variant in getattr(question, kind)]


def check(question, namespace):
    (name,) = question.names
    getattr(chain_rule, question.id)(namespace[name])


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_the_solution_passes(question, capsys):
    check(question, reference_for(question.id))
    assert "all visible checks passed" in capsys.readouterr().out


@pytest.mark.parametrize(("question", "variant"), each("alternatives"))
def test_a_right_variant_passes(question, variant):
    check(question, namespace_with(variant, reference_for(question.id)))


@pytest.mark.parametrize(("question", "variant"), each("mistakes"))
def test_a_wrong_variant_is_told_so_in_sentences(question, variant):
    try:
        check(question, namespace_with(variant, reference_for(question.id)))
    except CheckFailed as failure:
        (text,) = failure._render_traceback_()
        assert text.startswith("✗ ")
        assert len(text) < 700
        assert "Traceback" not in text
        assert max(map(len, text.splitlines())) <= 82, "dialogs cut longer lines off"
    else:
        assert "finite differences" in variant.name or variant.name == "one-sided difference", (
            "only a formula that is nearly right may pass a check that is itself numerical")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_a_stub_is_told_that_it_is_not_written_yet(question):
    def stub(*arguments):
        raise NotImplementedError

    stub.__name__ = question.id
    with pytest.raises(CheckFailed, match="not written yet"):
        getattr(chain_rule, question.id)(stub)


@pytest.mark.parametrize("answer", [None, "text", 1.0, (1, 2), {}, [[1], [1, 2]], np.nan,
                                    {"y": None, "z": 1, "w": 2, "b": 3}, print],
                         ids=lambda value: type(value).__name__ + str(value)[:8])
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_whatever_comes_back_the_check_stays_calm(question, answer):
    with pytest.raises(CheckFailed):
        getattr(chain_rule, question.id)(lambda *arguments: answer)


def message_of(question_id, variant_name):
    question = all_questions()[question_id]
    (variant,) = [v for v in question.mistakes if v.name == variant_name]
    with pytest.raises(CheckFailed) as failure:
        check(question, namespace_with(variant, reference_for(question_id)))
    return str(failure.value)


@pytest.mark.parametrize(("question", "variant", "says"), [
    ("backward", "no σ′", "The first wrong signal is z_bar. (y_bar: right so far.)"),
    ("backward", "sign (t − y)", "The first wrong signal is y_bar."),
    ("backward", "b times its bar", "The first wrong signal is b_bar."),
    ("regularized_backward", "a regulariser that overwrites", "Only the message from reg"),
    ("regularized_backward", "a regulariser that is left out", "Only the message from z"),
    ("expanded_gradient", "a factor 2", "twice too large"),
    ("expanded_gradient", "no σ′", "A factor is missing"),
    ("total_derivative", "the path through x is missing", "the path through y alone"),
    ("total_derivative", "the path through y is missing", "the path through x alone"),
    ("numerical_gradient", "one-sided differences", "one-sided"),
    ("numerical_gradient", "mutated inputs", "changed its argument"),
    ("numerical_gradient", "integer gradients", "does not fit into an integer"),
    ("cost_gradient", "never divided by N", "the sum over the examples"),
    ("gradient_descent", "ascent", "It climbs"),
    ("sigmoid", "overflow in exp", "overflow"),
])
def test_the_message_says_where_to_look(question, variant, says):
    assert says in message_of(question, variant)


def test_an_exception_in_the_students_code_is_told_with_its_line():
    source = "def f(x):\n    return undefined_name\n"
    namespace = {}
    exec(compile(source, "<ipython-input-1>", "exec"), namespace)
    with pytest.raises(CheckFailed, match=r"f\(1\) stopped with NameError"):
        ask(namespace["f"], 1)
