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
    texts = [" ".join(text.split()).casefold() for _, text in asked.options]
    letters = re.findall(r"\b[A-Za-z]\b", answer) if LETTERS.fullmatch(answer) else []
    leading = re.match(r"[(\[]?([A-Za-z])[)\].:] ?(.+)", answer)
    if leading and (_place(leading[1]), leading[2].casefold()) in enumerate(texts):
        letters = [leading[1]]  # the letter, with the text of its option
    places = {_place(letter) for letter in letters or ([leading[1]] if leading else [])}
    if not places or max(places) >= len(texts):
        named = {place for place, text in enumerate(texts) if text == answer.casefold()}
        places = named or places
    if not places:
        message = f"The answer “{answer[:40]}” names no option. Write a letter, such as A."
        item.intake.fail(asked.answer_line, message)
        return None
    if max(places) >= len(texts):
        letter, count = chr(ord("A") + max(places)), len(texts)
        item.intake.fail(asked.answer_line, f"The answer {letter} names no option: the question has {count}.")
        return None
    return places | asked.marked


def _place(letter: str) -> int:
    return ord(letter.upper()) - ord("A")
