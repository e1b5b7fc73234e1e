from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from lessons.models import Enrollment


class ExternalMark(models.Model):
    """A result from another system: shown to the learner and in the gradebook, without weight in the total.

    `origin` names the source, such as "csv" or "classroom", and `origin_key` the item in it: the marks of a course
    with the same two are one column of the gradebook.
    """

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="external_marks")
    origin = models.CharField(max_length=40)
    origin_key = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    points = models.DecimalField(max_digits=7, decimal_places=2, validators=[MinValueValidator(0)])
    out_of = models.DecimalField(max_digits=7, decimal_places=2, validators=[MinValueValidator(0)])
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "origin", "origin_key"], name="one_external_mark_per_item"
            ),
            models.CheckConstraint(
                condition=Q(points__gte=0, out_of__gte=0), name="external_mark_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} of {self.enrollment}"
