"""Footnotes: `[^1]` and its text `[^1]: …`, listed at the end of the page."""

from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from .state import Page, first_line


def unused_footnotes(state: StateCore) -> None:
    """Core rule: report unused footnotes. Runs before the texts move to the end, which drops those."""
    page: Page = state.env["page"]
    refs: dict[str, int] = state.env.get("footnotes", {}).get("refs", {})
    seen: set[str] = set()
    for token in state.tokens:
        if token.type != "footnote_reference_open":
            continue
        label, line = token.meta["label"], first_line(token)
        shown = label if len(label) <= 40 else f"{label[:40]}…"
        if label in seen:
            page.report(line, f"The footnote “{shown}” is already defined. Give this one a different name.")
        elif refs.get(f":{label}", -1) < 0:
            page.report(line, f"Nothing refers to this footnote. Write [^{shown}] in the text.")
        seen.add(label)


def footnote_ref(tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """Render rule.

    Ids have two hyphens, so they never equal a heading's. Fragments have no ids, because a page may contain
    several.
    """
    meta, page = tokens[index].meta, env["page"]
    number = meta["id"] + 1
    if not page.whole:
        return f"<sup>{number}</sup>"
    back = _back(meta)
    return f'<sup><a href="#note--{number}" id="{back}" aria-label="Footnote {number}">{number}</a></sup>'


def footnote_open(tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    page: Page = env["page"]
    return f'<li id="note--{tokens[index].meta["id"] + 1}">' if page.whole else "<li>"


def footnote_anchor(tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """Render rule: a link back to each reference of the footnote."""
    page: Page = env["page"]
    back = escape(_back(tokens[index].meta))
    return f' <a href="#{back}" aria-label="Back to the text">↩</a>' if page.whole else ""


def _back(meta: dict[str, Any]) -> str:
    again = f"-{meta['subId'] + 1}" if meta.get("subId", -1) > 0 else ""
    return f"ref--{meta['id'] + 1}{again}"


RENDER_RULES = {
    "footnote_ref": footnote_ref,
    "footnote_block_open": lambda *_: '<div class="footnotes"><ol>\n',
    "footnote_block_close": lambda *_: "</ol></div>\n",
    "footnote_open": footnote_open,
    "footnote_close": lambda *_: "</li>\n",
    "footnote_anchor": footnote_anchor,
}
