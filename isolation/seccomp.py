"""The filter that bubblewrap gives a worker: the system calls that namespaces do not confine.

A worker can start threads but no process, and makes no socket, no key, no shared memory that outlives its mapping, and
no ring by which it would pass the filter. It changes no file's mode, owner or time: a mount that is read-only forbids
that, but a device cannot be opened on one. `clone3` hides what it asks for behind a pointer, so it does not exist here,
and the C library takes `clone` instead.
"""

from __future__ import annotations

import errno
import platform
import struct

# numbers on x86_64 and on aarch64
REFUSED = {
    "fork": (57, None), "vfork": (58, None), "socket": (41, 198), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "shmget": (29, 194), "semget": (64, 190), "msgget": (68, 186),
    "mq_open": (240, 180), "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "perf_event_open": (298, 241), "bpf": (321, 280), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None),
    "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "utime": (132, None), "utimes": (235, None),
    "futimesat": (261, None), "utimensat": (280, 88),
}  # fmt: skip
CLONE, CLONE3 = (56, 220), 435
MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # by which the kernel names them to a filter
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, MACHINE, FLAGS = 0, 4, 16  # where a call's number, its machine and its first argument stand
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
THREAD, OTHER_ABI = 0x00010000, 0x40000000  # clone's flag for a thread; the bit of x86_64's numbers for x32


def program(machine: str = "") -> bytes:
    """The filter as the kernel reads it; OSError where there is none for this machine."""
    machine = machine or platform.machine()
    if machine not in MACHINES:
        raise OSError(errno.ENOTSUP, f"there is a filter for {' and '.join(MACHINES)}, not for {machine}")
    own = list(MACHINES).index(machine)
    lines = [(LOAD, 0, 0, MACHINE), (EQUAL, 1, 0, MACHINES[machine]), (RETURN, 0, 0, KILL), (LOAD, 0, 0, NUMBER)]
    lines += _unless(AT_LEAST, OTHER_ABI, KILL) + _unless(EQUAL, CLONE3, REFUSE | errno.ENOSYS)
    for numbers in REFUSED.values():
        number = numbers[own]
        if number is not None:
            lines += _unless(EQUAL, number, REFUSE | errno.EPERM)
    lines += [(EQUAL, 0, 3, CLONE[own]), (LOAD, 0, 0, FLAGS)]
    lines += [(ANY_BIT, 1, 0, THREAD), (RETURN, 0, 0, REFUSE | errno.EAGAIN), (RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("<HBBI", *line) for line in lines)


def _unless(test: int, number: int, answer: int) -> list[tuple[int, int, int, int]]:
    """The lines that return an answer where a test of the call's number is true."""
    return [(test, 0, 1, number), (RETURN, 0, 0, answer)]
