"""Each person's choices: for each kind when to get an email, the hour of the daily one, and quiet hours."""

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.notices import outbox
from portal.notices.kinds import DAILY, KINDS, OFF, Kind
from portal.notices.models import Mail, MailChoice, MailTimes, Notice
from portal.notices.times import digest_at

QUIET = "quiet hours"


def choices_of(user: User) -> dict[Kind, str]:
    """Return the choice for each kind that a person may get, in the order of the registry. Two queries."""
    chosen = dict(MailChoice.objects.filter(user=user).values_list("kind", "email"))
    had = set(Notice.objects.filter(user=user).order_by().values_list("kind", flat=True).distinct())
    own = [kind for kind in KINDS.values() if kind.is_usual or kind.id in had or kind.id in chosen]
    return {kind: chosen.get(kind.id, kind.email) for kind in own if kind.is_optional}


def times_of(user: User) -> MailTimes:
    """Return the hours of a person, which are not saved while they are the default."""
    return MailTimes.objects.filter(user=user).first() or MailTimes(user=user)


@transaction.atomic
def choose(*, user: User, emails: Mapping[str, str]) -> None:
    """Save the choice for each of these kinds. Waiting emails lose the notices of a kind that is off now."""
    rows = [MailChoice(user=user, kind=kind, email=email) for kind, email in emails.items()]
    keys = ["user", "kind"]
    MailChoice.objects.bulk_create(rows, update_conflicts=True, unique_fields=keys, update_fields=["email"])
    off = [kind for kind, email in emails.items() if email == OFF]
    waiting = Notice.objects.filter(user=user, kind__in=off, mail__state=Mail.State.WAITING)
    Notice.objects.filter(pk__in=list(waiting.order_by().values_list("pk", flat=True))).update(mail=None)


def turn_off(*, user: User, kind: str, about: Iterable[str] = ()) -> None:
    """Send a person no more emails of a kind, or, for the daily email, none of those kinds and of `about`."""
    daily = [each.id for each, email in choices_of(user).items() if email == DAILY]
    choose(user=user, emails=dict.fromkeys([*daily, *about] if kind == DAILY else [kind], OFF))


@transaction.atomic
def save_times(times: MailTimes) -> None:
    """Save the hours of a person. Emails that wait for the former hours follow the new ones."""
    times.save()
    zone, now = ZoneInfo(times.user.time_zone), timezone.now()
    waiting = outbox.free(Mail.objects.filter(user=times.user, state=Mail.State.WAITING))
    waiting.filter(reason=QUIET).update(not_before=now)
    for mail in waiting.filter(day__isnull=False):
        at = digest_at(mail.day, times.digest_hour, zone) if mail.day else now
        waiting.filter(pk=mail.pk).update(not_before=at)
