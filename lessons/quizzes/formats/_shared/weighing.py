"""Answers with a share of the points, as in Moodle and GIFT -> questions of the portal."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ...hints import Hint
from ...kinds.cloze import Cloze
from ...kinds.free_text import MAX_WORDS, WORDS, FreeText
from ...kinds.multiple_choice import MultipleChoice
from ...kinds.numeric import Numeric, Range
from ...kinds.short_text import ShortText
from ...kinds.single_choice import SingleChoice
from ...options import Option
from ...text import BLANK
from .html_text import words_of
from .intake import Item

FULL = Fraction(100)
ANYTHING = "*"  # alone, it stands for any other answer
SIGNS = re.compile(r"([.*+?^${}()|\[\]\\/])")
NUMBER = re.compile(r"[-+]?(?:[0-9]{1,200}(?:\.[0-9]{0,200})?|\.[0-9]{1,200})(?:[eE][-+]?[0-9]{1,2})?")
NEARLY = Fraction(1, 20)  # systems write a third as 33.3, 33.33 or 33.33333


@dataclass(frozen=True)
class Answer:
    """`text` and `feedback` are Markdown, or plain for typed answers; `percent` is from −100 to 100."""

    text: str
    percent: Fraction
    feedback: str = ""
    tolerance: str = ""
    pinned: bool = False


def percent(text: str) -> Fraction | None:
    """Return the number, None if it is not one from −100 to 100."""
    if text in ("0", "100"):
        return FULL if text == "100" else FULL * 0
    if not re.fullmatch(r"\s*[-+]?[0-9]{1,4}(?:[.,][0-9]{0,20})?(?:[eE][-+]?[0-9])?\s*", text):
        return None
    found = Fraction(text.strip().replace(",", "."))
    return found if abs(found) <= FULL + NEARLY else None


def add_choice(item: Item, answers: Sequence[Answer], *, single: bool) -> None:
    """Add a single or multiple choice. `single` is True if learners choose only one option."""
    best = max((answer.percent for answer in answers), default=Fraction(0))
    if best <= 0:
        item.skip("no option is marked as correct." if answers else "it has no options.")
        return
    if single:
        right = [answer.percent == best for answer in answers]
        _check_single(item, answers, best, sum(right))
    else:
        right = [answer.percent > 0 for answer in answers]
        _check_multiple(item, answers, sum(right))
    pairs = zip(answers, right, strict=True)
    options = tuple(Option(one.text, is_right, one.feedback, one.pinned) for one, is_right in pairs)
    item.add(MultipleChoice if sum(right) > 1 else SingleChoice, options=options)


def add_true_false(item: Item, *, is_true: bool, if_right: str, if_wrong: str) -> None:
    """Add a choice of True and False in this order, with what learners read after each."""
    feedback = {is_true: if_right, not is_true: if_wrong}
    options = [Option(str(each), each == is_true, feedback[each], pinned=True) for each in (True, False)]
    item.add(SingleChoice, options=tuple(options))


def is_true_false(options: Sequence[Option]) -> bool:
    """True for what `add_true_false` makes."""
    texts = [option.text for option in options]
    return texts == ["True", "False"] and all(option.pinned for option in options)


def _check_single(item: Item, answers: Sequence[Answer], best: Fraction, count: int) -> None:
    if best < FULL - NEARLY:
        item.lose(f"The best option was worth {_show(best)}. It is worth all points now.")
    if partly := [answer for answer in answers if 0 < answer.percent < best]:
        item.lose(f"Options worth a part of the points are wrong now: {_list(partly)}.")
    if minus := [answer for answer in answers if answer.percent < 0]:
        item.lose(f"Options that cost points now cost nothing: {_list(minus)}.")
    if count > 1:
        item.lose("Each of several correct options was enough. Now learners must choose all of them.")


def _check_multiple(item: Item, answers: Sequence[Answer], count: int) -> None:
    if count == 1:
        item.lose("Learners could choose several options. Only one is correct, so it is a single choice now.")
        return
    share = FULL / count
    if any(abs(answer.percent - share) > NEARLY for answer in answers if answer.percent > 0):
        item.lose("The correct options had different weights. They count equally now.")
    wrong = {answer.percent for answer in answers if answer.percent <= 0}
    if any(abs(each + share) > NEARLY for each in wrong):
        were = ", ".join(sorted({_show(each) for each in wrong}))
        item.lose(f"A wrong option takes {_show(share)} away now. It was {were}.")


def add_typed(
    item: Item, answers: Sequence[Answer], *, case_matters: bool = False, patterns: Sequence[str] = ()
) -> None:
    r"""Add a short text, or a cloze if the prompt has one blank.

    `*` in an answer stands for anything, `\\*` for itself. `patterns` are regular expressions between slashes.
    """
    kept = _counting(item, answers)
    if case_matters:
        item.lose("Capital letters mattered. They do not matter now.")
    texts = [text for answer in kept if (text := _accepted(item, answer.text))]
    hints = _hints(item, answers, kept, lambda answer: _accepted(item, answer.text) or "/.*/")
    accepted = list(dict.fromkeys([*texts, *patterns]))
    if not accepted:
        item.skip("it has no accepted answer.")
        return
    plain = [text for text in accepted if not is_pattern(text)]
    if len(BLANK.findall(item.prompt)) == 1 and plain:
        for text in accepted[:]:
            if is_pattern(text):
                item.lose(f"The pattern {text} was left out, because a blank takes only texts.")
        _hints_to_explanation(item, hints)
        item.add(Cloze, accepted=(tuple(plain),))
        return
    item.prompt = BLANK.sub(lambda found: "\\_" * len(found[0]), item.prompt)
    if all(re.fullmatch(r"[+−-]?[0-9]+(?:\.[0-9]*)?", text) for text in accepted):
        numbers = [hint for hint in hints if NUMBER.fullmatch(hint.text)]
        _hints_to_explanation(item, [hint for hint in hints if hint not in numbers])
        item.add(Numeric, accepted=tuple(Range(text, Fraction(0)) for text in accepted), hints=tuple(numbers))
    else:
        item.add(ShortText, accepted=tuple(accepted), hints=tuple(hints))


def add_numeric(item: Item, answers: Sequence[Answer]) -> None:
    """Add a question for a number. The texts are numbers with a decimal point."""
    ranges = []
    kept = _counting(item, answers)
    for answer in kept:
        if text := _range(answer):
            ranges.append(Range(text, Fraction(0)))
        else:
            item.lose(f"The answer “{answer.text[:40]}” was left out, because it is not a number.")
    hints = _hints(item, answers, kept, _range)
    item.prompt = BLANK.sub(lambda found: "\\_" * len(found[0]), item.prompt)
    if ranges:
        item.add(Numeric, accepted=tuple(ranges), hints=tuple(hints))
    else:
        item.skip("it has no accepted number.")


def _counting(item: Item, answers: Sequence[Answer]) -> list[Answer]:
    # The answers that earn all points.
    named = [answer for answer in answers if answer.text.strip() != ANYTHING]
    best = max((answer.percent for answer in named), default=Fraction(0))
    kept = [answer for answer in named if answer.percent == best > 0]
    if best and best < FULL - NEARLY:
        item.lose(f"The best answer was worth {_show(best)}. It is worth all points now.")
    for answer in answers:
        if answer in kept:
            continue
        if answer.percent > 0:
            item.lose(f"The answer “{answer.text[:60]}” was worth {_show(answer.percent)}. It is wrong now.")
        elif answer.text.strip() != ANYTHING and not answer.feedback:
            item.lose(f"The wrong answer “{answer.text[:60]}” was left out.")
    return kept


def _range(answer: Answer) -> str:
    # "" if it is not a number
    number, tolerance = _number(answer.text), _number(answer.tolerance or "0")
    if number is None or tolerance is None:
        return ""
    return number if not Fraction(tolerance) else f"{number} ± {tolerance.lstrip('-+')}"


def _hints(
    item: Item, answers: Sequence[Answer], kept: Sequence[Answer], text_of: Callable[[Answer], str]
) -> list[Hint]:
    # The feedback of each answer, "anything else" last; what cannot be a hint goes to the explanation.
    found: dict[str, Hint] = {}
    for answer in sorted(answers, key=lambda one: one.text.strip() == ANYTHING):
        if not answer.feedback:
            continue
        text = text_of(answer)
        if not text:
            _hints_to_explanation(item, [Hint(answer.text, answer.feedback)])
        else:
            found.setdefault(text, Hint(text, answer.feedback, right=answer in kept))
    return list(found.values())


def _hints_to_explanation(item: Item, hints: Sequence[Hint]) -> None:
    for hint in hints:
        item.explain(hint.explanation, f"“{hint.text}”")
        item.lose(f"The feedback for “{hint.text[:60]}” moved to the explanation.")


def add_free_text(item: Item, notes: str = "", words: int = 0) -> None:
    """Add a question in free text. `notes` are Markdown for staff; `words` is the limit, 0 if there is none."""
    if words > MAX_WORDS:
        item.lose(f"The limit of {words:,} words became {MAX_WORDS:,}.")
    item.prompt = BLANK.sub(lambda found: "\\_" * len(found[0]), item.prompt)
    notes = "\n".join(line.rstrip() for line in notes.strip("\n").split("\n"))
    item.add(FreeText, words=min(words, MAX_WORDS) or WORDS, notes=notes)


def is_pattern(text: str) -> bool:
    return len(text) > 1 and text[0] == text[-1] == "/"


def as_pattern(text: str) -> str:
    """Return a regular expression, between slashes, that matches just this text."""
    return "/" + SIGNS.sub(r"\\\1", text) + "/"


def _accepted(item: Item, text: str) -> str:
    parts = re.split(r"(?<!\\)\*", " ".join(text.split()))
    parts = [part.replace("\\*", "*") for part in parts]
    if len(parts) > 1 and any(parts):
        return f"/{'.*'.join(as_pattern(part)[1:-1] for part in parts)}/"
    return as_pattern(parts[0]) if is_pattern(parts[0]) else parts[0]


def _number(text: str) -> str | None:
    plain = plain_number(text).replace(" ", "")
    if re.fullmatch(r"[-+]?[0-9]+,[0-9]+", plain):
        plain = plain.replace(",", ".")
    return plain.removeprefix("+") if NUMBER.fullmatch(plain) else None


def plain_number(text: str) -> str:
    return text.strip().replace("−", "-")


def _show(number: Fraction) -> str:
    return f"{float(number):.4g}%"


def _list(answers: Sequence[Answer]) -> str:
    return ", ".join(f"“{words_of(answer.text)[:40]}” ({_show(answer.percent)})" for answer in answers)
