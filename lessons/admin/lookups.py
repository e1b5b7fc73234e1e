"""Answer 400 instead of 500 if a query parameter of a staff list has a value that no column can store."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.views.defaults import bad_request

# A slow or malformed regular expression fails differently in each database; a range needs two values, which a query
# string does not have.
REFUSED = ("regex", "iregex", "range")
# Exceptions that databases and Django raise for a number, date or text out of range.
IMPOSSIBLE = (OverflowError, ValueError, DataError)


def is_staff_list(request: HttpRequest) -> bool:
    found = request.resolver_match
    return (
        found is not None
        and "admin" in found.namespaces
        and str(found.url_name).endswith(("_changelist", "_add", "autocomplete"))
    )


class ImpossibleLookups:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        refused = any(name.rpartition("__")[2] in REFUSED for name in request.GET)
        return bad_request(request, SuspiciousOperation()) if refused and is_staff_list(request) else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        sent = request.GET or request.POST
        if sent and isinstance(exception, IMPOSSIBLE) and is_staff_list(request):
            return bad_request(request, exception)
        return None
