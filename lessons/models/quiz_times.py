"""Deadlines of quizzes and extra time, and the columns from which the end of an attempt follows."""

from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from lessons.models.cohort import Cohort, Enrollment, Meeting, validate_start
from lessons.models.course import Course
from lessons.models.shared import SameParent, shared_field


class QuizDeadline(models.Model):
    """The time at which a quiz closes to a cohort, in place of the rule in its front matter."""

    quiz = models.ForeignKey("Quiz", models.CASCADE, related_name="deadlines")
    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="quiz_deadlines")
    course = shared_field(Course, of=("quiz", "cohort"))
    closes_at = models.DateTimeField(
        validators=[validate_start], help_text="In the time zone of your account."
    )

    class Meta:
        verbose_name = "deadline"
        ordering = ["closes_at"]
        constraints = [
            models.UniqueConstraint(fields=["quiz", "cohort"], name="one_deadline_per_cohort"),
            SameParent(field="quiz", parent="course", name="deadline_of_a_quiz_of_its_course"),
            SameParent(field="cohort", parent="course", name="deadline_of_a_cohort_of_its_course"),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} for {self.cohort}"


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
def deadline_parts(quiz: str, cohort: Any, key: Any) -> dict[str, Any]:
    """Return the annotations that `lessons.attempt_times.deadline_of` needs, but for `time_zone`.

    `quiz` is the prefix of a quiz's fields, and `key` its key, for rows about a `cohort`.
    """
    met = Meeting.objects.filter(cohort=cohort, session=OuterRef(f"{quiz}lesson__session"))
    set_by_staff = QuizDeadline.objects.filter(cohort=cohort, quiz=key)
    return {
        "closes_at": _first(set_by_staff, "closes_at"),
        "met_at": _first(met, "starts_at"),
        "met_minutes": _first(met, "minutes"),
        "deadline_days": F(f"{quiz}current__deadline_days"),
        "late": F(f"{quiz}current__late"),
    }


def extra_time_parts() -> dict[str, Subquery]:
    given = given_time(OuterRef("enrollment"), OuterRef("quiz"))
    return {"extra_percent": _first(given, "percent"), "extra_minutes": _first(given, "minutes")}


# Any: keys, or expressions for them
def given_time(enrollment: Any, quiz: Any) -> QuerySet[ExtraTime]:
    # What was given for this quiz replaces what was given for all.
    given = ExtraTime.objects.filter(Q(quiz=quiz) | Q(quiz=None), enrollment=enrollment)
    return given.order_by(F("quiz").asc(nulls_last=True))


# Any: rows of any model
def _first(rows: QuerySet[Any], field: str) -> Subquery:
    return Subquery(rows.values(field)[:1])
