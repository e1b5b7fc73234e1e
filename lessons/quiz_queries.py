"""Read queries of quizzes and attempts. Every function returns only rows that the given user may see."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from math import ceil
from statistics import median
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.utils import timezone

from lessons.attempt_times import (
    NO_EXTRA_TIME,
    End,
    allowed,
    deadline_for,
    end_of,
    extra_time_of,
    read_open,
)
from lessons.deadlines import Deadline, deadline_of
from lessons.lesson_queries import Neighbour, first_named_after, neighbour, opening_of
from lessons.models import Answer, Attempt, Course, CourseStaff, Enrollment, Lesson, Quiz, QuizVersion
from lessons.models.course import LESSON_TEXTS
from lessons.queries import (
    MAX_KEY,
    OpenCourse,
    Visitor,
    cohort_of,
    courses_learned,
    courses_taught,
    open_course,
)
from lessons.quizzes.question import MarkedBy
from lessons.release import as_parameter, lesson_opening, quiz_opening, quiz_sql
from lessons.rights import teaches_cohort


@dataclass
class OpenQuiz:
    """A quiz as one visitor may see it; `attempts` are their own, by number, `after` is the next lesson."""

    quiz: Quiz
    version: QuizVersion
    reader: OpenCourse
    after: Neighbour | None = None

    @property
    def enrollment(self) -> Enrollment | None:
        return self.reader.enrollment

    @cached_property
    def attempts(self) -> list[Attempt]:
        if self.enrollment is None:
            return []
        mine = Attempt.objects.filter(enrollment=self.enrollment, quiz=self.quiz)
        return list(mine.ranked().select_related("version").defer("layout"))

    @property
    def submitted(self) -> list[Attempt]:
        return [attempt for attempt in self.attempts if attempt.submitted_at]

    @property
    def has_answers_to_mark(self) -> bool:
        return Answer.objects.filter(waits_for=MarkedBy.STAFF, attempt__quiz=self.quiz).exists()

    @property
    def open_attempt(self) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.submitted_at is None), None)

    @property
    def best(self) -> Attempt | None:
        ranked: list[Any] = self.submitted  # annotated with `best_rank`
        return next((attempt for attempt in ranked if attempt.best_rank == 1), None)

    @property
    def attempts_left(self) -> int | None:
        # None means no limit.
        allowed = self.version.attempts_allowed
        return max(0, allowed - len(self.attempts)) if allowed else None

    @cached_property
    def deadline(self) -> Deadline:
        return deadline_for(self.quiz, self.reader.cohort, self.reader.learner)

    @property
    def is_closed(self) -> bool:
        """True if no attempt can be started, because the deadline has passed."""
        return self.deadline.refuses_at(self.reader.now)

    @cached_property
    def time_allowed(self) -> timedelta | None:
        """The time limit of the next attempt, with the learner's extra time. None means no limit."""
        if not self.version.time_limit:
            return None
        given = extra_time_of(self.enrollment, self.quiz) if self.enrollment else NO_EXTRA_TIME
        return allowed(given, self.version.time_limit)

    @property
    def counts(self) -> str:
        """The rule for which attempt counts: best, last or first."""
        return self.version.counts

    @property
    def released(self) -> bool:
        """True if submitted attempts show what the version `shows`, as `quiz_words.release_words` says.

        The current version decides, so that an author can show or hide the answers later. Except for "now",
        nothing is shown while an attempt is open.
        """
        release = self.version.release
        if release in ("now", "never"):
            return release == "now"
        if self.open_attempt is not None:
            return False
        if release == "passed":
            return self.attempts_left == 0 or any(attempt.passed for attempt in self.submitted)
        if self.deadline.at or self.deadline.waits:
            return self.deadline.has_passed(self.reader.now)
        return self.attempts_left == 0  # a quiz without a deadline


def get_quiz(user: Visitor, course_slug: str, quiz_slug: str) -> OpenQuiz:
    """Return the quiz of a lesson in a course that `user` takes or teaches.

    Raises Http404, or NotOpenYetError for a learner if it opens later.
    """
    quiz = _find_quiz(cohort_of(user), timezone.now(), course_slug, quiz_slug)
    return _opened(quiz, open_course(user, quiz.course))


def get_quiz_for(reader: OpenCourse, quiz_slug: str) -> OpenQuiz:
    """Return a quiz that this reader may take. Raises Http404, or NotOpenYetError."""
    quiz = _find_quiz(reader.cohort, reader.now, reader.course.slug, quiz_slug)
    return _opened(quiz, reader)


# Any: an expression or a key for the cohort, and an annotated row
def _find_quiz(cohort: Any, now: datetime, course_slug: str, quiz_slug: str) -> Any:
    quizzes = Quiz.objects.select_related("course", "lesson", "current").defer(
        "source", "current__source", *(f"lesson__{name}" for name in LESSON_TEXTS)
    )
    quizzes = quizzes.annotate(after=_lesson_after("", cohort, now), opens_at=quiz_opening(cohort))
    quiz = quizzes.filter(course__slug=course_slug, slug=quiz_slug).first()
    if quiz is None or quiz.current is None or not quiz.current.question_count:
        raise Http404
    return quiz


