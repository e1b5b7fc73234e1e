"""Rules for accounts elsewhere that users link to theirs: GitHub, Google, or an OpenID Connect provider."""

import logging
from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

from portal.accounts import github_provider, oidc
from portal.accounts.first_sign_in import Arrival, keep
from portal.accounts.github import PROVIDER, has_github_sign_in
from portal.accounts.http import own_path
from portal.accounts.linked_names import login_of, provider_name
from portal.accounts.models import User

logger = logging.getLogger(__name__)

CANCELLED = "You cancelled on GitHub. Nothing was changed."
LOST = (
    "This sign-in with GitHub began in a different browser or more than 10 minutes ago, or was used already. "
    "Start it again."
)
NOT_ACCEPTED = "GitHub did not accept the sign-in. Try again. If it fails again, tell the course staff."
NO_ANSWER = "GitHub did not answer, so nothing was changed. Try again in a few minutes."
TAKEN = (
    "The GitHub account {login} is linked to a different account of this portal. "
    "Unlink it there first, or sign in to GitHub with another account."
)
OTHER = (
    "Your account is linked to the GitHub account {linked}, and you signed in to GitHub as {login}. "
    "Sign in to GitHub as {linked}, or unlink it in your settings first."
)
UNCONFIRMED = "Confirm your password, then link the GitHub account again."


# Any: allauth has no types
class LinkedAccountAdapter(DefaultSocialAccountAdapter):
    """Link accounts to users who are signed in, and sign in by linked accounts. Others go to the first sign-in."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        # from the settings alone, so that no secret is in the database
        apps = [each.app for each in oidc.choices()]
        if has_github_sign_in():
            own = {"client_id": settings.GITHUB_CLIENT_ID, "secret": settings.GITHUB_CLIENT_SECRET}
            apps.append(SocialApp(provider=PROVIDER, name="GitHub", **own))
        return [app for app in apps if provider in (None, app.provider, app.provider_id)]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("settings")

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Refuse in words what allauth would answer with a page of its own, or allow."""
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            self._check_link(request, sociallogin)
            return
        token = sociallogin.token
        sociallogin.token = None  # allauth would keep it in the session until the second factor is entered
        if request.user.is_authenticated:  # signed in meanwhile; allauth would sign out
            raise ImmediateHttpResponse(redirect(_return_url(request, sociallogin.state)))
        if not sociallogin.is_existing:
            _begin_first_sign_in(request, sociallogin, token)

    def _check_link(self, request: HttpRequest, sociallogin: Any) -> None:
        state, login = sociallogin.state, login_of(sociallogin.account)
        provider = sociallogin.account.provider
        if not request.user.is_authenticated:
            _refuse(request, state, _about(provider, LOST))
        if sociallogin.is_existing:
            if sociallogin.user != request.user:
                _refuse(request, state, _about(provider, TAKEN.format(login=login)))
            return
        linked = find_linked(request.user, provider)
        if linked is not None:
            words = OTHER.format(linked=login_of(linked), login=login)
            _refuse(request, state, _about(provider, words))
        if not (state.get("data") or {}).get("may_link"):  # the one that was linked at the start is gone
            _refuse(request, state, _about(provider, UNCONFIRMED))

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Any = None,
        extra_context: Any = None,
    ) -> None:
        state = (extra_context or {}).get("state")
        reason = request.GET.get("error", "")[:60]
        what = type(exception).__name__ if exception else reason
        name = getattr(getattr(provider, "app", None), "provider_id", "") or PROVIDER
        logger.warning("sign-in with %s: %s %s", name, error, what)
        if state is None:
            _refuse(request, {}, _about(name, LOST))
        if error == AuthError.CANCELLED:
            _refuse(request, state, _about(name, CANCELLED))
        is_answer = exception is None or isinstance(exception, OAuth2Error)
        _refuse(request, state, _about(name, NOT_ACCEPTED if is_answer else NO_ANSWER))


def find_linked(user: User, provider: str) -> SocialAccount | None:
    found: SocialAccount | None = SocialAccount.objects.filter(user=user, provider=provider).first()
    return found


def _about(provider: str, words: str) -> str:
    # The sentences are the same for all providers.
    return words.replace("GitHub", provider_name(provider))


# Any: allauth has no types
def _begin_first_sign_in(request: HttpRequest, sociallogin: Any, token: Any) -> NoReturn:
    account = sociallogin.account
    if account.provider == PROVIDER:
        email = github_provider.find_verified_email(token.token)
    else:
        email = next((each.email for each in sociallogin.email_addresses if each.verified), "")
    next_url = str(sociallogin.state.get("next") or "")
    arrival = Arrival(account.provider, account.uid, account.extra_data, email.lower(), next_url)
    keep(request, arrival)
    raise ImmediateHttpResponse(redirect("first_sign_in"))


def _return_url(request: HttpRequest, state: dict[str, Any]) -> str:
    next_url = own_path(request, str(state.get("next") or ""), "")
    if request.user.is_authenticated:
        return next_url or reverse("settings")
    return reverse("account_login", query={"next": next_url} if next_url else None)


def _refuse(request: HttpRequest, state: dict[str, Any], sentence: str) -> NoReturn:
    messages.error(request, sentence)
    raise ImmediateHttpResponse(redirect(_return_url(request, state)))
