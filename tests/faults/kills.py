"""``make faults``: a run that is ended at any moment, and started again, loses nothing.

    python -m tests.faults.kills --moments 50

Each trial starts ``nbgrader autograde`` on a small class, ends it at a random moment and
starts it again; then the gradebook and the autograded files must be those of a run that
nobody disturbed, and no process and no temporary file may be left.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from tests.attacks.scene import orphans_seen
from tests.faults.small_class import (
    ASSIGNMENT,
    CLASS,
    graded_files,
    hand_in,
    make_course,
    nbgrader,
    recorded,
    running,
)

#: Ways to end a run: a power cut for the whole group, for nbgrader alone, and Ctrl-C.
WAYS = {"group": (os.killpg, signal.SIGKILL), "alone": (os.kill, signal.SIGKILL),
        "Ctrl-C": (os.killpg, signal.SIGINT)}
#: Before this share of a run's time only Python is being loaded.
FIRST = 0.2


@dataclass
class Undisturbed:
    """A class that was handed in, and what a run makes of it.

    Args:
        course: The course's folder, before the run.
        gradebook: What `recorded` finds after it.
        files: What `graded_files` finds after it.
        seconds: How long it took.
    """

    course: Path
    gradebook: dict[str, list[str]]
    files: dict[str, bytes]
    seconds: float


def undisturbed(folder: Path, students: dict = CLASS) -> Undisturbed:
    """Makes the course in an empty folder, and grades a copy of it."""
    course, copy = folder / "course", folder / "undisturbed"
    make_course(course)
    hand_in(course, students)
    shutil.copytree(course, copy)
    began = time.monotonic()
    done = nbgrader(copy, "autograde", ASSIGNMENT)
    seconds = time.monotonic() - began
    assert done.returncode == 0, done.stderr
    return Undisturbed(course, recorded(copy), graded_files(copy), seconds)


def moments(count: int, seconds: float, chance: random.Random) -> Iterator[tuple[str, float]]:
    """Ways and random moments, spread over a run's length."""
    for number in range(count):
        share = FIRST + (1 - FIRST) * (number + chance.random()) / count
        yield list(WAYS)[number % len(WAYS)], share * seconds


def trial(plain: Undisturbed, folder: Path, way: str, moment: float) -> tuple[bool, list[str]]:
    """Ends a run at a moment and starts it again.

    Args:
        plain: What is to come out.
        folder: An empty folder.
        way: One of `WAYS`.
        moment: Seconds after the start.

    Returns:
        Whether the run had not ended by itself, and what is wrong afterwards.
    """
    course, temporary = folder / "course", folder / "tmp"
    shutil.copytree(plain.course, course)
    temporary.mkdir()
    faults = []
    with orphans_seen() as orphans:
        ended = end_at(course, way, moment, temporary)
    if orphans:
        faults.append(f"{len(orphans)} processes survived")
    again = nbgrader(course, "autograde", ASSIGNMENT, TMPDIR=str(temporary))
    if again.returncode:
        faults.append(f"the second run fails: {again.stderr[-2000:]}")
    if recorded(course) != plain.gradebook:
        faults.append("the gradebook differs")
    if graded_files(course) != plain.files:
        faults.append("the autograded files differ")
    left = [path.name for path in (*temporary.iterdir(), *course.glob(".grading_runs"))]
    if left:
        faults.append(f"left behind: {left}")
    return ended, faults


def end_at(course: Path, way: str, moment: float, temporary: Path) -> bool:
    """Runs nbgrader, but no longer than to a moment; whether it had to be ended."""
    with running(course, "autograde", ASSIGNMENT, TMPDIR=str(temporary)) as process:
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            send, number = WAYS[way]
            send(process.pid, number)
            process.wait(60)
            return True
    return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moments", type=int, default=50)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    arguments = parser.parse_args()
    print(f"Seed {arguments.seed}.")
    bad = cut = 0
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        plain = undisturbed(Path(name))
        print(f"An undisturbed run: {plain.seconds:.1f} s.")
        chance = random.Random(arguments.seed)
        trials = list(moments(arguments.moments, plain.seconds, chance))
        for number, (way, moment) in enumerate(tqdm(trials, unit="run")):
            folder = Path(name, str(number))
            folder.mkdir()
            ended, faults = trial(plain, folder, way, moment)
            cut += ended
            bad += bool(faults)
            for fault in faults:
                tqdm.write(f"{way} at {moment:.2f} s: {fault}")
            shutil.rmtree(folder)
    print(f"{len(trials)} runs, {cut} of them ended before their time: {bad} differ from the "
          "undisturbed one.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
