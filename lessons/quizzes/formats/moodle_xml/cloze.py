"""The cloze of Moodle: blanks inside its text, such as `{1:SHORTANSWER:=free~=open-source}`."""

import re
from dataclasses import dataclass
from fractions import Fraction
from html import unescape

from ...kinds.cloze import Cloze
from .._shared.escaping import plain_line
from .._shared.intake import Item
from .._shared.weighing import FULL, Answer, add_choice, percent

BLANK = re.compile(r"\{([0-9]{0,4}):([A-Z_]{2,20}):((?:[^}\\]|\\.){0,5000})\}", re.DOTALL | re.IGNORECASE)
MARKER = "\ue001"  # in place of a blank while HTML becomes Markdown
WEIGHT = re.compile(r"%(-?[0-9.]{1,12})%")
PARTS = re.compile(r"(?:\\.|[^~\\])+", re.DOTALL)
BEFORE_FEEDBACK = re.compile(r"(?:\\.|[^#\\])+", re.DOTALL)
TYPED = {"SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"}
NUMBERS = {"NUMERICAL", "NM"}
CHOSEN = re.compile(r"(?:MULTICHOICE|MC)(?:_?[VHS]{1,2})?|MC[VHS]?S?")


@dataclass(frozen=True)
class Gap:
    """One blank: its type and its answers, as they are typed."""

    weight: str
    type: str
    answers: tuple[Answer, ...]


def add_cloze(item: Item, source: str, *, is_markdown: bool) -> None:
    gaps: list[Gap] = []

    def take(found: re.Match[str]) -> str:
        # Tags go first: an answer that shows one has it as &lt;b&gt;.
        inner = found[3] if is_markdown else unescape(re.sub(r"<[^<>]{0,500}>", "", found[3]))
        gaps.append(Gap(found[1] or "1", found[2].upper(), tuple(_answers(inner))))
        return MARKER

    marked = BLANK.sub(take, source.replace(MARKER, ""))
    if not gaps:
        item.skip("its text holds no blank.")
        return
    text = marked.strip() if is_markdown else item.blocks(marked)
    if len(gaps) == 1 and CHOSEN.fullmatch(gaps[0].type):
        item.prompt = text.replace(MARKER, "\\_\\_\\_")
        add_choice(item, [_as_option(answer) for answer in gaps[0].answers], single=True)
        return
    item.prompt = text.replace(MARKER, "___")
    accepted = tuple(_accepted(item, number, gap) for number, gap in enumerate(gaps, 1))
    if not all(accepted):
        item.skip(f"blank {accepted.index(()) + 1} has no answer that learners could type.")
        return
    if len({gap.weight for gap in gaps}) > 1:
        item.lose("The blanks had different weights. They count equally now.")
    item.add(Cloze, accepted=accepted)


def _as_option(answer: Answer) -> Answer:
    return Answer(plain_line(answer.text), answer.percent, plain_line(answer.feedback))


def _answers(text: str) -> list[Answer]:
    found = []
    for part in PARTS.findall(text):
        part = part.strip()
        weight = Fraction(0)
        if part.startswith("="):
            weight, part = FULL, part[1:]
        elif given := WEIGHT.match(part):
            weight, part = percent(given[1]) or weight, part[given.end() :]
        answer, *feedback = BEFORE_FEEDBACK.findall(part) or [""]
        text = "" if answer.strip() == "*" else _plain(answer)  # a bare * stands for any other answer
        found.append(Answer(text, weight, _plain("#".join(feedback))))
    return found


def _plain(text: str) -> str:
    return " ".join(re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL).split())


def _accepted(item: Item, number: int, gap: Gap) -> tuple[str, ...]:
    right = [answer for answer in gap.answers if answer.percent >= FULL]
    texts = [answer.text for answer in right if answer.text]
    if gap.type in NUMBERS:
        texts = [_number(item, number, text) for text in texts]
    elif CHOSEN.fullmatch(gap.type):
        item.lose(f"Blank {number} was chosen from a list. It is typed now.")
    elif gap.type not in TYPED:
        item.lose(f"Blank {number} is of the type {gap.type}, which the portal does not have.")
        return ()
    if gap.type in ("SHORTANSWER_C", "SAC", "MWC"):
        item.lose(f"Capital letters mattered in blank {number}. They do not matter now.")
    if not CHOSEN.fullmatch(gap.type):
        for answer in gap.answers:
            if 0 < answer.percent < FULL:
                item.lose(f"In blank {number}, “{answer.text[:40]}” earned a part. It is wrong now.")
    for answer in gap.answers:
        if answer.feedback:
            item.explain(plain_line(answer.feedback), f"Blank {number}, “{plain_line(answer.text or '*')}”")
            item.lose(f"The feedback for “{answer.text[:60]}” in blank {number} moved to the explanation.")
    return tuple(dict.fromkeys(texts))


def _number(item: Item, number: int, text: str) -> str:
    value, _, tolerance = text.partition(":")
    if tolerance.strip() not in ("", "0", "0.0"):
        item.lose(f"Blank {number} took numbers within {tolerance}. It takes only {value} now.")
    return value.strip()
