"""The account on GitHub that a user linked. Other apps register what they do when one was linked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core.exceptions import ReauthenticationRequired
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from portal.accounts.http import UserRequest
from portal.accounts.models import User

PROVIDER = "github"


@dataclass(frozen=True)
class GitHubAccount:
    """GitHub's numeric ID of an account, which stays if it is renamed, and its name when it was last linked."""

    id: int
    login: str


# the request, the linked account, its token, and the purpose that `begin_linking` was given
OnLinked = Callable[[UserRequest, GitHubAccount, str, dict[str, Any]], None]
_on_linked: list[OnLinked] = []


def on_linked(act: OnLinked) -> None:
    """Let `act` use the token of an account that was just linked, or linked again. The token is stored nowhere."""
    _on_linked.append(act)


# Any: JSON
def tell_linked(request: UserRequest, account: GitHubAccount, token: str, purpose: dict[str, Any]) -> None:
    for act in _on_linked:
        act(request, account, token, purpose)


def has_github_sign_in() -> bool:
    return bool(settings.GITHUB_CLIENT_ID and settings.GITHUB_CLIENT_SECRET)


def check_is_set_up() -> None:
    if not has_github_sign_in():
        raise Http404


def linked_accounts(user: User) -> QuerySet[SocialAccount]:
    found: QuerySet[SocialAccount] = SocialAccount.objects.filter(user=user, provider=PROVIDER)
    return found


def github_account(user: User) -> GitHubAccount | None:
    """Return the account that this user linked by signing in to GitHub."""
    found = linked_accounts(user).first()
    return None if found is None else account_of(found)


# Any: allauth has no types
def account_of(linked: Any) -> GitHubAccount:
    return GitHubAccount(int(linked.uid), str(linked.extra_data.get("login", "")))


def begin_sign_in(request: HttpRequest, *, next_url: str | None) -> HttpResponse:
    """Redirect a visitor to GitHub, to sign in by an account that is linked. Raises Http404 without the settings."""
    check_is_set_up()
    return _redirect(request, AuthProcess.LOGIN, next_url)


# Any: JSON
def begin_linking(request: UserRequest, *, next_url: str, purpose: dict[str, Any]) -> HttpResponse:
    """Redirect a user to GitHub and back to `next_url`. Asks for the password first if no account is linked yet.

    An account that is linked can sign in, so somebody at an open browser must not link theirs. Raises Http404 without
    the settings.
    """
    check_is_set_up()
    is_confirmed = did_recently_reauthenticate(request)
    if not is_confirmed and not linked_accounts(request.user).exists():
        raise ReauthenticationRequired
    return _redirect(request, AuthProcess.CONNECT, next_url, {"may_link": is_confirmed, "purpose": purpose})


def _redirect(
    request: HttpRequest, process: str, next_url: str | None, data: dict[str, Any] | None = None
) -> HttpResponse:
    provider = get_adapter(request).get_provider(request, PROVIDER)
    answer: HttpResponse = provider.redirect(request, process, next_url=next_url, data=data)
    return answer
