"""Questions of learners and requests for help: a short exchange with staff about one place of a course."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from lessons.models.cohort import Cohort, Enrollment
from lessons.models.course import MAX_TITLE, Course
from lessons.models.shared import SameParent, shared_field

TAKEN_FOR = timedelta(minutes=20)  # then other staff may take it over
MAX_THREAD_TITLE, MAX_QUOTE, MAX_PART = 150, 300, 255


class ThreadQuerySet(models.QuerySet["Thread"]):
    def present(self) -> "ThreadQuerySet":
        return self.filter(withdrawn_at=None)

    def waiting(self) -> "ThreadQuerySet":
        """Return those that wait for staff."""
        return self.filter(waiting_since__isnull=False)

    def help(self) -> "ThreadQuerySet":
        return self.filter(kind=Thread.Kind.HELP)

    def public(self) -> "ThreadQuerySet":
        return self.present().filter(is_public=True)


class Thread(models.Model):
    """A question or a request for help. `lessons.threads` writes its states.

    Its place is stored by key and by name, so that it stays readable when the place is renamed, moved or removed:
    `place_kind` is registered with `lessons.threads.places`, `place_key` is the key of its row, and `part` a heading, a
    question or a check of it. `evidence` describes what is attached, such as a submission and its commit.

    `cohort` is the asker's cohort at the time, whose learners see the thread if staff make it public. `waiting_since`
    is None unless staff have to act. `version` rises with each change of its page.
    """

    class Kind(models.TextChoices):
        QUESTION = "question", "Question"
        HELP = "help", "Request for help"

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="threads")
    course = shared_field(Course, of=("enrollment",))
    cohort = models.ForeignKey(Cohort, models.SET_NULL, null=True, related_name="threads")
    kind = models.CharField(max_length=10, choices=Kind)
    title = models.CharField(max_length=MAX_THREAD_TITLE)
    place_kind = models.CharField(max_length=20)
    place_key = models.BigIntegerField()
    place_title = models.CharField(max_length=MAX_TITLE)
    part = models.CharField(max_length=MAX_PART, blank=True)
    part_title = models.CharField(max_length=MAX_TITLE, blank=True)
    quote = models.CharField(max_length=MAX_QUOTE, blank=True)
    evidence = models.CharField(max_length=MAX_TITLE, blank=True)
    evidence_url = models.CharField(max_length=MAX_TITLE, blank=True)
    shows_name = models.BooleanField(default=False)
    asked_at = models.DateTimeField(default=timezone.now)
    waiting_since = models.DateTimeField(null=True, default=timezone.now)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    duplicate_of = models.ForeignKey("self", models.SET_NULL, null=True, related_name="duplicates")
    is_public = models.BooleanField(default=False)
    public_at = models.DateTimeField(null=True)
    public_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    version = models.PositiveIntegerField(default=0)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(
                fields=["course", "waiting_since"],
                condition=Q(waiting_since__isnull=False),
                name="threads_that_wait",
            ),
            models.Index(fields=["place_kind", "place_key", "part"], name="threads_of_a_place"),
            models.Index(fields=["course", "-asked_at"], name="threads_of_a_course"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["taken_by"], condition=Q(taken_by__isnull=False), name="one_taken_thread_at_a_time"
            ),
            SameParent(field="enrollment", parent="course", name="thread_of_a_learner_of_its_course"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of its page. Reads the course."""
        return reverse("thread", args=[self.course.slug, self.pk])

    @property
    def is_help(self) -> bool:
        return self.kind == self.Kind.HELP

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def is_waiting(self) -> bool:
        return self.waiting_since is not None

    @property
    def where(self) -> str:
        return f"{self.place_title}, “{self.part_title}”" if self.part_title else self.place_title

    def may_be_taken_over(self, now: datetime) -> bool:
        return self.taken_at is None or self.taken_at <= now - TAKEN_FOR

    @property
    def state(self) -> tuple[str, str]:
        """Return a glyph and a word."""
        if self.is_withdrawn:
            return "skip", "Withdrawn"
        if self.is_waiting:
            return ("part", "Taken") if self.taken_by_id else ("todo", "Open")
        if self.is_closed and self.answered_at is None:
            return "skip", "Closed"
        return ("done", "Answered") if self.answered_at else ("part", "Waits for the learner")


class Message(models.Model):
    """A message of a thread; the first one of the asker has the details of the question.

    `answers` is False for staff who ask back. `is_suggested` answers to requests for help are offered, without
    anything of the request, to learners of the cohort who get stuck at the same place. A `copy_of` an answer is in
    the threads that are duplicates. `html` is rendered when it is saved.
    """

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    is_staff = models.BooleanField(default=False)
    answers = models.BooleanField(default=False)
    is_suggested = models.BooleanField(default=False)
    copy_of = models.ForeignKey("self", models.CASCADE, null=True, related_name="copies")
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    sent_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["sent_at", "pk"]

    def __str__(self) -> str:
        return f"Message {self.pk} of {self.thread_id}"
