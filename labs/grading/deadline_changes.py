"""Count points again whenever something changes that deadlines of labs depend on.

By signals, because most of it belongs to `lessons`, which cannot call `labs`.
"""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from labs.grading import counting, tasks
from labs.models import Lab, LabDeadline, LabExtension, Submission
from lessons.models import Cohort, Course, Enrollment, Meeting, Session


@receiver([post_save, post_delete], sender=Meeting)
@receiver([post_save, post_delete], sender=LabDeadline)
def recount_cohort_of(instance: Meeting | LabDeadline, **kwargs: Any) -> None:
    _ask(instance.cohort.course_id, instance.cohort_id)


@receiver(post_save, sender=Cohort)
def recount_cohort(instance: Cohort, created: bool, **kwargs: Any) -> None:
    if not created:
        _ask(instance.course_id, instance.pk)


@receiver([post_save, post_delete], sender=Session)
@receiver(post_save, sender=Lab)
def recount_course_of(instance: Session | Lab, **kwargs: Any) -> None:
    _ask(instance.course_id)


@receiver(post_save, sender=Course)
def recount_course(instance: Course, created: bool, **kwargs: Any) -> None:
    if not created:
        _ask(instance.pk)


@receiver([post_save, post_delete], sender=LabExtension)
def recount_extended(instance: LabExtension, **kwargs: Any) -> None:
    counting.recount(instance.enrollment_id)


@receiver(post_save, sender=Enrollment)
def recount_learner(instance: Enrollment, created: bool, **kwargs: Any) -> None:
    if not created and _has_deadlines(instance.course_id):
        counting.recount(instance.pk)


def _ask(course: int, *cohorts: int) -> None:
    if not _has_deadlines(course):
        return
    with transaction.atomic():
        counting.ask_recount(cohorts or counting.cohorts_of(course))
        transaction.on_commit(tasks.wake_counter, robust=True)


def _has_deadlines(course: int) -> bool:
    # nothing to count in most courses; `due_at` finds what was late before the last deadline was removed
    return (
        Lab.objects.filter(course=course, deadline_days__isnull=False).exists()
        or LabDeadline.objects.filter(course=course).exists()
        or Submission.objects.filter(course=course, due_at__isnull=False).exists()
    )
