"""The Markdown parser with our rules: CommonMark, tables, strikethrough, task lists and `:::` blocks."""

from markdown_it import MarkdownIt
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.container import container_plugin

from .blocks import ADMONITIONS, blocks
from .code import code
from .headings import heading_close, heading_open, headings
from .links import links
from .lists_and_tables import cell_open, table_close, table_open, task_box, tasks

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


def build() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
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
