"""Bare URLs in text become links, as on GitHub."""

import re
from collections.abc import Iterator

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

# As on GitHub: a URL starts after a space or an opening bracket, and excludes trailing punctuation.
ADDRESS = re.compile(
    r"(?<![^\s*_~(\[{\"'“‘|>])(?:https?://(?=[^\W_])|www\.(?=[\w-]+\.))[^\s<>`]+"
    r"|(?<![\w.+/:@-])[a-z0-9][\w.+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)+(?![\w:/@-])",
    re.IGNORECASE,
)
PUNCTUATION = "?!.,:;*_~'\"”’]}|"


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
