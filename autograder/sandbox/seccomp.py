"""System calls that no notebook needs and that lead out of the sandbox: refused by the kernel.

A filter for seccomp, put together here because libseccomp is not everywhere. It is a list
of what is refused, not of what is allowed: a notebook may use anything else that an
ordinary program does. Used by the warm parent, so: standard library only.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

#: For each machine: its number for seccomp, and which of the columns below is its own.
MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
X32 = 0x40000000  # a second table of system calls on x86_64

#: Numbers on x86_64 and aarch64; None where there is no such call.
REFUSED = {
    # the network: nothing but socketpair, which asyncio needs
    "socket": (41, 198),
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438), "kcmp": (312, 272), "migrate_pages": (256, 238),
    "move_pages": (279, 239), "perf_event_open": (298, 241), "process_madvise": (440, 440),
    # other views of the system
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "unshare": (272, 97), "setns": (308, 268), "open_tree": (428, 428),
    "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431),
    "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262), "quotactl": (179, 60), "quotactl_fd": (443, 443),
    # memory that no limit counts
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194),
    "semget": (64, 190), "msgget": (68, 186),
    # of which the whole system has a number that one program can use up
    "io_setup": (206, 0),
    # word of what others do with files that both may read
    "inotify_init": (253, None), "inotify_init1": (294, 26),
    # and of what others have read: whether a file's pages are in memory
    "mincore": (27, 232), "cachestat": (451, 451),
    # parts of the kernel where mistakes have been found, and those for administrators
    "bpf": (321, 280), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "keyctl": (250, 219),
    "add_key": (248, 217), "request_key": (249, 218), "personality": (135, 92),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142),
    "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89), "syslog": (103, 116),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171),
    "clock_adjtime": (305, 266), "sethostname": (170, 161), "setdomainname": (171, 162),
    "iopl": (172, None), "ioperm": (173, None), "modify_ldt": (154, None), "vhangup": (153, 58),
}
#: Landlock does not guard these. Where the file system is not ours alone they do nothing,
#: but say that they did: copying a file sets its mode.
PRETENDED = {
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None),
    "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
}
CLONE, CLONE3, SOCKETPAIR = (56, 220), (435, 435), (53, 199)
#: It can ask whether a page is in memory; without it the C library uses preadv.
PREADV2 = (327, 286)
#: Of socketpair's type: anything but a stream. A datagram's end can leave its partner, take a
#: name, and write to whoever has one.
NO_STREAM = 0x0E
MMAP, FLOCK, FCNTL = (9, 222), (73, 32), (72, 25)
#: Locks are seen by all who may read a file, in another run too: fcntl's commands. Like flock
#: they do nothing here, but say that they did. A lease or a notice tells of other runs as well.
LOCKS, NOTICES = (5, 6, 7, 36, 37, 38), (1024, 1026)
#: Of mmap: memory of no file, shared. It stays when it is in no process any more, uncounted.
SHARED, ANONYMOUS = 0x01, 0x20
#: All flags of clone that ask for a new namespace.
NAMESPACES = 0x7E020000

LOAD, EQUALS, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
#: Where seccomp's data holds the call's number, the machine and the arguments.
NUMBER, MACHINE, ARGUMENT, SECOND, FOURTH = 0, 4, 16, 24, 40
PR_SET_SECCOMP, FILTER = 22, 2


def program(machine: str, own_files: bool) -> list[tuple[int, int, int, int]]:
    """The filter's instructions.

    Args:
        machine: As `os.uname` names it.
        own_files: Whether the process sees no files but its own, and may change their modes.

    Raises:
        OSError: The machine's system calls are not known here.
    """
    if machine not in MACHINES:
        raise OSError(errno.ENOSYS, f"no list of system calls for {machine}")
    name, column = MACHINES[machine]

    def answer(code: int, number: int | None, skip: int = 1) -> list[tuple[int, int, int, int]]:
        return [] if number is None else [(EQUALS, 0, skip, number), (RETURN, 0, 0, code)]

    steps = [(LOAD, 0, 0, MACHINE), (EQUALS, 1, 0, name), (RETURN, 0, 0, KILL),
             (LOAD, 0, 0, NUMBER)]
    if machine == "x86_64":
        steps += [(AT_LEAST, 0, 1, X32), (RETURN, 0, 0, REFUSE | errno.EPERM)]
    for numbers in REFUSED.values():
        steps += answer(REFUSE | errno.EPERM, numbers[column])
    if not own_files:
        for numbers in PRETENDED.values():
            steps += answer(REFUSE | 0, numbers[column])
    # its flags cannot be looked at here: the C library then uses clone
    steps += answer(REFUSE | errno.ENOSYS, CLONE3[column])
    steps += answer(REFUSE | errno.ENOSYS, PREADV2[column])
    steps += answer(REFUSE | 0, FLOCK[column])
    commands = [(LOAD, 0, 0, SECOND),
                *(step for each in LOCKS for step in answer(REFUSE | 0, each)),
                *(step for each in NOTICES for step in answer(REFUSE | errno.EPERM, each)),
                (RETURN, 0, 0, ALLOW)]
    steps += [(EQUALS, 0, len(commands), FCNTL[column]), *commands]
    steps += [(EQUALS, 0, 5, MMAP[column]), (LOAD, 0, 0, FOURTH), (ANY_BIT, 0, 2, ANONYMOUS),
              (ANY_BIT, 0, 1, SHARED), (RETURN, 0, 0, REFUSE | errno.EPERM),
              (RETURN, 0, 0, ALLOW)]
    steps += [(EQUALS, 0, 4, CLONE[column]), (LOAD, 0, 0, ARGUMENT), (ANY_BIT, 0, 1, NAMESPACES),
              (RETURN, 0, 0, REFUSE | errno.EPERM), (RETURN, 0, 0, ALLOW)]
    steps += [(EQUALS, 0, 5, SOCKETPAIR[column]), (LOAD, 0, 0, ARGUMENT), (EQUALS, 0, 2, 1),
              (LOAD, 0, 0, SECOND), (ANY_BIT, 0, 1, NO_STREAM),
              (RETURN, 0, 0, REFUSE | errno.EPERM)]
    return [*steps, (RETURN, 0, 0, ALLOW)]


def refuse_calls(own_files: bool) -> None:
    """Puts the filter in force for this process and all that it starts, for good.

    Raises:
        OSError: The kernel or the machine does not let us.
    """
    steps = program(os.uname().machine, own_files)
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    head = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, FILTER, ctypes.c_char_p(head), 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")
