"""Files, connections and signals that a process may use, bounded by Landlock in the kernel.

Used by the warm parent, so: standard library only.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import struct
from collections.abc import Iterable

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION, PATH_BENEATH = 1, 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
FIRST_RIGHTS = (1 << 13) - 1  # those of version 1
REFER, TRUNCATE, DEVICE_CONTROL = 1 << 13, 1 << 14, 1 << 15
READ = EXECUTE | READ_FILE | READ_DIR
#: What makes sense for something that is not a folder.
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | DEVICE_CONTROL
BIND_AND_CONNECT = 3
ABSTRACT_SOCKETS_AND_SIGNALS = 3


def confine(readable: Iterable[str], writable: Iterable[str]) -> None:
    """Bounds this process and all that it starts, for good.

    Args:
        readable: Files and folders to read and to run.
        writable: Files and folders to do anything with.

    Raises:
        OSError: The kernel knows no Landlock.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = _call(libc, CREATE_RULESET, None, 0, VERSION)
    rights = (FIRST_RIGHTS | REFER * (version >= 2) | TRUNCATE * (version >= 3)
              | DEVICE_CONTROL * (version >= 5))
    bounds = struct.pack("QQQ", rights, BIND_AND_CONNECT * (version >= 4),
                         ABSTRACT_SOCKETS_AND_SIGNALS * (version >= 6))
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _call(libc, CREATE_RULESET, ctypes.c_char_p(bounds), size, 0)
    try:
        for paths, allowed in ((readable, READ), (writable, rights)):
            for path in paths:
                with contextlib.suppress(FileNotFoundError, PermissionError):
                    _allow(libc, ruleset, path, allowed)
        _call(libc, RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(fd).st_mode):
            rights &= OF_FILES
        rule = struct.pack("=Qi", rights, fd)
        _call(libc, ADD_RULE, ruleset, PATH_BENEATH, ctypes.c_char_p(rule), 0)
    finally:
        os.close(fd)


def _call(libc: ctypes.CDLL, *arguments) -> int:
    result = libc.syscall(*arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), "Landlock")
    return result
