"""The trusted end of the warm parent: one for this process, from which workers are forked."""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict
from pathlib import Path

from autograder import scratch
from autograder.sandbox.limits import Limits

ZYGOTE = Path(__file__).with_name("zygote.py")
START_SECONDS = 60.0
FORK_SECONDS = 10.0


class NoParentError(Exception):
    """The warm parent did not start, or is gone."""


class WarmParent:
    """A process that has imported what notebooks need, and forks workers.

    Args:
        packages: Names of packages that workers may import, besides the environment's.
        without: Layers of the jail to leave out: how the tests try the others alone.
    """

    def __init__(self, packages: tuple[str, ...], without: tuple[str, ...] = ()) -> None:
        self._lock = threading.Lock()
        self._home = scratch.make("warm")
        for cache in _font_caches():
            shutil.copyfile(cache, self._home / cache.name)
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", str(ZYGOTE), str(theirs.fileno())],
                cwd="/", env=environment(self._home), pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            self._line.settimeout(START_SECONDS)
            self._line.send(json.dumps({
                "packages": _folders(packages), "without": without, "home": str(self._home),
                "temporary": tempfile.gettempdir()}).encode())
            if not self._line.recv(1000):
                raise NoParentError
        except BaseException as error:
            self._process.kill()  # it might be importing for a while
            self.close()
            if isinstance(error, (OSError, NoParentError)):
                raise NoParentError from None
            raise
        self._line.settimeout(FORK_SECONDS)

    def alive(self) -> bool:
        return self._process.poll() is None

    def fork(self, home: Path, line: socket.socket, limits: Limits) -> int:
        """Starts a worker.

        Args:
            home: Its folder.
            line: Its end of the line to us.
            limits: What it may use.

        Returns:
            A process descriptor of the keeper, which lives as long as the worker.

        Raises:
            NoParentError: The warm parent is gone.
        """
        request = json.dumps({"home": str(home), "limits": asdict(limits)}).encode()
        folder = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with self._lock:
                socket.send_fds(self._line, [request], [line.fileno(), folder])
                _, fds, _, _ = socket.recv_fds(self._line, 1000, 1)
        except OSError:
            fds = []
        finally:
            os.close(folder)
        if not fds:
            self.close()
            raise NoParentError
        os.set_inheritable(fds[0], False)
        return fds[0]

    def close(self) -> None:
        """Ends the warm parent and, with it, all its workers."""
        self._line.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._home, ignore_errors=True)


_parents: dict[tuple[int, tuple[str, ...], tuple[str, ...]], WarmParent] = {}
_starting = threading.Lock()


def warm_parent(packages: tuple[str, ...], without: tuple[str, ...] = ()) -> WarmParent:
    """This process's warm parent; started if there is none, or if it has ended.

    Raises:
        NoParentError: It does not start.
        OSError: There is no room for another process or folder.
    """
    key = os.getpid(), packages, without  # a forked copy of us must not share its parent's line
    with _starting:
        parent = _parents.get(key)
        if parent is None or not parent.alive():
            if parent is not None:
                parent.close()
            _parents[key] = WarmParent(packages, without)
        return _parents[key]


@atexit.register
def close_all() -> None:
    """Ends this process's warm parents."""
    for (pid, *_), parent in list(_parents.items()):
        if pid == os.getpid():
            parent.close()
    _parents.clear()


def environment(home: Path) -> dict[str, str]:
    """Nothing of the instructor's environment but where programs are."""
    one_thread = dict.fromkeys(
        ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"], "1")
    return {"PATH": os.defpath, "HOME": str(home), "LANG": "C.UTF-8", "USER": "student",
            "MPLCONFIGDIR": str(home), "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "PYTHONDONTWRITEBYTECODE": "1", **one_thread}


def _folders(packages: tuple[str, ...]) -> dict[str, str]:
    """For each package the folder to import it from, as this process would."""
    found = {}
    for name in packages:
        with contextlib.suppress(ImportError, ValueError):
            if (spec := importlib.util.find_spec(name)) and spec.origin:
                inside = Path(spec.origin).parent if spec.submodule_search_locations else Path(
                    spec.origin)
                found[name] = str(inside.parent)
    return found


@functools.cache
def _font_caches() -> tuple[Path, ...]:
    """Matplotlib's list of fonts; without it every warm parent would look for them again."""
    try:
        import matplotlib
        import matplotlib.font_manager  # makes the list if there is none

        return tuple(Path(matplotlib.get_cachedir()).glob("fontlist-*.json"))
    except Exception:  # Matplotlib is a convenience here; the worker finds its own fonts
        return ()
