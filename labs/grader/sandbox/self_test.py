"""Test the sandbox from inside before any learner's code runs in one."""

import json
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

from .inside import program
from .job import Job, Ran, SandboxError
from .packing import NO_FILES

SECONDS = 10.0


def what_is_open(run: Callable[[Job], Ran]) -> str:
    """Return what a sandbox leaves open, or why it does not start; "" if it confines."""
    job = Job(("python3", "-I", "-c", program("look_around")), NO_FILES, SECONDS)
    try:
        ran = run(job)
        seen = json.loads(ran.text)
    except (SandboxError, OSError, subprocess.SubprocessError) as error:
        return str(error)
    except ValueError:
        return f"the self-test exited with status {ran.exit}: {ran.text.strip()[-200:]}"
    return "; ".join(_faults(seen))


def _faults(seen: dict[str, Any]) -> Iterator[str]:
    if seen["network"] or set(seen["interfaces"]) - {"lo"}:
        yield "the network can be reached"
    for folder in seen["writes"]:
        yield f"{folder} is writable"
    if not seen["box"]:
        yield "the job's folder is not writable"
    if seen["uid"] == 0 or seen["owns_system"]:
        yield "code runs as root"
    for path in seen["files"]:
        yield f"{path} is visible"
    if set(seen["first"].split("\0")) - {""} and not seen["first"].startswith("PATH="):
        yield "the environment of the first process is readable"
    if seen["capabilities"] or seen["filter"] != "2":
        yield "forbidden system calls are possible"
