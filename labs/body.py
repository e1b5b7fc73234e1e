"""The body of a Git request: gzip or not, and never more of it than is allowed."""

import tempfile
import zlib
from collections.abc import Iterator
from typing import IO, Any

CHUNK = 1 << 16


class Broken(Exception):  # noqa: N818 - what happened, not whose error it is
    """The body is no gzip though it says so."""


class TooLarge(Exception):  # noqa: N818 - a limit that was reached
    """More bytes than are allowed. `beginning` is a file with those that were."""

    def __init__(self, beginning: IO[bytes]) -> None:
        self.beginning = beginning


def spooled(environ: dict[str, Any], most: int) -> IO[bytes]:
    """The body, unpacked, as a file at its beginning. Raises TooLarge past `most` bytes, Broken.

    It has arrived already: `portal.front` bounds how long that takes, and throws away what is far too much.
    """
    # Unbuffered, so that a process which inherits the file reads on where we stand. The caller closes it.
    file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
    left = most
    for piece in _unpacked(environ["wsgi.input"], environ.get("HTTP_CONTENT_ENCODING", "")):
        file.write(piece[:left])
        left -= len(piece)
        if left < 0:
            file.seek(0)
            raise TooLarge(file)
    file.seek(0)
    return file


def _unpacked(source: IO[bytes], encoding: str) -> Iterator[bytes]:
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
        raise Broken(f"the request is no gzip: {error}") from error
