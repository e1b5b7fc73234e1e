from datetime import timedelta

import pytest
from django.utils import timezone

from labs.grading import counting
from labs.models import LabDeadline, PeerReview, Submission
from labs.peer_review import reviewing, rounds
from tests.factories import (
    make_cohort,
    make_course,
    make_enrollment,
    make_lesson,
    make_session,
    make_staff,
    make_user,
)
from tests.feedback.rubric_work import graded
from tests.peer_review.review_work import REVIEW, make_review_lab

FULL = {"prose": "12", "names": "8"}


class Class:
    """A cohort whose learners have 60 of 100 points by checks in a lab with a peer review, after its deadline."""

    def __init__(self, learners: int = 3, review: str = REVIEW) -> None:
        self.course = make_course()
        self.cohort = make_cohort(self.course, time_zone="UTC")
        self.lab = make_review_lab(self.course, review)
        make_lesson(make_session(self.course), lab_slugs=[self.lab.slug])
        self.staff = make_staff(self.course, make_user(name="Staff Person"))
        due = timezone.now() - timedelta(days=1)
        LabDeadline.objects.create(lab=self.lab, cohort=self.cohort, closes_at=due)
        self.learners = [self.join(number) for number in range(learners)]

    def join(self, number: int, **fields):
        user = make_user(f"learner-{number}-{self.course.pk}@example.org", name=f"Person Number{number}")
        learner = make_enrollment(user, self.cohort)
        self.push(learner, **fields)
        return learner

    def push(self, learner, points: int = 60) -> Submission:
        submission = graded(learner, self.lab, points)
        before = timezone.now() - timedelta(days=2)
        type(submission.receipt).objects.filter(pk=submission.receipt_id).update(received_at=before)
        counting.recount(learner.pk)
        return submission

    def draw(self, **fields):
        return rounds.draw_round(lab=self.lab, cohort=self.cohort, seed=7, **fields)

    def drawn_for(self, learner):
        return list(PeerReview.objects.filter(reviewer=learner).order_by("pk"))

    def of(self, learner):
        return list(PeerReview.objects.filter(work__enrollment=learner).order_by("number"))

    def submit(self, review, by=None, text="Clear.", **marks):
        by = by or review.reviewer.user
        review.refresh_from_db()
        typed = {**FULL, **marks}
        return reviewing.save_review(
            review=review, by=by, typed=typed, text=text, seen=review.version, submit=True
        )

    def best(self, learner):
        return Submission.objects.filter(enrollment=learner, lab=self.lab).best().get()


@pytest.fixture
def make_class(db):
    return Class


@pytest.fixture
def trio(db) -> Class:
    return Class()
