"""Small edits of the solutions themselves: each that changes a value must lose marks."""

import ast
import copy
from collections.abc import Iterator

import numpy as np
import pytest

from autograder.marking import mark
from autograder.questions import all_questions
from autograder.reference import SOURCE, answers_of, namespace_with, reference_for

from .conftest import STUDENTS, drawn

SWAPS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
         ast.Pow: ast.Mult, ast.GtE: ast.Lt}
#: Draws on which a mutant must differ from the reference to count as one.
OTHER_DRAWS = 20


def solution_functions() -> dict[str, ast.Module]:
    import nbformat

    found = {}
    for path in SOURCE.rglob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            role = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and role.get("solution"):
                found[role["grade_id"]] = ast.parse(cell.source)
    return found


def mutants(tree: ast.Module) -> Iterator[ast.Module]:
    """Copies of a tree, each with one operator, constant, sign or call changed."""
    for place, _ in enumerate(ast.walk(tree)):
        for change in (swap_operator, change_constant, drop_sign, drop_call):
            mutant = copy.deepcopy(tree)
            node = list(ast.walk(mutant))[place]
            if change(node):
                yield ast.fix_missing_locations(mutant)


def swap_operator(node) -> bool:
    if isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in SWAPS:
        node.op = SWAPS[type(node.op)]()
        return True
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        node.ops = [SWAPS[type(node.ops[0])]()]
        return True
    return False


def change_constant(node) -> bool:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        node.value = node.value + 1
        return True
    return False


def drop_sign(node) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node.op = ast.UAdd()
        return True
    return False


def drop_call(node) -> bool:
    """f(x) becomes x, for functions of one argument."""
    for name, child in ast.iter_fields(node):
        if isinstance(child, ast.Call) and len(child.args) == 1 and not child.keywords:
            setattr(node, name, child.args[0])
            return True
    return False


def same(question, reference, namespace) -> bool:
    """Whether a mutant gives the reference's answers on many other draws."""
    for seed in range(OTHER_DRAWS):
        cases = question.draw(np.random.default_rng(seed))
        result = mark(question, cases, answers_of(question, namespace, cases),
                      answers_of(question, reference, cases))
        if result.points < result.max_points:
            return False
    return True


@pytest.mark.parametrize("question", all_questions().values(), ids=lambda question: question.id)
def test_every_mutant_of_the_solution_that_matters_loses_marks(question):
    reference = reference_for(question.id)
    survivors, killed = [], 0
    for tree in mutants(solution_functions()[question.id]):
        source = ast.unparse(tree)
        try:
            namespace = namespace_with(source, reference)
        except Exception:
            continue
        if same(question, reference, namespace):
            continue
        for student in STUDENTS:
            cases, expected, _ = drawn(question.id, student)
            result = mark(question, cases, answers_of(question, namespace, cases), expected)
            if result.points == result.max_points:
                survivors.append(source)
            killed += 1
    assert killed >= 4, "too few mutants to say anything"
    assert not survivors
