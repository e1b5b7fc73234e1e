"""Formulas as MathML: `` $`x^2`$ `` in a line, or a fence of the language `math`. Plain dollar signs stay text."""

import re
from collections.abc import Iterator, Sequence
from html import escape, unescape

from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from .mathml import MAX_FORMULA, MAX_FORMULAS, Converted, convert
from .state import Page, first_line, with_lines

WRITE = "Write a formula as $`x^2`$, or in a code block of the language math."
MAX_SIGNS = 20  # so many signs fit in a line of a phone
TAG = re.compile(r"<[^>]*>")
SPACE = re.compile(r'width="([0-9.]+)em"')


def formula(state: StateInline, silent: bool) -> bool:
    """Inline rule, before code: `` $`…`$ ``. A formula contains no backtick, so that the search stays linear."""
    start = state.pos + 2
    if not state.src.startswith("$`", state.pos):
        return False
    end = state.src.find("`", start, state.posMax)
    if end <= start or not state.src.startswith("`$", end) or end + 2 > state.posMax:
        return False
    if not silent:
        state.push("formula", "math", 0).content = state.src[start:end]
    state.pos = end + 2
    return True


def formulas(state: StateCore) -> None:
    """Core rule, after inline parsing: convert all formulas of the page at once. Wrong ones are shown as code."""
    page: Page = state.env["page"]
    found = [(token, line) for token, line in _formulas(state.tokens) if _is_short(token, line, page)]
    if len(found) > MAX_FORMULAS:
        _, line = found[MAX_FORMULAS]
        page.report(line, f"This page has more than {MAX_FORMULAS:,} formulas. Split it into several pages.")
    asked = found[:MAX_FORMULAS]
    converted = convert(tuple((token.content, token.type == "formula_block") for token, _ in asked))
    for (token, line), result in zip(asked, converted, strict=True):
        if result.error:
            page.report(_line_of(token, line, result), _in_words(token, result))
        else:
            token.meta["html"] = result.html


def _formulas(tokens: Sequence[Token]) -> Iterator[tuple[Token, int]]:
    # With the line of each formula's first character.
    for token in tokens:
        if token.type == "fence" and token.info.strip() == "math" and "label" not in token.meta:
            token.type = "formula_block"
            yield token, first_line(token) + 1
        for child, child_line in with_lines(token):
            if child.type == "formula":
                yield child, child_line


def _is_short(token: Token, line: int, page: Page) -> bool:
    if not token.content.strip():
        page.report(line, "This formula is empty. Write LaTeX, such as x^2.")
        return False
    if len(token.content) > MAX_FORMULA:
        length = (
            f"This formula has {len(token.content):,} characters. The limit is {MAX_FORMULA:,}. Split it."
        )
        page.report(line, length)
        return False
    return True


def _line_of(token: Token, line: int, result: Converted) -> int:
    # The end of the text is on its last line, not on the fence.
    end = min(result.position, len(token.content.rstrip()))
    return line + token.content.count("\n", 0, end) if token.type == "formula_block" else line


def _in_words(token: Token, result: Converted) -> str:
    before = token.content[: result.position].rsplit("\n", 1)[-1]
    place = f", at character {len(before) + 1}" if result.position else ""
    return f"This formula can’t be shown{place}. {result.error}"


def formula_in_line(tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """Render rule. A wide formula scrolls on its own, so it must be reachable by keyboard."""
    html = tokens[index].meta.get("html")
    if html is None:
        return _as_code(tokens[index])
    wide = f'<span class="formula" tabindex="0" role="group" aria-label="Formula">{html}</span>'
    return wide if _signs(html) > MAX_SIGNS else str(html)


def _signs(html: str) -> float:
    # A sign is about half as wide as it is high.
    return len(unescape(TAG.sub("", html))) + 2 * sum(map(float, SPACE.findall(html)))


def formula_block(tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """Render rule. Regions are numbered, because screen readers cannot tell two with the same name apart."""
    html = tokens[index].meta.get("html")
    if html is None:
        return f'<pre tabindex="0">{_as_code(tokens[index])}</pre>\n'
    page: Page = env["page"]
    page.formulas += 1
    label = "Formula" if page.formulas == 1 else f"Formula {page.formulas}"
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">{html}</div>\n'


def formula_in_option(tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """Render rule: a label allows no division."""
    return str(tokens[index].meta.get("html") or _as_code(tokens[index]))


def _as_code(token: Token) -> str:
    return f"<code>{escape(token.content.strip())}</code>"
