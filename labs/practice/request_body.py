"""Read the body of a Git request, plain or gzip, up to a limit."""

import errno
import io
import itertools
import tempfile
import zlib
from collections.abc import Iterator
from typing import IO
from wsgiref.types import WSGIEnvironment

CHUNK = 1 << 16
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
HEADERS_MARK = "portal.headers"  # set by `portal.front` when it asks whether to accept a body
NO_ROOM_MARK = "portal.no_room"  # set by portal.front if the disk had room only for the beginning of the body


class BrokenBodyError(Exception):
    """The body claims to be gzip but is not."""


class TooLargeError(Exception):
    """The body is larger than allowed. `beginning` is a file with its first bytes."""

    def __init__(self, beginning: IO[bytes]) -> None:
        self.beginning = beginning


class NoRoomError(Exception):
    """The disk is full. `beginning` is a file with the first bytes."""

    def __init__(self, beginning: IO[bytes]) -> None:
        self.beginning = beginning


def spool_body(environ: WSGIEnvironment, limit: int) -> IO[bytes]:
    """Return the unpacked body as a file at position 0. Raises TooLargeError, NoRoomError, BrokenBodyError.

    The body has already arrived: `portal.front` limits the time for that, and stores no more than the limit allows.
    """
    pieces = _unpack(environ["wsgi.input"], environ.get("HTTP_CONTENT_ENCODING", ""))
    first = next(pieces, b"")
    if NO_ROOM_MARK in environ:
        raise NoRoomError(io.BytesIO(first))
    try:
        file, is_whole = _spool(first, pieces, limit)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise NoRoomError(io.BytesIO(first)) from error
    if not is_whole:
        raise TooLargeError(file)
    return file


def _spool(first: bytes, others: Iterator[bytes], limit: int) -> tuple[IO[bytes], bool]:
    # a file with at most `limit` bytes, and True if that is the whole body
    # Unbuffered, so that a child process that inherits the file reads on from our position. The caller closes it.
    file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
    left = limit
    try:
        for piece in itertools.chain([first], others):
            _write(file, piece[: max(left, 0)])
            left -= len(piece)
            if left < 0:
                break
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file, left >= 0


def _write(file: IO[bytes], data: bytes) -> None:
    # an almost full disk takes a part and reports the error only at the next write
    while data:
        data = data[file.write(data) :]


def _unpack(source: IO[bytes], encoding: str) -> Iterator[bytes]:
    if encoding not in {"gzip", "x-gzip"}:
        while piece := source.read(CHUNK):
            yield piece
        return
    unpacker = zlib.decompressobj(wbits=31)
    try:
        while piece := source.read(CHUNK):
            while piece:
                yield unpacker.decompress(piece, CHUNK)
                piece = unpacker.unconsumed_tail
    except zlib.error as error:
        raise BrokenBodyError(f"the request is not valid gzip: {error}") from error
