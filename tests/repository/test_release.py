"""Source, release, solutions and the wheel: rebuilt and compared, and searched for answers."""

import ast
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from shutil import copytree

import nbformat
import pytest

from autograder.build import ROOT, build_release, solved
from autograder.canonical import canonical
from autograder.grading import is_test
from autograder.hidden import grade_line, split
from autograder.questions import all_questions, topics

SOURCES = sorted((ROOT / "source").rglob("*.ipynb"))
RELEASES = sorted((ROOT / "release").rglob("*.ipynb"))
SOLUTIONS = sorted((ROOT / "solutions").rglob("*.ipynb"))


def read(path):
    return nbformat.read(path, as_version=4)


def graded(notebook):
    return [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]


def test_each_source_notebook_has_a_release_and_a_solution():
    def names(paths, folder):
        return [path.relative_to(ROOT / folder) for path in paths]

    assert SOURCES
    assert names(SOURCES, "source") == names(RELEASES, "release") == names(SOLUTIONS, "solutions")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_source_notebook_is_kept_in_canonical_form(path):
    assert path.read_text(encoding="utf-8") == canonical(read(path)), (
        "save it with autograder.canonical.save")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_cell_ids_are_names_and_do_not_repeat(path):
    ids = [cell.id for cell in read(path).cells]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z][a-z0-9-]+", each) for each in ids)


def test_the_release_is_what_nbgrader_makes_of_the_source(tmp_path):
    copytree(ROOT / "source", tmp_path / "source")
    (tmp_path / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text())
    for folder in sorted({path.parent.name for path in SOURCES}):
        for built in build_release(folder, tmp_path):
            kept = ROOT / "release" / folder / built.name
            assert kept.read_text() == built.read_text(), "run `make release`"


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_a_solution_is_the_solved_source_and_ran_without_an_error(path):
    kept, fresh = read(path), solved(read(ROOT / "source" / path.relative_to(ROOT / "solutions")))
    assert [cell.source for cell in kept.cells] == [cell.source for cell in fresh.cells], (
        "run `make release`")
    code = [cell for cell in kept.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    outputs = [output for cell in code for output in cell.outputs]
    assert not any(output.output_type == "error" for output in outputs)
    images = [output for output in outputs if "image/png" in output.get("data", {})]
    assert images
    assert all(output.metadata["image/png"]["alt"] for output in images)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_each_test_cell_asks_a_question_that_is_worth_its_points(path):
    questions = all_questions()
    for cell in filter(is_test, read(path).cells):
        line = grade_line(cell.source)
        assert line is not None, cell.id
        assert line.names == questions[line.question].names
        assert float(cell.metadata.nbgrader.points) == questions[line.question].points
        assert "raises-exception" in cell.metadata.tags, "Run All must go on after a failed check"


def test_each_question_is_asked_once_by_the_notebook_of_its_topic():
    asked = {grade_line(cell.source).question: path.stem for path in SOURCES
             for cell in filter(is_test, read(path).cells)}
    assert {question: stem.partition("_")[2] for question, stem in asked.items()} == topics()
    assert len(asked) == sum(is_test(cell) for path in SOURCES for cell in read(path).cells)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_points_of_a_notebook_are_those_that_its_title_promises(path):
    points = {"1_chain_rule": 20, "2_computation_graphs": 25, "3_mlp_backprop": 35,
              "4_training": 20, "5_autodiff": 15}[path.stem]
    cells = read(path).cells
    assert sum(cell.metadata.nbgrader.points for cell in graded(read(path))) == points
    assert re.search(rf"minutes · {points} (bonus )?points", cells[0].source)
    text = "\n".join(cell.source for cell in cells)
    stated = re.findall(r"[★☆] · ([\d.½¼¾]+) (?:bonus )?points?\b", text)
    assert sum(map(as_number, stated)) == points


def as_number(text: str) -> float:
    """Points as the text of an exercise gives them: 2, ½ or 1½."""
    whole, part = re.fullmatch(r"([\d.]*)([½¼¾]?)", text).groups()
    return float(whole or 0) + {"": 0, "½": 0.5, "¼": 0.25, "¾": 0.75}[part]


def test_a_name_stands_for_one_cell_in_the_whole_assignment():
    """The report and the made-up class find cells of all notebooks by their grade_id."""
    names = [cell.metadata.nbgrader.grade_id for path in SOURCES for cell in read(path).cells
             if cell.metadata.get("nbgrader", {}).get("grade_id", "setup") != "setup"]
    assert len(names) == len(set(names))


# -- nothing that gives an answer away ---------------------------------------------------


def revealing_lines() -> set[str]:
    """Lines of solutions that say how it is done, without space or comment."""
    lines = set()
    for path in SOURCES:
        for cell in read(path).cells:
            role = cell.metadata.get("nbgrader", {})
            if role.get("solution") and cell.cell_type == "code":
                for inside in re.findall(r"### BEGIN SOLUTION(.*?)### END", cell.source, re.DOTALL):
                    lines |= {squeezed(line) for line in inside.splitlines()}
            elif role.get("solution"):
                lines |= {squeezed(line) for line in cell.source.splitlines() if len(line) > 30}
    # what the story itself states, and what any program may say
    dull = {"", "y=sigmoid(z)", "returngradient", "returnvalues", "###", "z=w*x+b",
            "for_inrange(steps):", "returndw,db", "b_bar=z_bar"}
    return {line for line in lines if len(line) > 8} - dull


def squeezed(line: str) -> str:
    return re.sub(r"\s+", "", line.split("#")[0])


def released_text(path: Path) -> str:
    cells = read(path).cells
    assert not any(cell.get("outputs") for cell in cells)
    return "\n".join(cell.source for cell in cells)


FORBIDDEN = ["HIDDEN TESTS", "BEGIN SOLUTION", "MARK SCHEME", "from autograder", "grade("]


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.stem)
def test_the_release_holds_no_solution_hidden_test_or_marking_scheme(path):
    text = released_text(path)
    for word in FORBIDDEN:
        assert word not in text
    lines = {squeezed(line) for line in text.splitlines()}
    assert not lines & revealing_lines()
    assert path.read_text().count("autograder") == 0


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.stem)
def test_every_solution_cell_of_the_release_is_a_stub(path):
    for cell in read(path).cells:
        role = cell.metadata.get("nbgrader", {})
        if not role.get("solution"):
            continue
        if cell.cell_type == "markdown":
            assert cell.source == "YOUR ANSWER HERE"
        else:
            stubs = [node for node in ast.walk(ast.parse(cell.source))
                     if isinstance(node, ast.FunctionDef) and isinstance(node.body[-1], ast.Raise)]
            assert len(stubs) == cell.source.count("raise NotImplementedError()") >= 1


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder],
                   cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_is_the_students_package_alone(wheel):
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"course_utils"}
    (metadata,) = [name for name in wheel.namelist() if name.endswith("METADATA")]
    needs = [line for line in wheel.read(metadata).decode().splitlines()
             if line.startswith("Requires-Dist") and "extra" not in line]
    assert sorted(re.split(r"[ >=<]", line.split(": ")[1])[0] for line in needs) == [
        "ipython", "matplotlib", "numpy"]


