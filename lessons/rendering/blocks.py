"""The `:::` blocks. To add one, list it in `BLOCKS` and run `python -m lessons.rendering.reference docs`."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from . import flow, flow_svg, minutes, video
from .hidden import MINUTES, STAFF
from .state import Page

ITEM = "- [ ] "
MAX_ITEMS = 200  # per page, where each becomes a form
KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")

Expand = Callable[[Token, int, Page], list[Token]]


@dataclass(frozen=True)
class Block:
    """`about` and `example` are Markdown for authors.

    `expand(token, line, page)` returns the tokens of the text between the colons, whose first line is `line`. None
    makes a note, whose text is Markdown. A block with `in_pages` is allowed only in pages, not in a fragment such as
    an explanation. `label` is the title of a note without one, `place` is "first" or "last" on the page if it does not
    stay where it is written. `has_title` allows words after the name of a block that is no note.
    """

    about: str
    example: str
    expand: Expand | None = None
    in_pages: bool = False
    label: str = ""
    place: str = ""
    has_title: bool = False


def blocks(state: StateCore) -> None:
    """Core rule; runs before inline parsing, so that titles and items are parsed as inline Markdown."""
    lines = state.src.split("\n")
    page: Page = state.env["page"]
    state.tokens = [new for token in state.tokens for new in _expand(token, lines, page)]


def _expand(token: Token, lines: list[str], page: Page) -> list[Token]:
    if token.type == "colon_fence":
        return _read_fence(token, lines, page)
    if not token.type.startswith("container_"):
        return [token]
    token.tag = "aside"
    return [token, *_title(token, lines, page)] if token.nesting == 1 else [token]


def _title(token: Token, lines: list[str], page: Page) -> list[Token]:
    start, end = token.map or [0, 0]
    _check_end(token, lines[end : end + 1], start, page)
    token.attrSet("role", "note")  # otherwise each would be an unnamed landmark
    word, _, title = token.info.strip().partition(" ")
    if word != "note":
        # All look like notes; the plug-in adds the word as a class.
        token.attrSet("class", "note")
    words = title.strip() or BLOCKS[word].label or word.capitalize()
    return _inline("note_title", "p", {"class": "note-title"}, words, start)


def _read_fence(token: Token, lines: list[str], page: Page) -> list[Token]:
    start, end = token.map or [0, 0]
    info = token.info.strip()
    name, _, title = info.partition(" ")
    if name != STAFF:
        _check_end(token, lines[max(end - 1, start + 1) : end], start, page)
    block = BLOCKS.get(name)
    fits = page.whole or page.is_piece or not (block and block.in_pages)
    if block and block.expand and fits and (block.has_title or not title):
        return block.expand(token, start + 2, page)
    if name.casefold().startswith(STAFF) and page.inserts is None:
        return []  # never shown, even if `hidden` missed it
    label = f"{token.markup} {info}".strip()
    page.report(start + 1, f"“{label}” does not open a block. After the colons, write {_names()}.")
    return [_as_code(token, label)]


def _names() -> str:
    *others, last = BLOCKS
    return f"{', '.join(others)} or {last}"


def _check_end(token: Token, last: list[str], start: int, page: Page) -> None:
    # `last` is the line of the closing colons; at the end of the text it may be absent.
    if not (last and last[0].rstrip().endswith(token.markup)):
        page.report(start + 1, f"The block is not closed. End it with the line {token.markup}")


def _checklist(token: Token, first: int, page: Page) -> list[Token]:
    items = [
        new
        for line, text in enumerate(token.content.split("\n"), first)
        if text.strip()
        for new in _item(text.strip(), line, page)
    ]
    opening = Token("checklist_open", "ul", 1, {"class": "checklist", "data-checklist": ""}, block=True)
    return [opening, *items, Token("checklist_close", "ul", -1, block=True)]


def _item(source: str, line: int, page: Page) -> list[Token]:
    # An item without a valid key is reported and becomes a plain list item, which cannot be ticked.
    text, brace, key = source.removeprefix(ITEM).rpartition("{#")
    if not (brace and key.endswith("}")):
        text, key = source.removeprefix(ITEM), ""
    key = key.removesuffix("}")
    fault = "" if source.startswith(ITEM) else "Each checklist item is one line: - [ ] Text {#key}"
    if fault := fault or _key_fault(key, page):
        page.report(line, fault)
    page.keys.add(key)
    return _inline("checklist_item", "li", {} if fault else {"data-key": key}, text.strip(), line - 1)


def _key_fault(key: str, page: Page) -> str:
    if not key:
        return "This item has no key. Add one at the end, such as {#install-git}"
    if not KEY.fullmatch(key):
        return f"The key “{key}” must have at most 50 characters, all of them a to z, 0 to 9 or -."
    if key in page.keys:
        return f"The key “{key}” is used twice on this page. Give each item its own."
    if len(page.keys) >= MAX_ITEMS:
        return f"This page has more than {MAX_ITEMS} checklist items. Split it into several pages."
    return ""


def _flow(token: Token, first: int, page: Page) -> list[Token]:
    # The sanitiser does not allow SVG, so the drawing replaces this number afterwards.
    drawn, problems = flow.read_flow(token.content, first)
    if problems:
        page.problems += problems
        return [_as_code(token, "Flow")]
    svg = page.budget.spend(flow_svg.draw(drawn), first - 1)
    meta = {"html": _draw(f'<figure class="flow">{svg}</figure>', page), "title": drawn.title}
    return [
        Token("flow", "figure", 0, content=" ".join((drawn.title, *drawn.steps)), meta=meta, map=token.map)
    ]


def _draw(html: str, page: Page) -> str:
    page.drawings.append(html)
    return f'<figure class="flow" data-flow="{len(page.drawings) - 1}"></figure>\n'


def _staff(token: Token, first: int, page: Page) -> list[Token]:
    number = token.info.strip().removeprefix(STAFF).strip()
    if page.inserts is None:
        return []
    if not number.isdecimal() or int(number) >= len(page.inserts):
        page.report(
            first - 1, "This block is already inside a block for staff. Remove its first and last line."
        )
        return [_as_code(token, "staff")]
    insert = page.inserts[int(number)]
    meta = {"html": _draw(insert.html, page), "plan": insert.plan, "number": int(number)}
    return [Token(STAFF, "aside", 0, meta=meta, map=token.map)]


def _minutes(token: Token, first: int, page: Page) -> list[Token]:
    if page.inserts is None:
        return []
    title = token.info.strip().removeprefix(MINUTES)
    rows = minutes.read_rows(title, token.content, first, page)
    items = [new for row in rows for new in _inline("planned", "li", {}, row.text, row.line - 1)]
    for opening, row in zip(items[::3], rows, strict=True):
        opening.meta["minutes"] = row.minutes
    return [
        Token("aside_open", "aside", 1, {"class": "note staff", "role": "note"}, block=True),
        *_inline("note_title", "p", {"class": "note-title"}, "Planned minutes, staff only", first - 2),
        Token("planned_list_open", "ul", 1, block=True),
        *items,
        Token("planned_list_close", "ul", -1, block=True),
        Token("aside_close", "aside", -1, block=True),
    ]


def _video(token: Token, first: int, page: Page) -> list[Token]:
    link, host = video.read_video(token.content)
    if not link:
        page.report(first - 1, host)
        return [_as_code(token, "Video")]
    # The rule for links checks its URL like that of any other link.
    line = first - 1 + len(token.content) - len(token.content.lstrip("\n"))
    opening, inline, closing = _inline("video", "p", {"class": "video"}, link, line)
    return [opening, inline, Token("video_host", "span", 0, meta={"html": video.caption(host)}), closing]


def _as_code(token: Token, label: str) -> Token:
    return Token("fence", "code", 0, content=token.content, map=token.map, meta={"label": label}, block=True)


def _inline(
    name: str, tag: str, attributes: dict[str, str | int | float], text: str, line: int
) -> list[Token]:
    return [
        Token(f"{name}_open", tag, 1, attributes),
        Token("inline", "", 0, content=text, children=[], map=[line, line + 1]),
        Token(f"{name}_close", tag, -1),
    ]


BLOCKS: dict[str, Block] = {
    "note": Block("The text after `note` becomes its title.", "::: note\nAny Markdown.\n:::\n"),
    "tip": Block("Like a note, labelled Tip.", "::: tip A title\nAny Markdown.\n:::\n"),
    "warning": Block("Like a note, labelled Warning.", "::: warning\nAny Markdown.\n:::\n"),
    "checklist": Block(
        "Learners tick the items. Keep each key, such as `{#install-git}`, when you change the wording.",
        "::: checklist\n- [ ] Install Git {#install-git}\n- [ ] Set your name {#set-name}\n:::\n",
        _checklist,
        in_pages=True,
    ),
    "flow": Block(
        "A diagram of steps and arrows. Steps with the same words share one box.",
        "::: flow\ntitle: From a file to the remote\nWorking tree -> Staging area -> Local repository\n:::\n",
        _flow,
    ),
    "video": Block(
        "A card that names the video and its host. Nothing is loaded from there until a reader opens it.",
        "::: video\n[Git in five minutes](https://www.youtube.com/watch?v=dQw4w9WgXcQ)\n:::\n",
        _video,
    ),
    "objectives": Block(
        "A list, shown at the top of the lesson wherever you write it. Once per lesson.",
        "::: objectives\n- Record a change\n- Undo it\n:::\n",
        in_pages=True,
        label="Objectives",
        place="first",
    ),
    "key-points": Block(
        "A list, shown at the end of the lesson wherever you write it. Once per lesson.",
        "::: key-points\n- A commit has a parent.\n:::\n",
        in_pages=True,
        label="Key points",
        place="last",
    ),
    MINUTES: Block(
        "Planned teaching minutes, one part per line. A number alone is for the part below the heading above. They "
        "make up the plan of the evening. Only staff see them; learners see on the class page when each lesson starts.",
        "::: minutes\n25 Live: a first commit\n10 Questions\n:::\n",
        _minutes,
        has_title=True,
    ),
    STAFF: Block(
        "Any Markdown, which only staff see. The words after `staff` become its title.",
        "::: staff Before class\nOpen the terminal, and clone the repository.\n:::\n",
        _staff,
        has_title=True,
    ),
}
ADMONITIONS = tuple(name for name, block in BLOCKS.items() if block.expand is None)
