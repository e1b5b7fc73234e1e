import time

from allauth.core.internal.ratelimit import truncate_ip
from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lessons.pages.search import search_context
from lessons.search import finding
from lessons.search.words import read_query
from portal.accounts.http import client_address

PAGE = "lessons/search.html"
MINUTE = 60


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    query = read_query(request.GET.get("q", ""))
    if not query.is_short and _is_over_limit(request):
        response = render(request, PAGE, {"query": query, "is_over_limit": True}, status=429)
        response["Retry-After"] = str(MINUTE)
        return response
    found = finding.search(request.user, query)
    return render(request, PAGE, search_context(request.user, query, found))


def _is_over_limit(request: HttpRequest) -> bool:
    # Counted in the memory of this process, so that a search writes nothing to the database.
    user = request.user
    who = f"user-{user.pk}" if user.is_authenticated else f"ip-{truncate_ip(client_address(request))}"
    key, counts = f"{who}:{int(time.time() / MINUTE)}", caches["searches"]
    counts.add(key, 0)
    return bool(counts.incr(key) > settings.SEARCHES_PER_MINUTE)
