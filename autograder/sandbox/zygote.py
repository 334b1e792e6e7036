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
import ctypes
import gc
import importlib
import importlib.util
import io
import json
import os
import pkgutil
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
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36

libc = ctypes.CDLL(None, use_errno=True)


def load_beside(name: str) -> ModuleType:
    """A module of this folder, without the package that it belongs to."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


worker = load_beside("worker")


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

    def serve(self) -> None:
        setup = json.loads(self.line.recv(MAX_MESSAGE))
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's to handle
        warm_up(setup["packages"])
        self.shell = worker.make_shell()
        self.line.send(b"{}")
        while True:
            text, fds, _, _ = socket.recv_fds(self.line, MAX_MESSAGE, 1)
            if not text:
                return
            self.fork(json.loads(text), fds[0])

    def fork(self, request: dict[str, Any], fd: int) -> None:
        """Starts a keeper with its worker and hands a descriptor of the keeper back."""
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # keepers that have ended
                pass
        pid = os.fork()
        if pid == 0:
            try:
                self.line.close()
                keep(request, fd, self.shell)
            finally:
                os._exit(1)
        os.close(fd)
        keeper = os.pidfd_open(pid)
        socket.send_fds(self.line, [b"{}"], [keeper])
        os.close(keeper)


def keep(request: dict[str, Any], fd: int, shell: Any) -> None:
    """The keeper: starts the worker, waits for its end, and ends what it left behind."""
    os.setsid()
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # orphans become the keeper's children
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    started = os.fork()
    if started == 0:
        try:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
            os.setpgid(0, 0)
            enter_home(Path(request["home"]))
            worker.main(fd, shell)
        finally:
            os._exit(1)
    os.close(fd)
    signal.signal(signal.SIGTERM, lambda *_: end_all())
    signal.signal(signal.SIGINT, lambda *_: hand_on(started))
    while os.waitpid(-1, 0)[0] != started:
        pass
    end_all()


def hand_on(group: int) -> None:
    """Interrupts the worker and what it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGINT)


def end_all() -> None:
    """Kills everything below the keeper, however often it forks or detaches itself."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    with contextlib.suppress(ChildProcessError):
        while True:
            for pid in map(int, children.read_text().split()):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            os.waitpid(-1, 0)
    os._exit(0)


def enter_home(home: Path) -> None:
    """Makes the session's folder the worker's own."""
    os.chdir(home)
    os.environ.update(HOME=str(home), MPLCONFIGDIR=str(home / ".matplotlib"))


if __name__ == "__main__":
    Zygote(int(sys.argv[1])).serve()
