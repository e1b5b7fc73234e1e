"""The Markdown parser with our rules: CommonMark, tables, strikethrough, task lists and `:::` blocks."""

from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.container import container_plugin

from .blocks import ADMONITIONS, blocks
from .code import code, code_in_option
from .headings import heading_close, heading_open, headings
from .links import links
from .lists_and_tables import cell_open, table_close, table_open, task_box, tasks
from .state import Page

RENDER_RULES = {
    "fence": code,
    "code_block": code,
    "heading_open": heading_open,
    "heading_close": heading_close,
    "table_open": table_open,
    "table_close": table_close,
    "th_open": cell_open,
    "td_open": cell_open,
    "task_box": task_box,
    "flow": lambda tokens, index, options, env: tokens[index].meta["html"],
}


class BoundedRenderer(RendererHTML):
    """Renders token by token and stops as soon as the budget of the page is spent."""

    def render(self, tokens: Sequence[Token], options: Any, env: Any) -> str:
        page: Page = env["page"]
        parts: list[str] = []
        line = 1
        for index, token in enumerate(tokens):
            line = token.map[0] + 1 if token.map else line
            if token.type == "inline":
                parts += self._inline(token.children or (), options, env, line)
            else:
                parts.append(page.budget.spend(self._one(tokens, index, options, env), line))
        return "".join(parts)

    def _inline(self, children: Sequence[Token], options: Any, env: Any, line: int) -> list[str]:
        page: Page = env["page"]
        parts = []
        for index, child in enumerate(children):
            line += child.type in ("softbreak", "hardbreak")
            parts.append(page.budget.spend(self._one(children, index, options, env), line))
        return parts

    def _one(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        rule = self.rules.get(tokens[index].type)
        html = rule(tokens, index, options, env) if rule else self.renderToken(tokens, index, options, env)
        return str(html)


def build() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False}, renderer_cls=BoundedRenderer).enable(
        ["table", "strikethrough"]
    )
    # every address becomes a link first, so that the rule `links` can say on which line one was refused
    md.validateLink = lambda url: True  # type: ignore[method-assign]
    for name in ADMONITIONS:
        container_plugin(md, name)
    colon_fence_plugin(md)  # after the containers: it takes what none of them knows
    md.core.ruler.before("inline", "blocks", blocks)
    for rule in (tasks, headings, links):
        md.core.ruler.push(rule.__name__, rule)
    md.renderer.rules.update(RENDER_RULES)  # type: ignore[attr-defined]
    return md


def build_for_options() -> MarkdownIt:
    """Paragraphs and fenced code alone, so that no sign at the start of an option makes it a list or a heading."""
    md = build()
    md.block.ruler.enableOnly(["fence", "paragraph"])
    md.add_render_rule("fence", lambda self, *args: code_in_option(*args))
    md.add_render_rule("paragraph_open", _break)
    md.add_render_rule("paragraph_close", lambda *_: "")
    return md


def _break(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """Paragraphs are parted by a line break; code is a block by itself."""
    return "<br>" if index and tokens[index - 1].type == "paragraph_close" else ""
