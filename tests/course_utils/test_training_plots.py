"""Figures of notebook 4: their words hold the student's numbers, their HTML needs no network."""

import doctest

import numpy as np
import pytest

from autograder.build import ROOT
from autograder.reference import load_reference
from course_utils import classifier, datasets
from course_utils.plots import training as plots
from course_utils.plots.training import boundary, table
from course_utils.progress import Progress

REFERENCE = load_reference(ROOT / "source/backprop/4_training.ipynb")


@pytest.fixture
def shown(monkeypatch):
    """What the figures display: bundles of types and texts."""
    bundles = []

    def display(bundle, **named):
        bundles.append(bundle)

    for module in ("course_utils.plots.figure", "course_utils.plots.training.table",
                   "course_utils.progress"):
        monkeypatch.setattr(f"{module}.display", display)
    return bundles


def test_the_examples_of_the_forward_pass_are_right():
    assert doctest.testmod(classifier).attempted >= 2
    assert doctest.testmod(classifier).failed == 0


def test_the_words_hold_the_students_numbers(shown):
    plots.line_and_errors(lambda X, t: ([1.25], -0.5), datasets.make_line())
    assert "y = 1.25 x − 0.50" in shown[0]["text/plain"]
    plots.minibatch_strips(lambda rng, n, size: [[0, 2], [1, 3]], n=4, size=2)
    assert "epoch 0: 0, 1, 0, 1" in shown[1]["text/plain"]
    plots.gradient_by_depth(lambda *arguments: np.full(4, 0.25), layers=3)
    assert "sigmoid 2e-01" in shown[2]["text/plain"] or "sigmoid 3e-01" in shown[2]["text/plain"]


def test_the_perceptron_is_seen_to_settle_only_where_a_line_exists(shown):
    plots.two_perceptrons(REFERENCE["perceptron"], datasets.make_blobs(centers=2, spread=1.0),
                          datasets.make_blobs(centers=2, spread=3.5), epochs=20)
    words = shown[0]["text/plain"]
    assert "to 0 in epoch 20; where no line exists" in words
    assert not words.rstrip("]").endswith("to 0 in epoch 20.")


def test_momentum_is_nearer_to_the_lowest_point(shown):
    plots.valley(REFERENCE["sgd_step"], REFERENCE["momentum_step"], lr=0.04, beta=0.8, steps=40)
    assert "without momentum it ends 1.8" in shown[0]["text/plain"]
    assert "β = 0.8 it ends 0.1 " in shown[0]["text/plain"]


def test_the_film_needs_no_network_and_its_slider_has_a_name(shown, monkeypatch):
    monkeypatch.setattr(boundary, "FRAMES", 4)
    monkeypatch.setattr(boundary, "STILLS", (0, 1, 3))
    plots.boundary_as_it_learns(
        REFERENCE["train"], REFERENCE["network_cost_gradient"], datasets.make_spirals(n=60),
        hidden=5, epochs=1, lr=0.1, beta=0.9)
    page = shown[0]["text/html"]
    for address in ("http://", "https://", "<link", "cdnjs"):
        assert address not in page.replace("http://www.w3.org", "")
    assert 'aria-label="picture' in page
    assert ">play</button>" in page.replace("\n", "").replace(" ", "")
    assert "width: 36px" not in page
    assert "image/png" in shown[0]


def test_the_table_has_a_row_for_every_combination(shown):
    plots.table_of_choices(REFERENCE)
    (bundle,) = shown
    assert bundle["text/html"].count("<tr>") == 1 + 9
    assert 'scope="col"' in bundle["text/html"]
    assert "not written yet" not in bundle["text/plain"]
    assert "stopped" not in bundle["text/plain"]


def test_a_row_of_unwritten_functions_says_so(shown):
    def unwritten(*arguments):
        raise NotImplementedError

    plots.table_of_choices({**dict.fromkeys(REFERENCE, unwritten),
                            "direct_solution": REFERENCE["direct_solution"]})
    lines = shown[0]["text/plain"].splitlines()
    assert "off by" in lines[1]
    assert all(line.endswith("not written yet") for line in lines[2:])


def test_a_log_linear_model_is_the_network_with_a_layer_held_still():
    cost, grads = table.held_still((1.0, {"W1": [2.0], "b1": [3.0], "W2": [4.0], "b2": [5.0]}))
    assert cost == 1.0
    assert [float(grads[name][0]) for name in ("W1", "b1", "W2", "b2")] == [0, 0, 4, 5]


@pytest.mark.parametrize("draw", [
    lambda stub: plots.line_and_errors(stub, datasets.make_line()),
    lambda stub: plots.minibatch_strips(stub, 5, 2),
    lambda stub: plots.wishes(stub, datasets.load_digits()),
    lambda stub: plots.first_training(stub, stub, datasets.load_digits(), hidden=3, epochs=1,
                                      size=9, lr=0.1, beta=0.0),
    lambda stub: plots.digits_it_gets_wrong(stub, datasets.load_digits()),
    lambda stub: plots.gradient_by_depth(stub, 3),
])
def test_an_unwritten_function_is_met_with_a_calm_word(draw, shown, capsys):
    def stub(*arguments):
        raise NotImplementedError

    draw(stub)
    assert "not written yet" in capsys.readouterr().out


def test_a_wrong_function_is_met_with_a_calm_word(shown, capsys):
    plots.line_and_errors(lambda X, t: (np.zeros(0), 0.0), datasets.make_line())
    assert "(IndexError: " in capsys.readouterr().out
    plots.table_of_choices({**REFERENCE, "gradient_descent_regression": lambda *arguments: (
        np.full(10, 1e200), 0.0)})
    assert "far off" in shown[0]["text/plain"]


def test_no_figure_of_the_solution_stopped():
    text = (ROOT / "solutions/backprop/4_training.ipynb").read_text(encoding="utf-8")
    assert "does not do what it should yet" not in text
    assert "Come back after the exercise" not in text


def test_progress_counts_and_speaks_in_few_messages(monkeypatch):
    class Handle:
        def __init__(self):
            self.said = []

        def update(self, bundle, **named):
            self.said.append(bundle["text/plain"])

    handle = Handle()
    monkeypatch.setattr("course_utils.progress.display", lambda *bundle, **named: handle)
    with Progress(total=1000, text="training") as bar:
        square = bar.counting(lambda x: x * x)
        assert [square(k) for k in range(1000)][-1] == 999**2
    assert handle.said[-1] == "training: 1000 of 1000 steps"
    assert len(handle.said) < 40


def test_progress_is_silent_outside_a_notebook(monkeypatch):
    monkeypatch.setattr("course_utils.progress.display", lambda *bundle, **named: None)
    with Progress(total=3, text="training") as bar:
        assert bar.counting(abs)(-2) == 2
