"""A PostgreSQL server of the tests' own, where its programs are installed."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

START_SECONDS = 60


def programs() -> Path | None:
    """The folder of ``initdb`` and ``postgres``; Debian's is not on the path."""
    found = [Path(name).resolve() for name in [shutil.which("initdb")] if name]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    return found[0].parent if found else None


def somebody_else() -> dict:
    """As whom the server runs: it refuses to be root."""
    if os.getuid() != 0:
        return {}
    user = pwd.getpwnam("nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@pytest.fixture(scope="session")
def server():
    """A running server; how to name a database of it to nbgrader."""
    folder = programs()
    if folder is None:
        pytest.skip("there is no PostgreSQL server here (Debian: apt install postgresql)")
    who = somebody_else()
    home = Path(tempfile.mkdtemp(prefix="postgresql-"))
    if who:
        os.chown(home, who["user"], who["group"])
    about = {"cwd": home, "env": {"LANG": "C.UTF-8", "PATH": os.defpath}, **who}
    subprocess.run([folder / "initdb", "--pgdata", home / "data", "--username", "grader",
                    "--auth", "trust", "--encoding", "UTF8", "--no-sync"],
                   check=True, stdout=subprocess.DEVNULL, **about)
    with open(home / "log", "wb") as log:
        process = subprocess.Popen(
            [folder / "postgres", "-D", home / "data", "-k", home, "-c", "listen_addresses="],
            stdout=log, stderr=log, **about)
    try:
        end = time.monotonic() + START_SECONDS
        while b"ready to accept connections" not in (home / "log").read_bytes():
            assert process.poll() is None and time.monotonic() < end, (home / "log").read_text()
            time.sleep(0.1)
        yield home
    finally:
        process.send_signal(signal.SIGINT)  # which asks for a fast shutdown
        process.wait(START_SECONDS)
        shutil.rmtree(home)
