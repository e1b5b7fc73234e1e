"""Limit memory and processes of a whole sandbox with the kernel's control groups, if they are writable."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from .job import Limits

MOUNT = Path("/sys/fs/cgroup")
ABANDONED_SECONDS = 600
_PREFIX = "labcheck-"


@dataclass(frozen=True)
class Group:
    """The folders that a sandbox's processes are added to; none if control groups are unavailable."""

    folders: tuple[Path, ...] = ()

    @property
    def ran_out_of_memory(self) -> bool:
        return any(
            _counted(folder / name, "oom_kill")
            for folder in self.folders
            for name in ("memory.events", "memory.oom_control")
        )


@contextmanager
def group(limits: Limits, mount: Path = MOUNT, own: Path = Path("/proc/self/cgroup")) -> Iterator[Group]:
    """Create a group for one sandbox; empty and remove it afterwards."""
    made: list[Path] = []
    name = f"{_PREFIX}{uuid4().hex[:12]}"
    try:
        for parent, settings in _parents(limits, mount, own):
            with suppress(OSError):
                (parent / name).mkdir()
                made.append(parent / name)
                for key, value in settings.items():
                    (parent / name / key).write_text(str(value))
        yield Group(tuple(made))
    finally:
        for folder in made:
            _remove(folder)


def sweep(mount: Path = MOUNT, own: Path = Path("/proc/self/cgroup")) -> None:
    # Groups of killed workers. One in use cannot be removed; one about to be used is young.
    for parent, _ in _parents(Limits(), mount, own):
        for folder in parent.glob(f"{_PREFIX}*"):
            with suppress(OSError):
                if folder.stat().st_mtime < time.time() - ABANDONED_SECONDS:
                    folder.rmdir()


def _parents(limits: Limits, mount: Path, own: Path) -> Iterator[tuple[Path, dict[str, int]]]:
    # version 2, or the two trees of version 1, with the limits to write
    memory, most = limits.group_memory, limits.processes + 16
    places = _own_groups(own)
    together = mount / places.get("", "")
    controllers = _words(together / "cgroup.subtree_control")
    if {"memory", "pids"} <= controllers:
        yield together, {"memory.max": memory, "memory.swap.max": 0, "pids.max": most}
        return
    yield mount / "memory" / places.get("memory", ""), {"memory.limit_in_bytes": memory}
    yield mount / "pids" / places.get("pids", ""), {"pids.max": most}


def _own_groups(own: Path) -> dict[str, str]:
    # maps each controller to its group's path; the cgroup v2 entry has the key ""
    places: dict[str, str] = {}
    with suppress(OSError):
        for line in own.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            places |= dict.fromkeys(controllers.split(","), path.lstrip("/"))
    return places


def _words(path: Path) -> set[str]:
    try:
        return set(path.read_text().split())
    except OSError:
        return set()


def _counted(path: Path, key: str) -> int:
    with suppress(OSError):
        for line in path.read_text().splitlines():
            name, _, number = line.partition(" ")
            if name == key:
                return int(number)
    return 0


def _remove(folder: Path) -> None:
    for _ in range(200):
        with suppress(OSError):
            for process in (folder / "cgroup.procs").read_text().split():
                os.kill(int(process), signal.SIGKILL)
        try:
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError:  # its last process is still exiting
            time.sleep(0.005)
        else:
            return
