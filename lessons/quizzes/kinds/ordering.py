"""Ordering: a numbered list, correct in the order written."""

from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import ClassVar, Self

from .. import tokens
from ..blocks import Block
from ..checks import at_least_two, report_pins, report_repeats
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


@dataclass(frozen=True, kw_only=True)
class Ordering(Question[list[int | None]]):
    """A response has, for each item as written, its position from 1 in the learner's order, or None."""

    kind: ClassVar[str] = "ordering"
    template: ClassVar[str] = "lessons/controls/ordering.html"
    hint: ClassVar[str] = "Number the items in order. 1 comes first."
    example: ClassVar[str] = """\
## Put the phases in order. {#phases}
1. Requirements
2. Design
> Write the items in the correct order. They are shuffled.
"""
    items: tuple[str, ...]

    @classmethod
    def recognises(cls, block: Block) -> bool:
        return block.syntax is Syntax.ITEM

    @classmethod
    def parse(cls, block: Block, report: ReportProblem) -> Self:
        at_least_two("items", block.answers, block, report)
        report_repeats(list(block.answers), report)
        report_pins(block.answers, report)
        return cls(**common(block), items=tuple(line.content for line in block.answers))

    def answer_lines(self) -> list[str]:
        return [f"{place}. {item}" for place, item in enumerate(self.items, 1)]

    def lay_out(self, rng: Random) -> QuestionLayout:
        drawn = tokens.draw(rng, len(self.items))
        while drawn == sorted(drawn):  # the written order would give the answer away
            drawn = tokens.draw(rng, len(self.items))
        return {"items": drawn}

    def view(self, layout: QuestionLayout) -> PublicQuestion:
        return self._public(options=tokens.in_display_order(layout["items"], self.items))

    def entries(self, view: PublicQuestion, fields: FormData) -> list[AnswerField]:
        # In the learner's order where there is one, so that they see the list as they arranged it.
        items = [field_of(fields, f"{FIELD}-{shown.token}", shown.text) for shown in view.options]
        return sorted(items, key=lambda item: int(item.value or len(items) + 1))

    def read_response(self, layout: QuestionLayout, data: FormData) -> list[int | None] | None:
        allowed = {str(number): number for number in range(1, len(self.items) + 1)}
        response = [allowed.get(last(data, f"{FIELD}-{token}").strip()) for token in layout["items"]]
        return response if any(response) else None

    def form_fields(self, layout: QuestionLayout, response: list[int | None]) -> dict[str, list[str]]:
        placed = zip(layout["items"], response, strict=True)
        return {f"{FIELD}-{token}": [str(position)] for token, position in placed if position}

    def credit(self, response: list[int | None]) -> Fraction:
        right = sum(position == place for place, position in enumerate(response, 1))
        return Fraction(right, len(self.items))

    def right_answer(self) -> list[str]:
        return [f"{place}. {item}" for place, item in enumerate(self.items, 1)]

    def given_answer(self, response: list[int | None]) -> list[str]:
        return [f"{position}. {self.items[place - 1]}" for position, place in self._positions(response)]

    def entries_right(self, response: list[int | None]) -> list[bool]:
        return [position == place for position, place in self._positions(response)]

    def _positions(self, response: list[int | None]) -> list[tuple[int, int]]:
        # Pairs of (learner's position, right position), both from 1, in the learner's order.
        placed = [(position, place) for place, position in enumerate(response, 1) if position]
        # ties are sorted by text, which reveals nothing about the right order
        return sorted(placed, key=lambda each: (each[0], self.items[each[1] - 1]))
