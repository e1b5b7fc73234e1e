"""Write GIFT, with Markdown texts, which Moodle shows as the portal does."""

from dataclasses import replace
from fractions import Fraction

from ...hints import Hint, every_answer
from ...kinds.cloze import Cloze
from ...kinds.free_text import WORDS, FreeText
from ...kinds.matching import Matching
from ...kinds.numeric import SIGN, Numeric
from ...kinds.ordering import Ordering
from ...kinds.short_text import ShortText
from ...kinds.single_choice import SingleChoice
from ...options import Choice, Option
from ...question import AnyQuestion
from ...quiz import Quiz
from ...writing import write_question
from .._shared.format import Losses, explanation_of, report_portal_texts, report_rules
from .._shared.holding import category_of, report_headers, right_share, show_share, typed_answers
from .._shared.weighing import is_true_false, plain_number

ESCAPES = str.maketrans({sign: f"\\{sign}" for sign in "\\~=#{}:"} | {"\n": "\\n"})


def write_gift(quiz: Quiz, losses: Losses) -> str:
    report_rules(quiz, losses)
    written = [_question(question, losses) for question in quiz.questions]
    return "\n\n".join([f"$CATEGORY: {category_of(quiz.title)}", *filter(None, written), ""])


def _question(question: AnyQuestion, losses: Losses) -> str:
    answers = _answers(question, losses)
    if answers is None:
        return ""
    if question.points != 1:
        losses.add(question, f"The points, {question.points.normalize():f}, are not written: GIFT has none.")
    report_portal_texts(question, write_question(question), losses)
    explanation = explanation_of(question)
    general = f"####{_text(explanation)}" if explanation else ""
    tags = " [tag:ordering]" if isinstance(question, Ordering) else ""
    head = f"// [id:{question.key}]{tags}\n::{_text(question.key)}::[markdown]{_text(question.prompt)}"
    return f"{head} {{{answers}{general}}}"


def _answers(question: AnyQuestion, losses: Losses) -> str | None:
    if isinstance(question, Choice):
        return _choice(question, losses)
    if isinstance(question, Numeric):
        return _numeric(question)
    if isinstance(question, Matching):
        report_headers(question, losses)
        return "".join(_pair(left, right, question, losses) for left, right in question.pairs)
    if isinstance(question, Ordering):
        losses.add(
            question,
            "Moodle shows the ordering as a matching of places and items. Read here, it is one again.",
        )
        pairs = enumerate(question.items, 1)
        return "".join(_pair(str(place), item, question, losses) for place, item in pairs)
    if isinstance(question, ShortText | Cloze):
        answers = typed_answers(question, losses)
        return _typed(question, answers, losses) if answers else None
    if isinstance(question, FreeText):
        if question.notes or question.words != WORDS:
            losses.add(question, "The notes for markers and the word limit are not written.")
        return ""
    losses.add(question, f"Not written: GIFT has no question of the kind {question.kind}.")
    return None


def _choice(question: Choice, losses: Losses) -> str:
    options = question.options
    if isinstance(question, SingleChoice) and is_true_false(options):
        right, wrong = options if options[0].right else reversed(options)
        after = f"#{_text(right.explanation)}" if right.explanation else ""  # an empty one would join ####
        before = f"#{_text(wrong.explanation)}" if after or wrong.explanation else ""
        return ("TRUE" if options[0].right else "FALSE") + before + after
    if any(option.pinned for option in options):
        losses.add(question, "The options that keep their place are not marked: GIFT has no way to.")
    share = right_share(question, losses)
    return "".join(_option(option, share) for option in options)


def _option(option: Option, share: Fraction | None) -> str:
    sign = "=" if option.right and share is None else "~"
    weight = "" if share is None else f"%{show_share(share if option.right else -share)}%"
    if not weight and option.text.startswith("%"):
        weight = "%100%" if option.right else "%0%"
    feedback = f"#{_text(option.explanation)}" if option.explanation else ""
    return f"{sign}{weight}{_inner(option.text)}{feedback}"


def _pair(left: str, right: str, question: AnyQuestion, losses: Losses) -> str:
    if "->" in left:
        losses.add(question, "-> in the left column became →, because -> separates the columns.")
        left = left.replace("->", "→")
    return f"={_inner(left)} -> {_inner(right)} "


def _numeric(question: Numeric) -> str:
    answers = every_answer([each.text for each in question.accepted], question.hints)
    written = [":".join(plain_number(part) for part in SIGN.split(each.text)) for each in answers]
    if len(answers) == 1 and not answers[0].explanation:
        return f"#{written[0]}"
    return "#" + "".join(_answer(text, each) for text, each in zip(written, answers, strict=True))


def _answer(text: str, answer: Hint) -> str:
    weight = "%100%" if text.startswith("%") else ""
    feedback = f"#{_text(answer.explanation)}" if answer.explanation else ""
    return f"={weight if answer.right else '%0%'}{text}{feedback}"


def _typed(question: ShortText | Cloze, answers: list[Hint], losses: Losses) -> str | None:
    kept = [each for each in answers if "->" not in each.text]
    if len(kept) < len(answers):
        losses.add(question, "Answers with -> are not written: GIFT reads them as a matching.")
    if not any(each.right for each in kept):
        losses.add(question, "Not written: no answer is left.")
        return None
    if any("->" in each.explanation for each in kept):
        losses.add(question, "In explanations of answers, -> became →, because GIFT reads it as a matching.")
        kept = [replace(each, explanation=each.explanation.replace("->", "→")) for each in kept]
    return "".join(_answer(_text(each.text), each) for each in kept)


def _inner(text: str) -> str:
    # [html] at the start would be the format of the text.
    return f"[markdown]{_text(text)}" if text.lstrip().startswith("[") else _text(text)


def _text(text: str) -> str:
    return text.translate(ESCAPES)
