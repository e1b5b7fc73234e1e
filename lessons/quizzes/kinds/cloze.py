"""Cloze: blanks of three or more _ in the prompt, and an = line for each."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Self

from .. import typed
from ..accepting import accepts
from ..blocks import Block
from ..lines import Syntax
from ..problems import Report
from ..question import FIELD, FormData, PublicQuestion, Question, QuestionLayout, common, last
from ..text import clean, split_cells

BLANK = re.compile(r"_{3,}")


@dataclass(frozen=True, kw_only=True)
class Cloze(Question[list[str]]):
    """A response holds a text for each blank, empty where nothing was typed; read as in short text."""

    kind: ClassVar[str] = "cloze"
    answers_are_markdown: ClassVar[bool] = False
    accepted: tuple[tuple[str, ...], ...]

    @classmethod
    def recognises(cls, block: Block) -> bool:
        return block.syntax is Syntax.EQUALS and BLANK.search(block.prompt) is not None

    @classmethod
    def parse(cls, block: Block, report: Report) -> Self:
        blanks, lines = len(BLANK.findall(block.prompt)), len(block.answers)
        if blanks != lines:
            report(
                block.line, f"Blanks (___) and = lines differ: {blanks} and {lines}. A | parts alternatives."
            )
        accepted = tuple(tuple(split_cells(line.content)) for line in block.answers)
        for line, alternatives in zip(block.answers, accepted, strict=True):
            if not all(alternatives):
                report(line.number, "This line holds an empty alternative.")
        return cls(**common(block), accepted=accepted)

    def view(self, layout: QuestionLayout) -> PublicQuestion:
        return self._public(blanks=len(self.accepted))

    def read_response(self, layout: QuestionLayout, data: FormData) -> list[str] | None:
        response = [clean(last(data, f"{FIELD}-{blank}")) for blank in range(1, len(self.accepted) + 1)]
        return response if any(response) else None

    def filled(self, layout: QuestionLayout, response: list[str]) -> dict[str, list[str]]:
        return {f"{FIELD}-{blank}": [text] for blank, text in enumerate(response, 1) if text}

    def credit(self, response: list[str]) -> Fraction:
        """Share of the blanks filled with an accepted text."""
        return Fraction(sum(self.entries_right(response)), len(self.accepted))

    def entries_right(self, response: list[str]) -> list[bool]:
        filled = zip(response, self.accepted, strict=True)
        return [any(accepts(each, text) for each in accepted) for text, accepted in filled]

    def reading(self, response: list[str]) -> str:
        return " ".join(filter(None, map(typed.describe, response)))

    def right_answer(self) -> list[str]:
        return [" or ".join(alternatives) for alternatives in self.accepted]

    def given_answer(self, response: list[str]) -> list[str]:
        return [text or "–" for text in response]
