"""Render `<details>` and `<summary>`, the only HTML block that authors may write."""

import re

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from .state import Page

OPENING = re.compile(
    r"<details(?P<open>\s+open(?:=\"\w{0,10}\")?)?\s*>\s*(?:<summary>(?P<title>.*?)</summary>)?[ \t]*\n?",
    re.IGNORECASE | re.DOTALL,
)
END = "</details>"


def fold_details(state: StateCore) -> None:
    """Core rule; runs before inline parsing. An unclosed `<details>` ends with its list, quote or page."""
    _Folding(state.env["page"]).run(state)


class _Folding:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.kept: list[Token] = []
        self.opened: list[list[int]] = [[]]  # for each container, the lines of its open <details>

    def run(self, state: StateCore) -> None:
        tokens, index = state.tokens, 0
        while index < len(tokens):
            token = tokens[index]
            if token.type == "paragraph_open" and self._concerns(tokens[index + 1].content):
                self._paragraph(tokens[index : index + 3])
                index += 3
                continue
            if token.nesting > 0:
                self.opened.append([])
            elif token.nesting < 0:
                self._close_all(self.opened.pop())
            self.kept.append(token)
            index += 1
        self._close_all(self.opened[0])
        state.tokens = self.kept

    def _concerns(self, content: str) -> bool:
        start, end = content[:8].lower(), content.rstrip()[-len(END) :].lower()
        return start == "<details" or end == END

    def _paragraph(self, parts: list[Token]) -> None:
        # A paragraph that starts with the opening tag, ends with the closing one, or both.
        paragraph, inline, end = parts
        line = inline.map[0] if inline.map else 0
        text = inline.content
        opening = OPENING.match(text)
        if opening:
            self._open(opening, line)
            line += opening[0].count("\n")
            text = text[opening.end() :]
        cut = len(text.rstrip()) - len(END)
        closes = cut >= 0 and text.rstrip()[cut:].lower() == END and bool(self.opened[-1])
        if closes:
            text = text[:cut].rstrip()
        elif text.rstrip().lower().endswith(END):
            problem = (
                "</details> has no <details> to close. Put both on lines of their own, between blank lines."
            )
            self.page.report(line + text.count("\n") + 1, problem)
        if text.strip():
            inline.content, inline.map = text, [line, line + text.count("\n") + 1]
            self.kept += [paragraph, inline, end]
        if closes:
            self.opened[-1].pop()
            self.kept.append(Token("details_close", "details", -1, block=True))

    def _open(self, opening: re.Match[str], line: int) -> None:
        attributes: dict[str, str | int | float] = {"open": ""} if opening["open"] else {}
        title = " ".join((opening["title"] or "").split()) or "Details"
        self.opened[-1].append(line)
        self.kept += [
            Token("details_open", "details", 1, attributes, block=True, map=[line, line + 1]),
            Token("summary_open", "summary", 1),
            Token("inline", "", 0, content=title, children=[], map=[line, line + 1]),
            Token("summary_close", "summary", -1),
        ]

    def _close_all(self, lines: list[int]) -> None:
        for line in lines:
            self.page.report(line + 1, "<details> is not closed. End it with the line </details>")
            self.kept.append(Token("details_close", "details", -1, block=True))
