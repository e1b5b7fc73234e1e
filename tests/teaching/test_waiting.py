"""Work that waits for staff on the start page and on the outline of a course."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from labs.models import LabRegrade, Submission
from lessons.models import CourseStaff, Meeting, Thread
from lessons.models.regrade import RegradeState
from lessons.threads import actions
from lessons.threads.places import find_place
from portal.progress.models import Inquiry
from portal.progress.teaching.waiting import read_waiting
from tests.factories import (
    make_cohort,
    make_course,
    make_enrollment,
    make_lab,
    make_lesson,
    make_report,
    make_session,
    make_staff,
    make_submission,
    make_user,
)

pytestmark = pytest.mark.django_db


def work_in(cohort, number: int = 1):
    """Let a new learner of the cohort ask, wait for help and for marks, and contest a grade."""
    course = cohort.course
    learner = make_enrollment(make_user(name=f"Learner {number}"), cohort)
    lesson = course.lessons.first()
    place = find_place(learner.user, course.slug, "lesson", lesson.slug, "")
    for kind in (Thread.Kind.QUESTION, Thread.Kind.HELP):
        actions.ask(enrollment=learner, place=place, kind=kind, title="Why?", text=f"Because of {kind}")
    submission = make_submission(learner, course.labs.first())
    make_report(submission, {"results": []}, points=10)
    Submission.objects.filter(pk=submission.pk).update(is_best=True, rubric_waiting=20)
    Inquiry.objects.create(
        enrollment=learner,
        course=course,
        submission=submission,
        thing=f"submission:{submission.pk}",
        title="Lab",
    )
    return learner


@pytest.fixture
def cohort():
    course = make_course(title="MLOps Edu")
    lab = make_lab(course, title="Resolve a conflict")
    make_lesson(make_session(course), lab_slugs=[lab.slug])
    cohort = make_cohort(course)
    Meeting.objects.create(
        cohort=cohort, session=course.sessions.get(), starts_at=timezone.now() + timedelta(days=2)
    )
    return cohort


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_start_page_and_outline_name_what_waits_with_links(cohort):
    course, staff = cohort.course, make_staff(cohort.course, make_user(is_staff=True))
    work_in(cohort)
    lab = course.labs.get()
    regrade = LabRegrade.objects.create(lab=lab, state=RegradeState.REHEARSED, version=lab.current)
    args = [course.slug]
    for address in (reverse("admin:index"), reverse("teach", args=args)):
        page = client_of(staff).get(address).content.decode()
        for words, link in (
            ("1 question waits for an answer", reverse("questions", args=args)),
            ("1 request waits in the help queue", reverse("help-queue", args=args)),
            ("1 question about grades waits for an answer", reverse("inquiries", args=args)),
            ("1 submission waits for marks", reverse("lab_marking", args=[course.slug, lab.slug])),
            (
                "A regrade of Resolve a conflict waits",
                reverse("lab_regrade", args=[course.slug, lab.slug, regrade.pk]),
            ),
        ):
            assert words in page and link in page, words
        for name in ("lab_likeness", "lab_regrades"):
            assert reverse(name, args=[course.slug, lab.slug]) in page


def test_staff_of_one_cohort_see_only_what_waits_in_it(cohort):
    course = cohort.course
    work_in(cohort)
    work_in(make_cohort(course), 2)
    assistant = make_user(is_staff=True)
    CourseStaff.objects.create(course=course, cohort=cohort, user=assistant, role="assistant")
    lab = course.labs.get()
    LabRegrade.objects.create(lab=lab, state=RegradeState.REHEARSED, version=lab.current)
    found = read_waiting(assistant, [course])[course.pk]
    counts = found.questions, found.requests, found.inquiries, [count for *_, count in found.labs]
    assert (*counts, found.regrades) == (1, 1, 1, [1], [])


def test_queries_do_not_grow_with_what_waits(cohort):
    staff = make_staff(cohort.course, make_user(is_staff=True))
    counts = []
    for _ in range(2):
        for number in range(3):
            work_in(cohort, number)
        with CaptureQueriesContext(connection) as captured:
            read_waiting(staff, [cohort.course])
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 11
