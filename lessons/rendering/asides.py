"""Notes in the syntax of GitHub, Obsidian and MkDocs: `> [!NOTE]`, `!!! note` and `??? note`."""

import re

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from .state import Page, first_line

ALERT = re.compile(r"\[!([A-Za-z][A-Za-z-]{0,30})\][+-]?[ \t]*([^\n]*)(?:\n|$)")
TIPS = ("tip", "hint", "success", "check", "done")
WARNINGS = ("warning", "caution", "attention", "danger", "error", "failure", "fail", "missing", "bug")
NOTES = (
    *("note", "info", "important", "todo", "abstract", "summary", "tldr"),
    *("question", "help", "faq", "example", "quote", "cite", "seealso"),
)
# The CSS class for each word, in addition to `note`.
KINDS = {**dict.fromkeys(NOTES, ""), **dict.fromkeys(TIPS, "tip"), **dict.fromkeys(WARNINGS, "warning")}


def asides(state: StateCore) -> None:
    """Core rule; runs before inline parsing, so that titles are parsed as inline Markdown."""
    page: Page = state.env["page"]
    kept: list[Token] = []
    quotes: list[str] = []  # the closing tag of each open quote
    index = 0
    while index < len(state.tokens):
        token = state.tokens[index]
        index += 1
        kept.append(token)
        if token.type == "blockquote_open":
            found = _alert(state.tokens[index : index + 2], page)
            quotes.append("aside" if found else "blockquote")
            if found:
                _dress(token, found[1].lower())
                kept += _title(found, state.tokens[index + 1])
                index += _shorten(state.tokens, index, found, page)
        elif token.type == "blockquote_close":
            token.tag = quotes.pop()
        elif token.type == "admonition_open":
            _open_admonition(token, state.tokens[index : index + 4], page)
        elif token.type == "admonition_close":
            token.tag = "details" if token.markup.startswith("???") else "aside"
        elif token.type == "admonition_title_open":
            is_folded = token.markup.startswith("???")
            token.tag, token.attrs = ("summary", {}) if is_folded else ("p", {"class": "note-title"})
        elif token.type == "admonition_title_close":
            token.tag = kept[-3].tag
    state.tokens = kept


def _alert(following: list[Token], page: Page) -> re.Match[str] | None:
    if [token.type for token in following] != ["paragraph_open", "inline"]:
        return None
    found = ALERT.match(following[1].content)
    if found and found[1].lower() not in KINDS:
        line = first_line(following[1])
        page.report(
            line, f"“[!{found[1]}]” is not a kind of note. Write NOTE, TIP, IMPORTANT, WARNING or CAUTION."
        )
        return None
    return found


def _shorten(tokens: list[Token], index: int, found: re.Match[str], page: Page) -> int:
    # Returns the number of tokens to drop if the paragraph is then empty.
    inline = tokens[index + 1]
    inline.content = inline.content[found.end() :]
    if inline.content:
        start, end = inline.map or [0, 1]
        inline.map = [start + 1, max(end, start + 2)]
        return 0
    if tokens[index + 3].type == "blockquote_close":
        words = "Write it on the next lines, each starting with >."
        page.report(first_line(inline), f"“{found[0].strip()}” has no text. {words}")
    return 3


def _title(found: re.Match[str], inline: Token) -> list[Token]:
    words = found[2].strip() or found[1].capitalize()
    return [
        Token("note_title_open", "p", 1, {"class": "note-title"}),
        Token("inline", "", 0, content=words, children=[], map=inline.map),
        Token("note_title_close", "p", -1),
    ]


def _dress(token: Token, word: str) -> None:
    token.tag = "aside"
    token.attrs = {"role": "note", "class": f"note {KINDS.get(word, '')}".strip()}


def _open_admonition(token: Token, following: list[Token], page: Page) -> None:
    # `!!!` is a note, `???` a folded note, `???+` a foldable note that starts open.
    label = f"{token.markup} {token.meta['tag']}"
    if token.markup == "!!!":
        _dress(token, token.meta["tag"])
    else:
        token.tag, token.attrs = "details", {"open": ""} if token.markup == "???+" else {}
    if token.meta["tag"] not in KINDS:
        page.report(first_line(token), f"“{label}” is not a kind of note. Write note, tip or warning.")
    types = [each.type for each in following]
    if types[:1] == ["admonition_title_open"]:
        types = types[3:]
    if types[:1] == ["admonition_close"]:
        page.report(first_line(token), f"“{label}” has no text. Indent its text by four spaces.")
