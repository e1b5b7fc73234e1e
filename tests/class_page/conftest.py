from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from labs.models import Lab, Receipt, Submission
from lessons.models import Attendance, Cohort, Enrollment, Meeting
from portal.accounts.models import User
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


@dataclass
class Class:
    """A cohort with a lab, its instructor, and what its learners do."""

    cohort: Cohort
    lab: Lab
    instructor: User
    client: Client

    def join(self, name: str = "", days_ago: float = 0) -> Enrollment:
        enrollment = make_enrollment(make_user(name=name), self.cohort)
        joined = timezone.now() - timedelta(days=days_ago)
        Enrollment.objects.filter(pk=enrollment.pk).update(created_at=joined)
        enrollment.refresh_from_db()
        return enrollment

    def send(
        self,
        learner: Enrollment,
        *failed: str,
        points: int = 40,
        at: datetime | None = None,
        lab: Lab | None = None,
    ) -> Submission:
        """A graded submission in which these checks need work."""
        submission = make_submission(learner, lab or self.lab)
        results = [{"id": name, "outcome": "needs_work"} for name in failed]
        make_report(submission, {"results": results}, points=Decimal(points), passed=points >= 70)
        if at:
            Submission.objects.filter(pk=submission.pk).update(queued_at=at, answered_at=at)
            Receipt.objects.filter(pk=submission.receipt_id).update(received_at=at)
        return submission

    def meet(self, hours_ago: float, *present: Enrollment, absent: tuple[Enrollment, ...] = ()) -> Meeting:
        starts_at = timezone.now() - timedelta(hours=hours_ago)
        session = make_session(self.cohort.course)
        meeting = Meeting.objects.create(cohort=self.cohort, session=session, starts_at=starts_at, minutes=60)
        marks = [(each, True) for each in present] + [(each, False) for each in absent]
        for each, is_present in marks:
            Attendance.objects.create(meeting=meeting, enrollment=each, is_present=is_present)
        return meeting

    def address(self, rest: str = "") -> str:
        return f"/teach/{self.cohort.course.slug}/class/{self.cohort.slug}/{rest}"


@pytest.fixture
def group(db) -> Class:
    course = make_course(title="MLOps Edu")
    lab = make_lab(course, title="Resolve a conflict")
    make_lesson(make_session(course), lab_slugs=[lab.slug])
    instructor = make_staff(course, make_user(name="The instructor", is_staff=True))
    client = Client()
    client.force_login(instructor)
    return Class(make_cohort(course), lab, instructor, client)
