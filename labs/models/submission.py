from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

from django.db import models
from django.db.models import BooleanField, Case, F, Q, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from labs.grader.fetching.address import Address
from labs.models.lab import Lab
from labs.models.repository import Receipt, new_public_id
from labs.models.team import Team
from lessons.models import Course, Enrollment
from lessons.models.best import rank
from lessons.models.shared import SameParent, shared_field


class State(models.TextChoices):
    QUEUED = "queued", "Queued"
    FETCHING = "fetching", "Cloning"
    CHECKING = "checking", "Checking"
    GRADED = "graded", "Graded"
    UNREADABLE = "unreadable", "Could not read the repository"
    FAULT = "fault", "Fault on our side"
    SUPERSEDED = "superseded", "Replaced by a newer push"
    CANCELLED = "cancelled", "Cancelled"


class Queue(models.TextChoices):
    """Celery's queues, each with its own worker processes: a push never waits behind work that can wait."""

    LIVE = "live", "live"
    LATER = "later", "when there is room"


RUNNING = (State.FETCHING, State.CHECKING)
LEARNER_MAY_REPEAT = (State.FAULT, State.SUPERSEDED, State.CANCELLED)
ENDED = (State.GRADED, State.UNREADABLE, State.FAULT, State.SUPERSEDED, State.CANCELLED)


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def best(self) -> "SubmissionQuerySet":
        """Return the submission that counts, for each learner and lab; `counting` updates it with each report.

        Each row has the `points` that count, and `max_points` and `passed` to go with them.
        """
        return self.filter(is_best=True).with_report().order_by()

    def by_learner(self) -> "SubmissionQuerySet":
        """Return a row for each owner of a submission, one for each member of a team, with their key as `learner`."""
        own = When(team=None, then=F("enrollment"))
        return self.annotate(learner=Case(own, default=F("team__members__enrollment")))

    def of_learners(self, keys: Collection[int]) -> "SubmissionQuerySet":
        """Return the work of these enrollments, by key, as `by_learner` does."""
        filed = Enrollment.objects.filter(pk__in=keys).values("pk")
        filed = filed.union(Team.objects.filter(members__enrollment__in=keys).order_by().values("holder"))
        rows: Any = self.filter(enrollment__in=filed).by_learner()  # Any: annotated with `learner`
        return cast(SubmissionQuerySet, rows.filter(learner__in=keys))

    def ranked_first(self) -> "SubmissionQuerySet":
        # for each learner and lab, the submission with the best report by `rank`
        ranked = rank(self.with_report(), per="lab", points="points", max_points="max_points")
        return cast(SubmissionQuerySet, ranked.filter(best_rank=1))

    def with_report(self) -> "SubmissionQuerySet":
        return self.filter(reports__is_current=True).annotate(
            **counted_columns("reports"), max_points=F("reports__max_points")
        )


# Any: expressions of both kinds
def counted_columns(report: str) -> dict[str, Any]:
    """Return `points` and `passed` that count, for submissions joined with their current report."""
    return {
        "points": Coalesce("late_points", F(f"{report}__points") + F("rubric_points")),
        "passed": Case(
            When(reviews_owed__gt=0, **{f"{report}__isnull": False}, then=Value(False)),
            default=Coalesce("late_passed", "rubric_passed", f"{report}__passed"),
            output_field=BooleanField(),
        ),
    }


