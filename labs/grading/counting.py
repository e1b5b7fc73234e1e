"""Store the points that count. Only this module applies lateness, each time that a fact behind it changes."""

import logging
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from labs.deadlines import LabTerms, terms_of
from labs.grading import rubrics
from labs.late_points import Counted, Push, count
from labs.models import Lab, Recount, Submission
from lessons.models import Cohort, Enrollment

logger = logging.getLogger(__name__)

AT_ONCE = 30  # learners; a bigger class is counted by a worker
PER_TASK = 200
_ALL = Q()


def lock_learner(enrollment: int) -> Enrollment:
    """Lock a learner's row, so that only one process changes what counts. Call it inside a transaction."""
    learners = Enrollment.objects.select_for_update(no_key=True, of=("self",))
    return learners.select_related("course").get(pk=enrollment)


def counted_terms(enrollment: Enrollment, lab: Lab | None = None) -> LabTerms:
    """Return the terms of a learner's labs, or of one, after counting points if a worker has yet to do so."""
    terms = terms_of(enrollment, lab)
    if terms.is_stale:
        recount(enrollment.pk)
    return terms


@transaction.atomic
def recount(enrollment: int) -> None:
    """Count the points of a learner again, and choose the submissions that count."""
    recount_locked(lock_learner(enrollment))


def recount_locked(learner: Enrollment) -> set[int]:
    """Do so for a learner who is locked, and return the labs whose points changed."""
    changed = rubrics.count_marks(learner.pk) | _count_points(learner)
    for lab in sorted(changed):
        rank_again(learner.pk, lab)
    return changed


def _count_points(learner: Enrollment) -> set[int]:
    terms = terms_of(learner)
    rows = Submission.objects.filter(enrollment=learner, reports__is_current=True).order_by("pk")
    if not terms:  # without any deadline, only what was late before one was removed
        rows = rows.exclude(due_at=None)
    before = {row.pk: row for row in rows.only(*_KEPT)}
    rows = rows.annotate(earned=F("reports__points") + F("rubric_points"))
    facts = rows.values_list("pk", "lab", "receipt__received_at", *_OF_REPORT)
    counted = count([Push(*each) for each in facts], terms, learner.course.late_days)
    return {row.lab_id for key, row in before.items() if _write(row, counted.get(key, Counted()))}


_KEPT = ("lab", "late_points", "late_passed", "due_at", "late_days")
_OF_REPORT = ("earned", "reports__max_points", "reports__lab_version__pass_mark")


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


# --- the submission that counts --------------------------------------------------------------------------------------


def keep_best(submission: Submission) -> None:
    """Update which submission counts, now that this one has a new report, or is chosen by staff or no longer.

    Call it in the transaction that makes the report current.
    """
    # Compare with the best only, unless this one was the best and may be worse now.
    rivals = _ALL if submission.is_best else Q(is_best=True) | Q(pk=submission.pk)
    rank_again(submission.enrollment_id, submission.lab_id, rivals)


def rank_again(enrollment: int, lab: int, rivals: Q = _ALL) -> None:
    """Choose the submission that counts among a learner's to a lab. Only this changes `is_best`."""
    own = Submission.objects.filter(enrollment=enrollment, lab=lab)
    chosen = own.filter(choice__isnull=False, reports__is_current=True).order_by()
    counted = chosen.first() or own.filter(rivals).ranked_first().only("is_best").first()
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
