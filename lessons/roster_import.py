"""Compare a roster with the accounts of the portal, and import it. A second import of the same file changes nothing.

The request only stores the rows; a worker enrolls and invites people (`lessons.invitations`).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db import transaction

from lessons.invitations import wake
from lessons.models import Cohort, Enrollment, RosterEntry
from lessons.roster_matching import BATCH, People
from lessons.rosters import Roster, RosterRow
from portal.accounts.audit import Event, record
from portal.accounts.models import User

State = RosterEntry.State
MAX_REMOVED = 10_000  # rows at once; the rest waits for the next turn


class Step(Enum):
    """The step that an import takes for a row, in the words of the page."""

    ENROLL = "Is enrolled"
    INVITE = "Is invited by email"
    LIST = "Is listed but not invited: no email address"
    THERE = "Is already in this cohort"
    INVITED = "Was already invited"
    ELSEWHERE = "Is in a different cohort of this course. Move them on the page of that cohort"


@dataclass(frozen=True)
class PlannedRow:
    row: RosterRow
    step: Step
    user: User | None = None
    enrollment: int | None = None  # in this cohort


def plan_import(cohort: Cohort, roster: Roster) -> list[PlannedRow]:
    """Return the step for each row. The number of queries grows with each 500 rows only."""
    people = People(roster.rows)
    found = {row.key: people.find(row) for row in roster.rows}
    active = Enrollment.objects.active().filter(course=cohort.course_id).values_list("user", "cohort", "pk")
    places = {user: (place, key) for user, place, key in active}
    known = set(RosterEntry.objects.filter(cohort=cohort).values_list("key", flat=True))
    return [_plan(row, found[row.key], places, cohort, known) for row in roster.rows]


def _plan(
    row: RosterRow,
    user: User | None,
    places: dict[int, tuple[int, int]],
    cohort: Cohort,
    known: set[str],
) -> PlannedRow:
    if user is None:
        if row.key in known:
            return PlannedRow(row, Step.INVITED)
        return PlannedRow(row, Step.INVITE if row.email else Step.LIST)
    place, enrollment = places.get(user.pk, (None, None))
    if place is None:
        return PlannedRow(row, Step.ENROLL, user)
    if place != cohort.pk:
        return PlannedRow(row, Step.ELSEWHERE, user)
    return PlannedRow(row, Step.THERE, user, enrollment)


def import_roster(*, cohort: Cohort, roster: Roster, by: User) -> dict[Step, int]:
    """Store the rows, have a worker enroll and invite people, and return how many rows take each step."""
    counts = store_roster(cohort=cohort, roster=roster, by=by)
    transaction.on_commit(wake)
    return counts


@transaction.atomic
def store_roster(*, cohort: Cohort, roster: Roster, by: User) -> dict[Step, int]:
    plan = plan_import(cohort, roster)
    RosterEntry.objects.bulk_create(
        [_entry(cohort, planned) for planned in plan], batch_size=BATCH, ignore_conflicts=True
    )
    again = [planned.row.key for planned in plan if planned.step in (Step.ENROLL, Step.THERE)]
    for start in range(0, len(again), BATCH):  # listed by an earlier import, with an account now
        keys = again[start : start + BATCH]
        listed = RosterEntry.objects.filter(cohort=cohort, key__in=keys, enrollment=None)
        listed.update(state=State.WAITING, tries=0, problem="")
    counts: dict[Step, int] = {}
    for planned in plan:
        counts[planned.step] = counts.get(planned.step, 0) + 1
    record(Event.JOINING, f"roster of {len(roster.rows)} people imported into {cohort}", user=by)
    return counts


def _entry(cohort: Cohort, planned: PlannedRow) -> RosterEntry:
    row = planned.row
    return RosterEntry(
        cohort=cohort,
        key=row.key,
        identifier=row.identifier,
        name=row.name,
        email=row.email,
        github_name=row.github_name,
        github_id=row.github_id,
        enrollment_id=planned.enrollment,
        state=State.WAITING if planned.step in (Step.ENROLL, Step.INVITE) else State.DONE,
    )


def remove_unjoined(oldest: datetime) -> None:
    """Delete the oldest rows of people who have not joined, imported before `oldest`."""
    old = RosterEntry.objects.filter(enrollment=None, created_at__lt=oldest).order_by("pk")
    RosterEntry.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:MAX_REMOVED])).delete()
