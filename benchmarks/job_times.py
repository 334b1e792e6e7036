"""Records for ``make simulation`` what notebooks of the made-up class take, on a Dask cluster.

``python -m benchmarks.job_times`` grades them with 1 and with 2 workers on this machine and
writes, for each run, the seconds of every notebook, those of the writer, and the whole.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from autograder.demo import ASSIGNMENT
from autograder.engine_cache import SECONDS
from autograder.nbgrader_plugins import SubmissionExporter
from benchmarks.contenders import STUDENTS, handed_in, lay_out_class
from benchmarks.simulation import RECORDED

#: Runs of nbgrader in this process: each with the time at which it could begin to grade.
STARTED: list[tuple[Any, float]] = []


class Watched(SubmissionExporter):
    """Notes when a run has made ready."""

    def __init__(self, config=None, **kwargs):
        super().__init__(config=config, **kwargs)
        if self.parent is not None:
            STARTED.append((self.run, time.monotonic()))


def grade(folder: Path, scheduler: str) -> tuple[float, float]:
    """Grades a course's submissions, all anew.

    Returns:
        The seconds from when all was ready to the end, and those spent waiting for results.
    """
    from autograder.autograde import Grade
    from benchmarks.job_times import STARTED  # that module's, if this one is the main program

    os.chdir(folder)
    app = Grade.instance()
    app.initialize([ASSIGNMENT, "--engine", "dask", "--scheduler", scheduler, "--log-level", "WARN",
                    "--Autograde.exporter_class=benchmarks.job_times.Watched"])
    app.start()
    ((run, began),) = STARTED
    return time.monotonic() - began, run.engine.waited


def record(workers: int, students: list[str], only: str) -> dict[str, Any]:
    """One run, as `simulation` wants it."""
    from distributed import LocalCluster

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = lay_out_class(folder, students, 1, only)
        with LocalCluster(n_workers=workers, threads_per_worker=1,
                          dashboard_address=":0") as cluster, \
                get_context("spawn").Pool(1) as process:  # a process of its own for nbgrader
            seconds, waited = process.apply(grade, (folder, cluster.scheduler_address))
        noted = [json.loads(line) for line in
                 (folder / ".grading_cache" / SECONDS).read_text().splitlines()]
        assert len(noted) == count == len(handed_in(folder))
    times: dict[str, list[float]] = {}
    for _, student, _, took in noted:
        times.setdefault(student, []).append(took)
    return {"seconds": round(seconds, 3), "writing": round((seconds - waited) / count, 4),
            "students": times}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--only", default="*", help="notebooks (default: all)")
    parser.add_argument("--students", nargs="+", default=STUDENTS)
    parser.add_argument("--to", type=Path, default=RECORDED, help="(default: %(default)s)")
    arguments = parser.parse_args()
    os.environ |= dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"], "1")
    runs = {str(workers): record(workers, arguments.students, arguments.only)
            for workers in (1, 2)}
    arguments.to.write_text(json.dumps({
        "when": datetime.date.today().isoformat(),
        "machine": f"{os.cpu_count()} cores, Linux, Python {platform.python_version()}",
        "runs": runs}, indent=1) + "\n")
    for workers, run in runs.items():
        print(workers, "workers:", run["seconds"], "s in all,", run["writing"], "s writing each")


if __name__ == "__main__":
    main()
