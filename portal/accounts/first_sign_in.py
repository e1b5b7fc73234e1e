"""The first sign-in with an account elsewhere that no account here is linked to: make an account, or link one.

The account elsewhere waits in the session, without its token. Only an address that the provider has verified counts:
its owner may link their account by entering its password once. Nothing is linked without that.
"""

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.socialaccount import signals
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.db import transaction
from django.http import HttpRequest

from portal.accounts.invited import find_invitation
from portal.accounts.linked_names import login_of, provider_name
from portal.accounts.models import User
from portal.accounts.unconfirmed import MAX_TYPED, find_owner, release_address, reserve_address

KEY = "first_sign_in"
MAX_SECONDS = 1200


@dataclass(frozen=True)
class Arrival:
    """An account elsewhere, just signed in to by its owner. `email` is verified by the provider, or empty."""

    provider: str
    uid: str
    extra_data: dict[str, str]
    email: str
    next_url: str
    at: float = field(default_factory=time.time)

    @property
    def account(self) -> SocialAccount:
        return SocialAccount(provider=self.provider, uid=self.uid, extra_data=self.extra_data)

    @property
    def login(self) -> str:
        return login_of(self.account)

    @property
    def provider_name(self) -> str:
        return provider_name(self.provider)

    def find_owner(self) -> User | None:
        return find_owner(self.email) if self.email else None


def keep(request: HttpRequest, arrival: Arrival) -> None:
    request.session[KEY] = asdict(arrival)


def find_arrival(request: HttpRequest) -> Arrival | None:
    """Return the pending sign-in of this session, None if it is too old."""
    kept = request.session.get(KEY)
    arrival = Arrival(**kept) if kept else None
    return arrival if arrival and time.time() - arrival.at < MAX_SECONDS else None


def forget(request: HttpRequest) -> None:
    request.session.pop(KEY, None)


def check_password(request: HttpRequest, arrival: Arrival, password: str) -> User | None:
    """Return the owner of the verified address if the password is theirs.

    Raises ValidationError after too many attempts, which are counted with those of the sign-in page.
    """
    owner = arrival.find_owner()
    found = get_adapter(request).authenticate(request, email=arrival.email, password=password)
    return owner if found is not None and found == owner else None


@transaction.atomic
def link(request: HttpRequest, arrival: Arrival, user: User) -> None:
    """Link the account elsewhere. Raises IntegrityError if either is linked already."""
    account = arrival.account
    account.user = user
    account.save()
    came = SocialLogin(user=user, account=account)
    signals.social_account_added.send(sender=SocialLogin, request=request, sociallogin=came)


# Any: the cleaned values of a form, and the form's own method
@transaction.atomic
def create_account(request: HttpRequest, arrival: Arrival, form: Any) -> User:
    """Create an account without a password, join if there is an invitation, and link the account elsewhere.

    Raises IntegrityError if the address or the account elsewhere was taken a moment ago.
    """
    if arrival.email:
        user = User.objects.create_user(reserve_address(arrival.email[:MAX_TYPED]))
        release_address(arrival.email, except_for=user)
        user.email = arrival.email
        user.save(update_fields=["email"])
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    else:
        user = User.objects.create_user(reserve_address(form.cleaned_data["email"]))
    form.signup(request, user)
    link(request, arrival, user)
    if accept := find_invitation(arrival.next_url):
        accept(user)
    return user
