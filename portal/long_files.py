"""Responses that are files, which the web server sends at the client's pace."""

import io
import os
from collections.abc import Iterable
from typing import IO, Any
from wsgiref.util import FileWrapper

LONG_BYTES = 1024 * 1024  # a longer response is written to a file, unless it is one


def long_file_of(produced: Iterable[bytes]) -> IO[bytes] | None:
    file: Any = produced.filelike if isinstance(produced, FileWrapper) else None
    # a part of a file is of a different type
    is_whole = isinstance(file, io.BufferedReader | io.BufferedRandom)
    return file if is_whole and bytes_left(file) > LONG_BYTES else None


def bytes_left(file: IO[bytes]) -> int:
    return os.fstat(file.fileno()).st_size - file.tell()


def takes_own_space(file: IO[bytes]) -> bool:
    """Return True for a temporary file, which was written for one response."""
    return os.fstat(file.fileno()).st_nlink == 0
