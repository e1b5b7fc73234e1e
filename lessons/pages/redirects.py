"""Redirect old URLs after renames in course files."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from lessons.models import Course, FormerSlug

# The URL parameters that contain slugs, with the course's manager for each.
PARTS = {"lesson": "lessons", "quiz": "quizzes", "lab": "labs"}


def former_addresses(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: redirect a missing page that was renamed."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if (
            response.status_code == 404
            and request.method in ("GET", "HEAD")
            and (address := new_address(request))
        ):
            return redirect(address)
        return response

    return answer


def new_address(request: HttpRequest) -> str:
    """Return the new URL of the requested page, "" if it was not renamed."""
    found = request.resolver_match
    if found is None:
        return ""
    names = {name.removesuffix("_slug"): name for name in found.kwargs}
    if "course" not in names:
        return ""
    kwargs: dict[str, Any] = dict(found.kwargs)
    course = _course(kwargs[names["course"]])
    if course is None:
        return ""
    kwargs[names["course"]] = course.slug
    for kind, rows in PARTS.items():
        if kind in names:
            kwargs[names[kind]] = _slug(course, kind, getattr(course, rows), kwargs[names[kind]])
    if kwargs == found.kwargs:
        return ""
    query = request.META.get("QUERY_STRING", "")
    return reverse(found.view_name, kwargs=kwargs) + (f"?{query}" if query else "")


def _course(slug: str) -> Course | None:
    former = (
        FormerSlug.objects.filter(kind=FormerSlug.Kind.COURSE, slug=slug, course__deletion=None)
        .select_related("course")
        .first()
    )
    return Course.objects.filter(slug=slug).first() or (former.course if former else None)


def _slug(course: Course, kind: str, rows: Any, slug: str) -> str:
    # The same slug if it was not renamed.
    former = FormerSlug.objects.filter(course=course, kind=kind, slug=slug).first()
    if former is None or rows.filter(slug=slug).exists():
        return slug
    return rows.filter(pk=former.target).values_list("slug", flat=True).first() or slug
