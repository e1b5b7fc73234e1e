"""Unlink an account elsewhere, but never the last way to sign in."""

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from portal.accounts import oidc
from portal.accounts.audit import Event, record
from portal.accounts.github import PROVIDER, has_github_sign_in
from portal.accounts.linked_names import login_of
from portal.accounts.models import User


class LastWayError(Exception):
    """The owner could no longer sign in without this account. The message says what to do."""


def unlink(*, user: User, account: SocialAccount, provider_name: str) -> None:
    """Remove the link. Raises LastWayError."""
    with transaction.atomic():
        # locked, so that two accounts unlinked at once do not each count as the other's way
        locked = User.objects.select_for_update().get(pk=user.pk)
        if not (locked.has_usable_password() or _has_other_account(locked, account)):
            raise LastWayError("Set a password first. Without one, you could no longer sign in.")
        SocialAccount.objects.filter(pk=account.pk).delete()
    record(Event.GITHUB, f"unlinked {provider_name}: {login_of(account)}", user=user)


def _has_other_account(user: User, account: SocialAccount) -> bool:
    # Only a provider that is set up now lets its owner in.
    usable = [each.id for each in oidc.choices()] + [PROVIDER] * has_github_sign_in()
    others = SocialAccount.objects.filter(user=user, provider__in=usable).exclude(pk=account.pk)
    return bool(others.exists())
