"""What a question is, whatever its kind, and what a page may know of it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any, ClassVar, Generic, Self, TypeVar

from .blocks import Block
from .problems import Report

# What a learner gave, as it is stored: JSON, with positions in the source instead of tokens.
Response = str | list[str] | list[int] | list[int | None]
# Names of shuffled columns to one token an entry, in source order; empty for kinds that show no entries.
QuestionLayout = dict[str, list[str]]
Layout = dict[str, QuestionLayout]
# Posted fields, all values of each: `dict(request.POST.lists())` in Django.
FormData = Mapping[str, list[str]]

FIELD = "answer"

R = TypeVar("R", str, list[str], list[int], list[int | None])


@dataclass(frozen=True, order=True)
class Shown:
    """An entry as a page shows it; `text` is inline Markdown."""

    token: str
    text: str


@dataclass(frozen=True)
class Entry:
    """One form field of a question as a page asks it: an option, an item, a row or a blank.

    `text` is Markdown. `chosen` says if a box is ticked; it is None for every other field.
    """

    name: str
    value: str
    text: str
    chosen: bool | None = None


@dataclass(frozen=True)
class JudgedOption:
    """One option beside a response, for a review; `text` and `explanation` are Markdown."""

    text: str
    chosen: bool
    right: bool
    explanation: str


@dataclass(frozen=True)
class PublicQuestion:
    """All that a page may know of a question before release.

    `options`: options, items, or the right column, in the order to show them. `rows` and `headers`: the left
    column of a table in source order, and the two column titles. `blanks`: how many blanks a cloze has.
    """

    key: str
    kind: str
    prompt: str
    points: Decimal
    options: tuple[Shown, ...] = ()
    rows: tuple[Shown, ...] = ()
    headers: tuple[str, ...] = ()
    blanks: int = 0


@dataclass(frozen=True, kw_only=True)
class Question(ABC, Generic[R]):
    """One question. R is the form in which its kind stores a response.

    A kind is one file in `kinds/`, which says how to add one.
    `prompt` and `explanation` are Markdown; `line` is the heading's in the source, from 1.

    `template` asks the question on a page: one of `templates/lessons/controls/`, which is given `entries`. `hint`
    tells learners how to answer. `example` is a whole question of the kind, for the docs.
    """

    kind: ClassVar[str]
    template: ClassVar[str]
    hint: ClassVar[str]
    example: ClassVar[str]
    # Whether right_answer and given_answer speak inline Markdown (from the source) or plain text (as typed).
    answers_are_markdown: ClassVar[bool] = True

    key: str
    prompt: str
    points: Decimal
    explanation: str
    line: int

    @classmethod
    @abstractmethod
    def recognises(cls, block: Block) -> bool:
        """Whether the block is of this kind; the registry asks its kinds in order."""

    @classmethod
    @abstractmethod
    def parse(cls, block: Block, report: Report) -> Self:
        """The question; what is wrong with it is reported, and the result then thrown away."""

    def lay_out(self, rng: Random) -> QuestionLayout:
        """Fresh tokens for what the kind shows."""
        return {}

    def view(self, layout: QuestionLayout) -> PublicQuestion:
        return self._public()

    def entries(self, view: PublicQuestion, fields: FormData) -> list[Entry]:
        """Return the form fields of the page, filled in; `view` is all that they may show."""
        return [field_of(fields, FIELD, "Your answer")]

    @abstractmethod
    def read_response(self, layout: QuestionLayout, data: FormData) -> R | None:
        """What was posted; None when nothing was answered."""

    @abstractmethod
    def filled(self, layout: QuestionLayout, response: R) -> dict[str, list[str]]:
        """The form fields that read as this response."""

    @abstractmethod
    def credit(self, response: R) -> Fraction:
        """0 to 1, exact, so that rounding happens once, in the score."""

    @abstractmethod
    def right_answer(self) -> list[str]:
        """For people, one text an entry."""

    @abstractmethod
    def given_answer(self, response: R) -> list[str]:
        """For people, one text an entry."""

    def refusal(self, response: R) -> str:
        """What to type instead of a response that cannot be read; "" where it can."""
        return ""

    def reading(self, response: R) -> str:
        """How a typed response is read where that may be in doubt; "" where it is read as typed."""
        return ""

    def entries_right(self, response: R) -> list[bool]:
        """Of each entry of `given_answer` whether it is right; empty where the answer is one whole."""
        return []

    def judge_options(self, layout: QuestionLayout, response: R | None) -> list[JudgedOption]:
        """Return all options in the order in which a page shows them, for kinds that are reviewed so; else none."""
        return []

    def explained_options(self) -> list[tuple[str, str]]:
        """Return the text and the explanation of each option that has one; both are Markdown."""
        return []

    def _public(self, **parts: Any) -> PublicQuestion:
        return PublicQuestion(self.key, self.kind, self.prompt, self.points, **parts)


def common(block: Block) -> dict[str, Any]:
    """The fields that every kind takes over from its block."""
    return {
        "key": block.key,
        "prompt": block.prompt,
        "points": block.points,
        "explanation": block.explanation,
        "line": block.line,
    }


def last(data: FormData, name: str) -> str:
    """The last value of a posted field, as Django reads it; empty when absent."""
    return (data.get(name) or [""])[-1]


def field_of(fields: FormData, name: str, text: str) -> Entry:
    """Return the entry of a field that is typed in or selected, with its value."""
    return Entry(name, last(fields, name), text)
