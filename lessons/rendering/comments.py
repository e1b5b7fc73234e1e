"""Render comments: a small, safe part of Markdown, without images, headings or HTML."""

import nh3
from markdown_it import MarkdownIt

_BLOCKS = ["paragraph", "fence", "code", "list", "blockquote"]
_INLINE = [
    "text",
    "newline",
    "escape",
    "backticks",
    "emphasis",
    "strikethrough",
    "link",
    "autolink",
    "entity",
]
_AFTER_INLINE = ["balance_pairs", "emphasis", "strikethrough", "fragments_join"]


def _build() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("strikethrough")
    md.block.ruler.enableOnly(_BLOCKS)
    md.inline.ruler.enableOnly(_INLINE)
    md.inline.ruler2.enableOnly(_AFTER_INLINE)
    return md


def _web_address(tag: str, attribute: str, value: str) -> str | None:
    return value if attribute != "href" or value.startswith(("https://", "http://")) else None


_PARSER = _build()
_CLEANER = nh3.Cleaner(
    tags={"p", "em", "strong", "s", "code", "pre", "ul", "ol", "li", "blockquote", "br", "a"},
    attributes={"a": {"href"}, "ol": {"start"}},
    tag_attribute_values={"pre": {"tabindex": {"0"}}},
    attribute_filter=_web_address,
    link_rel="noopener noreferrer nofollow",
)


def render_comment(text: str) -> str:
    """Return HTML with paragraphs, lists, quotes, code, emphasis and links to the web. The caller bounds the text."""
    text = text.encode("utf-8", "replace").decode()  # a lone surrogate cannot be encoded
    html = _PARSER.render(text).replace("<pre>", '<pre tabindex="0">')  # a box that scrolls needs the focus
    return _CLEANER.clean(html)
