"""A quiz, and what a player and a review ask of it."""

from dataclasses import dataclass
from random import Random
from typing import Any

from lessons.texts.problem import Problem

from .question import FormData, Layout, PublicQuestion, Question, QuestionLayout, Response


@dataclass(frozen=True)
class Quiz:
    """`pass_mark` in percent; `attempts` 0 means no limit; `release` is now, deadline or never.

    `digest`: SHA-256 of the source in hexadecimal, the same for every kind of line end. `warnings`: what an author
    should look at before learners do.
    """

    title: str
    pass_mark: int
    attempts: int
    release: str
    questions: tuple[Question[Any], ...]
    digest: str
    warnings: tuple[Problem, ...] = ()


def lay_out(quiz: Quiz, rng: Random) -> Layout:
    """Tokens for one attempt, JSON-able, by key. They tell the order of the source: not for a page."""
    return {question.key: question.lay_out(rng) for question in quiz.questions}


def question_view(question: Question[Any], layout: QuestionLayout) -> PublicQuestion:
    """All that a page may know of the question before release."""
    return question.view(layout)


def read_response(question: Question[Any], layout: QuestionLayout, data: FormData) -> Response | None:
    """What was posted, JSON-able; None when nothing was answered. Unknown tokens count as nothing.

    `data` holds all values of each field: `answer` for tokens, text or number; `answer-<token>` for the
    position of an item, from 1, or the token matched to a row; `answer-<n>` for blank n of a cloze, from 1.
    A QueryDict gives one value of each, so pass `dict(request.POST.lists())`.
    """
    response: Response | None = question.read_response(layout, data)
    return response


def filled(
    question: Question[Any], layout: QuestionLayout, response: Response | None
) -> dict[str, list[str]]:
    """The reverse of `read_response`: the form fields of a saved response, for a page to show."""
    return {} if response is None else question.filled(layout, response)


def refusal(question: Question[Any], response: Response | None) -> str:
    """Say what to type instead of a response that cannot be read, such as “two” for a number; "" where it can."""
    return "" if response is None else question.refusal(response)


def reading(question: Question[Any], response: Response | None) -> str:
    """Say how a typed response is read where that may be in doubt; "" where it is read as typed."""
    return "" if response is None else question.reading(response)


def right_answer(question: Question[Any]) -> list[str]:
    """For people, one text an entry; inline Markdown if `question.answers_are_markdown`, else plain text."""
    return question.right_answer()


def given_answer(question: Question[Any], response: Response | None) -> list[str]:
    """As `right_answer`, of what was given; empty when nothing was."""
    return [] if response is None else question.given_answer(response)
