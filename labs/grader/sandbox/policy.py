"""The seccomp filter of the sandbox, assembled here: system calls that a learner's program may not make.

A deny-list on top of bubblewrap's namespaces. A denied call fails with an ordinary error, so that a program sees
EPERM rather than dying. The bytes are the same on each machine of an architecture; no library is needed.

All sandboxes see the same files below `/usr`, whose pages are cached once: one run can observe what another has read.
So no call may ask if a page is cached, or evict one. How long a read takes can still be measured; `own_tests`
therefore runs what it compares in an unpredictable order.
"""

import errno
import platform
import struct
from collections.abc import Iterator

# name, number on x86_64, number on aarch64 (- if it has none)
_DENIED = """
mount 165 40; umount2 166 39; pivot_root 155 41; chroot 161 51; move_mount 429 429; open_tree 428 428; fsopen 430 430
fsconfig 431 431; fsmount 432 432; fspick 433 433; mount_setattr 442 442; setns 308 268; unshare 272 97
ptrace 101 117; process_vm_readv 310 270; process_vm_writev 311 271; kcmp 312 272; pidfd_getfd 438 438
process_madvise 440 440; keyctl 250 219; add_key 248 217; request_key 249 218; bpf 321 280
perf_event_open 298 241; userfaultfd 323 282; open_by_handle_at 304 265; name_to_handle_at 303 264
kexec_load 246 104; kexec_file_load 320 294; init_module 175 105; finit_module 313 273; delete_module 176 106
swapon 167 224; swapoff 168 225; reboot 169 142; syslog 103 116; acct 163 89; quotactl 179 60; quotactl_fd 443 443
settimeofday 164 170; clock_settime 227 112; clock_adjtime 305 266; adjtimex 159 171; iopl 172 -; ioperm 173 -
modify_ldt 154 -; lookup_dcookie 212 18; nfsservctl 180 42; vhangup 153 58; personality 135 92; uselib 134 -
ustat 136 -; sysfs 139 -; _sysctl 156 -; sethostname 170 161; setdomainname 171 162; vmsplice 278 75
mbind 237 235; migrate_pages 256 238; move_pages 279 239; set_mempolicy 238 237; fanotify_init 300 262
fanotify_mark 301 263; mincore 27 232
"""
# these fail as on a kernel without them (ENOSYS), so that a C library falls back to the older call
_ABSENT = """
clone3 435 435; io_uring_setup 425 425; io_uring_enter 426 426; io_uring_register 427 427; memfd_secret 447 447
fchmodat2 452 452; cachestat 451 451; io_setup 206 0; io_submit 209 2; io_pgetevents 333 292
"""
# these only advise the kernel what to cache: they report success and do nothing
_IGNORED = "readahead 187 213; fadvise64 221 223"
_JUDGED = (
    "clone 56 220; socket 41 198; socketpair 53 199; ioctl 16 29; chmod 90 -; fchmod 91 52; fchmodat 268 53; "
    "preadv2 327 286; pwritev2 328 287; madvise 28 233"
)
_FIRST_UNKNOWN = 453  # calls newer than this file; on x86_64 it covers the x32 calls as well

AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_NEW_NAMESPACES = 0x7E020080  # each CLONE_NEW flag
_AF_UNIX = 1
_TYPE_INTO_TERMINAL, _CONSOLE = 0x5412, 0x541C  # TIOCSTI, TIOCLINUX
_SET_ID_BITS = 0o6000
_NO_WAIT = 0x8  # RWF_NOWAIT: tells whether a page of a file is in memory
_COLD, _PAGE_OUT = 20, 21  # MADV_COLD, MADV_PAGEOUT

_LOAD, _JUMP_EQUAL, _JUMP_FROM, _JUMP_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000

Instruction = tuple[int, int, int, int]


def policy(machine: str = "") -> bytes:
    """Return the filter for `bwrap --seccomp`, for this machine or the one named. Raises KeyError for any other."""
    machine = machine or platform.machine()
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in _program(machine))


def numbers(machine: str) -> dict[str, int]:
    """Return each system call that the filter looks at, with its number on a machine."""
    tables = (_DENIED, _ABSENT, _IGNORED, _JUDGED)
    return {name: number for table in tables for name, number in _table(table, machine).items()}


def is_known(machine: str = "") -> bool:
    return (machine or platform.machine()) in AUDIT


def _program(machine: str) -> Iterator[Instruction]:
    yield (_LOAD, 0, 0, 4)  # the architecture of the call
    yield (_JUMP_EQUAL, 1, 0, AUDIT[machine])
    yield (_RETURN, 0, 0, _KILL)
    yield (_LOAD, 0, 0, 0)  # its number
    yield (_JUMP_FROM, 0, 1, _FIRST_UNKNOWN)
    yield _refused(errno.ENOSYS)
    for table, error in ((_DENIED, errno.EPERM), (_ABSENT, errno.ENOSYS), (_IGNORED, 0)):
        for number in _table(table, machine).values():
            yield (_JUMP_EQUAL, 0, 1, number)
            yield _refused(error)
    for name, number in _table(_JUDGED, machine).items():
        judged = list(_judged(name))
        yield (_JUMP_EQUAL, 0, len(judged), number)
        yield from judged
    yield (_RETURN, 0, 0, _ALLOW)


def _judged(name: str) -> Iterator[Instruction]:
    # The call's arguments decide. The kernel reads the low half of each, and so do we.
    if name in ("socket", "socketpair"):
        yield _argument(0)
        yield (_JUMP_EQUAL, 1, 0, _AF_UNIX)
        yield _refused(errno.EAFNOSUPPORT)
    elif name == "ioctl":
        yield _argument(1)
        yield (_JUMP_EQUAL, 1, 0, _TYPE_INTO_TERMINAL)
        yield (_JUMP_EQUAL, 0, 1, _CONSOLE)
        yield _refused(errno.EPERM)
    elif name == "madvise":
        yield _argument(2)
        yield (_JUMP_EQUAL, 1, 0, _COLD)
        yield (_JUMP_EQUAL, 0, 1, _PAGE_OUT)
        yield _refused(errno.EINVAL)
    elif name in ("preadv2", "pwritev2"):
        yield _argument(5)
        yield (_JUMP_BITS, 0, 1, _NO_WAIT)
        yield _refused(errno.EOPNOTSUPP)
    else:
        bits = _NEW_NAMESPACES if name == "clone" else _SET_ID_BITS
        yield _argument({"clone": 0, "fchmodat": 2}.get(name, 1))
        yield (_JUMP_BITS, 0, 1, bits)
        yield _refused(errno.EPERM)
    yield (_RETURN, 0, 0, _ALLOW)


def _argument(index: int) -> Instruction:
    return (_LOAD, 0, 0, 16 + 8 * index)


def _refused(error: int) -> Instruction:
    return (_RETURN, 0, 0, _ERRNO | error)


def _table(text: str, machine: str) -> dict[str, int]:
    column = 1 + list(AUDIT).index(machine)
    rows = [entry.split() for entry in text.replace("\n", ";").split(";") if entry.strip()]
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}
