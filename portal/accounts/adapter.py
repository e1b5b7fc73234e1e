from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings


class AccountAdapter(DefaultAccountAdapter):
    """Links in mails lead to PUBLIC_URL. allauth takes the host from the request, where its sender chooses it."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        links = {name: at_public_url(link) for name, link in context.items() if name.endswith("_url")}
        super().send_mail(template_prefix, email, {**context, **links})


def at_public_url(link: str) -> str:
    return settings.PUBLIC_URL + urlsplit(link).path
