"""Student code reaches nothing but its own folder, and what it starts ends with it."""

from __future__ import annotations

import importlib.util
import os
import signal
import tempfile
from pathlib import Path
from types import ModuleType

import pytest

from autograder.sandbox import Limits, Session, protection, seccomp
from autograder.sandbox.protection import reached_somebody, unprotected
from autograder.sandbox.warm import warm_parent

from .test_session import VALUE, processes_of, value_of, wait_until_gone

ROOT = Path(__file__).parent.parent.parent
COURSE = [ROOT, ROOT / "source", ROOT / "autograder", ROOT / "pyproject.toml"]


@pytest.fixture(scope="module")
def session():
    with Session(Limits()) as session:
        yield session


def test_the_sandbox_holds_on_this_machine():
    assert unprotected(COURSE) == []


def killing_the_first(monkeypatch, sessions: int) -> list[Session]:
    """Sessions whose first worker is killed from outside as soon as it is asked something."""
    made = []

    class Killed(Session):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            made.append(self)

        def ask(self, *arguments):
            if len(made) <= sessions and self._worker is not None:
                signal.pidfd_send_signal(self._worker.keeper, signal.SIGKILL)
            return super().ask(*arguments)

    monkeypatch.setattr(protection, "Session", Killed)
    return made


def test_a_worker_killed_from_outside_is_no_missing_protection(monkeypatch):
    made = killing_the_first(monkeypatch, 1)
    assert unprotected(COURSE) == []
    assert len(made) == 2


def test_workers_that_always_die_cannot_be_trusted(monkeypatch):
    made = killing_the_first(monkeypatch, 2)
    (found,) = unprotected(COURSE)
    assert found.startswith("not be run at all")
    assert len(made) == 2


@pytest.mark.parametrize(("without", "says"), [
    (("namespaces", "landlock"), {"read the course's files", "fill the disk"}),
    (("namespaces", "seccomp"), {"use the network or local services", "fill the disk"}),
    (("namespaces",), {"fill the disk"}),
    (("landlock",), set()),
    (("seccomp",), set()),
])
def test_a_missing_layer_is_noticed_unless_the_others_make_up_for_it(without, says):
    found = set(unprotected(COURSE, without))
    assert found >= says
    assert bool(found) == bool(says)


def test_the_courses_package_can_be_imported_and_the_rest_of_its_folder_not_be_read(session):
    assert session.run("import course_utils.plots, course_utils.datasets").outcome == "ok"
    for path in (ROOT / "pyproject.toml", ROOT / "source", ROOT / "autograder/marking.py"):
        assert path.exists()
        assert not value_of(session, f"__import__('os').path.exists({str(path)!r})")
    assert session.run("import autograder").outputs[0]["ename"] == "ModuleNotFoundError"


def test_temporary_files_are_its_own_and_vanish():
    with Session(Limits()) as session:
        session.run("import tempfile\nt = tempfile.NamedTemporaryFile(delete=False)\n"
                    "t.write(b'x'); t.close()")
        path = Path(value_of(session, "t.name"))
        assert not path.exists()
        assert path.is_relative_to(tempfile.gettempdir())


def test_files_together_are_bounded(session):
    with Session(Limits(folder_bytes=8 * 2**20)) as session:
        run = session.run("for i in range(10): open(f'f{i}', 'wb').write(bytes(2**20))")
        assert run.outputs[0]["evalue"].startswith("[Errno 28] No space left")
        assert session.run("open('/tmp/f', 'wb').write(bytes(2**22))").outcome == "error"


def test_memory_of_all_processes_together_is_bounded():
    with Session(Limits(memory_bytes=2**30, cell_seconds=8)) as session:
        run = session.run("""
import os, time
for _ in range(8):
    if os.fork() == 0:
        hog = b"x" * (300 * 2**20)
        time.sleep(100)
time.sleep(100)
""")
        assert run.outcome == "died"


def test_processes_and_shell_commands_work(session):
    run = session.run("import multiprocessing, subprocess\n"
                      "with multiprocessing.Pool(2) as pool: x = pool.map(abs, [-1, 2])\n"
                      "y = subprocess.run(['echo', 'z'], capture_output=True, text=True).stdout\n"
                      "!echo shell")
    assert run.outputs == [{"output_type": "stream", "name": "stdout", "text": "shell\n"}]
    assert value_of(session, "[x, y]") == [[1, 2], "z\n"]


