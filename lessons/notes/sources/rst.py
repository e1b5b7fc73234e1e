"""reStructuredText. Titles with an underline are read from the lines as they are."""

import re
from collections.abc import Sequence

from ..source import Source
from .dialect import Writer, block_end, indent_of, read_as

CODE = re.compile(r"\s*\.\. (?:code-block|code|sourcecode|literalinclude)::\s*(?P<language>\S*)\s*$")
NOTE = re.compile(
    r"\s*\.\. (?P<word>note|warning|tip|hint|important|caution|attention|danger)::\s*(?P<text>.*)$",
    re.IGNORECASE,
)
FIELD = re.compile(r":(?P<key>[A-Za-z][\w -]{0,30}):\s+(?P<value>\S.*)$")
ROLE = re.compile(r":(?P<role>[a-z:]{2,20}):`(?P<words>[^`]{1,200})`")
SIGNATURE = re.compile(r"^\s*\.\. (?:code-block|code|note|warning|image|figure|tip|toctree)::", re.MULTILINE)
TERM = re.compile(r"[^\W_][^.:;!?]{0,60}$")


def is_like(text: str) -> bool:
    return bool(SIGNATURE.search(text[:20_000]))


def read(data: bytes, path: str, encoding: str) -> Source:
    return read_as(convert, data, path, encoding)


def convert(texts: Sequence[str]) -> list[tuple[int, str]]:
    out, at = Writer(), 0
    while at < len(texts):
        out.at = at + 1
        at = _block(out, texts, at)
    return out.found


def _block(out: Writer, texts: Sequence[str], at: int) -> int:
    text, bare = texts[at], texts[at].strip()
    if code := CODE.match(text):
        return _code(out, texts, at, code["language"])
    if note := NOTE.match(text):
        out.add("", f"{note['word'].capitalize()}: {note['text']}".strip())
        return at + 1 if note["text"] else _below(out, texts, at)
    if bare.endswith("::") and not bare.startswith(".. "):
        if bare != "::":
            out.add(text.rstrip()[:-1])
        return _code(out, texts, at, "")
    if bare.startswith(".. "):
        out.comment(bare[3:])
    elif found := FIELD.match(bare):
        out.add(f"{found['key']}: {found['value']}")
    elif _is_meaning(texts, at):
        out.add(f": {_inline(bare)}")
    else:
        out.add(_inline(text))
    return at + 1


def _below(out: Writer, texts: Sequence[str], at: int) -> int:
    # The lines of a note, right below its word; a blank line would end it.
    end = block_end(texts, at + 1, indent_of(texts[at]))
    for place in range(at + 1, end):
        out.at = place + 1
        if texts[place].strip():
            out.add(f"  {_inline(texts[place].strip())}")
    return max(end, at + 1)


def _code(out: Writer, texts: Sequence[str], at: int, language: str) -> int:
    end = block_end(texts, at + 1, indent_of(texts[at]))
    first = at + 1
    while first < end and (not texts[first].strip() or re.match(r"\s*:[\w-]+:", texts[first])):
        if texts[first].strip():
            out.comment(texts[first])
        first += 1
    if first >= end:
        return at + 1
    indent = min(indent_of(text) for text in texts[first:end] if text.strip())
    out.begin_code("::", language)
    for place in range(first, end):
        out.at = place + 1
        out.add(texts[place][indent:])
    out.end_code()
    return end


def _is_meaning(texts: Sequence[str], at: int) -> bool:
    # Indented right below a short line at the margin that has a blank line above it.
    above = texts[at - 1] if at else ""
    is_free = at < 2 or not texts[at - 2].strip()
    is_below = indent_of(texts[at]) > 0 and bool(texts[at].strip()) and indent_of(above) == 0
    return is_below and is_free and bool(TERM.match(above)) and above[:2] not in ("* ", "- ", "..")


def _inline(text: str) -> str:
    return ROLE.sub(r"\g<role> `\g<words>`", text).replace("``", "`")
