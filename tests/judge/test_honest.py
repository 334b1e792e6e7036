"""Honest work gets from the judge the mark that stock nbgrader gives it."""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
import sys
import types

import matplotlib.pyplot as plt
import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbgrader.utils import determine_grade

from tests.judge.honest import HONEST, Honest
from tests.judge.notebooks import cell, grade

SUBMISSIONS = [
    pytest.param(honest, code, id=f"{honest.name}-{number}")
    for honest in HONEST for number, code in enumerate((honest.solution, *honest.others))]


@pytest.fixture(autouse=True)
def folder_of_its_own(tmp_path, monkeypatch):
    """A plain kernel's cells write files."""
    monkeypatch.chdir(tmp_path)


def plain_kernel(honest: Honest, code: str) -> float:
    """What stock nbgrader makes of a submission, all cells run here one after the other."""
    module = types.ModuleType("__main__")
    test = cell(honest.test, "test", 2)
    test.outputs = []
    plt.close("all")
    before = sys.modules["__main__"]
    sys.modules["__main__"] = module
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            for source in (honest.setup, code):
                with contextlib.suppress(Exception):
                    linecache.cache[source] = (
                        len(source), None, source.splitlines(keepends=True), source)
                    exec(compile(source, source, "exec", dont_inherit=True), vars(module))
            test.outputs = outputs_of(honest.test, vars(module))
    finally:
        sys.modules["__main__"] = before
    return determine_grade(test)[0]


def outputs_of(source: str, namespace: dict) -> list:
    """A cell's error or last value, as a kernel gives it."""
    source = source.removeprefix("%%capture out\n")
    tree = ast.parse(TransformerManager().transform_cell(source))
    last = None
    if isinstance(tree.body[-1], ast.Expr) and not source.rstrip().endswith(";"):
        last = ast.Expression(tree.body.pop().value)
    try:
        exec(compile(tree, "test", "exec", dont_inherit=True), namespace)
        value = last and eval(compile(last, "test", "eval", dont_inherit=True), namespace)
    except Exception as error:
        return [nbformat.v4.new_output("error", ename=type(error).__name__, evalue="",
                                       traceback=[])]
    if value is None:
        return []
    return [nbformat.v4.new_output("execute_result", {"text/plain": repr(value)})]


@pytest.mark.parametrize(("honest", "code"), SUBMISSIONS)
def test_honest_work_gets_the_mark_of_a_plain_kernel(honest, code, tmp_path):
    source = [cell(honest.setup, "setup", locked=True), cell(honest.solution, "solution"),
              cell(honest.test, "test", 2)]
    result = grade(tmp_path, source, {"solution": code})
    assert "test" in result.marks, result.reviews
    assert (result.marks["test"].points, result.reviews) == (plain_kernel(honest, code), {}), \
        result.marks["test"].parts[0].reasons


@pytest.mark.parametrize("honest", HONEST, ids=lambda honest: honest.name)
def test_a_plain_kernel_gives_the_solution_full_marks_but_for_what_it_returns(honest):
    assert plain_kernel(honest, honest.solution) >= 1
