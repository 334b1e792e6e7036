"""Records for ``make simulation`` what notebooks of the made-up class take, on a Dask cluster.

``python -m benchmarks.job_times`` grades them with 1 and with 2 workers on this machine and
writes, for each run, the seconds of every notebook, those of the writer, and the whole; and
the same in processor time, which says more where others use the machine too.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import tempfile
import time
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psutil

from autograder.demo import ASSIGNMENT
from autograder.engine.cache import SECONDS
from autograder.nbgrader_plugins import SubmissionExporter
from benchmarks.contenders import STUDENTS, handed_in, lay_out_class
from benchmarks.simulation import RECORDED


@dataclass
class Clocks:
    """The time, and the processor time of the grader's process and of the workers."""

    time: float
    writer: float
    workers: float


class Watched(SubmissionExporter):
    """Looks at the clocks when a run has made ready, and keeps the run."""

    workers: tuple[int, ...] = ()  # their processes
    kept: Any = None
    began: Clocks | None = None

    def __init__(self, config=None, **kwargs):
        super().__init__(config=config, **kwargs)
        if self.parent is not None:
            Watched.kept, Watched.began = self.run, clocks(self.workers)


def clocks(workers: tuple[int, ...]) -> Clocks:
    """What the clocks show now.

    Args:
        workers: Processes of the workers, each with all that descends from it.
    """
    family = [each for pid in workers for each in (
        psutil.Process(pid), *psutil.Process(pid).children(recursive=True))]
    return Clocks(time.monotonic(), time.process_time(), sum(map(processor_seconds, family)))


def processor_seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:  # which its parent has counted
        return 0.0
    return times.user + times.system + times.children_user + times.children_system


def grade(folder: Path, scheduler: str, workers: tuple[int, ...], count: int) -> dict[str, Any]:
    """Grades a course's submissions, all anew, in a process of its own.

    Args:
        folder: The course's.
        scheduler: The cluster's address.
        workers: Processes of its workers.
        count: Of notebooks.
    """
    from autograder.running.autograde import Grade
    from benchmarks.job_times import Watched  # that module's: this one may be the main program

    Watched.workers = workers
    os.chdir(folder)
    app = Grade.instance()
    app.initialize([ASSIGNMENT, "--engine", "dask", "--scheduler", scheduler, "--log-level", "WARN",
                    "--Autograde.exporter_class=benchmarks.job_times.Watched"])
    app.start()
    ended, began = clocks(workers), Watched.began
    seconds = ended.time - began.time
    return {"seconds": round(seconds, 3),
            "writing": round((seconds - Watched.kept.engine.waited) / count, 4),
            "processor": {"notebook": round((ended.workers - began.workers) / count, 3),
                          "writing": round((ended.writer - began.writer) / count, 4)}}


def record(workers: int, students: list[str], only: str) -> dict[str, Any]:
    """One run, as `simulation` wants it."""
    from distributed import LocalCluster

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = lay_out_class(folder, students, 1, only)
        with LocalCluster(n_workers=workers, threads_per_worker=1,
                          dashboard_address=":0") as cluster, get_context("spawn").Pool(1) as pool:
            pids = tuple(nanny.pid for nanny in cluster.workers.values())
            run = pool.apply(grade, (folder, cluster.scheduler_address, pids, count))
        noted = [json.loads(line) for line in
                 (folder / ".grading_cache" / SECONDS).read_text().splitlines()]
        assert len(noted) == count == len(handed_in(folder))
    times: dict[str, list[float]] = {}
    for _, student, _, took in noted:
        times.setdefault(student, []).append(took)
    return {**run, "students": times}


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
        print(f"{workers} workers: {run['seconds']} s in all, {run['writing']} s writing each; "
              f"in processor time {run['processor']}")


if __name__ == "__main__":
    main()
