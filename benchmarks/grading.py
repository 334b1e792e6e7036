"""``make benchmark``: one class graded by stock nbgrader and by ours, in one run, side by side.

The floor is what cannot be saved: the cells of the same notebooks, run once in a Python
that was forked with NumPy and Matplotlib in it, figures drawn.
"""

from __future__ import annotations

import argparse
import ctypes
import importlib
import io
import os
import pkgutil
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat

import course_utils
from autograder.build import nbgrader
from autograder.demo import ASSIGNMENT, new_course
from autograder.report import read_marks
from autograder.sample_class import lay_out

#: Of the made-up class, those whose notebooks can be read and end.
STUDENTS = ["ada", "bela", "chloe", "elif", "farid", "grace", "hamza", "ines", "jonas"]
PR_SET_CHILD_SUBREAPER = 36


@dataclass
class Measured:
    """What a run took.

    Args:
        seconds: From start to end.
        cpu: Of all its processes.
        mebibytes: The largest of its processes.
    """

    seconds: float
    cpu: float
    mebibytes: float


def measure(action: Callable[[], None]) -> Measured:
    """Runs something in a process of its own and counts all that descends from it."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
            began = time.monotonic()
            action()
            seconds = time.monotonic() - began
            while True:  # those that were left to us, so that their time counts
                try:
                    os.wait()
                except ChildProcessError:
                    break
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            os.write(writer, f"{seconds} {used.ru_utime + used.ru_stime} {used.ru_maxrss}".encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader) as said:
        text = said.read()
    os.waitpid(pid, 0)
    if not text:
        raise SystemExit("a run failed; see above")
    seconds, cpu, kibibytes = map(float, text.split())
    return Measured(seconds, cpu, kibibytes / 1024)


def autograde(folder: Path, *options: str) -> Callable[[], None]:
    def action() -> None:
        with open(folder / "log.txt", "w") as log:
            done = subprocess.run([sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT,
                                   *options], cwd=folder, stdout=log, stderr=log)
        if done.returncode:
            raise SystemExit((folder / "log.txt").read_text()[-2000:])

    return action


def floor(folder: Path) -> None:
    """Every notebook's cells, one process for each notebook, as many at a time as cores."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    for module in pkgutil.walk_packages(course_utils.__path__, "course_utils."):
        importlib.import_module(module.name)
    running = 0
    for path in sorted((folder / "submitted").glob(f"*/{ASSIGNMENT}/*.ipynb")):
        if running == len(os.sched_getaffinity(0)):
            os.wait()
            running -= 1
        running += 1
        if os.fork():
            continue
        sys.stdout = io.StringIO()
        names: dict = {}
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type != "code":
                continue
            try:
                exec(compile(cell.source, path.name, "exec"), names)
            except Exception as error:
                str(error)
            for number in plt.get_fignums():
                plt.figure(number).savefig(io.BytesIO(), bbox_inches="tight")
            plt.close("all")
        os._exit(0)


def lay_out_class(folder: Path, copies: int, only: str) -> int:
    """A course with each of the students several times."""
    new_course(folder, only=only)
    nbgrader("generate_assignment", ASSIGNMENT, root=folder)
    for sample in lay_out(folder, ASSIGNMENT, set(STUDENTS)):
        for number in range(1, copies):
            shutil.copytree(folder / "submitted" / sample.name,
                            folder / "submitted" / f"{sample.name}{number}")
    return copies * len(STUDENTS)


def stock(folder: Path) -> None:
    """Takes our grader out of a course's configuration."""
    path = folder / "nbgrader_config.py"
    path.write_text(path.read_text().partition("# The five lines")[0])


def row(name: str, count: int, run: Measured, beside: Measured) -> str:
    return (f"{name:34}{run.seconds:8.1f}{count / run.seconds:9.2f}"
            f"{beside.seconds / run.seconds:8.1f}{run.cpu / count:10.2f}{run.mebibytes:9.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--copies", type=int, default=4, help="of each of the "
                        f"{len(STUDENTS)} students (default: %(default)s)")
    parser.add_argument("--only", default="1_*",
                        help="notebooks of the assignment (default: %(default)s)")
    arguments = parser.parse_args()
    copies = arguments.copies
    os.environ |= dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"], "1")
    with tempfile.TemporaryDirectory() as name:
        ours, theirs = Path(name, "ours"), Path(name, "stock")
        count = lay_out_class(ours, copies, arguments.only)
        shutil.copytree(ours, theirs)
        stock(theirs)
        base = measure(lambda: floor(ours))
        first = measure(autograde(ours))
        again = measure(autograde(ours))
        forced = measure(autograde(ours, "--force"))
        before = measure(autograde(theirs))
        marks, same = (read_marks(each, ASSIGNMENT).students for each in (ours, theirs))
    differ = sorted(student for student in marks if marks[student] != same.get(student))
    print(f"{count} submissions, {len(os.sched_getaffinity(0))} cores\n")
    print(f"{'':34}{'seconds':>8}{'a second':>9}{'×stock':>8}{'CPU s each':>10}{'MiB most':>9}")
    for title, run in (("stock nbgrader", before), ("ours", first),
                       ("ours again, nothing changed", again),
                       ("ours again, --force, all kept", forced), ("the floor", base)):
        print(row(title, count, run, before))
    print(f"\nOurs beside the floor: {first.cpu / base.cpu:.2f} times its CPU time, "
          f"{(first.cpu - base.cpu) / count:+.2f} s a notebook.")
    print("Marks: the same from both." if not differ else
          f"Marks differ for {len(differ)} students, {', '.join(differ[:9])}: stock nbgrader gives "
          "no partial credit for what ends in an error.")


if __name__ == "__main__":
    main()
