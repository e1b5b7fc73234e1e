"""What single and multiple choice share: options in boxes."""

from dataclasses import dataclass, replace
from random import Random
from typing import Self

from . import tokens
from .blocks import Block
from .checks import at_least_two, report_repeats
from .lines import Line, Syntax
from .problems import Report
from .question import FIELD, FormData, PublicQuestion, Question, QuestionLayout, common


@dataclass(frozen=True)
class Option:
    """`text` is inline Markdown; `explanation`, Markdown, says why it is right or wrong, or is empty."""

    text: str
    right: bool
    explanation: str = ""


@dataclass(frozen=True, kw_only=True)
class Choice(Question[list[int]]):
    """A response holds the places of the chosen options, ascending."""

    options: tuple[Option, ...]

    @property
    def right(self) -> list[int]:
        return [place for place, option in enumerate(self.options) if option.right]

    @classmethod
    def parse(cls, block: Block, report: Report) -> Self:
        options = _options(block.answers)
        at_least_two("options", options, block, report)
        report_repeats([line for line in block.answers if line.syntax is Syntax.OPTION], report)
        if not any(option.right for option in options):
            report(block.line, "No option is marked as right. A right one has an x in its box: - [x].")
        return cls(**common(block), options=options)

    def lay_out(self, rng: Random) -> QuestionLayout:
        return {"options": tokens.draw(rng, len(self.options))}

    def view(self, layout: QuestionLayout) -> PublicQuestion:
        texts = [option.text for option in self.options]
        return self._public(options=tokens.shown(layout["options"], texts))

    def read_response(self, layout: QuestionLayout, data: FormData) -> list[int] | None:
        chosen = set(data.get(FIELD, []))
        return [place for place, token in enumerate(layout["options"]) if token in chosen] or None

    def filled(self, layout: QuestionLayout, response: list[int]) -> dict[str, list[str]]:
        return {FIELD: [layout["options"][place] for place in response]}

    def right_answer(self) -> list[str]:
        return self.given_answer(self.right)

    def given_answer(self, response: list[int]) -> list[str]:
        return [self.options[place].text for place in response]


def _options(lines: tuple[Line, ...]) -> tuple[Option, ...]:
    options: list[Option] = []
    for line in lines:
        if line.syntax is Syntax.OPTION:
            options.append(Option(line.content, right=line.text[3] in "xX"))
        else:
            explanation = f"{options[-1].explanation}\n{line.content}".strip()
            options[-1] = replace(options[-1], explanation=explanation)
    return tuple(options)
