"""Which mistake is named: one that gives the student's numbers, and none that they refute."""

import dataclasses

import numpy as np
import pytest

from autograder.answers import Answer, Problem
from autograder.marking import mark
from autograder.question import Case, Part, Question, Variant

PLAIN, LISTS = "plain", "lists"
CASES = [Case(PLAIN, (np.array([1.0, 2.0]),)), Case(LISTS, ([3, 4],))]
PARTS = (Part("y_bar", 1, "y", (PLAIN,)), Part("w_bar", 1, "w", (PLAIN,)),
         Part(LISTS, 1, "w", (LISTS,)))
QUESTION = Question("q", ("q",), lambda rng: CASES, PARTS)


def answers(y=2.0, w=(0.5, 0.25), listed=(1.5, 3.0)):
    """Answers to the two cases; a text is the name of an exception."""
    def answer(w):
        return (Answer(problem=Problem("raised", w)) if isinstance(w, str)
                else Answer({"y": y, "w": np.array(w)}))

    return [answer(w), answer(listed)]


def named(given, known, question=QUESTION):
    return mark(question, CASES, given, answers(), [
        (Variant(name, f"It is {name}."), theirs) for name, theirs in known.items()])


def test_a_failure_that_anything_can_raise_is_no_evidence():
    known = {"hard-coded sizes": answers(w="IndexError", listed="IndexError")}
    result = named(answers(w=(7.0, 8.0), listed="IndexError"), known)
    assert result.mistakes == ()


def test_a_failure_is_evidence_where_all_the_rest_agrees():
    known = {"arrays only": answers(listed="TypeError")}
    assert named(answers(listed="TypeError"), known).mistakes == ("arrays only",)


@pytest.mark.parametrize("error", ["RecursionError", "RuntimeWarning"])
def test_a_failure_that_has_one_cause_is_evidence(error):
    known = {"the cause": answers(listed=error)}
    assert named(answers(w=(7.0, 8.0), listed=error), known).mistakes == ("the cause",)


def test_numbers_that_are_the_same_by_chance_are_refuted_by_those_before():
    """The double in the lists is N/K = 2 there; with arrays it was another factor."""
    known = {"a factor 2": answers(w=(1.0, 0.5), listed=(3.0, 6.0))}
    result = named(answers(w=(1.25, 0.625), listed=(3.0, 6.0)), known)
    assert result.mistakes == ()


def test_a_second_mistake_behind_it_does_not_hide_the_first():
    known = {"a factor 2": answers(w=(1.0, 0.5), listed=(3.0, 6.0))}
    result = named(answers(w=(1.0, 0.5), listed="TypeError"), known)
    assert result.mistakes == ("a factor 2",)


def test_of_two_mistakes_the_one_that_less_speaks_against_is_named():
    known = {"sign of y": answers(y=-2.0, w=(-0.5, -0.25)), "sign of w": answers(w=(-0.5, -0.25))}
    result = named(answers(w=(-0.5, -0.25), listed=(9.0, 9.0)), known)
    assert result.mistakes == ("sign of w",)


def test_what_is_right_above_is_not_called_wrong():
    known = {"sign of y": answers(y=-2.0, w=(-0.5, -0.25))}
    said = named(answers(w=(-0.5, -0.25)), known).parts[1].reasons[0]
    assert said.startswith("Here, though not above, it is what comes out with this mistake")


def test_where_a_part_is_exact_twelve_digits_count():
    exact = dataclasses.replace(QUESTION, parts=(
        PARTS[0], dataclasses.replace(PARTS[1], exact=(PLAIN,)), PARTS[2]))
    near, rounded = ((0.5 * (1 + error), 0.25) for error in (1e-10, 1e-14))
    assert named(answers(w=near), {}).points == 3
    assert named(answers(w=near), {}, exact).points == 2
    assert named(answers(w=rounded), {}, exact).points == 3
    assert named(answers(listed=(1.5, 3.0 * (1 + 1e-10))), {}, exact).points == 3


def test_a_promise_that_is_broken_has_no_size():
    cases = [Case(PLAIN, ())]
    question = Question("q", ("q",), lambda rng: cases, (Part("kept", 1),))
    result = mark(question, cases, [Answer([1.0, 0.0])], [Answer([1.0, 1.0])])
    assert result.parts[0].reasons == ("Wrong with plain.",)


@pytest.mark.parametrize(("factor", "says"), [
    (-1, "Only the sign is wrong."), (0, "Wherever it is wrong, it is zero."),
    (2, "Wherever it is wrong, it is 2 times what it should be."),
    (1 + 1e-6, "It is close, but not exact")])
def test_what_the_errors_have_in_common_is_told(factor, says):
    cases = [Case(PLAIN, (1.0,)), Case(PLAIN, (2.0,))]
    question = Question("q", ("q",), lambda rng: cases, (Part("w_bar", 1),))
    right = [Answer(np.array([3.0, 1.0])), Answer(np.array([2.0, 5.0]))]
    result = mark(question, cases, [Answer(each.value * factor) for each in right], right)
    assert says in " ".join(result.parts[0].reasons)
