"""Hidden tests in one sandbox, the learner's code in another, and this process between them.

Neither sees the other's files. They exchange JSON lines, each with a limit, and the learner's answer must carry the
ID of its question.
"""

import json
import logging
import select
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from secrets import token_hex
from socket import socket
from typing import Any

from ..json_object import JsonObject
from .inside import program
from .job import Job, Sandbox, SandboxError
from .packing import pack_files

_log = logging.getLogger(__name__)
IMPORT_SECONDS = 10.0
START_SECONDS = 10.0
MAX_ANSWER = 64 << 10
_MAX_QUESTION = 1 << 20
_LIMITS = {"seconds": "time"}
_ENDED = "it exited without a result"


class PeerLostError(Exception):
    """The program in the sandbox exited, hung, or did not answer one line with one line."""


class BrokenTestsError(Exception):
    """The hidden tests cannot be loaded: their author must mend them. The message is the last line of the error."""


@dataclass(frozen=True)
class TestOutcome:
    """One hidden test: its name, whether it passed (None: not reached), and what happened, if learners may know."""

    says: str
    held: bool | None = None
    words: str = ""


class _Line:
    """Send one JSON line, return the JSON line that answers it."""

    def __init__(self, channel: socket, limit: int) -> None:
        self._channel, self._most = channel, limit

    def send(self, said: Mapping[str, object], seconds: float) -> None:
        self._channel.settimeout(max(seconds, 0.01))
        try:
            self._channel.sendall(json.dumps(said).encode() + b"\n")
        except OSError as error:
            raise PeerLostError(_ENDED) from error

    def receive(self, seconds: float) -> dict[str, Any]:
        line, deadline = bytearray(), time.monotonic() + seconds
        while not line.endswith(b"\n"):
            if not select.select([self._channel], [], [], max(deadline - time.monotonic(), 0))[0]:
                raise PeerLostError(f"it returned nothing within {seconds:.3g} seconds")
            line += self._some()
            if len(line) > self._most or b"\n" in line[:-1]:
                raise PeerLostError(
                    "it sent more than one result" if b"\n" in line else "its result was too long"
                )
        return self._read(line)

    def _some(self) -> bytes:
        try:
            data = self._channel.recv(1 << 16)
        except OSError:
            data = b""
        if not data:
            raise PeerLostError(_ENDED)
        return data

    def _read(self, line: bytearray) -> dict[str, Any]:
        try:
            said = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise PeerLostError("its result could not be read") from error
        if not isinstance(said, dict):
            raise PeerLostError("its result could not be read")
        return said


class Learner:
    """The learner's code in a sandbox of its own that is started by the first call."""

    def __init__(self, sandbox: Sandbox, job: Job, call_seconds: float, stack: ExitStack) -> None:
        self._sandbox, self._job, self._stack = sandbox, job, stack
        self._call_seconds = call_seconds
        self._line: _Line | None = None
        self._modules: set[str] = set()
        self._gone = ""

    def call(self, asked: JsonObject, seconds: float) -> dict[str, object]:
        """Return `{"value"}`, `{"unsaid"}` if it is not JSON, `{"raised"}` or `{"gone"}`.

        After `{"gone"}`, all later calls return it, too.
        """
        module, _, name = str(asked["target"]).partition(":")
        try:
            if self._gone:
                raise PeerLostError(self._gone)
            if module not in self._modules:
                self._modules.add(module)
                loaded = self._exchange({"module": module}, min(IMPORT_SECONDS, seconds))
                if "raised" in loaded:  # loading failed, so no function can be called
                    raise PeerLostError("its module cannot be imported")
            question = {"module": module, "name": name, "args": asked["args"], "kwargs": asked["kwargs"]}
            return self._exchange(question, min(self._call_seconds, seconds))
        except PeerLostError as gone:
            self._gone = str(gone)
            self._stack.close()
            return {"gone": self._gone}

    def _started(self) -> _Line:
        # Raises SandboxError: nothing of the learner's has run yet.
        self._line = _Line(self._stack.enter_context(self._sandbox.talk(self._job)), MAX_ANSWER)
        try:
            self._line.receive(START_SECONDS)
        except PeerLostError as gone:
            raise SandboxError(f"could not start a sandbox: {gone}") from gone
        return self._line

    def _exchange(self, question: Mapping[str, object], seconds: float) -> dict[str, object]:
        line = self._line or self._started()
        number = token_hex(16)
        line.send({"id": number, **question}, seconds)
        said = line.receive(seconds)
        if (
            said.pop("id", None) != number
            or len(said) != 1
            or not said.keys() <= {"value", "unsaid", "raised"}
        ):
            raise PeerLostError("its result could not be read")
        return said


