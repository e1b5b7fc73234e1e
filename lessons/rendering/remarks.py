"""Short texts that people write to each other: a small part of Markdown, because anybody may write them.

Paragraphs, line breaks, emphasis, code, lists, quotes and links. No headings, images, tables, blocks or HTML.
"""

from collections.abc import Sequence
from html import escape

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from .policy import check_address

MAX_CHARACTERS = 20_000  # so that no input takes long, whatever the caller allows
BLOCKS = ["fence", "code", "blockquote", "list", "paragraph"]
INLINE = ["newline", "escape", "backticks", "emphasis", "link", "autolink"]


def _code(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    text = escape(tokens[index].content)
    caption = "<figcaption><span>Code</span></figcaption>"
    return f'<figure class="code">{caption}<pre tabindex="0"><code>{text}</code></pre></figure>\n'


def _build() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False, "breaks": True})
    md.block.ruler.enableOnly(BLOCKS)
    md.inline.ruler.enableOnly(INLINE)
    md.add_render_rule("fence", _code)
    md.add_render_rule("code_block", _code)
    return md


PARSER = _build()
CLEANER = nh3.Cleaner(
    tags={
        *("p", "br", "em", "strong", "code", "blockquote", "ul", "ol", "li", "a"),
        *("figure", "figcaption", "pre", "span"),
    },
    attributes={"a": {"href"}, "ol": {"start"}},
    attribute_filter=check_address,
    tag_attribute_values={"pre": {"tabindex": {"0"}}},
    allowed_classes={"figure": {"code"}},
    url_schemes={"https", "http", "mailto"},
    link_rel="noopener noreferrer nofollow",
)


def render_remark(source: str) -> str:
    """Return sanitised HTML. Raises ValueError if the text is longer than 20,000 characters."""
    if len(source) > MAX_CHARACTERS:
        raise ValueError(f"{len(source)} characters")
    return CLEANER.clean(PARSER.render(source.encode("utf-8", "replace").decode())).strip()
