"""Heading ids, the table of contents, and the link beside each heading."""

import re
import unicodedata
from collections.abc import Sequence
from html import escape
from itertools import pairwise

from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from .state import Page, first_line, plain

# Heading ids must not clash with the page's own ids. The page's ids have two hyphens, as in `page--submit`; heading
# ids never do. The exceptions, which are older than this rule: these ids, the glyphs, and the fields of Django's
# forms, which start with `id_`.
TAKEN = frozenset(
    {"main", "live", "run", "contents"}
    | {f"g-{glyph}" for glyph in ("todo", "done", "part", "bad", "skip", "now", "run", "wait")}
)


MAX_LISTED = 200  # headings in the contents of a page


WANTED = re.compile(r"\s*\{\s{0,9}#([^\s{}#]{1,100})\s{0,9}\}\s*$")
ID = re.compile(r"[^\W_]+(?:[-_][^\W_]+)*")


def read_ids(state: StateCore) -> None:
    """Core rule, before inline parsing: `## Title {#id}` sets the ID of a heading."""
    page: Page = state.env["page"]
    for opening, inline in pairwise(state.tokens):
        if opening.type != "heading_open" or not (found := WANTED.search(inline.content)):
            continue
        inline.content = inline.content[: found.start()]
        if ID.fullmatch(found[1]) and not found[1].startswith("id_") and found[1] not in TAKEN:
            opening.meta["wanted"] = found[1]
        else:
            line = first_line(opening)
            page.report(line, f"The heading can’t have the ID “{found[1]}”. Use words joined by -.")


def headings(state: StateCore) -> None:
    """Core rule: turn h1 into h2, because the page has its own h1; give h2 and h3 an id and list them as contents."""
    page: Page = state.env["page"]
    uses = dict.fromkeys(TAKEN, 1)
    for index, token in enumerate(state.tokens):
        if token.tag == "h1":
            token.tag = "h2"
        if token.type == "heading_open" and token.tag in ("h2", "h3") and page.whole:
            title = plain(state.tokens[index + 1].children)
            token.meta["id"] = _free(token.meta.get("wanted") or _slug(title), uses)
            page.contents.append((int(token.tag[1]), token.meta["id"], title))
            if len(page.contents) == MAX_LISTED + 1:
                line = first_line(token)
                page.report(line, f"“On this page” lists only the first {MAX_LISTED} headings.")


def _slug(title: str) -> str:
    words = unicodedata.normalize("NFKC", title).lower()
    slug = re.sub(r"\W+", "-", words).strip("-") or "section"
    return f"section-{slug}" if slug.startswith("id_") else slug


def _free(slug: str, uses: dict[str, int]) -> str:
    # `uses` counts how often each slug was taken, so that a thousand equal headings need no linear search.
    candidate = slug
    while candidate in uses:
        uses[slug] += 1
        candidate = f"{slug}-{uses[slug]}"
    uses[candidate] = 1
    return candidate


def heading_open(tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    token = tokens[index]
    if "id" not in token.meta:
        return f"<{token.tag}>"
    return f'<div class="heading"><{token.tag} id="{escape(token.meta["id"])}">'


def heading_close(tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    # A heading is always three tokens, so its opening and its text come just before.
    opening, inline, closing = tokens[index - 2 : index + 1]
    if "id" not in opening.meta:
        return f"</{closing.tag}>\n"
    label = escape(f"Link to this heading: {plain(inline.children)}")
    href = escape(f"#{opening.meta['id']}")
    return f'</{closing.tag}><a class="anchor" href="{href}" aria-label="{label}">#</a></div>\n'