def hold(sandbox: Sandbox, code: str, job: Job, call_seconds: float) -> list[TestOutcome]:
    """Return the outcome of each hidden test, in order.

    `job` has the learner's files, the environment and the seconds for all. Raises BrokenTestsError,
    SandboxError.
    """
    files = pack_files({b"hidden.py": code.encode()})
    author = replace(job, argv=("python", "-I", "-c", program("hold_tests")), files=files)
    with sandbox.talk(author) as channel:
        return _Hearing(sandbox, job, call_seconds, _Line(channel, _MAX_QUESTION)).held()


class _Hearing:
    def __init__(self, sandbox: Sandbox, job: Job, call_seconds: float, author: _Line) -> None:
        self._sandbox, self._call_seconds, self._author = sandbox, call_seconds, author
        self._job = replace(job, argv=("python", "-I", "-c", program("answer_calls")))
        self._deadline = time.monotonic() + job.seconds
        self._tests: list[TestOutcome] = []
        self._next = 0
        self._gone = ""  # what the learner's code did in this test instead of an answer

    def held(self) -> list[TestOutcome]:
        with ExitStack() as stack:
            learner = self._learner(stack)
            while (asked := self._asked()) and asked["ask"] != "done":
                if asked["ask"] == "begin":
                    stack.close()
                    learner, self._gone = self._learner(stack), ""
                said = self._answer(asked, learner)
                self._gone = str(said.get("gone", self._gone))
                self._author.send(said, self._left() + 1)
        if asked is None and self._gone:  # the learner's code took the time of all tests
            self._end(held=False, words=self._gone)
        return self._tests

    def _end(self, *, held: bool, words: str) -> None:
        self._tests[self._next] = replace(self._tests[self._next], held=held, words=words)
        self._next += 1

    def _learner(self, stack: ExitStack) -> Learner:
        return Learner(self._sandbox, self._job, self._call_seconds, stack)

    def _left(self) -> float:
        return self._deadline - time.monotonic()

    def _asked(self) -> dict[str, Any] | None:
        # None if the tests' time is up
        try:
            return self._author.receive(max(self._left(), 0))
        except PeerLostError as gone:
            if self._left() <= 0:
                return None
            raise SandboxError(f"the hidden tests failed to run: {gone}") from gone

    def _answer(self, asked: dict[str, Any], learner: Learner) -> dict[str, object]:
        match asked["ask"]:
            case "broken":
                _log.error("the hidden tests cannot be loaded: %s", asked["says"])
                raise BrokenTestsError(str(asked["says"]).strip().rpartition("\n")[2])
            case "tests":
                self._tests = [TestOutcome(str(name)) for name in asked["names"]]
            case "end":
                self._end(held=asked["held"], words=asked["words"])
                self._gone = ""
            case "call":
                return learner.call(asked, self._left())
            case "run":
                return self._run(asked)
        return {}

    def _run(self, asked: dict[str, Any]) -> dict[str, object]:
        seconds = min(float(asked["seconds"]), self._left())
        argv = tuple(map(str, asked["argv"]))
        if seconds <= 0:
            return {"gone": "there was no time left to run it"}
        ran = self._sandbox.run(replace(self._job, argv=argv, stdin=asked["stdin"].encode(), seconds=seconds))
        if ran.why != "exit":
            return {"gone": f"the program exceeded its {_LIMITS.get(ran.why, ran.why)} limit"}
        return {"exit": ran.exit, "output": ran.text}
