"""Words without the marks around them, to compare notes with lessons."""

import re

WORD = re.compile(r"[^\W_]+")
# Bullets and numbers at the start of a line become list markup, so that they are no words.
MARKER = re.compile(
    r"\s*(?:(?:\[[ xX]?\](?=\s)|[-*+•>▪◦–—✅☐]|o(?=\s)|#{1,6}(?=\s)|\d+(?:\.\d+)*[.)]?(?=\s)|[a-zA-Z][.)](?=\s))\s*)+"
)
KEY = re.compile(r"\{#[\w-]+\}")


def words(text: str) -> list[str]:
    return [word.casefold() for word in WORD.findall(text)]


def source_words(lines: list[str]) -> list[str]:
    return [
        word
        for line in lines
        for word in words(MARKER.sub(" ", line, count=1) if MARKER.match(line) else line)
    ]


def tidy(text: str) -> str:
    """Return the words of a title in lower case, with single blanks."""
    return " ".join(words(KEY.sub(" ", text)))
