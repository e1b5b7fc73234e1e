from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.accounts.github import has_github_sign_in
from portal.accounts.middleware import is_signed_in
from portal.accounts.models import User
from portal.accounts.oidc import choices

THEMES = ("light", "dark")


class Person(NamedTuple):
    """The signed-in user as the header shows them; `news` is the number of their unread notices, or empty."""

    initial: str
    name: str
    news: str


def page(request: HttpRequest) -> dict[str, object]:
    """Return the portal's name, theme and shortcuts for every page; an empty theme follows the system.

    `shortcuts` is "on" or "off", or empty for visitors: their browser remembers it.
    """
    user = request.user if hasattr(request, "user") and is_signed_in(request) else None
    theme = (isinstance(user, User) and user.theme) or request.COOKIES.get("theme", "")
    return {
        "site_name": settings.SITE_NAME,
        "theme": theme if theme in THEMES else "",
        "shortcuts": ("on" if user.has_shortcuts else "off") if isinstance(user, User) else "",
        "has_github_sign_in": has_github_sign_in(),
        "oidc_providers": choices(),
    }


def person(request: HttpRequest) -> dict[str, object]:
    # Lazy: a cached page has placeholders instead, and an error may be answered before authentication.
    return {"person": SimpleLazyObject(lambda: describe_person(request))}


def describe_person(request: HttpRequest) -> Person:
    name = request.user.get_full_name()  # type: ignore[union-attr]  # signed in
    return Person(name[:1].upper(), name, _badge(getattr(request.user, "unread_notices", 0)))


def _badge(number: int) -> SafeString | str:
    # counted with the signed-in user by `lessons.backends`
    return format_html('<b>{}<span class="vh"> new</span></b>', number) if number else ""
