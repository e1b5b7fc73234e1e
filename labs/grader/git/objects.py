"""Read objects of a repository with `git cat-file`."""

import signal
import subprocess
import tempfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path

from .processes import MissingObjectError, RepositoryDamagedError, RepositoryError, end, output_of, start_git

_FEW = 60  # lines with a 64-digit ID each, which fit into the smallest pipe


@dataclass(frozen=True)
class GitObject:
    """`data` is None if the object is larger than the reader's limit; `size` is in bytes."""

    kind: str
    size: int
    data: bytes | None


def absent(git_dir: Path, object_ids: Iterable[str]) -> set[str]:
    return {object_id for object_id, kind in kinds_of(git_dir, object_ids).items() if kind is None}


def kinds_of(git_dir: Path, object_ids: Iterable[str]) -> dict[str, str | None]:
    # None for a missing object
    asked = "".join(f"{object_id}\n" for object_id in dict.fromkeys(object_ids)).encode("ascii")
    answers = output_of(
        *(git_dir, "cat-file", "--batch-check", "--buffer"),
        stdin=asked,
        limit=1 << 20,
        what="the list of objects",
    )
    lines = (line.split() for line in answers.decode("ascii").splitlines())
    return {object_id: None if rest == ["missing"] else rest[0] for object_id, *rest in lines}


class ObjectReader:
    """One long-lived `git cat-file --batch`, started when the first object is wanted.

    It is killed whenever its stream may be out of step (an object too large to drain, a time limit in the middle of an
    answer); the next read starts a new one.
    """

    def __init__(self, git_dir: Path) -> None:
        self._git_dir = git_dir
        self._process: subprocess.Popen[bytes] | None = None
        self._ahead = False

    def read(self, object_id: str, limit: int) -> GitObject:
        """Return the object, without its data past `limit` bytes. Raises RepositoryError if missing or broken."""
        found = next(self.read_all([object_id], limit))
        if found is None:
            raise MissingObjectError(f"object {object_id} is missing or damaged")
        return found

    def read_all(self, object_ids: Iterable[str], limit: int) -> Iterator[GitObject | None]:
        """Yield objects in order, None if missing."""
        asked = list(object_ids)
        return self._few(asked, limit) if len(asked) <= _FEW else self._many(asked, limit)

    def _few(self, object_ids: list[str], limit: int) -> Iterator[GitObject | None]:
        # Requests are pipelined. Calling read() in between restarts git.
        process = None
        for place, object_id in enumerate(object_ids):
            try:
                if process is None or process is not self._process:
                    process = self._begun()
                    self._say(process, object_ids[place:])
                found = _answer(process, object_id, limit)
            except BaseException:
                self.close()
                raise
            if found and found.data is None:
                self.close()
            self._ahead = place + 1 < len(object_ids)
            yield found

    def _many(self, object_ids: list[str], limit: int) -> Iterator[GitObject | None]:
        # Two processes take every other object each: git inflates in one thread.
        with ExitStack() as opened:
            pair = [opened.enter_context(closing(self._stream(object_ids[n::2], limit))) for n in (0, 1)]
            for place in range(len(object_ids)):
                yield next(pair[place % 2])

    def _stream(self, object_ids: list[str], limit: int) -> Generator[GitObject | None]:
        # A separate process may buffer many answers into one write.
        place = 0
        while place < len(object_ids):
            with tempfile.TemporaryFile() as asked:
                asked.write("".join(f"{object_id}\n" for object_id in object_ids[place:]).encode("ascii"))
                asked.seek(0)
                options = ("cat-file", "--batch", "--buffer")
                process = start_git(self._git_dir, *options, stdin=asked.fileno(), stderr=subprocess.DEVNULL)
            try:
                too_large = False
                while place < len(object_ids) and not too_large:
                    found = _answer(process, object_ids[place], limit)
                    place += 1
                    too_large = found is not None and found.data is None
                    yield found
            finally:
                end(process)

    def _begun(self) -> "subprocess.Popen[bytes]":
        if self._ahead:  # answers to a different caller would come first
            self.close()
        if self._process is None:
            self._process = start_git(
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
            raise RepositoryDamagedError(f"git exited before object {object_ids[0]} was read") from None

    def close(self) -> None:
        process, self._process, self._ahead = self._process, None, False
        if process:
            end(process)


def _answer(process: "subprocess.Popen[bytes]", object_id: str, limit: int) -> GitObject | None:
    # after an answer without data the stream is out of step
    stdout = process.stdout
    assert stdout  # noqa: S101 - it was asked for
    header = stdout.readline().split()
    if header[1:] == [b"missing"]:
        return None
    if len(header) != 3:
        raise _cut_off(process, object_id)
    kind, size = header[1].decode("ascii"), int(header[2])
    if size > limit:
        return GitObject(kind, size, None)
    data = stdout.read(size + 1)
    if len(data) != size + 1:
        raise _cut_off(process, object_id)
    return GitObject(kind, size, data[:-1])


def _cut_off(process: "subprocess.Popen[bytes]", object_id: str) -> RepositoryError:
    with suppress(subprocess.TimeoutExpired):
        if process.wait(1) == -signal.SIGKILL:
            return RepositoryError(f"git exited while reading object {object_id}")
    return RepositoryDamagedError(f"object {object_id} is missing or damaged")
