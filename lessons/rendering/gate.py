"""The publish gate of a rendered page: rules for readers who can't see it, skim it, or are on a phone.

Errors stop publishing, warnings do not. The parser reports what keeps a text from being shown as written; the rules
here judge a page that can be shown. Inline colour needs no rule: no syntax or attribute can set it.
To add a rule, list it in `RULES`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markdown_it.token import Token

from lessons.texts.problem import Problem
from lessons.texts.verdict import Verdict

from .state import Page, first_line, plain, with_lines

MAX_MINUTES = 25  # to read one page
# Read on its own, as in a screen reader's list of links, the first says nothing and the second next to nothing.
EMPTY_WORDS = frozenset({"here", "right here", "see here", "click", "click here", "press here", "tap here"})
VAGUE = frozenset(
    {"this link", "this page", "this website", "link", "website", "page", "download"}
    | {"more", "read more", "learn more", "see more", "more information", "details"}
)
UNTOLD = frozenset(
    {
        "image",
        "picture",
        "photo",
        "screenshot",
        "diagram",
        "figure",
        "graphic",
        "icon",
        "logo",
        "alt",
        "alt text",
    }
)
FOR_STAFF = re.compile(r"\s*(?:only )?(?:for )?(?:the )?(?:staff|trainers?|instructors?)\b", re.IGNORECASE)
FILE_NAME = re.compile(r"[^\s/]+\.(?:png|jpe?g|webp|gif|svg|bmp|avif)", re.IGNORECASE)
ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
EDGES = " \t\n.,:;!?…»«→>-–—()[]\"'“”‘’"


@dataclass(frozen=True)
class Finding:
    line: int
    message: str
    is_error: bool = True


Rule = Callable[[Sequence[Token]], Iterator[Finding]]


def judge(tokens: Sequence[Token], page: Page, minutes: int) -> Verdict:
    """Judge a page by its tokens and the problems that the parser's rules reported; `minutes` is its reading time."""
    # A fragment starts with any heading.
    rules = RULES if page.whole else [rule for rule in RULES if rule is not heading_order]
    found = [finding for rule in rules for finding in rule(tokens)]
    if minutes > MAX_MINUTES:
        long = (
            f"This page takes about {minutes} minutes to read. Split it into pages of at most {MAX_MINUTES}."
        )
        found.append(Finding(1, long, is_error=False))
    errors = [Problem(each.line, "", each.message) for each in found if each.is_error]
    warnings = [Problem(each.line, "", each.message) for each in found if not each.is_error]
    return Verdict(list(page.problems)).plus(errors, warnings)


def heading_order(tokens: Sequence[Token]) -> Iterator[Finding]:
    # The page has its own heading of level 1, the title, so # and ## are both shown at level 2.
    above, has_first = 1, False
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        line, written = first_line(opening), _written_level(opening)
        level = max(written, 2)
        if not plain(inline.children).strip():
            yield Finding(line, "This heading is empty. Write its text, or delete it.")
        if written == 1 and has_first:
            yield Finding(line, "This page has more than one heading of level 1. Start each section with ##.")
        elif level > above + 1:
            signs = "#" * (above + 1)
            yield Finding(
                line, f"This heading skips a level: level {level} follows level {above}. Write {signs}."
            )
        has_first |= written == 1
        above = level


def _written_level(opening: Token) -> int:
    return {"=": 1, "-": 2}.get(opening.markup, len(opening.markup))


def link_text(tokens: Sequence[Token]) -> Iterator[Finding]:
    for inline in _inlines(tokens):
        words: list[Token] | None = None
        opened, href = 1, ""
        for child, line in with_lines(inline):
            if child.type == "link_open":
                words, opened, href = [], line, str(child.attrGet("href") or "")
            elif child.type == "link_close" and words is not None:
                yield from _fault_of_link(plain(words), href, opened)
                words = None
            elif words is not None:
                words.append(child)


def _fault_of_link(words: str, href: str, line: int) -> Iterator[Finding]:
    said = " ".join(words.strip(EDGES).casefold().split())
    if not words.strip():
        yield Finding(line, "This link has no text. Write [words](address).")
    elif said in EMPTY_WORDS | VAGUE:
        advice = "Name what it leads to, because screen readers list links without their sentence."
        message = f"“{words.strip()}” does not say where the link leads. {advice}"
        yield Finding(line, message, is_error=said in EMPTY_WORDS)
    elif ADDRESS.fullmatch(words.strip()) and not href.startswith("mailto:"):
        advice = "Say what it leads to: [words](address)."
        yield Finding(line, f"The text of this link is its address. {advice}", is_error=False)


def image_text(tokens: Sequence[Token]) -> Iterator[Finding]:
    # An image without any text is reported by the rule for links and images, which does not show it.
    for inline in _inlines(tokens):
        for child, line in with_lines(inline):
            words = plain(child.children).strip() if child.type == "image" else ""
            if FILE_NAME.fullmatch(words) or words.strip(EDGES).casefold() in UNTOLD:
                yield Finding(
                    line, f"“{words}” does not say what the image shows. Describe it.", is_error=False
                )


def table_headers(tokens: Sequence[Token]) -> Iterator[Finding]:
    # The first header may be empty if the first column has headers of its own.
    line = 1
    headers: list[str] = []
    for token, inside in pairwise(tokens):
        if token.type == "table_open":
            line, headers = first_line(token), []
        elif token.type == "th_open":
            headers.append(plain(inside.children).strip())
        elif token.type == "thead_close" and not any(headers):
            yield Finding(line, "This table has no headers. Name its columns in the first row.")
        elif token.type == "thead_close":
            for number, header in enumerate(headers[1:], 2):
                if not header:
                    yield Finding(
                        line, f"Column {number} of this table has no header. Name it.", is_error=False
                    )


def code_languages(tokens: Sequence[Token]) -> Iterator[Finding]:
    for token in tokens:
        if token.type == "fence" and not token.info.strip() and "label" not in token.meta:
            advice = "Write it after the signs, such as ```bash, or ```text for none."
            yield Finding(first_line(token), f"This code block has no language. {advice}", is_error=False)


def flow_titles(tokens: Sequence[Token]) -> Iterator[Finding]:
    for token in tokens:
        if token.type == "flow" and not token.meta["title"]:
            advice = "Start it with a line such as title: From a commit to the server"
            yield Finding(first_line(token), f"This flow has no title. {advice}", is_error=False)


def notes_for_staff(tokens: Sequence[Token]) -> Iterator[Finding]:
    for opening, inline in pairwise(tokens):
        if opening.type == "note_title_open" and FOR_STAFF.match(plain(inline.children)):
            advice = "If only staff may see it, write ::: staff"
            yield Finding(first_line(inline), f"Learners see this note. {advice}", is_error=False)


RULES: tuple[Rule, ...] = (
    heading_order,
    link_text,
    image_text,
    table_headers,
    code_languages,
    flow_titles,
    notes_for_staff,
)


def _inlines(tokens: Sequence[Token]) -> Iterator[Token]:
    return (token for token in tokens if token.type == "inline")