class Submission(models.Model):
    """One state of a repository sent for grading. Only `lifecycle` writes `state` and its related fields.

    `version` rises with each change, for polling. `token` is the fencing token: it rises with each claim, and only
    its holder may write. `tries` counts claims; after `settings.GRADING_MAX_TRIES` of them it ends as a fault.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="submissions")
    lab = models.ForeignKey(Lab, models.CASCADE, related_name="submissions")
    course = shared_field(Course, of=("enrollment", "lab"))
    # For a lab that is done in teams. `enrollment` is then the holder's, and all members share the result.
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, editable=False, related_name="submissions"
    )
    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="submissions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    head = models.CharField("head commit", max_length=64, blank=True)
    head_ref = models.CharField(max_length=255, blank=True)

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    queue = models.CharField(max_length=5, choices=Queue, default=Queue.LIVE)
    version = models.PositiveIntegerField(default=1)
    tries = models.PositiveSmallIntegerField(default=0)
    token = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    message = models.TextField(
        blank=True, help_text="What the learner should do, if the repository could not be read."
    )
    last_fault = models.TextField(blank=True)
    not_before = models.DateTimeField(
        null=True, blank=True, help_text="It is not tried again before, after a fault on our side."
    )
    worker = models.CharField(
        max_length=100, blank=True, help_text="The worker process that claimed it last."
    )

    is_best = models.BooleanField(
        default=False, editable=False, help_text="This submission counts. Set when a report is stored."
    )

    # Points that `labs.grading.counting` computes from marks by people, in addition to those of the checks.
    rubric_points = models.DecimalField(max_digits=7, decimal_places=2, default=0, editable=False)
    rubric_waiting = models.DecimalField(
        max_digits=7,
        decimal_places=2,
        default=0,
        editable=False,
        help_text="Points that people have not given yet.",
    )
    review_waiting = models.DecimalField(
        max_digits=7,
        decimal_places=2,
        default=0,
        editable=False,
        help_text="Those of them that wait for peer reviews.",
    )
    rubric_passed = models.BooleanField(null=True, editable=False)
    reviews_owed = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="Reviews that the learner must submit to pass the lab."
    )

    # What `labs.grading.counting` makes of the deadline. Null if the submission was in time, so that all points count.
    late_points = models.DecimalField(
        max_digits=7,
        decimal_places=2,
        null=True,
        editable=False,
        help_text="The points that count, if lateness took some.",
    )
    late_passed = models.BooleanField(null=True, editable=False)
    due_at = models.DateTimeField(
        null=True, editable=False, help_text="The deadline that a late submission missed."
    )
    late_days = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="Late days spent on it."
    )

    queued_at = models.DateTimeField()
    fetching_at = models.DateTimeField(null=True, blank=True)
    checking_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # The first result, which no regrade moves: the time from the receipt is what the learner waited.
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "lab", "digest"], name="one_submission_per_snapshot"
            ),
            models.UniqueConstraint(fields=["enrollment", "lab", "number"], name="submission_number_unique"),
            models.UniqueConstraint(
                fields=["enrollment"],
                condition=Q(state__in=RUNNING),
                name="one_running_submission_per_learner",
            ),
            models.UniqueConstraint(
                fields=["enrollment", "lab"], condition=Q(is_best=True), name="one_best_submission_per_lab"
            ),
            models.UniqueConstraint(fields=["id", "lab"], name="submission_and_lab"),
            SameParent(field="enrollment", parent="course", name="submission_of_a_learner_of_its_course"),
            SameParent(field="lab", parent="course", name="submission_for_a_lab_of_its_course"),
        ]
        indexes = [
            models.Index(fields=["state", "queue", "queued_at", "id"], name="submission_queue"),
            models.Index(fields=["enrollment", "lab", "-id"], name="submission_history"),
            models.Index(fields=["enrollment", "lab", "state"], name="submission_standing"),
            models.Index(fields=["enrollment", "state", "ended_at"], name="submission_turn"),
            models.Index(fields=["lab", "answered_at"], name="submission_answered_of_lab"),
            models.Index(fields=["answered_at"], name="submission_answered"),
            models.Index(fields=["ended_at"], condition=~Q(last_fault=""), name="submission_faults"),
            models.Index(fields=["course", "-id"], name="submission_newest"),
            models.Index(fields=["lab", "-id"], name="submission_newest_of_lab"),
        ]

    def __str__(self) -> str:
        return f"{self.lab}, submission {self.number} by {self.enrollment.user}"

    def get_absolute_url(self) -> str:
        return reverse("submission", args=[self.public_id])

    def points_of(self, checks: Decimal) -> Decimal:
        """Return the points that count, if its checks earned these."""
        return checks + self.rubric_points if self.late_points is None else self.late_points

    def is_passed(self, *, by_checks: bool) -> bool:
        if self.reviews_owed:
            return False
        known = (self.late_passed, self.rubric_passed)
        return next((each for each in known if each is not None), by_checks)

    @property
    def marking_waiting(self) -> Decimal:
        # the points that wait for staff
        return self.rubric_waiting - self.review_waiting

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def branch(self) -> str:
        return self.head_ref.removeprefix("refs/heads/")

    @property
    def origin(self) -> Address | None:
        # None for a push
        address = self.receipt.repository.address
        return replace(address, branch=self.branch or None) if address else None
