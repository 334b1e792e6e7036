"""Where the corpus is graded: a course with secrets in it, and a machine with neighbours.

Everything that must not get out carries a word of its own, a *canary*; everything that must
not be reached, changed or left behind is looked at from outside.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import re
import secrets
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import matplotlib
import nbformat

from autograder.build import ROOT
from tests.attacks.entries import (
    ASKING,
    ASSERTING,
    FOLDER,
    ORDINARY,
    SOLVED,
    SOURCE,
    Entry,
    entry,
)
from tests.elsewhere.notebooks import read_text

PR_SET_CHILD_SUBREAPER = 36
#: How long a process that was to end may take to vanish.
GONE_SECONDS = 5.0
#: Small, so that those who wait for the end do not hold up the class.
LIMITS = """
c.GradeSubmission.cell_seconds = 3
c.GradeSubmission.call_seconds = 1.5
c.GradeSubmission.submission_seconds = 25
c.GradeSubmission.memory_mib = 1024
"""
#: What nbgrader itself writes in the course's folder.
WRITTEN = ("autograded", "feedback", "gradebook.db", ".grading_cache", ".grading_runs",
           ".nbgrader.log")
#: Where somebody might leave a file: folders and how deep to look.
PLACES = {"/": 1, "/tmp": 2, "/var/tmp": 2, "/dev/shm": 2, "/run": 2, "/etc": 2, "/var/spool": 4,
          str(ROOT): 3, str(Path.home()): 2, sys.prefix: 4}

#: Honest students around the others, who hand in both assignments.
HONEST = [entry(group, name, "hands in a right solution", "solved", "everything")
          for group in ("honest", "ordinary_tests")
          for name in ("aaa_first", "mmm_middle", "zzz_last")]


@dataclass
class Scene:
    """A course and its surroundings.

    Args:
        root: The folder that holds everything else.
        corner: A folder with a short path for sockets, and for the run's temporary files.
        words: What the corpus may know: paths, ports, a process.
        canaries: For each secret its word.
        lines: Sockets that nobody may call.
        victim: A process that nobody may touch.
    """

    root: Path
    corner: Path
    words: dict[str, str] = field(default_factory=dict)
    canaries: dict[str, str] = field(default_factory=dict)
    lines: list[socket.socket] = field(default_factory=list)
    victim: subprocess.Popen | None = None

    @property
    def course(self) -> Path:
        return self.root / "course"

    @property
    def mark(self) -> str:
        """Is in the name of whatever an attack leaves behind."""
        return self.words["MARK"]

    def hand_in(self, entries: list[Entry]) -> None:
        """Writes the submissions of a class."""
        for each in entries:
            folder = self.course / "submitted" / each.name / each.paper.assignment
            folder.mkdir(parents=True)
            each.lay_out(folder, self.words)
        self._sign(self.course / "submitted" / HONEST[0].name)

    def _sign(self, folder: Path) -> None:
        """The first student's work has a canary too: nobody else may see it."""
        for paper, begins in ((ASKING, "def backward("), (ASSERTING, "def area(")):
            path = folder / paper.assignment / f"{paper.name}.ipynb"
            if path.exists():
                text = path.read_text(encoding="utf-8")
                path.write_text(text.replace(
                    f'"{begins}', f'"# {self.canaries["neighbour"]}\\n",\n    "{begins}'),
                    encoding="utf-8")

    def nbgrader(self, *arguments: str, seconds: float = 900, prefix: tuple[str, ...] = (),
                 **settings: str) -> subprocess.CompletedProcess:
        """Runs a plain nbgrader command in the course's folder, in a session of its own."""
        environment = {
            **os.environ, "HOME": str(self.root / "home"), "TMPDIR": str(self.corner / "temporary"),
            "MPLCONFIGDIR": matplotlib.get_configdir(), "OMP_NUM_THREADS": "1",
            "COURSE_TOKEN": self.canaries["environment"], "PYTHONPATH": str(ROOT),
            "JUPYTER_CONFIG_DIR": str(self.root / "jupyter"), **settings}
        return subprocess.run(
            [*prefix, sys.executable, "-m", "nbgrader", *arguments], cwd=self.course, text=True,
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds,
            start_new_session=True)

    def write_feedback(self, entries: list[Entry], assignment: str) -> subprocess.CompletedProcess:
        """Makes the pages of those whose outputs try something; a page takes half a second.

        Nothing stands in a page but what is in the autograded notebook and the comments.
        """
        others = [each.name for each in entries if not each.shows]
        return self.nbgrader("generate_feedback", assignment,
                             f"--CourseDirectory.student_id_exclude={','.join(others)}")

    def contents(self) -> dict[str, str]:
        """Digests of all files that grading must leave as they are."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            inside = path.relative_to(self.root).parts
            if inside[0] == "course" and inside[1:2] and inside[1].startswith(WRITTEN):
                continue
            name, about = str(path.relative_to(self.root)), path.lstat()
            found[name] = f"{about.st_mode:o} {about.st_uid}"
            if path.is_file() and not path.is_symlink() and about.st_size < 2**24:
                found[name] += hashlib.sha256(path.read_bytes()).hexdigest()
        return found

    def left_files(self) -> list[str]:
        """Files outside with the mark in their names, and what is left of temporary ones."""
        seen = {str(path) for place, depth in PLACES.items()
                for path in beneath(Path(place), depth) if self.mark in path.name}
        return sorted(seen | {str(path) for path in (self.corner / "temporary").iterdir()})

    def callers(self) -> int:
        """How many of the sockets somebody has called."""
        return len(select.select(self.lines, [], [], 0)[0])


def beneath(folder: Path, depth: int) -> Iterator[Path]:
    """What is in a folder, and in its folders down to a depth."""
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        for each in found:
            yield Path(each.path)
            if depth > 1 and each.is_dir(follow_symlinks=False) and each.name not in (
                    "proc", "sys", ".git", "node_modules"):
                yield from beneath(Path(each.path), depth - 1)


@contextlib.contextmanager
def set_up(root: Path, like: Scene | None = None) -> Iterator[Scene]:
    """A scene: the course is released, and nobody has handed in yet.

    Args:
        root: An empty folder.
        like: A scene whose course, still without submissions, is to be copied.
    """
    with contextlib.ExitStack() as stack:
        corner = stack.enter_context(tempfile.TemporaryDirectory(prefix="scene-", dir="/var/tmp"))
        scene = Scene(root.resolve(), Path(corner))
        scene.canaries = {name: f"CANARY{secrets.token_hex(8)}" for name in (
            "reference", "hidden", "input", "solutions", "neighbour", "environment", "home",
            "outside")}
        for folder in ("home/.ssh", "outside", "jupyter"):
            (scene.root / folder).mkdir(parents=True)
        (scene.corner / "temporary").mkdir()
        if like is None:
            make_course(scene)
        else:
            scene.canaries = dict(like.canaries)
            shutil.copytree(like.course, scene.course)
        (scene.root / "home/.ssh/id_rsa").write_text(scene.canaries["home"])
        (scene.root / "outside/notes.txt").write_text(scene.canaries["outside"])
        (scene.root / "outside" / scene.canaries["outside"]).touch()
        abstract = secrets.token_hex(8)
        for family, kind, address in (
                (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
                (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
                (socket.AF_UNIX, socket.SOCK_STREAM, "\0" + abstract),
                (socket.AF_UNIX, socket.SOCK_STREAM, f"{corner}/line")):
            line = stack.enter_context(socket.socket(family, kind))
            line.bind(address)
            if kind == socket.SOCK_STREAM:
                line.listen()
            scene.lines.append(line)
        os.chmod(corner, 0o755)
        os.chmod(f"{corner}/line", 0o777)
        scene.victim = subprocess.Popen(
            ["sleep", "1800"], start_new_session=True,
            env={"PATH": os.defpath, "TOKEN": scene.canaries["environment"]})
        scene.words = {
            "MARK": f"mark{secrets.token_hex(4)}", "ROOT": str(scene.root), "REPO": str(ROOT),
            "COURSE": str(scene.course), "HOME": str(scene.root / "home"),
            "OUTSIDE": str(scene.root / "outside"), "NEIGHBOUR": HONEST[0].name,
            "TCP": str(scene.lines[0].getsockname()[1]),
            "UDP": str(scene.lines[1].getsockname()[1]),
            "ABSTRACT": abstract, "SOCKET": f"{corner}/line", "VICTIM": str(scene.victim.pid)}
        try:
            yield scene
        finally:
            scene.victim.kill()
            scene.victim.wait()


def make_course(scene: Scene) -> None:
    """A course of two notebooks, with canaries in what students must not see, released."""
    source, solutions = (scene.course / name / ASKING.assignment for name in (
        "source", "solutions"))
    source.mkdir(parents=True)
    solutions.mkdir(parents=True)
    make_ordinary(scene)
    text = nbformat.writes(SOLVED)
    for sign, canary in (("BEGIN SOLUTION", "reference"), ("BEGIN HIDDEN TESTS", "hidden")):
        text, planted = re.subn(
            rf'^( *"( *)### {sign}\\n",)$', rf'\1\n"\2# {scene.canaries[canary]}\\n",', text,
            flags=re.MULTILINE)
        assert planted, f"no place for a canary behind {sign}"
    (source / SOURCE.name).write_text(text, encoding="utf-8")
    (solutions / SOURCE.name).write_text(f'"{scene.canaries["solutions"]}"')
    shutil.copy(ROOT / "nbgrader_config.py", scene.course)
    with (scene.course / "nbgrader_config.py").open("a") as config:
        config.write(LIMITS)
    secret = secrets.token_hex(32)
    (scene.course / ".course_secret").write_text(secret + "\n")
    (scene.course / ".course_secret").chmod(0o600)
    scene.canaries["secret"] = secret
    for paper in (ASKING, ASSERTING):
        done = scene.nbgrader("generate_assignment", paper.assignment)
        assert done.returncode == 0, done.stderr
        released = scene.course / "release" / paper.assignment / f"{paper.name}.ipynb"
        assert "CANARY" not in released.read_text(encoding="utf-8")


def make_ordinary(scene: Scene) -> None:
    """Writes the source of the notebook with ordinary test cells."""
    text = (FOLDER / "ordinary.py").read_text(encoding="utf-8")
    for word in ("reference", "hidden", "input"):
        assert f"@{word.upper()}@" in text
        text = text.replace(f"@{word.upper()}@", scene.canaries[word])
    folder = scene.course / "source" / ORDINARY
    folder.mkdir()
    nbformat.write(read_text(text), folder / f"{ORDINARY}.ipynb")


@contextlib.contextmanager
def orphans_seen() -> Iterator[list[int]]:
    """Collects the processes that commands in the block have left behind, and ends them."""
    libc, left = ctypes.CDLL(None), []
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before = children()
    try:
        yield left
    finally:
        end = time.monotonic() + GONE_SECONDS
        while children() - before and time.monotonic() < end:
            time.sleep(0.1)
        while found := children() - before:
            for pid in found:
                os.kill(pid, 9)
                os.waitpid(pid, 0)
            left.extend(sorted(found))
        libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def children() -> set[int]:
    """This process's children, those of its threads included; what has ended is buried."""
    found = {int(pid) for thread in Path("/proc/self/task").iterdir()
             for pid in (thread / "children").read_text().split()}
    return {pid for pid in found if "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()}
