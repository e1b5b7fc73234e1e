"""Stop processes of an earlier run in this checkout that outlived both the supervisor and its watchdog.

Every process that a supervisor starts inherits a mark in its environment. Valkey overwrites its environment
with its title, so it is recognised by its socket, whose name is unique to the checkout.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from portal import watchdog

MARK = "PORTAL_SUPERVISED_IN"


def mark(var: Path) -> None:
    """Mark the processes that this one starts as belonging to `var`."""
    os.environ[MARK] = str(var)


def sweep(var: Path, socket: str) -> int:
    """Kill the process groups that an earlier run left behind; return their number."""
    groups = set()
    signs = (f"\0{MARK}={var}\0", f"\0--unixsocket\0{socket}\0", f" unixsocket:{socket}\0")
    for pid, text in _processes():
        if any(sign in text for sign in signs):
            groups |= _group(pid)
    groups.discard(os.getpgrp())
    watchdog.end(groups)
    return len(groups)


def _group(pid: int) -> set[int]:
    try:
        return {os.getpgid(pid)}
    except OSError:  # it has ended
        return set()


def _processes() -> Iterator[tuple[int, str]]:
    # All other processes; the text is command and environment, as far as readable, separated by NUL.
    proc = Path("/proc/self/environ")
    for pid, text in _from_proc() if proc.exists() else _from_ps():
        if pid != os.getpid():
            yield pid, text


def _from_proc() -> Iterator[tuple[int, str]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            yield int(entry.name), f"\0{_text(entry / 'cmdline')}\0{_text(entry / 'environ')}"


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError:  # it has ended, or belongs to somebody else
        return ""


def _from_ps() -> Iterator[tuple[int, str]]:
    # Without /proc (macOS). A folder with a space in its name is not found here.
    argv = ["ps", "axeww", "-o", "pid=,command="]
    for line in subprocess.run(argv, capture_output=True, text=True, check=False).stdout.splitlines():
        pid, *words = line.split()
        yield int(pid), "\0".join(["", *words, ""]).replace("\0unixsocket:", " unixsocket:")
