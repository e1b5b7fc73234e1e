"""A row never names rows of different courses: refused when it is made, and by the database whatever writes it."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from labs.models import Lab, LabVersion, LocalReport, Report, Repository, Submission
from lessons.models import (
    Attempt,
    Course,
    Enrollment,
    Lesson,
    Meeting,
    Quiz,
    QuizVersion,
    Reading,
    Session,
    Tick,
)
from tests.authoring.conftest import QUIZ
from tests.factories import (
    make_course,
    make_lab,
    make_learner,
    make_lesson,
    make_quiz,
    make_report,
    make_session,
    make_submission,
)

pytestmark = pytest.mark.django_db


class Place:
    """A course with one row of everything."""

    def __init__(self) -> None:
        self.course = make_course()
        self.learner = make_learner(self.course)
        self.cohort = self.learner.cohort
        self.session = make_session(self.course)
        self.lesson = make_lesson(self.session)
        self.quiz = make_quiz(QUIZ, self.lesson)
        self.version = self.quiz.current
        self.lab = make_lab(self.course)
        self.lab_version = self.lab.current
        self.submission = make_submission(self.learner, self.lab)
        self.report = make_report(self.submission, {"results": []})
        self.repository = Repository.objects.get(enrollment=self.learner)
        self.meeting = Meeting.objects.create(
            cohort=self.cohort, session=self.session, starts_at=timezone.now()
        )
        self.reading = Reading.objects.create(enrollment=self.learner, lesson=self.lesson)
        self.tick = Tick.objects.create(enrollment=self.learner, lesson=self.lesson, key="a")
        self.prepared = Tick.objects.create(enrollment=self.learner, session=self.session, key="a")
        self.attempt = Attempt.objects.create(
            enrollment=self.learner, quiz=self.quiz, version=self.version, number=1, layout={}
        )
        self.local_report = LocalReport.objects.create(
            enrollment=self.learner, lab=self.lab, place="machine", head="0", outcomes={}
        )


# The row of the first course, and the column that would lead into the second.
PAIRS = [
    ("meeting", "cohort"), ("meeting", "session"), ("meeting", "course"),
    ("learner", "cohort"), ("learner", "course"),
    ("lesson", "session"), ("lesson", "course"), ("session", "course"), ("cohort", "course"), ("lab", "course"),
    ("quiz", "lesson"), ("quiz", "course"), ("quiz", "current:version"), ("version", "quiz"),
    ("reading", "enrollment:learner"), ("reading", "lesson"), ("reading", "course"),
    ("tick", "enrollment:learner"), ("tick", "lesson"), ("prepared", "session"), ("tick", "course"),
    ("attempt", "enrollment:learner"), ("attempt", "quiz"), ("attempt", "version"), ("attempt", "course"),
    ("lab", "current:lab_version"), ("lab_version", "lab"),
    ("repository", "enrollment:learner"), ("repository", "lab"), ("repository", "course"),
    ("submission", "enrollment:learner"), ("submission", "lab"), ("submission", "course"),
    ("report", "submission"), ("report", "lab_version"), ("report", "lab"),
    ("local_report", "enrollment:learner"), ("local_report", "lab"), ("local_report", "course"),
]  # fmt: skip


def test_database_refuses_each_pair_of_different_courses():
    here, there = Place(), Place()
    connection.check_constraints()
    accepted = []
    for row, column in PAIRS:
        name, _, attribute = column.partition(":")
        item, other = getattr(here, row), getattr(there, attribute or name)
        try:
            with transaction.atomic():
                type(item).objects.filter(pk=item.pk).update(**{f"{name}_id": other.pk})
                connection.check_constraints()
                transaction.set_rollback(True)
        except IntegrityError:
            continue
        accepted.append((row, column))
    assert accepted == []


def test_row_of_two_courses_is_refused_when_it_is_created():
    here, there = Place(), Place()
    now = timezone.now()
    rows = [
        Meeting(cohort=here.cohort, session=there.session, starts_at=now),
        Enrollment(user=there.learner.user, cohort=here.cohort, course=there.course),
        Lesson(course=here.course, session=there.session, slug="new", updated_at=now),
        Quiz(course=here.course, lesson=there.lesson, slug="new"),
        Reading(enrollment=here.learner, lesson=there.lesson),
        Tick(enrollment=here.learner, lesson=there.lesson, key="b"),
        Tick(enrollment=here.learner, session=there.session, key="b"),
        Attempt(enrollment=here.learner, quiz=there.quiz, version=there.version, number=9, layout={}),
        Repository(enrollment=here.learner, lab=there.lab),
        Submission(enrollment=here.learner, lab=there.lab, receipt=here.submission.receipt, number=9, queued_at=now),
        LocalReport(enrollment=here.learner, lab=there.lab, place="machine", head="1", outcomes={}),
        Report(
            submission=here.submission, lab_version=there.lab_version, data={}, points=Decimal(0),
            max_points=Decimal(1), passed=False, is_current=False,
        ),
    ]  # fmt: skip
    for row in rows:
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
        with pytest.raises(IntegrityError), transaction.atomic():
            type(row).objects.bulk_create([row])


def test_course_of_a_row_is_copied_from_its_parent():
    here = Place()
    rows = [
        here.meeting,
        here.reading,
        here.tick,
        here.prepared,
        here.attempt,
        here.submission,
        here.repository,
    ]
    assert {row.course_id for row in [*rows, here.local_report]} == {here.course.pk}
    assert here.report.lab_id == here.lab.pk
    by_key = Reading(enrollment_id=here.learner.pk, lesson_id=make_lesson(here.session).pk)
    Reading.objects.bulk_create([by_key])
    assert by_key.course_id == here.course.pk


def test_every_pair_of_rows_that_share_a_course_is_tried_above():
    """A new foreign key of lessons or labs needs a constraint, or a reason here why not."""
    apart = {
        ("course", "pk"), ("answer", "attempt"), ("failedcheck", "submission"), ("receipt", "repository"),
        ("submission", "receipt"),  # created from the receipt's repository, only by `lifecycle`
        ("submission", "team"),  # that of the learner whose repository it is, never from a form
        *((name, "deletion") for name in ("session", "lesson", "quiz", "lab")),  # written only by `deleting`
        # no form has them; written beside the quiz or lab of the row that they are found by
        ("quiz", "unproved"), ("attempt", "key"), ("report", "regrade"),
        ("repository", "starter"), ("repository", "update"),
    }  # fmt: skip
    models = [Session, Lesson, Quiz, QuizVersion, Meeting, Enrollment, Reading, Tick, Attempt]
    models += [Lab, LabVersion, Repository, Submission, Report, LocalReport]
    found = {
        (model._meta.model_name, field.name)
        for model in models
        for field in model._meta.concrete_fields
        if field.is_relation and field.remote_field.model._meta.app_label in ("lessons", "labs")
    }
    names = {
        "learner": "enrollment",
        "version": "quizversion",
        "prepared": "tick",
        "local_report": "localreport",
    }
    names["lab_version"] = "labversion"
    tried = {(names.get(row, row), column.partition(":")[0]) for row, column in PAIRS}
    assert found - apart <= tried
    assert Course.objects.count() == 0


def test_course_without_learners_is_deleted_whole():
    course = make_course()
    session = make_session(course)
    lesson = make_lesson(session)
    learner = make_learner(course)
    Meeting.objects.create(cohort=learner.cohort, session=session, starts_at=timezone.now())
    Reading.objects.create(enrollment=learner, lesson=lesson)
    Tick.objects.create(enrollment=learner, lesson=lesson, key="a")
    learner.delete()
    lesson.delete()
    course.delete()
    connection.check_constraints()
    assert not Meeting.objects.exists()
