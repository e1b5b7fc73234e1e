import zoneinfo

from django.conf import settings
from django.utils import timezone
from django.views.decorators.http import require_http_methods


def page_methods(get_response):
    """The portal has pages and forms alone; the admin and allauth would answer other methods, each in its way."""
    return require_http_methods(["GET", "HEAD", "POST"])(get_response)


class TimeZoneMiddleware:
    """Shows times in the zone of whoever is signed in, in UTC to everyone else."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with timezone.override(_zone(request)):
            return self.get_response(request)


def _zone(request) -> zoneinfo.ZoneInfo | None:
    # Anonymous pages read no log-in at all: they must stay free of queries.
    if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
        return zoneinfo.ZoneInfo(request.user.time_zone)
    return None
