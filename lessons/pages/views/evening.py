from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lessons.pages.breadcrumb import staff_crumbs
from lessons.pages.evening import get_evening
from lessons.pages.views.staff import staff_only
from portal.accounts.http import UserRequest


@never_cache
@staff_only
@require_safe
def evening_plan(request: UserRequest, course: str, session: str) -> HttpResponse:
    evening = get_evening(request.user, course, session, request.GET.get("cohort", ""))
    above = (evening.session.title, f"{evening.course.get_absolute_url()}#session-{session}")
    crumbs = staff_crumbs(evening.course, above, ("Plan", ""))
    context = {"course": evening.course, "evening": evening, "crumbs": crumbs}
    return render(request, "lessons/evening.html", context)
