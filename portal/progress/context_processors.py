from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from lessons.queries import courses_of


def own_course(request: HttpRequest) -> dict[str, object]:
    """Return the course that the header links to on pages without a course; one query, only if it is used."""
    return {"own_course": SimpleLazyObject(lambda: _own_course(request))}


def _own_course(request: HttpRequest) -> Any:
    user = getattr(request, "user", None)  # an error may be answered before authentication
    if user is None or not user.is_authenticated:
        return ""
    return courses_of(user).only("slug").first() or ""
