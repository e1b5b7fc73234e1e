"""Markdown -> XHTML elements for QTI, which has no Markdown. Never for a page of the portal."""

from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

BLOCKS = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
OPTIONS = MarkdownIt("commonmark", {"html": False}).enable(["strikethrough"])
OPTIONS.block.ruler.enableOnly(["fence", "paragraph"])
TAGS = {
    "paragraph": "p",
    "strong": "strong",
    "em": "em",
    "blockquote": "blockquote",
    "hr": "hr",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    **{tag: tag for tag in ("table", "thead", "tbody", "tr", "th", "td")},
}
GAP = "\ue001"
ANSWER = "answer"  # the class of what holds only the entry


def add_blocks(parent: Element, markdown: str) -> None:
    _add_all(parent, SyntaxTreeNode(BLOCKS.parse(markdown)))


def add_option(parent: Element, markdown: str) -> None:
    """Add the text of an option: inline if it is one line."""
    if "\n" in markdown:
        _add_all(parent, SyntaxTreeNode(OPTIONS.parse(markdown)))
    else:
        add_line(parent, markdown)


def add_line(parent: Element, markdown: str) -> None:
    _add_all(parent, SyntaxTreeNode(BLOCKS.parseInline(markdown)))


def _add_all(parent: Element, node: SyntaxTreeNode) -> None:
    for child in node.children:
        _add(parent, child)


def _add(parent: Element, node: SyntaxTreeNode) -> None:
    kind = node.type
    if kind in ("text", "html_inline", "html_block"):
        add_text(parent, node.content)
    elif kind == "softbreak":
        add_text(parent, "\n")
    elif kind == "hardbreak":
        SubElement(parent, "br")
    elif kind == "code_inline":
        SubElement(parent, "code").text = node.content
    elif kind in ("fence", "code_block"):
        _add_code(parent, node)
    elif kind == "s":
        _add_all(SubElement(parent, "span", {"class": "strike"}), node)
    elif kind == "link":
        _add_all(SubElement(parent, "a", {"href": str(node.attrs.get("href", ""))}), node)
    elif kind == "image":
        source, words = str(node.attrs.get("src", "")), node.content
        SubElement(parent, "img", {"src": source, "alt": words})
    elif kind == "heading":
        _add_all(SubElement(parent, node.tag), node)
    elif kind == "paragraph" and node.hidden:
        _add_all(parent, node)
    elif kind in TAGS:
        _add_all(SubElement(parent, TAGS[kind]), node)
    else:
        _add_all(parent, node)


def _add_code(parent: Element, node: SyntaxTreeNode) -> None:
    words = node.info.split()
    attributes = {"class": f"language-{words[0]}"} if words else {}
    SubElement(SubElement(parent, "pre"), "code", attributes).text = node.content.removesuffix("\n")


def add_text(parent: Element, text: str) -> None:
    last: Any = parent[-1] if len(parent) else None
    if last is None:
        parent.text = (parent.text or "") + text
    else:
        last.tail = (last.tail or "") + text
