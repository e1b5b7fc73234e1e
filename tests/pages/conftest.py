from dataclasses import dataclass

import pytest
from django.test import Client
from django.utils import timezone

from labs.models import Lab, Submission
from lessons.models import Enrollment
from portal.accounts.models import User
from tests.factories import make_course, make_lab, make_learner, make_report, make_staff, make_submission
from tests.reports import make_engine_report


@dataclass
class Cast:
    """A lab, the learner who pushes, another learner of the course, its instructor and an outsider."""

    lab: Lab
    learner: Enrollment
    other: Enrollment
    instructor: User
    outsider: User

    def submit(self, **fields) -> Submission:
        return make_submission(self.learner, self.lab, **fields)

    def grade(self, submission: Submission | None = None, **outcomes: str) -> Submission:
        """A submission with a report; `readme="needs_work"` names an outcome per check."""
        submission = submission or self.submit()
        report = make_engine_report(**(outcomes or {"readable": "passed", "readme": "needs_work"}))
        make_report(
            submission,
            report.to_json(),
            points=report.points,
            max_points=report.max_points,
            passed=report.passed,
        )
        return submission


@pytest.fixture
def cast(db) -> Cast:
    course = make_course()
    learner = make_learner(course)
    other, outsider = make_learner(course), make_learner().user
    return Cast(make_lab(course), learner, other, make_staff(course), outsider)


@pytest.fixture
def learner_client(cast) -> Client:
    return client_of(cast.learner.user)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def moments(*names: str) -> dict:
    return {name: timezone.now() for name in names}
