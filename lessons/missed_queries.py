"""Find the questions that a learner missed, of quizzes that show which answers are correct."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404

from lessons.deadlines import deadline_of
from lessons.models import Answer, Attempt, Quiz, QuizVersion
from lessons.models.course import LESSON_TEXTS
from lessons.queries import OpenCourse, Visitor, get_course
from lessons.quiz_queries import OpenQuiz, open_quizzes
from lessons.quiz_text import parse_stored, quiz_of
from lessons.quizzes.front_matter import SHOW_ANSWERS
from lessons.quizzes.question import AnyQuestion, MarkedBy


@dataclass(frozen=True)
class Missed:
    """A missed question, as the learner saw it last; `shows` is what its quiz shows now."""

    quiz: Quiz
    version: QuizVersion
    question: AnyQuestion
    shows: str


def missed_in_quiz(found: OpenQuiz) -> list[Missed]:
    """Return the questions without full credit in the latest submitted attempt that asked them."""
    return _missed([found])


def missed_in_course(user: Visitor, course_slug: str) -> tuple[OpenCourse, list[Missed]]:
    """Return the same over all quizzes of a course, in its order, for its learners only. Raises Http404."""
    reader = get_course(user, course_slug)
    if reader.enrollment is None:
        raise Http404
    attempts: dict[int, list[Any]] = defaultdict(list)
    mine = Attempt.objects.filter(enrollment=reader.enrollment, quiz__in=open_quizzes(user))
    for attempt in mine.ranked().timed().select_related("version", "key").defer("layout"):
        attempts[attempt.quiz_id].append(attempt)
    quizzes = Quiz.objects.filter(pk__in=list(attempts)).select_related("current", "lesson__session")
    found = []
    for quiz in quizzes.defer("source", *(f"lesson__{name}" for name in LESSON_TEXTS)):
        if quiz.current is not None:
            quiz.course = reader.course
            opened = OpenQuiz(quiz, quiz.current, reader)
            opened.attempts = attempts[quiz.pk]
            opened.deadline = deadline_of(opened.attempts[0])  # without a query
            found.append(opened)
    return reader, _missed(found)


def _missed(quizzes: Iterable[OpenQuiz]) -> list[Missed]:
    shown = [found for found in quizzes if _shows_answers(found)]
    attempts = [attempt.pk for found in shown for attempt in found.submitted]
    credits: dict[int, dict[str, Any]] = defaultdict(dict)
    answers = Answer.objects.filter(attempt__in=attempts, response__isnull=False)
    for attempt, key, credit in answers.values_list("attempt", "key", "credit"):
        credits[attempt][key] = credit
    return [missed for found in shown for missed in _missed_in(found, credits)]


def _shows_answers(found: OpenQuiz) -> bool:
    return bool(found.submitted) and found.version.shows in SHOW_ANSWERS and found.released


def _missed_in(found: OpenQuiz, credits: dict[int, dict[str, Any]]) -> list[Missed]:
    latest: dict[str, Missed | None] = {}
    for attempt in sorted(found.submitted, key=lambda attempt: -attempt.number):
        for question in quiz_of(attempt).questions:
            if question.marked_by is not MarkedBy.PORTAL:
                continue  # people or workers mark it: no feedback at once
            credit = credits[attempt.pk].get(question.key, 0)
            is_missed = credit is not None and credit < 1  # None: staff have not marked it yet
            missed = Missed(found.quiz, attempt.version, question, found.version.shows) if is_missed else None
            latest.setdefault(question.key, missed)
    # In the current order, without questions that were taken out.
    kept = (latest.get(question.key) for question in parse_stored(found.version.source).questions)
    return [missed for missed in kept if missed is not None]
