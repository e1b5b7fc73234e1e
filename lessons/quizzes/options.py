"""Options with boxes, shared by single and multiple choice."""

import re
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from random import Random
from typing import ClassVar, Self

from . import pins, tokens
from .blocks import Block
from .checks import at_least_two, report_repeats
from .lines import SourceLine, Syntax
from .problems import ReportProblem
from .question import (
    FIELD,
    AnswerField,
    FormData,
    JudgedOption,
    PublicQuestion,
    Question,
    QuestionLayout,
    common,
)

ACCEPT = "{accept}"
_ACCEPT = re.compile(r"[ \t]*\{accept\}(?=[ \t]*(?:\{\s*pin\s*\}[ \t]*)?$)")
LETTERS = "Options are shuffled, but this one refers to others by letter. Name them in words, or pin all with {pin}."


@dataclass(frozen=True)
class Option:
    """`text` is Markdown, inline or with code; `explanation` says why it is right or wrong, or is empty.

    A `pinned` option keeps its position while the others are shuffled. An `accepted` one is not the answer, but gets
    full credit in a single choice. `line` is its first line in the source.
    """

    text: str
    right: bool
    explanation: str = ""
    pinned: bool = False
    accepted: bool = False
    line: int = field(default=0, compare=False)

    @property
    def gets_credit(self) -> bool:
        return self.right or self.accepted


@dataclass(frozen=True, kw_only=True)
class Choice(Question[list[int]]):
    """A response has the indexes of the chosen options, ascending."""

    tallied: ClassVar[str] = "options"
    options: tuple[Option, ...]

    @property
    def right(self) -> list[int]:
        return [place for place, option in enumerate(self.options) if option.right]

    @classmethod
    def parse(cls, block: Block, report: ReportProblem) -> Self:
        options = _options(block.answers)
        at_least_two("options", options, block, report)
        report_repeats([SourceLine(each.line, "", Syntax.OPTION, each.text) for each in options], report)
        _check_pins(options, report)
        _check_accepted(options, report)
        if not any(option.right for option in options):
            report(
                block.line, "No option is marked as correct. Put an x in the box of each correct one: - [x]."
            )
        return cls(**common(block), options=options)

    @property
    def asked(self) -> tuple[Hashable, ...]:
        return (self.kind, self.prompt, *(option.text for option in self.options))

    def answer_lines(self) -> list[str]:
        return [line for option in self.options for line in _lines_of(option)]

    def lay_out(self, rng: Random) -> QuestionLayout:
        return {"options": tokens.draw(rng, len(self.options))}

    def view(self, layout: QuestionLayout) -> PublicQuestion:
        texts = [option.text for option in self.options]
        pinned = {place for place, option in enumerate(self.options) if option.pinned}
        return self._public(options=tokens.in_display_order(layout["options"], texts, pinned))

    def entries(self, view: PublicQuestion, fields: FormData) -> list[AnswerField]:
        chosen = fields.get(FIELD, [])
        return [AnswerField(FIELD, shown.token, shown.text, shown.token in chosen) for shown in view.options]

    def read_response(self, layout: QuestionLayout, data: FormData) -> list[int] | None:
        chosen = set(data.get(FIELD, []))
        return [place for place, token in enumerate(layout["options"]) if token in chosen] or None

    def form_fields(self, layout: QuestionLayout, response: list[int]) -> dict[str, list[str]]:
        return {FIELD: [layout["options"][place] for place in response]}

    def right_answer(self) -> list[str]:
        return self.given_answer(self.right)

    def given_answer(self, response: list[int]) -> list[str]:
        return [self.options[place].text for place in response]

    def judge_options(self, layout: QuestionLayout, response: list[int] | None) -> list[JudgedOption]:
        by_token = dict(zip(layout["options"], enumerate(self.options), strict=True))
        return [
            JudgedOption(option.text, place in (response or ()), option.gets_credit, option.explanation)
            for place, option in (by_token[shown.token] for shown in self.view(layout).options)
        ]

    def listed_options(self) -> list[tuple[str, bool]]:
        return [(option.text, option.gets_credit) for option in self.options]

    def explained_options(self) -> list[tuple[str, str]]:
        return [(option.text, option.explanation) for option in self.options if option.explanation]


def _options(lines: tuple[SourceLine, ...]) -> tuple[Option, ...]:
    options: list[Option] = []
    for line in lines:
        if line.syntax is Syntax.OPTION:
            options.append(Option(line.content, right=line.text[3] in "xX", line=line.number))
        elif line.syntax in (Syntax.MORE, Syntax.MORE_CODE):
            options[-1] = replace(options[-1], text=f"{options[-1].text}\n{line.content}")
        else:
            explanation = f"{options[-1].explanation}\n{line.content}".strip()
            options[-1] = replace(options[-1], explanation=explanation)
    return tuple(map(_read_marks, options))


def _lines_of(option: Option) -> list[str]:
    first, *more = option.text.split("\n")
    box = f"- [{'x' if option.right else ' '}]"
    marks = ["{pin}"] * option.pinned + [ACCEPT] * option.accepted
    lines = [" ".join([box, *filter(None, [first]), *marks])]
    lines += [f"  {line}".rstrip() for line in more]
    if option.explanation:
        lines += [f"  > {line}".rstrip() for line in option.explanation.split("\n")]
    return lines


def _read_marks(option: Option) -> Option:
    first, newline, more = option.text.partition("\n")
    plain = _ACCEPT.sub("", first)
    text, pinned = pins.split(plain + newline + more)
    return replace(option, text=text, pinned=pinned, accepted=plain != first)


def _check_accepted(options: tuple[Option, ...], report: ReportProblem) -> None:
    rights = sum(option.right for option in options)
    for option in options:
        if option.accepted and (option.right or rights > 1):
            message = "is for a wrong option of a question with one correct answer. Delete it."
            report(option.line, f"{ACCEPT} {message}")


def _check_pins(options: tuple[Option, ...], report: ReportProblem) -> None:
    # Also warns of options whose wording needs a pin.
    all_stay = all(option.pinned for option in options)
    for option in options:
        box = f"- [{'x' if option.right else ' '}]"
        if wanted := pins.move_pin_to_end(option.text):
            message = f"To pin an option, end its line with {{pin}}. Write: {box} {wanted}"
            report(option.line, message, only_new=True)
        elif pins.relates(option.text) and not option.pinned:
            pinned = f"{box} {option.text} {{pin}}"
            message = f"Options are shuffled, but this one depends on its position. Pin it: {pinned}"
            report(option.line, message, warns=True)
        elif pins.names_letters(option.text) and not all_stay:
            report(option.line, LETTERS, warns=True)
