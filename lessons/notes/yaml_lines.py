"""Tell YAML from notes with colons."""

import re
from collections.abc import Sequence

START = re.compile(
    r"(?:apiVersion|kind|version|services|name|on|jobs|stages|image|hosts|stage|metadata|spec|stages|schema"
    r"|trigger|pool|dependencies|channels|global|scrape_configs|- hosts|- name)\s?:(?:\s|$)"
)
KEY = re.compile(r"(?:- )*(?P<key>\"[^\"]+\"|'[^']+'|[A-Za-z_.${}][\w./${}-]*)(?P<colon>:)(?P<value>\s.*)?$")
ITEM = re.compile(r"- \S")
OPENED = re.compile(r"[a-z]\w{1,40}:$")
ITEM_KEY = re.compile(r"(?:- )?[a-z]\w*:$")
MAX_YAML = 3_000


def yaml_end(bare: Sequence[str], texts: Sequence[str], at: int) -> int:
    """Return the line after a YAML document that starts here, 0 if none does.

    A negative number is the line up to which it is none either.
    """
    start = at
    if bare[at] == "---":
        start = at + 1
    while start < len(bare) and start - at < 4 and bare[start].startswith("# "):
        start += 1
    if start >= len(bare) or " :" in bare[start]:
        return 0
    if not START.match(bare[start]) and not _is_fragment(bare, texts, start):
        return 0
    end, keys, nested, last = start, 0, 0, start
    base = _indent(texts[start])
    block = -1  # indent of a key whose value is a text of several lines
    while end < len(bare) and end - start < MAX_YAML:
        text = bare[end]
        if not text:
            end += 1
            if end - last > 3:
                break
            continue
        indent = _indent(texts[end])
        if block >= 0 and indent > block:
            last = end
            end += 1
            continue
        block = -1
        found = KEY.match(text)
        has_tab = "\t" in texts[end][:indent] and "\t" not in texts[start][:base]
        if not _is_yaml(text, found is not None) or indent < base or has_tab or text.endswith(" :"):
            break
        if end - last > 1 and indent == base and (_is_heading(bare, end) or not (found or text == "---")):
            break
        if found:
            keys += 1
            nested += indent > base
            value = (found["value"] or "").strip()
            if value[:1] in ("|", ">") and len(value) < 3:
                block = indent
        last = end
        end += 1
    if keys >= 2 and (nested or start > at or bare[start].startswith("apiVersion")):
        return last + 2 if last + 1 < len(bare) and bare[last + 1] == "..." else last + 1
    return -(last + 1)


def _is_fragment(bare: Sequence[str], texts: Sequence[str], at: int) -> bool:
    # A key, below it an item or a key, and below that one more key.
    if at + 2 >= len(bare) or not OPENED.match(bare[at]) or not bare[at + 1] or not bare[at + 2]:
        return False
    first, second, third = (_indent(text) for text in texts[at : at + 3])
    is_key = KEY.match(bare[at + 1]) is not None and KEY.match(bare[at + 2]) is not None
    return first < second < third and is_key and bool(ITEM_KEY.match(bare[at + 1]))


def _is_heading(bare: Sequence[str], at: int) -> bool:
    # `NEXT:` behind a blank line, with a numbered list below.
    below = bare[at + 1] if at + 1 < len(bare) else ""
    is_text = bool(below) and not _is_yaml(below, KEY.match(below) is not None)
    return bare[at].endswith(":") and (is_text or bare[at].lower() == "next:")


def _is_yaml(text: str, is_key: bool) -> bool:
    return is_key or bool(ITEM.match(text)) or text == "---" or text[0] == "#" or text[0] in "]}[{"


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
