"""Scores that staff gave by hand, and the notices about them that wait for a quiet time."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from labs.models import Lab
from lessons.models import Course, Enrollment, Quiz
from lessons.models.shared import SameParent, shared_field


class Override(models.Model):
    """A score in place of the graded one. Rows are added, and the current one counts.

    `points` are None if the graded score counts again. `out_of` is the worth of the item when staff typed them: if it
    changes, their share counts. Learners see the row that `is_public`, an older one if the current one is held.
    """

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="overrides")
    quiz = models.ForeignKey(Quiz, models.CASCADE, null=True, related_name="overrides")
    lab = models.ForeignKey(Lab, models.CASCADE, null=True, related_name="overrides")
    course = shared_field(Course, of=("enrollment",))
    points = models.DecimalField(
        max_digits=7, decimal_places=2, null=True, validators=[MinValueValidator(Decimal(0))]
    )
    out_of = models.DecimalField(max_digits=7, decimal_places=2)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    is_current = models.BooleanField(default=True)
    is_public = models.BooleanField(default=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quiz=None, lab__isnull=False) | Q(quiz__isnull=False, lab=None),
                name="override_of_a_quiz_or_a_lab",
            ),
            models.CheckConstraint(
                condition=Q(points=None) | Q(points__gte=0), name="override_is_not_negative"
            ),
            models.UniqueConstraint(
                fields=["enrollment", "quiz"], condition=Q(is_current=True), name="one_override_per_quiz"
            ),
            models.UniqueConstraint(
                fields=["enrollment", "lab"], condition=Q(is_current=True), name="one_override_per_lab"
            ),
            SameParent(field="enrollment", parent="course", name="override_for_a_learner_of_its_course"),
            SameParent(field="quiz", parent="course", name="override_at_a_quiz_of_its_course"),
            SameParent(field="lab", parent="course", name="override_for_a_lab_of_its_course"),
        ]
        indexes = [
            models.Index(
                fields=["course", "enrollment"],
                condition=Q(is_current=True) | Q(is_public=True),
                name="overrides_that_count",
            )
        ]

    def __str__(self) -> str:
        return f"{self.item} of {self.enrollment}"

    @property
    def item(self) -> str:
        return f"quiz:{self.quiz_id}" if self.quiz_id else f"lab:{self.lab_id}"

    @property
    def is_held(self) -> bool:
        return self.is_current and not self.is_public


class PendingGradeNotice(models.Model):
    """A notice about changed scores that is sent once they stay as they are until `due_at`.

    `before` has, for each changed item, its title and the points that the learner saw before, as texts or null.
    """

    enrollment = models.OneToOneField(Enrollment, models.CASCADE, related_name="+")
    before = models.JSONField(default=dict)
    due_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.enrollment)
