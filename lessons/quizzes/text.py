"""How texts are cleaned and compared."""

import re
import unicodedata

LONGEST_ANSWER = 1000
BLANK = re.compile("_{3,}")  # of a cloze, to be filled in

# PostgreSQL stores neither NUL nor a lone surrogate, and YAML counts lines at \x85 and \u2028 where editors
# do not; the other control characters help nobody.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def clean(text: str) -> str:
    """What a learner typed, fit to be stored: at most 1,000 characters, no outer blanks."""
    return UNPRINTABLE.sub("", text).strip()[:LONGEST_ANSWER].rstrip()


def canonical(text: str) -> str:
    """NFC, without outer blanks, each inner run of blanks as one."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold(text: str) -> str:
    """`canonical`, with case ignored as well."""
    return unicodedata.normalize("NFC", canonical(text).casefold())


def split_cells(text: str) -> list[str]:
    r"""The texts between the |, without outer blanks. A | that belongs to a text is written \|."""
    return [cell.replace(r"\|", "|").strip() for cell in re.split(r"(?<!\\)\|", text)]
