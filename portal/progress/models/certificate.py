"""Certificates, and the rule of a course for them."""

import hashlib
import secrets
from functools import partial

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from lessons.models import Course, Enrollment

MAX_NAME = 120
MAX_REASON = 300


class CertificateRule(models.Model):
    """The requirements for a certificate of this course, in addition to its pass mark."""

    course = models.OneToOneField(Course, models.CASCADE, related_name="certificate_rule")
    needs_every_lab = models.BooleanField(
        "every lab must be passed", default=False, help_text="Also if the points are enough without it."
    )
    least_attendance = models.PositiveSmallIntegerField(
        "meetings to attend, in percent",
        default=0,
        validators=[MaxValueValidator(100)],
        help_text="Of the meetings that took place. Meetings without marked attendance count as missed.",
    )
    signed_by = models.CharField(
        "signed by", max_length=MAX_NAME, blank=True, help_text="Printed on the certificate, if given."
    )

    def __str__(self) -> str:
        return f"Certificate of {self.course}"


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def valid(self) -> "CertificateQuerySet":
        return self.filter(withdrawn_at=None, replaced_by=None)


class Certificate(models.Model):
    """A certificate as it was issued: `name` and `content` never change.

    `content` has the texts, dates and the route that `portal.progress.certificates.queries` collected. `key` is in
    the public address. A correction of the name is a new certificate, and `replaced_by` points to it.
    """

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="certificates")
    key = models.CharField(max_length=32, unique=True, default=partial(secrets.token_hex, 16), editable=False)
    name = models.CharField(max_length=MAX_NAME)
    content = models.JSONField()
    issued_at = models.DateTimeField(default=timezone.now)
    shows_name = models.BooleanField("show my name", default=False)
    shows_work = models.BooleanField("show my labs and link their repositories", default=False)
    wanted_name = models.CharField(max_length=MAX_NAME, blank=True)
    wanted_because = models.CharField(max_length=MAX_REASON, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    withdrawn_because = models.CharField(max_length=MAX_REASON, blank=True)
    replaced_by = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, related_name="replaces", editable=False
    )

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment"],
                condition=Q(withdrawn_at=None, replaced_by=None),
                name="one_valid_certificate_per_enrollment",
            )
        ]

    def __str__(self) -> str:
        return f"Certificate {self.number}"

    @property
    def number(self) -> str:
        """A short number to read aloud. It does not reveal the key."""
        digest = hashlib.sha256(self.key.encode()).hexdigest()[:8].upper()
        return f"{digest[:4]}-{digest[4:]}"

    @property
    def path(self) -> str:
        return reverse("verify_certificate", args=[self.key])

    @property
    def address(self) -> str:
        return f"{settings.PUBLIC_URL}{self.path}"

    @property
    def state(self) -> str:
        """`valid`, `withdrawn` or `replaced`."""
        if self.withdrawn_at:
            return "withdrawn"
        return "replaced" if self.replaced_by_id else "valid"

    @property
    def state_name(self) -> str:
        return self.state.capitalize()
