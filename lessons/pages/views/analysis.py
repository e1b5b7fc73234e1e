from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lessons.analysis_queries import get_taught_quiz
from lessons.pages import item_analysis as pages
from lessons.pages.csv_file import csv_response
from lessons.pages.views.staff import staff_only
from portal.accounts.http import UserRequest

FILES = {
    "questions": (pages.HEADS, pages.question_rows),
    "answers": (pages.ANSWER_HEADS, pages.answer_rows),
}


@never_cache
@staff_only
@require_safe
def item_analysis(request: UserRequest, course: str, quiz: str) -> HttpResponse:
    found = get_taught_quiz(request.user, course, quiz)
    return render(
        request,
        "lessons/item_analysis.html",
        pages.analysis_page(found, request.GET.get("version", ""), request.user),
    )


@never_cache
@staff_only
@require_safe
def item_analysis_csv(request: UserRequest, course: str, quiz: str, of: str) -> HttpResponse:
    found = get_taught_quiz(request.user, course, quiz)
    if of not in FILES:
        raise Http404
    heads, rows = FILES[of]
    return csv_response(f"{quiz}-{of}.csv", heads, rows(found, request.GET.get("version", "")))
