"""The disk is full, the gradebook locked or read-only: said clearly, and nothing is lost.

Full and read-only file systems are real ones: a small one in memory, or a read-only view,
mounted in a namespace of the test's own (``unshare --user --map-root-user --mount``), where
no right of root's is in the way.
"""

from __future__ import annotations

import contextlib
import shlex
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.faults.kills import undisturbed
from tests.faults.small_class import ASSIGNMENT, environment, graded_files, nbgrader, recorded

UNSHARE = ["unshare", "--user", "--map-root-user", "--mount"]
#: Trials that need a mount are skipped, and say so, where the system allows none.
mounts = pytest.mark.skipif(
    not shutil.which(UNSHARE[0]) or subprocess.run(
        [*UNSHARE, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode != 0,
    reason="this system lets nobody mount a file system of his own")
#: Started by root, the number of processes is not bounded there.
AUTOGRADE = shlex.join([sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT,
                        "--GradeSubmission.allow_unprotected=True"])


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return undisturbed(tmp_path_factory.mktemp("plain"))


@pytest.fixture
def course(plain, tmp_path):
    shutil.copytree(plain.course, tmp_path / "course")
    return tmp_path / "course"


def in_namespace(course: Path, script: str) -> str:
    """Runs a shell script that may mount, in the course's folder; what it printed."""
    done = subprocess.run([*UNSHARE, "bash", "-ec", script], cwd=course, env=environment(),
                          text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def check_message(said: str, says: str) -> None:
    """The fault is told in a sentence, and nobody is sent to upgrade his gradebook."""
    assert says in said
    assert "Traceback" not in said, said[-3000:]
    assert "nbgrader db upgrade" not in said


def is_as_undisturbed(course: Path, plain) -> None:
    assert recorded(course) == plain.gradebook
    assert graded_files(course) == plain.files


def goes_on(course: Path) -> None:
    """The next run ends well."""
    done = nbgrader(course, "autograde", ASSIGNMENT)
    assert done.returncode == 0, done.stderr[-3000:]


def nothing_is_lost(before: dict[str, list[str]], after: dict[str, list[str]]) -> None:
    """Every grade that was recorded is still recorded, with its points."""
    marked = [row for row in before["grade"] if '"auto_score": null' not in row]
    assert set(marked) <= set(after["grade"])


#: What is on a file system of its own, and how many pages it has beyond what is there.
FULL = {"everything": (".", 12), "gradebook": ("book", 3), "autograded": ("autograded", 4),
        "start": (".", 0)}


@mounts
@pytest.mark.parametrize("which", FULL)
def test_a_full_disk_ends_the_run_and_room_lets_it_go_on(course, plain, which):
    place, room = FULL[which]
    (course / "book").mkdir()
    (course / "gradebook.db").rename(course / "book/gradebook.db")
    (course / "autograded").mkdir()
    with (course / "nbgrader_config.py").open("a") as config:
        config.write('import os\nc.CourseDirectory.db_url = '
                     'f"sqlite:///{os.getcwd()}/book/gradebook.db"\n')
    said = in_namespace(course, f"""
        mkdir ../full
        mount -t tmpfs -o size=64m none ../full
        cp -a {place}/. ../full/
        used=$(df --output=used --block-size=4K ../full | tail -1)
        mount -o remount,size=$(((used + {room}) * 4))k ../full
        [ {place} = . ] || mount --bind ../full {place}
        [ {place} != . ] || cd ../full
        {AUTOGRADE} && status=0 || status=$?
        echo "FIRST $status"
        cp -a "$PWD/book/gradebook.db" {course}/../first.db
        mount -o remount,size=64m {course}/../full
        {AUTOGRADE} && status=0 || status=$?
        echo "SECOND $status"
        mkdir {course}/../after
        cp -a autograded {course}/../after/
        cp book/gradebook.db {course}/../after/
    """)
    first, _, second = said.partition("FIRST ")
    after = course.parent / "after"
    assert not first.startswith("0")
    assert second.startswith("1"), second
    assert "SECOND 0" in second, second
    check_message(first, "o room left")
    (after / "early").mkdir()
    shutil.copy(course.parent / "first.db", after / "early/gradebook.db")
    nothing_is_lost(recorded(after / "early"), recorded(after))
    is_as_undisturbed(after, plain)


@mounts
def test_a_full_disk_for_the_cache_costs_the_cache_alone(course, plain):
    (course / ".grading_cache").mkdir()
    said = in_namespace(course, f"""
        mount -t tmpfs -o size=4k none .grading_cache
        {AUTOGRADE}
    """)
    check_message(said, "not kept for the next run: [Errno 28] No space left on device")
    is_as_undisturbed(course, plain)


@mounts
@pytest.mark.parametrize("place", ["gradebook.db", "."])
def test_what_is_read_only_is_named_before_anything_is_graded(course, plain, place):
    said = in_namespace(course, f"""
        mount --bind {place} {place}
        mount -o remount,bind,ro {place}
        cd $PWD
        {AUTOGRADE} && status=0 || status=$?
        echo "FIRST $status"
    """)
    assert "FIRST 1" in said
    check_message(said, "change its owner or")
    assert not (course / "autograded").exists()
    goes_on(course)
    is_as_undisturbed(course, plain)


class Locking:
    """Locks the gradebook in the middle of a run, as another program might."""

    def __init__(self, course: Path, until) -> None:
        self.course, self.until = course, until
        self.thread = threading.Thread(target=self.lock)

    def lock(self) -> None:
        wait_for(lambda: (self.course / "autograded/bea").exists())
        with contextlib.closing(sqlite3.connect(
                self.course / "gradebook.db", timeout=20, isolation_level=None)) as database:
            database.execute("BEGIN EXCLUSIVE")
            wait_for(self.until)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join()


def wait_for(condition, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)


def test_a_gradebook_that_is_locked_for_a_while_is_waited_for(course, plain):
    """For longer than SQLite alone would."""
    began = []

    def seven_seconds() -> bool:
        began.append(time.monotonic())
        return time.monotonic() - began[0] > 7

    with Locking(course, seven_seconds):
        done = nbgrader(course, "autograde", ASSIGNMENT)
    assert began, "it was never locked"
    assert done.returncode == 0, done.stderr
    is_as_undisturbed(course, plain)


def test_a_gradebook_that_stays_locked_costs_one_submission_its_turn(course, plain):
    failed = course / "failed"
    with Locking(course, failed.exists):
        with nbgrader_lines(course, "--GradeSubmission.lock_seconds=0.5") as (process, lines):
            said = ""
            for line in lines:
                said += line
                if "kept locked by another program" in line:
                    failed.touch()
        failed.touch()
    assert process.returncode == 1, said
    check_message(said, "kept locked by another program")
    assert said.count("There was an error processing assignment 'backprop'") == 1, said[-3000:]
    early = recorded(course)
    goes_on(course)
    nothing_is_lost(early, recorded(course))
    is_as_undisturbed(course, plain)


def test_a_gradebook_that_is_locked_for_good_ends_the_run_soon(course, plain):
    over = course / "over"
    with Locking(course, over.exists):
        began = time.monotonic()
        done = nbgrader(course, "autograde", ASSIGNMENT, "--GradeSubmission.lock_seconds=0.5")
        seconds = time.monotonic() - began
        over.touch()
    assert done.returncode == 1
    check_message(done.stderr, "Those that are left are graded then.")
    assert seconds < 60
    goes_on(course)
    is_as_undisturbed(course, plain)


def test_a_gradebook_that_is_locked_from_the_start_is_said_to_be(course, plain):
    with contextlib.closing(sqlite3.connect(course / "gradebook.db", isolation_level=None)) as book:
        book.execute("BEGIN EXCLUSIVE")
        done = nbgrader(course, "autograde", ASSIGNMENT, "--GradeSubmission.lock_seconds=0.5")
    assert done.returncode == 1
    check_message(done.stderr, "kept locked by another program")
    goes_on(course)
    is_as_undisturbed(course, plain)


@contextlib.contextmanager
def nbgrader_lines(course: Path, *arguments: str):
    """A run and its lines as they come."""
    with subprocess.Popen([sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT, *arguments],
                          cwd=course, env=environment(), text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        yield process, process.stdout


def test_a_damaged_gradebook_is_said_to_be_damaged(course):
    (course / "gradebook.db").write_bytes(b"no database at all" * 1000)
    done = nbgrader(course, "autograde", ASSIGNMENT)
    assert done.returncode == 1
    check_message(done.stderr, "put a copy of gradebook.db back")
