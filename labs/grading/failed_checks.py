"""Derive the failed checks of a submission from its current report, and all that a learner has met."""

import math
from collections.abc import Set

from django.db.models import Min

from labs.grading import tallies
from labs.models import FailedCheck, MetCheck, Submission


def update_failed_checks(submission: Submission, names: Set[str]) -> None:
    """Replace the rows of failed checks; `names` are those of the current report.

    Call it in the transaction that makes the report current.
    """
    before = set(submission.failed_checks.values_list("name", flat=True))
    new, healed = names - before, before - names
    FailedCheck.objects.bulk_create(FailedCheck(submission=submission, name=name) for name in sorted(new))
    if healed:
        submission.failed_checks.filter(name__in=healed).delete()
    _note_met(submission, new, healed)


def _note_met(submission: Submission, new: Set[str], healed: Set[str]) -> None:
    place = {"enrollment_id": submission.enrollment_id, "lab_id": submission.lab_id}
    own = MetCheck.objects.filter(**place)
    firsts = dict(own.filter(name__in=new | healed).values_list("name", "first"))
    noted = {name: submission.number for name in new if submission.number < firsts.get(name, math.inf)}
    lost = {name for name in healed if firsts.get(name) == submission.number}
    if lost:  # regraded, and it passes now: a later submission may still need work
        of_lab = FailedCheck.objects.filter(
            submission__enrollment=submission.enrollment_id, submission__lab=submission.lab_id, name__in=lost
        )
        later = of_lab.order_by().values_list("name").annotate(first=Min("submission__number"))
        noted |= dict(later)
        own.filter(name__in=lost - noted.keys()).delete()
    tallies.change(**place, met=noted.keys() - firsts.keys(), unmet=lost - noted.keys())
    MetCheck.objects.bulk_create(
        [MetCheck(**place, name=name, first=first) for name, first in sorted(noted.items())],
        update_conflicts=True,
        unique_fields=["lab", "name", "enrollment"],
        update_fields=["first"],
    )
