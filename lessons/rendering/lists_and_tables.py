"""Task lists and tables, in the form that the style sheet and a strict content policy want."""

import re
from collections.abc import Sequence
from typing import Any

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from .state import Page

BOX = re.compile(r"\[([ xX])\]\s+")


def tasks(state: StateCore) -> None:
    """Core rule: `- [x] text` shows a box instead of the brackets. It is no control; checklists are."""
    tokens = state.tokens
    for item, paragraph, inline in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if (item.type, paragraph.type) != ("list_item_open", "paragraph_open") or not inline.children:
            continue
        found = BOX.match(inline.children[0].content)
        if found:
            item.attrSet("class", "task-list-item")
            inline.children[0].content = inline.children[0].content[found.end() :]
            inline.children.insert(0, Token("task_box", "span", 0, meta={"done": found[1] != " "}))


def task_box(tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    label, sign = ("Done", "☑") if tokens[index].meta["done"] else ("To do", "☐")
    return f'<span class="task-box" role="img" aria-label="{label}">{sign}</span> '


def table_open(tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """Render rule. Regions are numbered, since two of one name cannot be told apart by a screen reader."""
    page: Page = env["page"]
    page.tables += 1
    label = "Table" if page.tables == 1 else f"Table {page.tables}"
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table>\n'


def table_close(tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return "</table></div>\n"


def cell_open(tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """Render rule: the parser says alignment by a style attribute, which the content policy forbids."""
    token = tokens[index]
    if token.tag == "th" and not tokens[index + 1].content:
        token.tag = tokens[index + 2].tag = (
            "td"  # a header that says nothing is none, as the corner of a table
        )
    side = str(token.attrGet("style") or "").removeprefix("text-align:")
    return f'<{token.tag} class="{side}">' if side in ("center", "right") else f"<{token.tag}>"
