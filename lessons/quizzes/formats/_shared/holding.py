"""Limits of Moodle's questions, for both of its formats."""

from fractions import Fraction

from ...kinds.cloze import Cloze
from ...kinds.matching import Matching
from ...kinds.multiple_choice import MultipleChoice
from ...kinds.short_text import ShortText
from ...options import Choice
from .format import Losses
from .pairing import HEADERS
from .weighing import is_pattern

SHARES = {*range(1, 11), 20}  # how many right options Moodle has a percentage for


def category_of(title: str) -> str:
    # A slash separates categories; a doubled one stands for itself, but few readers know that.
    return " ".join(title.replace("/", "∕").split())


def right_share(question: Choice, losses: Losses) -> Fraction | None:
    """Return what a right option of a multiple choice is worth in percent, None for a single choice."""
    if not isinstance(question, MultipleChoice):
        return None
    count = len(question.right)
    if count not in SHARES:
        losses.add(
            question, f"Moodle has no percentage for one of {count} right options. It takes the nearest."
        )
    return Fraction(100, count)


def show_share(share: Fraction) -> str:
    # As Moodle writes it: 33.33333, 50.
    return f"{float(share):.5f}".rstrip("0").rstrip(".")


def report_headers(question: Matching, losses: Losses) -> None:
    if question.headers != HEADERS:
        losses.add(question, f"The column headings {' and '.join(question.headers)} are left out.")


def typed_texts(question: ShortText | Cloze, losses: Losses) -> list[str]:
    """Return the accepted texts as Moodle writes them, `*` for anything; empty if it cannot hold the question."""
    if isinstance(question, Cloze):
        if len(question.accepted) > 1:
            losses.add(
                question, "Not written: several blanks are possible only as a cloze, which this is not."
            )
            return []
        return [text.replace("*", r"\*") for text in question.accepted[0]]
    texts = []
    for text in question.accepted:
        plain = wildcards(text) if is_pattern(text) else text.replace("*", r"\*")
        if plain is None:
            losses.add(
                question, f"The regular expression {text} is not written: Moodle knows only * for anything."
            )
        else:
            texts.append(plain)
    if not texts:
        losses.add(question, "Not written: it accepts only regular expressions.")
    return texts


def wildcards(pattern: str) -> str | None:
    r"""Return `git*` for `/git.*/`, None for an expression that needs more than `*`."""
    found, rest = "", pattern[1:-1]
    while rest:
        if rest.startswith(".*"):
            found, rest = f"{found}*", rest[2:]
        elif rest[0] == "\\" and len(rest) > 1 and not rest[1].isalnum():
            found, rest = found + (r"\*" if rest[1] == "*" else rest[1]), rest[2:]
        elif rest[0] in ".*+?^${}()|[]\\":
            return None
        else:
            found, rest = found + rest[0], rest[1:]
    return found
