"""Quiz Markdown, parsed and rendered once per process: a quiz version and its texts never change."""

import re
from collections.abc import Callable
from functools import lru_cache, partial
from html import unescape
from itertools import count

from django.urls import NoReverseMatch, reverse
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe

from lessons.links import target_of
from lessons.models import Attempt
from lessons.quizzes import PublicQuestion, Quiz, parse, restrict
from lessons.quizzes.rekeying import Rekeyed, rekey
from lessons.quizzes.text import BLANK
from lessons.rendering import TooComplexError, render_fragment, render_inline, render_option

# Placeholder for a blank while Markdown is rendered, because underscores would become emphasis.
GAP = "\ue000"


@lru_cache(maxsize=256)
def parse_stored(source: str) -> Quiz:
    return parse(source, stored=True)


def quiz_of(attempt: Attempt, source: str = "") -> Quiz:
    """Return the quiz with the questions that an attempt asks, in its order, and the key that marks them.

    `source` is that of its version, if the version is not loaded.
    """
    return rekeyed_quiz_of(attempt, source).quiz


def rekeyed_quiz_of(attempt: Attempt, source: str = "") -> Rekeyed:
    """Return the quiz of an attempt, and what a regrade changed in it."""
    asked = asked_by(attempt, source)
    return rekey(asked, parse_stored(attempt.key.source)) if attempt.key else Rekeyed(asked)


def asked_by(attempt: Attempt, source: str = "") -> Quiz:
    """Return the quiz as the learner saw it."""
    return restrict(parse_stored(source or attempt.version.source), attempt.questions)


@lru_cache(maxsize=4096)
def inline(text: str, course: str) -> SafeString:
    """Return inline HTML; `course` is the slug of the course of `lesson:`, `quiz:` and `lab:` links."""
    return _render_safe(render_inline, text, course)


@lru_cache(maxsize=4096)
def blocks(text: str, course: str) -> SafeString:
    """Return HTML like `inline`, with paragraphs, lists and code."""
    return _render_safe(render_fragment, text, course)


@lru_cache(maxsize=4096)
def option(text: str, course: str) -> SafeString:
    """Return the HTML of an option, which is that of `inline` if it is a single line."""
    return _render_safe(render_option, text, course) if "\n" in text else inline(text, course)


def _render_safe(render: Callable[..., str], text: str, course: str) -> SafeString:
    try:
        return mark_safe(render(text, link=partial(_address, course)))  # noqa: S308 - sanitised there
    except TooComplexError:  # a version saved before this limit existed must still be shown
        return escape(text)


def plain(text: str, course: str) -> str:
    """Return only the words, for places without HTML such as the options of a select."""
    return unescape(strip_tags(inline(text, course)))


def prompt(question: PublicQuestion, course: str) -> tuple[SafeString, SafeString]:
    """Return the question as inline HTML, and the blocks below it; cloze blanks are numbered through both."""
    text = BLANK.sub(GAP, question.prompt) if question.blanks else question.prompt
    words, _, more = text.partition("\n")
    numbers = count(1)

    def number_blanks(html: str) -> SafeString:
        return mark_safe(re.sub(GAP, lambda _: _blank(next(numbers)), html))  # noqa: S308 - sanitised above

    return number_blanks(inline(words, course)), number_blanks(blocks(more.strip(), course))


def _blank(number: int) -> str:
    return f'<span class="blank"><span class="vh">blank </span>{number}</span>'


def _address(course: str, kind: str, slug: str, fragment: str) -> str | None:
    if kind in ("image", "attachment"):
        return slug
    if kind == "file":
        kind, slug = target_of(slug)
    try:
        return reverse(kind, args=[course, slug]) + (f"#{fragment}" if fragment else "")
    except NoReverseMatch:
        return None
