"""allauth's GitHub provider with the portal's URLs of GitHub. It keeps only ID and name of an account."""

import logging
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.github.provider import GitHubProvider as AllauthGitHubProvider
from allauth.socialaccount.providers.github.views import GitHubOAuth2Adapter as AllauthGitHubAdapter
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from portal.accounts.unconfirmed import MAX_TYPED

logger = logging.getLogger(__name__)


class GitHubAdapter(AllauthGitHubAdapter):
    """Read the URLs when they are needed; allauth's are fixed when its module is imported."""

    @property
    def authorize_url(self) -> str:
        return f"{settings.GITHUB_WEB_URL}/login/oauth/authorize"

    @property
    def access_token_url(self) -> str:
        return f"{settings.GITHUB_WEB_URL}/login/oauth/access_token"

    # Any: allauth has no types
    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return str(settings.PUBLIC_URL) + reverse("github_callback")

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        with get_adapter().get_requests_session() as session:
            answer = session.get(
                f"{settings.GITHUB_API_URL}/user",
                headers={"Authorization": f"Bearer {token.token}", "Accept": "application/vnd.github+json"},
            )
            answer.raise_for_status()
            described = answer.json()
        if not isinstance(described, dict) or type(described.get("id")) is not int:
            raise ProviderException("GitHub did not say whose account it is.")
        came = self.get_provider().sociallogin_from_response(request, described)
        request.came_from_github = came  # type: ignore[attr-defined]  # for the view that called
        return came


def find_verified_email(token: str) -> str:
    """Return the primary email that GitHub has verified, "" if it does not say."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
    try:
        with get_adapter().get_requests_session() as session:
            answer = session.get(f"{settings.GITHUB_API_URL}/user/emails", headers=headers)
            answer.raise_for_status()
            listed = answer.json()
    except (OSError, ValueError) as error:  # an App without this permission, or no answer
        logger.info("GitHub did not say which email is verified: %r", error)
        return ""
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    own = (row.get("email") for row in rows if row.get("primary") is True and row.get("verified") is True)
    return str(next(own, "") or "")[:MAX_TYPED]


class GitHubProvider(AllauthGitHubProvider):
    oauth2_adapter_class = GitHubAdapter
    pkce_enabled_default = True

    def get_default_scope(self) -> list[str]:
        return []  # to link an account: GitHub says who it is without any

    # Any: allauth has no types
    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        # A visitor may sign in for the first time. The verified email shows if they have an account.
        return [] if request.user.is_authenticated else ["user:email"]

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, str]:
        return {"login": str(data.get("login", ""))[:100]}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, str]:
        return {}


finish = OAuth2CallbackView.adapter_view(GitHubAdapter)
