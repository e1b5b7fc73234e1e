"""Matching: a table of two columns whose right column is shuffled."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random
from typing import ClassVar, Self

from .. import tokens
from ..blocks import Block
from ..checks import at_least_two, report_pins, report_repeats
from ..lines import SourceLine, Syntax
from ..problems import ReportProblem
from ..question import (
    FIELD,
    AnswerField,
    FormData,
    PublicQuestion,
    Question,
    QuestionLayout,
    Shown,
    common,
    field_of,
    last,
)
from ..text import canonical, join_cells, split_cells

RULE = re.compile(":?-+:?")


@dataclass(frozen=True, kw_only=True)
class Matching(Question[list[int | None]]):
    """A response has, for each left text, the index of the chosen text in `choices`, or None."""

    kind: ClassVar[str] = "matching"
    template: ClassVar[str] = "lessons/controls/matching.html"
    hint: ClassVar[str] = "Choose the match for each item."
    example: ClassVar[str] = """\
## Match the role to its work. {#roles}
| Role | Work |
|---|---|
| Data engineer | prepares data |
| ML engineer | deploys models |
> The right column is shuffled.
"""
    headers: tuple[str, str]
    pairs: tuple[tuple[str, str], ...]

    @property
    def choices(self) -> list[str]:
        # Equal texts are one choice.
        return list({canonical(right): right for _, right in self.pairs}.values())

    @property
    def right(self) -> list[int]:
        places = {canonical(text): place for place, text in enumerate(self.choices)}
        return [places[canonical(right)] for _, right in self.pairs]

    @classmethod
    def recognises(cls, block: Block) -> bool:
        return block.syntax is Syntax.ROW

    @classmethod
    def parse(cls, block: Block, report: ReportProblem) -> Self:
        lines = block.answers
        if len(lines) < 2 or not all(map(RULE.fullmatch, _texts(lines[1]))):
            report(lines[0].number, "This table has no header. Start it with | Left | Right | and |---|---|.")
        rows = [(line, _cells(line, report)) for line in lines]
        pairs = tuple(cells for _, cells in rows[2:] if cells)
        at_least_two("pairs", rows[2:], block, report)
        report_pins(lines, report)
        report_repeats((replace(line, content=cells[0]) for line, cells in rows[2:] if cells), report)
        return cls(**common(block), headers=rows[0][1] or ("", ""), pairs=pairs)

    def answer_lines(self) -> list[str]:
        rows = [self.headers, *self.pairs]
        lines = [f"| {join_cells(row)} |" for row in rows]
        return [lines[0], "|---|---|", *lines[1:]]

    def lay_out(self, rng: Random) -> QuestionLayout:
        return {"left": tokens.draw(rng, len(self.pairs)), "right": tokens.draw(rng, len(self.choices))}

    def view(self, layout: QuestionLayout) -> PublicQuestion:
        rows = zip(layout["left"], self.pairs, strict=True)
        return self._public(
            options=tokens.in_display_order(layout["right"], self.choices),
            rows=tuple(Shown(token, left) for token, (left, _) in rows),
            headers=self.headers,
        )

    def entries(self, view: PublicQuestion, fields: FormData) -> list[AnswerField]:
        return [field_of(fields, f"{FIELD}-{shown.token}", shown.text) for shown in view.rows]

    def read_response(self, layout: QuestionLayout, data: FormData) -> list[int | None] | None:
        places = {token: place for place, token in enumerate(layout["right"])}
        response = [places.get(last(data, f"{FIELD}-{token}")) for token in layout["left"]]
        return None if set(response) == {None} else response

    def form_fields(self, layout: QuestionLayout, response: list[int | None]) -> dict[str, list[str]]:
        chosen = zip(layout["left"], response, strict=True)
        return {f"{FIELD}-{left}": [layout["right"][i]] for left, i in chosen if i is not None}

    def credit(self, response: list[int | None]) -> Fraction:
        right = sum(given == wanted for given, wanted in zip(response, self.right, strict=True))
        return Fraction(right, len(self.pairs))

    def right_answer(self) -> list[str]:
        return [f"{left} → {right}" for left, right in self.pairs]

    def given_answer(self, response: list[int | None]) -> list[str]:
        chosen = zip(self.pairs, response, strict=True)
        return [f"{left} → {'–' if i is None else self.choices[i]}" for (left, _), i in chosen]

    def entries_right(self, response: list[int | None]) -> list[bool]:
        return [given == wanted for given, wanted in zip(response, self.right, strict=True)]


def _texts(row: SourceLine) -> list[str]:
    *texts, last_text = split_cells(row.content)
    return [*texts, last_text] if last_text else texts  # the closing | is optional


def _cells(line: SourceLine, report: ReportProblem) -> tuple[str, str] | None:
    cells = _texts(line)
    if len(cells) == 2 and all(cells):
        return cells[0], cells[1]
    report(line.number, r"Each row needs two filled cells. Inside a cell, write \| for |.")
    return None
