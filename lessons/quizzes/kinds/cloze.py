"""Cloze: blanks of three or more underscores in the prompt, and one = line for each."""

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Self

from .. import typed
from ..accepting import accepts
from ..blocks import Block
from ..hints import accepted_lines, refuse_hints
from ..lines import Syntax
from ..problems import ReportProblem
from ..question import (
    FIELD,
    AnswerField,
    FormData,
    PublicQuestion,
    Question,
    QuestionLayout,
    common,
    field_of,
    last,
)
from ..text import BLANK, clean, join_cells, split_cells


@dataclass(frozen=True, kw_only=True)
class Cloze(Question[list[str]]):
    """A response has one text per blank, "" if nothing was typed, compared as in short text."""

    kind: ClassVar[str] = "cloze"
    template: ClassVar[str] = "lessons/controls/text.html"
    hint: ClassVar[str] = "Fill in the blanks. Capital letters and extra spaces don’t matter."
    example: ClassVar[str] = """\
## Git is a ___ version control system of the ___ kind. {#cloze}
= free | open-source
= distributed
> One line for each blank. Separate alternatives with |.
"""
    answers_are_markdown: ClassVar[bool] = False
    accepted: tuple[tuple[str, ...], ...]

    @classmethod
    def recognises(cls, block: Block) -> bool:
        return block.syntax is Syntax.EQUALS and BLANK.search(block.prompt) is not None

    @classmethod
    def parse(cls, block: Block, report: ReportProblem) -> Self:
        answers = accepted_lines(block.answers)
        refuse_hints(block.answers, report)
        blanks, lines = len(BLANK.findall(block.prompt)), len(answers)
        if blanks != lines:
            report(
                block.line,
                f"Each blank (___) needs one = line. Blanks: {blanks}, = lines: {lines}. Separate alternatives with |.",
            )
        accepted = tuple(tuple(split_cells(line.content)) for line in answers)
        for line, alternatives in zip(answers, accepted, strict=True):
            if not all(alternatives):
                report(line.number, "This line has an empty alternative. Write one, or delete the |.")
        return cls(**common(block), accepted=accepted)

    @property
    def asked(self) -> tuple[Hashable, ...]:
        return (self.kind, self.prompt)

    def answer_lines(self) -> list[str]:
        return [f"= {join_cells(alternatives)}" for alternatives in self.accepted]

    def view(self, layout: QuestionLayout) -> PublicQuestion:
        return self._public(blanks=len(self.accepted))

    def entries(self, view: PublicQuestion, fields: FormData) -> list[AnswerField]:
        return [field_of(fields, f"{FIELD}-{blank}", f"Blank {blank}") for blank in range(1, view.blanks + 1)]

    def read_response(self, layout: QuestionLayout, data: FormData) -> list[str] | None:
        response = [clean(last(data, f"{FIELD}-{blank}")) for blank in range(1, len(self.accepted) + 1)]
        return response if any(response) else None

    def form_fields(self, layout: QuestionLayout, response: list[str]) -> dict[str, list[str]]:
        return {f"{FIELD}-{blank}": [text] for blank, text in enumerate(response, 1) if text}

    def credit(self, response: list[str]) -> Fraction:
        return Fraction(sum(self.entries_right(response)), len(self.accepted))

    def entries_right(self, response: list[str]) -> list[bool]:
        pairs = zip(response, self.accepted, strict=True)
        return [any(accepts(each, text) for each in accepted) for text, accepted in pairs]

    def explain_reading(self, response: list[str]) -> str:
        return " ".join(filter(None, map(typed.describe, response)))

    def right_answer(self) -> list[str]:
        return [" or ".join(alternatives) for alternatives in self.accepted]

    def given_answer(self, response: list[str]) -> list[str]:
        return [text or "–" for text in response]
