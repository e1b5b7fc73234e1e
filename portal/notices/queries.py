"""Read queries of notices. Every function returns only those of the given person."""

from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from portal.accounts.models import User
from portal.notices.models import Notice

MAX_KEY = 2**63 - 1


def notices_of(user: User) -> list[Notice]:
    return list(Notice.objects.filter(user=user))


def unread_notices(user: User | AnonymousUser) -> list[Notice]:
    """Return the unread notices of a person, the newest first. One query."""
    return list(Notice.objects.unread().filter(user=user)) if user.is_authenticated else []


def get_notice(user: User, key: int) -> Notice:
    """Return a person's own notice. Raises Http404."""
    notice = Notice.objects.filter(user=user, pk=key).first() if key <= MAX_KEY else None
    if notice is None:
        raise Http404
    return notice
