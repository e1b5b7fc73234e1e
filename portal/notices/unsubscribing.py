"""The address that ends emails of one kind without signing in (RFC 8058). Its token names a person and the kind.

Nothing is stored for it. A person can turn the kind on again in their settings, and the address can only turn it off.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import Http404
from django.urls import reverse

from portal.accounts.models import User
from portal.notices.kinds import DAILY, KINDS

DAILY_NAME = "The daily email"
_signer = Signer(sep=".", salt="portal.notices.unsubscribe")


@dataclass(frozen=True)
class Subscription:
    """The emails of one kind to one person; `kind` is "daily" for the daily email, `about` has the kinds in it."""

    user: User
    kind: str
    about: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return DAILY_NAME if self.kind == DAILY else KINDS[self.kind].name


def unsubscribe_address(user: User, kind: str, about: Iterable[str] = ()) -> str:
    """Return the address for emails of a kind. `about` are the kinds in this daily email.

    Notices beyond the limit of a day are in a daily email although their reader chose to get them at once.
    """
    kinds = "+".join([kind, *sorted(set(about))])
    return f"{settings.PUBLIC_URL}{reverse('unsubscribe', args=[_signer.sign(f'{user.pk}-{kinds}')])}"


def get_subscription(token: str) -> Subscription:
    """Return the emails that a token is about. Raises Http404."""
    try:
        key, _, kinds = _signer.unsign(token).partition("-")
    except BadSignature as error:
        raise Http404 from error
    kind, *about = kinds.split("+")
    user = User.objects.filter(pk=key).first()
    if user is None or (kind != DAILY and kind not in KINDS):
        raise Http404
    return Subscription(user, kind, tuple(each for each in about if each in KINDS))
