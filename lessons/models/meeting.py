"""The meetings of a cohort, attendance, and the signals that learners send while one is live."""

import zoneinfo
from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from lessons.models.cohort import Cohort, Enrollment, validate_start
from lessons.models.course import Course, Session
from lessons.models.shared import SameParent, shared_field

JOIN_OPENS = timedelta(minutes=15)


class MeetingManager(models.Manager["Meeting"]):
    """The meetings of sessions that are not deleted.

    Their notes are read only when they are used: lists need none, and saving a row that was read before leaves them
    as they are.
    """

    def get_queryset(self) -> models.QuerySet["Meeting"]:
        rows = super().get_queryset().filter(session__deletion__isnull=True)
        return rows.defer("notes", "notes_html", "notes_at")

    def planned(self) -> models.QuerySet["Meeting"]:
        """Return the meetings that are not cancelled."""
        return self.get_queryset().filter(cancelled_at=None)


class Meeting(models.Model):
    """A cohort's date for a session.

    `moved_from` is the start before the last move, and `sequence` the number of changes that calendars must know.
    `lessons.meetings` writes both. `version` grows with everything that the page of the meeting shows.
    """

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="meetings")
    session = models.ForeignKey(Session, models.CASCADE, related_name="meetings")
    course = shared_field(Course, of=("cohort", "session"))
    starts_at = models.DateTimeField(
        validators=[validate_start], help_text="In the time zone of your account."
    )
    minutes = models.PositiveSmallIntegerField(
        default=180, validators=[MinValueValidator(1), MaxValueValidator(24 * 60)]
    )
    join_url = models.URLField(blank=True)
    recording_url = models.URLField("link to the recording", blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    moved_from = models.DateTimeField(null=True, blank=True, editable=False)
    change_reason = models.CharField(max_length=200, blank=True, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    notes = models.TextField(blank=True, editable=False)
    notes_html = models.TextField(blank=True, editable=False)
    notes_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = MeetingManager()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "session"], name="one_meeting_per_session"),
            models.UniqueConstraint(fields=["id", "course"], name="meeting_and_course"),
            SameParent(field="cohort", parent="course", name="meeting_of_a_cohort_of_its_course"),
            SameParent(field="session", parent="course", name="meeting_of_a_session_of_its_course"),
        ]

    def __str__(self) -> str:
        return f"{self.session} on {self.starts_at:%d %B %Y}"

    def get_absolute_url(self) -> str:
        """Return the address of the class page. Reads the course, the cohort and the session."""
        return reverse("meeting", args=[self.cohort.course.slug, self.cohort.slug, self.session.slug])

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.cohort.time_zone)

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def join_opens_at(self) -> datetime:
        return self.starts_at - JOIN_OPENS

    def is_live(self, now: datetime) -> bool:
        return not self.is_cancelled and self.starts_at <= now < self.ends_at

    def may_join(self, now: datetime) -> bool:
        return not self.is_cancelled and self.join_opens_at <= now < self.ends_at


class Attendance(models.Model):
    """The attendance of a learner at a meeting. `is_present` is None until staff mark it.

    `joined_at` is the time of the first click on the link to join: a hint for staff, which marks nobody present.
    """

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendance")
    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="attendance")
    course = shared_field(Course, of=("meeting", "enrollment"))
    joined_at = models.DateTimeField(null=True, blank=True)
    is_present = models.BooleanField(null=True, blank=True)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    marked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "attendance"
        constraints = [
            models.UniqueConstraint(fields=["meeting", "enrollment"], name="one_attendance_per_meeting"),
            SameParent(field="meeting", parent="course", name="attendance_at_a_meeting_of_its_course"),
            SameParent(field="enrollment", parent="course", name="attendance_of_a_learner_of_its_course"),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment} at {self.meeting}"


class MeetingSignal(models.Model):
    """A signal from a learner to the instructor while a meeting is live. Only staff see who sent it."""

    class Kind(models.TextChoices):
        STUCK = "stuck", "I’m stuck"
        SLOW = "slow", "Slow down"

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="signals")
    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="+")
    course = shared_field(Course, of=("meeting", "enrollment"))
    kind = models.CharField(max_length=10, choices=Kind)
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["sent_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "enrollment", "kind"], name="one_signal_of_a_kind"),
            SameParent(field="meeting", parent="course", name="signal_at_a_meeting_of_its_course"),
            SameParent(field="enrollment", parent="course", name="signal_of_a_learner_of_its_course"),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment}: {self.get_kind_display()}"
