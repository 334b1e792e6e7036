"""``make simulation``: 10,000 submissions on 1 to 256 workers, from recorded times of jobs.

One process hands out notebooks in order, some for each worker ahead of time, takes their
results in the same order, and writes each before it takes the next: so the time of each
event follows from earlier ones. See `autograder.engine.Engine`, which works like that.
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.engine import HELD

RECORDED = Path(__file__).with_name("job_times.json")
FIGURE = Path(__file__).resolve().parent.parent / "docs" / "scaling.png"
WORKERS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


@dataclass(frozen=True)
class Simulated:
    """What a run would take.

    Args:
        seconds: From the first notebook to the last.
        workers_busy: The share of the workers' time in which they grade.
        writer_busy: The share of the time in which the writer has something to do.
    """

    seconds: float
    workers_busy: float
    writer_busy: float


def simulate(jobs: Sequence[float], writing: float, workers: int,
             ahead: Callable[[int], int] = lambda workers: HELD * (2 * workers + 2)) -> Simulated:
    """Plays a run through.

    Args:
        jobs: Seconds that each notebook takes a worker, in the order of writing.
        writing: Seconds that the one process needs for a notebook: to rebuild it, hand it
            out, and write what came back.
        workers: How many there are.
        ahead: How many notebooks may be under way or wait to be written.
    """
    free = [0.0] * workers  # when each worker has done what it has; a heap
    taken: list[float] = []  # when each notebook's result was taken by the writer
    written, window = 0.0, ahead(workers)
    for number, seconds in enumerate(jobs):
        handed_out = taken[number - window] if number >= window else 0.0
        done = max(handed_out, free[0]) + seconds
        heapq.heapreplace(free, done)
        taken.append(max(done, written))
        written = taken[-1] + writing
    return Simulated(written, sum(jobs) / (workers * written), writing * len(jobs) / written)


def a_large_class(students: Sequence[Sequence[float]], count: int) -> list[float]:
    """The notebooks of many submissions, each like one of the recorded students'."""
    rng = random.Random(0)
    return [seconds for _ in range(count) for seconds in rng.choice(students)]


def recorded_students(run: dict) -> tuple[list[list[float]], float]:
    """What each student's notebooks take a worker, and a notebook the writer, undisturbed.

    The recorded seconds are brought to the processor time of the same run: what others did
    on that machine is nobody's.
    """
    seconds = [each for student in run["students"].values() for each in student]
    factor = run["processor"]["notebook"] * len(seconds) / sum(seconds)
    return ([[factor * each for each in student] for student in run["students"].values()],
            run["processor"]["writing"])


def table(rows: dict[int, Simulated], count: int) -> str:
    lines = ["                submissions   times  workers  writer",
             " workers   hours    an hour  faster     busy    busy"]
    alone = rows[min(rows)].seconds
    lines += [f"{workers:8}{run.seconds / 3600:8.2f}{3600 * count / run.seconds:11,.0f}"
              f"{alone / run.seconds:8.1f}{run.workers_busy:9.0%}{run.writer_busy:8.0%}"
              for workers, run in rows.items()]
    return "\n".join(lines)


def draw(rows: dict[int, Simulated], count: int, job: float, writing: float, notebooks: float,
         path: Path) -> None:
    """Submissions an hour against workers, between what workers and the writer could do.

    Args:
        rows: For each number of workers the run.
        count: Of submissions.
        job: Seconds that a notebook takes a worker, on average.
        writing: Seconds that it takes the writer.
        notebooks: Of a submission, on average.
        path: The picture's.
    """
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    workers = list(rows)
    limit = 3600 / (writing * notebooks)
    figure, axes = plt.subplots(figsize=(6.4, 4), layout="constrained")
    axes.plot(workers, [3600 * each / (job * notebooks) for each in workers], "--", color="#767676")
    axes.axhline(limit, linestyle=":", color="#767676")
    axes.plot(workers, [3600 * count / run.seconds for run in rows.values()], "o-",
              color="#1f4e79")
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks(workers, [str(each) for each in workers])
    axes.set(xlabel="workers", ylabel="submissions an hour",
             title=f"{count:,} submissions of {notebooks:.0f} notebooks")
    axes.annotate(f"the one writer's limit: {limit:,.0f}", (workers[0], limit),
                  xytext=(0, 5), textcoords="offset points", color="#555555")
    axes.annotate("if nothing were written",
                  (workers[-1], 3600 * workers[-1] / (job * notebooks)), xytext=(-12, -2),
                  textcoords="offset points", ha="right", color="#555555")
    meet = job / writing
    axes.axvline(meet, linestyle=":", color="#767676")
    axes.annotate(f"{meet:.0f} workers", (meet, axes.get_ylim()[0]), xytext=(4, 6),
                  textcoords="offset points", color="#555555")
    figure.savefig(path, dpi=120, metadata={"Software": None})
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--submissions", type=int, default=10_000, help="(default: %(default)s)")
    parser.add_argument("--recorded", type=Path, default=RECORDED,
                        help="what benchmarks.job_times has written (default: %(default)s)")
    parser.add_argument("--figure", type=Path, default=FIGURE, help="(default: %(default)s)")
    arguments = parser.parse_args()
    recorded = json.loads(arguments.recorded.read_text())
    students, writing = recorded_students(recorded["runs"]["1"])
    jobs = a_large_class(students, arguments.submissions)
    rows = {workers: simulate(jobs, writing, workers) for workers in WORKERS}
    job, notebooks = sum(jobs) / len(jobs), len(jobs) / arguments.submissions
    print(f"{arguments.submissions:,} submissions of {notebooks:.1f} notebooks each, which take a "
          f"worker {job:.2f} s and the writer {writing:.3f} s of a core\n"
          f"(recorded on {recorded['when']}, {recorded['machine']}).\n\n"
          f"{table(rows, arguments.submissions)}\n\n"
          f"From about {job / writing:.0f} workers on the one writer is the limit: "
          f"{3600 / (writing * notebooks):,.0f} submissions an hour.")
    draw(rows, arguments.submissions, job, writing, notebooks, arguments.figure)
    print(f"Figure: {arguments.figure}")


if __name__ == "__main__":
    main()
