"""Plain text."""

from ..source import Source, split_lines
from .encodings import decode


def read(data: bytes, path: str, encoding: str) -> Source:
    text, used = decode(data, path, encoding)
    return Source(split_lines(text, path), encoding=used)
