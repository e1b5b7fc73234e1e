"""Write Moodle XML, with Markdown texts, which Moodle shows as the portal does."""

import base64
import re
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ...hints import every_answer
from ...kinds.cloze import Cloze
from ...kinds.free_text import FreeText
from ...kinds.matching import Matching
from ...kinds.multiple_choice import MultipleChoice
from ...kinds.numeric import SIGN, Numeric
from ...kinds.ordering import Ordering
from ...kinds.short_text import ShortText
from ...kinds.single_choice import SingleChoice
from ...question import AnyQuestion
from ...quiz import Quiz
from ...text import BLANK
from ...writing import write_question
from .._shared.format import Losses, explanation_of, report_portal_texts, report_rules, title_of
from .._shared.holding import report_headers, right_share, show_share, typed_answers
from .._shared.weighing import is_true_false, plain_number


def write_xml(quiz: Quiz, losses: Losses) -> bytes:
    report_rules(quiz, losses)
    root = Element("quiz")
    category = SubElement(root, "question", {"type": "category"})
    title = "$course$/top/" + " ".join(quiz.title.split()).replace("/", "//")
    _text(SubElement(category, "category"), title)
    for question in quiz.questions:
        _write_question(root, question, losses)
    indent(root)
    written: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return written + b"\n"


def _write_question(root: Element, question: AnyQuestion, losses: Losses) -> None:
    found = next((kind for kind in WRITERS if isinstance(question, kind)), None)
    if found is None:
        losses.add(question, f"Not written: Moodle has no question of the kind {question.kind}.")
        return
    element = Element("question")
    _text(SubElement(element, "name"), title_of(question))
    prompt = SubElement(element, "questiontext", {"format": "markdown"})
    _text(prompt, question.prompt)
    _text(SubElement(element, "generalfeedback", {"format": "markdown"}), explanation_of(question))
    SubElement(element, "defaultgrade").text = f"{question.points.normalize():f}"
    SubElement(element, "penalty").text = "0"
    SubElement(element, "hidden").text = "0"
    SubElement(element, "idnumber").text = question.key
    kind = WRITERS[found](element, question, losses)
    if kind:
        element.set("type", kind)
        _embed_images(element, losses)
        report_portal_texts(question, write_question(question), losses)
        root.append(element)


def _embed_images(element: Element, losses: Losses) -> None:
    # Moodle keeps the files of a text beside it.
    for parent in list(element.iter()):
        inner = parent.find("text")
        for address in losses.images:
            if inner is None or f"]({address})" not in (inner.text or ""):
                continue
            name = address.rpartition("/")[2]
            inner.text = (inner.text or "").replace(f"]({address})", f"](@@PLUGINFILE@@/{name})")
            file = SubElement(parent, "file", {"name": name, "path": "/", "encoding": "base64"})
            file.text = base64.b64encode(losses.images[address]).decode()


def _text(element: Element, text: str) -> None:
    SubElement(element, "text").text = text


def _answer(
    element: Element, text: str, fraction: str, feedback: str = "", *, plain: bool = False
) -> Element:
    kind = "moodle_auto_format" if plain else "markdown"
    answer = SubElement(element, "answer", {"fraction": fraction, "format": kind})
    _text(answer, text)
    _text(SubElement(answer, "feedback", {"format": "markdown"}), feedback)
    return answer


# Any: each writer takes one kind of question
def _choice(element: Element, question: Any, losses: Losses) -> str:
    options = question.options
    if isinstance(question, SingleChoice) and is_true_false(options):
        for option in options:
            _answer(
                element, option.text.lower(), "100" if option.right else "0", option.explanation, plain=True
            )
        return "truefalse"
    pinned = [option.pinned for option in options]
    if any(pinned) and not all(pinned):
        losses.add(question, "The options that keep their place are not marked: Moodle shuffles all or none.")
    single = not isinstance(question, MultipleChoice)
    SubElement(element, "single").text = "true" if single else "false"
    SubElement(element, "shuffleanswers").text = "false" if all(pinned) else "true"
    SubElement(element, "answernumbering").text = "abc"
    share = right_share(question, losses)
    for option in options:
        weight = (
            ("100" if option.right else "0")
            if share is None
            else show_share(share if option.right else -share)
        )
        _answer(element, option.text, weight, option.explanation)
    return "multichoice"


def _typed(element: Element, question: Any, losses: Losses) -> str:
    SubElement(element, "usecase").text = "0"
    answers = typed_answers(question, losses)
    for each in answers:
        _answer(element, each.text, "100" if each.right else "0", each.explanation, plain=True)
    return "shortanswer" if answers else ""


def _free_text(element: Element, question: Any, losses: Losses) -> str:
    SubElement(element, "responseformat").text = "plain"
    SubElement(element, "responserequired").text = "1"
    SubElement(element, "attachments").text = "0"
    SubElement(element, "maxwordlimit").text = str(question.words)
    _text(SubElement(element, "graderinfo", {"format": "markdown"}), question.notes)
    return "essay"


def _cloze(element: Element, question: Any, losses: Losses) -> str:
    if len(question.accepted) == 1:
        return _typed(element, question, losses)
    blanks = iter(question.accepted)

    def blank(_: re.Match[str]) -> str:
        texts = (re.sub(r"([}~#\"\\*\\])", r"\\\1", text) for text in next(blanks))
        return f"{{1:SHORTANSWER:{'~'.join(f'={text}' for text in texts)}}}"

    prompt: Any = element.find("questiontext/text")
    prompt.text = BLANK.sub(blank, question.prompt)
    return "cloze"


def _numeric(element: Element, question: Any, losses: Losses) -> str:
    for each in every_answer([wanted.text for wanted in question.accepted], question.hints):
        number, tolerance = [*map(plain_number, SIGN.split(each.text)), "0"][:2]
        answer = _answer(element, number, "100" if each.right else "0", each.explanation, plain=True)
        SubElement(answer, "tolerance").text = tolerance
    return "numerical"


def _matching(element: Element, question: Any, losses: Losses) -> str:
    report_headers(question, losses)
    SubElement(element, "shuffleanswers").text = "true"
    for left, right in question.pairs:
        pair = SubElement(element, "subquestion", {"format": "markdown"})
        _text(pair, left)
        # Moodle shows the right column in a menu, as plain text, and does not look at its format.
        _text(SubElement(pair, "answer", {"format": "markdown"}), right)
    if any(re.search(r"[*`\[\\]", right) for _, right in question.pairs):
        losses.add(question, "Moodle shows the Markdown of the right column as it is written.")
    return "matching"


def _ordering(element: Element, question: Any, losses: Losses) -> str:
    for tag, value in [
        ("layouttype", "VERTICAL"),
        ("selecttype", "ALL"),
        ("selectcount", str(len(question.items))),
        ("gradingtype", "ABSOLUTE_POSITION"),
        ("showgrading", "SHOW"),
        ("numberingstyle", "none"),
    ]:
        SubElement(element, tag).text = value
    for place, item in enumerate(question.items, 1):
        _answer(element, item, str(place))
    return "ordering"


# Any: each writer takes its own kind of question
WRITERS: dict[type[AnyQuestion], Callable[[Element, Any, Losses], str]] = {
    SingleChoice: _choice,
    MultipleChoice: _choice,
    Cloze: _cloze,
    ShortText: _typed,
    Numeric: _numeric,
    Matching: _matching,
    Ordering: _ordering,
    FreeText: _free_text,
}
