import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from labs.grader.fetching.address import Address
from labs.models.lab import Lab, LabVersion
from lessons.models import Course, Enrollment
from lessons.models.shared import SameParent, shared_field


def new_public_id() -> str:
    # 16 letters and digits, about 80 bits: short enough for a terminal, too many to guess
    return "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(16))


def snapshot_digest(refs: Mapping[str, str]) -> str:
    """Return a digest of all branch and tag names with their object IDs, independent of their order."""
    lines = (f"{oid} {name}\n" for name, oid in sorted(refs.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


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
    """A learner's repository for a lab: on the practice remote, or at an address elsewhere.

    On the practice remote, `starter` is the version whose starter it began with, None if the learner began without.
    `update` is the newest version whose starter was offered since, as the commit `update_commit` on `update_branch`.
    """

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="repositories")
    lab = models.ForeignKey(Lab, models.CASCADE, related_name="repositories")
    course = shared_field(Course, of=("enrollment", "lab"))
    host = models.CharField(max_length=255, null=True, help_text="Empty for the practice remote.")
    owner = models.CharField(max_length=100, null=True)
    name = models.CharField(max_length=100, null=True)
    # Never reused, unlike a key after a restore. Null in rows older than this field.
    folder = models.CharField(max_length=40, null=True, unique=True, editable=False, default=new_public_id)
    created_at = models.DateTimeField(auto_now_add=True)
    starter = models.ForeignKey(
        LabVersion, models.SET_NULL, null=True, editable=False, related_name="+"
    )  # whose starter the first clone brought
    update = models.ForeignKey(LabVersion, models.SET_NULL, null=True, editable=False, related_name="+")
    update_branch = models.CharField(max_length=60, blank=True, editable=False)
    update_commit = models.CharField(max_length=40, blank=True, editable=False)
    update_merged = models.BooleanField(default=False, editable=False)

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
        root = settings.GRADED_ROOT if self.host else settings.PRACTICE_ROOT
        return Path(root) / f"{self.folder or self.pk}.git"

    @property
    def address(self) -> Address | None:
        # None for the practice remote
        return Address(self.host, self.owner, self.name) if self.host and self.owner and self.name else None


class Receipt(models.Model):
    """A state of a repository, and when the server first saw it. Lateness depends on nothing else."""

    class Via(models.TextChoices):
        PUSH = "push", "by push"
        REPAIR = "repair", "recovered from the practice remote"
        ADDRESS = "address", "pasted URL"
        WEBHOOK = "webhook", "by push to GitHub"
        RECOVERED = "recovered", "recovered from GitHub"

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="receipts")
    via = models.CharField(max_length=10, choices=Via)
    refs = models.JSONField(help_text="The object ID of each branch and tag, by its full ref name.")
    digest = models.CharField(max_length=64)
    # for a message from GitHub its first arrival, which is earlier than this row
    received_at = models.DateTimeField(default=timezone.now)
    missed_at = models.DateTimeField(
        null=True, editable=False, help_text="The time of a push to GitHub whose message never arrived."
    )

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        help_text="The person who pushed or submitted it, where that is known.",
    )
    claimed_at = models.DateTimeField(
        null=True, editable=False, help_text="The earlier time of a message that GitHub has yet to confirm."
    )

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["claimed_at"], condition=Q(claimed_at__isnull=False), name="receipt_to_confirm"
            ),
            models.Index(fields=["repository", "-id"], name="receipt_newest"),
            models.Index(fields=["repository", "digest", "-id"], name="receipt_of_state"),
        ]

    def __str__(self) -> str:
        return f"{self.repository}, {self.received_at:%d %B %Y %H:%M}"

    @property
    def minutes_missed(self) -> int | None:
        """Return how many minutes after the push it was found; None if that is not known."""
        missed = self.received_at - self.missed_at if self.missed_at else timedelta()
        return missed // timedelta(minutes=1) or None
