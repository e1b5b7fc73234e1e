"""Numeric: every = line is a number with an optional tolerance."""

import re
from collections.abc import Hashable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import ClassVar, Self

from .. import numbers
from ..blocks import Block
from ..hints import Hint, accepted_lines, find_hint, read_hints, write_answers, wrong_lines
from ..lines import Syntax
from ..problems import ReportProblem
from ..question import FIELD, FormData, Question, QuestionLayout, common, last
from ..text import clean

# An author's numbers have no separators, because a comma is ambiguous.
PLAIN = re.compile(r"[+−-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")
SIGN = re.compile(r"\s*(?:±|\+/?-)\s*")


@dataclass(frozen=True)
class Range:
    """Numbers from `value` − `tolerance` to `value` + `tolerance`, inclusive; `text` is shown to people."""

    text: str
    value: Fraction
    tolerance: Fraction = Fraction(0)


@dataclass(frozen=True, kw_only=True)
class Numeric(Question[str]):
    """A response is the text as typed, so that text that is not a number can be shown again. It earns no credit."""

    kind: ClassVar[str] = "numeric"
    template: ClassVar[str] = "lessons/controls/text.html"
    hint: ClassVar[str] = "Enter a number in digits, such as 3 or 0.5. Leave out the unit."
    example: ClassVar[str] = """\
## How many hours is one evening? {#hours}
= 3 ± 0.1
> If all = lines are numbers, the answer is a number.
"""
    answers_are_markdown: ClassVar[bool] = False
    tallied: ClassVar[str] = "typed"
    accepted: tuple[Range, ...]
    hints: tuple[Hint, ...] = ()

    @classmethod
    def recognises(cls, block: Block) -> bool:
        if block.syntax is not Syntax.EQUALS:
            return False
        parts = [SIGN.split(line.content) for line in accepted_lines(block.answers)]
        # A comma shows that a number is meant. It is reported later.
        meant = [_number(number.replace(",", ".")) is not None for number, *_ in parts]
        with_tolerance = any(number and len(part) > 1 for number, part in zip(meant, parts, strict=True))
        # One tolerance shows that numbers are meant, so any line without one is reported.
        return with_tolerance or all(meant)

    @classmethod
    def parse(cls, block: Block, report: ReportProblem) -> Self:
        accepted = [_range(line.content, line.number, report) for line in accepted_lines(block.answers)]
        for line in wrong_lines(block.answers):
            _range(line.content, line.number, report)
        hints = read_hints(block.answers, report)
        # as they are shown: a tolerance has one spelling
        hints = tuple(replace(hint, text=" ± ".join(SIGN.split(hint.text, maxsplit=1))) for hint in hints)
        return cls(**common(block), accepted=tuple(filter(None, accepted)), hints=hints)

    @property
    def asked(self) -> tuple[Hashable, ...]:
        return ("typed", self.prompt)

    def answer_lines(self) -> list[str]:
        return write_answers([wanted.text for wanted in self.accepted], self.hints)

    def read_response(self, layout: QuestionLayout, data: FormData) -> str | None:
        return clean(last(data, FIELD)) or None

    def form_fields(self, layout: QuestionLayout, response: str) -> dict[str, list[str]]:
        return {FIELD: [response]}

    def credit(self, response: str) -> Fraction:
        return Fraction(any(_is_within(response, wanted) for wanted in self.accepted))

    def explain_response(self, response: str) -> str:
        def fits(text: str) -> bool:
            wanted = _range(text, 0, lambda *args, **kwargs: None)
            return wanted is not None and _is_within(response, wanted)

        return find_hint(self.hints, [wanted.text for wanted in self.accepted], fits)

    def explained_options(self) -> list[tuple[str, str]]:
        return [(hint.text, hint.explanation) for hint in self.hints]

    def group_key(self, response: str) -> Hashable:
        number = numbers.read(response)
        return number.value if number else super().group_key(response)

    def refusal(self, response: str) -> str:
        return "" if numbers.read(response) else f"{numbers.suggest_number(response)}."

    def explain_reading(self, response: str) -> str:
        return numbers.describe(response)

    def right_answer(self) -> list[str]:
        return [wanted.text for wanted in self.accepted]

    def given_answer(self, response: str) -> list[str]:
        return [response]


def _is_within(response: str, wanted: Range) -> bool:
    given = numbers.read(response)
    return given is not None and abs(given.value - wanted.value) <= wanted.tolerance


def _range(text: str, line: int, report: ReportProblem) -> Range | None:
    number, *tolerances = SIGN.split(text, maxsplit=1)
    value = _number(number)
    tolerance = _number(tolerances[0]) if tolerances else Fraction(0)
    if value is None:
        report(
            line,
            f"“{text}” is not a number, such as 3, 0.5 or 2e3. A tolerance can follow: 3 ± 0.1."
            " Leave out units, commas and spaces.",
        )
    elif tolerance is None or tolerance < 0:
        report(line, f"“{tolerances[0]}” is not a tolerance. Write a number of 0 or more, as in 3 ± 0.1.")
    else:
        return Range(" ± ".join([number, *tolerances]), value, tolerance)
    return None


def _number(text: str) -> Fraction | None:
    plain = text.strip()
    found = numbers.read(plain) if PLAIN.fullmatch(plain) else None
    return found.value if found else None
