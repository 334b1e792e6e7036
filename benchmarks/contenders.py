"""The ways to grade a class that ``make benchmark`` compares, each an action to be measured."""

from __future__ import annotations

import importlib
import io
import os
import pkgutil
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode

import course_utils
from autograder.build import ROOT, nbgrader
from autograder.demo import ASSIGNMENT, new_course
from autograder.grading import is_test
from autograder.sample_class import lay_out

#: Of the made-up class, those whose notebooks can be read and end.
STUDENTS = ["ada", "bela", "chloe", "elif", "farid", "grace", "hamza", "ines", "jonas"]
#: An environment of its own for otter-grader; `make benchmark` fills it.
OTTER = ROOT / "build" / "otter" / "bin"
#: What a cell may take: stock nbgrader's limit.
CELL_SECONDS = 30
#: Where ``nbgrader_config.py`` begins to name our grader.
OUR_GRADER = "# What switches the grader on."
OTTER_TEST = """from otter.test_files import test_case

OK_FORMAT = False
name = {name!r}
points = {points}


@test_case(points={points})
def test_visible(env):
    exec({source!r}, env)
"""


def cores() -> int:
    return len(os.sched_getaffinity(0))


def lay_out_class(folder: Path, students: list[str], copies: int, only: str) -> int:
    """A course with each of the students several times; the number of their notebooks."""
    new_course(folder, only=only)
    nbgrader("generate_assignment", ASSIGNMENT, root=folder)
    for sample in lay_out(folder, ASSIGNMENT, set(students)):
        for number in range(1, copies):
            shutil.copytree(folder / "submitted" / sample.name,
                            folder / "submitted" / f"{sample.name}{number}")
    return len(handed_in(folder))


def handed_in(folder: Path) -> list[Path]:
    return sorted((folder / "submitted").glob(f"*/{ASSIGNMENT}/*.ipynb"))


def graded(folder: Path) -> int:
    """How many notebooks nbgrader has written."""
    return sum(1 for _ in (folder / "autograded").glob(f"*/{ASSIGNMENT}/*.ipynb"))


def use_stock(folder: Path, more: str = "") -> None:
    """Takes our grader out of a course's configuration, so that nbgrader grades alone.

    Args:
        folder: The course's.
        more: Lines of configuration in its place.
    """
    path = folder / "nbgrader_config.py"
    text = path.read_text()
    path.write_text(text[:text.index(OUR_GRADER)] + more)


def autograde(folder: Path, *options: str) -> Callable[[], None]:
    """nbgrader's own command, with whatever the course's configuration says."""
    def action() -> None:
        with open(folder / "log.txt", "w") as log:
            done = subprocess.run([sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT,
                                   *options], cwd=folder, stdout=log, stderr=log)
        if done.returncode:
            raise SystemExit((folder / "log.txt").read_text()[-2000:])

    return action


def floor(folder: Path, done: Path) -> None:
    """What cannot be saved: every notebook's cells, run once in a plain forked Python.

    One process for each notebook, as many at a time as cores; all is imported before.

    Args:
        folder: The course's.
        done: A folder in which each notebook leaves a file.
    """
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    for module in pkgutil.walk_packages(course_utils.__path__, "course_utils."):
        importlib.import_module(module.name)
    done.mkdir()
    running = 0
    for number, path in enumerate(handed_in(folder)):
        if running == cores():
            os.wait()
            running -= 1
        running += 1
        if os.fork():
            continue
        sys.stdout = io.StringIO()
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        names: dict = {}
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type != "code":
                continue
            signal.alarm(CELL_SECONDS)
            try:
                exec(compile(cell.source, path.name, "exec"), names)
            except (Exception, KeyboardInterrupt) as error:
                str(error)
            signal.alarm(0)
            for figure in plt.get_fignums():
                plt.figure(figure).savefig(io.BytesIO(), bbox_inches="tight")
            plt.close("all")
        (done / str(number)).touch()
        os._exit(0)


def lay_out_for_otter(course: Path, folder: Path) -> None:
    """The class's notebooks as otter-grader has them: the visible checks are its tests.

    Args:
        course: A course with a release and submissions.
        folder: Where, with an ``autograder.zip`` for each notebook.
    """
    for released in sorted((course / "release" / ASSIGNMENT).glob("*.ipynb")):
        tests = folder / released.stem / "tests"
        tests.mkdir(parents=True)
        for cell in filter(is_test, nbformat.read(released, as_version=4).cells):
            role = cell.metadata.nbgrader
            (tests / f"{role.grade_id}.py").write_text(OTTER_TEST.format(
                name=role.grade_id, points=float(role.points), source=cell.source))
        subprocess.run([OTTER / "otter", "generate", "--tests-dir", tests, "--output-path",
                        tests.parent / "autograder.zip", "--no-environment", "--no-requirements"],
                       check=True, cwd=tests.parent, capture_output=True)
    for path in handed_in(course):
        student = path.parent.parent.name
        notebook = with_otters_checks(nbformat.read(path, as_version=4))
        nbformat.write(notebook, folder / path.stem / f"{student}.ipynb")


def with_otters_checks(notebook: NotebookNode) -> NotebookNode:
    """A notebook whose test cells call otter-grader."""
    for cell in filter(is_test, notebook.cells):
        cell.source = f"grader.check({cell.metadata.nbgrader.grade_id!r})"
    notebook.cells.insert(0, nbformat.v4.new_code_cell(
        "import otter\ngrader = otter.Notebook(tests_dir='./tests')"))
    return notebook


def otter(folder: Path) -> None:
    """otter-grader's function for one submission, in as many processes as cores."""
    with open(folder / "log.txt", "w") as log:
        done = subprocess.run(
            [OTTER / "python", Path(__file__).with_name("with_otter.py"), folder, str(cores()),
             str(CELL_SECONDS)],
            stdout=log, stderr=log, env={**os.environ, "PYTHONPATH": str(ROOT)})
    if done.returncode:
        raise SystemExit((folder / "log.txt").read_text()[-2000:])
