from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from lessons.queries import courses_of


def own_course(request: HttpRequest) -> dict[str, Any]:
    """The course that the header leads to on pages of no course; one query, where the header asks for it."""
    return {"own_course": SimpleLazyObject(lambda: _own_course(request))}


def _own_course(request: HttpRequest) -> Any:
    user = getattr(request, "user", None)  # an answer may come before anybody knows who asks
    if user is None or not user.is_authenticated:
        return ""
    return courses_of(user).only("slug").first() or ""
