"""Check and clean the texts of threads and announcements."""

import re

from lessons.models.thread import MAX_QUOTE, MAX_THREAD_TITLE
from lessons.quizzes.text import canonical, clean_lines
from lessons.rendering import render_remark

MAX_TEXT = 4_000
# marks that turn the direction of a line, which could make a text look like another one
DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")


class CannotWriteError(Exception):
    """Nothing was saved. The message says why, and what to do."""


def clean_text(text: str) -> str:
    return DIRECTION.sub("", clean_lines(text))


def read_title(text: str, *, may_be_empty: bool = False) -> str:
    """Return a title of one line. Raises CannotWriteError if it is too long, or empty and must not be."""
    title = canonical(clean_text(text))
    if not (title or may_be_empty):
        raise CannotWriteError("Write your question in one line.")
    return within(title, MAX_THREAD_TITLE, "The title")


def read_quote(text: str) -> str:
    return canonical(clean_text(text))[:MAX_QUOTE]


def read_text(text: str, *, needed: str = "") -> str:
    """Return the text ready to store. Raises CannotWriteError if it is too long, or empty and `needed`."""
    cleaned = clean_text(text).strip()
    if not cleaned and needed:
        raise CannotWriteError(needed)
    return within(cleaned, MAX_TEXT, "The text")


def within(text: str, limit: int, what: str) -> str:
    """Return the text. Raises CannotWriteError if it is longer than the limit; `what` begins the message."""
    if len(text) > limit:
        raise CannotWriteError(f"{what} has {len(text):,} characters. Shorten it to {limit:,}.")
    return text


def as_html(text: str) -> str:
    return render_remark(text)
