from decimal import Decimal
from typing import cast

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from simple_history.models import HistoricalRecords

from lessons.models.best import rank
from lessons.models.cohort import Enrollment
from lessons.models.course import Course, FileBacked, Lesson
from lessons.models.deadlines import Due
from lessons.models.deletion import NOT_DELETED, Deletable
from lessons.models.quiz_times import QuizDeadline, deadline_parts, extra_time_parts
from lessons.models.release import Released, Status
from lessons.models.shared import SameParent, SharedField, shared_field


class Quiz(Deletable, FileBacked, Released):
    """The quiz of a lesson. `source` is Markdown; every change to it makes a QuizVersion.

    It opens with its lesson, or later if it is scheduled.
    """

    course = SharedField(Course, models.CASCADE, related_name="quizzes", of=("lesson",))
    lesson = models.OneToOneField(Lesson, models.CASCADE, related_name="quiz")
    slug = models.SlugField()
    title = models.CharField(max_length=200, editable=False)
    status = models.CharField(
        max_length=10,
        choices=Status,
        default=Status.PUBLISHED,
        help_text="A published quiz opens with its lesson.",
    )
    source = models.TextField("Markdown")
    current = models.ForeignKey("QuizVersion", models.PROTECT, null=True, editable=False, related_name="+")
    # The version of the text as saved, if a worker has not proved it.
    unproved = models.ForeignKey("QuizVersion", models.SET_NULL, null=True, editable=False, related_name="+")

    history = HistoricalRecords(
        excluded_fields=["deletion", "loaded_digest", "loaded_from", "current", "unproved"]
    )

    class Meta:
        verbose_name_plural = "quizzes"
        ordering = ["lesson__session__position", "lesson__position"]
        constraints = [
            *Released.Meta.constraints,
            models.UniqueConstraint(
                fields=["course", "slug"], condition=NOT_DELETED, name="quiz_slug_unique_in_course"
            ),
            models.UniqueConstraint(fields=["id", "course"], name="quiz_and_course"),
            SameParent(field="lesson", parent="course", name="quiz_of_a_lesson_of_its_course"),
            SameParent(field="current", parent="quiz", name="current_version_of_its_quiz", own="id"),
            SameParent(field="unproved", parent="quiz", name="unproved_version_of_its_quiz", own="id"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("quiz", args=[self.course.slug, self.slug])


class QuizVersion(Due):
    """A quiz as a learner took it. Never changed except for its proof.

    If a worker must try its questions, it is not `proved` before. `proof` is the result as JSON, None before it ran;
    `fault` says why a try gave none, and `leased_until` when the next may begin.
    """

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="versions")
    digest = models.CharField(max_length=64)
    source = models.TextField()
    schema = models.PositiveSmallIntegerField(default=1)
    question_count = models.PositiveSmallIntegerField()
    max_points = models.DecimalField(max_digits=7, decimal_places=2)
    pass_mark = models.PositiveSmallIntegerField()
    attempts_allowed = models.PositiveSmallIntegerField(help_text="0 means no limit.")
    release = models.CharField(max_length=10)
    shows = models.CharField(max_length=15, default="all")
    counts = models.CharField(max_length=10, default="best", help_text="The attempt that counts.")
    time_limit = models.PositiveSmallIntegerField(default=0, help_text="In minutes. 0 means no limit.")
    late = models.CharField(max_length=10, default="refuse")
    bonus = models.PositiveSmallIntegerField(
        default=0, help_text="Points beside the 100 of the course. 0: the quiz counts as the others do."
    )
    proved = models.BooleanField(default=True, editable=False)
    proof = models.JSONField(null=True, editable=False)
    fault = models.TextField(blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["quiz", "digest"], name="one_quiz_version_per_digest"),
            models.UniqueConstraint(fields=["id", "quiz"], name="quiz_version_and_quiz"),
        ]

    def __str__(self) -> str:
        return f"{self.quiz}, {self.digest[:8]}"


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def open(self) -> "AttemptQuerySet":
        return self.filter(submitted_at=None)

    def submitted(self) -> "AttemptQuerySet":
        return self.exclude(submitted_at=None)

    def ranked(self) -> "AttemptQuerySet":
        """Annotate `best_rank` as `rank` does, by the rule of the quiz as it is now.

        An open attempt ranks after all submitted ones.
        """
        chosen = "quiz__current__counts"
        ranked = rank(self.worth(), per="quiz", points="points", max_points="worth", counts=chosen)
        return cast(AttemptQuerySet, ranked)

    def worth(self) -> "AttemptQuerySet":
        """Annotate the points that each attempt could reach; a regrade may have dropped questions."""
        return self.annotate(worth=Coalesce("max_points", "version__max_points"))

    def limited(self) -> "AttemptQuerySet":
        """Return the attempts that a time limit or a deadline can end."""
        own = QuizDeadline.objects.filter(quiz=OuterRef("quiz"), cohort=OuterRef("enrollment__cohort"))
        by_rule = Q(version__time_limit__gt=0) | Q(quiz__current__deadline_days__isnull=False)
        return self.filter(by_rule | Q(Exists(own)))

    def timed(self) -> "AttemptQuerySet":
        """Annotate what `lessons.attempt_times.end_of` needs."""
        return self.annotate(
            **deadline_parts(
                "quiz__", OuterRef("enrollment__cohort"), OuterRef("quiz"), OuterRef("enrollment")
            ),
            time_zone=F("enrollment__cohort__time_zone"),
            time_limit=F("version__time_limit"),
            **extra_time_parts(),
        )

    def best(self) -> "AttemptQuerySet":
        """Return the attempt that counts, for each learner and quiz."""
        return self.submitted().ranked().filter(Q(best_rank=1))


