"""The warm parent: imports once what notebooks need, then forks a worker for each session.

Started as ``python -I -B zygote.py FD`` by `autograder.sandbox.warm`, with a clean
environment and nothing of `autograder` in it, so a worker inherits nothing worth having.
It never runs student code, and has neither threads nor connections when it forks.

    grader -- zygote -- keeper -- worker (the student's code)
                            `-- whatever the student's code starts

The keeper hands interrupts on, and ends with the worker; nothing outlives it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import io
import json
import os
import pkgutil
import select
import signal
import socket
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

MAX_MESSAGE = 2**16
#: What a notebook of numbers and figures imports, besides the course's own packages.
WARM = ["asyncio", "numpy.random", "numpy.linalg", "numpy.fft", "numpy.ma", "matplotlib.pyplot",
        "matplotlib.backends.backend_agg", "IPython.display",
        "IPython.core.pylabtools", "PIL.PngImagePlugin"]
#: How often a keeper looks at the memory of all processes of its worker.
WATCH_SECONDS = 0.1
PAGE = os.sysconf("SC_PAGE_SIZE")
#: Of all workers together. What is on its way in one, hundreds of KiB, is nobody's memory.
MAX_SOCKETS = 500
#: Threads and processes that share the processors like anybody's; where there are more, all
#: but the worker's own come last, or others' cells would not get done in their time.
EQUALS, LAST = 8, 19
NO_NAMESPACES = 77
#: A file in the worker's folder, outside its namespaces: its end has a reason that we know.
EXPLAINED = ".ended"


def load_beside(name: str) -> ModuleType:
    """A module of this folder, without the package that it belongs to."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


worker = load_beside("worker")
namespaces = load_beside("namespaces")
jail = load_beside("jail")


def warm_up(packages: dict[str, str]) -> None:
    """Imports what workers will need.

    Args:
        packages: The course's own packages, and the folder that each is in.
    """
    for name in WARM:
        with contextlib.suppress(Exception):  # a convenience: the worker imports it itself
            importlib.import_module(name)
    for name, folder in packages.items():
        sys.path.insert(0, folder)
        with contextlib.suppress(Exception):
            package = importlib.import_module(name)
            for module in pkgutil.walk_packages(getattr(package, "__path__", []), f"{name}."):
                with contextlib.suppress(Exception):
                    importlib.import_module(module.name)
        sys.path.remove(folder)
    with contextlib.suppress(Exception):
        draw_a_figure()
    gc.collect()
    gc.freeze()  # so that the collector does not touch, and so copy, what is shared


def draw_a_figure() -> None:
    """Loads the fonts and rules that any figure needs: a tenth of a second for each worker."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.add_subplot(title=r"$\bar x_1^2 = \frac{1}{2}$", xscale="log", yscale="log")
    axes.plot([1, 1000], [1, 1000], label="σ")
    axes.legend()
    FigureCanvasAgg(figure).print_png(io.BytesIO())


class Zygote:
    """Forks a worker for each request, until the grader hangs up."""

    def __init__(self, fd: int) -> None:
        self.line = socket.socket(fileno=fd)
        self.setup = json.loads(self.line.recv(MAX_MESSAGE))
        self.own_namespaces = False

    def start(self) -> None:
        """Warms up, moves where it sees nothing but what workers may see, and serves."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's to handle
        self.readable = jail.readable(self.setup["packages"])
        warm_up(self.setup["packages"])
        if select.select([self.line], [], [], 0)[0]:
            return  # there is nothing to read before we are ready: the grader is gone
        self.shell = worker.outputs.make_shell()
        if "namespaces" in self.setup["without"] or not self.served_in_namespaces():
            self.serve()

    def served_in_namespaces(self) -> bool:
        """Serves from a process of its own; returns at the end, or if there are none to have."""
        outer = os.fork()
        if outer == 0:
            status = NO_NAMESPACES
            with contextlib.suppress(OSError):
                namespaces.leave(os.getuid(), os.getgid())
                status = os.waitstatus_to_exitcode(os.waitpid(self.inner(), 0)[1])
            os._exit(status)
        return os.waitstatus_to_exitcode(os.waitpid(outer, 0)[1]) != NO_NAMESPACES

    def inner(self) -> int:
        """The first process of the new namespaces, which serves: its number."""
        pid = os.fork()
        if pid == 0:
            with contextlib.suppress(OSError):
                namespaces.build_root(Path(self.setup["home"]), self.readable,
                                      Path(self.setup["temporary"]))
                self.own_namespaces = True
                self.serve()
                os._exit(0)
            os._exit(0 if self.own_namespaces else NO_NAMESPACES)
        return pid

    def serve(self) -> None:
        own_processes = os.open("/proc/self/ns/pid", os.O_RDONLY) if self.own_namespaces else -1
        jail.hide()
        self.line.send(b"{}")
        while True:
            text, fds, _, _ = socket.recv_fds(self.line, MAX_MESSAGE, 2)
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:  # keepers that have ended
                    pass
            if not text:
                return
            if self.own_namespaces:
                namespaces.next_child_in_own_processes()
            keeper = self.fork(json.loads(text), *fds)
            if self.own_namespaces:
                namespaces.next_child_beside_us(own_processes)
            socket.send_fds(self.line, [b"{}"], [keeper])
            for fd in (*fds, keeper):
                os.close(fd)

    def fork(self, request: dict[str, Any], line: int, home: int) -> int:
        """Starts a keeper with its worker: a descriptor of the keeper."""
        pid = os.fork()
        if pid == 0:
            try:
                self.line.close()
                self.keep(request, line, home)
            finally:
                os._exit(1)
        return os.pidfd_open(pid)

    def keep(self, request: dict[str, Any], line: int, home: int) -> None:
        """The keeper: starts the worker, waits for its end, and ends what it left behind."""
        path, temporary = Path(request["home"]), Path(self.setup["temporary"])
        uid, gid = jail.worker_ids()
        os.setsid()
        if self.own_namespaces:
            namespaces.own_files(home, path, temporary, request["limits"]["folder_bytes"], uid, gid)
        else:
            jail.adopt_orphans()
            jail.hand_over(path, uid, gid)
        started = os.fork()
        if started == 0:
            try:
                os.setpgid(0, 0)
                os.chdir(path)
                os.environ.update(HOME=str(path), MPLCONFIGDIR=str(path / ".matplotlib"))
                writable = [str(path), *jail.DEVICES]
                if self.own_namespaces:
                    writable += ["/tmp", str(temporary), "/dev/shm", "/dev/pts"]
                jail.close_all_but(line)
                jail.enter(request["limits"], self.readable, writable, uid, gid,
                           self.own_namespaces, self.setup["without"])
                worker.main(line, self.shell)
            finally:
                os._exit(1)
        os.close(line)
        Keeper(started, request["limits"]["memory_bytes"], self.own_namespaces, home).watch()


