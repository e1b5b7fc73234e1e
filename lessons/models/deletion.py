"""Deleted content: hidden everywhere until somebody restores it, or the time to do so has passed."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

KEPT_FOR = timedelta(days=30)
NOT_DELETED = Q(deletion__isnull=True)
Row = TypeVar("Row", bound=models.Model)


class Deletion(models.Model):
    """One act of deleting, and the rows that it hid: those that name it. `target` is the key of the chosen one.

    `lesson` is the lesson of a deleted quiz, which gave its place to a new one. `lost` has lines such as “3 attempts”.
    """

    class Kind(models.TextChoices):
        COURSE = "course", "Course"
        SESSION = "session", "Session"
        LESSON = "lesson", "Lesson"
        QUIZ = "quiz", "Quiz"
        LAB = "lab", "Lab"

    course = models.ForeignKey("lessons.Course", models.CASCADE, related_name="deletions")
    kind = models.CharField(max_length=10, choices=Kind)
    target = models.BigIntegerField()
    title = models.CharField(max_length=200)
    lesson = models.ForeignKey("lessons.Lesson", models.SET_NULL, null=True, related_name="+")
    lost = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.title}"

    @property
    def ends_at(self) -> datetime:
        return self.at + KEPT_FOR


class PresentManager(models.Manager[Row]):
    """All rows but the deleted ones. Relations and forms use it as well; joins in a filter do not."""

    def get_queryset(self) -> models.QuerySet[Row]:
        return super().get_queryset().filter(NOT_DELETED)


class Deletable(models.Model):
    """A row that stays in the database while it is deleted. `release` closes it, and `objects` leaves it out."""

    # DO_NOTHING, because `deleting` alone removes rows for good, in an order that the other constraints allow
    deletion = models.ForeignKey(
        Deletion, models.DO_NOTHING, null=True, blank=True, editable=False, related_name="+"
    )

    objects: ClassVar[PresentManager[Self]] = PresentManager()

    class Meta:
        abstract = True

    # Any: as Django declares it
    def save(self, *args: Any, **kwargs: Any) -> None:
        if not (self._state.adding or args or kwargs.get("update_fields") or kwargs.get("force_insert")):
            # without `deletion`: somebody may have deleted the row since it was read
            left_out = {"deletion_id", *self.get_deferred_fields()}
            own = [each for each in self._meta.concrete_fields if not each.primary_key]
            kwargs["update_fields"] = [each.name for each in own if each.attname not in left_out]
        super().save(*args, **kwargs)

    @classmethod
    def with_deleted(cls) -> models.QuerySet[Self]:
        """Return all rows, for what deletes, restores and removes them."""
        return cls._base_manager.all()

    @property
    def is_deleted(self) -> bool:
        return self.deletion_id is not None