def test_the_wheel_holds_data_and_their_licences(wheel):
    names = wheel.namelist()
    assert "course_utils/data/LICENSES.md" in names
    for name in ("digits", "iris", "diabetes"):
        assert f"course_utils/data/{name}.npz" in names


def test_the_wheel_holds_no_answer(wheel):
    revealing = revealing_lines()
    for name in wheel.namelist():
        if not name.endswith((".py", ".md", ".txt", "METADATA")):
            continue
        text = wheel.read(name).decode()
        for word in ("autograder", "BEGIN SOLUTION", "HIDDEN TESTS", "MARK SCHEME"):
            assert word not in text, name
        assert not {squeezed(line) for line in text.splitlines()} & revealing, name


def test_the_search_for_answers_finds_them_where_they_are():
    """The search itself can fail: the solutions are full of what it looks for."""
    solution = "\n".join(cell.source for path in SOLUTIONS for cell in read(path).cells)
    found = {squeezed(line) for line in solution.splitlines()} & revealing_lines()
    assert len(found) > 20


def test_students_need_nothing_else():
    """course_utils imports NumPy, Matplotlib and IPython, and nothing of the instructors'."""
    allowed = {"numpy", "matplotlib", "IPython", "course_utils", *sys.stdlib_module_names}
    for path in (ROOT / "course_utils").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = ([alias.name for alias in node.names] if isinstance(node, ast.Import)
                     else [node.module] if isinstance(node, ast.ImportFrom) else [])
            assert {name.split(".")[0] for name in names} <= allowed, path


def test_the_visible_part_of_a_test_cell_stays():
    for path in SOURCES:
        for cell in filter(is_test, read(path).cells):
            visible, hidden = split(cell.source)
            assert "check." in visible
            assert "grade(" in hidden


@pytest.mark.parametrize("name", ["constraints.txt", "pyproject.toml", "Makefile"])
def test_nothing_that_installs_names_a_download_address(name):
    assert not re.search(r"https?://|file://|--index|--find-links", (ROOT / name).read_text())


def test_the_estimated_times_of_the_exercises_add_up():
    for path in SOURCES:
        text = "\n".join(cell.source for cell in read(path).cells)
        whole = int(re.search(r"about (\d+) minutes · \d+ (?:bonus )?points", text)[1])
        parts = [int(minutes) for minutes in re.findall(r"· (\d+) minutes · [★☆]", text)]
        assert abs(sum(parts) - whole) <= 0.1 * whole
