"""Plain text, which may be written in the markup of another program."""

from ..source import Source, split_lines
from . import asciidoc, latex, org, rst
from .dialect import convert_lines
from .encodings import decode


def read(data: bytes, path: str, encoding: str) -> Source:
    text, used = decode(data, path, encoding)
    lines = split_lines(text, path)
    form = next((each for each in (org, asciidoc, rst, latex) if each.is_like(text)), None)
    return Source(convert_lines(form.convert, lines) if form else lines, encoding=used)
