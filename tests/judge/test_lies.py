"""Whatever a student's program says of itself, it earns nothing."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.judge.notebooks import cell, grade

CASES = tomllib.loads(Path(__file__).with_name("lies.toml").read_text())["case"]
LIES = [pytest.param(case, lie, id=f"{case['name']}-{number}")
        for case in CASES for number, lie in enumerate(case["lies"])]


def assignment(case: dict) -> list:
    return [cell(case["solution"], "solution"), cell(case["test"], "test", 2)]


@pytest.mark.parametrize(("case", "lie"), LIES)
def test_a_lie_earns_nothing(case, lie, tmp_path):
    result = grade(tmp_path, assignment(case), {"solution": lie})
    assert result.marks["test"].points == 0, result
    assert result.marks["test"].parts[0].reasons


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_truth_earns_everything(case, tmp_path):
    result = grade(tmp_path, assignment(case), {})
    assert (result.marks["test"].points, result.reviews) == (2, {})
