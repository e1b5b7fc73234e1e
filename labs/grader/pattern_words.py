"""Describe a regular expression in words, for sentences that never show one."""

import re

from .words import quoted

# the position that anchors require: in a text of one line, and in one of several lines
_PLACES = {
    ("", ""): ("", ""),
    ("^", ""): (" at the start", " at the start of a line"),
    ("", "$"): (" at the end", " at the end of a line"),
    ("^", "$"): (" alone", " alone on a line"),
    (r"\b", r"\b"): (" as a word", " as a word"),
}


def in_words(pattern: str, which: str = "required", *, of_lines: bool = False, of_all: bool = False) -> str:
    """Describe a regular expression without showing it: by its literal texts, else "the required text".

    `of_lines` is True if `^` and `$` match at every line, `of_all` if the pattern must match the whole text.
    """
    texts = [_only_text(part, of_lines=of_lines, of_all=of_all) for part in re.split(r"(?<!\\)\|", pattern)]
    return " or ".join(texts) if all(texts) else f"the {which} text"


def _only_text(pattern: str, *, of_lines: bool, of_all: bool) -> str:
    # the only text that a pattern matches, with its place; "" if it matches several
    anchored = re.fullmatch(r"(\^|\\b|)(.*?)((?<!\\)\$|\\b|)", pattern, re.DOTALL)
    before, inner, after = anchored.groups() if anchored else ("", "", "")
    if not inner or (before, after) not in _PLACES:
        return ""
    if re.search(r"(?<!\\)[.^$*+?{}\[\]()]|\\[a-zA-Z0-9]", inner):
        return ""
    place = "" if of_all else _PLACES[before, after][of_lines]
    return quoted(re.sub(r"\\(.)", r"\1", inner)) + place
