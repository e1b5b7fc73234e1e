"""The address of a personal calendar, which a calendar program opens without signing in.

Its token is the signed key of a row, so the database does not contain it. A new key ends the old address.
"""

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.http import Http404
from django.urls import reverse

from portal.accounts.audit import Event, record
from portal.accounts.models import User
from portal.progress.calendar.entries import absolute
from portal.progress.models import CalendarFeed

_signer = Signer(sep=".", salt="portal.progress.calendar")


def feed_of(user: User) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(user=user).first()


def feed_address(feed: CalendarFeed) -> str:
    return absolute(reverse("calendar_feed", args=[_signer.sign(feed.key)]))


@transaction.atomic
def renew_feed(*, user: User) -> CalendarFeed:
    """Create an address. An earlier one stops working."""
    CalendarFeed.objects.filter(user=user).delete()
    record(Event.TOKEN, "new address of the calendar", user=user)
    return CalendarFeed.objects.create(user=user)


@transaction.atomic
def revoke_feed(*, user: User, why: str = "by its owner") -> None:
    """End the address, if there is one."""
    count, _ = CalendarFeed.objects.filter(user=user).delete()
    if count:
        record(Event.TOKEN, f"address of the calendar revoked: {why}", user=user)


def end_feed(user: User, why: str) -> None:
    """Revoke the address when the credentials of a user end."""
    revoke_feed(user=user, why=why)


def get_feed_owner(token: str) -> User:
    """Return the user whose calendar has this token. Raises Http404."""
    try:
        key = _signer.unsign(token)
    except BadSignature as error:
        raise Http404 from error
    feed = CalendarFeed.objects.filter(key=key, user__is_active=True).select_related("user").first()
    if feed is None:
        raise Http404
    return feed.user
