"""Processes of this machine behind the interface of ``concurrent.futures``.

Unlike the standard library's pool they do not import the program that started them (all of
nbgrader), do not hear Ctrl-C, end at once when they are not needed any more or when that
program is gone, and one that is killed costs nothing but its own piece of work.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import pickle
import queue
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path
from typing import Any, BinaryIO

from autograder import scratch

ROOT = Path(__file__).resolve().parent.parent
LENGTH = struct.Struct("Q")
#: New objects between two searches for garbage. Answers are graphs of many thousand nodes,
#: which Python's own 700 would have searched again and again: a third of the time.
OBJECTS = 50_000


class Processes(Executor):
    """A number of processes, each started with its first piece of work.

    Functions and arguments travel by pickle, between processes that trust each other.

    Args:
        count: How many at most.
    """

    def __init__(self, count: int) -> None:
        self._waiting: queue.SimpleQueue = queue.SimpleQueue()
        self._stopped = False
        self._running: dict[int, subprocess.Popen] = {}
        self._folder = scratch.make("processes")  # for all that they write
        self._folder.chmod(0o711)  # their workers, with users of their own, pass through
        atexit.register(self.shutdown, cancel_futures=True)
        # daemons: Python would wait for others, however long their work takes
        self._threads = [threading.Thread(target=self._look_after, args=(number,), daemon=True)
                         for number in range(count)]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        if self._stopped:
            raise RuntimeError("it was shut down")
        future: Future = Future()
        self._waiting.put((future, (fn, args, kwargs)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Ends the processes; with ``cancel_futures`` at once, whatever they are doing."""
        self._stopped = True
        if cancel_futures:
            with contextlib.suppress(queue.Empty):
                while True:
                    future = self._waiting.get_nowait()[0]
                    if future is not None:  # as after an earlier shutdown
                        future.cancel()
            for process in list(self._running.values()):
                process.kill()
        for _ in self._threads:
            self._waiting.put((None, None))
        if wait:
            for thread in self._threads:
                thread.join()
            scratch.remove(self._folder)
            atexit.unregister(self.shutdown)

    def _look_after(self, number: int) -> None:
        """One thread for each process: hands it work and takes the results."""
        while (item := self._waiting.get())[0] is not None:
            future, work = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                process = self._running.get(number)
                if process is None:
                    process = self._running[number] = start(self._folder)
                send(process.stdin, work)
                done, value = receive(process.stdout)
            except (OSError, EOFError):
                self._end(number)
                future.set_exception(BrokenExecutor("the process ended"))
                continue
            if done:
                future.set_result(value)
            else:
                future.set_exception(value)
        self._end(number)

    def _end(self, number: int) -> None:
        if process := self._running.pop(number, None):
            process.kill()
            process.wait()
            for file in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):  # what it did not read
                    file.close()


def start(folder: Path) -> subprocess.Popen:
    """A process that performs works, in a session of its own, with temporary files in a folder."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        [sys.executable, "-c", f"from {__name__} import serve; serve()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(folder)})


def serve() -> None:
    """Performs works until nobody is there to send one."""
    gc.set_threshold(OBJECTS)
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what somebody prints must not get among the replies
    works: queue.SimpleQueue = queue.SimpleQueue()

    def listen() -> None:
        try:
            while True:
                works.put(receive(sys.stdin.buffer))
        except (OSError, EOFError):
            os._exit(0)  # in the middle of a work too: nobody waits for it

    threading.Thread(target=listen, daemon=True).start()
    while True:
        fn, args, kwargs = works.get()
        try:
            reply = True, fn(*args, **kwargs)
        except Exception as error:
            reply = False, error
        send(replies, reply)


def send(file: BinaryIO, message: Any) -> None:
    body = pickle.dumps(message)
    file.write(LENGTH.pack(len(body)) + body)
    file.flush()


def receive(file: BinaryIO) -> Any:
    """The next message.

    Raises:
        EOFError: There will be none.
    """
    head = file.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head)
    return pickle.loads(file.read(length))
