from django.db import models
from django.db.models import Q

from lessons.models.cohort import Enrollment
from lessons.models.course import Course, Lesson, Session
from lessons.models.shared import SameParent, shared_field


class Reading(models.Model):
    """A learner's progress in a lesson."""

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="readings")
    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="readings")
    course = shared_field(Course, of=("enrollment", "lesson"))
    heading = models.CharField(max_length=200, blank=True, help_text="The ID of the last heading read.")
    read_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "lesson"], name="one_reading_per_lesson"),
            SameParent(field="enrollment", parent="course", name="reading_by_a_learner_of_its_course"),
            SameParent(field="lesson", parent="course", name="reading_of_a_lesson_of_its_course"),
        ]
        indexes = [models.Index(fields=["course", "-id"], name="reading_newest")]

    def __str__(self) -> str:
        return f"{self.enrollment.user}: {self.lesson}"


class Tick(models.Model):
    """One ticked checklist item of a lesson, or of a session's preparation list."""

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="ticks")
    lesson = models.ForeignKey(Lesson, models.CASCADE, null=True, blank=True, related_name="ticks")
    session = models.ForeignKey(Session, models.CASCADE, null=True, blank=True, related_name="ticks")
    course = shared_field(Course, of=("enrollment", "lesson", "session"))
    key = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "checklist item"
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "lesson", "key"],
                condition=Q(session=None),
                name="one_tick_per_lesson_item",
            ),
            models.UniqueConstraint(
                fields=["enrollment", "session", "key"],
                condition=Q(lesson=None),
                name="one_tick_per_session_item",
            ),
            models.CheckConstraint(
                condition=Q(lesson=None) ^ Q(session=None), name="tick_of_a_lesson_or_a_session"
            ),
            SameParent(field="enrollment", parent="course", name="tick_by_a_learner_of_its_course"),
            SameParent(field="lesson", parent="course", name="tick_in_a_lesson_of_its_course"),
            SameParent(field="session", parent="course", name="tick_in_a_session_of_its_course"),
        ]
        indexes = [models.Index(fields=["course", "-id"], name="tick_newest")]

    def __str__(self) -> str:
        return f"{self.enrollment.user}: {self.key}"
