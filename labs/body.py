"""The body of a Git request: chunked or not, gzip or not, and never more of it than is allowed."""

import tempfile
import time
import zlib
from collections.abc import Iterator
from typing import IO, Any

CHUNK = 1 << 16
SECONDS = 600
DRAINED_TIMES = (
    10  # how many times the allowed bytes are read and thrown away, so that git gets to read the answer
)


class Broken(Exception):  # noqa: N818 - what happened, not whose error it is
    """The body is no gzip though it says so, or it came too slowly."""


class TooLarge(Exception):  # noqa: N818 - a limit that was reached
    """More bytes than are allowed. `beginning` is a file with those that were."""

    def __init__(self, beginning: IO[bytes]) -> None:
        self.beginning = beginning


def spooled(environ: dict[str, Any], most: int) -> IO[bytes]:
    """The body, unpacked, as a file at its beginning. Raises TooLarge past `most` bytes, Broken.

    Django would give an empty body where no length was sent, and git sends none above 1 MB.
    """
    # Unbuffered, so that a process which inherits the file reads on where we stand. The caller closes it.
    file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
    incoming = _incoming(environ["wsgi.input"], most * DRAINED_TIMES)
    left = most
    for piece in _unpacked(incoming, environ.get("HTTP_CONTENT_ENCODING", "")):
        file.write(piece[:left])
        left -= len(piece)
        if left < 0:
            for _ in incoming:
                pass
            file.seek(0)
            raise TooLarge(file)
    file.seek(0)
    return file


def _incoming(source: IO[bytes], most: int) -> Iterator[bytes]:
    deadline = time.monotonic() + SECONDS
    while most > 0 and (piece := source.read(CHUNK)):
        if time.monotonic() > deadline:
            raise Broken(f"the request took longer than {SECONDS} seconds to arrive")
        most -= len(piece)
        yield piece


def _unpacked(incoming: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    if encoding not in {"gzip", "x-gzip"}:
        yield from incoming
        return
    unpacker = zlib.decompressobj(wbits=31)
    try:
        for piece in incoming:
            while piece:
                yield unpacker.decompress(piece, CHUNK)
                piece = unpacker.unconsumed_tail
    except zlib.error as error:
        raise Broken(f"the request is no gzip: {error}") from error
