"""Write words of notes as Markdown lines: inline signs, list items, cells, keys."""

import re
import unicodedata
from collections.abc import Sequence

from .commands import is_command
from .inline import ADDRESS, CODE, code_span, escape, protect_start, spell_arrows
from .rows import Row
from .signs import DEFINED, OPENING, STOP, words_of

# In Markdown, emphasis and links stay; what this portal's Markdown does not know is escaped.
FOREIGN = re.compile(
    r"(?<!\\)(?:<(?=[A-Za-z/!?])(?!https?:|br\s?/?>|mailto:)|\$(?=\S)|\{(?=[{%:.#+\-~=>A-Za-z\s])|%(?=%)|\+(?=\+)"
    r"|\^(?!\w*\])|:(?=[a-z+-][a-z0-9_+-]{1,49}:)|(?<!~)~(?!~))"
)
MARKED = re.compile(r"(?<!=)==(?=\S)([^=\n]{1,200})(?<=\S)==(?!=)")
WIKI = re.compile(r"!?\[\[(?P<page>[^\[\]|*\n]{1,120})(?:\|(?P<words>[^\[\]|*\n]{1,120}))?\]\]")
DETAILS = re.compile(r"<(?=/?(?:details|summary)\b)", re.IGNORECASE)
LINK = re.compile(
    r"(?P<picture>!?)\[(?P<words>[^\[\]\n]{0,300})\]\((?P<target><[^<>\n]{0,500}>"
    r"|[^()\s]{0,500})(?:\s+\"[^\"\n]{0,200}\")?\)"
)
ENDING = re.compile(r"(?<=\w)\s*(:{1,20})$")
WEB = ("https://", "http://", "mailto:")
MAX_KEY = 50
NO_TERM = frozenset(["q", "a", "ans", "answer", "question", "f", "r"])


def inline(text: str, row: Row, *, starts_line: bool = True) -> str:
    """Return the Markdown of a piece of a row, arrows as one sign."""
    text = ENDING.sub(lambda found: ":" if len(found[1]) == 1 else "", " ".join(text.split()))
    if row.line.is_markdown:
        words = _keep_markdown(text)
        is_link = words[:1] == "[" and LINK.match(words) is not None
        return protect_start(words) if starts_line and not is_link else words
    if "`" not in text:
        return escape(spell_arrows(text), starts_line=starts_line)
    parts, done = [], 0
    for found in CODE.finditer(text):
        parts += [spell_arrows(text[done : found.start()]), found[0]]
        done = found.end()
    parts.append(spell_arrows(text[done:]))
    return escape("".join(parts), starts_line=starts_line)


def _keep_markdown(text: str) -> str:
    parts, done = [], 0
    for found in re.finditer(f"(?:{CODE.pattern})|(?:{LINK.pattern})|(?:{ADDRESS.pattern})", text):
        parts.append(_close_signs(text[done : found.start()]))
        is_link = found["target"] is not None
        parts.append(_link(found) if is_link else found[0])
        done = found.end()
    parts.append(_close_signs(text[done:]))
    return "".join(parts)


def _link(found: re.Match[str]) -> str:
    target, words = found["target"].strip("<>"), found["words"].strip()
    if found["picture"]:
        return found[0] if words else f"![{words or 'Picture'}](<{target}>)"
    if target.startswith(WEB) and words:
        return found[0]
    return escape(" ".join(part for part in (words, target and f"({target})") if part), starts_line=False)


def _wiki(found: re.Match[str]) -> str:
    # A link of Obsidian leads nowhere here: its words stay, in order.
    return f"*{found['page']}* ({found['words']})" if found["words"] else f"*{found['page']}*"


