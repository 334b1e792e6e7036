"""A file system, a network and a table of processes of one's own, where the system lets us.

The warm parent builds a root once: read-only views of Python's environment and the system's
libraries, and nothing else. Each keeper adds what its worker may write to, in memory and
bounded. Used by the warm parent, so: standard library only.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import shutil
import stat
import struct
from collections.abc import Iterable
from pathlib import Path

NEW_FILES, NEW_IPC, NEW_NAME = 0x00020000, 0x08000000, 0x04000000
NEW_USER, NEW_PROCESSES, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000

OPEN_TREE, MOVE_MOUNT, MOUNT_SETATTR = 428, 429, 442
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
HERE, EMPTY_PATH, RECURSIVE, CLONE_TREE = -100, 0x1000, 0x8000, 1
MOVE_FROM_DESCRIPTOR = 4
READ_ONLY, NO_SETUID, NO_DEVICES, NO_PROGRAMS = 1, 2, 4, 8
MS_SECURE = NO_SETUID | NO_DEVICES
MS_REC, MS_PRIVATE = 0x4000, 1 << 18
DETACH = 2

#: Without /dev/zero: memory shared by it is counted as nobody's.
DEVICES = ["/dev/null", "/dev/full", "/dev/random", "/dev/urandom"]
#: The folder in the new root in which a keeper makes the worker's own folders.
BOX = "/box"
MAX_INODES = 20_000

libc = ctypes.CDLL(None, use_errno=True)


def leave(uid: int, gid: int) -> None:
    """Leaves the system's namespaces; the next child will be in new ones.

    As root without a user namespace, if the system lets us; else with one.

    Raises:
        OSError: It does not.
    """
    new = NEW_FILES | NEW_IPC | NEW_NAME | NEW_PROCESSES | NEW_NETWORK
    if libc.unshare(new) == 0:
        return
    _check(libc.unshare(new | NEW_USER))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def build_root(place: Path, readable: Iterable[str], temporary: Path) -> None:
    """Makes a root of what may be read, and moves this process there.

    Args:
        place: An empty folder.
        readable: Files and folders, links among them.
        temporary: The system's folder for temporary files; empty here.

    Raises:
        OSError: The system does not let us.
    """
    _check(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    _tmpfs(place, 16 * 2**20)
    for name in ("proc", "dev/shm", "dev/pts", "tmp", "old", BOX[1:], str(temporary)[1:]):
        (place / name).mkdir(parents=True, exist_ok=True)
    mount_processes(place / "proc")
    real: list[str] = []
    for path in sorted(readable, key=lambda each: len(os.path.realpath(each))):
        target = os.path.realpath(path)
        if not any(target == each or target.startswith(each + "/") for each in real):
            bind(target, place, READ_ONLY | MS_SECURE)
            real.append(target)
        link = place / path.lstrip("/")
        with contextlib.suppress(FileExistsError):  # within what is there already
            if path != target and not os.path.lexists(link):
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(target)
    for device in DEVICES:
        bind(device, place, NO_SETUID | NO_PROGRAMS)
    for name, target in (("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"),
                         ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2"),
                         ("ptmx", "pts/ptmx")):
        (place / "dev" / name).symlink_to(target)
    os.chdir(place)
    _check(libc.syscall(PIVOT_ROOT[os.uname().machine], b".", b"old"))
    os.chdir("/")
    _check(libc.umount2(b"/old", DETACH))
    root = os.open("/", os.O_PATH)
    _set(root, READ_ONLY | MS_SECURE, recursive=False)
    os.close(root)


def bind(path: str, root: Path, flags: int, at: str | None = None) -> None:
    """Shows a file or folder, and what is mounted below it, below a root.

    Args:
        path: The file or folder; nothing is done if there is none.
        root: Where to show it.
        flags: What is forbidden there.
        at: The path below the root; the same if not given.
    """
    if not os.path.exists(path):
        return
    target = root / (path.lstrip("/") if at is None else at)
    if os.path.isdir(path):
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    _show(path, str(target), flags)


def own_files(home: int, path: Path, temporary: Path, size: int, uid: int, gid: int) -> None:
    """Gives this process folders to write to: in memory, bounded, gone with it.

    Args:
        home: Descriptor of the folder whose files are to be taken along.
        path: Where the copy of that folder will be, below ``temporary``.
        temporary: The system's folder for temporary files.
        size: What all files together may have.
        uid: Whose they will be.
        gid: The same for the group.

    Raises:
        OSError: The system does not let us.
    """
    _check(libc.unshare(NEW_FILES | NEW_IPC))
    mount_processes(Path("/proc"))
    # IPython's ! runs in a terminal; the system has some thousand for everybody
    _check(libc.mount(b"devpts", b"/dev/pts", b"devpts", NO_SETUID | NO_PROGRAMS,
                      b"newinstance,ptmxmode=0666,mode=0600,max=64"))
    _tmpfs(Path(BOX), size)
    places = {"/tmp"} if temporary.is_relative_to("/tmp") else {"/tmp", str(temporary)}
    for name, targets in (("tmp", places), ("shm", {"/dev/shm"})):
        os.mkdir(f"{BOX}/{name}")
        os.chmod(f"{BOX}/{name}", 0o1777)
        for target in targets:
            for shown in mounted_below(target):  # a course, or Python, may stand in /tmp
                bind(shown, Path(BOX, name), READ_ONLY | MS_SECURE,
                     os.path.relpath(shown, target))
            _show(f"{BOX}/{name}", target, MS_SECURE)
    copy_tree(home, Path(BOX, "home"), uid, gid)
    path.mkdir(parents=True)
    _show(f"{BOX}/home", str(path), MS_SECURE)


def mounted_below(folder: str) -> list[str]:
    """What this process sees mounted below a folder, outer ones first."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    points = {re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), line.split()[4])
              for line in lines}
    return sorted(point for point in points if point.startswith(folder + "/"))


