from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lessons.pages.limits import MINUTE, is_over_limit
from lessons.pages.search import search_context
from lessons.search import finding
from lessons.search.words import read_query

PAGE = "lessons/search.html"


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    query = read_query(request.GET.get("q", ""))
    if not query.is_short and is_over_limit(request, "search", settings.SEARCHES_PER_MINUTE):
        response = render(request, PAGE, {"query": query, "is_over_limit": True}, status=429)
        response["Retry-After"] = str(MINUTE)
        return response
    found = finding.search(request.user, query)
    return render(request, PAGE, search_context(request.user, query, found))