class Keeper:
    """Looks after a worker until its end.

    Args:
        worker: Its number.
        memory_bytes: What all its processes may use.
        own_namespaces: Whether they are in namespaces of their own.
        home: Descriptor of the folder in which to say that the end has a known reason.
    """

    def __init__(self, worker: int, memory_bytes: int, own_namespaces: bool, home: int) -> None:
        self.worker, self.memory_bytes = worker, memory_bytes
        self.own_namespaces, self.home = own_namespaces, home
        signal.signal(signal.SIGCHLD, lambda *_: None)  # so that one interrupts the waiting
        signal.signal(signal.SIGTERM, lambda *_: self.end_all())
        signal.signal(signal.SIGINT, lambda *_: self.hand_on())

    def watch(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        while not self.has_ended():
            signal.sigtimedwait([signal.SIGCHLD], WATCH_SECONDS)
            if self.own_namespaces and (sockets_of_all() > MAX_SOCKETS or memory_of_all(
                    self.memory_bytes) > self.memory_bytes):
                self.explain_end()
                break
            if self.own_namespaces:
                self.put_last()
        self.end_all()

    def put_last(self) -> None:
        """Has others go first where a worker has started many threads or processes."""
        tasks = [(pid, int(task)) for pid in map(int, pids_of_all())
                 for task in names_in(f"/proc/{pid}/task")]
        if len(tasks) <= EQUALS:
            return
        for pid, task in tasks:
            with contextlib.suppress(OSError):  # it has ended
                if task != self.worker:
                    os.setpriority(os.PRIO_PROCESS, task, LAST)
                if os.getsid(pid) != os.getsid(self.worker):  # the kernel shares by sessions
                    Path(f"/proc/{pid}/autogroup").write_text(str(LAST))

    def has_ended(self) -> bool:
        """Whether the worker has; buries what has ended."""
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            if ended[0] == self.worker:
                if not (os.WIFSIGNALED(ended[1]) and os.WTERMSIG(ended[1]) == signal.SIGKILL):
                    self.explain_end()
                return True
        return False

    def explain_end(self) -> None:
        """Says that the worker ended by itself or by its limits: nobody killed it or us."""
        with contextlib.suppress(OSError):
            os.close(os.open(EXPLAINED, os.O_WRONLY | os.O_CREAT, 0o600, dir_fd=self.home))

    def hand_on(self) -> None:
        """Interrupts the worker and what it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.worker, signal.SIGINT)

    def end_all(self) -> None:
        """Kills everything below the keeper, however often it forks or detaches itself."""
        if self.own_namespaces:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(self.worker, signal.SIGKILL)
                os.waitpid(self.worker, 0)  # so that its time is counted as its parents'
            os._exit(0)  # the kernel ends whatever else is in them
        children = Path(f"/proc/self/task/{os.getpid()}/children")
        with contextlib.suppress(ChildProcessError):
            while True:
                for pid in map(int, children.read_text().split()):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                os.waitpid(-1, 0)
        os._exit(0)


def pids_of_all() -> list[str]:
    """All processes of this namespace but this one."""
    return [name for name in names_in("/proc") if name.isdigit() and name != "1"]


def names_in(folder: str) -> list[str]:
    """What is in a folder of /proc; nothing if its process has ended."""
    with contextlib.suppress(OSError):
        return os.listdir(folder)
    return []


def memory_of_all(enough: int) -> int:
    """What all processes of this namespace but this one use.

    Args:
        enough: Up to here an estimate will do, which counts shared pages again and again.
    """
    pids = pids_of_all()
    estimate = sum(int(read_about(pid, "statm").split()[1]) for pid in pids) * PAGE
    if estimate <= enough:
        return estimate
    return sum(map(memory_of, pids))


def memory_of(pid: str) -> int:
    """A process's memory with its share of what it shares; all of it where it hides that."""
    shares = [line for line in read_about(pid, "smaps_rollup").split("\n")
              if line.startswith("Pss:")]
    return (1024 * int(shares[0].split()[1]) if shares else
            PAGE * int(read_about(pid, "statm").split()[1]))


def sockets_of_all() -> int:
    """How many sockets the warm parent's workers have; they all serve one submission."""
    lines = read_about("self", "net/sockstat").split("\n")
    return next((int(line.split()[2]) for line in lines if line.startswith("sockets:")), 0)


def read_about(pid: str, what: str) -> str:
    """A file about a process; zeros if it has ended."""
    with contextlib.suppress(OSError):
        return Path("/proc", pid, what).read_text() or "0 0 0"
    return "0 0 0"


if __name__ == "__main__":
    Zygote(int(sys.argv[1])).start()
