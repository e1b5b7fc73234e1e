"""Record sign-ins and second factors from Django's and allauth's signals. Our own code sends no signals."""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as social
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from portal.accounts import sign_in
from portal.accounts.audit import Event, record
from portal.accounts.github import PROVIDER
from portal.accounts.models import User
from portal.accounts.oidc import label_of


@receiver(user_logged_in)
def on_sign_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    sign_in.begin(request.session)
    passed = request.session.get(sign_in.SECOND_FACTOR_OF) == user.pk
    record(Event.SIGNED_IN, "with a second factor" if passed else "", user=user)


@receiver(user_login_failed)
def on_refused_sign_in(credentials: dict[str, str], **kwargs: Any) -> None:
    who = credentials.get("email") or credentials.get("username") or ""
    record(Event.SIGN_IN_FAILED, "wrong email or password", who=who)


@receiver(mfa.authentication_failed)
def on_refused_second_factor(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    record(Event.SIGN_IN_FAILED, f"wrong code: {authenticator.type}", user=user)


@receiver(mfa.authenticator_used)
def on_second_factor(request: HttpRequest, user: User, **kwargs: Any) -> None:
    sign_in.record_second_factor(request.session, user)


@receiver(mfa.authenticator_added)
def on_added(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    if authenticator.type in sign_in.FACTORS:
        sign_in.record_second_factor(request.session, user)
    record(Event.SECOND_FACTOR, f"added: {authenticator.type}", user=user)


@receiver(mfa.authenticator_removed)
def on_removed(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    if not sign_in.has_second_factor(user):
        request.session.pop(sign_in.SECOND_FACTOR_OF, None)
    record(Event.SECOND_FACTOR, f"removed: {authenticator.type}", user=user)


@receiver(mfa.authenticator_reset)
def on_reset(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    record(Event.SECOND_FACTOR, f"regenerated: {authenticator.type}", user=user)


@receiver(account.password_changed)
@receiver(account.password_set)
@receiver(account.password_reset)
def on_password(user: User, **kwargs: Any) -> None:
    record(Event.PASSWORD, "changed", user=user)


@receiver(account.user_signed_up)
def on_sign_up(user: User, **kwargs: Any) -> None:
    record(Event.SIGNED_UP, user=user)


# Any: allauth has no types
@receiver(social.social_account_added)
def on_linked(request: HttpRequest, sociallogin: Any, **kwargs: Any) -> None:
    user, account = sociallogin.user, sociallogin.account
    if account.provider != PROVIDER:
        record(Event.GITHUB, f"linked {account.provider}: {label_of(account)}", user=user)
        return
    login = account.extra_data["login"]
    record(Event.GITHUB, f"linked {login}", user=user)
    if not user.github_name:
        user.github_name = login[:39]
        user.save(update_fields=["github_name"])


# Any: allauth has no types
@receiver(account.email_changed)
def on_email(user: User, to_email_address: Any, **kwargs: Any) -> None:
    record(Event.EMAIL, f"signs in with {to_email_address.email}", user=user)
