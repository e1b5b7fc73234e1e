"""What is asked of a sandbox, what it answers, and what it may use."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from socket import socket
from typing import Literal, Protocol

_MEGABYTE = 1 << 20

WhyEnded = Literal["exit", "seconds", "output", "memory"]


class SandboxError(Exception):
    """The sandbox itself did not work: nothing that a learner could mend."""


class CannotBuildError(Exception):
    """The environment of a lab cannot be made as its author wrote it; the message is pip's."""


@dataclass(frozen=True)
class Limits:
    """What one sandbox may use. Bytes are of one process, except `group_memory`, `kept_output` and `most_output`.

    Of `kept_output`, one half is for the beginning and one for the end.
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

    `environment` is the digest of a Python environment that was built, or empty; see `environments`. `looks_for` is
    the path of a file, of which is said whether it is there when the command has ended.
    """

    argv: tuple[str, ...]
    files: bytes
    seconds: float
    stdin: bytes = b""
    environment: str = ""
    looks_for: str = ""


@dataclass(frozen=True)
class Ran:
    """How a command ended. `exit` is its exit status, 128 and more for a signal; it is the learner's claim.

    `why` says what ended it: itself (`exit`), or the limit it passed. `output` is stdout and stderr together, of more
    than 256 KB the beginning and the end: `left_out` bytes with `lines_left_out` line ends are missing after the first
    `head` bytes. `seconds` is the wall clock. `found` says whether the file that was looked for is there.
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
        """The whole output; or its beginning and its end, both without the line that was cut."""
        if not self.left_out:
            return (self.output.decode("utf-8", "replace"),)
        head, tail = self.output[: self.head], self.output[self.head :]
        begins, end, _ = head.rpartition(b"\n")
        _, _, ends = tail.partition(b"\n")
        whole = (begins + end or head, ends or tail)
        return tuple(part.decode("utf-8", "replace") for part in whole)

    @property
    def text(self) -> str:
        """The output, with a line that says so where some of it is left out."""
        return f"[{self.left_out:,} bytes of output are left out here]\n".join(self.parts)


class Sandbox(Protocol):
    """Runs commands confined, or says why it cannot. There is no other way to run one."""

    def unavailable(self) -> str:
        """Why this server cannot confine code, as the end of a sentence; empty where it can."""

    def packages_unavailable(self) -> str:
        """Why labs that ask for packages cannot be run here, as the end of a sentence; empty where they can."""

    def environment(self, requirements: tuple[str, ...]) -> str:
        """The digest of the environment that holds these, built where it is not there yet.

        Raises CannotBuildError where the lab asks for what there is not, SandboxError for our side.
        """

    def run(self, job: Job) -> Ran:
        """Run a command to its end. Raises SandboxError."""

    def talk(self, job: Job) -> AbstractContextManager[socket]:
        """A command that is spoken to over a socket, whose number it finds in `CHANNEL`. It is ended with the block.

        What it prints is thrown away.
        """
