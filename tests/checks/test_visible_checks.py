"""The checks in the student's notebook: right code passes, wrong code is told what is wrong."""

import numpy as np
import pytest

from autograder.questions import all_questions
from autograder.reference import namespace_with, reference_for, text_of
from course_utils.checks.report import CheckFailed

from .conftest import check

QUESTIONS = list(all_questions().values())
NEARLY_RIGHT = ("finite differences", "one-sided difference", "complex step")


def each(kind):
    return [pytest.param(question, variant, id=f"{question.id}: {variant.name}")
            for question in QUESTIONS for variant in getattr(question, kind)]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_the_solution_passes(question, capsys):
    check(question, reference_for(question.id))
    assert "all visible checks passed" in capsys.readouterr().out


@pytest.mark.parametrize(("question", "variant"), each("alternatives"))
def test_a_right_variant_passes(question, variant):
    check(question, namespace_with(text_of(question, variant), reference_for(question.id)))


@pytest.mark.parametrize(("question", "variant"), each("mistakes"))
def test_a_wrong_variant_is_told_so_in_sentences(question, variant):
    try:
        check(question, namespace_with(text_of(question, variant), reference_for(question.id)))
    except CheckFailed as failure:
        (text,) = failure._render_traceback_()
        assert text.startswith("✗ ")
        assert len(text) < 700
        assert "Traceback" not in text
        assert max(map(len, text.splitlines())) <= 82, "dialogs cut longer lines off"
    else:
        assert any(name in variant.name for name in NEARLY_RIGHT), (
            "only a formula that is nearly right may pass a check that is itself numerical")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_a_stub_is_told_that_it_is_not_written_yet(question):
    def stub(*arguments):
        raise NotImplementedError

    stub.__name__ = question.names[0]
    with pytest.raises(CheckFailed, match="not written yet"):
        check(question, dict.fromkeys(question.names, stub))


@pytest.mark.parametrize("answer", [None, "text", 1.0, (1, 2), {}, [[1], [1, 2]], np.nan,
                                    {"y": None, "z": 1, "w": 2, "b": 3}, print],
                         ids=lambda value: type(value).__name__ + str(value)[:8])
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_whatever_comes_back_the_check_stays_calm(question, answer):
    with pytest.raises(CheckFailed):
        check(question, dict.fromkeys(question.names, lambda *arguments: answer))
