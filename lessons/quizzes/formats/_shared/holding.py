"""Limits of Moodle's questions, for both of its formats."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from ...hints import Hint, every_answer
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


def report_accepted(question: Choice, losses: Losses) -> None:
    if any(option.accepted for option in question.options):
        losses.add(question, "The option that is accepted besides the correct one gets no credit there.")


def right_share(question: Choice, losses: Losses) -> Fraction | None:
    """Return what a right option of a multiple choice is worth in percent, None for a single choice."""
    report_accepted(question, losses)
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


def typed_answers(question: ShortText | Cloze, losses: Losses) -> list[Hint]:
    """Return the answers as Moodle writes them, `*` for anything, each with its explanation, the wrong ones last.

    Empty if Moodle cannot hold the question.
    """
    if isinstance(question, Cloze):
        return [Hint(text, "") for text in _texts_of_blank(question, losses)]
    answers = every_answer(question.accepted, question.hints)
    written = list(_written(question, [each for each in answers if each.right], losses))
    if not written:
        losses.add(question, "Not written: it accepts only regular expressions.")
        return []
    return written + list(_written(question, [each for each in answers if not each.right], losses))


def _written(question: ShortText, answers: Iterable[Hint], losses: Losses) -> Iterator[Hint]:
    for each in answers:
        text = wildcards(each.text) if is_pattern(each.text) else each.text.replace("*", r"\*")
        if text is None:
            losses.add(
                question,
                f"The regular expression {each.text} is not written: Moodle knows only * for anything.",
            )
        else:
            yield replace(each, text=text)


def _texts_of_blank(question: Cloze, losses: Losses) -> list[str]:
    if len(question.accepted) > 1:
        losses.add(question, "Not written: several blanks are possible only as a cloze, which this is not.")
        return []
    return [text.replace("*", r"\*") for text in question.accepted[0]]


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
