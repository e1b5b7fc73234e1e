"""Read Moodle XML, as Moodle 2 to 5 exports it."""

import base64
import binascii
import re
from collections.abc import Callable

from ...kinds.ordering import Ordering
from .._shared.escaping import plain_line, plain_text
from .._shared.html_text import looks_like_html, words_of
from .._shared.intake import Intake, Item
from .._shared.pairing import add_pairs
from .._shared.weighing import (
    FULL,
    Answer,
    add_choice,
    add_free_text,
    add_numeric,
    add_true_false,
    add_typed,
    percent,
)
from .._shared.xml import Node, read_xml
from .cloze import add_cloze

NOT_HELD = {
    "description": "it is a description, which asks nothing. Put its text into the lesson.",
    "random": "it is a random pick from a category.",
    "calculated": "its numbers are calculated.",
    "calculatedsimple": "its numbers are calculated.",
    "calculatedmulti": "its numbers are calculated.",
    "ddimageortext": "things are dragged onto a picture.",
    "ddmarker": "things are dragged onto a picture.",
    "ddwtos": "words are dragged into a text.",
    "gapselect": "words are chosen in a text.",
    "randomsamatch": "it is made of other questions.",
}
# What is everywhere in an export and says nothing, by the values that Moodle sets.
IGNORED = {
    "name",
    "questiontext",
    "generalfeedback",
    "defaultgrade",
    "idnumber",
    "answer",
    "subquestion",
    "hidden",
} | {
    *(
        "single",
        "shuffleanswers",
        "answernumbering",
        "usecase",
        "file",
        "category",
        "info",
        "image_base64",
    ),
    *("unitgradingtype", "unitpenalty", "showunits", "unitsleft", "layouttype", "selecttype", "selectcount"),
    *("gradingtype", "showgrading", "numberingstyle", "shownumcorrect", "showstandardinstruction"),
    *("responseformat", "responserequired", "responsefieldlines", "questiontextformat", "truefalse"),
    *("graderinfo", "maxwordlimit", "attachmentsrequired", "maxbytes", "filetypeslist"),
}
DEFAULTS = {
    "penalty": {"", "0", "0.1", "1", "0.3333333"},
    "correctfeedback": {"", "Your answer is correct.", "Correct"},
    "partiallycorrectfeedback": {"", "Your answer is partially correct.", "Partially correct"},
    "incorrectfeedback": {"", "Your answer is incorrect.", "Incorrect"},
    "correctoverallfeedback": {""},
    "partiallycorrectoverallfeedback": {""},
    "incorrectoverallfeedback": {""},
    "minwordlimit": {"", "0"},
    "attachments": {"", "0"},
}
NAMES = {
    "penalty": "the penalty for each further try",
    "correctfeedback": "the feedback for a correct answer",
    "partiallycorrectfeedback": "the feedback for a partly correct answer",
    "incorrectfeedback": "the feedback for a wrong answer",
    "hint": "a hint",
    "tags": "the tags",
    "attachments": "the files that learners could attach",
    "minwordlimit": "the least number of words",
    "responsetemplate": "the text that learners started from",
    "units": "the units",
}
CATEGORY_START = re.compile(r"^\$(?:course|module|system|cat\w*)\$/?(?:top/?)?")


def read(text: str, intake: Intake) -> None:
    root = read_xml(text, intake.path)
    for node in root.nodes:
        if node.tag != "question":
            intake.lose(node.line, "", f"<{node.tag}> was left out.")
        elif node.get("type") == "category":
            _take_category(node, intake)
        else:
            _read_question(node, intake)


def _take_category(node: Node, intake: Intake) -> None:
    full = CATEGORY_START.sub("", node.text_of("category", "text"))
    # A doubled slash stands for itself.
    name = full.replace("//", "\x01").strip("/ ").rpartition("/")[2].replace("\x01", "/").strip()
    name = re.sub(r"^Default for ", "", name)
    intake.take_category(node.line, name, name)
    if info := words_of(node.text_of("info", "text")):
        intake.lose(node.line, "", f"The description of the category “{name}” was left out: {info[:200]}")


def _read_question(node: Node, intake: Intake) -> None:
    kind = node.get("type")
    name = words_of(node.text_of("name", "text") or node.text_of("name"))
    item = Item(intake, node.line, name, node.text_of("idnumber"), name)
    add = KINDS.get(kind)
    if add is None:
        item.skip(NOT_HELD.get(kind, f"the portal has no question of the type “{kind}”."))
        return
    _take_files(node, item)
    item.prompt = text_of(node.first("questiontext"), item, item.blocks)
    if grade := node.text_of("defaultgrade"):
        item.set_points(grade)
    item.explain(text_of(node.first("generalfeedback"), item, item.blocks))
    _report_rest(node, item)
    add(node, item)


def text_of(node: Node | None, item: Item, convert: Callable[[str], str]) -> str:
    """Return the Markdown of an element with a <text>, in its own format; `convert` is for HTML."""
    if node is None:
        return ""
    inner = node.first("text")
    text = (inner or node).text
    kind = node.get("format", "html")
    if kind in ("markdown", "4"):
        text = item.markdown(text.strip())
        return f"\n{text}" if text.startswith("```") and convert == item.option else text
    if kind == "moodle_auto_format" and "<p" not in text:
        text = text.strip().replace("\n", "<br>")
    if kind == "plain_text":
        return plain_text(text) if convert == item.blocks else plain_line(text)
    return convert(text.strip())