def test_it_may_end_its_own_children_and_threads_work(session):
    run = session.run("import subprocess, threading\np = subprocess.Popen(['sleep', '50'])\n"
                      "p.terminate()\nt = threading.Thread(target=print, args=('in a thread',))\n"
                      "t.start(); t.join()\np.wait()")
    assert run.outputs[0]["text"] == "in a thread\n"
    assert run.outputs[1]["data"]["text/plain"] == str(-signal.SIGTERM)


def test_it_has_no_rights_left(session):
    status = value_of(session, "open('/proc/self/status').read()")
    about = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(about[kind], 16) == 0
    assert (about["NoNewPrivs"], about["Seccomp"]) == ("1", "2")
    assert about["Uid"].split()[0] != "0"


def test_it_cannot_make_namespaces_of_its_own(session):
    session.run("import ctypes\nlibc = ctypes.CDLL(None)")
    assert value_of(session, "libc.unshare(0x10000000)") == -1
    assert value_of(session, "libc.syscall(56, 0x10000011, 0, 0, 0, 0)") == -1


def test_sessions_draw_different_random_numbers():
    draws = set()
    for _ in range(2):
        with Session(Limits()) as session:
            session.run("import random, numpy as np")
            draws |= {value_of(session, "random.random()"),
                      float(value_of(session, "np.random.rand()"))}
    assert len(draws) == 4


def test_sessions_do_not_see_each_other():
    with Session(Limits()) as one, Session(Limits()) as other:
        one.run("open('/tmp/for-the-other', 'w').write('hello')")
        other.run("import os, time")
        assert value_of(other, "os.path.exists('/tmp/for-the-other')") is False
        assert value_of(other, "sorted(p for p in os.listdir('/proc') if p.isdigit())") == [
            "1", "2"]


def test_another_warm_parent_takes_over_from_one_that_has_ended():
    limits = Limits()
    with Session(limits) as session:
        session.run("x = 1")
        before = processes_of(session)
        parent = warm_parent(limits.packages)._process
        parent.kill()
        parent.wait(10)  # asked for again, it could be the one that has taken over
        assert session.ask(VALUE, ["x"], []).value == 1
    for pid in before:
        wait_until_gone(pid)


def test_the_warm_parent_has_no_thread_and_no_secret(session, monkeypatch):
    session.run("1")
    pid = warm_parent(Limits().packages)._process.pid
    for process in [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]:
        assert len(os.listdir(f"/proc/{process}/task")) == 1


@pytest.mark.parametrize("machine", seccomp.MACHINES)
@pytest.mark.parametrize("own_files", [True, False])
def test_every_jump_of_the_filter_lands_inside_it(machine, own_files):
    steps = seccomp.program(machine, own_files)
    for at, (code, yes, no, _) in enumerate(steps):
        if code in (seccomp.EQUALS, seccomp.AT_LEAST, seccomp.ANY_BIT):
            assert at + 1 + max(yes, no) < len(steps)
    assert steps[-1][0] == seccomp.RETURN


def test_a_package_in_the_folder_of_temporary_files_can_be_imported(tmp_path, monkeypatch):
    """The worker has such a folder of its own; a course, or Python, may stand in the system's."""
    (tmp_path / "lent").mkdir()
    (tmp_path / "lent/__init__.py").write_text("number = 5\n")
    (tmp_path / "secret").write_text("not to be read")
    monkeypatch.syspath_prepend(tmp_path)
    with Session(Limits(packages=("course_utils", "lent"))) as session:
        assert value_of(session, "__import__('lent').number") == 5
        assert not value_of(session, f"__import__('os').path.exists({str(tmp_path / 'secret')!r})")
        assert session.run(f"open({str(tmp_path / 'lent/new.py')!r}, 'w')").outcome == "error"


def test_a_socket_in_a_folder_with_a_long_name_is_tried_too(tmp_path):
    folder = tmp_path / ("long" * 40)
    folder.mkdir()
    assert not reached_somebody(lambda *_: None, folder)
    (folder / "line").unlink()
    assert reached_somebody(
        lambda attempt, tcp, udp, abstract, path: attempt(0, 0, "nobody", path), folder)


SHARED_FILES = """
import fcntl, glob, os, struct
import numpy

files = sorted(glob.glob(os.path.dirname(numpy.__file__) + "/*.py"))[:8]
lines = [open(name) for name in files]
held = struct.pack("hhqqi", fcntl.F_RDLCK, 0, 0, 0, 0)
"""


