import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from labs.grader.fetching.address import Address
from lessons.models import Cohort, Course, Enrollment
from lessons.models.best import rank
from lessons.models.course import Loaded
from lessons.models.shared import SameParent, shared


def new_public_id() -> str:
    # 16 letters and digits, about 80 bits: short enough for a terminal, too many to guess
    return "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(16))


def snapshot_digest(refs: Mapping[str, str]) -> str:
    """Return a digest of all branch and tag names with their object ids, independent of their order."""
    lines = (f"{oid} {name}\n" for name, oid in sorted(refs.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


class LabQuerySet(models.QuerySet["Lab"]):
    def published(self) -> "LabQuerySet":
        """Return labs open to learners: meant to be published, and every check proved by a scenario."""
        return self.filter(status=Lab.Status.PUBLISHED, current__proved=True)

    def counted(self) -> "LabQuerySet":
        """Return labs whose points the course counts: open to learners, or to be opened once proved."""
        proved_or_waiting = Q(current__proved=True) | Q(current__proof__isnull=True)
        return self.filter(proved_or_waiting, status=Lab.Status.PUBLISHED, current__isnull=False)


class Lab(Loaded):
    """A Git exercise: `source` is lab.yaml, `brief` Markdown. Each change of lab.yaml makes a LabVersion."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"

    course = models.ForeignKey(Course, models.CASCADE, related_name="labs")
    slug = models.SlugField()
    title = models.CharField(max_length=200, editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    position = models.PositiveSmallIntegerField(default=0)
    source = models.TextField("lab.yaml")
    brief = models.TextField("brief (Markdown)", blank=True)
    brief_html = models.TextField(editable=False)
    current = models.ForeignKey("LabVersion", models.PROTECT, null=True, editable=False, related_name="+")

    history = HistoricalRecords(excluded_fields=["loaded_digest", "loaded_from", "brief_html", "current"])
    objects = LabQuerySet.as_manager()

    class Meta:
        ordering = ["position", "slug"]
        constraints = [
            models.UniqueConstraint(fields=["course", "slug"], name="lab_slug_unique_in_course"),
            models.UniqueConstraint(fields=["id", "course"], name="lab_and_course"),
            SameParent(field="current", parent="lab", name="current_version_of_its_lab", own="id"),
        ]

    def __str__(self) -> str:
        return self.title or self.slug

    def get_absolute_url(self) -> str:
        return reverse("lab", args=[self.course.slug, self.slug])

    @property
    def is_published(self) -> bool:
        return self.status == self.Status.PUBLISHED and self.current is not None and self.current.proved


class LabVersion(models.Model):
    """The checks of a lab as graded. Never changed except for its proof.

    `proof` is the JSON of its scenarios' results, None before they ran; until `proving_until` a worker has claimed
    them. `proving_tries` counts the claims, `proving_fault` says why there was no answer, and `proving_told` is set
    once the staff were mailed. The same fields describe the build of its environment if that is missing.
    """

    lab = models.ForeignKey(Lab, models.CASCADE, related_name="versions")
    digest = models.CharField(max_length=64)
    source = models.TextField()
    schema = models.PositiveSmallIntegerField(default=1)
    max_points = models.DecimalField(max_digits=7, decimal_places=2)
    pass_mark = models.PositiveSmallIntegerField()
    proof = models.JSONField(null=True, editable=False)
    proved = models.BooleanField(default=False, editable=False)
    proving_until = models.DateTimeField(null=True, editable=False)
    proving_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    proving_fault = models.TextField(blank=True, editable=False)
    proving_told = models.BooleanField(default=False, editable=False)
    environment_missing = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lab", "digest"], name="one_lab_version_per_digest"),
            models.UniqueConstraint(fields=["id", "lab"], name="lab_version_and_lab"),
        ]

    def __str__(self) -> str:
        return f"{self.lab}, {self.digest[:8]}"

    @property
    def is_unsettled(self) -> bool:
        # its scenarios must run, or its environment must be built again
        return self.environment_missing or (not self.proved and self.proof is None)


def token_expiry() -> datetime:
    return timezone.now() + timedelta(days=settings.ACCESS_TOKEN_DAYS)


class AccessTokenQuerySet(models.QuerySet["AccessToken"]):
    def live(self) -> "AccessTokenQuerySet":
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())


class AccessToken(models.Model):
    """Grants one user access to the practice remote until it expires or is revoked. Only its digest is stored."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="access_tokens")
    name = models.CharField(max_length=60, default="Access token")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(default=token_expiry)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_because = models.CharField(max_length=60, blank=True, editable=False)

    objects = AccessTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.user}, {self.name}"

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()


class RepositoryQuerySet(models.QuerySet["Repository"]):
    def at(self, address: Address) -> "RepositoryQuerySet":
        # of every user; hosts ignore case in names
        small = {"owner_in_small": address.owner.lower(), "name_in_small": address.name.lower()}
        return self.by_address().filter(host=address.host, **small)

    def by_address(self) -> "RepositoryQuerySet":
        # owner and name as the index `repository_address` has them; `iexact` would use no index
        return self.alias(owner_in_small=Lower("owner"), name_in_small=Lower("name"))

    def in_folders(self, names: Sequence[str]) -> "RepositoryQuerySet":
        # names without the extension
        keys = [int(name) for name in names if name.isdecimal() and len(name) < 18]
        return self.filter(Q(folder__in=names) | Q(folder=None, host=None, pk__in=keys))


class Repository(models.Model):
    """A learner's repository for a lab: on the practice remote, or at an address elsewhere."""

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="repositories")
    lab = models.ForeignKey(Lab, models.CASCADE, related_name="repositories")
    course = shared(Course, of=("enrollment", "lab"))
    host = models.CharField(max_length=255, null=True, help_text="Empty for the practice remote.")
    owner = models.CharField(max_length=100, null=True)
    name = models.CharField(max_length=100, null=True)
    # Never reused, unlike a key after a restore. Null in rows older than this field.
    folder = models.CharField(max_length=40, null=True, unique=True, editable=False, default=new_public_id)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RepositoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "repositories"
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "lab"],
                condition=Q(host=None),
                name="one_practice_repository_per_lab",
            ),
            models.UniqueConstraint(
                "enrollment", "lab", "host", Lower("owner"), Lower("name"), name="one_repository_per_address"
            ),
            models.CheckConstraint(
                condition=Q(host=None, owner=None, name=None)
                | Q(host__isnull=False, owner__isnull=False, name__isnull=False),
                name="address_is_whole_or_absent",
            ),
            SameParent(field="enrollment", parent="course", name="repository_of_a_learner_of_its_course"),
            SameParent(field="lab", parent="course", name="repository_for_a_lab_of_its_course"),
        ]
        indexes = [
            models.Index("host", Lower("owner"), Lower("name"), name="repository_address"),
            models.Index(fields=["course", "-id"], name="repository_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment.user}: {self.lab}"

    @property
    def path(self) -> Path:
        # use `folders` to check the owner before reading anything from it
        return Path(settings.PRACTICE_ROOT) / f"{self.folder or self.pk}.git"

    @property
    def address(self) -> Address | None:
        # None for the practice remote
        return Address(self.host, self.owner, self.name) if self.host and self.owner and self.name else None


class Receipt(models.Model):
    """A state of a repository, and when the server first saw it. Lateness depends on nothing else."""

    class Via(models.TextChoices):
        PUSH = "push", "by push"
        REPAIR = "repair", "found on the practice remote"
        ADDRESS = "address", "pasted address"

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="receipts")
    via = models.CharField(max_length=10, choices=Via)
    refs = models.JSONField(help_text="Full ref name to object id, of all branches and tags.")
    digest = models.CharField(max_length=64)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["repository", "-id"], name="receipt_newest"),
            models.Index(fields=["repository", "digest", "-id"], name="receipt_of_state"),
        ]

    def __str__(self) -> str:
        return f"{self.repository}, {self.received_at:%d %B %Y %H:%M}"


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
        """Return the submission that counts, for each learner and lab; `lifecycle` updates it with each report.

        Each row has `points`, `max_points` and `passed` of its current report.
        """
        return self.filter(is_best=True)._with_report().order_by()

    def ranked_first(self) -> "SubmissionQuerySet":
        """Return, for each learner and lab, the submission with the best report by `rank`."""
        ranked = rank(self._with_report(), per="lab", points="points", max_points="max_points")
        return cast(SubmissionQuerySet, ranked.filter(best_rank=1))

    def _with_report(self) -> "SubmissionQuerySet":
        return self.filter(reports__is_current=True).annotate(
            points=F("reports__points"), max_points=F("reports__max_points"), passed=F("reports__passed")
        )


