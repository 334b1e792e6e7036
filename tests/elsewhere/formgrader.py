"""Formgrader without a browser: a Jupyter server in a course's folder, and its buttons."""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import Request, urlopen

from tests.elsewhere.courses import environment

START_SECONDS, GRADE_SECONDS = 60, 120


@contextlib.contextmanager
def served(course: Path) -> Iterator[Callable[..., dict]]:
    """A function that presses a button of formgrader: it posts to a path and returns the answer.

    Args:
        course: The course's folder.
    """
    token, runtime = secrets.token_hex(16), course.parent / "runtime"
    with subprocess.Popen(
            [sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root",
             "--ServerApp.port=0", "--ServerApp.jpserver_extensions={'nbgrader': True}",
             f"--IdentityProvider.token={token}"], cwd=course, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**environment(course), "JUPYTER_RUNTIME_DIR": str(runtime)}) as server:
        try:
            address = address_of(server, runtime)

            def press(path: str) -> dict:
                request = Request(f"{address}formgrader/api/{path}", method="POST", data=b"",
                                  headers={"Authorization": f"token {token}"})
                with urlopen(request, timeout=GRADE_SECONDS) as answer:
                    return json.load(answer)

            yield press
        finally:
            server.terminate()


def address_of(server: subprocess.Popen, runtime: Path) -> str:
    """Where a server that has just been started is to be reached.

    Raises:
        TimeoutError: It did not come up.
    """
    notice, end = runtime / f"jpserver-{server.pid}.json", time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError, ValueError):  # not yet written, or not yet listening
            about = json.loads(notice.read_text())
            socket.create_connection(("127.0.0.1", about["port"])).close()
            return f"http://127.0.0.1:{about['port']}{about['base_url']}"
        time.sleep(0.1)
    raise TimeoutError("the Jupyter server did not come up")
