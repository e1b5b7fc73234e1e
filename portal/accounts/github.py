"""The account on GitHub that a person signed in with."""

from dataclasses import dataclass

from django.apps import apps

from portal.accounts.models import User


@dataclass(frozen=True)
class GitHubAccount:
    """GitHub's numeric ID of an account, which stays if it is renamed, and its current name."""

    id: int
    login: str


def github_account(user: User) -> GitHubAccount | None:
    """Return the account that this user connected by signing in with GitHub."""
    if not apps.is_installed("allauth.socialaccount"):
        return None
    from allauth.socialaccount.models import SocialAccount  # cannot be imported without its app

    found = SocialAccount.objects.filter(user=user, provider="github").first()
    if found is None or not str(found.uid).isdecimal():
        return None
    return GitHubAccount(int(found.uid), str(found.extra_data.get("login", "")))
