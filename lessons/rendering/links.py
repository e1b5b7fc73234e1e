"""Decide which URLs a link or an image may have, and report definitions of links that nothing uses."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from .state import Page, plain, with_lines

OURS = ("lesson", "quiz", "lab")
NOWHERE, MISSING = "leads nowhere", "there is no such"
WEB = ("https", "http")
ATTACHMENTS = "/media/files/"  # uploaded in the editor
MAX_ADDRESS = 2_000  # a URL that is defined once may be used thousands of times
HOST = re.compile(
    r"(?:www\.|[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|dev|edu|gov|app|ai|in|de|uk)(?:[/:]|$))", re.I
)
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)


def links(state: StateCore) -> None:
    """Core rule: resolve our own schemes. A refused link or image is shown as text and reported."""
    page: Page = state.env["page"]
    for token in state.tokens:
        if token.type == "inline":
            _check_children(token, page)


def _check_children(inline: Token, page: Page) -> None:
    kept: list[Token] = []
    refused = False
    for child, line in with_lines(inline):
        if child.type == "link_open":
            refused = not _accept_link(child, page, line)
        if child.type == "image":
            child = child if _accept_image(child, page, line) else _as_text(child)
        if not (refused and child.type in ("link_open", "link_close")):
            kept.append(child)
    inline.children = kept


def _accept_link(token: Token, page: Page, line: int) -> bool:
    href = str(token.attrGet("href") or "")
    if len(href) > MAX_ADDRESS:
        page.report(line, _too_long(href))
        return False
    scheme = _scheme(href)
    if not href:
        page.report(line, "This link has no address. Write [words](address).")
        return False
    if scheme in OURS:
        return _resolve(token, page, line, scheme, href)
    if scheme not in (*WEB, "mailto", ""):
        starts = "https:, http:, mailto:, lesson:, quiz: or lab:"
        page.report(line, f"{_short(href)}: a link must start with {starts} or be relative.")
        return False
    if href.startswith("#") and page.whole and unquote(href[1:]) not in (id for _, id, _ in page.contents):
        page.report(line, f"{_short(href)} {NOWHERE}: no heading on this page has that ID.")
        return False
    if href.startswith(ATTACHMENTS) and page.link("attachment", unquote(href), "") == "":
        page.report(line, f"{_short(href)}: {MISSING} file. Add it in the editor.")
    if scheme in WEB:
        token.attrSet("rel", "noopener noreferrer")
    if not scheme and href[:1] not in ("/", "#", "?", ""):
        _resolve_file(token, page, line, href)
    return True


def _resolve_file(token: Token, page: Page, line: int, href: str) -> None:
    # A relative URL to a neighbouring file leads to the page that was made from the file.
    path, _, fragment = href.partition("#")
    address = page.link("file", unquote(path), unquote(fragment))
    if address is not None:
        token.attrSet("href", address)
        return
    advice = "Write https:// before it" if HOST.match(path) else "Write lesson:SLUG, with the lesson's slug"
    page.report(line, f"{_short(href)} {NOWHERE}: no lesson has this file name. {advice}.")


def _resolve(token: Token, page: Page, line: int, kind: str, href: str) -> bool:
    slug, _, fragment = href.partition(":")[2].partition("#")
    address = page.link(kind, unquote(slug), unquote(fragment))
    if address is None:
        what = f"{kind} or heading" if fragment else kind
        page.report(line, f"{_short(href)} {NOWHERE}: {MISSING} {what}.")
        return False
    token.attrSet("href", address)
    return True


def _accept_image(token: Token, page: Page, line: int) -> bool:
    source = str(token.attrGet("src") or "")
    if len(source) > MAX_ADDRESS:
        page.report(line, _too_long(source))
        return False
    if _scheme(source) not in ("https", ""):
        page.report(line, f"{_short(source)}: the address of an image must start with https: or be relative.")
        return False
    if not plain(token.children).strip():
        shown = _short(source)
        page.report(line, f"{shown}: say what the image shows: ![What it shows]({shown}).")
        return False
    is_here = source.startswith("/") and page.link("image", unquote(source), "") != ""
    if not _scheme(source) and not is_here:
        problem = f"{MISSING} image. Add it in the editor, or use an https: address."
        page.report(line, f"{_short(source)}: {problem}")
    return True


def is_broken_link(message: str) -> bool:
    """Return True if this problem is a link, image or file that is not there."""
    return f" {NOWHERE}: " in message or f": {MISSING} " in message


def _short(address: str) -> str:
    return address if len(address) <= 200 else f"{address[:200]}…"


def _too_long(address: str) -> str:
    return f"{address[:40]}…: this address has {len(address):,} characters. The limit is {MAX_ADDRESS:,}."


def _scheme(address: str) -> str:
    # In lower case, "" for a relative URL, "//" for one that only omits the scheme.
    if address.startswith("//"):
        return "//"
    found = SCHEME.match(address)
    return found[1].lower() if found else ""


def _as_text(image: Token) -> Token:
    return Token("text", "", 0, content=plain(image.children))


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
