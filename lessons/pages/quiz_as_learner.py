"""An attempt at a quiz as a learner makes it, for staff: nothing is stored, and it counts nowhere.

The answers travel, signed, from each page to the next one.
"""

import secrets
from dataclasses import dataclass
from random import Random
from typing import Any

from django.core import signing
from django.urls import reverse
from django.utils import timezone

from lessons.attempt_times import End
from lessons.marking import mark_answers
from lessons.models import Answer, Attempt
from lessons.pages.as_learner import View
from lessons.pages.context import Context
from lessons.pages.numbers import read_number
from lessons.pages.quiz import question_at, questions
from lessons.quiz_queries import OpenAttempt, OpenQuiz
from lessons.quiz_text import parse_stored, quiz_of
from lessons.quizzes import Response, draw, lay_out, read_response, refusal

QUESTION = "lessons/quiz_question.html"
_SALT = "quiz as a learner"


@dataclass
class TriedAttempt(OpenAttempt):
    """An attempt that is not stored. `seed` decides which questions it asks, and their order."""

    seed: int = 0


def links_of(view: View, found: OpenQuiz) -> Context:
    """Return what the pages of a quiz show differently in a view: their links stay in it."""
    quiz, lesson = found.quiz, found.quiz.lesson
    start = view.page(quiz.get_absolute_url())
    lesson_url = view.page(reverse("lesson", args=[view.course.slug, lesson.slug]))
    return {
        "view": view,
        "start": start,
        "attempt_url": view.page(quiz.get_absolute_url(), "as-learner/attempt/"),
        "lesson_url": lesson_url,
        "course_url": view.outline,
        "after": view.moved(found.after),
        "crumbs": [(view.course.title, view.outline), (lesson.title, lesson_url), ("Quiz", start)],
    }


def read_attempt(of: OpenQuiz, signed: str) -> TriedAttempt | None:
    """Return the attempt with its answers so far, a new one for "", None if the quiz has changed meanwhile."""
    version = of.version
    kept: dict[str, Any] = {"version": version.pk, "seed": secrets.randbits(32), "answers": {}}
    if signed:
        try:
            kept = signing.loads(signed, salt=_SALT)
        except signing.BadSignature:
            return None
    if kept["version"] != version.pk:
        return None
    # No row has this key.
    attempt = Attempt(pk=0, quiz=of.quiz, version=version, enrollment=of.enrollment, number=1)
    # The same questions in the same order on each page, as in a stored attempt.
    parsed, rng = parse_stored(version.source), Random(kept["seed"])  # noqa: S311 - nothing secret
    attempt.questions = draw(parsed, rng)
    attempt.layout = lay_out(quiz_of(attempt), rng)
    attempt.started_at = timezone.now()
    found = TriedAttempt(attempt, of, of.after, seed=kept["seed"])
    found.end = End(None)  # the time of the view stands still
    found.answers = {
        key: Answer(key=key, response=response, flagged=flagged, saved_at=attempt.started_at)
        for key, (response, flagged) in kept["answers"].items()
    }
    return found


def with_answers(context: Context, found: TriedAttempt) -> Context:
    kept = {key: (answer.response, answer.flagged) for key, answer in found.answers.items()}
    state = {"version": found.attempt.version.pk, "seed": found.seed, "answers": kept}
    return {**context, "answers": signing.dumps(state, salt=_SALT, compress=True)}


def place_in(found: OpenAttempt, text: str) -> int | None:
    """Return the position of a question, None for anything else."""
    place = read_number(text)
    return place if 1 <= place <= len(questions(found)) else None


# Any: texts and files of a form
def answer(found: OpenAttempt, place: int, data: dict[str, list[Any]]) -> Response | None:
    """Take the answer to a question from a form. Return it, unsaved, if it cannot be read, else None."""
    asked = question_at(found, place)
    response = read_response(asked, found.attempt.layout[asked.key], data)
    before = found.answers.get(asked.key)
    refused = bool(refusal(asked, response))
    kept = (before.response if before else None) if refused else response
    found.answers[asked.key] = Answer(
        key=asked.key, response=kept, flagged="flagged" in data, saved_at=timezone.now()
    )
    return response if refused else None


def submit(found: OpenAttempt) -> None:
    """Mark the answers, without saving. The page then shows what it shows after a first attempt."""
    attempt: Any = found.attempt
    for name, total in mark_answers(quiz_of(attempt), found.answers.values()).items():
        setattr(attempt, name, total)
    attempt.submitted_at, attempt.best_rank = timezone.now(), 1
    found.of.attempts = [attempt]
