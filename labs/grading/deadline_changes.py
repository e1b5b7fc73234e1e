"""Count points again when something changes that deadlines of labs depend on: registered with `lessons`."""

from collections.abc import Collection

from django.db import transaction

from labs.grading import counting, tasks
from labs.models import Lab, LabDeadline, Submission, Team
from lessons.models import Enrollment


def recount(course: int, cohorts: Collection[int] = ()) -> None:
    """Count the points of a course, or of these cohorts of it, by key: of a small class now, of others by a worker."""
    if not _has_deadlines(course):
        return
    with transaction.atomic():
        counting.ask_recount(cohorts or counting.cohorts_of(course))
        transaction.on_commit(tasks.wake_counter, robust=True)


def recount_learner(enrollment: int) -> None:
    course = Enrollment.objects.filter(pk=enrollment).values_list("course", flat=True).first()
    if course and _has_deadlines(course):
        holders = (
            Team.objects.filter(members__enrollment=enrollment).order_by().values_list("holder", flat=True)
        )
        for key in sorted({enrollment, *holders}):
            counting.recount(key)


def _has_deadlines(course: int) -> bool:
    # nothing to count in most courses; `due_at` finds what was late before the last deadline was removed
    return (
        Lab.objects.filter(course=course, deadline_days__isnull=False).exists()
        or LabDeadline.objects.filter(course=course).exists()
        or Submission.objects.filter(course=course, due_at__isnull=False).exists()
    )
