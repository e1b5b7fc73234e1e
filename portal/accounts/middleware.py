import contextlib
import zoneinfo

from django.conf import settings
from django.db import DatabaseError
from django.urls import get_resolver
from django.utils import timezone
from django.views.decorators.http import require_http_methods


def page_methods(get_response):
    """The portal has pages and forms alone; the admin and allauth would answer other methods, each in its way."""
    return require_http_methods(["GET", "HEAD", "POST"])(get_response)


def own_not_found(get_response):
    """The portal's page with DEBUG as well: on a missing page `make run` would show Django's list of addresses."""

    def answer(request):
        response = get_response(request)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if settings.DEBUG and response.status_code == 404 and is_page:
            return get_resolver().resolve_error_handler(404)(request)
        return response

    return answer


class TimeZoneMiddleware:
    """Shows times in the zone of whoever is signed in, in UTC to everyone else."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with timezone.override(_zone(request)):
            return self.get_response(request)


def _zone(request) -> zoneinfo.ZoneInfo | None:
    # Anonymous pages read no log-in at all: they must stay free of queries.
    with contextlib.suppress(DatabaseError):  # a view that needs the database will meet the same
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            return zoneinfo.ZoneInfo(request.user.time_zone)
    return None
