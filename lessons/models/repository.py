from django.conf import settings
from django.db import models
from django.db.models import Q

from lessons.models.course import Course


class CourseRepository(models.Model):
    """The Git repository that a course is loaded from. Empty `branch`: the default one; empty `folder`: the top."""

    course = models.OneToOneField(Course, models.CASCADE, related_name="repository")
    address = models.CharField(max_length=300)
    branch = models.CharField(max_length=200, blank=True)
    folder = models.CharField(max_length=200, blank=True)
    commit = models.CharField("last commit loaded", max_length=64, blank=True)
    loaded_at = models.DateTimeField(null=True, blank=True)
    pushed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name_plural = "course repositories"

    def __str__(self) -> str:
        return self.address.removeprefix("https://")


class CourseFetch(models.Model):
    """One request to read a course's repository, and its result. Only `course_files.fetches` writes its state.

    An update loads the branch of the course. A preview reads any `revision`, and keeps its files as a ZIP. `outcome`
    has `message`, and may have `problems`, `warnings`, `removed` and the lists of `loading.Changes`.
    """

    class Kind(models.TextChoices):
        UPDATE = "update", "Update"
        PREVIEW = "preview", "Preview"

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Reading"
        DONE = "done", "Done"
        FAILED = "failed", "Not loaded"

    class Removed(models.TextChoices):
        ASK = "", "Ask"
        KEEP = "keep", "Keep"
        DRAFT = "draft", "Hide"

    repository = models.ForeignKey(CourseRepository, models.CASCADE, related_name="fetches")
    kind = models.CharField(max_length=10, choices=Kind)
    revision = models.CharField("branch, tag or commit", max_length=200, blank=True)
    removed = models.CharField(max_length=10, choices=Removed, blank=True, default=Removed.ASK)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    commit = models.CharField(max_length=64, blank=True)
    subject = models.CharField("subject of the commit", max_length=200, blank=True)
    outcome = models.JSONField(default=dict)
    files = models.BinaryField(null=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "course fetches"
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "kind"],
                condition=Q(state__in=("queued", "running")),
                name="one_fetch_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.repository}"

    @property
    def is_waiting(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def short_commit(self) -> str:
        return self.commit[:7]
