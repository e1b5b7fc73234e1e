from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lessons.actions import save_session
from lessons.models import Attempt, Attendance, Enrollment, Lesson, Meeting, Tick
from portal.progress.score_queries import score_enrollments
from tests.factories import (
    QUIZ_SOURCE,
    make_cohort,
    make_course,
    make_enrollment,
    make_lab,
    make_lesson,
    make_quiz,
    make_report,
    make_session,
    make_submission,
)

pytestmark = pytest.mark.django_db


def submit(enrollment, quiz, points: str, number: int = 1) -> Attempt:
    return Attempt.objects.create(
        enrollment=enrollment, quiz=quiz, version=quiz.current, number=number, layout={},
        points=Decimal(points), submitted_at=timezone.now(),
    )  # fmt: skip


def push(enrollment, lab, points: int) -> None:
    make_report(make_submission(enrollment, lab), {}, points=Decimal(points))


@pytest.fixture
def course():
    return make_course()


@pytest.fixture
def learner(course):
    return make_enrollment(cohort=make_cohort(course))


def add_lab(session, **fields):
    lab = make_lab(session.course, **fields)
    make_lesson(session, lab_slugs=[lab.slug])
    return lab


def scores_of(enrollment: Enrollment):
    enrollment = Enrollment.objects.select_related("course").get(pk=enrollment.pk)
    return score_enrollments(enrollment.course, [enrollment])[enrollment.pk]


def test_the_best_try_counts_by_its_share(course, learner):
    session = make_session(course)
    quiz, other, lab = (
        make_quiz(lesson=make_lesson(session)),
        make_quiz(lesson=make_lesson(session)),
        add_lab(session),
    )
    submit(learner, quiz, "0")
    submit(learner, quiz, "1", number=2)
    push(learner, lab, 40)
    push(learner, lab, 20)
    scores = scores_of(learner)
    assert scores.points == 15 + 28
    assert scores.items[f"quiz:{other.pk}"].out_of == 15
    assert (scores.items[f"lab:{lab.pk}"].points, scores.items[f"lab:{lab.pk}"].out_of) == (28, 70)
    assert not scores.is_passed


def test_drafts_deleted_items_and_labs_without_a_lesson_are_not_counted(course, learner):
    session = make_session(course)
    quiz = make_quiz(lesson=make_lesson(session))
    make_quiz(lesson=make_lesson(session, status=Lesson.Status.DRAFT))
    make_lab(course)
    submit(learner, quiz, "1")
    assert scores_of(learner).points == 100
    assert set(scores_of(learner).items) == {f"quiz:{quiz.pk}"}


def test_a_bonus_is_added_to_the_100(course, learner):
    session = make_session(course)
    quiz = make_quiz(lesson=make_lesson(session))
    more = make_quiz(
        QUIZ_SOURCE.replace("release: now", "release: now\nbonus: 5"), lesson=make_lesson(session)
    )
    lab = add_lab(session, bonus=10)
    submit(learner, quiz, "1")
    submit(learner, more, "1")
    push(learner, lab, 50)
    scores = scores_of(learner)
    assert (scores.points, scores.bonus) == (110, 10)
    assert scores.items[f"lab:{lab.pk}"].is_bonus


def test_attendance_and_checklists_count_if_the_course_says_so(course, learner):
    course.lab_weight, course.attendance_weight, course.checklist_weight = 0, 40, 30
    course.save()
    session = save_session(session=make_session(course, prepare=[{"key": "git", "text": "Install Git"}]))
    lesson = make_lesson(session, checklist=[["done", "Do it"], ["more", "Do more"]])
    submit(learner, make_quiz(lesson=lesson), "1")
    meeting = Meeting.objects.create(cohort=learner.cohort, session=session, starts_at=timezone.now())
    other = Meeting.objects.create(
        cohort=learner.cohort, session=make_session(course), starts_at=timezone.now()
    )
    Attendance.objects.create(meeting=meeting, enrollment=learner, is_present=True)
    Attendance.objects.create(meeting=other, enrollment=learner, is_present=False)
    Tick.objects.create(enrollment=learner, session=session, key="git")
    Tick.objects.create(enrollment=learner, lesson=lesson, key="more")
    Tick.objects.create(enrollment=learner, lesson=lesson, key="an item that was removed")
    scores = scores_of(learner)
    assert scores.points == 30 + 20 + 20
    assert scores.items[f"checklist:{session.pk}"].points == 20


def test_the_number_of_queries_is_the_same_for_one_learner_and_for_many(course, learner):
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            found = score_enrollments(course, list(Enrollment.objects.filter(course=course)))
        assert len(found) == Enrollment.objects.filter(course=course).count()
        return len(captured)

    assert count() == 7
    for _ in range(3):
        session = make_session(course)
        quiz, lab = make_quiz(lesson=make_lesson(session)), add_lab(session)
        for each in [learner, *(make_enrollment(cohort=make_cohort(course)) for _ in range(2))]:
            submit(each, quiz, "1")
            push(each, lab, 70)
    assert count() == 7
