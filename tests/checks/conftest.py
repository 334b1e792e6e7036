import importlib

import pytest

from autograder.question import Question
from autograder.questions import all_questions, topics
from autograder.reference import namespace_with, reference_for, text_of
from course_utils.checks.report import CheckFailed


def check(question: Question, namespace: dict) -> None:
    """Runs the visible check of a question, which bears its name, as the notebook does."""
    checks = importlib.import_module(f"course_utils.checks.{topics()[question.id]}")
    getattr(checks, question.id)(*(namespace[name] for name in question.names))


@pytest.fixture
def message_of():
    """What the visible check says to a known mistake."""
    def said(question_id: str, variant_name: str) -> str:
        question = all_questions()[question_id]
        (variant,) = [v for v in question.mistakes if v.name == variant_name]
        with pytest.raises(CheckFailed) as failure:
            check(question, namespace_with(
                text_of(question, variant), reference_for(question_id)))
        return " ".join(str(failure.value).split())
    return said
