"""``make attacks``: what each submission of the corpus gets here, and from nbgrader alone.

nbgrader alone runs students' code with the rights of whoever grades. So each submission has
a course of its own there, a throw-away folder, a time-out, and processes that end with it;
those that would harm the machine are not run at all.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from autograder.report import read_marks
from benchmarks.contenders import use_stock
from tests.attacks.entries import ASKING, ASSERTING, Entry, all_entries
from tests.attacks.judging import in_short
from tests.attacks.scene import HONEST, Scene, orphans_seen, set_up

SECONDS = 60
#: Processes of their own, so that whatever is started ends with nbgrader.
CONTAINED = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child",
             "--mount-proc")
AS_DESERVED = "as deserved"


def main() -> int:
    """Prints the table for the named submissions or groups, or for all."""
    entries = list(all_entries())
    known = {each.name for each in entries} | {each.group for each in entries}
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("names", nargs="*", help="submissions or groups (default: all); groups: "
                        f"{', '.join(sorted({each.group for each in entries}))}")
    names = parser.parse_args().names
    if unknown := [name for name in names if name not in known]:
        parser.error(f"there is no submission or group {', '.join(unknown)}")
    chosen = [each for each in entries if not names or each.name in names or each.group in names]
    with tempfile.TemporaryDirectory(prefix="attacks-") as folder:
        ours = graded_here(Path(folder), chosen)
    counts = {"here": 0, "stock": 0, "not run": 0}
    print(f"\n{'submission':26} {'tries':72} {'here':14} with nbgrader alone")
    with tempfile.TemporaryDirectory(prefix="stock-") as folder, set_up(Path(folder)) as course, (
            ThreadPoolExecutor(len(os.sched_getaffinity(0)))) as pool:
        stocks = pool.map(functools.partial(graded_by_stock, course), chosen)
        for each, stock in zip(chosen, stocks, strict=True):
            print(f"{each.name:26} {each.tries[:72]:72} {ours[each.name]:14} {stock}", flush=True)
            counts["here"] += ours[each.name] != AS_DESERVED
            counts["not run"] += stock.startswith("not run")
            counts["stock"] += not stock.startswith("not run") and stock != AS_DESERVED
    print(f"\n{len(chosen)} submissions. Not as deserved: here {counts['here']}, with nbgrader "
          f"alone {counts['stock']} ({counts['not run']} of them not run).")
    return int(counts["here"] > 0)


def graded_here(root: Path, chosen: list[Entry]) -> dict[str, str]:
    """The outcome of each in one class, with this course's own grader."""
    found = {}
    with set_up(root) as scene:
        for paper in (ASKING, ASSERTING):
            entries = [each for each in HONEST + chosen if each.paper is paper]
            scene.hand_in(entries)
            with orphans_seen() as orphans:
                done = scene.nbgrader("autograde", paper.assignment)
            scene.write_feedback(entries, paper.assignment)
            print(f"Here, {paper.assignment}: exit status {done.returncode}, left elsewhere "
                  f"{scene.left_files()}, processes left {len(orphans)}, calls {scene.callers()}.")
            marks = read_marks(scene.course, paper.assignment)
            found |= {each.name: "; ".join(in_short(scene, each, marks)) or AS_DESERVED
                      for each in entries}
    return found


def graded_by_stock(course: Scene, each: Entry) -> str:
    """The outcome with nbgrader's own way of running notebooks.

    That its feedback shows the hidden tests to everybody is not counted.
    """
    if each.with_stock:
        return f"not run: {each.with_stock}"
    if each.group in ("host", "protocol") and not contained():
        return "not run: it would see this machine's processes"
    with tempfile.TemporaryDirectory(prefix="stock-") as folder, (
            set_up(Path(folder), course)) as scene:
        del scene.canaries["hidden"], scene.canaries["input"]
        use_stock(scene.course, "c.ExecutePreprocessor.timeout = 10\nc.Execute.timeout = 10\n")
        before_it = next(one for one in HONEST if one.paper is each.paper)
        after = Entry("zzz_last", before_it.group, "hands in what was handed out", "nothing",
                      {"base": "released"})
        scene.hand_in([before_it, each, after])
        before = scene.contents()
        faults = [*run_stock(scene, each), *outside(scene, before)]
        try:
            marks = read_marks(scene.course, each.paper.assignment)
        except Exception:
            return "; ".join([*faults, "the gradebook is lost"])
        faults += in_short(scene, each, marks)
        for other in (before_it, after):
            faults += [f"{other.name}: {fault}" for fault in in_short(scene, other, marks)]
        return "; ".join(faults) or AS_DESERVED


def run_stock(scene: Scene, each: Entry) -> Iterator[str]:
    """Grades, and yields what is wrong with how that ended."""
    try:
        done = scene.nbgrader("autograde", each.paper.assignment, seconds=SECONDS,
                              prefix=CONTAINED if contained() else ())
        if done.returncode:
            yield "the run fails"
    except subprocess.TimeoutExpired:
        yield f"the class waits more than {SECONDS} seconds"
    if each.shows:
        with contextlib.suppress(subprocess.TimeoutExpired):
            scene.nbgrader("generate_feedback", each.paper.assignment, seconds=SECONDS)


def outside(scene: Scene, before: dict[str, str]) -> Iterator[str]:
    """What was changed or called."""
    after = scene.contents()
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    told = sorted(name for name in changed
                  if scene.mark in name or not name.startswith(("home/.", "jupyter")))
    if told:
        yield "changes " + told[0].replace(scene.mark, "...")[:40]
    for path in map(Path, scene.left_files()):
        if scene.mark in path.name:
            yield "leaves files"
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    if scene.callers():
        yield "uses the network"
    if scene.victim.poll() is not None:
        yield "ends another process"


@functools.cache
def contained() -> bool:
    """Whether this system lets us start processes in a namespace of their own."""
    return bool(shutil.which(CONTAINED[0])) and not subprocess.run(
        [*CONTAINED, "true"], capture_output=True).returncode


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main())
