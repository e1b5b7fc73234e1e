"""Connections of learners' repositories with GitHub, and the messages that GitHub sent about them."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from labs.models.repository import Receipt, Repository
from lessons.models.hook import SignedHook


class Installation(models.Model):
    """The portal's GitHub App on a GitHub account, as GitHub last described it."""

    installation_id = models.BigIntegerField(unique=True)
    account = models.CharField("account on GitHub", max_length=100)
    account_id = models.BigIntegerField(null=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # GitHub asked to wait until then, or did not answer
    limited_until = models.DateTimeField(null=True, blank=True, editable=False)
    # the lease of the worker that sends results there
    sending_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.account

    @property
    def is_active(self) -> bool:
        return self.suspended_at is None and self.deleted_at is None


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def active(self) -> "ConnectionQuerySet":
        """Return the connections whose pushes are graded: proved, and not disconnected. See `is_active`."""
        return self.filter(disconnected_at=None).exclude(owner_proved_by="")


class Connection(SignedHook):
    """A repository whose pushes GitHub reports to the portal, at an address and with a secret of its own.

    `github_id` is GitHub's numeric ID of the repository, which stays if it is renamed or transferred; `full_name` is
    the name that GitHub last gave. `look_at` is the time from which a worker may look at the repository, None if no
    look is due; `look_tries` counts its tries, `looked_at` is the last look, and `look_fault` our fault that ended the
    tries. `mismatched_at` is the last message with a different secret. `answers` are what GitHub said of the account,
    its permission, the repository and the App: [subject, sentence, good]. `asked_at` is None if GitHub must confirm the
    repository before anything of it is graded.
    """

    SALT = "labs.github.secret"

    class Proof(models.TextChoices):
        SIGN_IN = "sign-in", "GitHub sign-in"
        FILE = "file", "a file in the repository"
        APP = "app", "the GitHub App"

    repository = models.OneToOneField(Repository, models.CASCADE, related_name="connection")
    github_id = models.BigIntegerField("GitHub’s ID", null=True, blank=True, db_index=True)
    full_name = models.CharField(max_length=201, blank=True)
    owner_proved_by = models.CharField(max_length=10, choices=Proof, blank=True)
    installation = models.ForeignKey(
        Installation, models.SET_NULL, null=True, blank=True, related_name="connections"
    )
    answers = models.JSONField(default=list, editable=False)
    asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    proof_note = models.TextField(blank=True, editable=False)
    secret_shown_at = models.DateTimeField(null=True, blank=True, editable=False)
    look_at = models.DateTimeField(null=True, blank=True, editable=False)
    look_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    looked_at = models.DateTimeField(null=True, editable=False)
    look_fault = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_heard_at = models.DateTimeField(null=True, blank=True)
    mismatched_at = models.DateTimeField(null=True, blank=True)
    disconnected_at = models.DateTimeField(null=True, blank=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["look_at"], condition=Q(look_at__isnull=False), name="connection_to_look_at"
            ),
            models.Index(
                fields=["looked_at"],
                condition=Q(look_at=None, disconnected_at=None),
                name="connection_quiet",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.repository.address}, {self.repository}"

    @property
    def is_active(self) -> bool:
        return bool(self.owner_proved_by) and self.disconnected_at is None

    def challenge(self) -> str:
        """Return the content of the file that proves who may write to the repository."""
        # the number changes when the repository is connected again, which may have a different owner by then
        value = f"{self.key}.{self.secret_number}"
        return salted_hmac("labs.github.challenge", value, algorithm="sha256").hexdigest()[:40]


class Delivery(models.Model):
    """A message from GitHub, once, and the answer to it. `received_at` is the time of its first arrival.

    `connection` is None for messages of the App that concern no repository. `by_app`: signed with the App's secret,
    which no learner knows. `is_prompt`: the next look followed at once, and no look has missed its commit.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SUBMITTED = "submitted", "Submitted"
        KNOWN = "known", "Submitted before"
        REPLACED = "replaced", "Replaced by a newer push"
        NOTED = "noted", "Received"
        IGNORED = "ignored", "Ignored"
        FAILED = "failed", "Could not read the repository"

    connection = models.ForeignKey(Connection, models.CASCADE, null=True, related_name="deliveries")
    guid = models.CharField("delivery ID", max_length=36)
    event = models.CharField(max_length=40)
    action = models.CharField(max_length=40, blank=True)
    ref = models.TextField(blank=True)
    commit = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    by_app = models.BooleanField(default=False)
    is_prompt = models.BooleanField(default=False)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.WAITING)
    reason = models.TextField(blank=True)
    receipt = models.ForeignKey(Receipt, models.SET_NULL, null=True, related_name="deliveries")

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["connection", "guid"], name="delivery_once"),
            models.UniqueConstraint(
                fields=["guid"], condition=Q(connection=None), name="delivery_of_the_app_once"
            ),
        ]
        indexes = [models.Index(fields=["connection", "-id"], name="delivery_newest")]

    def __str__(self) -> str:
        return f"{self.event} {self.commit[:7]}".strip()
