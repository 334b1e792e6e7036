"""Notebook 5: a mistake is paid for once, and by as much as it is worth."""

import numpy as np
import pytest

from autograder.questions import all_questions
from autograder.reference import answers_of, reference_for, solution_of, text_of

from .conftest import STUDENTS

UNWRITTEN = "\n\ndef backward_pass(tape, last, rules):\n    raise NotImplementedError()\n"
ZEROS = ("\n\ndef backward_pass(tape, last, rules):\n"
         "    return [np.zeros(np.shape(line.output)) for line in tape]\n")


@pytest.mark.parametrize("student", STUDENTS)
@pytest.mark.parametrize("backward_pass", [UNWRITTEN, ZEROS], ids=["unwritten", "zeros"])
def test_grad_does_not_pay_for_a_wrong_backward_pass(backward_pass, student, mark_source):
    mark = mark_source(all_questions()["grad"], solution_of("grad") + backward_pass, student)
    assert mark.points == mark.max_points


@pytest.mark.parametrize("variant", all_questions()["grad"].mistakes,
                         ids=lambda variant: variant.name)
def test_a_wrong_grad_still_loses_marks_with_a_wrong_backward_pass(variant, mark_source):
    question = all_questions()["grad"]
    mark = mark_source(question, text_of(question, variant) + ZEROS, STUDENTS[0])
    assert mark.points < mark.max_points


def test_a_loss_that_cannot_be_traced_loses_the_share_of_the_tape_alone(mark_source):
    question = all_questions()["mlp_loss"]
    (variant,) = [v for v in question.mistakes if v.name == "np.max of traced outputs"]
    mark = mark_source(question, text_of(question, variant), STUDENTS[0])
    assert {part.name: part.points for part in mark.parts} == {
        "the loss": 0.5, "all of it on the tape": 0.0, "stable at ±1000": 0.25}


def test_a_bar_is_still_there_after_sixty_steps():
    """Slopes that fade would make any small number a right bar."""
    question = all_questions()["checkpointed_vjp"]
    cases = question.draw(np.random.default_rng(7))
    for answer in answers_of(question, reference_for(question.id), cases):
        assert np.max(np.abs(answer.value["bar"])) > 1e-4
