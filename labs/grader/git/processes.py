"""Start `git` so that a stranger's repository cannot turn it against us, and read objects with it.

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
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
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
    "core.commitGraph=false",  # a file beside the objects that could contradict them
    "i18n.logOutputEncoding=UTF-8",
)

_BUFFER = 1 << 16
_CHUNK = 1 << 18
# messages of Git in the C locale about the machine, not the repository
_OURS = re.compile(
    r"Permission denied|No space left|Too many open files|Input/output error|Read-only file system|Disk quota"
    r"|Resource temporarily unavailable|unable to (?:create|write)|cannot (?:fork|exec)"
)
_FEW = 60  # lines with a 64-digit id each, which fit into the smallest pipe


class RepositoryError(Exception):
    """Git cannot run or read. Learners cannot fix that, so it is never "needs work"."""


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


@dataclass(frozen=True)
class GitObject:
    """`data` is None if the object is larger than the reader's limit; `size` is in bytes."""

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
        raise RepositoryError(f"git could not be started: {error}") from error


def _end(process: subprocess.Popen[bytes]) -> None:
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
    most: int,
    what: str,
    ends: tuple[int, ...] = (0,),
    memory: int | None = None,
) -> bytes:
    """Return the output of one git command in one piece; see `chunks_of`."""
    return b"".join(
        chunks_of(git_dir, *arguments, stdin=stdin, most=most, what=what, ends=ends, memory=memory)
    )


def chunks_of(
    git_dir: Path,
    *arguments: str,
    stdin: bytes = b"",
    most: int,
    what: str,
    ends: tuple[int, ...] = (0,),
    memory: int | None = None,
) -> Iterator[bytes]:
    """Yield the output of one git command. `memory` is its limit in bytes, enforced only on Linux.

    Raises TooLargeError about `what` past `most` bytes or that memory, RepositoryDamagedError if Git rejects a stored
    object, RepositoryError if it could not do its work.
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
            total = 0
            while chunk := process.stdout.read(_CHUNK):
                total += len(chunk)
                if total > most:
                    raise TooLargeError(f"{what} is larger than {most >> 20} MB, which is the limit")
                yield chunk
            status = process.wait()
            said.seek(0)
            complaint = said.read(1000).decode("utf-8", "replace").strip()
            if status not in ends or "ignoring broken ref" in complaint:
                raise _refusal(status, complaint, what)
        finally:
            _end(process)


def _refusal(status: int, complaint: str, what: str) -> Exception:
    if re.search(r"[Oo]ut of memory|cannot allocate", complaint):
        return TooLargeError(f"{what} needs more memory than the limit allows")
    if status == -signal.SIGKILL or _OURS.search(complaint):
        return RepositoryError(complaint or f"git was ended by signal {-status}")
    return RepositoryDamagedError(complaint or f"git ended with {status}")


def absent(git_dir: Path, object_ids: Iterable[str]) -> set[str]:
    return {object_id for object_id, kind in kinds_of(git_dir, object_ids).items() if kind is None}


def kinds_of(git_dir: Path, object_ids: Iterable[str]) -> dict[str, str | None]:
    # None for a missing object
    asked = "".join(f"{object_id}\n" for object_id in dict.fromkeys(object_ids)).encode("ascii")
    answers = output_of(
        *(git_dir, "cat-file", "--batch-check", "--buffer"),
        stdin=asked,
        most=1 << 20,
        what="the list of objects",
    )
    lines = (line.split() for line in answers.decode("ascii").splitlines())
    return {object_id: None if rest == ["missing"] else rest[0] for object_id, *rest in lines}


class ObjectReader:
    """One long-lived `git cat-file --batch`, started when the first object is wanted.

    It is ended whenever its stream may be out of step (an object too large to drain, a time limit in the middle of an
    answer); the next read starts a new one.
    """

    def __init__(self, git_dir: Path) -> None:
        self._git_dir = git_dir
        self._process: subprocess.Popen[bytes] | None = None
        self._ahead = False

    def read(self, object_id: str, most: int) -> GitObject:
        """Return the object, without its data past `most` bytes. Raises RepositoryError if missing or broken."""
        found = next(self.read_all([object_id], most))
        if found is None:
            raise MissingObjectError(f"object {object_id} is missing or damaged")
        return found

    def read_all(self, object_ids: Iterable[str], most: int) -> Iterator[GitObject | None]:
        """Yield objects in order, None if missing."""
        asked = list(object_ids)
        return self._few(asked, most) if len(asked) <= _FEW else self._many(asked, most)

    def _few(self, object_ids: list[str], most: int) -> Iterator[GitObject | None]:
        # Requests are pipelined. Calling read() in between restarts git.
        process = None
        for place, object_id in enumerate(object_ids):
            try:
                if process is None or process is not self._process:
                    process = self._begun()
                    self._say(process, object_ids[place:])
                found = _answer(process, object_id, most)
            except BaseException:
                self.close()
                raise
            if found and found.data is None:
                self.close()
            self._ahead = place + 1 < len(object_ids)
            yield found

    def _many(self, object_ids: list[str], most: int) -> Iterator[GitObject | None]:
        # Two processes take every other object each: git inflates in one thread.
        with ExitStack() as opened:
            pair = [opened.enter_context(closing(self._stream(object_ids[n::2], most))) for n in (0, 1)]
            for place in range(len(object_ids)):
                yield next(pair[place % 2])

    def _stream(self, object_ids: list[str], most: int) -> Generator[GitObject | None]:
        # A separate process may buffer many answers into one write.
        place = 0
        while place < len(object_ids):
            with tempfile.TemporaryFile() as asked:
                asked.write("".join(f"{object_id}\n" for object_id in object_ids[place:]).encode("ascii"))
                asked.seek(0)
                options = ("cat-file", "--batch", "--buffer")
                process = _started(self._git_dir, *options, stdin=asked.fileno(), stderr=subprocess.DEVNULL)
            try:
                too_large = False
                while place < len(object_ids) and not too_large:
                    found = _answer(process, object_ids[place], most)
                    place += 1
                    too_large = found is not None and found.data is None
                    yield found
            finally:
                _end(process)

    def _begun(self) -> "subprocess.Popen[bytes]":
        if self._ahead:  # answers to a different caller would come first
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
            raise RepositoryDamagedError(f"git ended before object {object_ids[0]} was read") from None

    def close(self) -> None:
        process, self._process, self._ahead = self._process, None, False
        if process:
            _end(process)


def _answer(process: "subprocess.Popen[bytes]", object_id: str, most: int) -> GitObject | None:
    # after an answer without data the stream is out of step
    stdout = process.stdout
    assert stdout  # noqa: S101 - it was asked for
    header = stdout.readline().split()
    if header[1:] == [b"missing"]:
        return None
    if len(header) != 3:
        raise _cut_off(process, object_id)
    kind, size = header[1].decode("ascii"), int(header[2])
    if size > most:
        return GitObject(kind, size, None)
    data = stdout.read(size + 1)
    if len(data) != size + 1:
        raise _cut_off(process, object_id)
    return GitObject(kind, size, data[:-1])


def _cut_off(process: "subprocess.Popen[bytes]", object_id: str) -> RepositoryError:
    with suppress(subprocess.TimeoutExpired):
        if process.wait(1) == -signal.SIGKILL:
            return RepositoryError(f"git was ended while it read object {object_id}")
    return RepositoryDamagedError(f"object {object_id} is missing or damaged")
