"""Names of accounts elsewhere, and of their providers, in sentences."""

from typing import Any

from portal.accounts import oidc
from portal.accounts.github import PROVIDER, account_of


# Any: allauth has no types
def login_of(account: Any) -> str:
    return account_of(account).login if account.provider == PROVIDER else oidc.label_of(account)


def provider_name(provider: str) -> str:
    return next((each.name for each in oidc.choices() if each.id == provider), "GitHub")