def next_child_in_own_processes() -> None:
    """The next child will be the first process of a namespace of processes."""
    _check(libc.unshare(NEW_PROCESSES))


def next_child_beside_us(own: int) -> None:
    """The next child will be in this process's own namespace again.

    Args:
        own: Descriptor of that namespace.
    """
    _check(libc.setns(own, NEW_PROCESSES))


def copy_tree(source: int, target: Path, uid: int, gid: int) -> None:
    """Copies regular files and folders, by the descriptor of a folder."""
    target.mkdir(mode=0o700)
    with os.scandir(source) as entries:
        for entry in entries:
            fd = os.open(entry.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=source)
            copied = target / entry.name
            try:
                if entry.is_dir(follow_symlinks=False):
                    copy_tree(fd, copied, uid, gid)
                elif stat.S_ISREG(os.fstat(fd).st_mode):
                    with open(fd, "rb", closefd=False) as file, copied.open("wb") as copy:
                        shutil.copyfileobj(file, copy)
                    os.chown(copied, uid, gid)
            finally:
                os.close(fd)
    os.chown(target, uid, gid)


def mount_processes(place: Path) -> None:
    """Shows this namespace's processes.

    Raises:
        OSError: The system does not let us (some containers hide parts of their own).
    """
    _check(libc.mount(b"proc", bytes(place), b"proc", MS_SECURE | NO_PROGRAMS, None))


def _tmpfs(place: Path, size: int) -> None:
    options = f"size={size},nr_inodes={MAX_INODES},mode=755".encode()
    _check(libc.mount(b"none", bytes(place), b"tmpfs", MS_SECURE, options))


def _show(source: str, target: str, flags: int) -> None:
    tree = _check(libc.syscall(
        OPEN_TREE, HERE, os.fsencode(source), CLONE_TREE | RECURSIVE | os.O_CLOEXEC))
    try:
        _set(tree, flags, recursive=True)
        _check(libc.syscall(
            MOVE_MOUNT, tree, b"", HERE, os.fsencode(target), MOVE_FROM_DESCRIPTOR))
    finally:
        os.close(tree)


def _set(mount: int, flags: int, recursive: bool) -> None:
    attributes = struct.pack("QQQQ", flags, 0, 0, 0)
    _check(libc.syscall(MOUNT_SETATTR, mount, b"", EMPTY_PATH | RECURSIVE * recursive,
                        ctypes.c_char_p(attributes), len(attributes)))


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
