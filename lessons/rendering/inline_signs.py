"""Inline syntax beyond CommonMark: `==mark==`, `<br>`, comments, and bare URLs as links."""

import re
from collections.abc import Iterator, MutableMapping
from typing import Any

from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from .state import Page

BREAK = re.compile(r"<br\s{0,3}/?>", re.IGNORECASE)
MAX_MARKED = 500  # characters: a mark is a few words
CLOSING_MARK = re.compile(r"(?<=[^\s=])==(?![\w=])")
COMMENT, COMMENT_END = "<!--", "-->"

# As on GitHub: a URL starts after a space or an opening bracket, and excludes trailing punctuation.
ADDRESS = re.compile(
    r"(?<![^\s*_~(\[{\"'“‘|>])(?:https?://(?=[^\W_])|www\.(?=[\w-]+\.))[^\s<>`]+"
    r"|(?<![\w.+/:@-])[a-z0-9][\w.+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)+(?![\w:/@-])",
    re.IGNORECASE,
)
PUNCTUATION = "?!.,:;*_~'\"”’]}|"


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
    # The position after the comment, -1 if it is not closed. The last end is searched once per text.
    known = env.get("comments")
    if not (isinstance(known, tuple) and known[0] is source):
        known = env["comments"] = (source, source.rfind(COMMENT_END))
    if pos + len(COMMENT) > known[1]:
        return -1
    return source.find(COMMENT_END, pos + len(COMMENT)) + len(COMMENT_END)


def bare_addresses(state: StateCore) -> None:
    """Core rule: turn URLs in text into links, except in links, in code and where escaped."""
    for token in state.tokens:
        if token.type == "inline" and token.children and ADDRESS.search(token.content):
            token.children = list(_link_addresses(token.children, state))


def _link_addresses(children: list[Token], state: StateCore) -> Iterator[Token]:
    in_link = 0
    for child in children:
        in_link += {"link_open": 1, "link_close": -1}.get(child.type, 0)
        if child.type != "text" or in_link:
            yield child
            continue
        done = 0
        for found in ADDRESS.finditer(child.content):
            address = _trim(found[0])
            if found.start() > done:
                yield _text(child, child.content[done : found.start()])
            yield from _link(child, address, state)
            done = found.start() + len(address)
        if done < len(child.content):
            yield _text(child, child.content[done:]) if done else child


def _link(text: Token, address: str, state: StateCore) -> Iterator[Token]:
    scheme = "mailto:" if "@" in address.partition("/")[0] else "" if "://" in address else "http://"
    href = state.md.normalizeLink(scheme + address)
    yield Token("link_open", "a", 1, {"href": href}, level=text.level, info="auto")
    yield _text(text, address)
    yield Token("link_close", "a", -1, level=text.level, info="auto")


def _text(of: Token, content: str) -> Token:
    return Token("text", "", 0, content=content, level=of.level)


def _trim(address: str) -> str:
    # Removes trailing punctuation, and a closing bracket that was opened before the URL.
    unopened = address.count(")") - address.count("(")
    end = len(address)
    while end and (address[end - 1] in PUNCTUATION or (address[end - 1] == ")" and unopened > 0)):
        unopened -= address[end - 1] == ")"
        end -= 1
    return address[:end]


def report_definitions(state: StateCore) -> None:
    """Core rule: report unused link definitions, which are not shown, whatever they were meant to be."""
    page: Page = state.env["page"]
    used = {label for token in state.tokens for label in _labels(token.children or [])}
    for label, reference in state.env.get("references", {}).items():
        if label not in used and reference["href"] != "#":  # `[//]: #` is a comment
            shown = label if len(label) <= 40 else f"{label[:40]}…"
            line = reference["map"][0] + 1
            page.report(line, f"Nothing uses the link [{shown}], so it is not shown.")
    for reference in state.env.get("duplicate_refs", []):
        line = reference["map"][0] + 1
        page.report(line, "This link is already defined above, and the first definition counts.")


def _labels(children: list[Token]) -> Iterator[str]:
    for child in children:
        if "label" in child.meta:
            yield str(child.meta["label"])
        yield from _labels(child.children or [])
