"""Render task lists and tables as the style sheet and a strict content policy require."""

import re
from collections.abc import Sequence

from markdown_it.rules_block.table import escapedSplit
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from .state import Page

BOX = re.compile(r"\[([ xX])\]\s+")


RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
ESCAPE = "Inside a cell, write \\| for |, even in code."


def tables(state: StateCore) -> None:
    """Core rule: report cells beyond the last column, which the parser drops, and tables that are shown as text."""
    page: Page = state.env["page"]
    lines = state.src.split("\n")
    columns = 0
    for index, token in enumerate(state.tokens):
        if token.type == "thead_open":
            columns = 0
        columns += token.type == "th_open"
        if token.type == "tr_open" and token.map and state.tokens[index - 1].type != "thead_open":
            cells = len(_cells(lines[token.map[0]]))
            if cells > columns:
                problem = f"This row has {cells} cells, but the table has {columns} columns. {ESCAPE}"
                page.report(token.map[0] + 1, problem)
        if token.type == "inline" and token.map and state.tokens[index - 1].type == "paragraph_open":
            _report_no_table(token.content.split("\n"), token.map[0] + 1, page)


def _cells(row: str) -> list[str]:
    cells = escapedSplit(row.strip().lstrip("> \t"))
    cells = cells[1:] if cells[0] == "" else cells
    return cells[:-1] if cells and cells[-1].strip() == "" else cells


def _is_rule(text: str) -> bool:
    # Runs of spaces take quadratic time.
    return bool(RULE.fullmatch(" ".join(text.split())))


def _report_no_table(lines: list[str], first: int, page: Page) -> None:
    for number, text in enumerate(lines):
        is_rule = number > 0 and "-" in text and "|" in text and _is_rule(text)
        if is_rule and "|" in lines[number - 1]:
            above, below = len(_cells(lines[number - 1])), len(_cells(text))
            problem = (
                f"This is not a table: its first line has {above} cells, its second line {below}. {ESCAPE}"
            )
        elif number == 0 and text.startswith("|") and text.rstrip().endswith("|") and text.count("|") > 2:
            if len(lines) > 1 and _is_rule(lines[1]):
                continue
            problem = "This is not a table. Its second line must be |---|---|, with as many columns as the first line."
        else:
            continue
        page.report(first + number, problem)
        return


def tasks(state: StateCore) -> None:
    """Core rule: `- [x] text` shows a box instead of the brackets. It is not a control; checklists are."""
    tokens = state.tokens
    for item, paragraph, inline in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if (item.type, paragraph.type) != ("list_item_open", "paragraph_open") or not inline.children:
            continue
        found = BOX.match(inline.children[0].content)
        if found:
            item.attrSet("class", "task-list-item")
            inline.children[0].content = inline.children[0].content[found.end() :]
            inline.children.insert(0, Token("task_box", "span", 0, meta={"done": found[1] != " "}))


def task_box(tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    label, sign = ("Done", "☑") if tokens[index].meta["done"] else ("To do", "☐")
    return f'<span class="task-box" role="img" aria-label="{label}">{sign}</span> '


def row_headers(state: StateCore) -> None:
    """Core rule: below an empty corner, the first cell of each row is its header."""
    has_corner = False
    tokens = state.tokens
    for row, opened, inside, closed in zip(tokens, tokens[1:], tokens[2:], tokens[3:], strict=False):
        if row.type == "tr_open" and opened.type == "th_open":
            has_corner = not inside.content
        elif row.type == "tr_open" and has_corner:
            opened.tag = closed.tag = "th"
            opened.attrSet("scope", "row")


def table_open(tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """Render rule. Regions are numbered, because screen readers cannot tell two with the same name apart."""
    page: Page = env["page"]
    page.tables += 1
    label = "Table" if page.tables == 1 else f"Table {page.tables}"
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table>\n'


def table_close(tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    return "</table></div>\n"


def cell_open(tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """Render rule: alignment as a class, because the content policy forbids the parser's style attribute."""
    token = tokens[index]
    if token.type == "th_open" and not tokens[index + 1].content:
        token.tag = tokens[index + 2].tag = (
            "td"  # an empty header, such as the corner of a table, is a plain cell
        )
    side = str(token.attrGet("style") or "").removeprefix("text-align:")
    scope = ' scope="row"' if token.attrGet("scope") else ""
    return f'<{token.tag}{scope} class="{side}">' if side in ("center", "right") else f"<{token.tag}{scope}>"
