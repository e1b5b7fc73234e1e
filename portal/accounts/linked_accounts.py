"""Rules for accounts elsewhere that users link to theirs. Only GitHub so far; each has its app in `list_apps`."""

import logging
from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

from portal.accounts.github import PROVIDER, account_of, github_account, has_github_sign_in

logger = logging.getLogger(__name__)

CANCELLED = "You cancelled on GitHub. Nothing was changed."
LOST = (
    "This sign-in with GitHub began in a different browser or more than 10 minutes ago, or was used already. "
    "Start it again."
)
NOT_ACCEPTED = "GitHub did not accept the sign-in. Try again. If it fails again, tell the course staff."
NO_ANSWER = "GitHub did not answer, so nothing was changed. Try again in a few minutes."
UNKNOWN = (
    "No account here is linked to the GitHub account {login}. Sign in with your email, "
    "and link GitHub on your account page. Then you can sign in with GitHub."
)
TAKEN = (
    "The GitHub account {login} is linked to a different account of this portal. "
    "Unlink it there first, or sign in to GitHub with another account."
)
OTHER = (
    "Your account is linked to the GitHub account {linked}, and you signed in to GitHub as {login}. "
    "Sign in to GitHub as {linked}, or unlink it on your account page first."
)
UNCONFIRMED = "Confirm your password, then link the GitHub account again."


# Any: allauth has no types
class LinkedAccountAdapter(DefaultSocialAccountAdapter):
    """Link accounts to users who are signed in, and sign in by linked accounts. Nobody signs up this way yet."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        # from the settings alone, so that no secret is in the database
        if not has_github_sign_in() or provider not in (None, PROVIDER):
            return []
        own = {"client_id": settings.GITHUB_CLIENT_ID, "secret": settings.GITHUB_CLIENT_SECRET}
        return [SocialApp(provider=PROVIDER, name="GitHub", **own)]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("account")

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Refuse in words what allauth would answer with a page of its own, or allow."""
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            self._check_link(request, sociallogin)
            return
        sociallogin.token = None  # allauth would keep it in the session until the second factor is entered
        if request.user.is_authenticated:  # signed in meanwhile; allauth would sign out
            raise ImmediateHttpResponse(redirect(_return_url(request, sociallogin.state)))
        if not sociallogin.is_existing:
            login = account_of(sociallogin.account).login
            _refuse(request, sociallogin.state, UNKNOWN.format(login=login))

    def _check_link(self, request: HttpRequest, sociallogin: Any) -> None:
        state, login = sociallogin.state, account_of(sociallogin.account).login
        if not request.user.is_authenticated:
            _refuse(request, state, LOST)
        if sociallogin.is_existing:
            if sociallogin.user != request.user:
                _refuse(request, state, TAKEN.format(login=login))
            return
        linked = github_account(request.user)
        if linked is not None:
            _refuse(request, state, OTHER.format(linked=linked.login, login=login))
        if not (state.get("data") or {}).get("may_link"):  # the one that was linked at the start is gone
            _refuse(request, state, UNCONFIRMED)

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
        logger.warning("sign-in with GitHub: %s %s", error, type(exception).__name__ if exception else reason)
        if state is None:
            _refuse(request, {}, LOST)
        if error == AuthError.CANCELLED:
            _refuse(request, state, CANCELLED)
        is_answer = exception is None or isinstance(exception, OAuth2Error)
        _refuse(request, state, NOT_ACCEPTED if is_answer else NO_ANSWER)


def _return_url(request: HttpRequest, state: dict[str, Any]) -> str:
    # `next` was checked when it was stored
    next_url = str(state.get("next") or "")
    if request.user.is_authenticated:
        return next_url or reverse("account")
    return reverse("account_login", query={"next": next_url} if next_url else None)


def _refuse(request: HttpRequest, state: dict[str, Any], sentence: str) -> NoReturn:
    messages.error(request, sentence)
    raise ImmediateHttpResponse(redirect(_return_url(request, state)))
