"""Faults of a running portal: services and processes that die, a full disk, and requests that never end."""

import os
import random
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.chaos.left_behind import builds_in
from tests.servers import Stack, children, wait_for

HALF_SENT = 40


def kill_service(stack: Stack, name: str) -> None:
    if name in stack.processes:
        stack.kill(name)


def kill_child(stack: Stack, name: str, dice: random.Random) -> None:
    """Kill one process of a pool, whose service starts another."""
    if name in stack.processes:
        found = children(stack.processes[name].pid)
        with suppress(ProcessLookupError):
            os.kill(dice.choice(found or [0]) or stack.processes[name].pid, signal.SIGKILL)


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    ballast = folder / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(bytes(1 << 16)):
            pass
    try:
        yield
    finally:
        ballast.unlink(missing_ok=True)


def send_halves(port: int) -> list[socket.socket]:
    """Open requests whose bodies never end."""
    head = b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nCookie: csrftoken=" + b"a" * 32
    opened = []
    for _ in range(HALF_SENT):
        with suppress(OSError):
            half = socket.create_connection(("127.0.0.1", port), timeout=5)
            half.sendall(head + b"\r\nContent-Length: 5000\r\n\r\nlogin=a")
            opened.append(half)
    return opened


def kill_database_process(stack: Stack, dice: random.Random) -> None:
    """PostgreSQL ends all connections and recovers when one of its processes is killed."""
    postmaster = int((Path(stack.database["HOST"]) / "data" / "postmaster.pid").read_text().split()[0])
    with suppress(ProcessLookupError):
        os.kill(dice.choice(children(postmaster)), signal.SIGKILL)


def break_things(
    stack: Stack, dice: random.Random, *, may_fill: bool, is_over: Callable[[], bool]
) -> tuple[list[str], list[int]]:
    """Break each service once and then random ones, one at a time, until the pushes are over.

    Return their names, and the numbers of builds of environments that ran at once.
    """
    kinds = ["worker", "web", "beat", "later-worker", "broker", "slow bodies"]
    kinds += ["a process of worker", "a process of web"] + ["a full disk"] * may_fill
    if stack.database["ENGINE"].endswith("postgresql"):
        kinds.append("a process of the database")
    to_come = dice.sample(kinds, len(kinds))
    broken, halves, builds = [], [], [0]
    while to_come or not is_over():
        kind = to_come.pop() if to_come else dice.choice(kinds)
        broken.append(kind)
        if kind == "slow bodies":
            halves += send_halves(stack.port)
        elif kind == "a full disk":
            with full_disk(stack.var):
                time.sleep(dice.uniform(0.5, 2))
        elif kind == "a process of the database":
            kill_database_process(stack, dice)
        elif kind.startswith("a process of "):
            kill_child(stack, kind.removeprefix("a process of "), dice)
        else:
            kill_service(stack, kind)
        if kind == "later-worker":
            wait_for(lambda: not builds_in(stack.var), what="a build ends with its worker")
        time.sleep(dice.uniform(0.2, 1.5))
        stack.revive()
        time.sleep(dice.uniform(0.5, 2))
        builds.append(len(builds_in(stack.var)))
    for half in halves:
        half.close()
    return broken, builds
