"""What a worker may still do once it runs student code: little more than compute.

Three layers of the kernel, of which any one may be missing: namespaces (`namespaces`),
Landlock (`landlock`), seccomp (`seccomp`); and limits, which are always there. Nothing
here decides whether that is enough: `protection` tries it out. Used by the warm parent,
so: standard library only.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import resource
import signal
import struct
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 4, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
CAPSET = {"x86_64": 126, "aarch64": 91}
CAPABILITIES_VERSION = 0x20080522
#: A root's worker gets a user of its own: no account has such a number.
FIRST_UID = 1_900_000_000
NOBODY = 65534
OPEN_FILES = 1024

#: What programs need of the system, besides Python's own folders.
SYSTEM = [
    "/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/ld.so.conf",
    "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/fonts", "/etc/localtime", "/etc/timezone",
    "/etc/mime.types", "/nix/store"]
#: Without /dev/zero: memory shared by it is counted as nobody's.
DEVICES = ["/dev/null", "/dev/full", "/dev/random", "/dev/urandom"]

#: What of /proc may be read where it shows everybody's processes.
ABOUT_ITSELF = ["/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat"]

libc = ctypes.CDLL(None, use_errno=True)


def load_beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


landlock = load_beside("landlock")
seccomp = load_beside("seccomp")


def readable(packages: dict[str, str]) -> list[str]:
    """Files and folders that a worker may read: Python, installed packages, the system's own.

    Not everything on Python's path: an editable install puts a checkout there, with the
    solutions in it.

    Args:
        packages: The course's own packages, and the folder that each is in.
    """
    paths = {sys.prefix, sys.base_prefix, sys.exec_prefix, *SYSTEM}
    paths |= {path for name, path in sysconfig.get_paths().items() if "lib" in name}
    paths |= {path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")}
    for name, folder in packages.items():
        package = Path(folder, name)
        paths.add(str(package if package.is_dir() else package.with_suffix(".py")))
    return sorted(path for path in paths if os.path.lexists(path))


def worker_ids() -> tuple[int, int]:
    """The user and the group that a worker is to be: nobody's, if we can choose."""
    if os.geteuid() != 0:
        return os.getuid(), os.getgid()
    mapped = [line.split() for line in Path("/proc/self/uid_map").read_text().splitlines()]

    def exists(number: int) -> bool:
        return any(int(first) <= number < int(first) + int(count) for first, _, count in mapped)

    uid = FIRST_UID + int.from_bytes(os.urandom(3), "big")
    for choice in (uid, NOBODY):
        if exists(choice):
            return choice, choice
    return os.getuid(), os.getgid()


def hide() -> None:
    """Keeps others with the same rights away from this process's memory."""
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def adopt_orphans() -> None:
    """Makes this process the parent of whatever is orphaned below it, and mortal itself."""
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def hand_over(folder: Path, uid: int, gid: int) -> None:
    """Gives a folder with all that is in it to the worker's user."""
    if os.geteuid() != 0:
        return
    os.chmod(folder.parent, 0o711)
    for parent, _, names in os.walk(folder):
        for path in (parent, *(os.path.join(parent, name) for name in names)):
            os.chown(path, uid, gid, follow_symlinks=False)


def close_all_but(fd: int) -> None:
    """Closes whatever this process has inherited but the standard descriptors and one more."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) != fd:
            with contextlib.suppress(OSError):  # the one that was listing
                os.close(int(name))


def enter(limits: dict[str, Any], readable: Iterable[str], writable: Iterable[str], uid: int,
          gid: int, own_namespaces: bool, without: Sequence[str]) -> None:
    """Gives up what a worker does not need, for good.

    Args:
        limits: Of the session.
        readable: Files and folders to read.
        writable: Files and folders to write.
        uid: The user to become.
        gid: The group to become.
        own_namespaces: Whether it sees nothing but its own files and processes.
        without: Layers to leave out: how the tests try the others alone.
    """
    libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
    drop_rights(uid, gid)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # its own folder in /proc is its own again
    with contextlib.suppress(OSError):  # should memory run out, this is whom to end
        Path("/proc/self/oom_score_adj").write_text("1000")
    for which, value in (
            (resource.RLIMIT_NPROC, limits["processes"]), (resource.RLIMIT_NOFILE, OPEN_FILES),
            (resource.RLIMIT_CORE, 0), (resource.RLIMIT_MSGQUEUE, 0)):
        hard = resource.getrlimit(which)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (value, value))
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    with contextlib.suppress(OSError):
        if "landlock" not in without:
            processes = ["/proc"] if own_namespaces else ABOUT_ITSELF
            landlock.confine([*readable, *processes], writable)
    with contextlib.suppress(OSError):
        if "seccomp" not in without:
            seccomp.refuse_calls(own_namespaces)


def drop_rights(uid: int, gid: int) -> None:
    """Becomes an ordinary user without any of root's rights, those to be had later included."""
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    if os.geteuid() == 0 and uid != 0:
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    header = struct.pack("=Ii", CAPABILITIES_VERSION, 0)
    libc.syscall(CAPSET.get(os.uname().machine, -1), ctypes.c_char_p(header),
                 ctypes.c_char_p(bytes(24)))
