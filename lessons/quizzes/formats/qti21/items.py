"""Write one question as an assessmentItem of QTI 2.1."""

from collections.abc import Callable, Iterator
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from ...kinds.cloze import Cloze
from ...kinds.free_text import FreeText
from ...kinds.matching import Matching
from ...kinds.multiple_choice import MultipleChoice
from ...kinds.numeric import SIGN, Numeric
from ...kinds.ordering import Ordering
from ...kinds.short_text import ShortText
from ...kinds.single_choice import SingleChoice
from ...question import AnyQuestion
from ...text import BLANK
from .._shared.format import Losses
from .._shared.holding import report_accepted
from .._shared.pairing import HEADERS
from .._shared.weighing import is_pattern, plain_number
from .._shared.xhtml import ANSWER, GAP, add_blocks, add_line, add_option, add_text
from .item import Item, response

MAX_LABEL = 250


def write_item(question: AnyQuestion, losses: Losses) -> Element | None:
    writer = next((write for kind, write in WRITERS.items() if isinstance(question, kind)), None)
    if writer is None:
        losses.add(question, f"Not written: QTI has no question of the kind {question.kind}.")
        return None
    item = Item(question)
    writer(item, question, losses)
    item.end()
    return item.root


# Any: each writer takes one kind of question
def _choice(item: Item, question: Any, losses: Losses) -> None:
    multiple = isinstance(question, MultipleChoice)
    names = [f"C{place}" for place in range(1, len(question.options) + 1)]
    right = [names[place] for place in question.right]
    declaration = item.declare("multiple" if multiple else "single", "identifier", right)
    report_accepted(question, losses)
    pinned = [option.pinned for option in question.options]
    add_blocks(item.body, question.prompt)
    attributes = {"responseIdentifier": "RESPONSE", "maxChoices": "0" if multiple else "1"}
    interaction = SubElement(
        item.body, "choiceInteraction", {"shuffle": str(not all(pinned)).lower(), **attributes}
    )
    for name, option in zip(names, question.options, strict=True):
        fixed = {"fixed": "true"} if option.pinned and not all(pinned) else {}
        choice = SubElement(interaction, "simpleChoice", {"identifier": name, **fixed})
        add_option(choice, option.text)
        if option.explanation:
            shown = {"outcomeIdentifier": "FEEDBACK", "showHide": "show", "identifier": name}
            add_option(SubElement(choice, "feedbackInline", shown), option.explanation)
    if any(option.explanation for option in question.options):
        item.shown.append(response())
    if multiple:
        shares = {name: item.share(len(right), 1 if name in right else -1) for name in names}
        item.map(declaration, shares)
        item.score_by_map()
    else:
        item.score_if(_match())


def _match() -> Element:
    match = Element("match")
    match.extend([response(), Element("correct", {"identifier": "RESPONSE"})])
    return match


def _ordering(item: Item, question: Any, losses: Losses) -> None:
    names = [f"I{place}" for place in range(1, len(question.items) + 1)]
    item.declare("ordered", "identifier", names)
    add_blocks(item.body, question.prompt)
    attributes = {"responseIdentifier": "RESPONSE", "shuffle": "true"}
    interaction = SubElement(item.body, "orderInteraction", attributes)
    for name, text in zip(names, question.items, strict=True):
        add_line(SubElement(interaction, "simpleChoice", {"identifier": name}), text)
    item.score_if(_match())
    losses.add(
        question, "QTI gives all points for the whole order and none otherwise. Read here, each place counts."
    )


def _matching(item: Item, question: Any, losses: Losses) -> None:
    lefts = [f"L{place}" for place in range(1, len(question.pairs) + 1)]
    rights = [f"R{place + 1}" for place in question.right]
    pairs = [f"{left} {right}" for left, right in zip(lefts, rights, strict=True)]
    declaration = item.declare("multiple", "directedPair", pairs)
    item.map(declaration, dict.fromkeys(pairs, item.share(len(pairs))))
    add_blocks(item.body, question.prompt)
    attributes = {"responseIdentifier": "RESPONSE", "shuffle": "true", "maxAssociations": str(len(pairs))}
    if question.headers != HEADERS:
        attributes["label"] = " | ".join(question.headers)[:MAX_LABEL]
        if any("|" in header for header in question.headers) or len(" | ".join(question.headers)) > MAX_LABEL:
            losses.add(question, "The column headings are left out.")
    interaction = SubElement(item.body, "matchInteraction", attributes)
    _match_set(interaction, lefts, [left for left, _ in question.pairs], "1")
    _match_set(
        interaction, [f"R{n}" for n in range(1, len(question.choices) + 1)], question.choices, str(len(pairs))
    )
    item.score_by_map()


