"""Quiz Markdown read and rendered once per process: the versions of a quiz never change, nor do their texts."""

import re
from collections.abc import Callable
from functools import lru_cache, partial
from html import unescape
from itertools import count

from django.urls import NoReverseMatch, reverse
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe

from lessons.links import target_of
from lessons.quizzes import PublicQuestion, Quiz, parse
from lessons.quizzes.text import BLANK
from lessons.rendering import TooComplexError, render_fragment, render_inline, render_option

# Stands for a blank while Markdown is rendered, which would take underscores for emphasis.
GAP = "\ue000"


@lru_cache(maxsize=256)
def parsed(source: str) -> Quiz:
    return parse(source, stored=True)


@lru_cache(maxsize=4096)
def inline(text: str, course: str) -> SafeString:
    """Inline HTML; `course` is the slug of the course that `lesson:`, `quiz:` and `lab:` links stay in."""
    return _rendered(render_inline, text, course)


@lru_cache(maxsize=4096)
def blocks(text: str, course: str) -> SafeString:
    """As `inline`, with paragraphs, lists and code."""
    return _rendered(render_fragment, text, course)


@lru_cache(maxsize=4096)
def option(text: str, course: str) -> SafeString:
    """The text of an option, as `inline` where it is one line."""
    return _rendered(render_option, text, course) if "\n" in text else inline(text, course)


def _rendered(render: Callable[..., str], text: str, course: str) -> SafeString:
    try:
        return mark_safe(render(text, link=partial(_address, course)))  # noqa: S308 - sanitised there
    except TooComplexError:  # a version that was saved before there was this limit still has to be shown
        return escape(text)


def plain(text: str, course: str) -> str:
    """The words alone, for where HTML has no place, such as the options of a select."""
    return unescape(strip_tags(inline(text, course)))


def prompt(question: PublicQuestion, course: str) -> tuple[SafeString, SafeString]:
    """What is asked, inline, and what stands below it; the blanks of a cloze are numbered through both."""
    text = BLANK.sub(GAP, question.prompt) if question.blanks else question.prompt
    words, _, more = text.partition("\n")
    numbers = count(1)

    def numbered(html: str) -> SafeString:
        return mark_safe(re.sub(GAP, lambda _: _blank(next(numbers)), html))  # noqa: S308 - sanitised above

    return numbered(inline(words, course)), numbered(blocks(more.strip(), course))


def _blank(number: int) -> str:
    return f'<span class="blank"><span class="vh">blank </span>{number}</span>'


def _address(course: str, kind: str, slug: str, fragment: str) -> str | None:
    if kind == "image":
        return slug
    if kind == "file":
        kind, slug = target_of(slug)
    try:
        return reverse(kind, args=[course, slug]) + (f"#{fragment}" if fragment else "")
    except NoReverseMatch:
        return None
