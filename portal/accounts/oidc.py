"""Sign in with Google or another OpenID Connect provider, from the settings alone: no secret is in the database."""

import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ReauthenticationRequired
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from portal.accounts.models import User
from portal.accounts.unconfirmed import MAX_TYPED

GOOGLE_SERVER = "https://accounts.google.com"


@dataclass(frozen=True)
class Choice:
    """A provider that is set up; `id` is a part of its URLs, `label` the linked account of a user."""

    id: str
    name: str
    server: str
    client_id: str
    secret: str
    label: str = ""

    @property
    def app(self) -> SocialApp:
        own = {"server_url": self.server, "oauth_pkce_enabled": True}
        keys = {"client_id": self.client_id, "secret": self.secret}
        return SocialApp(provider="openid_connect", provider_id=self.id, name=self.name, settings=own, **keys)


def choices() -> list[Choice]:
    """Return the providers whose settings are complete."""
    google = Choice(
        "google", "Google", GOOGLE_SERVER, settings.GOOGLE_CLIENT_ID, settings.GOOGLE_CLIENT_SECRET
    )
    own = Choice(
        "oidc",
        settings.OIDC_NAME,
        settings.OIDC_SERVER_URL,
        settings.OIDC_CLIENT_ID,
        settings.OIDC_CLIENT_SECRET,
    )
    return [each for each in (google, own) if each.server and each.client_id and each.secret]


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def get_choice(provider: str) -> Choice:
    """Return the provider. Raises Http404 if it is not set up."""
    found = next((each for each in choices() if each.id == provider), None)
    if found is None:
        raise Http404
    return found


def linked_choices(user: User) -> list[tuple[Choice, str]]:
    """Return each provider with the account that `user` linked, "" for none."""
    known = choices()
    rows = SocialAccount.objects.filter(user=user, provider__in=[each.id for each in known])
    linked = {row.provider: label_of(row) for row in rows} if known else {}
    return [(each, linked.get(each.id, "")) for each in known]


def label_of(account: SocialAccount) -> str:
    """Return the email, or name, or else the subject, that the provider gave for the account."""
    return str(account.extra_data.get("label") or account.uid)


def key_of(server: str, subject: str) -> str:
    """Return the key of an account. The same subject of another server is another person."""
    return hashlib.sha256(f"{server}\n{subject}".encode()).hexdigest()


# Any: what the provider answered
def _claims(data: dict[str, Any]) -> dict[str, Any]:
    return data.get("userinfo") or data.get("id_token") or {}


class Provider(OpenIDConnectProvider):
    """Keep the key of an account and one label, no further data."""

    # Any: what the provider answered
    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, str]:
        found = _claims(data)
        return {"label": str(found.get("email") or found.get("name") or found.get("sub") or "")[:254]}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, str]:
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        # Only for the first sign-in. Anybody may type an email that the provider did not verify.
        found = _claims(data)
        email = str(found.get("email") or "")
        is_usable = found.get("email_verified") is True and 0 < len(email) <= MAX_TYPED
        return [EmailAddress(email=email, verified=True, primary=True)] if is_usable else []

    def extract_uid(self, data: dict[str, Any]) -> str:
        return key_of(self.app.settings["server_url"], str(_claims(data)["sub"]))

    def get_oauth2_adapter(self, request: HttpRequest) -> "Adapter":
        return Adapter(request, self.app.provider_id)


class Adapter(OpenIDConnectOAuth2Adapter):
    # Any: allauth has no types
    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return str(settings.PUBLIC_URL) + reverse("oidc_callback", args=[self.provider_id])


def begin(request: HttpRequest, provider: str, *, next_url: str | None) -> HttpResponse:
    """Redirect a visitor to sign in, or a user to link an account. Asks for the password first to link one."""
    choice = get_choice(provider)
    process, data = AuthProcess.LOGIN, None
    if request.user.is_authenticated:
        is_confirmed = did_recently_reauthenticate(request)
        if not is_confirmed:
            raise ReauthenticationRequired
        process, data = AuthProcess.CONNECT, {"may_link": True}
    found = get_adapter(request).get_provider(request, choice.id)
    answer: HttpResponse = found.redirect(request, process, next_url=next_url, data=data)
    return answer


def finish(request: HttpRequest, provider: str) -> HttpResponse:
    choice = get_choice(provider)
    answer: HttpResponse = OAuth2CallbackView.adapter_view(Adapter(request, choice.id))(request)
    return answer
