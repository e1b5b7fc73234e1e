"""Several responses with options: a matching, or items to sort into categories."""

from .._shared.html_text import words_of
from .._shared.intake import Item
from .._shared.pairing import add_pairs
from .._shared.xml import Node
from .conditions import Condition
from .material import labels_of, own_html
from .names import RIGHT_COLUMN


def add_matches(item: Item, presentation: Node, responses: list[Node], scoring: list[Condition]) -> None:
    right = {entry for one in scoring if one.score > 0 for entry in one.chosen}
    column = [own_html(each) for each in _right_column(presentation)]
    beside = _texts_beside(presentation)
    rows: list[tuple[str, list[str]]] = []
    offered: dict[str, None] = {}
    for response in responses:
        ident, labels = response.get("ident"), labels_of(response)
        if column:  # Blackboard's options are empty: the column has their texts, in the same order
            labels = [(name, text) for (name, _), text in zip(labels, column, strict=False)]
        texts = {name: item.line_of(text) for name, text in labels}
        offered |= dict.fromkeys(texts.values())
        left = item.line_of(own_html(response) or beside.get(ident, ""))
        rows.append((left, [text for name, text in texts.items() if (ident, name) in right]))
    pairs = _pairs(item, rows)
    used = {text for pair in pairs for text in pair}
    add_pairs(item, pairs + [("", text) for text in offered if text and text not in used])


def _pairs(item: Item, rows: list[tuple[str, list[str]]]) -> list[tuple[str, str]]:
    if any(len(rights) > 1 for _, rights in rows):
        # Categories: each item matches one of them.
        return [(text, left) for left, rights in rows for text in rights]
    for left, rights in rows:
        if not rights:
            item.lose(f"“{words_of(left)[:40]}” was left out, because nothing matches it.")
    return [(left, rights[0]) for left, rights in rows if rights and left]


def _right_column(presentation: Node) -> list[Node]:
    column = next((each for each in presentation.find("flow") if each.get("class") == RIGHT_COLUMN), None)
    return column.nodes if column else []


def _texts_beside(presentation: Node) -> dict[str, str]:
    # Blackboard puts the left text beside the response, in the same flow.
    flows = presentation.find("flow")
    return {each.get("ident"): own_html(flow) for flow in flows for each in flow.all("response_lid")}
