"""Marking: no evidence, no points; and words that name the mistake but no hidden value."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.answers import Answer, Problem
from autograder.comparing import FLOOR
from autograder.marking import MarkingError, mark
from autograder.question import Case, Part, Question, Variant

CASES = [Case("ordinary", (np.array([1.0, 2.0]),)), Case("large", (np.array([3e3, 4e3]),))]
EXPECTED = [Answer({"w": np.array([0.5, 0.25]), "b": 2.0}),
            Answer({"w": np.array([50.0, 25.0]), "b": 7.0})]
QUESTION = Question("q", ("q",), lambda rng: CASES, (
    Part("w_bar", 2, "w", hint="Look at w."), Part("b_bar", 1, "b", ("ordinary",), "Look at b.")))


def answers(change=lambda value: value):
    return [Answer(change(dict(each.value))) for each in EXPECTED]


def marked(given, variants=()):
    return mark(QUESTION, CASES, given, EXPECTED, variants)


def reasons(result):
    return " ".join(reason for part in result.parts for reason in part.reasons)


def test_right_answers_get_all_points():
    assert marked(answers()).points == 3


@pytest.mark.parametrize("form", [
    lambda w: w.tolist(), tuple, np.asarray, lambda w: [np.array(x) for x in w]])
def test_the_container_does_not_matter(form):
    assert marked(answers(lambda v: {**v, "w": form(v["w"]), "extra": "ignored"})).points == 3


@pytest.mark.parametrize("value", [
    None, "0.5", float("nan"), float("inf"), [np.nan, 0.25], [0.5], [[0.5, 0.25]], [0.5, 0.25, 0.0],
    {}, [], [[0.5], [0.25, 1]], 1j, [0.5, 0.25 + 0.1j], True, [None, None], "full marks"],
    ids=str)
def test_anything_else_than_the_right_numbers_earns_nothing(value):
    result = marked(answers(lambda v: {**v, "w": value}))
    assert result.points == 1
    assert result.parts[0].reasons


@pytest.mark.parametrize("value", [None, 3.0, "w", [1, 2], np.zeros(3), {"v": 1}], ids=str)
def test_an_answer_that_is_not_the_dict_earns_nothing(value):
    assert marked([Answer(value), Answer(value)]).points == 0


@pytest.mark.parametrize("problem", [
    Problem("missing", "q"), Problem("raised", "ValueError"), Problem("timeout", "5"),
    Problem("died"), Problem("unreadable", "function"), Problem("budget")], ids=lambda p: p.kind)
def test_a_problem_earns_nothing_and_is_named(problem):
    result = marked([Answer(problem=problem)] * 2)
    assert result.points == 0
    assert reasons(result)
    result = marked([answers()[0], Answer(problem=problem)])
    assert result.points == 1, "b_bar was answered right in the one case that counts for it"


def test_one_wrong_case_loses_the_part():
    wrong = answers()
    wrong[1].value["w"] = np.array([50.0, 25.1])
    result = marked(wrong)
    assert (result.points, result.parts[0].points) == (1, 0)
    assert "large" in result.parts[0].reasons[0]
    assert "ordinary" not in result.parts[0].reasons[0]


@given(st.floats(1e-12, 1e-8))
def test_rounding_is_forgiven(error):
    assert marked(answers(lambda v: {**v, "w": v["w"] * (1 + error)})).points == 3


@given(st.floats(1e-6, 1e3), st.sampled_from([-1, 1]))
def test_more_than_rounding_is_not(error, sign):
    assert marked(answers(lambda v: {**v, "w": v["w"] * (1 + sign * error)})).points == 1


def test_a_large_entry_does_not_hide_a_wrong_small_array():
    case = [Case("c", (1.0,))]
    question = dataclasses.replace(QUESTION, parts=(Part("small", 1, "s"), Part("large", 1, "l")))
    expected = [Answer({"s": 1e-3, "l": 1e6})]
    result = mark(question, case, [Answer({"s": 1.1e-3, "l": 1e6})], expected)
    assert [part.points for part in result.parts] == [0, 1]


def test_the_floor_is_of_the_size_of_the_inputs():
    case = [Case("c", (40.0,))]
    question = dataclasses.replace(QUESTION, parts=(Part("y", 1),))
    near, far = 0.5 * FLOOR * 40, 2 * FLOOR * 40
    assert mark(question, case, [Answer(near)], [Answer(4e-18)]).points == 1
    assert mark(question, case, [Answer(far)], [Answer(4e-18)]).points == 0


@pytest.mark.parametrize(("factor", "sentence"), [
    (-1, "Only the sign is wrong."), (2, "2 times what it should be"),
    (np.array([1 + 1e-5, 1 - 1e-5]), "close, but not exact")], ids=["sign", "factor", "close"])
def test_a_pattern_in_the_errors_is_named(factor, sentence):
    assert sentence in reasons(marked(answers(lambda v: {**v, "w": v["w"] * factor})))


@pytest.mark.parametrize("size", [1e300, 1.7e308])
def test_an_error_too_large_for_a_float_is_an_error(size):
    case = [Case("c", (1.0,))]
    question = dataclasses.replace(QUESTION, parts=(Part("y", 1),))
    for value in (size, [size], -size):
        assert mark(question, case, [Answer(value)], [Answer(-1.7e308)]).points == (
            1 if value == -1.7e308 else 0)


def test_a_known_mistake_is_named_where_the_values_are_its_values():
    def mistake(value):
        return {**value, "w": value["w"] + 1}

    variant = Variant("plus one", "one is added.", "")
    other = Variant("times ten", "ten times.", "")
    table = [(other, answers(lambda v: {**v, "w": v["w"] * 10})), (variant, answers(mistake))]
    result = marked(answers(mistake), table)
    assert result.mistakes == ("plus one",)
    assert "one is added." in reasons(result)
    assert marked(answers(), table).mistakes == ()


def test_no_hidden_value_is_told():
    """Neither an input, nor a right value, nor the student's own on hidden inputs."""
    result = marked(answers(lambda v: {"w": v["w"] * 1.2345, "b": -98.7654}))
    told = reasons(result)
    for secret in ("0.5", "0.25", "50", "25", "3000", "4000", "98.7", "0.617", "1.0 "):
        assert secret not in told


