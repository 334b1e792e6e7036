"""Marks that take a student's own, wrong helper functions for granted."""

import nbformat
import numpy as np
import pytest

from autograder.answers import Answer
from autograder.comparing import extent
from autograder.drawing import draw_cases
from autograder.following import follow, moves, trivial
from autograder.grading import Job, ask_question, is_test, looking_back
from autograder.marking import Mark, PartMark, mark
from autograder.question import Case
from autograder.questions import all_questions
from autograder.questions.mlp_backprop.drawing import LISTS
from autograder.reference import SOURCE, answers_of, reference_for, solution_of, text_of
from autograder.sandbox import Limits, Session

NOTEBOOK = "3_mlp_backprop"


def graded(question: str, helper: str, text: str, own: str | None = None,
           name: str = NOTEBOOK):
    """The mark of a solution, right or of the student's own, with another helper function."""
    notebook = nbformat.read(SOURCE / f"backprop/{name}.ipynb", as_version=4)
    texts = {helper: text} | ({question: own} if own else {})
    (cell,) = [c for c in notebook.cells if is_test(c) and f'grade("{question}"' in c.source]
    with Session(Limits()) as session:
        for each in notebook.cells:
            role = each.metadata.get("nbgrader", {})
            if each.cell_type == "code" and role and not role.grade:
                session.run(texts.get(role.grade_id, each.source))
        return ask_question(cell, session, Job(notebook, "ada", b"a secret for the tests"))


def mistake(question: str, name: str) -> str:
    (variant,) = [v for v in all_questions()[question].mistakes if v.name == name]
    return text_of(all_questions()[question], variant)


@pytest.mark.parametrize(("question", "helper", "name"), [
    ("mlp_backward_units", "mlp_forward_units", "no bias of the outputs"),
    ("mlp_backward", "mlp_forward", "tanh for σ"),
    ("deep_backward", "linear_vjp", "divided by N"),
    ("deep_backward", "relu_vjp", "a leak"),
])
def test_a_wrong_helper_is_paid_for_only_once(question, helper, name):
    mark = graded(question, helper, mistake(helper, name))
    assert mark.points == mark.max_points
    assert "paid for only once" in mark.note


def test_a_helper_that_always_says_the_same_earns_nothing():
    constant = ("def mlp_forward(params, x, t):\n"
                "    return {'z': np.zeros(len(params['b1'])), 'h': np.zeros(len(params['b1'])),"
                " 'y': np.zeros(len(params['b2'])), 'loss': 0.0}")
    mark = graded("mlp_backward", "mlp_forward", constant)
    assert mark.points < mark.max_points
    assert not mark.note


def test_arrays_that_differ_in_shape_are_not_called_the_same():
    values = [{"h": np.array([0.2, 0.7])}, {"h": np.array([0.4])}, {"h": np.array([0.1, 0.3])}]
    assert not trivial(values)
    assert trivial([{"h": np.array([0.5, 0.5])}, {"h": np.array([0.5])}])
    assert trivial([{"h": np.array([0.1, 0.2])}, {"h": np.array([0.1, 0.2])}])
    assert trivial([0.3])
    assert trivial([{"h": np.array([np.nan])}, {"h": np.array([1.0])}])


def test_a_wrong_helper_may_return_a_list_of_arrays():
    text = ("def linear_vjp(Z_bar, X, W):\n"
            "    Z_bar = np.asarray(Z_bar)\n"
            "    return [Z_bar @ W, Z_bar.T @ X, Z_bar.sum(axis=0) / len(X)]")
    mark = graded("deep_backward", "linear_vjp", text)
    assert mark.points == mark.max_points
    assert "paid for only once" in mark.note


def test_words_and_ragged_lists_beside_the_numbers_do_no_harm():
    values = [{"h": [0.1, 0.2], "note": "first", "sizes": [[1.0], [2.0, 3.0]]},
              {"h": [0.3, 0.5], "note": "second", "sizes": [[4.0], [5.0, 6.0]]}]
    assert not trivial(values)
    assert trivial([{"note": "first"}, {"note": "second"}])


def test_a_helper_that_hardly_moves_earns_nothing_for_standing_still():
    mark = graded(
        "gradient_descent", "cost_gradient",
        "def cost_gradient(w, b, X, T):\n    return 1e-15 * w, 1e-15 * b",
        "def gradient_descent(w, b, X, T, lr, steps):\n"
        "    return np.tile([float(w), float(b)], (steps + 1, 1))", "1_chain_rule")
    assert mark.points == 0


