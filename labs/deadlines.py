"""The deadlines of labs for learners, and what happens after them, in one query."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from labs.late_points import Terms
from labs.models import Lab, LabDeadline, LabExtension, Outage, Recount, State, Submission, TeamMember
from labs.waits import UNANSWERED, promise, seconds_lost, waiting_messages
from lessons.deadlines import Deadline, deadline_of
from lessons.models import Cohort, Enrollment
from lessons.models.deadlines import Late, due_parts, first_of
from lessons.release import to_key
from lessons.texts.due_rules import add_days

OUTAGE = "Your result was late for a reason on our side."
RUNNING_OUTAGE = "Your result is late for a reason on our side. Your deadline keeps moving until you have it."


class LabTerms(dict[int, Terms]):
    """The terms of a learner's labs that have a deadline, by the key of the lab.

    `is_stale` says that points are still to be counted by them.
    """

    is_stale = False


def terms_of(enrollment: Enrollment, lab: Lab | None = None) -> LabTerms:
    """Return the terms of all labs of a learner's course, or of one. One query, unless an outage is running."""
    labs = Lab.objects.filter(course=enrollment.course_id).order_by()
    chosen = labs.filter(pk=lab.pk) if lab else labs
    parts = _parts(enrollment.cohort_id, enrollment.pk)
    # Any: rows with the columns of a lab and its annotations
    rows: Any = chosen.annotate(**parts).values_list(*_COLUMNS, *parts, named=True)
    found = LabTerms()
    for row in rows:
        found.is_stale = row.is_stale
        terms = _read(row, enrollment.pk)
        if terms.deadline.at or terms.deadline.waits:
            found[row.pk] = terms
    return found


def keys_that_may_earn_more(submission: Submission, waiting: QuerySet[Submission]) -> list[int]:
    """Return the keys of submissions received early enough to earn more than a newer one of the same learner and lab.

    One in time, and one for each day late; as many again of those whose earlier time GitHub has yet to confirm. Two
    queries, one if nothing waits.
    """
    columns = ("pk", "receipt__received_at", "receipt__claimed_at")
    rows = list(waiting.order_by("-receipt__received_at", "-pk").values_list(*columns))
    terms = terms_of(submission.enrollment, submission.lab).get(submission.lab_id) if rows else None
    if terms is None:
        return []
    newer, found = dict.fromkeys((True, False), submission.receipt.received_at), []
    for key, received_at, claimed_at in rows:
        at, is_final = claimed_at or received_at, claimed_at is None
        if terms.may_cost(at, newer[is_final]):
            found.append(key)
            newer[is_final] = at
    return found


# Any: one of these rows
def _read(row: Any, enrollment: int) -> Terms:
    deadline = deadline_of(row)
    before = deadline.at
    if before and (row.outage or row.may_be_waiting):
        deadline = _add_outages(deadline, before, row, enrollment)
    last_at = _last_at(row, deadline.at, before)
    rules = (row.late, row.late_percent, row.late_floor)
    return Terms(deadline, row.time_zone, *rules, last_at, spends_late_days=row.team_most is None)


def _add_outages(deadline: Deadline, at: datetime, row: Any, enrollment: int) -> Deadline:
    stored = timedelta(seconds=row.outage)
    if row.may_be_waiting and (lost := seconds_lost(enrollment, row.pk, at + stored)):
        return deadline.lengthen(timedelta(seconds=lost), RUNNING_OUTAGE)
    return deadline.lengthen(stored, OUTAGE)


def _last_at(row: Any, due: datetime | None, before: datetime | None) -> datetime | None:
    # a date is moved only by an outage, and never before the deadline; days count from the learner's own deadline
    if due is None or row.late == Late.REFUSE:
        return None
    if row.last_at:
        return max(row.last_at + (due - (before or due)), due)  # type: ignore[no-any-return]  # a column
    return add_days(due, row.last_days, row.time_zone) if row.last_days is not None else None


_COLUMNS = ("pk", "late", "late_percent", "late_floor", "last_days", "team_most")


def _parts(cohort: int, enrollment: int) -> dict[str, Any]:
    key, its_cohort = OuterRef("pk"), to_key(cohort)
    staff = LabDeadline.objects.filter(cohort=its_cohort, lab=key)
    extensions = LabExtension.objects.filter(Q(enrollment=enrollment) | _of_team_mates(enrollment), lab=key)
    outages = Outage.objects.filter(enrollment=enrollment, lab=key).order_by().values("lab")
    return {
        **due_parts(prefix="", cohort=its_cohort, set_by_staff=staff, extensions=extensions),
        "last_at": first_of(staff, "last_at"),
        "outage": Coalesce(Subquery(outages.annotate(sum=Sum("seconds")).values("sum")), Value(0)),
        "may_be_waiting": _may_be_waiting(enrollment),
        "time_zone": Subquery(Cohort.objects.filter(pk=cohort).order_by().values("time_zone")[:1]),
        "is_stale": Exists(Recount.objects.filter(cohort=cohort)),
    }


def _of_team_mates(enrollment: int) -> Q:
    # the latest extension of its members counts for a team
    mates = TeamMember.objects.filter(lab=OuterRef("lab"), lab__team_most__isnull=False)
    mates = mates.filter(team__members__enrollment=enrollment, enrollment__is_active=True)
    return Q(enrollment__in=mates.order_by().values("enrollment"))


def _may_be_waiting(enrollment: int) -> Q:
    # An outage is open, or a push that came before `then` still waits or was replaced since: `seconds_lost` decides.
    own = {"enrollment": enrollment, "lab": OuterRef("pk")}
    then = timezone.now() - promise()
    before = Submission.objects.filter(**own, queued_at__lte=then)
    waiting = before.filter(state__in=UNANSWERED, reports=None)
    replaced = before.filter(state=State.SUPERSEDED, ended_at__gte=then)
    is_open = Exists(Outage.objects.filter(**own, is_open=True))
    messages = waiting_messages(then, repository__enrollment=enrollment, repository__lab=OuterRef("pk"))
    return Q(is_open) | Q(Exists(waiting)) | Q(Exists(replaced)) | Q(Exists(messages))
