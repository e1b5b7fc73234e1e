"""Clean and compare texts."""

import re
import unicodedata
from collections.abc import Iterable

MAX_ANSWER = 1000  # characters
BLANK = re.compile("_{3,}")  # a cloze blank
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
AROUND = re.compile(r"(?P<signs>\*\*|__|~~|==|[*_`])(?P<words>(?:(?!(?P=signs)).)+)(?P=signs)")
MAX_AROUND = 4  # so that a text of nothing but signs takes linear time

# PostgreSQL stores neither NUL nor a lone surrogate, and YAML counts lines at \x85 and \u2028 where editors
# do not; the other control characters have no use.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def clean(text: str) -> str:
    """Return the typed text ready to store: at most 1,000 characters, stripped."""
    return UNPRINTABLE.sub("", text).strip()[:MAX_ANSWER].rstrip()


def canonical(text: str) -> str:
    """Normalise to NFC, strip, and collapse spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold(text: str) -> str:
    """Like `canonical`, and ignore case."""
    return unicodedata.normalize("NFC", canonical(text).casefold())


def words_of(text: str) -> str:
    """Return a short Markdown text without comments, and without formatting around the whole."""
    # A comment that is not closed would be searched to the end of the text, each time.
    end = text.rfind("-->") + 3
    words = canonical(COMMENT.sub("", text[:end]) + text[end:] if end > 2 else text)
    for _ in range(MAX_AROUND):
        if found := AROUND.fullmatch(words):
            words = found["words"].strip()
    return words


def join_cells(cells: Iterable[str]) -> str:
    """Return a text that `split_cells` takes apart again."""
    return " | ".join(cell.replace("|", r"\|") for cell in cells)


def split_cells(text: str) -> list[str]:
    r"""Return the stripped texts between unescaped | characters; \| is a literal |."""
    return [cell.replace(r"\|", "|").strip() for cell in re.split(r"(?<!\\)\|", text)]


def clean_lines(text: str) -> str:
    r"""Return a typed text of several lines ready to store, with `\n` as line ends; nothing else is trimmed."""
    return UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
