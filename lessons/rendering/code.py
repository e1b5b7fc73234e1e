"""Code blocks: a header with the file name or language, and Pygments classes instead of inline styles."""

import re
from collections.abc import Sequence
from html import escape

from markdown_it.common.utils import unescapeAll
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from .state import Page, first_line

INFO = re.compile(r'(?P<language>\S*)(?:\s+(?:file=(?P<file>\S+)|title="(?P<title>[^"]*)"))?')
# some lexers take quadratic time; beyond this many characters on a page, code is not highlighted
MAX_COLOURED = 20_000
FORMATTER = HtmlFormatter(nowrap=True)


NOT_DRAWN = {
    **dict.fromkeys(
        ("mermaid", "plantuml", "puml", "d2"), "is not supported. Write a diagram in a ::: flow block."
    ),
    **dict.fromkeys(
        ("latex-math", "katex", "mathjax"), "is not supported. Write a formula in a ```math block."
    ),
}
CLOSING = re.compile(r"[\s>]*(`{3,}|~{3,})\s*")


def fences(state: StateCore) -> None:
    """Core rule: report a fence that is not closed, since it swallows the rest of the text."""
    page: Page = state.env["page"]
    lines = state.src.split("\n")
    for token in state.tokens:
        if token.type != "fence" or not token.map or "label" in token.meta:
            continue
        start, end = token.map
        found = CLOSING.fullmatch(lines[end - 1]) if end - 1 > start else None
        if not (found and found[1].startswith(token.markup)):
            problem = f"The code block that starts here is not closed. End it with the line {token.markup}"
            page.report(start + 1, problem)


def code(tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """Render rule for fenced and indented code. A label in `meta` overrides the info string."""
    token = tokens[index]
    page: Page = env["page"]
    line = first_line(token)
    info = unescapeAll(token.info).strip()
    found = INFO.fullmatch(info)
    if not found:
        page.report(line, f'“{info}”: write the language, then file=NAME or title="TITLE".')
    language = found["language"] if found else info.split()[0]
    lexer = _lexer(language, page, line)
    name = "Text" if lexer.name == "Text only" else lexer.name
    label = token.meta.get("label") or (found and (found["file"] or found["title"])) or name
    page.coloured += len(token.content)
    colour = page.coloured <= MAX_COLOURED
    html = highlight(token.content, lexer, FORMATTER) if colour else escape(token.content)
    caption = f"<figcaption><span>{escape(label)}</span></figcaption>"
    return f'<figure class="code">{caption}<pre tabindex="0"><code>{html}</code></pre></figure>\n'


def code_in_option(tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """Render rule: code without figure and header, which are not allowed in a label."""
    token = tokens[index]
    page: Page = env["page"]
    name = (unescapeAll(token.info).split() or [""])[0]
    page.coloured += len(token.content)
    colour = page.coloured <= MAX_COLOURED
    text = token.content.rstrip("\n")
    lexer = _lexer(name, page, 1)
    html = highlight(text, lexer, FORMATTER).rstrip("\n") if colour else escape(text)
    return f'<code class="lines">{html}</code>'


def _lexer(language: str, page: Page, line: int) -> Lexer:
    if advice := NOT_DRAWN.get(language.lower()):
        page.report(line, f"“{language}” {advice}")
        return get_lexer_by_name("text", stripnl=False)
    try:
        return get_lexer_by_name(language or "text", stripnl=False)
    except ClassNotFound:
        page.report(line, f"“{language}” is not a known language. Use text if none fits.")
        return get_lexer_by_name("text", stripnl=False)
