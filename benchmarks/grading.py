"""``make benchmark``: one class graded in several ways, in one run, side by side.

Stock nbgrader, otter-grader, this package, this package again; and the floor: what cannot be
saved, which is the cells of the same notebooks run once in a Python that was forked with
NumPy and Matplotlib in it, figures drawn.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path

from autograder.demo import ASSIGNMENT
from autograder.report import read_marks
from benchmarks import contenders
from benchmarks.measuring import Measured, measure

QUICK = ["ada", "elif"]
HEAD = (f"{'':32}{'seconds':>8}{'a second':>9}{'×stock':>8}{'CPU s each':>11}{'×floor':>8}"
        f"{'MiB one':>9}{'MiB all':>9}")


def row(title: str, count: int, run: Measured, stock: Measured, floor: Measured) -> str:
    """A line of the table: ratios of throughput, and of CPU time."""
    return (f"{title:32}{run.seconds:8.1f}{count / run.seconds:9.2f}"
            f"{stock.seconds / run.seconds:8.1f}{run.cpu / count:11.2f}{run.cpu / floor.cpu:8.2f}"
            f"{run.largest:9.0f}{run.together:9.0f}")


def run_all(folder: Path, students: list[str], copies: int, only: str,
            with_otter: bool) -> tuple[int, dict[str, Measured], list[str]]:
    """Grades the class in every way.

    Returns:
        The number of notebooks, what each way took, and whose marks differ from stock's.
    """
    ours, drawn, stock, otter = (folder / name for name in ("ours", "drawn", "stock", "otter"))
    count = contenders.lay_out_class(ours, students, copies, only)
    shutil.copytree(ours, drawn)
    shutil.copytree(ours, stock)
    contenders.use_stock(stock)
    runs = {}

    def run(title, action, done) -> None:
        runs[title] = measure(title, action, count, done)

    run("the floor", lambda: contenders.floor(ours, folder / "floor"),
        lambda: len(list(folder.glob("floor/*"))))
    run("ours", contenders.autograde(ours), lambda: contenders.graded(ours))
    run("ours again, nothing changed", contenders.autograde(ours), lambda: count)
    run("ours again, --force", contenders.autograde(ours, "--force"), lambda: count)
    run("ours, figures drawn",
        contenders.autograde(drawn, "--GradeSubmission.draw_figures=True"),
        lambda: contenders.graded(drawn))
    if with_otter:
        contenders.lay_out_for_otter(ours, otter)
        run("otter-grader", lambda: contenders.otter(otter),
            lambda: len(list(otter.glob("*/*.score"))))
    run("stock nbgrader", contenders.autograde(stock), lambda: contenders.graded(stock))
    marks, theirs = (read_marks(each, ASSIGNMENT).students for each in (ours, stock))
    return count, runs, sorted(name for name in marks if marks[name] != theirs.get(name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--copies", type=int, default=4, help="of each of the "
                        f"{len(contenders.STUDENTS)} students (default: %(default)s)")
    parser.add_argument("--only", default="1_*",
                        help="notebooks of the assignment (default: %(default)s)")
    parser.add_argument("--quick", action="store_true",
                        help=f"{len(QUICK)} students, once: to see that it works, not how fast")
    arguments = parser.parse_args()
    students, copies = (QUICK, 1) if arguments.quick else (contenders.STUDENTS, arguments.copies)
    os.environ |= dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"], "1")
    with_otter = (contenders.OTTER / "otter").exists()
    with tempfile.TemporaryDirectory() as name:
        count, runs, differ = run_all(Path(name), students, copies, arguments.only, with_otter)
    stock, floor, drawn = runs["stock nbgrader"], runs["the floor"], runs["ours, figures drawn"]
    print(f"{count} notebooks, {contenders.cores()} cores\n\n{HEAD}")
    for title, measured in sorted(runs.items(), key=lambda each: -each[1].seconds):
        print(row(title, count, measured, stock, floor))
    print(f"""
MiB one: the largest process; MiB all: all at one time. Shared pages are shared out (PSS).
"ours" is as it comes: released figures, which students have in their own notebooks, are not
drawn. All the others draw them. With them, beside the floor: {drawn.cpu / floor.cpu:.2f} times its
CPU time; {(drawn.cpu - floor.cpu) / count:+.2f} s a notebook, {
        (drawn.cpu - 1.3 * floor.cpu) / count:+.2f} s beyond 1.3 times the floor.""")
    if not with_otter:
        print(f"otter-grader was left out: it is not in {contenders.OTTER}.")
    print("Marks: the same as stock nbgrader's." if not differ else
          f"Marks differ from stock nbgrader's for {len(differ)} students, "
          f"{', '.join(differ[:9])}: it gives no partial credit for what ends in an error.")


if __name__ == "__main__":
    main()
