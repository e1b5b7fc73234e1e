"""The interface of all question kinds, and the part of a question that a page may see."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from random import Random
from typing import Any, ClassVar, Generic, Self, TypeVar

from .blocks import Block
from .problems import CannotJudgeError, ReportProblem
from .text import fold

# A response as stored: JSON, with source positions instead of tokens.
Response = str | list[str] | list[int] | list[int | None]
# For each shuffled column, one token per entry in source order; empty for kinds without entries.
QuestionLayout = dict[str, list[str]]
Layout = dict[str, QuestionLayout]
# Posted fields with all their values: `dict(request.POST.lists())` in Django.
FormData = Mapping[str, list[str]]

FIELD = "answer"

R = TypeVar("R", str, list[str], list[int], list[int | None])


class MarkedBy(StrEnum):
    """The marker of a kind of question. Until staff or a worker have marked an answer, its points are not known."""

    PORTAL = "portal"
    STAFF = "staff"
    WORKER = "worker"


@dataclass(frozen=True, order=True)
class Shown:
    """An entry to display; `text` is inline Markdown."""

    token: str
    text: str


@dataclass(frozen=True)
class AnswerField:
    """One form field of a question: an option, an item, a row or a blank.

    `text` is Markdown. `chosen` is the state of a box, None for any other field.
    """

    name: str
    value: str
    text: str
    chosen: bool | None = None


@dataclass(frozen=True)
class JudgedOption:
    """An option next to a response, for a review; `text` and `explanation` are Markdown."""

    text: str
    chosen: bool
    right: bool
    explanation: str


@dataclass(frozen=True)
class PublicQuestion:
    """The part of a question that a page may see before release.

    `options` are options, items, or the right column, in display order. `rows` and `headers` are the left
    column of a table in source order, and the two column titles. `blanks` is the number of blanks in a cloze.
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
    """One question. R is the type of a stored response.

    Each kind is one file in `kinds/`, whose docstring explains how to add one. `prompt` and `explanation` are
    Markdown; `line` is the line of the heading in the source, from 1.

    `template`, one of `templates/lessons/controls/`, renders the question from its `entries`. `hint` tells
    learners how to answer. `example` is a complete question of the kind, for the docs.
    """

    kind: ClassVar[str]
    template: ClassVar[str]
    hint: ClassVar[str]
    example: ClassVar[str]
    # More examples for the help beside the editor, by their names.
    more_examples: ClassVar[Mapping[str, str]] = {}
    # True if right_answer and given_answer return inline Markdown (from the source), not plain text (as typed).
    answers_are_markdown: ClassVar[bool] = True
    # True if an answer is a text of several lines, whose spaces count.
    answers_are_long: ClassVar[bool] = False
    marked_by: ClassVar[MarkedBy] = MarkedBy.PORTAL
    # The template of a worker's report in a review; its context is that of `review_report`.
    report_template: ClassVar[str] = ""
    # The static file with its styles.
    report_style: ClassVar[str] = ""
    # Answers of many learners are counted by "options", by the text "typed", or not at all.
    tallied: ClassVar[str] = ""

    key: str
    prompt: str
    points: Decimal
    explanation: str
    line: int
    pool: str = ""
    skills: tuple[str, ...] = ()

    @classmethod
    @abstractmethod
    def recognises(cls, block: Block) -> bool:
        """True if the block is of this kind. The registry asks its kinds in order."""

    @classmethod
    @abstractmethod
    def parse(cls, block: Block, report: ReportProblem) -> Self:
        """Return the question. If anything is reported, the result is discarded."""

    @property
    def is_proved_by_worker(self) -> bool:
        """True if `prove` may only be called in a worker. Learners see the quiz after that."""
        return False

    def prove(self, report: ReportProblem) -> None:
        """Report what only a try of the question shows. It may take seconds; stored quizzes are not tried.

        Raises CannotJudgeError if it could not be tried.
        """

    def answer_lines(self) -> list[str]:
        """Return the lines that `parse` reads as these answers. An imported question is written with them."""
        raise NotImplementedError

    @property
    def asked(self) -> tuple[Hashable, ...]:
        """Return everything that gives a response its meaning.

        Two questions that are equal in this differ only in their key: one may mark the answers to the other.
        """
        return (self.kind, self.prompt, *self.right_answer())

    def lay_out(self, rng: Random) -> QuestionLayout:
        return {}

    def view(self, layout: QuestionLayout) -> PublicQuestion:
        return self._public()

    def entries(self, view: PublicQuestion, fields: FormData) -> list[AnswerField]:
        """Return the form fields of the page, filled in; `view` is all that they may show."""
        return [field_of(fields, FIELD, "Your answer")]

    @abstractmethod
    def read_response(self, layout: QuestionLayout, data: FormData) -> R | None:
        """Return the posted response, None if nothing was answered."""

    @abstractmethod
    def form_fields(self, layout: QuestionLayout, response: R) -> dict[str, list[str]]:
        """Return the form fields that `read_response` reads as this response."""

    def credit(self, response: R) -> Fraction:
        """Return the exact credit from 0 to 1; only the score is rounded. The portal itself marks such a kind."""
        raise NotImplementedError

    @abstractmethod
    def right_answer(self) -> list[str]:
        """Return display texts, one for each entry."""

    @abstractmethod
    def given_answer(self, response: R) -> list[str]:
        """Return display texts, one for each entry."""

    def refusal(self, response: R) -> str:
        return ""

    def explain_reading(self, response: R) -> str:
        return ""

    def entries_right(self, response: R) -> list[bool]:
        # For each entry of `given_answer`; empty if the answer is judged as a whole.
        return []

    def judge_options(self, layout: QuestionLayout, response: R | None) -> list[JudgedOption]:
        # In display order, for kinds that are reviewed option by option.
        return []

    def explain_response(self, response: R) -> str:
        """Return the Markdown that an author wrote for this response, "" for none. It may reveal the right answer."""
        return ""

    def group_key(self, response: R) -> Hashable:
        """Return a value that is equal for answers that count as the same, for kinds that are tallied by text."""
        return fold(str(response))

    def listed_options(self) -> list[tuple[str, bool]]:
        # Markdown and correctness, in source order, for kinds that are tallied by options.
        return []

    def explained_options(self) -> list[tuple[str, str]]:
        return []

    @property
    def heading(self) -> str:
        """The first line of the prompt: inline Markdown that names the question in lists."""
        return self.prompt.partition("\n")[0]

    @property
    def given_files(self) -> Sequence[tuple[str, str]]:
        # Paths and texts of files that are shown with the question.
        return ()

    @property
    def notes_for_staff(self) -> str:
        # Markdown for the people who mark; learners never see it.
        return ""

    @property
    def max_words(self) -> int:
        # 0 means no limit.
        return 0

    @classmethod
    def wake_worker(cls) -> None:
        """Ask a worker for the answers of this kind that wait; called after the transaction of a submission."""

    @property
    def judged_together(self) -> int:
        """The number of responses that one call of `judge` takes."""
        return 1

    # Any: a report as JSON
    def judge(self, *responses: R) -> list[tuple[Decimal, dict[str, Any]] | CannotJudgeError]:
        """Return points and report, as JSON, of each response, or why there is none. Call it in a worker."""
        raise NotImplementedError

    # Any: a worker's report is JSON, and the pure core knows no courses
    def review_report(self, report: dict[str, Any], *, course: Any, released: bool) -> dict[str, Any]:
        """Return the context of `report_template` from a worker's report."""
        return {}

    def _public(self, **parts: Any) -> PublicQuestion:
        return PublicQuestion(self.key, self.kind, self.prompt, self.points, **parts)


# Any: each kind has its own type of response.
AnyQuestion = Question[Any]


def common(block: Block) -> dict[str, Any]:  # Any: keyword arguments of different types
    return {
        "key": block.key,
        "prompt": block.prompt,
        "points": block.points,
        "explanation": block.explanation,
        "line": block.line,
        "pool": block.pool,
        "skills": block.skills,
    }


def last(data: FormData, name: str) -> str:
    """Return the last value of a posted field, as Django does; "" if absent."""
    return (data.get(name) or [""])[-1]


def field_of(fields: FormData, name: str, text: str) -> AnswerField:
    return AnswerField(name, last(fields, name), text)
