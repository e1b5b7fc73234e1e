from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client
from django.utils import timezone

from labs.grading import receipts, tasks
from labs.models import Lab, Submission
from labs.repositories import folders
from lessons.models import Enrollment
from portal.accounts.models import User
from tests.factories import (
    make_course,
    make_lab,
    make_learner,
    make_report,
    make_repository,
    make_staff,
    make_submission,
)
from tests.labs.git_client import Clone
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
        """Make a graded submission; keywords such as `readme="needs_work"` set the outcome of a check."""
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
def push(cast: Cast, settings, tmp_path, monkeypatch) -> Callable[..., Submission]:
    """Push files to the learner's practice repository, and return the submission."""
    settings.PRACTICE_ROOT = tmp_path / "practice"
    monkeypatch.setattr(tasks, "wake", lambda: None)
    repository = make_repository(cast.learner, cast.lab)
    clone = Clone(tmp_path / "work", str(folders.ensure(repository)))

    def pushed(**files: bytes) -> Submission:
        for name, content in files.items():
            clone.commit(f"Add <b>{name}</b>", name, content)
        assert clone.push()[0] == 0
        assert receipts.repair_one(repository)
        return Submission.objects.latest("number")

    return pushed


@pytest.fixture
def learner_client(cast) -> Client:
    return client_of(cast.learner.user)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def moments(*names: str) -> dict:
    return {name: timezone.now() for name in names}