def _take_files(node: Node, item: Item) -> None:
    for file in node.find("file"):
        try:
            data = base64.b64decode(file.text, validate=False)
        except binascii.Error:
            item.lose(f"The file {file.get('name')} was left out: its data is damaged.")
            continue
        item.files[
            file.get("path", "/").strip("/") + "/" * (file.get("path", "/") != "/") + file.get("name")
        ] = data
        item.files.setdefault(file.get("name"), data)


def _report_rest(node: Node, item: Item) -> None:
    for child in node.nodes:
        tag = child.tag
        text = words_of((child.first("text") or child).text)
        plain = text.rstrip("0").rstrip(".") if tag == "penalty" and "." in text else text
        if tag not in IGNORED and plain not in DEFAULTS.get(tag, {""}):
            item.lose(f"Left out, {NAMES.get(tag, f'<{tag}>')}: {text[:200]}")
    if node.text_of("hidden") == "1":
        item.lose("It was hidden in Moodle, perhaps because a newer version took its place.")


def _answers(node: Node, item: Item, convert: Callable[[str], str] | None) -> list[Answer]:
    found = []
    for answer in node.all("answer"):
        weight = percent(answer.get("fraction", "0"))
        if weight is None:
            item.lose(f"The weight {answer.get('fraction')[:20]} is not a number. It counts as 0.")
        text = text_of(answer, item, convert) if convert else words_of_typed(answer)
        feedback = text_of(answer.first("feedback"), item, item.blocks)
        tolerance = answer.text_of("tolerance")
        found.append(Answer(text, weight or FULL * 0, feedback, tolerance))
    return found


def words_of_typed(answer: Node) -> str:
    # Typed answers are plain, whatever the format says.
    return " ".join(answer.text_of("text").split())


def _add_choice(node: Node, item: Item) -> None:
    answers = _answers(node, item, item.option)
    stays = node.text_of("shuffleanswers") in ("0", "false")
    if stays:
        answers = [Answer(one.text, one.percent, one.feedback, pinned=True) for one in answers]
    add_choice(item, answers, single=node.text_of("single") not in ("0", "false"))


def _add_true_false(node: Node, item: Item) -> None:
    found = {words_of_typed(answer).lower(): answer for answer in node.all("answer")}
    right = next((word for word in ("true", "false") if _is_full(found.get(word))), "")
    if not right:
        item.skip("neither true nor false is correct.")
        return
    feedback = {word: text_of(found[word].first("feedback"), item, item.blocks) for word in found}
    wrong = "false" if right == "true" else "true"
    if_right, if_wrong = feedback.get(right, ""), feedback.get(wrong, "")
    add_true_false(item, is_true=right == "true", if_right=if_right, if_wrong=if_wrong)


def _is_full(answer: Node | None) -> bool:
    weight = percent(answer.get("fraction", "0")) if answer else None
    return weight is not None and weight > FULL / 2


def _add_typed(node: Node, item: Item) -> None:
    case_matters = node.text_of("usecase") in ("1", "true")
    add_typed(item, _answers(node, item, None), case_matters=case_matters)


def _add_numeric(node: Node, item: Item) -> None:
    add_numeric(item, _answers(node, item, None))


def _add_matching(node: Node, item: Item) -> None:
    pairs = []
    for each in node.all("subquestion"):
        left, right = text_of(each, item, item.line_of), each.first("answer")
        if right is not None and right.get("format"):
            text = text_of(right, item, item.line_of)  # our own files; Moodle's right column is plain text
        else:
            plain = right.text_of("text") if right else ""
            text = item.line_of(plain) if looks_like_html(plain) else plain_line(plain)
        pairs.append((" ".join(left.split()), " ".join(text.split())))
    add_pairs(item, pairs)


def _add_ordering(node: Node, item: Item) -> None:
    if node.text_of("gradingtype") not in ("", "ABSOLUTE_POSITION", "0"):
        item.lose("It was marked in another way. Each item in its right place counts now.")
    if node.text_of("selecttype") not in ("", "ALL", "0"):
        item.lose("Learners saw a part of the items. They see all of them now.")
    items = [" ".join(text_of(each, item, item.line_of).split()) for each in node.all("answer")]
    item.add(Ordering, items=tuple(items))


def _add_cloze(node: Node, item: Item) -> None:
    question = node.first("questiontext")
    inner = question.first("text") if question else None
    is_markdown = question is not None and question.get("format") == "markdown"
    add_cloze(item, inner.text if inner else "", is_markdown=is_markdown)


def _add_essay(node: Node, item: Item) -> None:
    if node.text_of("responseformat") == "noinline":
        item.skip("learners upload a file. Make a lab of it.")
        return
    notes = text_of(node.first("graderinfo"), item, item.blocks)
    limit = node.text_of("maxwordlimit")
    add_free_text(item, notes, int(limit) if re.fullmatch("[0-9]{1,9}", limit) else 0)


KINDS: dict[str, Callable[[Node, Item], None]] = {
    "multichoice": _add_choice,
    "multichoiceset": _add_choice,
    "truefalse": _add_true_false,
    "shortanswer": _add_typed,
    "numerical": _add_numeric,
    "matching": _add_matching,
    "match": _add_matching,
    "ordering": _add_ordering,
    "cloze": _add_cloze,
    "multianswer": _add_cloze,
    "essay": _add_essay,
}
