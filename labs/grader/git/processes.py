"""Start `git` so that a stranger's repository cannot turn it against us.

Only plumbing commands run: porcelain such as `git log` obeys repository settings that start programs
(`log.showSignature`). No text from the repository ever becomes an argument.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

if sys.platform == "linux":
    import resource

ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/nonexistent",
    "XDG_CONFIG_HOME": "/nonexistent",
    "LC_ALL": "C",
    "TZ": "UTC",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_GRAFT_FILE": os.devnull,
}
SETTINGS = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    f"core.attributesFile={os.devnull}",
    f"core.excludesFile={os.devnull}",
    "core.commitGraph=false",  # the commit-graph file could contradict the objects
    "i18n.logOutputEncoding=UTF-8",
)

_BUFFER = 1 << 16
_CHUNK = 1 << 18
# messages of Git in the C locale about the machine, not the repository
_OURS = re.compile(
    r"Permission denied|No space left|Too many open files|Input/output error|Read-only file system|Disk quota"
    r"|Resource temporarily unavailable|unable to (?:create|write)|cannot (?:fork|exec)"
)


class RepositoryError(Exception):
    """Git cannot run, or cannot read the repository. Learners cannot fix that, so it is never "needs work"."""


class RepositoryDamagedError(RepositoryError):
    """Git rejects a stored object; the message is its reason. Whoever stored the object is at fault.

    `check_id` names the check that needed it, if any.
    """

    check_id = ""


class MissingObjectError(RepositoryDamagedError):
    """The object is missing. In a mirror fetched without large files, it may be one of those."""


class TimeLimitError(Exception):
    """A check exceeded its time limit."""


class TooLargeError(Exception):
    """A read limit was reached; the message tells the learner which."""


def command(git_dir: Path, *arguments: str) -> list[str]:
    settings = [part for setting in SETTINGS for part in ("-c", setting)]
    return [shutil.which("git") or "git", "--no-pager", *settings, f"--git-dir={git_dir}", *arguments]


def start_git(git_dir: Path, *arguments: str, stdin: int, stderr: int) -> subprocess.Popen[bytes]:
    argv = command(git_dir, *arguments)
    try:
        return subprocess.Popen(
            argv,
            cwd=git_dir,
            env=ENVIRONMENT,
            bufsize=_BUFFER,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=stderr,
        )
    except OSError as error:
        raise RepositoryError(f"could not start git: {error}") from error


def end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for stream in (process.stdin, process.stdout):
        if stream:
            with suppress(OSError):  # bytes still buffered for a process that is gone
                stream.close()
    process.wait()


def output_of(
    git_dir: Path,
    *arguments: str,
    stdin: bytes = b"",
    limit: int,
    what: str,
    ends: tuple[int, ...] = (0,),
    memory: int | None = None,
) -> bytes:
    """Return the output of one git command in one piece; see `chunks_of`."""
    return b"".join(
        chunks_of(git_dir, *arguments, stdin=stdin, limit=limit, what=what, ends=ends, memory=memory)
    )


def chunks_of(
    git_dir: Path,
    *arguments: str,
    stdin: bytes = b"",
    limit: int,
    what: str,
    ends: tuple[int, ...] = (0,),
    memory: int | None = None,
) -> Iterator[bytes]:
    """Yield the output of one git command. `memory` is its limit in bytes, enforced only on Linux.

    Raises TooLargeError about `what` past `limit` bytes or that memory, RepositoryDamagedError if Git rejects a stored
    object, RepositoryError if it could not do its work.
    """
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said:
        given.write(stdin)
        given.seek(0)
        process = start_git(git_dir, *arguments, stdin=given.fileno(), stderr=said.fileno())
        try:
            if memory and sys.platform == "linux":
                with suppress(ProcessLookupError):
                    resource.prlimit(process.pid, resource.RLIMIT_DATA, (memory, memory))
            assert process.stdout  # noqa: S101 - it was asked for
            total = 0
            while chunk := process.stdout.read(_CHUNK):
                total += len(chunk)
                if total > limit:
                    raise TooLargeError(f"{what} exceeds the limit of {limit >> 20} MB")
                yield chunk
            status = process.wait()
            said.seek(0)
            complaint = said.read(1000).decode("utf-8", "replace").strip()
            if status not in ends or "ignoring broken ref" in complaint:
                raise _refusal(status, complaint, what)
        finally:
            end(process)


def _refusal(status: int, complaint: str, what: str) -> Exception:
    if re.search(r"[Oo]ut of memory|cannot allocate", complaint):
        return TooLargeError(f"{what} needs more memory than the limit allows")
    if status == -signal.SIGKILL or _OURS.search(complaint):
        return RepositoryError(complaint or f"git was killed by signal {-status}")
    return RepositoryDamagedError(complaint or f"git exited with status {status}")
