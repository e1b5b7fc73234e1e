"""Peer reviews of a lab: its rounds in a cohort, the works drawn in each, the reviews, and their notes on lines."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from labs.models.lab import Lab
from labs.models.repository import new_public_id
from labs.models.submission import Submission
from lessons.models import Cohort, Course, Enrollment
from lessons.models.shared import SameParent, shared_field


class ReviewRound(models.Model):
    """A draw of the works of a cohort. The same `seed` and works give the same draw.

    `closes_at` is a deadline that staff set, None while the rule of the lab decides. After `closed_at`, reviews are
    shown and count.
    """

    lab = models.ForeignKey(Lab, models.CASCADE, related_name="review_rounds")
    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="review_rounds")
    course = shared_field(Course, of=("lab", "cohort"))
    number = models.PositiveSmallIntegerField()
    seed = models.BigIntegerField()
    works_each = models.PositiveSmallIntegerField()
    drawn_at = models.DateTimeField(default=timezone.now)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    closes_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["lab", "cohort", "number"], name="review_round_number_unique"),
            models.UniqueConstraint(fields=["id", "lab"], name="review_round_and_lab"),
            SameParent(field="lab", parent="course", name="review_round_of_a_lab_of_its_course"),
            SameParent(field="cohort", parent="course", name="review_round_of_a_cohort_of_its_course"),
        ]

    def __str__(self) -> str:
        return f"Review round {self.number} of {self.lab} in {self.cohort}"


class ReviewedWork(models.Model):
    """The submission of a learner that is reviewed: the one that counted when the round was drawn."""

    round = models.ForeignKey(ReviewRound, models.CASCADE, related_name="works")
    lab = shared_field(Lab, of=("round", "submission"))
    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="reviewed_works")
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "lab"], name="one_reviewed_work_per_lab"),
            SameParent(field="round", parent="lab", name="reviewed_work_of_a_round_of_its_lab"),
            SameParent(field="submission", parent="lab", name="reviewed_submission_for_its_lab"),
        ]

    def __str__(self) -> str:
        return f"Work {self.pk} in {self.round}"


class PeerReview(models.Model):
    """One person's review of a work: a draft until `submitted_at`. `marks` map criterion IDs to points as text.

    `number` names the reviewer to the learner, who never sees more of them. `version` rises with each change.
    """

    class Origin(models.TextChoices):
        DRAWN = "drawn", "Drawn"
        VOLUNTEER = "volunteer", "Volunteer"
        STAFF = "staff", "Staff"

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    work = models.ForeignKey(ReviewedWork, models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(Enrollment, models.SET_NULL, null=True, related_name="peer_reviews")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    origin = models.CharField(max_length=9, choices=Origin, default=Origin.DRAWN)
    number = models.PositiveSmallIntegerField()
    marks = models.JSONField(default=dict)
    text = models.TextField(max_length=5000, blank=True)
    html = models.TextField(blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True)
    is_late = models.BooleanField(default=False)
    answer = models.TextField(max_length=5000, blank=True)
    answer_html = models.TextField(blank=True, editable=False)
    answered_at = models.DateTimeField(null=True)
    thanked_at = models.DateTimeField(null=True)
    set_aside_at = models.DateTimeField(null=True)
    set_aside_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    set_aside_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["work", "reviewer"], name="one_review_per_reviewer_and_work"),
            models.UniqueConstraint(
                fields=["work"], condition=Q(origin="staff"), name="one_staff_review_per_work"
            ),
            models.UniqueConstraint(fields=["work", "number"], name="reviewer_number_unique"),
        ]
        indexes = [models.Index(fields=["reviewer", "submitted_at"], name="peer_review_of_reviewer")]

    def __str__(self) -> str:
        return f"Review {self.number} of {self.work}"

    def get_absolute_url(self) -> str:
        return reverse("peer_review", args=[self.public_id])

    @property
    def name(self) -> str:
        # as the learner sees it
        return "Staff" if self.origin == self.Origin.STAFF else f"Reviewer {self.number}"


class ReviewNote(models.Model):
    """A note of a reviewer on a line of a file. `excerpt` has numbered lines around it, without names of the author."""

    review = models.ForeignKey(PeerReview, models.CASCADE, related_name="notes")
    path = models.CharField(max_length=4096)
    line = models.PositiveIntegerField()
    excerpt = models.JSONField(default=list)
    text = models.TextField(max_length=5000)
    html = models.TextField(editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["path", "line", "pk"]

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"
