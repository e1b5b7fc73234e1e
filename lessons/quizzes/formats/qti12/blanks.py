"""Several typed or chosen responses in a text: a cloze. The text has a blank as its name in brackets."""

from ...kinds.cloze import Cloze
from .._shared.html_text import words_of
from .._shared.intake import Item
from .._shared.xml import Node
from .conditions import Condition
from .material import labels_of, own_html

MARKER = "\ue001"
FROM_A_LIST = {"dropdown", "wordbank"}


def add_blanks(
    item: Item, responses: list[Node], scoring: list[Condition], html: str, *, is_list: bool
) -> None:
    marked, accepted = html.replace(MARKER, ""), []
    for response in responses:
        chosen = is_list or any(
            each.get("answer_type") in FROM_A_LIST for each in response.find("response_label")
        )
        texts = _texts_of(response, scoring, only_scored=chosen)
        name = words_of(own_html(response))
        if not texts:
            item.skip(f"the blank “{name}” has no accepted answer.")
            return
        if chosen:
            item.lose("A blank was chosen from a list. It is typed now.")
        token = next((each for each in _tokens(response, name) if each in html), "")
        marked = marked.replace(token, MARKER, 1) if token else f"{marked}<p>{MARKER}</p>"
        accepted.append((html.index(token) if token else len(html), tuple(texts)))
    item.prompt = item.blocks(marked).replace(MARKER, "___")
    in_order = sorted(accepted, key=lambda each: each[0])  # as the text has them, not the responses
    item.add(Cloze, accepted=tuple(texts for _, texts in in_order))


def _tokens(response: Node, name: str) -> list[str]:
    ident = response.get("ident")
    return [f"[{each}]" for each in (ident.removeprefix("response_"), name, ident) if each]


def _texts_of(response: Node, scoring: list[Condition], *, only_scored: bool) -> list[str]:
    ident = response.get("ident")
    entries = [entry for one in scoring if one.score > 0 for entry in one.chosen]
    scored = [value for name, value in entries if name == ident]
    labels = [(name, text) for name, text in labels_of(response) if text]
    texts = (
        [words_of(text) for name, text in labels if name in scored or not only_scored] if labels else scored
    )
    return list(dict.fromkeys(filter(None, texts)))
