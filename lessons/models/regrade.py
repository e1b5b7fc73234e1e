"""Regrades: a new key or new checks, tried on everything stored, then applied, and undone if need be."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from lessons.models.cohort import Enrollment
from lessons.models.course import Course
from lessons.models.quiz import Attempt, Quiz, QuizVersion
from lessons.models.shared import SameParent, shared_field

UNDO_TIME = timedelta(hours=24)


class RegradeState(models.TextChoices):
    REHEARSING = "rehearsing", "Rehearsing"
    REHEARSED = "rehearsed", "Rehearsed"
    APPLYING = "applying", "Applying"
    APPLIED = "applied", "Applied"
    UNDOING = "undoing", "Undoing"
    UNDONE = "undone", "Undone"
    DISCARDED = "discarded", "Discarded"


WORKING = (RegradeState.REHEARSING, RegradeState.APPLYING, RegradeState.UNDOING)
UNFINISHED = (*WORKING, RegradeState.REHEARSED)


class Regrade(models.Model):
    """The part that regrades of quizzes and of labs share. Only `lessons.regrades` writes its state.

    A worker rehearses, applies and undoes, and holds a lease. `changed_at` is the time of the last change of state.
    """

    class Policy(models.TextChoices):
        NEVER_LOWER = "never-lower", "Never lower a result"
        EXACT = "exact", "Exactly as rehearsed, also down"

    state = models.CharField(max_length=10, choices=RegradeState, default=RegradeState.REHEARSING)
    policy = models.CharField(max_length=11, choices=Policy, default=Policy.NEVER_LOWER)
    reason = models.CharField(max_length=300, blank=True, help_text="Learners see it.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    applied_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(default=0, help_text="Results to rehearse, as counted at the start.")
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["-pk"]

    @property
    def is_working(self) -> bool:
        return self.state in WORKING

    @property
    def undo_until(self) -> datetime | None:
        return self.applied_at + UNDO_TIME if self.applied_at else None

    @property
    def may_undo(self) -> bool:
        until = self.undo_until
        return self.state == RegradeState.APPLIED and until is not None and timezone.now() < until


class Move(models.Model):
    """One result of a regrade: before, after, and why. `fate` is what became of it.

    Points are those of the result as it was; `new_points` are None if the rehearsal has a `problem`.
    """

    class Way(models.TextChoices):
        UP = "up", "Up"
        DOWN = "down", "Down"
        SAME = "same", "Same"
        PROBLEM = "problem", "Not regraded"

    class Fate(models.TextChoices):
        WAITING = "", "Not applied"
        APPLIED = "applied", "Applied"
        KEPT = "kept", "Kept as it was"
        UNDONE = "undone", "Undone"

    way = models.CharField(max_length=7, choices=Way)
    fate = models.CharField(max_length=7, choices=Fate, default=Fate.WAITING, blank=True)
    old_points = models.DecimalField(max_digits=7, decimal_places=2)
    old_max = models.DecimalField(max_digits=7, decimal_places=2)
    old_passed = models.BooleanField()
    new_points = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    new_max = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    new_passed = models.BooleanField(default=False)
    why = models.JSONField(default=list)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True

    @property
    def old_score(self) -> str:
        return _percent(self.old_points, self.old_max)

    @property
    def new_score(self) -> str:
        return _percent(self.new_points, self.new_max)


def _percent(points: Decimal | None, out_of: Decimal | None) -> str:
    return f"{100 * points / out_of:.0f}%" if points is not None and out_of else "0%"


class QuizRegrade(Regrade):
    """The attempts at other versions of a quiz, marked by the key of `version`."""

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="regrades")
    course = shared_field(Course, of=("quiz",))
    version = models.ForeignKey(QuizVersion, models.CASCADE, related_name="regrades")
    from_version = models.ForeignKey(QuizVersion, models.CASCADE, null=True, related_name="+")

    class Meta(Regrade.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["quiz"], condition=Q(state__in=UNFINISHED), name="one_unfinished_regrade_of_quiz"
            ),
            SameParent(field="quiz", parent="course", name="regrade_of_a_quiz_of_its_course"),
            SameParent(field="version", parent="quiz", name="regrade_by_a_version_of_its_quiz"),
        ]

    def __str__(self) -> str:
        return f"Regrade of {self.quiz}, {self.get_state_display()}"

    def get_absolute_url(self) -> str:
        return reverse("quiz_regrade", args=[self.quiz.course.slug, self.quiz.slug, self.pk])


class RegradedAttempt(Move):
    """One attempt in a regrade; `before` is what undoing restores."""

    regrade = models.ForeignKey(QuizRegrade, models.CASCADE, related_name="moves")
    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="regrades")
    before = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["regrade", "attempt"], name="one_move_per_attempt"),
        ]
        indexes = [models.Index(fields=["regrade", "fate", "id"], name="moves_of_a_quiz_regrade")]

    def __str__(self) -> str:
        return f"{self.attempt}: {self.old_points} to {self.new_points}"


class QuestionReport(models.Model):
    """A learner's report of a problem with a question; staff close it with an answer."""

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="question_reports")
    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="question_reports")
    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="question_reports")
    key = models.CharField(max_length=100)
    text = models.CharField(max_length=1000)
    created_at = models.DateTimeField(default=timezone.now)
    reply = models.CharField(max_length=1000, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "quiz", "key"], name="one_report_per_learner_and_question"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiz}, {self.key}: {self.text[:40]}"
