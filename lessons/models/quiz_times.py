"""Deadlines of quizzes, extensions and extra time, and the columns from which the end of an attempt follows."""

from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from lessons.models.cohort import Cohort, Enrollment
from lessons.models.course import Course
from lessons.models.deadlines import CohortDeadline, Extension, due_parts, first_of
from lessons.models.shared import SameParent, shared_field


class QuizDeadline(CohortDeadline):
    """The time at which a quiz closes to a cohort, in place of the rule in its front matter."""

    quiz = models.ForeignKey("Quiz", models.CASCADE, related_name="deadlines")
    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="quiz_deadlines")
    course = shared_field(Course, of=("quiz", "cohort"))

    class Meta:
        verbose_name = "quiz deadline"
        ordering = ["closes_at", "pk"]
        constraints = [
            *CohortDeadline.Meta.constraints,
            models.UniqueConstraint(fields=["quiz", "cohort"], name="one_deadline_per_cohort"),
            SameParent(field="quiz", parent="course", name="deadline_of_a_quiz_of_its_course"),
            SameParent(field="cohort", parent="course", name="deadline_of_a_cohort_of_its_course"),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} for {self.cohort}"


class QuizExtension(Extension):
    """A later deadline of a quiz for one learner."""

    quiz = models.ForeignKey("Quiz", models.CASCADE, related_name="extensions")
    course = shared_field(Course, of=("enrollment", "quiz"))

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "quiz"], name="one_extension_per_quiz"),
            SameParent(field="enrollment", parent="course", name="extension_of_a_learner_of_its_course"),
            SameParent(field="quiz", parent="course", name="extension_at_a_quiz_of_its_course"),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} for {self.enrollment}"


class ExtraTime(models.Model):
    """More time than the limit allows, for one learner: at all quizzes of the course, or at one instead."""

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="extra_time")
    quiz = models.ForeignKey(
        "Quiz", models.CASCADE, null=True, blank=True, related_name="+", help_text="All quizzes if empty."
    )
    course = shared_field(Course, of=("enrollment", "quiz"))
    percent = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(900)],
        help_text="Of the time limit: 50 makes 45 minutes of 30.",
    )
    minutes = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(24 * 60)])

    class Meta:
        verbose_name_plural = "extra time"
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "quiz"], name="one_extra_time_per_quiz"),
            models.UniqueConstraint(
                fields=["enrollment"], condition=Q(quiz=None), name="one_extra_time_for_all_quizzes"
            ),
            SameParent(field="enrollment", parent="course", name="extra_time_of_a_learner_of_its_course"),
            SameParent(field="quiz", parent="course", name="extra_time_at_a_quiz_of_its_course"),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment}: {self.quiz or 'all quizzes'}"


# Any: expressions
def deadline_parts(quiz: str, cohort: Any, key: Any, enrollment: Any) -> dict[str, Any]:
    """Return the annotations that `lessons.deadlines.deadline_of` needs, but for `time_zone`.

    `quiz` is the prefix of a quiz's fields, and `key` its key, for rows about a `cohort` and an `enrollment` or None.
    """
    parts = due_parts(
        prefix=f"{quiz}current__",
        cohort=cohort,
        set_by_staff=QuizDeadline.objects.filter(cohort=cohort, quiz=key),
        extensions=QuizExtension.objects.filter(enrollment=enrollment, quiz=key),
        session=f"{quiz}lesson__session",
    )
    return {**parts, "late": F(f"{quiz}current__late")}


def extra_time_parts() -> dict[str, Subquery]:
    given = given_time(OuterRef("enrollment"), OuterRef("quiz"))
    return {"extra_percent": first_of(given, "percent"), "extra_minutes": first_of(given, "minutes")}


# Any: keys, or expressions for them
def given_time(enrollment: Any, quiz: Any) -> QuerySet[ExtraTime]:
    # What was given for this quiz replaces what was given for all.
    given = ExtraTime.objects.filter(Q(quiz=quiz) | Q(quiz=None), enrollment=enrollment)
    return given.order_by(F("quiz").asc(nulls_last=True))