class Submission(models.Model):
    """One state of a repository sent for grading. Only `lifecycle` writes `state` and its related fields.

    `version` rises with each change, for polling. `token` is the fencing token: it rises with each claim, and only
    its holder may write. `tries` counts claims; after `settings.GRADING_MAX_TRIES` of them it ends as a fault.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="submissions")
    lab = models.ForeignKey(Lab, models.CASCADE, related_name="submissions")
    course = shared(Course, of=("enrollment", "lab"))
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
        blank=True, help_text="What the learner should do, where it could not be read."
    )
    last_fault = models.TextField(blank=True)

    is_best = models.BooleanField(
        default=False, editable=False, help_text="It counts; kept with each report."
    )

    queued_at = models.DateTimeField()
    fetching_at = models.DateTimeField(null=True, blank=True)
    checking_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

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
            models.Index(fields=["lab", "state", "ended_at"], name="submission_typical"),
            models.Index(fields=["course", "-id"], name="submission_newest"),
            models.Index(fields=["lab", "-id"], name="submission_newest_of_lab"),
        ]

    def __str__(self) -> str:
        return f"{self.lab}, submission {self.number} of {self.enrollment.user}"

    def get_absolute_url(self) -> str:
        return reverse("submission", args=[self.public_id])

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


class Report(models.Model):
    """A verdict on a submission. Regrading adds one; the newest is current. `data` is authoritative."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="reports")
    lab_version = models.ForeignKey(LabVersion, models.PROTECT, related_name="reports")
    lab = shared(Lab, of=("lab_version", "submission"))
    spec_digest = models.CharField(max_length=64)
    engine = models.CharField(max_length=20)
    data = models.JSONField()
    notes = models.JSONField(default=list, help_text="What was not read, or has changed: sentences.")
    points = models.DecimalField(max_digits=7, decimal_places=2)
    max_points = models.DecimalField(max_digits=7, decimal_places=2)
    passed = models.BooleanField()
    is_current = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission"], condition=Q(is_current=True), name="one_current_report_per_submission"
            ),
            SameParent(field="submission", parent="lab", name="report_on_a_submission_for_its_lab"),
            SameParent(field="lab_version", parent="lab", name="report_by_a_version_of_its_lab"),
        ]
        indexes = [models.Index(fields=["lab", "-id"], name="report_newest_of_lab")]

    def __str__(self) -> str:
        return f"{self.submission}: {self.points} of {self.max_points} points"