class Attempt(models.Model):
    """A learner's attempt at a quiz. `layout` has the tokens that determine the display order of options.

    `questions` are the keys of the questions that were drawn, in order; None means all. `ended_by` says what
    ended the attempt if its learner did not.
    """

    class Ending(models.TextChoices):
        LIMIT = "limit", "Time limit"
        DEADLINE = "deadline", "Deadline"

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="attempts")
    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="attempts")
    course = shared_field(Course, of=("enrollment", "quiz"))
    version = models.ForeignKey(QuizVersion, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    layout = models.JSONField()
    questions = models.JSONField(null=True, editable=False)
    started_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    points = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    score = models.PositiveSmallIntegerField(null=True, blank=True, help_text="As a percentage.")
    passed = models.BooleanField(default=False)
    key = models.ForeignKey(
        QuizVersion,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        help_text="The version whose key marked the attempt, if a regrade replaced its own.",
    )
    max_points = models.DecimalField(
        max_digits=7,
        decimal_places=2,
        null=True,
        editable=False,
        help_text="The points that could be reached, if a regrade dropped questions.",
    )
    waiting_points = models.DecimalField(
        max_digits=7,
        decimal_places=2,
        default=0,
        help_text="Of answers that are not marked yet. Until they are, the other totals are what is known.",
    )
    ended_by = models.CharField(max_length=10, choices=Ending, blank=True)
    is_late = models.BooleanField("late", default=False, help_text="Submitted after the deadline.")

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "quiz", "number"], name="attempt_number_unique"),
            models.UniqueConstraint(
                fields=["enrollment", "quiz"],
                condition=Q(submitted_at=None),
                name="one_open_attempt_per_quiz",
            ),
            SameParent(field="enrollment", parent="course", name="attempt_of_a_learner_of_its_course"),
            SameParent(field="quiz", parent="course", name="attempt_at_a_quiz_of_its_course"),
            SameParent(field="version", parent="quiz", name="attempt_at_a_version_of_its_quiz"),
            SameParent(field="key", parent="quiz", name="attempt_marked_by_a_version_of_its_quiz"),
        ]
        indexes = [models.Index(fields=["course", "-id"], name="attempt_newest")]

    def __str__(self) -> str:
        return f"{self.quiz}, attempt {self.number} by {self.enrollment.user}"

    def get_absolute_url(self) -> str:
        return reverse("attempt", args=[self.quiz.course.slug, self.quiz.slug, self.number])

    @property
    def out_of(self) -> Decimal:
        return self.version.max_points if self.max_points is None else self.max_points

    @property
    def is_waiting(self) -> bool:
        """True if answers of this submitted attempt are not marked yet."""
        return self.waiting_points > 0

    @property
    def glyph(self) -> str:
        return "done" if self.passed else "wait" if self.is_waiting else "bad"


class Answer(models.Model):
    """A learner's answer to one question, saved as soon as it is given."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="answers")
    key = models.CharField(max_length=100)
    response = models.JSONField(null=True)
    flagged = models.BooleanField(default=False)
    credit = models.DecimalField(
        max_digits=5, decimal_places=4, null=True, blank=True, help_text="From 0 to 1."
    )
    waits_for = models.CharField(
        max_length=6,
        choices=[("", "nobody"), ("staff", "staff"), ("worker", "a worker")],
        default="",
        blank=True,
        help_text="Who marks this answer of a submitted attempt next.",
    )
    leased_until = models.DateTimeField(
        null=True, editable=False, help_text="When a worker may take it next."
    )
    tries = models.PositiveSmallIntegerField(default=0, editable=False, help_text="Of workers, to judge it.")
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "key"], name="one_answer_per_question")]
        indexes = [
            models.Index(fields=["waits_for", "id"], condition=~Q(waits_for=""), name="answers_to_mark")
        ]

    def __str__(self) -> str:
        return f"{self.attempt}: {self.key}"


class Marking(models.Model):
    """Points that staff, or the checks of a worker, gave to an answer. The latest counts; none is ever changed."""

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="markings")
    points = models.DecimalField(max_digits=7, decimal_places=2)
    comment = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    report = models.JSONField(null=True, blank=True, help_text="The results of a worker's checks.")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.answer}: {self.points}"
