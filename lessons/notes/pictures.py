"""Find the pictures that lines show, among those that came with the notes."""

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote

from lessons.texts.problem import Problem

from .source import Line, Source

PICTURE = re.compile(
    r"!\[[^\[\]\n]{0,300}\]\((?P<target><[^<>\n]{1,500}>|[^()\s]{1,500})(?:\s+\"[^\"\n]{0,200}\")?\)"
)


def missing_pictures(source: Source) -> list[Problem]:
    """Return a problem for each picture that a line shows and that did not come with the notes."""
    return [
        Problem(
            line.path_line,
            "",
            f"The picture {target} is missing. Add it to a .zip with the notes.",
            path=line.path,
        )
        for line in source.lines
        for target in _targets(line)
        if find_picture(source, line, target) is None
    ]


def _targets(line: Line) -> Iterator[str]:
    if not line.is_markdown or "![" not in line.text:
        return
    for found in PICTURE.finditer(line.text):
        target = found["target"].strip("<>")
        if not target.startswith(("https://", "http://", "data:")):
            yield target


def find_picture(source: Source, line: Line, target: str) -> str | None:
    """Return the key of `source.pictures` that a line means by a relative address."""
    name = unquote(target.partition("#")[0].partition("?")[0])
    folder = posixpath.dirname(line.path)
    for path in (posixpath.normpath(posixpath.join(folder, name)), posixpath.normpath(name)):
        if path in source.pictures:
            return path
    return None
