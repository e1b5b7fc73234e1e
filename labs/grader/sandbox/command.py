"""Build the command line that confines a command: group, uid, limits, namespaces, filter, in this order."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .job import Job, Limits
from .slots import tasks_of

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PROGRAMS = ("bwrap", "setpriv", "prlimit", "tar", "sh")
BOX = "/box"
VENV = "/venv"
USER = "1000"  # not `nobody`: every unmapped owner appears as that uid too
_ENTER = 'for group; do shift; [ "$group" = -- ] && break; echo $$ > "$group"/cgroup.procs || exit; done; exec "$@"'
# tar stops at the end of its archive, so the rest of the file is the command's own stdin
_UNPACK = f'tar -x --no-same-owner --no-same-permissions -C {BOX} -f - && exec "$@"'
_VARIABLES = {
    "PATH": f"{VENV}/bin:/usr/local/bin:/usr/bin:/bin",
    "HOME": BOX,
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONPATH": f"{BOX}/src",  # as with an editable install of a package in the src layout
    "PYTHONUNBUFFERED": "1",
    "PYTHONHASHSEED": "0",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Place:
    """The surroundings of one run. `environment` is a folder on this machine; `filter_fd` and `status_fd` are
    inherited.
    """

    limits: Limits
    uid: int | None
    groups: tuple[Path, ...]
    environment: Path | None
    filter_fd: int
    status_fd: int
    channel_fd: int | None = None


@cache
def found(program: str) -> str | None:
    return shutil.which(program, path=PATH)


@cache
def python() -> str | None:
    # below `/usr`, the only part of the system that a sandbox can see
    names = ("/usr/local/bin/python3", "/usr/bin/python3")
    return next((name for name in names if os.access(name, os.X_OK) and _is_below_usr(name)), None)


@cache
def installed_programs() -> tuple[str, ...]:
    # Python packages of this machine, hidden so that a lab finds only what it asked for
    patterns = ("lib/python3*/*-packages", "local/lib/python3*/*-packages")
    return tuple(str(folder) for pattern in patterns for folder in sorted(Path("/usr").glob(pattern)))


def _is_below_usr(name: str) -> bool:
    return Path(name).resolve().is_relative_to("/usr")


def confined_command(job: Job, place: Place, bwrap: str) -> list[str]:
    """Return the whole argv. Its stdin must be a file: the tar of the job, then the command's own input."""
    groups = [str(folder) for folder in place.groups]
    return [
        *("/bin/sh", "-c", _ENTER, "sh", *groups, "--"),
        *_privileges(place.uid),
        *_limits(job, place),
        *_namespaces(place, bwrap),
        *("--", "/bin/sh", "-c", _UNPACK, "sh", *job.argv),
    ]


def _privileges(uid: int | None) -> list[str]:
    # Changes the user if we are root: with `--uid` alone the process would still be root outside.
    user = (
        [] if uid is None else [f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--bounding-set=-all"]
    )
    return ["setpriv", *user, "--no-new-privs", "--pdeathsig=KILL", "--"]


def _limits(job: Job, place: Place) -> list[str]:
    limits, cpu = place.limits, 2 * int(job.seconds) + 2
    # the process limit counts the whole uid, so a shared uid may have used it up
    others = tasks_of(os.getuid()) if place.uid is None else 0
    most = {
        "cpu": cpu,
        "data": limits.memory,
        "as": limits.addresses,
        "nproc": limits.processes + others,
        "nofile": limits.open_files,
        "fsize": limits.file_bytes,
        "core": 0,
        "memlock": 1 << 16,
        "msgqueue": 0,
    }
    return ["prlimit", *(f"--{name}={value}" for name, value in most.items()), "--"]


def _namespaces(place: Place, bwrap: str) -> list[str]:
    size = ("--size", str(place.limits.folder_bytes))
    channel = {} if place.channel_fd is None else {"CHANNEL": str(place.channel_fd)}
    variables = {**_VARIABLES, **channel}
    return [
        bwrap,
        *("--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"),
        *("--unshare-cgroup-try", "--disable-userns", "--uid", USER, "--gid", USER),
        *("--hostname", "sandbox", "--new-session", "--die-with-parent", "--cap-drop", "ALL", "--clearenv"),
        *(word for name, value in variables.items() for word in ("--setenv", name, value)),
        *("--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib"),
        *("--symlink", "usr/lib64", "/lib64", *_interpreter(place.environment)),
        *(
            "--ro-bind-try",
            "/etc/ld.so.cache",
            "/etc/ld.so.cache",
        ),  # library folders, such as Python's own
        *(word for folder in installed_programs() for word in ("--tmpfs", folder, "--remount-ro", folder)),
        *("--proc", "/proc", "--dev", "/dev", *size, "--tmpfs", "/dev/shm"),  # noqa: S108 - inside
        *(*size, "--tmpfs", "/tmp", *size, "--tmpfs", BOX),  # noqa: S108 - inside
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", BOX),  # bwrap's own /dev has no size
        *("--seccomp", str(place.filter_fd), "--json-status-fd", str(place.status_fd)),
    ]


def _interpreter(environment: Path | None) -> Sequence[str]:
    if environment is not None:
        return ("--ro-bind", str(environment), VENV)
    names = ("python", "python3")
    return [word for name in names for word in ("--symlink", python() or "", f"{VENV}/bin/{name}")]
