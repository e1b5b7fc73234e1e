"""Requests to a runner over its Unix socket: a length, a JSON header with the job, then the files.

One connection is one request. A `talk` hands the runner one end of a socket pair; the connection then represents the
command: when the client closes it, the command is killed.
"""

import base64
import json
import socket
import struct
from dataclasses import asdict, dataclass

from ..json_object import JsonObject
from .job import Job, Ran
from .packing import MAX_BYTES

MAX_HEADER = 1 << 20
MAX_FILES = MAX_BYTES + (1 << 20)
MAX_SECONDS = 120.0
_LENGTH = struct.Struct(">I")


class BadRequestError(Exception):
    """The message on the socket is not a valid request; the text says what is wrong with it."""


@dataclass(frozen=True)
class Request:
    """`do` is `state`, `run` or `talk`; `channel` is sent with a `talk`."""

    do: str
    job: Job | None = None
    channel: socket.socket | None = None


def send(connection: socket.socket, said: JsonObject, files: bytes = b"", handed: int | None = None) -> None:
    """Send a header and its body; a descriptor goes with the first byte."""
    header = json.dumps(said).encode()
    first = _LENGTH.pack(len(header))
    socket.send_fds(connection, [first], [] if handed is None else [handed])
    connection.sendall(header + files)


def receive(connection: socket.socket) -> JsonObject:
    # raises BadRequestError
    return _header(_exactly(connection, _LENGTH.size), connection)


def receive_request(connection: socket.socket) -> Request:
    """Receive a whole request. Raises BadRequestError if it is too long, cut off or invalid."""
    first, handed, _, _ = socket.recv_fds(connection, _LENGTH.size, 1)
    channel = socket.socket(fileno=handed[0]) if handed else None
    try:
        first += _exactly(connection, _LENGTH.size - len(first))
        header = _header(first, connection)
        do = header.get("do")
        if do == "state":
            return Request("state")
        if do not in ("run", "talk") or (do == "talk") != (channel is not None):
            raise BadRequestError(f"{str(do)[:40]!r} is not a known request")
        return Request(do, _job(header, connection), channel)
    except BaseException:
        if channel:
            channel.close()
        raise


def _header(first: bytes, connection: socket.socket) -> JsonObject:
    (length,) = _LENGTH.unpack(first)
    if length > MAX_HEADER:
        raise BadRequestError(f"the header has {length:,} bytes; the limit is {MAX_HEADER:,}")
    try:
        header = json.loads(_exactly(connection, length))
    except (ValueError, RecursionError) as error:
        raise BadRequestError("the header is not JSON") from error
    if not isinstance(header, dict):
        raise BadRequestError("the header is not a mapping")
    return header


def _job(header: JsonObject, connection: socket.socket) -> Job:
    try:
        length, seconds = int(header["files"]), float(header["seconds"])
        argv = tuple(header["argv"])
        stdin = header["stdin"].encode("utf-8", "surrogateescape")
        environment = header["environment"]
        looks_for = header.get("looks_for", "")
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BadRequestError(f"the header does not describe a job: {error!r}") from error
    if not argv or not all(
        isinstance(word, str) and "\0" not in word for word in (*argv, environment, looks_for)
    ):
        raise BadRequestError("the command is not a list of strings")
    if not 0 <= length <= MAX_FILES:
        raise BadRequestError(f"the files have {length:,} bytes; the limit is {MAX_FILES:,}")
    if not 0 < seconds <= MAX_SECONDS:
        raise BadRequestError(f"the job asks for {seconds:g} seconds; the limit is {MAX_SECONDS:g}")
    return Job(argv, _exactly(connection, length), seconds, stdin, environment, looks_for)


def _exactly(connection: socket.socket, length: int) -> bytes:
    data = bytearray()
    while len(data) < length:
        try:
            some = connection.recv(min(length - len(data), 1 << 20))
        except TimeoutError as error:
            raise BadRequestError("the request timed out") from error
        if not some:
            raise BadRequestError("the request is incomplete")
        data += some
    return bytes(data)


def header_of(do: str, job: Job) -> JsonObject:
    return {
        "do": do,
        "argv": list(job.argv),
        "seconds": job.seconds,
        "stdin": job.stdin.decode("utf-8", "surrogateescape"),
        "environment": job.environment,
        "looks_for": job.looks_for,
        "files": len(job.files),
    }


def result_to_json(ran: Ran) -> JsonObject:
    return {**asdict(ran), "output": base64.b64encode(ran.output).decode()}


def result_from_json(said: JsonObject) -> Ran:
    return Ran(**{**said, "output": base64.b64decode(said["output"])})
