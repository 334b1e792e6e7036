import functools

import pytest

from autograder.answers import Answer, Problem
from autograder.drawing import draw_cases
from autograder.marking import Mark, mark
from autograder.question import Question
from autograder.questions import all_questions
from autograder.reference import answers_of, mistakes_of, namespace_with, reference_for
from autograder.sandbox import wire

#: Two students: a mistake that only some draws reveal must not pass by luck.
STUDENTS = ("ada", "carl")


@functools.cache
def drawn(question_id: str, student: str):
    question = all_questions()[question_id]
    reference = reference_for(question_id)
    cases = draw_cases(question, student, b"a secret for the tests")
    expected = answers_of(question, reference, cases)
    return cases, expected, mistakes_of(question, reference, cases)


def sent(answer: Answer) -> Answer:
    """An answer as it arrives from a student's process."""
    if answer.problem:
        return answer
    try:
        return Answer(wire.decode(wire.encode(answer.value)))
    except wire.WireError as error:
        return Answer(problem=Problem("unreadable", error.name))


@pytest.fixture
def mark_source():
    """Marks the source of a solution cell in this process, for one student's inputs."""
    def marked(question: Question, source: str, student: str) -> Mark:
        cases, expected, variants = drawn(question.id, student)
        namespace = namespace_with(source, reference_for(question.id))
        answers = [sent(answer) for answer in answers_of(question, namespace, cases)]
        return mark(question, cases, answers, expected, variants)

    return marked