# Any: an annotated row
def _opened(quiz: Any, reader: OpenCourse) -> OpenQuiz:
    if not _may_take(reader, quiz):
        raise Http404
    return OpenQuiz(quiz, quiz.current, reader, neighbour(quiz.course, quiz.after))


def open_quizzes(user: Visitor) -> QuerySet[Quiz]:
    """Return the quizzes of all courses that `user` may open, by the rule of `get_quiz`."""
    quizzes = Quiz.objects.filter(current__question_count__gt=0).order_by()
    if not user.is_authenticated:
        return quizzes.none()
    if user.is_superuser:
        return quizzes
    quizzes = quizzes.alias(opens_at=quiz_opening(cohort_of(user)))
    learned = Q(opens_at__lte=timezone.now(), course__in=courses_learned(user))
    return quizzes.filter(learned | Q(course__in=courses_taught(user)))


def _may_take(reader: OpenCourse, quiz: Quiz) -> bool:
    is_draft = quiz.is_draft or quiz.lesson.is_draft
    return reader.may_open(f"Quiz: {quiz.title}", opening_of(quiz), is_draft=is_draft)


def _lesson_after(quiz: str, cohort: Any, now: datetime) -> Subquery:
    # The next lesson that is open to a cohort; `quiz` is the prefix of the quiz's fields in the outer query.
    lessons = Lesson.objects.alias(opens_at=lesson_opening(cohort)).filter(opens_at__lte=now)
    lessons = lessons.filter(course=OuterRef(f"{quiz}course"))
    return first_named_after(lessons, lambda name: OuterRef(f"{quiz}lesson__{name}"))


def get_enrolled_quiz(user: Visitor, course_slug: str, quiz_slug: str) -> tuple[OpenQuiz, Enrollment]:
    """Return the quiz, for learners only. Raises Http404, NotOpenYetError."""
    found = get_quiz(user, course_slug, quiz_slug)
    if found.enrollment is None:
        raise Http404
    return found, found.enrollment


@dataclass
class OpenAttempt:
    """A learner's own attempt; `answers` are by question key, `after` is the next lesson."""

    attempt: Attempt
    of: OpenQuiz
    after: Neighbour | None = None

    @cached_property
    def answers(self) -> dict[str, Answer]:
        return {answer.key: answer for answer in Answer.objects.filter(attempt=self.attempt)}

    @cached_property
    def end(self) -> End:
        if hasattr(self.attempt, "time_limit"):  # from the query of the attempt
            return end_of(self.attempt)
        row = read_open(self.attempt.pk)
        return end_of(row) if row else End(None)

    @property
    def is_over(self) -> bool:
        """True if the time is up and the attempt was not submitted yet."""
        return self.attempt.submitted_at is None and self.end.has_passed(timezone.now())


# The columns that the pages of an attempt show.
_OF_ATTEMPT = (
    *("number", "started_at", "submitted_at", "points", "score", "passed", "waiting_points", "layout"),
    *("questions", "ended_by", "is_late", "max_points", "key__source"),
    *(
        "enrollment__user",
        "enrollment__course",
        "version__source",
        "version__max_points",
        "version__pass_mark",
    ),
    *("quiz__slug", "quiz__title", "quiz__course__slug", "quiz__course__title"),
    *(
        "quiz__lesson__slug",
        "quiz__lesson__title",
        "quiz__lesson__status",
        "quiz__status",
        "enrollment__cohort",
    ),
    *("quiz__current__release", "quiz__current__attempts_allowed", "quiz__current__question_count"),
    *("quiz__current__shows", "quiz__current__counts"),
)


def get_attempt(user: Visitor, course_slug: str, quiz_slug: str, number: int) -> OpenAttempt:
    """Return the learner's own attempt at a quiz that they may still open. Raises Http404, NotOpenYetError.

    One query, because it runs on each saved answer.
    """
    if not user.is_authenticated or number > _MAX_NUMBER:
        raise Http404
    own = Attempt.objects.filter(enrollment__user=user, enrollment__is_active=True, number=number)
    attempts = own.filter(quiz__course__slug=course_slug, quiz__slug=quiz_slug, quiz__deletion=None)
    staff = CourseStaff.objects.filter(user=user, course=OuterRef("quiz__course"))
    related = ("version", "key", "enrollment", "quiz__course", "quiz__lesson", "quiz__current")
    attempts = attempts.timed().annotate(
        taught=Exists(staff),
        after=_lesson_after("quiz__", OuterRef("enrollment__cohort"), timezone.now()),
        opens_at=quiz_opening(F("enrollment__cohort"), "quiz__", "quiz__lesson__"),
    )
    attempt: Any = attempts.select_related(*related).only(*_OF_ATTEMPT).first()
    if attempt is None:
        raise Http404
    quiz = attempt.quiz
    reader = OpenCourse(quiz.course, attempt.enrollment, user.is_superuser or attempt.taught)
    quiz.opens_at = attempt.opens_at
    if not (_may_take(reader, quiz) and quiz.current and quiz.current.question_count):
        raise Http404
    found = OpenQuiz(quiz, quiz.current, reader)
    found.deadline = deadline_of(attempt)  # from the same query
    return OpenAttempt(attempt, found, neighbour(quiz.course, attempt.after))


