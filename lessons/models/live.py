from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from lessons.models.cohort import Cohort, Enrollment
from lessons.models.course import Course
from lessons.models.quiz import Quiz, QuizVersion
from lessons.models.shared import SameParent, shared_field


class LiveQuizQuerySet(models.QuerySet["LiveQuiz"]):
    def running(self, now: datetime | None = None) -> "LiveQuizQuerySet":
        return self.filter(ended_at=None, ends_at__gt=now or timezone.now(), quiz__deletion=None)


class LiveQuiz(models.Model):
    """A quiz that staff run in class, one question at a time. Its answers count nowhere.

    It is for one cohort, or for the whole course without one. It ends at `ended_at`, or by itself at `ends_at`.
    `state` grows whenever staff do something, `changes` whenever a learner answers, for polling.
    """

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="live_quizzes")
    course = shared_field(Course, of=("quiz",))
    version = models.ForeignKey(QuizVersion, models.CASCADE, related_name="+")
    cohort = models.ForeignKey(Cohort, models.CASCADE, null=True, blank=True, related_name="live_quizzes")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    current = models.ForeignKey("LiveQuestion", models.SET_NULL, null=True, editable=False, related_name="+")
    state = models.PositiveIntegerField(default=0)
    changes = models.PositiveIntegerField(default=0)

    objects = LiveQuizQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "live quizzes"
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["quiz", "cohort"], condition=Q(ended_at=None), name="one_live_quiz_per_cohort"
            ),
            models.UniqueConstraint(
                fields=["quiz"], condition=Q(ended_at=None, cohort=None), name="one_live_quiz_for_all"
            ),
            SameParent(field="quiz", parent="course", name="live_quiz_of_its_course"),
            SameParent(field="cohort", parent="course", name="live_quiz_for_a_cohort_of_its_course"),
            SameParent(field="version", parent="quiz", name="live_quiz_of_a_version_of_its_quiz"),
        ]
        indexes = [models.Index(fields=["course", "ends_at"], name="live_quiz_running")]

    def __str__(self) -> str:
        return f"{self.quiz}, live on {self.started_at:%d %B %Y}"

    def get_absolute_url(self) -> str:
        return reverse("live", args=[self.course.slug, self.pk])

    @property
    def is_running(self) -> bool:
        return self.ended_at is None and self.ends_at > timezone.now()

    @property
    def over_at(self) -> datetime:
        return self.ended_at or self.ends_at


class LiveQuestion(models.Model):
    """A question that was opened in a live quiz; all learners see its options in the same order."""

    live = models.ForeignKey(LiveQuiz, models.CASCADE, related_name="questions")
    key = models.CharField(max_length=100)
    layout = models.JSONField()
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    shows_chart = models.BooleanField(default=False)
    is_revealed = models.BooleanField(default=False)

    class Meta:
        ordering = ["opened_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["live", "key"], name="live_question_once")]

    def __str__(self) -> str:
        return f"{self.live}: {self.key}"


class LiveAnswer(models.Model):
    """A learner's answer to a live question; the last one replaces those before."""

    question = models.ForeignKey(LiveQuestion, models.CASCADE, related_name="answers")
    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="+")
    response = models.JSONField()
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "enrollment"], name="one_live_answer")]

    def __str__(self) -> str:
        return f"{self.question} by {self.enrollment.user}"
