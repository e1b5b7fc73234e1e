"""Show the invitation on sign-in and sign-up pages to visitors who followed one."""

from django import template
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from lessons.models import Cohort
from lessons.queries import cohort_by_code

register = template.Library()


@register.simple_tag
def invitation(request: HttpRequest) -> Cohort | None:
    """Return the cohort whose join page is in `next`, None without a query otherwise."""
    target = (request.POST.get("next") or request.GET.get("next") or "").partition("?")[0]
    if not target.startswith("/join/"):
        return None
    try:
        return cohort_by_code(resolve(target).kwargs.get("code", ""))
    except Resolver404:
        return None