def test_a_helper_that_makes_up_afterwards_what_was_needed_earns_nothing():
    mark = graded(
        "gradient_descent", "cost_gradient",
        "needed = []\n\ndef cost_gradient(w, b, X, T):\n"
        "    return needed.pop(0) if needed else (0.0, 0.0)",
        "def gradient_descent(w, b, X, T, lr, steps):\n    k = np.arange(steps + 1)\n"
        "    path = np.stack([w + np.sin(k), b - 1 + np.cos(k)], axis=1)\n"
        "    needed.extend((-np.diff(path, axis=0) / lr).tolist())\n    return path",
        "1_chain_rule")
    assert mark.points == 0


def test_a_descent_along_a_wrong_gradient_keeps_its_points():
    mark = graded("gradient_descent", "cost_gradient", mistake("cost_gradient", "no σ′"),
                  name="1_chain_rule")
    assert mark.points == mark.max_points
    assert "paid for only once" in mark.note


def test_a_helper_that_is_right_is_not_said_to_be_wrong():
    mark = graded("train", "momentum_step", solution_of("momentum_step"),
                  own=mistake("train", "the new params thrown away"), name="4_training")
    assert mark.points < mark.max_points
    assert "the new params thrown away" in mark.mistakes
    assert not mark.note


def test_what_is_built_on_a_wrong_function_is_told_to_look_there():
    def lost(question, points):
        return Mark(question, (PartMark("all of it", points, 1.0),))

    earlier = {"test_train": lost("train", 0.5), "test_sgd_step": lost("sgd_step", 0.0),
               "test_network_cost_gradient": lost("network_cost_gradient", 1.0)}
    note = looking_back(lost("train_digits", 0.0), earlier).note
    assert "`train` lost marks above" in note
    assert "sgd_step" not in note and "network_cost_gradient" not in note
    assert not looking_back(lost("train_digits", 1.0), earlier).note


def test_a_number_beyond_all_floats_is_a_value_like_others():
    assert not trivial([{"a": np.arange(2.0), "n": 10**400}, {"a": np.arange(2.0) + 1}])


def test_a_helper_by_which_no_chain_is_needed_earns_nothing():
    """It says other things for other calls, but nothing of the signal that comes back."""
    mark = graded(
        "deep_backward", "linear_vjp",
        "def linear_vjp(Z_bar, X, W):\n"
        "    W = np.asarray(W, dtype=float)\n    return np.asarray(X), W, W.sum(axis=1)",
        "def deep_backward(params, X, activation, Y_bar):\n"
        "    return [(np.asarray(W, dtype=float), np.sum(W, axis=1)) for W, _ in params]")
    assert {part.name for part in mark.parts if part.points} <= {LISTS}
    assert "leaves out an input" in str(mark)


def test_a_helper_by_which_no_loop_is_needed_earns_nothing():
    """It says the same at every point of a descent."""
    mark = graded(
        "gradient_descent", "cost_gradient",
        "def cost_gradient(w, b, X, T):\n    return float(np.mean(X)), float(np.mean(T))",
        "def gradient_descent(w, b, X, T, lr, steps):\n    k = np.arange(steps + 1)\n"
        "    return np.stack([w - k * lr * np.mean(X), b - k * lr * np.mean(T)], axis=1)",
        "1_chain_rule")
    assert mark.points == 0


def test_what_a_helper_says_does_not_grow_from_call_to_call():
    """On the trusted side a broadcast of what it says would take gigabytes."""
    asked = []

    class Process:
        def ask(self, probe, names, arguments):
            asked.append(extent(arguments))
            w, *_ = arguments
            shape = [1] * (np.ndim(w) + 1)
            shape[0] = 400
            return Answer((np.full(shape, float(np.ravel(w)[0])), 0.1))

    question = all_questions()["gradient_descent"]
    reference = reference_for(question.id)
    cases = draw_cases(question, "ada", b"a secret for the tests")
    right = answers_of(question, reference, cases)
    full = mark(question, cases, right, right)
    assert follow(question, cases, right, full, reference, Process(), SOURCE) is None
    assert max(asked) < 2000


def test_other_numbers_for_the_arrays_and_nothing_else():
    case = Case("any", ({"W": np.ones((2, 2)), "n": 3}, [1, 2], 0.5, "tanh", [(np.zeros(2), 7)]))
    first, second = moves([case])
    assert [np.all(first[0].arguments[0]["W"] != 1), first[0].arguments[0]["n"]] == [True, 3]
    assert first[0].arguments[1:] is not case.arguments and first[0].arguments[4] is (
        case.arguments[4])
    assert np.all(second[0].arguments[4][0][0] != 0)
    assert second[0].arguments[0] is case.arguments[0]
