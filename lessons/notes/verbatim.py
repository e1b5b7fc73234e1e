"""Write regions that are kept as they are."""

import re
from collections.abc import Sequence
from functools import cache

from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from .comments import bare_comment
from .fences import fence
from .guessing import guess_language
from .inline import hide
from .pieces import Piece
from .regions import Region
from .source import Line

MAX_OUTPUT = 40  # lines; what is longer is folded
INFO = re.compile(r"(?P<language>[\w+#.{}-]{0,40})\s*(?P<rest>file=\S+|title=\"[^\"]*\")?")


def write_region(lines: Sequence[Line], region: Region) -> Piece:
    """Return lines as they are, in a fence that they cannot close."""
    texts = [line.text for line in lines[region.first - 1 : region.last]]
    if region.kind == "comment":
        return Piece("banner", region.first, region.last, hide(bare_comment(texts)))
    language = info = region.language
    if region.is_fenced:
        info = texts[0].strip().lstrip("`~").strip()
        texts = texts[1:-1]
        language, info = _read_info(info, texts)
    body = fence("\n".join(dedent(texts)), info)
    if region.is_fenced and language == "text" and len(texts) > MAX_OUTPUT:
        body = f"<details>\n<summary>{len(texts)} lines</summary>\n\n{body}\n\n</details>"
    return Piece(region.kind, region.first, region.last, body, language=language)


def _read_info(info: str, texts: Sequence[str]) -> tuple[str, str]:
    """Return the language, and what to write behind the fence. Words that name no language become the title."""
    found = INFO.fullmatch(info)
    words = info.split()
    language = (found["language"] if found else words[0] if words else "").strip("{}.").lower()
    if language and not _is_language(language):
        found, language = None, ""
    if found:
        language = language or guess_language(texts)
        return language, f"{language} {found['rest'] or ''}".strip()
    title = " ".join(words[1:] if language else words).replace('"', "'")
    language = language or guess_language(texts) or "text"
    return language, f'{language} title="{title}"' if title else language


@cache
def _is_language(name: str) -> bool:
    if name in ("mermaid", "plantuml", "puml", "d2", "latex-math", "katex", "mathjax") or len(name) > 40:
        return False  # the portal does not draw them; they are shown as text
    if name == "math":
        return True  # a formula
    try:
        get_lexer_by_name(name)
    except ClassNotFound:
        return False
    return True


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