def is_being_checked(user: Visitor, course_slug: str, quiz_slug: str, number: int) -> bool:
    """Return True if an answer of the learner's own attempt waits for a worker. One small query: pages poll it."""
    if not user.is_authenticated or number > _MAX_NUMBER:
        return False
    own = Q(attempt__enrollment__user=user, attempt__enrollment__is_active=True, attempt__number=number)
    of_quiz = Q(attempt__quiz__course__slug=course_slug, attempt__quiz__slug=quiz_slug)
    return Answer.objects.filter(own, of_quiz, waits_for=MarkedBy.WORKER).exists()


def get_attempt_of(user: Visitor, course_slug: str, quiz_slug: str, number: int, learner: int) -> Attempt:
    """Return an attempt of a learner (an enrollment's key), for course staff only. Raises Http404."""
    if number > _MAX_NUMBER or learner > MAX_KEY:
        raise Http404
    attempts = Attempt.objects.filter(
        quiz__course__slug=course_slug, quiz__slug=quiz_slug, quiz__deletion=None, enrollment=learner
    )
    related = ("version", "key", "enrollment__user", "quiz__course", "quiz__lesson", "quiz__current")
    attempt = attempts.filter(number=number).select_related(*related).first()
    if attempt is None or not teaches_cohort(user, attempt.enrollment.cohort_id, attempt.quiz.course):
        raise Http404
    return attempt


def get_answer_target(user: Visitor, course_slug: str, quiz_slug: str, number: int) -> tuple[Attempt, str]:
    """Return the attempt of `get_attempt`, with its draw and layout only, and the quiz source, to save an answer.

    In SQL, because it runs on each saved answer, and building it from models takes as long as all the rest.
    """
    if not user.is_authenticated or number > _MAX_NUMBER:
        raise Http404
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"user": user.pk, "course": course_slug, "quiz": quiz_slug, "number": number}
        values |= {"may_all": user.is_superuser, "now": as_parameter(timezone.now())}
        cursor.execute(_answer_target_sql(connection.vendor), values)
        row = cursor.fetchone()
    if row is None:
        raise Http404
    questions = json.loads(row[3]) if row[3] else None
    return Attempt(pk=row[0], layout=json.loads(row[1]), questions=questions), row[2]


# The limit of the column.
_MAX_NUMBER = 32_767


@cache
def _answer_target_sql(vendor: str) -> str:
    return f"""
    SELECT attempt.id, attempt.layout, version.source, attempt.questions
    FROM {Attempt._meta.db_table} attempt
    JOIN {Enrollment._meta.db_table} enrollment ON enrollment.id = attempt.enrollment_id AND enrollment.is_active
    JOIN {QuizVersion._meta.db_table} version ON version.id = attempt.version_id
    JOIN {Quiz._meta.db_table} quiz ON quiz.id = attempt.quiz_id AND quiz.deletion_id IS NULL
    JOIN {QuizVersion._meta.db_table} now ON now.id = quiz.current_id AND now.question_count > 0
    JOIN {Lesson._meta.db_table} lesson ON lesson.id = quiz.lesson_id
    JOIN {Course._meta.db_table} course ON course.id = quiz.course_id
    LEFT JOIN {CourseStaff._meta.db_table} staff ON staff.course_id = course.id AND staff.user_id = enrollment.user_id
    WHERE enrollment.user_id = %(user)s AND course.slug = %(course)s AND quiz.slug = %(quiz)s
        AND attempt.number = %(number)s
        AND (staff.id IS NOT NULL OR %(may_all)s
            OR {quiz_sql(vendor, "quiz", "lesson", "enrollment.cohort_id")} <= %(now)s)
    """  # noqa: S608 - names of tables and a constant


def typical_minutes(found: OpenQuiz) -> int | None:
    """Return the median duration of the latest 200 attempts of others; None if there are fewer than three."""
    others = Attempt.objects.submitted().filter(quiz=found.quiz).exclude(enrollment=found.enrollment)
    times = others.order_by("-submitted_at").values_list("started_at", "submitted_at")[:200]
    seconds = [(end - start).total_seconds() for start, end in times if end]
    return max(1, ceil(median(seconds) / 60)) if len(seconds) >= 3 else None
