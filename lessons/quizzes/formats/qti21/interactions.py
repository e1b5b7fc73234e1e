"""Parts of an interaction, and a body without its interactions."""

from .._shared.pairing import HEADERS
from .._shared.xhtml import ANSWER, GAP
from .._shared.xml import Node

INLINE = ("textentryinteraction", "inlinechoiceinteraction")


def headers_of(interaction: Node) -> tuple[str, str]:
    # Our own files keep them where QTI allows a label.
    left, *rest = (part.strip() for part in interaction.get("label").split(" | "))
    return (left, rest[0]) if len(rest) == 1 and left and rest[0] else HEADERS


def without_interactions(node: Node) -> Node:
    children: list[Node | str] = []
    for child in node.children:
        if isinstance(child, str):
            children.append(child.replace(GAP, ""))
        elif child.tag in INLINE:
            children += [GAP] if node.get("class") != ANSWER else []
        elif not child.tag.endswith("interaction"):
            children.append(without_interactions(child))
    return Node(node.tag, node.attributes, node.line, children)
