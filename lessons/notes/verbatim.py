"""Write regions that are kept as they are."""

import re
from collections.abc import Sequence

from .guessing import guess_language
from .pieces import Piece
from .regions import Region
from .source import Line


def write_region(lines: Sequence[Line], region: Region) -> Piece:
    """Return lines as they are, in a fence that they cannot close."""
    texts = [line.text for line in lines[region.first - 1 : region.last]]
    language = region.language
    if region.is_fenced:
        texts = texts[1:-1]
        language = language or guess_language(texts)
    body = "\n".join(dedent(texts))
    longest = max((len(run) for run in re.findall(r"`{3,}", body)), default=2)
    ticks = "`" * (longest + 1)
    info = language if re.fullmatch(r"[a-z0-9+#._-]{0,20}", language) else ""
    return Piece(region.kind, region.first, region.last, f"{ticks}{info}\n{body}\n{ticks}", language=info)


def dedent(texts: Sequence[str]) -> list[str]:
    """Remove the indentation that all lines share; the outline put it there."""
    filled = [text for text in texts if text.strip()]
    if not filled:
        return list(texts)
    shortest = min(filled, key=len)
    common = shortest[: len(shortest) - len(shortest.lstrip())]
    for text in filled:
        while not text.startswith(common):
            common = common[:-1]
    return [text[len(common) :] if text.startswith(common) else text.lstrip() for text in texts]
