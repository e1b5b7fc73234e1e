"""Read the attempts that the item analysis of a quiz counts: the first submitted attempt of each learner."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Exists, F, FloatField, OuterRef, TextField
from django.db.models.functions import Cast
from django.http import Http404

from lessons.models import Answer, Attempt, QuestionReport, Quiz, QuizRegrade, QuizVersion
from lessons.models.course import LESSON_TEXTS
from lessons.queries import MAX_KEY, Visitor, get_taught_course_by_slug
from lessons.quiz_text import parse_stored
from lessons.quizzes.analysis import Sitting
from lessons.quizzes.question import AnyQuestion
from lessons.rights import cohorts_taught, teaches_whole

MAX_SITTINGS = 5_000  # the latest ones
MAX_REPORTS = 500  # the open ones, then the newest
MAX_PAUSE = 30 * 60  # seconds; a longer time between two answers was not spent on one question
Saved = tuple[str, Any, float | None, datetime]  # key, response, credit, time


@dataclass(frozen=True)
class CountedVersion:
    """A version of a quiz, and how many learners took it first."""

    version: QuizVersion
    count: int


def get_taught_quiz(user: Visitor, course_slug: str, quiz_slug: str) -> Quiz:
    """Return a quiz with questions, even a draft, of a course that `user` teaches. Raises Http404."""
    course = get_taught_course_by_slug(user, course_slug)
    quizzes = Quiz.objects.select_related("lesson__session", "current").defer(
        "source", *(f"lesson__{name}" for name in LESSON_TEXTS)
    )
    quiz = quizzes.filter(course=course, slug=quiz_slug, current__question_count__gt=0).first()
    if quiz is None:
        raise Http404
    quiz.course = course
    return quiz


def get_quiz_to_regrade(user: Visitor, course_slug: str, quiz_slug: str) -> Quiz:
    """Return the quiz for staff of all cohorts of the course: a regrade concerns them all. Raises Http404."""
    quiz = get_taught_quiz(user, course_slug, quiz_slug)
    if not teaches_whole(user, quiz.course):
        raise Http404
    return quiz


def get_quiz_regrade(user: Visitor, course_slug: str, quiz_slug: str, key: int) -> QuizRegrade:
    """Return a regrade of a quiz in a course that `user` teaches. Raises Http404."""
    quiz = get_quiz_to_regrade(user, course_slug, quiz_slug)
    related = ("version", "from_version", "by", "applied_by", "undone_by")
    found = (
        QuizRegrade.objects.filter(quiz=quiz, pk=key).select_related(*related).first()
        if key <= MAX_KEY
        else None
    )
    if found is None:
        raise Http404
    found.quiz = quiz
    return found


def reports_on(quiz: Quiz, user: Visitor) -> dict[str, list[QuestionReport]]:
    """Return the newest reports of the learners of `user` by question, the open ones first. One query."""
    found: dict[str, list[QuestionReport]] = defaultdict(list)
    own = QuestionReport.objects.filter(quiz=quiz, enrollment__cohort__in=cohorts_taught(user))
    rows = own.select_related("enrollment__user", "attempt", "closed_by")
    by_age = rows.defer("attempt__layout").order_by(F("closed_at").desc(nulls_first=True), "-pk")
    for row in by_age[:MAX_REPORTS]:
        found[row.key].append(row)
    return found


def get_report(user: Visitor, course_slug: str, quiz_slug: str, key: int) -> QuestionReport:
    """Return a report on a question of a quiz in a course that `user` teaches. Raises Http404."""
    quiz = get_taught_quiz(user, course_slug, quiz_slug)
    own = QuestionReport.objects.filter(quiz=quiz, pk=key, enrollment__cohort__in=cohorts_taught(user))
    rows = own.select_related("enrollment__user", "attempt")
    found = rows.first() if key <= MAX_KEY else None
    if found is None:
        raise Http404
    found.quiz = found.attempt.quiz = quiz
    return found


def counted_versions(quiz: Quiz) -> list[CountedVersion]:
    """Return the current version and those with counted attempts, the newest first."""
    counts = Counter(_first_attempts(quiz).values_list("version", flat=True))
    versions = QuizVersion.objects.filter(quiz=quiz).order_by("-created_at", "-pk").defer("source")
    return [
        CountedVersion(version, counts[version.pk])
        for version in versions
        if counts[version.pk] or version.pk == quiz.current_id
    ]


def sittings(
    quiz: Quiz,
    versions: Sequence[QuizVersion],
    questions: Iterable[AnyQuestion],
    *,
    cohort: int | None = None,
    limit: int = MAX_SITTINGS,
) -> list[Sitting]:
    """Return the counted attempts at these versions, in the order in which they were submitted.

    At most the latest `limit`; with the key of a cohort, only those of its active learners. A question that differs
    from the one of the same key in `questions` keeps its part in the rest of the quiz, but under another key.
    """
    found = _first_attempts(quiz).filter(version__in=versions)
    found = found.filter(enrollment__cohort=cohort, enrollment__is_active=True) if cohort else found
    counted = found.order_by("-submitted_at", "-pk")[:limit]
    rows = list(counted.values_list("pk", "version", "started_at", "questions"))[::-1]
    saved: dict[int, list[Saved]] = defaultdict(list)
    # As text and number: reading JSON and decimals of 80,000 answers takes most of the time.
    plain = {"given": Cast("response", TextField()), "earned": Cast("credit", FloatField())}
    answers = (
        Answer.objects.filter(attempt__in=counted.values("pk")).order_by("saved_at", "pk").annotate(**plain)
    )
    read = lru_cache(maxsize=10_000)(json.loads)
    for attempt, key, given, earned, saved_at in answers.values_list("attempt", "key", *plain, "saved_at"):
        saved[attempt].append((key, None if given is None else read(given), earned, saved_at))
    wanted = {question.key: _compared(question) for question in questions}
    plans = {version.pk: _Plan(version, wanted) for version in versions}
    return [plans[version].sitting(saved[pk], started_at, drawn) for pk, version, started_at, drawn in rows]


def _first_attempts(quiz: Quiz) -> Any:  # a queryset
    submitted = Attempt.objects.submitted().filter(quiz=quiz)
    earlier = submitted.filter(enrollment=OuterRef("enrollment"), number__lt=OuterRef("number"))
    return submitted.exclude(Exists(earlier)).order_by()


def _compared(question: AnyQuestion) -> AnyQuestion:
    return replace(question, line=0)


class _Plan:
    """The questions of a version: their keys in the analysis, in order, and their points."""

    def __init__(self, version: QuizVersion, wanted: Mapping[str, AnyQuestion]) -> None:
        questions = parse_stored(version.source).questions
        self.names = {
            question.key: question.key
            if wanted.get(question.key) == _compared(question)
            else f"{question.key}@{version.pk}"
            for question in questions
        }
        self.worth = {self.names[question.key]: float(question.points) for question in questions}

    def sitting(self, saved: list[Saved], started_at: datetime, drawn: list[str] | None) -> Sitting:
        # `drawn` are the keys of the questions in the order of the attempt, None for all as written.
        asked = [key for key in drawn or self.names if key in self.names]
        known = [answer for answer in saved if answer[0] in asked and answer[1] is not None]
        credits: dict[str, float | None] = dict.fromkeys((self.names[key] for key in asked), 0.0)
        for key, _, credit, _ in known:
            credits[self.names[key]] = credit
        return Sitting(
            credits,
            {self.names[key]: response for key, response, _, _ in known},
            self.worth,
            {self.names[key]: seconds for key, seconds in self._times(known, asked, started_at)},
        )

    def _times(
        self, known: list[Saved], asked: list[str], started_at: datetime
    ) -> Iterator[tuple[str, float]]:
        # Known only if the last saves are in the order of the questions: then nobody went back to change one.
        keys = [key for key, *_ in known]
        answered = set(keys)
        if keys != [key for key in asked if key in answered]:
            return
        before = started_at
        for key, _, _, saved_at in known:
            seconds = (saved_at - before).total_seconds()
            if 0 < seconds <= MAX_PAUSE:
                yield key, seconds
            before = saved_at
