"""Jobs, results and limits of a sandbox."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from socket import socket
from typing import Literal, Protocol

_MEGABYTE = 1 << 20

WhyEnded = Literal["exit", "seconds", "output", "memory"]


class SandboxError(Exception):
    """The sandbox itself failed: nothing that a learner could fix."""


class CannotBuildError(Exception):
    """A lab's environment cannot be built as its author wrote it; the message is the installer's."""


@dataclass(frozen=True)
class Limits:
    """Limits of one sandbox. Bytes are per process, except `group_memory`, `kept_output` and `most_output`.

    Half of `kept_output` is for the beginning, half for the end.
    """

    memory: int = 512 * _MEGABYTE
    addresses: int = 4096 * _MEGABYTE
    group_memory: int = 768 * _MEGABYTE
    processes: int = 64
    open_files: int = 256
    file_bytes: int = 32 * _MEGABYTE
    folder_bytes: int = 64 * _MEGABYTE
    kept_output: int = 256 << 10
    most_output: int = 8 * _MEGABYTE


@dataclass(frozen=True)
class Job:
    """One command. `files` is a tar that is unpacked in `/box`, where the command starts; see `packing`.

    `environment` is the digest of a built Python environment, or empty; see `environments`. `looks_for` is the path
    of a file whose existence is reported when the command has ended.
    """

    argv: tuple[str, ...]
    files: bytes
    seconds: float
    stdin: bytes = b""
    environment: str = ""
    looks_for: str = ""


@dataclass(frozen=True)
class Ran:
    """Result of a command. `exit` is its exit status, 128 and more for a signal; it is the learner's claim.

    `why` says what ended it: itself (`exit`), or the exceeded limit. `output` is stdout and stderr together; past
    256 KB only the beginning and the end: `left_out` bytes with `lines_left_out` newlines are missing after the
    first `head` bytes. `seconds` is the wall clock. `found` is True if the file to look for exists.
    """

    exit: int
    why: WhyEnded
    output: bytes
    seconds: float
    head: int = 0
    left_out: int = 0
    lines_left_out: int = 0
    found: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the whole output; or its beginning and its end, both without the line that was cut."""
        if not self.left_out:
            return (self.output.decode("utf-8", "replace"),)
        head, tail = self.output[: self.head], self.output[self.head :]
        begins, end, _ = head.rpartition(b"\n")
        _, _, ends = tail.partition(b"\n")
        whole = (begins + end or head, ends or tail)
        return tuple(part.decode("utf-8", "replace") for part in whole)

    @property
    def text(self) -> str:
        """The output, with a line about the part left out, if any."""
        return f"[{self.left_out:,} bytes of output omitted]\n".join(self.parts)


class Sandbox(Protocol):
    """Run commands confined, or say why that is impossible. There is no other way to run one."""

    def unavailable(self) -> str:
        """The reason why this server cannot run code in a sandbox, as the end of a sentence; "" if it can."""

    def packages_unavailable(self) -> str:
        """The reason why labs with packages cannot run here, as the end of a sentence; "" if they can."""

    def environment(self, requirements: tuple[str, ...]) -> str:
        """Return the digest of the environment with these packages, built if missing.

        Raises CannotBuildError if the lab asks for packages that do not exist, SandboxError for a fault of ours.
        """

    def run(self, job: Job) -> Ran:
        """Run a command to its end. Raises SandboxError."""

    def talk(self, job: Job) -> AbstractContextManager[socket]:
        """Run a command that talks over a socket, whose file descriptor is in `CHANNEL`. It ends with the block.

        Its output is discarded.
        """
