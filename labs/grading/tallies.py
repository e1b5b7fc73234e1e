"""Count the people of a cohort who met a check, as stored numbers: counting on each request grows with the class.

Every change or recount holds a lock on its row. A change for a learner locks the enrollment's row first, so that
nobody moves between cohorts meanwhile.
"""

from collections.abc import Collection, Set
from typing import Any

from django.db import transaction
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.signals import post_save, pre_delete
from django.dispatch import receiver

from labs.grading.owed_reviews import follow_reviews
from labs.grading.team_filing import follow_enrollment
from labs.models import CohortSize, MetCheck, MetTally
from lessons.models import Cohort, Enrollment


@transaction.atomic
def change(*, enrollment_id: int, lab_id: int, met: Set[str], unmet: Set[str]) -> None:
    """Count the checks that this learner met for the first time, and uncount those no submission shows any more.

    Call it in the transaction that writes the rows of MetCheck.
    """
    if not met | unmet:
        return
    learner = Enrollment.objects.select_for_update(no_key=True).get(pk=enrollment_id)
    if not learner.is_active:
        return
    place = {"cohort_id": learner.cohort_id, "lab_id": lab_id}
    rows = MetTally.objects.filter(**place)
    _lock(rows.filter(name__in=met | unmet), [MetTally(**place, name=name) for name in sorted(met | unmet)])
    rows.filter(name__in=met).update(people=F("people") + 1)
    rows.filter(name__in=unmet, people__gt=0).update(people=F("people") - 1)


@transaction.atomic
def count_course(course_id: int, *, labs: Collection[int], names: Collection[str]) -> None:
    """Recount, for each cohort of a course, its people and those who met these checks."""
    cohorts = list(Cohort.objects.filter(course=course_id).order_by("pk").values_list("pk", flat=True))
    active = Enrollment.objects.active().filter(cohort=OuterRef("cohort")).order_by().values("cohort")
    sizes = CohortSize.objects.filter(cohort__in=cohorts)
    _lock(sizes, [CohortSize(cohort_id=cohort) for cohort in cohorts])
    sizes.update(people=Coalesce(Subquery(active.annotate(size=Count("pk")).values("size")), 0))
    if not labs:
        return
    met = MetCheck.objects.filter(enrollment__cohort__in=cohorts, lab__in=labs, name__in=names).order_by()
    places = sorted(met.values_list("enrollment__cohort", "lab", "name").distinct())
    rows = MetTally.objects.filter(cohort__in=cohorts, lab__in=labs, name__in=names)
    _lock(rows, [MetTally(cohort_id=cohort, lab_id=lab, name=name) for cohort, lab, name in places])
    own = MetCheck.objects.filter(
        lab=OuterRef("lab"),
        name=OuterRef("name"),
        enrollment__cohort=OuterRef("cohort"),
        enrollment__is_active=True,
    )
    people = own.order_by().values("name").annotate(size=Count("pk")).values("size")
    rows.update(people=Coalesce(Subquery(people), 0))


def _lock(rows: QuerySet[Any], wanted: list[Any]) -> None:
    # in key order, against deadlocks
    rows.model._default_manager.bulk_create(wanted, 2_000, ignore_conflicts=True)
    list(rows.order_by("pk").select_for_update().values_list("pk", flat=True))


@receiver(post_save, sender=Enrollment)
def on_enrollment(instance: Enrollment, created: bool, **kwargs: Any) -> None:
    # New learners have met nothing yet; those who leave, return or move take their met checks with them.
    with transaction.atomic():
        learner = Enrollment.objects.select_for_update(no_key=True).get(pk=instance.pk)
        if not created:
            follow_enrollment(learner)
            follow_reviews(learner)
        met = [] if created else list(learner.met_checks.values_list("lab", "name"))
        labs, names = {lab for lab, _ in met}, {name for _, name in met}
        count_course(learner.course_id, labs=labs, names=names)


@receiver(pre_delete, sender=Enrollment)
def on_leaving_for_ever(instance: Enrollment, **kwargs: Any) -> None:
    with transaction.atomic():
        Enrollment.objects.filter(pk=instance.pk).update(is_active=False)
        on_enrollment(instance, created=False)
