"""Processes, folders and locks that a portal has not removed."""

import os
import time
from pathlib import Path

from labs.repositories import housekeeping
from tests.servers import Stack


def processes_about(folder: Path) -> list[str]:
    """Return the command lines of programs that work on a file below a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            command = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it has ended
            continue
        if f"{folder}/" in command and int(path.name) != os.getpid():
            found.append(command)
    return found


def builds_in(folder: Path) -> list[str]:
    """Return the running builds of environments; each is one program of uv."""
    return [command for command in processes_about(folder) if "pip install" in command and ".new-" in command]


def leftovers(stack: Stack, temporary: Path) -> list[str]:
    """Return what is left after a day, when housekeeping removes what killed processes could not."""
    day = time.time() - housekeeping.LEFTOVER_SECONDS - 60
    for path in temporary.iterdir():
        os.utime(path, (day, day), follow_symlinks=False)
    housekeeping.sweep_temporary()
    left = [path for path in temporary.iterdir() if path != stack.socket.parent]
    # Empty folders of Python's multiprocessing are not ours to remove: nothing says whose they are.
    found = [f"temporary {path.name}" for path in left if not path.name.startswith("pymp-")]
    found += [f"{path}" for folder in left for path in folder.rglob("*")]
    environments = stack.var / "environments"
    found += [path.name for name in (".new-*", ".old-*") for path in environments.glob(name)]
    return found
