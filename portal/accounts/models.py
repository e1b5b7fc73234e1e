import re
import zoneinfo
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

# Files among a machine's time zones that mean the local zone, or none.
NO_TIME_ZONES = {"Factory", "leapseconds", "localtime", "posixrules"}


def validate_time_zone(name: str) -> None:
    if name in NO_TIME_ZONES or name not in zoneinfo.available_timezones():
        raise ValidationError(f"{name} is not a time zone. Enter one such as Asia/Kolkata or Europe/London.")


# The end of the address of an account whose email is not confirmed: portal/accounts/unconfirmed.py
RESERVED = ".unconfirmed.invalid"

GITHUB_NAME = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}")
GITHUB_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?github\.com/@?([^/?#]+)(?:[/?#].*)?", re.IGNORECASE)


def github_name_in(text: str) -> str:
    # Accepts `octocat`, `@octocat`, `github.com/octocat/` and `https://github.com/octocat`.
    text = text.strip()
    found = GITHUB_ADDRESS.fullmatch(text)
    return (found[1] if found else text).removeprefix("@")


def validate_github_name(name: str) -> None:
    if name and not (GITHUB_NAME.fullmatch(name) and len(name) <= 39):
        raise ValidationError("This is not a GitHub username. For github.com/octocat, enter octocat.")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class Theme(models.TextChoices):
    SYSTEM = "system", "System"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class User(AbstractBaseUser, PermissionsMixin):
    """A person, who signs in with their email."""

    email = models.EmailField("email address", unique=True)
    name = models.CharField(
        max_length=150, blank=True, help_text="How the name should appear on certificates."
    )
    github_name = models.CharField(
        "GitHub username", max_length=39, blank=True, validators=[validate_github_name]
    )
    time_zone = models.CharField(max_length=64, default="Asia/Kolkata", validators=[validate_time_zone])
    # Empty until the user chooses one; until then the browser's cookie decides, as for visitors.
    theme = models.CharField(max_length=6, choices=Theme, blank=True)
    has_shortcuts = models.BooleanField("single-key shortcuts", default=True)
    accepted_version = models.CharField(max_length=40, blank=True, editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    is_staff = models.BooleanField("staff", default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    leaves_at = models.DateTimeField(
        null=True, editable=False, help_text="When the account will be deleted, if somebody asked for it."
    )
    erased_at = models.DateTimeField(
        null=True, editable=False, help_text="When all data of the person was removed from this row."
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def __str__(self) -> str:
        return self.email

    @property
    def has_confirmed_email(self) -> bool:
        return not self.email.endswith(RESERVED)

    @property
    def shown_email(self) -> str:
        """Return the email, or the address that was typed at sign-up and is not confirmed."""
        if self.has_confirmed_email:
            return self.email
        return self.email.removesuffix(RESERVED).rpartition(".")[0]

    def get_full_name(self) -> str:
        return self.name or self.shown_email

    def get_short_name(self) -> str:
        return self.get_full_name()


class AuditEntry(models.Model):
    """An action with its user, time and IP address. Written only by `audit.record`, never changed, pruned by age.

    `who` keeps the email as it was then, because it may change or the account may be deleted.
    """

    class Event(models.TextChoices):
        SIGNED_UP = "signed-up", "Signed up"
        SIGNED_IN = "signed-in", "Signed in"
        SIGN_IN_FAILED = "sign-in-failed", "Sign-in failed"
        SIGN_IN_ENDED = "sign-in-ended", "Sign-in expired"
        DENIED = "denied", "Access denied"
        PASSWORD = "password", "Password"
        EMAIL = "email", "Email"
        SECOND_FACTOR = "second-factor", "Second factor"
        TOKEN = "token", "Access token"
        GITHUB = "github", "GitHub account"
        ROLE = "role", "Role"
        GRADE = "grade", "Grade"
        DEADLINE = "deadline", "Deadline"
        CONTENT = "content", "Content"
        VIEW = "view", "View as a learner"
        JOINING = "joining", "Joining"
        PRIVACY = "privacy", "Privacy"
        OWN_DATA = "own-data", "Own data"

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    event = models.CharField(max_length=20, choices=Event)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    who = models.CharField(max_length=254, blank=True)
    what = models.CharField(max_length=300, blank=True)
    address = models.CharField("from", max_length=45, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.get_event_display()}: {self.who or 'nobody'}"
