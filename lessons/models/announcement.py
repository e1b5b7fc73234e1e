"""Announcements of staff to a cohort."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from lessons.models.cohort import Cohort, Enrollment
from lessons.models.course import MAX_TITLE, Course
from lessons.models.shared import SameParent, shared_field


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def published(self, now: datetime) -> "AnnouncementQuerySet":
        """Return those that learners see, pinned ones first, then the newest."""
        found = self.filter(withdrawn_at=None, publish_at__lte=now)
        return found.order_by("-is_pinned", "-publish_at", "-pk")

    def to_send(self, now: datetime) -> "AnnouncementQuerySet":
        return self.filter(sent_at=None, withdrawn_at=None, publish_at__lte=now)


class Announcement(models.Model):
    """A message to a cohort, visible from `publish_at` on. `sent_at` is when its notices were written, once.

    `edited_at` is set by changes after `publish_at`. `html` is rendered when it is saved.
    """

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="announcements")
    course = shared_field(Course, of=("cohort",))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    title = models.CharField(max_length=MAX_TITLE)
    text = models.TextField()
    html = models.TextField()
    is_pinned = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    publish_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    edited_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        ordering = ["-publish_at", "-pk"]
        indexes = [
            models.Index(fields=["cohort", "-publish_at"], name="announcements_of_a_cohort"),
            models.Index(
                fields=["publish_at"],
                condition=Q(sent_at=None, withdrawn_at=None),
                name="announcements_to_send",
            ),
        ]
        constraints = [
            SameParent(field="cohort", parent="course", name="announcement_to_a_cohort_of_its_course"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of its page. Reads the course."""
        return reverse("announcement", args=[self.course.slug, self.pk])


class AnnouncementRead(models.Model):
    """A learner has marked an announcement as read."""

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="reads")
    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="+")
    read_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["announcement", "enrollment"], name="one_mark_for_an_announcement"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id} read {self.announcement_id}"
