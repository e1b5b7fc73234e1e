"""Accounts that were made from an invitation and have no confirmed email yet. They can read at once.

Such an account does not have the address that was typed, only a reserved one that contains it and receives nothing.
So it takes no address from its owner, a registered address is answered like a new one, and nothing can be proved by it.
"""

import logging
import secrets

from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from django.http import HttpRequest

from portal.accounts.models import RESERVED, User
from portal.outages import MailError

logger = logging.getLogger(__name__)

MAX_TYPED = 200  # characters of an address, which must fit into a reserved one


def reserve_address(typed: str) -> str:
    """Return an address that contains `typed`, belongs to nobody else and cannot receive email."""
    return f"{typed.lower()}.{secrets.token_hex(6)}{RESERVED}"


def find_unconfirmed(typed: str) -> User | None:
    """Return the newest unconfirmed account for which this address was typed."""
    rows = User.objects.filter(email__startswith=f"{typed.lower()}.", email__endswith=RESERVED)
    return next((user for user in rows.order_by("-pk")[:50] if user.shown_email == typed.lower()), None)


def find_owner(email: str) -> User | None:
    """Return the user who confirmed this address, or got it from the maker of the account."""
    confirmed = EmailAddress.objects.filter(email__iexact=email, verified=True).select_related("user").first()
    if confirmed is not None:
        owner: User = confirmed.user
        return owner
    user = User.objects.filter(email__iexact=email).first()
    return None if user is None or EmailAddress.objects.filter(user=user).exists() else user


def send_code(request: HttpRequest, user: User) -> None:
    """Email a code to the typed address, and keep it in the session.

    The owner of an account with this address gets an email about that account instead, and no code is right. Raises
    MailError, and ImmediateHttpResponse if the last email was sent less than a minute ago.
    """
    email = user.shown_email
    state = EmailVerificationProcess.initial_state(user, email)
    state["account_already_exists"] = find_owner(email) is not None
    process = EmailVerificationProcess(request=request, user=user, state=state)
    process.generate_code()
    process.send()
    process.persist()


def has_code(request: HttpRequest) -> bool:
    return EmailVerificationProcess.resume(request) is not None


def try_to_send_code(request: HttpRequest, user: User) -> bool:
    """Send a code if possible. Signing up must not fail because of an email."""
    try:
        send_code(request, user)
    except (MailError, ImmediateHttpResponse) as error:
        logger.warning("no code was sent to a new account: %r", error)
        return False
    return True


def release_address(email: str, except_for: User) -> None:
    """Take an address from another account that signed up with it and never confirmed it."""
    others = User.objects.filter(email__iexact=email).exclude(pk=except_for.pk)
    for user in others.select_for_update():
        addresses = EmailAddress.objects.filter(user=user)
        if addresses.exists() and not addresses.filter(verified=True).exists():
            addresses.delete()
            user.email = reserve_address(user.email)
            user.save(update_fields=["email"])
