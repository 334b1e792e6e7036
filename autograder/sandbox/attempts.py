"""What a hostile notebook would try, each as a small function for the student's process.

`protection` sends their text to a worker; so each needs nothing but what it imports.
"""
# ruff: noqa: SIM105, SIM115

from __future__ import annotations


def read(paths):
    """What can be seen of some files and folders: the names in them, or themselves."""
    import os

    seen = []
    for path in paths:
        for look in (os.listdir, lambda path: [path] if open(path, "rb").read(1) else []):
            try:
                seen += look(path)
            except OSError:
                pass
    return seen


def write(folders):
    """Leaves a file in each folder."""
    import os

    for folder in folders:
        try:
            open(os.path.join(folder, "left-behind"), "w").close()
        except OSError:
            pass


def change(path):
    """Changes a file's mode and time."""
    import os

    for action in (lambda: os.chmod(path, 0o777), lambda: os.utime(path, (1, 1))):
        try:
            action()
        except OSError:
            pass


def connect(tcp, udp, abstract, path):
    """Calls whoever listens on this machine."""
    import os
    import socket

    addresses = [(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", tcp)),
                 (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", udp)),
                 (socket.AF_UNIX, socket.SOCK_STREAM, "\0" + abstract)]
    try:
        folder, name = os.path.split(path)
        place = os.open(folder, os.O_PATH)  # the path may be too long for a socket
        addresses.append((socket.AF_UNIX, socket.SOCK_STREAM, f"/proc/self/fd/{place}/{name}"))
    except OSError:
        pass
    for family, kind, address in addresses:
        try:
            with socket.socket(family, kind) as line:
                line.connect(address)
                line.send(b"hello")
        except OSError:
            pass


def meddle(pid):
    """What can be done to another process: which of reading and stopping."""
    import ctypes
    import os
    import signal

    done = []
    for name in ("environ", "cmdline", "mem"):
        try:
            with open(f"/proc/{pid}/{name}", "rb") as file:
                if name == "mem" or file.read(1):
                    done.append("read")
        except OSError:
            pass
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, pid, 0, 0) == 0:
        done.append("traced")
    try:
        os.kill(pid, signal.SIGKILL)
        done.append("killed")
    except OSError:
        pass
    return done


def outlive(mark):
    """Starts a process that leaves its parents, its session and its group."""
    import os
    import subprocess

    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            subprocess.Popen(["sleep", mark], start_new_session=True)
        os._exit(0)
    import time

    time.sleep(0.2)


def multiply(most):
    """How many processes it gets."""
    import os
    import signal

    started = []
    try:
        for _ in range(most):
            pid = os.fork()
            if pid == 0:
                while True:
                    signal.pause()
            started.append(pid)
    except OSError:
        pass
    for pid in started:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return len(started)


def fill(mebibytes):
    """How much it can write in its own folder, in files of one MiB."""
    import os

    written = 0
    try:
        for number in range(mebibytes):
            with open(f"fill-{number}", "wb") as file:
                file.write(bytes(2**20))
            written += 1
    except OSError:
        pass
    for number in range(written + 1):
        try:
            os.unlink(f"fill-{number}")
        except OSError:
            pass
    return written


def take(mebibytes):
    """Whether it gets so much memory."""
    try:
        return len(bytearray(mebibytes * 2**20)) > 0
    except MemoryError:
        return False
