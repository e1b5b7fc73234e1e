from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import timezone

from lessons.attempt_actions import start_attempt
from lessons.models import Attempt
from portal.progress.gradebook.cells import get_item, read_cell
from tests.factories import (
    make_cohort,
    make_course,
    make_enrollment,
    make_lab,
    make_lesson,
    make_quiz,
    make_report,
    make_session,
    make_staff,
    make_submission,
    make_user,
)
from tests.reports import make_engine_report


@pytest.fixture
def book(db):
    return make_book()


def make_book(**fields):
    """A course with a cohort, two learners, a quiz and a lab in a lesson, and two who teach it."""
    course = make_course(**fields)
    session = make_session(course)
    lab = make_lab(course, slug="first-lab")
    lesson = make_lesson(session, lab_slugs=["first-lab"])
    quiz = make_quiz(lesson=lesson)
    cohort = make_cohort(course)
    learners = [make_enrollment(make_user(name=f"Learner {letter}"), cohort) for letter in "AB"]
    staff = make_staff(course, make_user(name="Instructor A", is_staff=True))
    other = make_staff(course, make_user(name="Instructor B", is_staff=True))
    return SimpleNamespace(
        course=course, cohort=cohort, lab=lab, quiz=quiz, learners=learners, staff=staff, other=other,
        lab_item=get_item(course, f"lab:{lab.pk}"), quiz_item=get_item(course, f"quiz:{quiz.pk}"),
    )  # fmt: skip


def grade_lab(book, learner, points: int, **fields):
    """Store a result of a lab. Returns the submission."""
    submission = make_submission(learner, book.lab, **fields)
    make_report(
        submission,
        make_engine_report(readable="passed").to_json(),
        points=Decimal(points),
        passed=points >= 70,
    )
    submission.refresh_from_db()
    return submission


def seen(learner, item) -> str:
    return read_cell(learner, item).seen


def take_quiz(book, learner, points: int) -> Attempt:
    """Store a submitted attempt at the quiz, of one point."""
    attempt = start_attempt(enrollment=learner, quiz=book.quiz)
    Attempt.objects.filter(pk=attempt.pk).update(
        points=Decimal(points), score=points * 100, passed=bool(points), submitted_at=timezone.now()
    )
    attempt.refresh_from_db()
    return attempt
