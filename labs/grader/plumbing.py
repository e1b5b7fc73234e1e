"""Processes of `git` that a stranger's repository cannot turn against us, and the one that reads objects.

Only plumbing commands run: porcelain such as `git log` obeys settings of the repository that start programs
(`log.showSignature`). No text from the repository ever becomes an argument.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
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
    "core.commitGraph=false",  # a file beside the objects that could tell another history than they do
    "i18n.logOutputEncoding=UTF-8",
)

_BUFFER = 1 << 16
_AHEAD = 60  # lines with an id of 64 digits each, which the smallest of pipes takes


class RepositoryFault(Exception):  # noqa: N818 - "fault" is the word for what is on our side
    """The storage is broken or git cannot run: nothing that a learner could mend, so never "needs work"."""


class MissingObject(RepositoryFault):
    """The object is not there. In a mirror that was fetched without large files, it may be one of those."""


class TooLarge(Exception):  # noqa: N818 - a limit that was reached, not an error
    """A limit of reading was reached; the message says which, for the learner."""


@dataclass(frozen=True)
class GitObject:
    """`data` is None where the object is larger than the reader was asked to read; `size` is in bytes."""

    kind: str
    size: int
    data: bytes | None


def command(git_dir: Path, *arguments: str) -> list[str]:
    settings = [part for setting in SETTINGS for part in ("-c", setting)]
    return [shutil.which("git") or "git", "--no-pager", *settings, f"--git-dir={git_dir}", *arguments]


def _started(git_dir: Path, *arguments: str, stdin: int, stderr: int) -> subprocess.Popen[bytes]:
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
        raise RepositoryFault(f"git could not be started: {error}") from error


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for stream in (process.stdin, process.stdout):
        if stream:
            with suppress(OSError):  # bytes that were still buffered for a process that is gone
                stream.close()
    process.wait()


def output_of(
    git_dir: Path,
    *arguments: str,
    stdin: bytes = b"",
    most: int,
    what: str,
    ends: tuple[int, ...] = (0,),
    memory: int | None = None,
) -> bytes:
    """What one git command prints. `memory` is the most that it may take, in bytes; only Linux holds it to that.

    Raises TooLarge about `what` past `most` bytes, RepositoryFault if it ends otherwise than `ends` allows.
    """
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said:
        given.write(stdin)
        given.seek(0)
        process = _started(git_dir, *arguments, stdin=given.fileno(), stderr=said.fileno())
        try:
            if memory and sys.platform == "linux":
                with suppress(ProcessLookupError):
                    resource.prlimit(process.pid, resource.RLIMIT_DATA, (memory, memory))
            assert process.stdout  # noqa: S101 - it was asked for
            output = process.stdout.read(most + 1)
            if len(output) > most:
                raise TooLarge(f"{what} is larger than {most >> 20} MB, which is the most that is read")
            status = process.wait()
            said.seek(0)
            complaint = said.read(1000).decode("utf-8", "replace").strip()
            if status not in ends or "ignoring broken ref" in complaint:
                raise RepositoryFault(complaint)
        finally:
            _end(process)
    return output


def absent(git_dir: Path, object_ids: Iterable[str]) -> set[str]:
    """Which of these objects are not in a repository."""
    asked = "".join(f"{object_id}\n" for object_id in dict.fromkeys(object_ids)).encode("ascii")
    answers = output_of(
        *(git_dir, "cat-file", "--batch-check"), stdin=asked, most=1 << 20, what="the list of objects"
    )
    lines = (line.split() for line in answers.decode("ascii").splitlines())
    return {object_id for object_id, *rest in lines if rest == ["missing"]}


class ObjectReader:
    """One long-lived `git cat-file --batch`, started when the first object is wanted.

    It is ended whenever its stream may be out of step (an object too large to drain, a time limit that struck
    in the middle of an answer) and started anew by the next question.
    """

    def __init__(self, git_dir: Path) -> None:
        self._git_dir = git_dir
        self._process: subprocess.Popen[bytes] | None = None
        self._ahead = False

    def read(self, object_id: str, most: int) -> GitObject:
        """The object, without its data where that is more than `most` bytes. RepositoryFault if absent or broken."""
        found = next(self.read_all([object_id], most))
        if found is None:
            raise MissingObject(f"object {object_id} is missing or damaged")
        return found

    def read_all(self, object_ids: Iterable[str], most: int) -> Iterator[GitObject | None]:
        """The same for many, in turn, None for one that is absent. Some are asked for ahead, so that git never waits;
        a question in between costs a new process.
        """
        coming, waiting = iter(object_ids), deque[str]()
        process = None
        while True:
            more = list(islice(coming, _AHEAD - len(waiting))) if len(waiting) <= _AHEAD // 2 else []
            waiting.extend(more)
            if not waiting:
                return
            try:
                if process is None or process is not self._process:
                    process, more = self._begun(), list(waiting)
                self._say(process, more)
                found = self._answer(process, waiting.popleft(), most)
            except BaseException:
                self.close()
                raise
            self._ahead = bool(waiting)
            yield found

    def _begun(self) -> "subprocess.Popen[bytes]":
        if self._ahead:  # answers to somebody else would come first
            self.close()
        if self._process is None:
            self._process = _started(
                self._git_dir, "cat-file", "--batch", stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        return self._process

    def _say(self, process: "subprocess.Popen[bytes]", object_ids: list[str]) -> None:
        assert process.stdin  # noqa: S101 - it was asked for
        if not object_ids:
            return
        try:
            process.stdin.write("".join(f"{object_id}\n" for object_id in object_ids).encode("ascii"))
            process.stdin.flush()
        except BrokenPipeError:
            raise RepositoryFault(f"git ended before object {object_ids[0]} was read") from None

    def _answer(self, process: "subprocess.Popen[bytes]", object_id: str, most: int) -> GitObject | None:
        stdout = process.stdout
        assert stdout  # noqa: S101 - it was asked for
        header = stdout.readline().split()
        if header[1:] == [b"missing"]:
            return None
        if len(header) != 3:
            raise RepositoryFault(f"object {object_id} is missing or damaged")
        kind, size = header[1].decode("ascii"), int(header[2])
        if size > most:
            self.close()
            return GitObject(kind, size, None)
        data = stdout.read(size + 1)
        if len(data) != size + 1:
            raise RepositoryFault(f"object {object_id} is damaged")
        return GitObject(kind, size, data[:-1])

    def close(self) -> None:
        process, self._process, self._ahead = self._process, None, False
        if process:
            _end(process)
