"""Commits of what the portal changed in a course to the repository that it is read from."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from lessons.models import CourseRepository


class CourseCommit(models.Model):
    """A comparison of a course with its repository, and its commit if an instructor asks for it: rows are the queue.

    `base` is the commit that was compared, the head of `branch`, and `base_tree` its tree. `changes` lists the files
    that differ: dicts of path, change, mode, and lines as [sign, text]. `files` is a ZIP of the whole course as it
    will be, until the row ends. `commit` is stored before the branch is moved, so that another try finds it. `page` is
    its URL, or that of the pull request if it is on `new_branch`.
    """

    class State(models.TextChoices):
        COMPARING = "comparing", "Being compared"
        READY = "ready", "Compared"
        WAITING = "waiting", "Waiting for GitHub"
        DONE = "done", "Committed"
        FAILED = "failed", "Not committed"

    repository = models.ForeignKey(CourseRepository, models.CASCADE, related_name="commits")
    state = models.CharField(max_length=10, choices=State, default=State.COMPARING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    is_proved = models.BooleanField("whether somebody who may push to it asked", default=False)
    branch = models.CharField(max_length=255, blank=True)
    base = models.CharField(max_length=64, blank=True)
    base_tree = models.CharField(max_length=64, blank=True)
    changes = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    files = models.BinaryField(null=True)
    message = models.TextField(blank=True)
    new_branch = models.CharField(max_length=255, blank=True)
    commit = models.CharField(max_length=64, blank=True)
    page = models.CharField(max_length=500, blank=True)
    note = models.TextField(blank=True)
    not_before = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["repository"],
                condition=Q(state__in=("comparing", "waiting")),
                name="one_course_commit_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.repository}, {self.commit[:7] or self.get_state_display()}"

    @property
    def is_waiting(self) -> bool:
        return self.state in (self.State.COMPARING, self.State.WAITING)

    @property
    def short_commit(self) -> str:
        return self.commit[:7]
