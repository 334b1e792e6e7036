"""What a run takes with all the processes that descend from it: time, CPU time, memory."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

PR_SET_CHILD_SUBREAPER = 36
#: How often memory and progress are looked at.
LOOK_SECONDS = 0.5


@dataclass
class Measured:
    """What a run took.

    Args:
        seconds: From start to end.
        cpu: Seconds of all its processes, in user and in system mode.
        largest: MiB of its largest process: PSS, in which a page that n processes share
            counts as a page/n in each.
        together: MiB of all its processes at one time, PSS as well.
    """

    seconds: float
    cpu: float
    largest: float = 0.0
    together: float = 0.0


def measure(title: str, action: Callable[[], None], count: int,
            done: Callable[[], int]) -> Measured:
    """Runs something in a process of its own, with a progress bar.

    Args:
        title: For the bar.
        action: What to run.
        count: How many pieces of work it does.
        done: How many of them are done by now.

    Raises:
        SystemExit: It failed.
    """
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.write(writer, run_and_count(action).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    largest = together = 0.0
    with tqdm(total=count, desc=f"{title:30}", unit="notebook", leave=False, disable=None) as bar:
        while not os.waitpid(pid, os.WNOHANG)[0]:
            sizes = [memory_of(each) for each in descendants(pid)]
            largest, together = max([largest, *sizes]), max(together, sum(sizes))
            if (now := min(done(), count)) > bar.n:
                bar.update(now - bar.n)
            time.sleep(LOOK_SECONDS)
    with os.fdopen(reader) as said:
        text = said.read()
    if not text:
        raise SystemExit(f"{title}: this run failed; see above")
    seconds, cpu = map(float, text.split())
    return Measured(seconds, cpu, largest, together)


def run_and_count(action: Callable[[], None]) -> str:
    """Runs something and waits for all that it left: its seconds and CPU seconds."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    began = time.monotonic()
    action()
    seconds = time.monotonic() - began
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return f"{seconds} {used.ru_utime + used.ru_stime}"


def descendants(pid: int) -> Iterator[int]:
    """Processes below a process."""
    children: list[str] = []
    with contextlib.suppress(OSError):  # it, or a thread of it, has ended
        for thread in os.listdir(f"/proc/{pid}/task"):  # any of which may have started some
            children += Path(f"/proc/{pid}/task/{thread}/children").read_text().split()
    for child in map(int, children):
        yield child
        yield from descendants(child)


def memory_of(pid: int) -> float:
    """A process's PSS in MiB; 0 if it has ended, or is not ours to look at."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
