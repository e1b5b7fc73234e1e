"""The queue of emails is the table `Mail`. Notices are put into emails here, and a worker claims and ends them.

Whoever adds a notice to an email that waits locks its row first, so no worker can claim it before the commit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from portal.accounts.models import RESERVED, User
from portal.notices.kinds import DAILY, NOW, Kind
from portal.notices.models import Mail, MailChoice, MailTimes, Notice
from portal.notices.times import DAY, DIGEST_HOUR, digest_at, next_digest

MAX_A_DAY = 20  # emails at once to one person in 24 hours; later notices wait for the daily one
MAX_PAUSE = timedelta(hours=1)  # further notices hold an email up for so long
LEASE = timedelta(
    minutes=5
)  # longer than the task may run (`tasks.SECONDS`), so two workers never send one email
CANDIDATES = 20

State = Mail.State


# --- adding ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reader:
    """A person who gets a notice, and when they want an email about it."""

    user: int
    time_zone: str
    digest_hour: int
    email: str

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


def put_into_mails(
    notices: Iterable[Notice], kind: Kind, *, at_once: bool = False, calendar: str = ""
) -> bool:
    """Set the emails of new notices of different people. Return True if one of them can be sent now.

    Call it in a transaction that then saves the notices. `at_once` ignores the pause of the kind.
    """
    by_user = {notice.user_id: notice for notice in notices}
    readers = _readers(by_user, kind)
    daily = [reader for reader in readers if reader.email == DAILY]
    now = [reader.user for reader in readers if reader.email == NOW]
    pause = timedelta(0) if at_once else kind.pause
    mails = {**_digests(daily), **_mails(now, kind, pause, calendar)}
    for user, mail in mails.items():
        by_user[user].mail = mail
    return bool(now) and not pause


def _readers(users: Iterable[int], kind: Kind) -> list[Reader]:
    key = OuterRef("pk")
    choice = MailChoice.objects.filter(user=key, kind=kind.id).values("email")
    hour = MailTimes.objects.filter(user=key).values("digest_hour")
    recent = Mail.objects.filter(user=key, day=None, created_at__gt=timezone.now() - DAY).order_by()
    people = User.objects.filter(pk__in=list(users), is_active=True).order_by("pk")
    people = people.exclude(email__endswith=RESERVED)  # not confirmed: it receives nothing
    rows = people.annotate(
        choice=Coalesce(Subquery(choice), Value(kind.email)),
        hour=Coalesce(Subquery(hour), Value(DIGEST_HOUR)),
        recent=Coalesce(Subquery(recent.values("user").annotate(n=Count("pk")).values("n")), Value(0)),
    )
    return [
        Reader(user, zone, hour, _email_for(kind, email, count))
        for user, zone, hour, email, count in rows.values_list("pk", "time_zone", "hour", "choice", "recent")
    ]


def _email_for(kind: Kind, wanted: str, recent: int) -> str:
    if not kind.is_optional:
        return NOW
    return DAILY if wanted == NOW and recent >= MAX_A_DAY else wanted


def _mails(users: list[int], kind: Kind, pause: timedelta, calendar: str) -> dict[int, Mail]:
    now = timezone.now()
    open_ones = _lock_waiting(user__in=users, kind=kind.id, day=None) if pause and users else []
    found = {mail.user_id: mail for mail in open_ones}
    for mail in found.values():
        mail.not_before = min(now + pause, max(mail.created_at + MAX_PAUSE, mail.not_before))
    Mail.objects.bulk_update(found.values(), ["not_before"])
    new = [
        Mail(user_id=user, kind=kind.id, not_before=now + pause, created_at=now, calendar=calendar)
        for user in users
        if user not in found
    ]
    return found | {mail.user_id: mail for mail in Mail.objects.bulk_create(new)}


def _digests(readers: list[Reader], later: timedelta = timedelta(0)) -> dict[int, Mail]:
    # a daily email that was sent already, or is being sent, takes no more notices: they wait for the next day
    if not readers:
        return {}
    now = timezone.now()
    days = {reader.user: next_digest(now, reader.digest_hour, reader.zone) + later for reader in readers}
    new = [_digest(reader, days[reader.user]) for reader in readers]
    Mail.objects.bulk_create(new, ignore_conflicts=True)
    waiting = _lock_waiting(user__in=list(days), day__in=set(days.values()))
    found = {mail.user_id: mail for mail in waiting if days[mail.user_id] == mail.day}
    missed = [reader for reader in readers if reader.user not in found]
    return found | _digests(missed, later + DAY) if later < 2 * DAY else found


def _digest(reader: Reader, day: date) -> Mail:
    at = digest_at(day, reader.digest_hour, reader.zone)
    return Mail(user_id=reader.user, kind=DAILY, day=day, not_before=at)


def _lock_waiting(**which: Any) -> list[Mail]:  # Any: conditions
    waiting = free(Mail.objects.filter(state=State.WAITING, not_before__gt=timezone.now(), **which))
    return list(waiting.select_for_update().order_by("pk"))


# --- sending --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """The right to send one email until the lease runs out. `tries` counts this one."""

    pk: int
    token: int
    tries: int


def free(rows: QuerySet[Mail]) -> QuerySet[Mail]:
    """Return the rows that no worker has. A lease that is too long dates from before the clock was set back."""
    now = timezone.now()
    return rows.filter(Q(leased_until=None) | Q(leased_until__lt=now) | Q(leased_until__gt=now + 2 * LEASE))


def due() -> QuerySet[Mail]:
    return free(Mail.objects.filter(state=State.WAITING, not_before__lte=timezone.now()))


def claim() -> Claim | None:
    """Claim the email that has waited longest. None if none can be sent now."""
    rows = due().order_by("not_before", "pk").values_list("pk", "token", "tries")[:CANDIDATES]
    return next((Claim(pk, token + 1, tries + 1) for pk, token, tries in rows if _take(pk, token)), None)


def _take(pk: int, token: int) -> bool:
    taken = {"leased_until": timezone.now() + LEASE, "token": F("token") + 1, "tries": F("tries") + 1}
    return bool(due().order_by().filter(pk=pk, token=token).update(**taken))


def _held(claim: Claim) -> QuerySet[Mail]:
    return Mail.objects.filter(pk=claim.pk, token=claim.token, state=State.WAITING)


def end(claim: Claim, state: Mail.State, reason: str = "") -> bool:
    """Return False if the claim is lost."""
    ended = {"state": state, "reason": reason[:200], "leased_until": None, "ended_at": timezone.now()}
    return bool(_held(claim).update(**ended))


def put_back(claim: Claim, until: datetime, reason: str = "", *, counts: bool = True) -> bool:
    """Let an email wait. A try that does not count leaves the waits between the others as they were."""
    again = {"not_before": until, "leased_until": None, "reason": reason[:200]}
    return bool(_held(claim).update(**again, tries=F("tries") - int(not counts)))