def _close_signs(text: str) -> str:
    text = WIKI.sub(_wiki, MARKED.sub(r"**\1**", text))
    text = DETAILS.sub("&lt;", text)  # only the portal's own fold is read
    text = spell_arrows(FOREIGN.sub(r"\\\g<0>", text))
    for pair in ("**", "__", "~~"):
        if text.count(pair) % 2:
            text = text.replace(pair, "".join(f"\\{sign}" for sign in pair))
    # A bracket that opens no link would be reported if it resembles one.
    text = re.sub(r"(?<!\\)\](?=[(\[:])", "&#93;", text)
    return re.sub(r"(?<!\\)\[", lambda found: f"\\{found[0]}", text)


def item_words(row: Row) -> str:
    """Return the words of a list item: commands as code, a defined term in bold."""
    text = row.text
    if is_command(text):
        return code_span(text)
    defined = defined_parts(row)
    if defined:
        term, sign, meaning = defined
        if sign != ":" and not is_command(term):
            return inline(text, row)
        shown = code_span(term) if is_command(term) else f"**{inline(term, row, starts_line=False)}**"
        return f"{shown}{sign} {inline(meaning, row, starts_line=False)}"
    return inline(text, row)


def defined_parts(row: Row) -> tuple[str, str, str] | None:
    """Return term, sign and meaning of `Term : meaning`, `Term - meaning` or `Term = meaning`."""
    text = row.text
    found = DEFINED.match(text)
    if not found or ADDRESS.match(text) or not found["text"].strip() or "://" in found["term"]:
        return None
    term, meaning = found["term"].strip(), found["text"].strip()
    words = words_of(term)
    if (
        not 0 < len(words) <= 6
        or not words_of(meaning)
        or term[-1:] in ".!?,;"
        or "*" in term
        or "](" in text[: found.end()]
    ):
        return None
    if "`" in term and term.count("`") % 2:
        return None
    if re.fullmatch(r"\d{1,2}", term) and re.match(r"\d", meaning):
        return None  # a time
    lower = [word.lower() for word in words]
    is_asked = lower[0] in NO_TERM and not (found["dash"] and lower[0] in ("f", "r"))
    if (
        is_asked
        or (lower[0] in OPENING and not term.isupper())
        or sum(word in STOP for word in lower) > len(words) // 3
    ):
        return None
    if found["dash"] and (len(words) > 4 or not term[0].isalnum() or term[-1].isdigit() or term.isdigit()):
        return None
    sign = f" {found['dash'].replace('--', '–').replace('-', '–')}" if found["dash"] else ":"
    return term, sign, meaning


def is_single_definition(row: Row) -> bool:
    """Tell if a row that stands alone is a definition, and no sentence with a colon."""
    found = defined_parts(row)
    if found is None:
        return False
    term, sign, meaning = found
    is_spaced = sign != ":" or bool(re.match(re.escape(term) + r"\s+:", row.text))
    is_short = len(words_of(term)) <= 3 and meaning[-1:] not in (".", "!", "?")
    return is_spaced and term[0].isupper() and is_short and not row.text.isupper()


def cell(text: str, row: Row) -> str:
    """Return a table cell; a command in it is code."""
    words = " ".join(text.split())
    if words and is_command(words):
        return code_span(words).replace("|", "\\|")
    return inline(words, row, starts_line=words[:1] in ("#", "?", "!")).replace("|", "\\|")


def write_table(rows: Sequence[Sequence[str]], *, has_head: bool = True) -> str:
    width = max(len(row) for row in rows)
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    head, body = (padded[0], padded[1:]) if has_head else ([""] * width, padded)
    lines = [_table_line(head), f"|{'---|' * width}", *(_table_line(row) for row in body)]
    return "\n".join(lines)


def _table_line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")


def make_key(text: str, used: dict[str, int]) -> str:
    """Return a key of letters, digits and hyphens that is not used yet, and add it.

    `used` maps each key to the last number that was put behind it.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: MAX_KEY - 4].strip("-") or "item"
    number, made = used.get(key, 1), key
    while made in used:
        number += 1
        made = f"{key}-{number}"
    used[key] = number
    used.setdefault(made, 1)
    return made