class NeededWork(models.Model):
    """A check that needs work in the current report of a submission, derived from it so that it can be counted."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="needed_work")
    name = models.CharField("id of the check", max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "name"], name="needed_work_once_per_check")
        ]

    def __str__(self) -> str:
        return f"{self.submission}: {self.name}"


class MetCheck(models.Model):
    """A check that needed work in any submission of a learner for a lab: one row, however many submissions.

    `first` is the number of the first submission that shows it now. Derived from the failed checks, so that a cohort
    is counted by people and not by submissions.
    """

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="met_checks")
    lab = models.ForeignKey(Lab, models.CASCADE, related_name="met_checks")
    name = models.CharField("id of the check", max_length=100)
    first = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lab", "name", "enrollment"], name="met_once_per_check")
        ]

    def __str__(self) -> str:
        return f"{self.enrollment.user}: {self.name} of {self.lab}"


class MetTally(models.Model):
    """The number of active people of a cohort with a MetCheck of this name, written by `tallies`."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="+")
    lab = models.ForeignKey(Lab, models.CASCADE, related_name="+")
    name = models.CharField("id of the check", max_length=100)
    people = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cohort", "lab", "name"], name="one_tally_per_cohort_and_check")
        ]

    def __str__(self) -> str:
        return f"{self.people} of {self.cohort}: {self.name} of {self.lab}"


class CohortSize(models.Model):
    """The number of active people of a cohort, written by `tallies`."""

    cohort = models.OneToOneField(Cohort, models.CASCADE, primary_key=True, related_name="+")
    people = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.people} in {self.cohort}"


class OutsideReport(models.Model):
    """Result of labcheck for a commit, run elsewhere. It earns no points: the portal compares it with its own."""

    class Place(models.TextChoices):
        MACHINE = "machine", "your own machine"
        WORKFLOW = "workflow", "GitHub Actions"

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="outside_reports")
    lab = models.ForeignKey(Lab, models.CASCADE, related_name="outside_reports")
    course = shared(Course, of=("enrollment", "lab"))
    place = models.CharField(max_length=10, choices=Place)
    head = models.CharField("head commit", max_length=64)
    engine = models.CharField(max_length=20)
    checks_digest = models.CharField(max_length=64)
    outcomes = models.JSONField(help_text="Outcome by the id of the check.")
    received_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "lab", "place", "head"], name="one_outside_report_per_place_and_commit"
            ),
            SameParent(field="enrollment", parent="course", name="outside_report_of_a_learner_of_its_course"),
            SameParent(field="lab", parent="course", name="outside_report_for_a_lab_of_its_course"),
        ]

    def __str__(self) -> str:
        return f"{self.lab}, {self.head[:7]} on {self.get_place_display()}"
