"""Short text: = lines with the accepted answers, or regular expressions between slashes."""

import re
import unicodedata
from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Self

import re2

from .. import numbers, typed
from ..accepting import accepts
from ..blocks import Block
from ..hints import Hint, accepted_lines, find_hint, read_hints, write_answers, wrong_lines
from ..lines import Syntax
from ..problems import ReportProblem
from ..question import FIELD, FormData, Question, QuestionLayout, common, last
from ..text import canonical, clean

TOLERANCE = re.compile(r"\s*±")


@dataclass(frozen=True, kw_only=True)
class ShortText(Question[str]):
    """A response is the text as typed. Case, spaces and typographic substitutes are ignored."""

    kind: ClassVar[str] = "short-text"
    template: ClassVar[str] = "lessons/controls/text.html"
    hint: ClassVar[str] = "Capital letters and extra spaces don’t matter."
    example: ClassVar[str] = """\
## Which command lists the branches? {#branch}
= git branch
= /git\\s+branch\\s+--list/
!= git checkout
  > It switches branches. A wrong answer that people often give can have an explanation of its own.
> Write a regular expression between slashes.
"""
    answers_are_markdown: ClassVar[bool] = False
    tallied: ClassVar[str] = "typed"
    accepted: tuple[str, ...]
    hints: tuple[Hint, ...] = ()

    @classmethod
    def recognises(cls, block: Block) -> bool:
        return block.syntax is Syntax.EQUALS

    @classmethod
    def parse(cls, block: Block, report: ReportProblem) -> Self:
        for line in (*accepted_lines(block.answers), *wrong_lines(block.answers)):
            pattern = _pattern(line.content)
            if not line.content or pattern == "":
                report(line.number, "This line is empty.")
            elif pattern and (fault := _fault(pattern)):
                report(line.number, f"{line.content} is not an RE2 regular expression: {fault}.")
        _check_numbers(block, report)
        accepted = tuple(line.content for line in accepted_lines(block.answers))
        for line in wrong_lines(block.answers):
            if _pattern(line.content) is None and line.content in accepted:
                report(line.number, "This answer is accepted above, so it is not wrong.")
        return cls(**common(block), accepted=accepted, hints=read_hints(block.answers, report))

    @property
    def asked(self) -> tuple[Hashable, ...]:
        return ("typed", self.prompt)

    def answer_lines(self) -> list[str]:
        return write_answers(self.accepted, self.hints)

    def read_response(self, layout: QuestionLayout, data: FormData) -> str | None:
        return clean(last(data, FIELD)) or None

    def form_fields(self, layout: QuestionLayout, response: str) -> dict[str, list[str]]:
        return {FIELD: [response]}

    def credit(self, response: str) -> Fraction:
        return Fraction(any(_accepts(accepted, response) for accepted in self.accepted))

    def explain_response(self, response: str) -> str:
        return find_hint(self.hints, self.accepted, lambda text: _accepts(text, response))

    def explained_options(self) -> list[tuple[str, str]]:
        return [(hint.text, hint.explanation) for hint in self.hints]

    def explain_reading(self, response: str) -> str:
        return typed.describe(response)

    def right_answer(self) -> list[str]:
        # Regular expressions are shown only if there are no literal answers: few people can read them.
        return [text for text in self.accepted if _pattern(text) is None] or list(self.accepted)

    def given_answer(self, response: str) -> list[str]:
        return [response]


def _check_numbers(block: Block, report: ReportProblem) -> None:
    # If all answers look like numbers but some are not, they are compared as text, which may not be intended.
    literal = [line for line in accepted_lines(block.answers) if _pattern(line.content) is None]
    meant = [numbers.meant_by(TOLERANCE.split(line.content)[0]) for line in literal]
    if not all(meant):
        return
    for line, (number, is_certain) in zip(literal, filter(None, meant), strict=True):
        if number == line.content:
            continue
        expression = re.sub(r"([.*+?^${}()|\[\]\\/])", r"\\\1", line.content)
        message = (
            f"“{line.content}” is compared as text, so the answer {number} is marked incorrect. For a number, write"
            f" = {number} and name the unit in the question. For text, write = /{expression}/"
        )
        report(line.number, message, only_new=True, warns=not is_certain and "±" not in line.content)


def _pattern(accepted: str) -> str | None:
    between_slashes = len(accepted) > 1 and accepted[0] == accepted[-1] == "/"
    return accepted[1:-1] if between_slashes else None


def _accepts(accepted: str, given: str) -> bool:
    pattern = _pattern(accepted)
    if pattern is None:
        return accepts(accepted, given)
    expression = _compile(pattern)
    return any(expression.fullmatch(canonical(each)) for each in typed.readings(given))


def _compile(pattern: str) -> Any:
    # RE2 matches in linear time, so no answer can stall a web process. It caches compiled patterns.
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return re2.compile(unicodedata.normalize("NFC", pattern), options)


def _fault(pattern: str) -> str | None:
    try:
        _compile(pattern)
    except re2.error as error:
        return bytes(error.args[0]).decode(errors="replace")
    return None
