"""The student's process: runs cells in an IPython shell and answers calls.

Forked from the warm parent (`zygote`), with nothing of `autograder` in it. Student code
can change anything here, so nothing here is a defence: what guards the grade is done by
the other side, which believes no word of this one, and what guards the host by the kernel
(`jail`). The bounds below only keep honest mistakes small.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import mmap
import os
import random
import resource
import signal
import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

#: NumPy's own defaults: a student's `np.seterr` must not decide how a question goes.
ERROR_STATE = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}


def load(path: str) -> ModuleType:
    """A module by its path from this folder, without the package that it belongs to."""
    place = Path(__file__).parent / path
    spec = importlib.util.spec_from_file_location(place.stem, place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_together(folder: Path, *names: str) -> list[ModuleType]:
    """Modules of a folder that import each other, without the package that they belong to."""
    package = ModuleType("_together")
    package.__path__ = [str(folder)]
    sys.modules[package.__name__] = package
    try:
        return [importlib.import_module(f"{package.__name__}.{name}") for name in names]
    finally:
        for name in [each for each in sys.modules if each.partition(".")[0] == package.__name__]:
            del sys.modules[name]


wire, outputs = load("wire.py"), load("outputs.py")
#: For test cells that another process judges (`autograder.judge`); harmless in this one.
far, near, cells = load_together(Path(__file__).parent.parent / "judge", "far", "near", "cells")


@contextlib.contextmanager
def interruptible():
    """Turns SIGINT into a KeyboardInterrupt while student code runs, and only then.

    Python's own handler leaves no frame in the traceback, as in a kernel.
    """
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        yield
    finally:
        signal.signal(signal.SIGINT, ignore_late)


def ignore_late(number: int, frame: Any) -> None:
    """The student code that was to be interrupted has ended by itself."""


class Worker:
    """Serves requests until the other side hangs up."""

    def __init__(self, fd: int, shell: outputs.Shell) -> None:
        self.fd, self.pid, self.shell = fd, os.getpid(), shell
        signal.signal(signal.SIGINT, ignore_late)

    def serve(self) -> None:
        message = self.receive()
        self.limits = message["limits"]
        set_limits(self.limits)
        # a limit below what it has already must not go unnoticed
        mmap.mmap(-1, 2**20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()
        self.recorder = self.shell.recorder
        self.recorder.limits = self.limits
        sys.stdout, sys.stderr = (
            outputs.Stream(name, self.recorder) for name in ("stdout", "stderr"))
        sys.path.insert(0, "")
        # A copy of this process made by student code must not keep the line open.
        os.register_at_fork(after_in_child=lambda: os.close(self.fd))
        np.random.seed()
        random.seed()
        self.far = far.Far(self.shell.user_ns, self.recorder, interruptible, self.call)
        self.near, self.drawn = None, False
        actions = {"run": self.run, "ask": self.ask, "use": self.use, "judge": self.judge}
        reply: dict[str, Any] = {}
        while True:
            self.send(reply)
            message = self.receive()
            reply = actions[message["do"]](message)

    def run(self, message: dict[str, Any]) -> dict[str, Any]:
        if self.drawn:
            close_figures()
            self.drawn = False
        self.recorder.begin()
        self.recorder.muted = False
        self.shell.execution_count = message["count"]
        ok = False
        try:
            with interruptible():
                ok = self.shell.run_cell(message["source"], store_history=True).success
        except BaseException as error:  # from IPython itself, interrupted at a bad moment
            self.recorder.error(type(error).__name__, "", [type(error).__name__])
        return {"ok": bool(ok), **self.recorder.finish()}

    def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        objects = []
        for name in message["names"]:
            if name not in self.shell.user_ns:
                return problem("missing", name)
            objects.append(self.shell.user_ns[name])
        probe: dict[str, Any] = {"np": np, "__name__": "probe"}
        exec(compile(message["probe"], "<probe>", "exec"), probe)
        try:
            with interruptible(), np.errstate(**ERROR_STATE), \
                    warnings.catch_warnings():
                warnings.simplefilter("ignore")
                reply = {"value": probe["probe"](*objects, *message["arguments"])}
                # while it may be interrupted: it can be large, and is student data
                wire.encode(reply, self.limits["answer_bytes"] - 1000)
        except wire.WireError as error:
            return problem("unreadable", error.name)
        except BaseException as error:
            return problem("raised", known_name(type(error)))
        finally:
            close_figures()
        return reply

    def use(self, message: dict[str, Any]) -> dict[str, Any]:
        """Does what a judge asks for."""
        self.drawn = True
        return {"reply": parcel(self.far.serve(opened(message["ask"])))}

    def judge(self, message: dict[str, Any]) -> dict[str, Any]:
        """Runs a cell of the instructor's, as the judge: this is no student's process then."""
        if self.near is None:
            world = near.World(self.shell.user_ns, self.call)
            self.near = cells.Cells(world, self.shell, interruptible)
        return self.near.run(message)

    def call(self, request: dict[str, Any]) -> dict[str, Any]:
        """Asks the process at the other end of a judged cell, and serves it meanwhile."""
        self.send({"ask": parcel(request)})
        while "ask" in (message := self.receive()):
            serve = self.far.serve if self.near is None else self.near.world.serve
            self.send({"reply": parcel(serve(opened(message["ask"])))})
        return opened(message["reply"])

    def send(self, reply: dict[str, Any]) -> None:
        if os.getpid() != self.pid:
            os._exit(0)  # a forked copy that came back from student code
        try:
            body = wire.encode({"token": self.token, **reply})
        except wire.WireError:
            body = wire.encode({"token": self.token, "ok": False, "outputs": [], "cut": True})
        data = memoryview(wire.frame(body))
        while data:
            data = data[os.write(self.fd, data):]

    def receive(self) -> dict[str, Any]:
        header = self._read(wire.FRAME.size)
        message = wire.decode(self._read(wire.frame_length(header, wire.MAX_BYTES)))
        self.token = message["token"]
        return message

    def _read(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            part = os.read(self.fd, min(size - len(data), 2**20))
            if not part:
                os._exit(0)  # the other side is gone
            data += part
        return bytes(data)


def parcel(content: dict[str, Any]) -> np.ndarray:
    """A message for the process at the other end of a judged cell: not opened on the way."""
    try:
        body = wire.encode(content)
    except wire.WireError:
        body = wire.encode({"ended": True})  # half a surrogate pair, or far too much
    return np.frombuffer(body, np.uint8)


def opened(content: Any) -> dict[str, Any]:
    """What is in a parcel; it may be anything."""
    try:
        message = wire.decode(content.tobytes())
    except (wire.WireError, AttributeError):
        message = None
    return message if type(message) is dict else {"ended": True}


def problem(kind: str, detail: str) -> dict[str, Any]:
    return {"problem": {"kind": kind, "detail": str(detail)[:100]}}


def known_name(kind: type[BaseException]) -> str:
    """The exception's own name only if Python or NumPy brings it."""
    return kind.__name__ if kind.__module__.split(".")[0] in ("builtins", "numpy") else "Exception"


def close_figures() -> None:
    """What a call has drawn must not show in the next cell."""
    if "matplotlib.pyplot" in sys.modules:
        with contextlib.suppress(Exception):
            sys.modules["matplotlib.pyplot"].close("all")


def set_limits(limits: dict[str, Any]) -> None:
    """Asks the system to bound this process and its children."""
    wanted = {
        resource.RLIMIT_AS: limits["memory_bytes"],
        resource.RLIMIT_FSIZE: limits["file_bytes"],
        resource.RLIMIT_CORE: 0,
        # a backstop for what outlives the session; two threads may use twice the time
        resource.RLIMIT_CPU: int(2 * limits["submission_seconds"]) + 60,
    }
    for which, value in wanted.items():
        hard = resource.getrlimit(which)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS knows no bound of memory
            resource.setrlimit(which, (value, value))


def main(fd: int, shell: outputs.Shell) -> None:
    """Becomes a worker; does not come back.

    Args:
        fd: The line to the trusted side.
        shell: From `outputs.make_shell`, unused so far.
    """
    os.set_inheritable(fd, False)
    sys.argv = [""]
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    try:
        Worker(fd, shell).serve()
    finally:
        os._exit(1)  # not through atexit or threads of the student's