def _match_set(interaction: Element, names: list[str], texts: list[str], limit: str) -> None:
    column = SubElement(interaction, "simpleMatchSet")
    for name, text in zip(names, texts, strict=True):
        add_line(SubElement(column, "simpleAssociableChoice", {"identifier": name, "matchMax": limit}), text)


def _cloze(item: Item, question: Any, losses: Losses) -> None:
    count = len(question.accepted)
    names = ["RESPONSE"] if count == 1 else [f"RESPONSE{place}" for place in range(1, count + 1)]
    for name, texts in zip(names, question.accepted, strict=True):
        declaration = item.declare("single", "string", texts[:1], name)
        item.map(declaration, dict.fromkeys(texts, item.share(count)), texts=True)
    add_blocks(item.body, BLANK.sub(GAP, question.prompt))
    _fill_gaps(item.body, iter(names))
    item.score_by_map(names)


def _fill_gaps(element: Element, names: Iterator[str]) -> None:
    # In the order of the text, which is in `text` and, behind each child, in its `tail`.
    children, text = list(element), element.text or ""
    for child in children:
        element.remove(child)
    element.text = None
    _add_with_entries(element, text, names)
    for child in children:
        tail, child.tail = child.tail or "", None
        _fill_gaps(child, names)
        element.append(child)
        _add_with_entries(element, tail, names)


def _add_with_entries(element: Element, text: str, names: Iterator[str]) -> None:
    first, *more = text.split(GAP)
    add_text(element, first)
    for part in more:
        SubElement(element, "textEntryInteraction", {"responseIdentifier": next(names)})
        add_text(element, part)


def _free_text(item: Item, question: Any, losses: Losses) -> None:
    item.declare("single", "string", [])
    add_blocks(item.body, question.prompt)
    attributes = {"responseIdentifier": "RESPONSE", "label": f"words={question.words}"}
    SubElement(item.body, "extendedTextInteraction", attributes)
    if question.notes:
        add_blocks(SubElement(item.body, "rubricBlock", {"view": "scorer"}), question.notes)


def _report_hints(question: Any, losses: Losses) -> None:
    if question.hints:
        losses.add(question, "The explanations of single answers are not written.")


def _typed(item: Item, question: Any, losses: Losses) -> None:
    _report_hints(question, losses)
    texts = [text for text in question.accepted if not is_pattern(text)]
    declaration = item.declare("single", "string", texts[:1])
    if texts:
        item.map(declaration, dict.fromkeys(texts, item.points), texts=True)
    add_blocks(item.body, question.prompt)
    _add_entry(item.body)
    patterns = [text[1:-1] for text in question.accepted if is_pattern(text)]
    if texts:
        item.score_by_map()
    if patterns:
        losses.add(question, "Other systems may read the regular expressions a little differently.")
        item.score_if(*map(_pattern, patterns))


def _pattern(pattern: str) -> Element:
    match = Element("patternMatch", {"pattern": pattern})
    match.append(response())
    return match


def _add_entry(body: Element) -> None:
    SubElement(
        SubElement(body, "p", {"class": ANSWER}), "textEntryInteraction", {"responseIdentifier": "RESPONSE"}
    )


def _numeric(item: Item, question: Any, losses: Losses) -> None:
    _report_hints(question, losses)
    ranges = [[*map(plain_number, SIGN.split(each.text)), "0"][:2] for each in question.accepted]
    item.declare("single", "float", [ranges[0][0]])
    add_blocks(item.body, question.prompt)
    _add_entry(item.body)
    item.score_if(*(_equal(number, tolerance) for number, tolerance in ranges))


def _equal(number: str, tolerance: str) -> Element:
    if tolerance == "0":
        equal = Element("equal", {"toleranceMode": "exact"})
    else:
        equal = Element("equal", {"toleranceMode": "absolute", "tolerance": f"{tolerance} {tolerance}"})
    equal.append(response())
    SubElement(equal, "baseValue", {"baseType": "float"}).text = number
    return equal


# Any: each writer takes its own kind of question
WRITERS: dict[type[AnyQuestion], Callable[[Item, Any, Losses], None]] = {
    SingleChoice: _choice,
    MultipleChoice: _choice,
    Ordering: _ordering,
    Matching: _matching,
    Cloze: _cloze,
    ShortText: _typed,
    Numeric: _numeric,
    FreeText: _free_text,
}
