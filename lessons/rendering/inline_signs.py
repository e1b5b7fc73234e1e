"""Inline syntax beyond CommonMark: `==mark==`, `<br>` and comments."""

import re
from collections.abc import MutableMapping
from typing import Any

from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

BREAK = re.compile(r"<br\s{0,3}/?>", re.IGNORECASE)
MAX_MARKED = 500  # characters: a mark is a few words
CLOSING_MARK = re.compile(r"(?<=[^\s=])==(?![\w=])")
COMMENT, COMMENT_END = "<!--", "-->"


def mark(state: StateInline, silent: bool) -> bool:
    """Inline rule: `==words==`, unless a letter or space next to it makes it a comparison."""
    start = state.pos
    if not state.src.startswith("==", start) or state.src[start + 2 : start + 3] in ("", "=", " ", "\n"):
        return False
    before = state.src[start - 1] if start else " "
    found = CLOSING_MARK.search(state.src, start + 3, min(state.posMax, start + MAX_MARKED))
    if before == "=" or before.isalnum() or not found:
        return False
    if not silent:
        end = state.posMax
        state.push("mark_open", "mark", 1)
        state.pos, state.posMax = start + 2, found.start()
        state.md.inline.tokenize(state)
        state.posMax = end
        state.push("mark_close", "mark", -1)
    state.pos = found.end()
    return True


def line_break(state: StateInline, silent: bool) -> bool:
    """Inline rule: `<br>`, the only way to break a line in a table cell."""
    found = BREAK.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        state.push("line_break", "br", 0)
    state.pos = found.end()
    return True


def comment(state: StateInline, silent: bool) -> bool:
    """Inline rule: hide everything between `<!--` and `-->`."""
    end = _comment_end(state.src, state.pos, state.env) if state.src.startswith(COMMENT, state.pos) else -1
    if end < 0 or end > state.posMax:
        return False
    state.pos = end
    return True


def comment_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Block rule: a comment of one or more lines."""
    pos = state.bMarks[start] + state.tShift[start]
    if state.is_code_block(start) or not state.src.startswith(COMMENT, pos):
        return False
    stop = _comment_end(state.src, pos, state.env)
    line = start
    while stop >= 0 and line < end and state.eMarks[line] < stop:
        line += 1
    if stop < 0 or line >= end or state.src[stop : state.eMarks[line]].strip():
        return False  # not closed here, or followed by text: left to the inline rule
    if not silent:
        state.line = line + 1
    return True


def _comment_end(source: str, pos: int, env: MutableMapping[str, Any]) -> int:
    # The position after the comment, -1 if it is not closed. The last end is looked up once per text.
    known = env.get("comments")
    if not (isinstance(known, tuple) and known[0] is source):
        known = env["comments"] = (source, source.rfind(COMMENT_END))
    if pos + len(COMMENT) > known[1]:
        return -1
    return source.find(COMMENT_END, pos + len(COMMENT)) + len(COMMENT_END)
