"""Compare a roster with the accounts of the portal, and import it. A second import of the same file changes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import partial

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils import timezone

from lessons.invitations import send_invitations
from lessons.joining import enroll_by_staff
from lessons.models import Cohort, Enrollment, RosterEntry
from lessons.rosters import Roster, RosterRow
from portal.accounts.audit import Event, record
from portal.accounts.models import User
from portal.notices.actions import notify

BATCH = 500
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


def plan_import(cohort: Cohort, roster: Roster) -> list[PlannedRow]:
    """Return the step for each row. The number of queries does not depend on the number of rows."""
    people = _People(roster.rows)
    found = {row.key: people.find(row) for row in roster.rows}
    users = [user.pk for user in found.values() if user]
    places = dict(
        Enrollment.objects.active()
        .filter(course=cohort.course_id, user__in=users)
        .values_list("user", "cohort")
    )
    known = set(RosterEntry.objects.filter(cohort=cohort).values_list("key", flat=True))
    return [
        PlannedRow(row, _step(row, found[row.key], places, cohort, known), found[row.key])
        for row in roster.rows
    ]


def _step(row: RosterRow, user: User | None, places: dict[int, int], cohort: Cohort, known: set[str]) -> Step:
    if user is None:
        if row.key in known:
            return Step.INVITED
        return Step.INVITE if row.email else Step.LIST
    place = places.get(user.pk)
    if place is None:
        return Step.ENROLL
    return Step.THERE if place == cohort.pk else Step.ELSEWHERE


class _People:
    """The accounts that rows may name: by GitHub ID first, then by GitHub username, then by confirmed email."""

    def __init__(self, rows: Iterable[RosterRow]) -> None:
        rows = list(rows)
        linked = SocialAccount.objects.filter(provider="github").select_related("user")
        ids = [str(row.github_id) for row in rows if row.github_id]
        self.by_id = {each.uid: each.user for batch in _batches(ids) for each in linked.filter(uid__in=batch)}
        names = {row.github_name.casefold() for row in rows if row.github_name}
        # The name of a linked account was proved; one that somebody typed on their account page was not.
        every = linked.filter(user__is_active=True) if names else linked.none()
        self.by_name = {
            name: each.user
            for each in every.iterator()
            if (name := str(each.extra_data.get("login", "")).casefold()) in names
        }
        emails = [row.email for row in rows if row.email]
        self.by_email = {user.email.lower(): user for batch in _batches(emails) for user in _owners(batch)}

    def find(self, row: RosterRow) -> User | None:
        found = self.by_id.get(str(row.github_id)) if row.github_id else None
        found = found or self.by_name.get(row.github_name.casefold()) if row.github_name else found
        found = found or self.by_email.get(row.email)
        return found if found and found.is_active else None


def _batches(values: list[str]) -> Iterable[list[str]]:
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))


def _owners(emails: list[str]) -> list[User]:
    # An account whose email was never confirmed may belong to anybody.
    users = list(User.objects.filter(email__in=emails, is_active=True))
    unconfirmed = EmailAddress.objects.filter(user__in=users, verified=False, primary=True)
    strangers = set(unconfirmed.values_list("user", flat=True))
    return [user for user in users if user.pk not in strangers]


@transaction.atomic
def import_roster(*, cohort: Cohort, roster: Roster, by: User) -> dict[Step, int]:
    """Enroll people with an account, invite the others, and return how many rows took each step."""
    counts: dict[Step, int] = {}
    invited: list[str] = []
    for planned in plan_import(cohort, roster):
        counts[planned.step] = counts.get(planned.step, 0) + 1
        _import_row(cohort, planned, invited)
    record(Event.JOINING, f"roster of {len(roster.rows)} people imported into {cohort}", user=by)
    transaction.on_commit(partial(send_invitations, cohort.pk, invited))
    return counts


def _import_row(cohort: Cohort, planned: PlannedRow, invited: list[str]) -> None:
    row, user, enrollment = planned.row, planned.user, None
    if user and planned.step in (Step.ENROLL, Step.THERE):
        enrollment = enroll_by_staff(user=user, cohort=cohort)
        if planned.step == Step.ENROLL:
            words = f"You were added to {cohort}."
            notify(user=user, kind="joining", text=words, link=cohort.course.get_absolute_url())
    values = {
        "identifier": row.identifier,
        "name": row.name,
        "email": row.email,
        "github_name": row.github_name,
        "github_id": row.github_id,
    }
    entry, is_new = RosterEntry.objects.get_or_create(cohort=cohort, key=row.key, defaults=values)
    if enrollment and entry.enrollment_id != enrollment.pk:
        entry.enrollment = enrollment
        entry.save(update_fields=["enrollment"])
    if is_new and planned.step == Step.INVITE:
        entry.invited_at = timezone.now()
        entry.save(update_fields=["invited_at"])
        invited.append(row.email)


def remove_unjoined(oldest: datetime) -> None:
    """Delete the oldest rows of people who have not joined, imported before `oldest`."""
    old = RosterEntry.objects.filter(enrollment=None, created_at__lt=oldest).order_by("pk")
    RosterEntry.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:MAX_REMOVED])).delete()