def test_two_sessions_tell_each_other_nothing_by_files_that_both_may_read():
    with Session(Limits()) as one, Session(Limits()) as other:
        for session in (one, other):
            session.run(SHARED_FILES)
        other.run("import ctypes\nlibc = ctypes.CDLL(None)\nwatch = libc.inotify_init1(0)")
        assert value_of(other, "watch") == -1
        one.run("fcntl.flock(lines[1], fcntl.LOCK_EX)\nfcntl.fcntl(lines[2], fcntl.F_SETLK, held)")
        other.run("""
wanted = struct.pack("hhqqi", fcntl.F_WRLCK, 0, 0, 0, 0)
seen = [struct.unpack("hhqqi", fcntl.fcntl(line, fcntl.F_GETLK, wanted))[0] for line in lines]
for line in lines:
    fcntl.flock(line, fcntl.LOCK_EX | fcntl.LOCK_NB)
free = seen == [fcntl.F_WRLCK] * 8
""")
        assert value_of(other, "free") is True


def test_memory_that_is_in_no_process_is_not_to_be_had(session):
    session.run("""
import mmap, os, socket

def refused(make):
    try:
        make()
    except OSError:
        return True

shared = refused(lambda: mmap.mmap(-1, 2**20))
zeros = refused(lambda: os.open("/dev/zero", os.O_RDONLY))
private = refused(lambda: mmap.mmap(-1, 2**20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
""")
    assert [value_of(session, name) for name in ("shared", "zeros", "private")] == [
        True, True, None]


def test_what_is_on_its_way_in_sockets_is_bounded():
    with Session(Limits()) as session:
        run = session.run("import socket, time\npairs = [socket.socketpair() for _ in range(400)]\n"
                          "time.sleep(2)")
        assert run.outcome == "died"


def test_terminals_are_left_for_others(session):
    session.run("""
import os

ends = []
try:
    while True:
        ends.append(os.open("/dev/ptmx", os.O_RDWR))
except OSError:
    number = len(ends)
for end in ends:
    os.close(end)
""")
    assert 10 < value_of(session, "number") <= 64


def by_its_path(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(seccomp.__file__).with_name(
        f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_process_that_hides_its_memory_counts_with_all_of_it(monkeypatch):
    zygote = by_its_path("zygote")
    about = {"statm": "500 300 0 0 0 0 0", "smaps_rollup": "0 0 0"}
    monkeypatch.setattr(zygote, "read_about", lambda pid, what: about[what])
    assert zygote.memory_of("1") == 300 * zygote.PAGE
    about["smaps_rollup"] = "Rss:  1200 kB\nPss:   700 kB\nPss_Dirty:   9 kB\n"
    assert zygote.memory_of("1") == 700 * 1024


BUSY = """
import os

def started(count):
    pids = []
    for _ in range(count):
        pid = os.fork()
        if pid == 0:
            os.setsid()
            time.sleep(5)
            os._exit(0)
        pids.append(pid)
    time.sleep(0.5)
    found = {os.getpriority(os.PRIO_PROCESS, pid) for pid in pids}
    for pid in pids:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
    return sorted(found)
"""


def test_many_processes_come_last_and_few_do_not(session):
    here = os.getpriority(os.PRIO_PROCESS, 0)
    session.run("import time\n" + BUSY)
    assert value_of(session, "started(3)") == [here]
    assert value_of(session, "started(20)") == [19]
    assert value_of(session, "os.getpriority(os.PRIO_PROCESS, 0)") == here


def test_what_others_have_read_is_not_told(session):
    """Pages in memory would tell the next run which files the run before has read."""
    session.run("""
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
with open(os.__file__, "rb") as file:
    def refused(attempt):
        try:
            attempt()
        except OSError:
            return True

    page = ctypes.create_string_buffer(64)
    v = [refused(lambda: os.preadv(file.fileno(), [bytearray(1)], 0, os.RWF_NOWAIT)),
         libc.mincore(None, ctypes.c_size_t(1), page),
         libc.syscall(451, file.fileno(), page, page, 0),
         os.preadv(file.fileno(), [bytearray(3)], 0)]
""")
    assert value_of(session, "v") == [True, -1, -1, 3]


@pytest.mark.parametrize("without", [(), ("landlock",)])
def test_pairs_of_sockets_cannot_be_used_to_call_others(without):
    with Session(Limits(), without=without) as session:
        session.run("""
import socket

def made(kind):
    try:
        one, other = socket.socketpair(socket.AF_UNIX, kind)
    except OSError:
        return False
    one.send(b"x")
    return other.recv(1) == b"x"

v = [made(kind) for kind in (socket.SOCK_DGRAM, socket.SOCK_SEQPACKET, socket.SOCK_RAW,
                             socket.SOCK_STREAM, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)]
""")
        assert value_of(session, "v") == [False, False, False, True, True]
