"""The Markdown parser and its rules: CommonMark, tables, strikethrough, task lists and `:::` blocks."""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from . import footnotes
from .asides import asides
from .autolinks import bare_addresses
from .blocks import ADMONITIONS, blocks
from .code import code, code_in_option, fences
from .folded import fold_details
from .footnotes import unused_footnotes
from .habits import habits
from .headings import heading_close, heading_open, headings, read_ids
from .inline_signs import comment, comment_block, line_break, mark
from .links import links, report_definitions
from .lists_and_tables import cell_open, row_headers, table_close, table_open, tables, task_box, tasks
from .maths import formula, formula_block, formula_in_line, formula_in_option, formulas
from .places import places
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
    "line_break": lambda *_: "<br>",
    **footnotes.RENDER_RULES,
    "formula": formula_in_line,
    "formula_block": formula_block,
    "video_host": lambda tokens, index, options, env: tokens[index].meta["html"],
    "flow": lambda tokens, index, options, env: tokens[index].meta["html"],
    "staff": lambda tokens, index, options, env: tokens[index].meta["html"],
}


class BoundedRenderer(RendererHTML):
    """Render token by token and stop when the budget of the page is spent."""

    def render(self, tokens: Sequence[Token], options: OptionsDict, env: EnvType) -> str:
        page: Page = env["page"]
        parts: list[str] = []
        line = 1
        for index, token in enumerate(tokens):
            line = token.map[0] + 1 if token.map else line
            if token.type == "inline":
                parts += self._inline(token.children or (), options, env, line)
            else:
                parts.append(page.budget.spend(self._render_token(tokens, index, options, env), line))
        return "".join(parts)

    def _inline(self, children: Sequence[Token], options: OptionsDict, env: EnvType, line: int) -> list[str]:
        page: Page = env["page"]
        parts = []
        for index, child in enumerate(children):
            line += child.type in ("softbreak", "hardbreak")
            parts.append(page.budget.spend(self._render_token(children, index, options, env), line))
        return parts

    def _render_token(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        rule = self.rules.get(tokens[index].type)
        html = rule(tokens, index, options, env) if rule else self.renderToken(tokens, index, options, env)
        return str(html)


def build() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False}, renderer_cls=BoundedRenderer).enable(
        ["table", "strikethrough"]
    )
    # every URL becomes a link first, so that the rule `links` can report the line of a refused one
    md.validateLink = lambda url: True  # type: ignore[method-assign]  # markdown-it's way
    md.options["store_labels"] = True
    for name in ADMONITIONS:
        container_plugin(md, name)
    for plugin in (colon_fence_plugin, admon_plugin, deflist_plugin, footnote_plugin):
        plugin(md)  # after the containers, because the colon fence takes any unknown one
    md.block.ruler.before(
        "paragraph", "comment", comment_block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    for name, sign in (("mark", mark), ("line_break", line_break), ("comment", comment)):
        md.inline.ruler.before("autolink", name, sign)
    md.inline.ruler.before("backticks", "formula", formula)
    md.core.ruler.before("block", "end_last_line", _end_last_line)
    for rule in (fences, tables, row_headers, blocks, places, fold_details, asides, read_ids):
        md.core.ruler.before("inline", rule.__name__, rule)
    md.core.ruler.before("footnote_tail", "unused_footnotes", unused_footnotes)
    for rule in (bare_addresses, habits):
        md.core.ruler.before("text_join", rule.__name__, rule)
    for rule in (formulas, tasks, headings, links, report_definitions):
        md.core.ruler.push(rule.__name__, rule)
    md.renderer.rules.update(RENDER_RULES)  # type: ignore[attr-defined]  # as RendererHTML
    return md


def build_for_lines() -> MarkdownIt:
    """Return a parser without footnotes, whose texts are blocks."""
    return build().disable(["footnote_inline", "footnote_ref"])


def build_for_options() -> MarkdownIt:
    """Return a parser of paragraphs and fenced code only, so that nothing starts a list or heading in an option."""
    md = build_for_lines()
    md.block.ruler.enableOnly(["fence", "paragraph"])
    md.add_render_rule("fence", lambda self, *args: code_in_option(*args))
    md.add_render_rule("formula_block", lambda self, *args: formula_in_option(*args))
    md.add_render_rule("paragraph_open", _break)
    md.add_render_rule("paragraph_close", lambda *_: "")
    return md


def _end_last_line(state: StateCore) -> None:
    # The colon fence reads a character past a last line such as `>`, which has nothing after its mark.
    if not state.inlineMode:
        state.src += "\n"


def _break(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    # Paragraphs are separated by a line break; code is already a block.
    return "<br>" if index and tokens[index - 1].type == "paragraph_close" else ""
