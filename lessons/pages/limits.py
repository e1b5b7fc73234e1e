"""Limits for requests of one visitor, counted in the memory of this process, so that they write nothing."""

import time

from allauth.core.internal.ratelimit import truncate_ip
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRefresh

from portal.accounts.http import client_address

MINUTE = 60


def is_over_limit(request: HttpRequest, what: str, limit: int) -> bool:
    """Count this request, and return True if it is above the limit of the current minute."""
    user = request.user
    who = f"user-{user.pk}" if user.is_authenticated else f"ip-{truncate_ip(client_address(request))}"
    key, counts = f"{what}:{who}:{int(time.time() / MINUTE)}", caches["searches"]
    counts.add(key, 0)
    return bool(counts.incr(key) > limit)


def refuse_poll(request: HttpRequest, what: str, limit: int) -> HttpResponse | None:
    """Return the answer to a poll that is not answered: of somebody who has signed out, or above the limit."""
    if not request.user.is_authenticated:  # signed out meanwhile: reload the whole page
        return HttpResponseClientRefresh()
    return refuse_for_a_minute(request) if is_over_limit(request, what, limit) else None


def refuse_for_a_minute(request: HttpRequest) -> HttpResponse:
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(MINUTE)
    return response
