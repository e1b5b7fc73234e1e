"""Store the points that count. Only this module applies lateness, each time that a fact behind it changes."""

import logging
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from labs.deadlines import LabTerms, terms_of
from labs.late_points import Counted, Push, count
from labs.models import Recount, Submission
from lessons.models import Cohort, Enrollment

logger = logging.getLogger(__name__)

AT_ONCE = 30  # learners; a bigger class is counted by a worker
PER_TASK = 200


def lock_learner(enrollment: int) -> Enrollment:
    """Lock a learner's row, so that only one process changes what counts. Call it inside a transaction."""
    learners = Enrollment.objects.select_for_update(no_key=True, of=("self",))
    return learners.select_related("course").get(pk=enrollment)


def count_points(learner: Enrollment, terms: LabTerms | None = None) -> set[int]:
    """Count the points of all graded submissions of a learner who is locked, and return the labs that changed."""
    terms = terms_of(learner) if terms is None else terms
    rows = Submission.objects.filter(enrollment=learner, reports__is_current=True).order_by("pk")
    if not terms:  # without any deadline, only what was late before one was removed
        rows = rows.exclude(due_at=None)
    before = {row.pk: row for row in rows.only(*_KEPT)}
    facts = rows.values_list("pk", "lab", "receipt__received_at", *_OF_REPORT)
    counted = count([Push(*each) for each in facts], terms, learner.course.late_days)
    return {row.lab_id for key, row in before.items() if _write(row, counted.get(key, Counted()))}


_KEPT = ("lab", "late_points", "late_passed", "due_at", "late_days")
_OF_REPORT = ("reports__points", "reports__max_points", "reports__lab_version__pass_mark")


def _write(row: Submission, counted: Counted) -> bool:
    if (row.late_points, row.late_passed, row.due_at, row.late_days) == counted:
        return False
    Submission.objects.filter(pk=row.pk).update(
        late_points=counted.points,
        late_passed=counted.passed,
        due_at=counted.due_at,
        late_days=counted.late_days,
        version=F("version") + 1,  # for pages that poll
    )
    return True


@transaction.atomic
def recount(enrollment: int) -> None:
    """Count the points of a learner again, and choose the submissions that count."""
    learner = lock_learner(enrollment)
    for lab in sorted(count_points(learner)):
        rank_again(learner.pk, lab)


def rank_again(enrollment: int, lab: int) -> None:
    """Choose the submission that counts among all of a learner's to a lab. Only this changes `is_best`."""
    own = Submission.objects.filter(enrollment=enrollment, lab=lab)
    chosen = own.filter(choice__isnull=False, reports__is_current=True).order_by()
    counted = chosen.first() or own.ranked_first().only("is_best").first()
    if counted and not counted.is_best:
        own.filter(is_best=True).update(is_best=False)
        own.filter(pk=counted.pk).update(is_best=True)


# --- whole classes ---------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_recount(cohorts: Iterable[int]) -> None:
    """Count the points of cohorts again: small ones at once, others by a worker."""
    for cohort in sorted(set(cohorts)):
        Recount.objects.update_or_create(cohort_id=cohort, defaults={"asked_at": timezone.now()})
        if _learners(cohort)[: AT_ONCE + 1].count() <= AT_ONCE:
            recount_cohort(cohort)


# Any: a queryset of keys
def _learners(cohort: int, after: int = 0) -> Any:
    graded = Enrollment.objects.filter(cohort=cohort, pk__gt=after, submissions__reports__is_current=True)
    return graded.order_by("pk").values_list("pk", flat=True).distinct()


def recount_cohort(cohort: int) -> None:
    """Count the points of a cohort for which that was asked. A learner's failure does not stop the others."""
    asked, after = Recount.objects.filter(cohort=cohort).first(), 0
    while keys := list(_learners(cohort, after)[:PER_TASK]):
        for key in keys:
            _recount_or_log(key)
        after = keys[-1]
    if asked:  # keep what was asked for meanwhile
        Recount.objects.filter(cohort=cohort, asked_at=asked.asked_at).delete()


def _recount_or_log(enrollment: int) -> None:
    try:
        recount(enrollment)
    except Enrollment.DoesNotExist:
        pass
    except Exception:
        logger.exception("the points of enrollment %s could not be counted", enrollment)


def recount_asked() -> None:
    for cohort in list(Recount.objects.order_by("asked_at").values_list("cohort", flat=True)[:20]):
        recount_cohort(cohort)


def cohorts_of(course: int) -> list[int]:
    return list(Cohort.objects.filter(course=course).values_list("pk", flat=True))
