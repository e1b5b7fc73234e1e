"""Turn Markdown source into a page: limits, parser, sanitiser, drawings, and the data derived beside the HTML."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise
from math import ceil

from markdown_it import MarkdownIt
from markdown_it.token import Token

from lessons.texts.problem import Problem
from lessons.texts.verdict import Verdict

from .gate import judge
from .hidden import STAFF, Hidden, Parted, part
from .minutes import plan_of
from .parser import build, build_for_lines, build_for_options
from .policy import sanitise
from .sections import Definition, Section, find_definitions, split_sections, words_of
from .state import Budget, Insert, Link, Page, Plan, TooComplexError, plain

MAX_BYTES = 200_000
# the parser takes quadratic time in open brackets; this many take about 0.1 s
MAX_BRACKETS = 5_000
MAX_PROBLEMS = 100  # authors fix them in order, so the rest can wait
WORDS_A_MINUTE = 200

PARSER = build()
INLINE_PARSER = build_for_lines()
OPTION_PARSER = build_for_options()
# authors cannot forge these: their < becomes &lt; in text and their " becomes &quot; in attributes
DRAWING = re.compile(r'<figure class="flow" data-flow="(\d+)"></figure>')
KEYED_ITEM = re.compile(r'<li data-key="([a-z0-9-]+)">(.*?)</li>', re.DOTALL)


@dataclass(frozen=True)
class Rendered:
    """A page and the data derived from it.

    `contents`: (level 2 or 3, id, title) in order. `minutes`: reading time, at least 1.
    `text`: plain text, headings included; `sections`: the same by heading. `definitions`: of its definition lists.
    `checklists`: (key, text) of every item that can be ticked.
    `problems`: sorted by line, at most MAX_PROBLEMS; the page is usable in spite of them. `verdict`: these and the
    findings of the publish gate.

    Problems, verdict and what follows are for staff; nothing else has anything of the blocks that only staff see.
    `staff_html` is the page with them, "" if there are none; `plan` has the planned minutes, and `hidden` the lines at
    which these blocks start.
    """

    html: str
    contents: list[tuple[int, str, str]]
    minutes: int
    text: str
    sections: list[Section]
    definitions: list[Definition]
    checklists: list[tuple[str, str]]
    problems: list[Problem]
    verdict: Verdict
    staff_html: str
    plan: Plan
    hidden: list[int]


@dataclass(frozen=True)
class _ForStaff:
    html: str
    plan: Plan
    verdict: Verdict


def render(source: str, *, link: Link) -> Rendered:
    """Render a whole page from Markdown.

    `link(kind, slug, fragment)` returns the URL of `lesson:slug#fragment`, `quiz:slug` or `lab:slug`, or None
    if there is none; kind is the word before the colon, fragment is "" if absent. It is also called with the
    kind `file` for a relative URL, and with `image` or `attachment` for a URL of this site, where "" means that
    there is no such file.

    Raises TooComplexError for more than 200 KB, 5,000 opening brackets, or HTML 50 times as long as the text.
    """
    source = _clean(source)
    parted = part(source)
    page = _page(parted.learners, link)
    tokens, html = _run(PARSER.parse, parted.learners, page)
    text = "\n".join(filter(None, map(words_of, tokens)))
    minutes = max(1, ceil(len(text.split()) / WORDS_A_MINUTE))
    found, for_staff = judge(tokens, page, minutes).plus(parted.problems), _ForStaff("", [], Verdict())
    if parted.hidden:
        for_staff = _render_for_staff(parted, Page(link, Budget(len(source.encode()))))
        found = found.plus(for_staff.verdict.errors, for_staff.verdict.warnings)
    return Rendered(
        html=_with_drawings(html, page),
        contents=page.contents,
        minutes=minutes,
        text=text,
        sections=split_sections(tokens),
        definitions=find_definitions(tokens),
        checklists=list(_checklists(tokens)),
        problems=sorted({*page.problems, *parted.problems})[:MAX_PROBLEMS],
        verdict=Verdict(found.errors[:MAX_PROBLEMS], found.warnings[:MAX_PROBLEMS]),
        staff_html=for_staff.html,
        plan=for_staff.plan,
        hidden=parted.hidden,
    )


def _render_for_staff(parted: Parted, page: Page) -> _ForStaff:
    inserts, found = list[Insert](), Verdict()
    for block in parted.blocks:
        insert, judged = _insert(block, page)
        inserts.append(insert)
        found = found.plus(judged.errors, judged.warnings)
    page.inserts = inserts
    tokens, html = _run(PARSER.parse, parted.staff, page)
    _report_unseen(parted.blocks, tokens, page)
    verdict = judge(tokens, page, 1).plus(found.errors, found.warnings)
    return _ForStaff(_with_drawings(html, page), plan_of(tokens), verdict)


def _insert(block: Hidden, of: Page) -> tuple[Insert, Verdict]:
    page = Page(of.link, of.budget, whole=False, inserts=[], coloured=of.coloured)
    try:
        tokens, html = _run(PARSER.parse, block.text, page)
    except TooComplexError as error:
        error.line += block.line
        raise
    of.coloured = page.coloured
    judged = judge(tokens, page, 1)
    title = escape(f"Staff only: {block.title}" if block.title else "Staff only")
    body = f'<p class="note-title">{title}</p>\n{_with_drawings(html, page)}'
    moved = [[_below(block.line, each) for each in found] for found in (judged.errors, judged.warnings)]
    return Insert(f'<aside class="note staff" role="note">{body}</aside>', plan_of(tokens)), Verdict(*moved)


def _below(line: int, problem: Problem) -> Problem:
    return replace(problem, line=problem.line + line)


def _report_unseen(blocks: list[Hidden], tokens: list[Token], page: Page) -> None:
    seen = {token.meta["number"] for token in tokens if token.type == STAFF}
    for number, block in enumerate(blocks):
        if number not in seen:
            page.report(block.line, "This block is inside code, so nobody sees it. Move it out.")


def render_fragment(source: str, *, link: Link) -> str:
    """Render block Markdown inside another page: no heading ids, no checklists. Raises TooComplexError."""
    source = _for_learners(source)
    page = _page(source, link, whole=False)
    return _with_drawings(_run(PARSER.parse, source, page)[1], page)


def render_for_staff(source: str, *, link: Link) -> str:
    """Render a piece of a lesson for staff: like `render_fragment`, with what only staff see, and with checklists.

    Raises TooComplexError.
    """
    source = _clean(source)
    page = Page(link, Budget(len(source.encode())), whole=False, is_piece=True)
    return _render_for_staff(part(source), page).html


def render_inline(source: str, *, link: Link) -> str:
    """Render inline Markdown, as in a question or an option, without a paragraph. Raises TooComplexError."""
    source = _for_learners(source)
    return _run(INLINE_PARSER.parseInline, source, _page(source, link, whole=False))[1]


def render_option(source: str, *, link: Link) -> str:
    """Render the text of an option: inline Markdown in one or more paragraphs, and code. Raises TooComplexError.

    The result goes into a label, where HTML allows no blocks.
    """
    source = _for_learners(source)
    page = _page(source, link, whole=False)
    return _run(OPTION_PARSER.parse, source, page)[1].strip()


def with_ticks(html: str, ticked: set[str], form: Callable[[str, str, bool], str]) -> str:
    """Replace the content of each keyed checklist item in stored HTML by `form(key, html of the item, ticked)`.

    One pass of a regular expression is enough: items contain inline HTML only, so the first </li> is their
    own.
    """
    return KEYED_ITEM.sub(
        lambda item: f'<li data-key="{item[1]}">{form(item[1], item[2], item[1] in ticked)}</li>', html
    )


def _page(source: str, link: Link, *, whole: bool = True) -> Page:
    return Page(link, Budget(len(source.encode())), whole)


def _clean(source: str) -> str:
    source = source.encode("utf-8", "replace").decode()  # a lone surrogate cannot be encoded in UTF-8
    source = source.removeprefix("\ufeff")  # a byte order mark would hide a heading
    _refuse_excess(source)
    return source


def _for_learners(source: str) -> str:
    return part(_clean(source)).learners


def _run(parse: Callable[..., list[Token]], source: str, page: Page) -> tuple[list[Token], str]:
    # `source` must be clean.
    env = {"page": page}
    tokens = parse(source, env)
    parser: MarkdownIt = parse.__self__  # type: ignore[attr-defined]  # a bound method
    return tokens, sanitise(parser.renderer.render(tokens, parser.options, env))


def _refuse_excess(source: str) -> None:
    size = len(source.encode())
    if size > MAX_BYTES:
        raise TooComplexError(
            f"The text is {size // 1000} KB. The limit is 200 KB. Split it into several pages."
        )
    brackets = source.count("[")
    if brackets > MAX_BRACKETS:
        limit = f"The limit is {MAX_BRACKETS:,}."
        raise TooComplexError(
            f"The text has {brackets:,} opening brackets ([). {limit} Split it, or remove some."
        )


def _with_drawings(html: str, page: Page) -> str:
    return DRAWING.sub(lambda found: page.drawings[int(found[1])], html)


def _checklists(tokens: list[Token]) -> Iterator[tuple[str, str]]:
    for item, inline in pairwise(tokens):
        if item.type == "checklist_item_open" and "data-key" in item.attrs:
            yield str(item.attrs["data-key"]), plain(inline.children)