def test_a_reference_without_an_answer_is_not_the_students_fault():
    with pytest.raises(MarkingError):
        mark(QUESTION, CASES, answers(), [Answer(problem=Problem("raised", "ValueError"))] * 2)


@pytest.mark.parametrize("value", [
    ["x" * 4_000_000, *[""] * 500], np.zeros(10**6), [0.0] * 20_000, np.zeros((0, 2**40)),
    {str(key): 0 for key in range(20_000)}],
    ids=["texts", "array", "list", "no entries", "keys"])
def test_far_more_than_is_asked_for_is_refused_unread(value):
    result = marked(answers(lambda v: {**v, "w": value}))
    assert result.points == 0
    assert "returned far more than is asked for" in reasons(result)


def test_texts_are_no_numbers_in_any_list():
    result = marked(answers(lambda v: {**v, "w": [[0.5, "x" * 100], (0.25, 1)]}))
    assert "numbers are wanted" in reasons(result)


def test_a_shape_that_could_spell_something_is_not_told():
    result = marked(answers(lambda v: {**v, "w": np.zeros((1, 2, 1, 2, 2, 1))}))
    assert "has 6 axes where (2,) is right" in reasons(result)


@pytest.mark.parametrize("raised", [
    lambda value: np.asarray(value, dtype=float), lambda value: [][0],
    lambda value: np.reshape(value, 7)])
def test_no_sentence_but_the_views_own_is_told(raised):
    """NumPy's messages repeat what was returned, which may be the hidden inputs."""
    question = dataclasses.replace(QUESTION, view=lambda case, value: raised(value["w"]))
    said = marking_with(question, ["x = 0.71828"] * 2)
    assert "0.71828" not in said
    assert "another form than asked" in said


def test_the_views_own_sentence_is_told():
    def view(case, value):
        raise ValueError("returned bars of another world")

    assert "bars of another world" in marking_with(dataclasses.replace(QUESTION, view=view), 1.0)


def marking_with(question, value):
    """What is said of a value by a question whose view the reference's own answers pass."""
    seen = question.view
    right = [each.value for each in EXPECTED]
    question.view = lambda case, given: given if any(given is each for each in right) else seen(
        case, given)
    return reasons(mark(question, CASES, [Answer({"w": value, "b": 2.0}), Answer({"w": 1.0})],
                        EXPECTED))
