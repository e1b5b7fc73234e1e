"""The sandbox of this machine: bubblewrap as a child of the process that asks."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property
from socket import socket, socketpair

from ..words import listed
from . import cgroups, command, policy, slots
from .environments import Environments
from .inside import program
from .job import Job, Limits, Ran, SandboxError
from .process import follow, sealed_file, start_process
from .self_test import what_is_open


class LocalSandbox:
    """Confine by user, limits, namespaces and a filter of system calls. See `job.Sandbox` for the interface."""

    def __init__(
        self, environments: Environments, limits: Limits | None = None, bwrap: str = "bwrap"
    ) -> None:
        self.environments = environments
        self._limits = limits or Limits()
        self._bwrap = bwrap

    def unavailable(self) -> str:
        # determined once: a sandbox that leaked is not asked again
        return self._unavailable

    @cached_property
    def _unavailable(self) -> str:
        if not sys.platform.startswith("linux"):
            return "bubblewrap needs Linux"
        missing = [name for name in (self._bwrap, *command.PROGRAMS[1:]) if not command.found(name)]
        if missing:
            return f"{listed(missing, limit=5)} not found"
        if not policy.is_known():
            return f"system calls cannot be filtered on {platform.machine()}"
        if not command.python():
            return "no Python found in /usr"
        cgroups.sweep()
        return what_is_open(self._run)

    def packages_unavailable(self) -> str:
        return self.environments.closed()

    def environment(self, requirements: tuple[str, ...]) -> str:
        return self.environments.build(requirements)

    def run(self, job: Job) -> Ran:
        self._refuse_if_unavailable()
        return self._run(job)

    def run_for(self, job: Job, asker: socket) -> Ran:
        """Run for a client on a socket. Raises HungUpError when the client closes it."""
        self._refuse_if_unavailable()
        return self._run(job, asker)

    @contextmanager
    def talk(self, job: Job) -> Iterator[socket]:
        ours, theirs = socketpair()
        with ours, self.talking(job, theirs):
            yield ours

    @contextmanager
    def talking(self, job: Job, theirs: socket) -> Iterator["subprocess.Popen[bytes]"]:
        """Talk over an existing socket, which is closed here once the command has it."""
        self._refuse_if_unavailable()
        with theirs, ExitStack() as stack:
            process, _, _ = self._start(stack, job, subprocess.DEVNULL, theirs.fileno())
            theirs.close()
            yield process

    def _refuse_if_unavailable(self) -> None:
        if self._unavailable:
            raise SandboxError(f"cannot sandbox code: {self._unavailable}")

    def _run(self, job: Job, asker: socket | None = None) -> Ran:
        began = time.monotonic()
        with ExitStack() as stack:
            ours, theirs = socketpair()
            stack.enter_context(ours)
            with theirs:
                channel = theirs.fileno() if job.looks_for else None
                process, status, group = self._start(stack, _looking(job), subprocess.PIPE, channel)
            assert process.stdout  # noqa: S101 - it was asked for
            why, kept = follow(process.stdout, self._limits, job.seconds, asker)
            if why == "exit" and process.wait(5) and group.ran_out_of_memory:
                why = "memory"
            output = bytes(kept.head + kept.tail)
            if why == "exit":
                _check(status, output)
            found = _said(ours)
        code = process.returncode if process.returncode >= 0 else 128 - process.returncode
        seconds, head = time.monotonic() - began, len(kept.head)
        return Ran(code, why, output, seconds, head, kept.left_out, kept.lines_left_out, found)

    def _start(
        self, stack: ExitStack, job: Job, output: int, channel: int | None = None
    ) -> tuple["subprocess.Popen[bytes]", int, cgroups.Group]:
        # process, bubblewrap's status descriptor and group, all ended with the stack
        uid = stack.enter_context(slots.lease_slot())
        group = stack.enter_context(cgroups.group(self._limits))
        filter_fd = stack.enter_context(sealed_file(policy.policy()))
        stdin = stack.enter_context(sealed_file(job.files + job.stdin))
        status, status_end = os.pipe()
        stack.callback(os.close, status)
        environment = self.environments.folder(job.environment) if job.environment else None
        place = command.Place(self._limits, uid, group.folders, environment, filter_fd, status_end, channel)
        inherited = [fd for fd in (filter_fd, status_end, channel) if fd is not None]
        try:
            argv = command.confined_command(job, place, self._bwrap)
            process = stack.enter_context(start_process(argv, stdin, inherited, output))
        finally:
            os.close(status_end)
        return process, status, group


def _looking(job: Job) -> Job:
    # wraps the command in a program that looks for a file afterwards, if asked
    if not job.looks_for:
        return job
    return replace(job, argv=("python", "-I", "-c", program("run_and_look"), job.looks_for, *job.argv))


def _said(channel: socket) -> bool:
    channel.setblocking(False)
    try:
        return channel.recv(16) == b"there"
    except OSError:
        return False


def _check(status: int, output: bytes) -> None:
    # raises SandboxError if bubblewrap ended before the command did
    said = [json.loads(line) for line in os.read(status, 1 << 16).splitlines()]
    if not any("exit-code" in item for item in said):
        last = output.decode("utf-8", "replace").strip().rsplit("\n", 1)[-1]
        raise SandboxError(f"could not start the sandbox: {last[:200]}")
