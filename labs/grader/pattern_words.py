"""Describe a regular expression in words, for sentences that never show one."""

import re

from .words import quoted


def in_words(pattern: str, which: str = "required") -> str:
    """Describe a regular expression without showing it: by its literal texts, else "the required text"."""
    texts = [_only_text(part) for part in re.split(r"(?<!\\)\|", pattern)]
    if all(texts):
        return " or ".join(quoted(text) for text in texts if text)
    return f"the {which} text"


def _only_text(pattern: str) -> str:
    # the only text that a pattern matches, "" if it matches several
    inner = re.sub(r"^(\^|\\b)|((?<!\\)\$|\\b)$", "", pattern)
    if re.search(r"(?<!\\)[.^$*+?{}\[\]()]|\\[a-zA-Z0-9]", inner):
        return ""
    return re.sub(r"\\(.)", r"\1", inner)
