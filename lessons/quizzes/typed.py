"""Undo keyboard substitutions: long dashes, curly quotes, invisible characters.

Letters that merely look alike, such as a Cyrillic а, are kept.
"""

import re
import unicodedata
from itertools import product

from .text import fold

LONG_DASHES = "—–―⸺"  # phones type these for --, word processors for -
DASHES = "‐‑‒−﹘﹣－"
DOUBLE_QUOTES = "“”„‟«»″〝〞＂"
SINGLE_QUOTES = "‘’‚‛‹›′＇ʼ´｀"
SIGNS = {
    **dict.fromkeys(DASHES, "-"),
    **dict.fromkeys(DOUBLE_QUOTES, '"'),
    **dict.fromkeys(SINGLE_QUOTES, "'"),
    "…": "...",
    "‥": "..",
    "→": "->",
    "←": "<-",
    "⇒": "=>",
    "≠": "!=",
    "≤": "<=",
    "≥": ">=",
    "⁄": "/",
    "∕": "/",
    "∼": "~",
    "˜": "~",
    "∗": "*",
    "½": "1/2",
    "¼": "1/4",
    "¾": "3/4",
}
NAMES = (
    (DASHES, "the dash as -"),
    (DOUBLE_QUOTES + SINGLE_QUOTES, "curly quotes as straight ones"),
    ("…‥", "the ellipsis as dots"),
)
# Format characters (zero-width, direction marks, soft hyphens) and variation selectors.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
# Full-width and small forms, and the ligatures that are copied from a PDF.
FORMS = re.compile("[\ufb00-\ufb06\ufe50-\ufe6f\uff01-\uffee]")
SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
LONG_DASH = re.compile(f"[{LONG_DASHES}]")
# A long dash is read as - before a single letter and inside a word or a run of dashes, and as -- before a word.
SHORT_DASH = re.compile(
    f"(?<=[\\w\\-{LONG_DASHES}])[{LONG_DASHES}]|[{LONG_DASHES}](?=[\\-{LONG_DASHES}]|\\w(?:\\W|$)|[0-9])"
)
# Phones turn two spaces into a full stop. After a space, a slash or another dot it was typed on purpose.
FULL_STOP = re.compile(r"(?<=[\w\"'`)\]}])\.$")
MAX_LONG_DASHES = 4


def undo(text: str) -> str:
    """Return the text with the intended characters, as far as they can be determined."""
    return LONG_DASH.sub("--", SHORT_DASH.sub("-", _plain(text)))


def _plain(text: str) -> str:
    # Long dashes are kept: each may stand for - or --.
    text = "".join(SIGNS.get(sign, sign) for sign in INVISIBLE.sub("", text))
    text = FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return SPACES.sub(" ", text).strip()


def variants(text: str) -> list[str]:
    """Return possible intended texts, `text` first, with each long dash as - and as --."""
    found = [text, undo(text)]
    parts = LONG_DASH.split(_plain(text))
    if len(parts) <= MAX_LONG_DASHES + 1:
        for dashes in product(("-", "--"), repeat=len(parts) - 1):
            found.append("".join(part + dash for part, dash in zip(parts, (*dashes, ""), strict=True)))
    return list(dict.fromkeys(found))


def readings(text: str) -> list[str]:
    found = variants(text)
    return list(dict.fromkeys([*found, *(FULL_STOP.sub("", each) for each in found)]))


def is_same(given: str, accepted: str) -> bool:
    """Compare a learner's text with an author's, ignoring case, spaces and keyboard substitutions."""
    wanted = {fold(accepted)}
    if any(sign.isalnum() for sign in accepted):  # otherwise the answer is the sign itself
        wanted.update(map(fold, variants(accepted)))
    return any(fold(each) in wanted for each in readings(given))


def describe(text: str) -> str:
    """Explain how a text is read; "" if it is read as typed. This uses nothing about the right answer."""
    plain, said = undo(text), _substitutes(text)
    words = f"We read {_join_words(said)}" if said else ""
    if INVISIBLE.search(text):
        words = f"{words} and left out invisible characters" if words else "We left out invisible characters"
    if FULL_STOP.search(plain):
        also = "ignored the full stop at the end"
        words = f"{words}, and {also}" if words else f"We {also}"
        plain = FULL_STOP.sub("", plain)
    return f"{words}: {plain}" if words else ""


def _substitutes(text: str) -> list[str]:
    said = [name for signs, name in NAMES if any(sign in text for sign in signs)]
    without_short = SHORT_DASH.sub("", text)
    if LONG_DASH.search(without_short):
        said.append("the long dash as --, or as - where that fits")
    elif without_short != text:
        said.append("the long dash as -")
    rest = [sign for sign in text if not any(sign in signs for signs, _ in NAMES)]
    if any(sign in SIGNS or FORMS.match(sign) for sign in rest):
        said.append("special characters as plain ones")
    if SPACES.search(text):
        said.append("special spaces as plain ones")
    return said


def _join_words(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
