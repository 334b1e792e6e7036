"""The figures of notebook 5: all are drawn with the solutions, and stay calm with anything else."""

import inspect

import nbformat
import pytest

from autograder.build import ROOT
from autograder.reference import load_reference
from course_utils import datasets
from course_utils.plots import autodiff as plots
from course_utils.tape import rule_table

NAME = "backprop/5_autodiff.ipynb"
REFERENCE = load_reference(ROOT / "source" / NAME)


def arguments_of(figure, given):
    """The student's objects that a figure takes; data of the course for the others."""
    iris = datasets.load_iris()
    course = {"X": iris.X_train[:20], "labels": iris.t_train[:20]}
    parameters = inspect.signature(getattr(plots, figure)).parameters.values()
    return [course[each.name] if each.name in course else given(each.name)
            for each in parameters if each.default is each.empty]


def test_every_figure_cell_of_the_solved_notebook_shows_a_picture():
    cells = nbformat.read(ROOT / "solutions" / NAME, as_version=4).cells
    drawn = [cell for cell in cells if "plots." in cell.source and cell.cell_type == "code"
             and cell.id != "setup"]
    assert len(drawn) == len(plots.__all__)
    for cell in drawn:
        assert any("image/png" in output.get("data", {}) for output in cell.outputs), cell.id


@pytest.mark.parametrize("figure", plots.__all__)
def test_a_figure_says_in_words_what_it_shows(figure, capsys):
    rules = rule_table(REFERENCE["elementwise_rules"], REFERENCE["shape_rules"],
                       matmul=REFERENCE["matmul_rule"])
    getattr(plots, figure)(*arguments_of(
        figure, lambda name: rules if name == "rules" else REFERENCE[name]))
    shown = capsys.readouterr().out
    assert shown.count("[figure: ") == 1
    assert "does not" not in shown


@pytest.mark.parametrize("figure", plots.__all__)
def test_an_unwritten_function_is_said_to_be_so(figure, capsys):
    def stub(*arguments, **named):
        raise NotImplementedError

    getattr(plots, figure)(*arguments_of(figure, lambda name: {} if name == "rules" else stub))
    assert "not written yet" in capsys.readouterr().out


@pytest.mark.parametrize("figure", plots.__all__)
def test_a_function_that_returns_nonsense_gives_a_sentence_and_no_traceback(figure, capsys):
    getattr(plots, figure)(*arguments_of(
        figure, lambda name: {} if name == "rules" else lambda *arguments, **named: "nonsense"))
    assert capsys.readouterr().out.strip()
