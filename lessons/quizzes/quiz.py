"""The quiz, and the functions that a player and a review call on it."""

from dataclasses import dataclass
from random import Random

from lessons.texts.due_rules import Rule
from lessons.texts.problem import Problem

from .front_matter import Pool
from .question import AnyQuestion, FormData, Layout, PublicQuestion, QuestionLayout, Response


@dataclass(frozen=True)
class Quiz:
    """`pass_mark` is a percentage; `attempts` 0 means no limit. `front_matter.Settings` has the other rules.

    An attempt has some of the `questions`, those that `drawing.draw` names.
    `digest` is the SHA-256 of the source in hexadecimal, independent of line endings. `warnings` are for the
    author to check before learners see the quiz.
    """

    title: str
    pass_mark: int
    attempts: int
    release: str
    questions: tuple[AnyQuestion, ...]
    digest: str
    warnings: tuple[Problem, ...] = ()
    shows: str = "all"
    counts: str = "best"
    time_limit: int = 0
    deadline: Rule | None = None
    late: str = "refuse"
    bonus: int = 0
    shuffle: bool = False
    pools: tuple[Pool, ...] = ()

    @property
    def is_proved_by_worker(self) -> bool:
        return any(question.is_proved_by_worker for question in self.questions)

    def find(self, key: str) -> AnyQuestion | None:
        return next((question for question in self.questions if question.key == key), None)


def lay_out(quiz: Quiz, rng: Random) -> Layout:
    """Return JSON-able tokens for one attempt, by question key, in source order. Never show a layout on a page."""
    return {question.key: question.lay_out(rng) for question in quiz.questions}


def question_view(question: AnyQuestion, layout: QuestionLayout) -> PublicQuestion:
    """Return the part of the question that a page may see before release."""
    return question.view(layout)


def read_response(question: AnyQuestion, layout: QuestionLayout, data: FormData) -> Response | None:
    """Return the posted response, JSON-able, None if nothing was answered. Unknown tokens are ignored.

    `data` has all values of each field: `answer` for tokens, text or a number; `answer-<token>` for the
    position of an item, from 1, or the token matched to a row; `answer-<n>` for blank n of a cloze, from 1. A
    QueryDict yields only the last value, so pass `dict(request.POST.lists())`.
    """
    response: Response | None = question.read_response(layout, data)
    return response


def form_fields(
    question: AnyQuestion, layout: QuestionLayout, response: Response | None
) -> dict[str, list[str]]:
    """Return the form fields of a saved response; the inverse of `read_response`."""
    return {} if response is None else question.form_fields(layout, response)


def refusal(question: AnyQuestion, response: Response | None) -> str:
    """Say what to type instead of an unreadable response, such as “two” for a number; "" if it is readable."""
    return "" if response is None else question.refusal(response)


def explain_reading(question: AnyQuestion, response: Response | None) -> str:
    """Explain how an ambiguous typed response is read; "" if it is read as typed."""
    return "" if response is None else question.explain_reading(response)


def right_answer(question: AnyQuestion) -> list[str]:
    """Return display texts, one for each entry: inline Markdown if `question.answers_are_markdown`, else plain."""
    return question.right_answer()


def given_answer(question: AnyQuestion, response: Response | None) -> list[str]:
    """Return display texts as `right_answer` does; empty if nothing was answered."""
    return [] if response is None else question.given_answer(response)
