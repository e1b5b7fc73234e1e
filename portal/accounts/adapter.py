from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.ratelimit import truncate_ip
from django.conf import settings
from django.http import HttpRequest

from portal.accounts.http import client_address


class AccountAdapter(DefaultAccountAdapter):
    """Links in mails lead to PUBLIC_URL. allauth takes the host from the request, where its sender chooses it."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        links = {name: at_public_url(link) for name, link in context.items() if name.endswith("_url")}
        super().send_mail(template_prefix, email, {**context, **links})

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Wrong passwords count for an account and an address: strangers cannot lock out whose account it is."""
        key = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:{truncate_ip(client_address(request))}"


def at_public_url(link: str) -> str:
    return settings.PUBLIC_URL + urlsplit(link).path
