"""A class as large as a course may get, created by bulk inserts: the same rows in every run.

`make_class()` takes about two minutes; scaled SIZES create a small one of the same shape within a second.
The first learner is the busiest and has a fiftieth of all submissions, most of them in one lab.
"""

import hashlib
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from random import Random

from django.contrib.sessions.models import Session as LogIn
from django.db import connection, transaction
from django.utils import timezone

from benchmarks.big_class_work import Moments, attempt, read, submit
from benchmarks.repositories import SMALL
from labs.models import AccessToken, Lab
from lessons.actions import save_lesson, save_quiz
from lessons.models import Cohort, Course, Enrollment, Lesson, Meeting, Quiz
from lessons.models import Session as Unit
from portal.accounts.models import User
from tests.factories import make_lab, make_staff

BATCH = 2_000

TEXT = (
    "".join(
        f"## Part {part}\n\n" + "A line says what it does and why, and *the next* one shows `how`.\n\n" * 25
        for part in range(1, 9)
    )
    + "::: checklist\n- [ ] Install Git {#git}\n- [ ] Write a README.md {#readme}\n:::\n"
)

QUIZ = """\
---
title: What was said
pass_mark: 70
attempts: 0
release: now
---

## Which of these is distributed? {#which}
- [x] Git
- [ ] Subversion
> Every clone holds all of it.

## How many hours is one evening? {#hours}
= 3 ± 0.1
> From seven to ten.
"""


@dataclass(frozen=True)
class Sizes:
    units: int = 60
    lessons: int = 300
    quizzes: int = 200
    labs: int = 40
    cohorts: int = 4
    learners: int = 2_000
    readings: int = 200_000
    attempts: int = 100_000
    submissions: int = 100_000
    tokens: int = 6_000
    log_ins: int = 20_000

    def scaled(self, share: float) -> "Sizes":
        """Return sizes scaled by `share`, at least two of each; the number of cohorts stays."""
        names = {field.name for field in fields(self)} - {"cohorts"}
        return replace(self, **{name: max(2, round(getattr(self, name) * share)) for name in names})


SIZES = Sizes()


@dataclass(frozen=True)
class BigClass:
    """`busiest` has the most submissions, `usual` as many as most learners, `fresh` has done nothing yet."""

    course: Course
    instructor: User
    administrator: User
    lessons: list[Lesson]
    quizzes: list[Quiz]
    labs: list[Lab]
    busiest: Enrollment
    usual: Enrollment
    fresh: Enrollment


@transaction.atomic
def make_class(sizes: Sizes = SIZES, slug: str = "big-class", seed: int = 7) -> BigClass:
    random, now = Random(seed), timezone.now()  # noqa: S311 - no secrets
    course = Course.objects.create(slug=slug, title="A big class")
    lessons, cohorts = _lessons(course, sizes), _cohorts(course, sizes, now)
    quizzes = [
        save_quiz(quiz=Quiz(course=course, lesson=lesson, slug=lesson.slug, source=QUIZ))
        for lesson in lessons[: sizes.quizzes]
    ]
    labs = [make_lab(course, f"lab-{number}", SMALL.lab) for number in range(sizes.labs)]
    learners = _learners(cohorts, sizes)
    moments = Moments(random, now)
    read(learners, lessons, sizes.readings, moments)
    attempt(learners, quizzes, sizes.attempts, moments)
    submit(learners, labs, sizes.submissions, moments)
    _sign_in(learners, sizes, now)
    fresh = User.objects.create_user(f"fresh@{slug}.example.org")
    enrollment = Enrollment.objects.create(user=fresh, cohort=cohorts[0], course=course)
    instructor = make_staff(course, User.objects.create_user(f"staff@{slug}.example.org", is_staff=True))
    administrator = User.objects.create_superuser(f"administrator@{slug}.example.org")
    return BigClass(
        course, instructor, administrator, lessons, quizzes, labs, learners[0], learners[1], enrollment
    )


def analyze() -> None:
    """Analyze the tables, as autovacuum would: query plans depend on statistics. Not within a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


# --- the course -----------------------------------------------------------------------------------------------------


def _lessons(course: Course, sizes: Sizes) -> list[Lesson]:
    """Create lessons with the same text, rendered once; each names a lab while there are any left."""
    units = Unit.objects.bulk_create(
        Unit(course=course, slug=f"unit-{number}", title=f"Unit {number}", position=number)
        for number in range(sizes.units)
    )
    drawn: Lesson | None = None
    lessons = []
    for number in range(sizes.lessons):
        unit = units[number * sizes.units // sizes.lessons]
        lesson = Lesson(
            course=course,
            session=unit,
            slug=f"lesson-{number}",
            title=f"Lesson {number}",
            status=Lesson.Status.PUBLISHED,
            public=True,
            position=number,
            lab_slugs=[f"lab-{number}"] if number < sizes.labs else [],
            source=TEXT,
        )
        if drawn is None:
            drawn = save_lesson(lesson=lesson)
            continue
        for name in ("html", "contents", "checklist", "minutes", "text", "updated_at"):
            setattr(lesson, name, getattr(drawn, name))
        lessons.append(lesson)
    return [*([drawn] if drawn else []), *Lesson.objects.bulk_create(lessons, BATCH)]


def _cohorts(course: Course, sizes: Sizes, now: datetime) -> list[Cohort]:
    """Create meetings of the sessions, spread before and after today."""
    cohorts = Cohort.objects.bulk_create(
        Cohort(course=course, slug=f"cohort-{number}", title=f"Cohort {number}")
        for number in range(sizes.cohorts)
    )
    units = list(course.sessions.all())
    Meeting.objects.bulk_create(
        Meeting(cohort=cohort, session=unit, starts_at=now + timedelta(days=3 * (number - len(units) // 2)))
        for cohort in cohorts
        for number, unit in enumerate(units)
    )
    return cohorts


def _learners(cohorts: list[Cohort], sizes: Sizes) -> list[Enrollment]:
    host = f"{cohorts[0].course.slug}.example.org"
    users = User.objects.bulk_create(
        [
            User(email=f"learner{number:04}@{host}", name=f"Learner {number}", password="!")  # noqa: S106 - nobody signs in with it
            for number in range(sizes.learners)
        ],
        BATCH,
    )
    return Enrollment.objects.bulk_create(
        [
            Enrollment(user=user, cohort=cohorts[number % len(cohorts)], course=cohorts[0].course)
            for number, user in enumerate(users)
        ],
        BATCH,
    )


def _sign_in(learners: list[Enrollment], sizes: Sizes, now: datetime) -> None:
    slug = learners[0].course.slug
    AccessToken.objects.bulk_create(
        [
            AccessToken(
                user=learners[number % len(learners)].user,
                digest=hashlib.sha256(f"{slug} {number}".encode()).hexdigest(),
            )
            for number in range(sizes.tokens)
        ],
        BATCH,
    )
    LogIn.objects.bulk_create(
        [
            LogIn(session_key=f"{slug}{number:020}", session_data="", expire_date=now + timedelta(days=14))
            for number in range(sizes.log_ins)
        ],
        BATCH,
    )
