"""Questions with lettered options and an answer that names letters, as in Aiken and plain text."""

import re
from dataclasses import dataclass, field
from fractions import Fraction

from .escaping import plain_line, plain_text
from .intake import Item
from .weighing import FULL, Answer, add_choice

LETTER = r"[(\[]?[A-Za-z][)\].]?"
LETTERS = re.compile(rf"{LETTER}(?:(?: ?[,;&+/] ?| and | ){LETTER})*")


@dataclass
class Lettered:
    """`options` has (line, text); `marked` the places of options that are marked as correct in their text."""

    line: int = 0
    prompt: list[str] = field(default_factory=list)
    options: list[tuple[int, str]] = field(default_factory=list)
    marked: set[int] = field(default_factory=set)
    answer: str = ""
    answer_line: int = 0
    explanation: list[str] = field(default_factory=list)


def add_lettered(item: Item, asked: Lettered) -> None:
    """Add a choice. An answer that names no option makes the import fail, at its line."""
    right = _right(item, asked)
    if right is None:
        return
    item.prompt = plain_text("\n".join(asked.prompt), wraps=True)
    item.explain(plain_text("\n".join(asked.explanation), wraps=True))
    # Multiple choice costs what the portal takes, because these formats say nothing about it.
    share = FULL / max(1, len(right))
    wrong = -share if len(right) > 1 else Fraction(0)
    answers = [
        Answer(plain_line(text), share if place in right else wrong)
        for place, (_, text) in enumerate(asked.options)
    ]
    add_choice(item, answers, single=len(right) == 1)


def _right(item: Item, asked: Lettered) -> set[int] | None:
    if not asked.answer_line:
        return asked.marked
    answer = " ".join(asked.answer.split())
    letters = re.findall(r"\b[A-Za-z]\b", answer) if LETTERS.fullmatch(answer) else []
    places = {ord(letter.upper()) - ord("A") for letter in letters}
    if not places and (leading := re.match(r"[(\[]?([A-Za-z])[)\].:]\s", answer)):
        places = {ord(leading[1].upper()) - ord("A")}  # ANSWER: B) with the text of the option
    if not places:
        texts = [" ".join(text.casefold().split()) for _, text in asked.options]
        wanted = " ".join(answer.casefold().split())
        places = {texts.index(wanted)} if wanted in texts else set()
    if not places:
        shown = answer[:40]
        item.intake.fail(
            asked.answer_line, f"The answer “{shown}” names no option. Write a letter, such as A."
        )
        return None
    if missing := [place for place in sorted(places) if place >= len(asked.options)]:
        letter = chr(ord("A") + missing[0])
        count = len(asked.options)
        item.intake.fail(asked.answer_line, f"The answer {letter} names no option: the question has {count}.")
        return None
    return places | asked.marked
