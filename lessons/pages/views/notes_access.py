"""The import of notes: who may use it, and what its pages have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from lessons import queries
from lessons.models import Course
from lessons.notes import NotesError
from lessons.pages.breadcrumb import course_crumbs
from lessons.pages.context import Context
from lessons.pages.views.authoring import staff_only
from portal.accounts.http import UserRequest

View = Callable[..., HttpResponseBase]


def of_course(view: View) -> View:
    """Call `view(request, course, …)` for staff of the course. Raises Http404 for other staff."""

    @wraps(view)
    def call(request: UserRequest, course: str, **kwargs: Any) -> HttpResponseBase:
        return view(request, queries.get_taught_course_by_slug(request.user, course), **kwargs)

    return never_cache(staff_only(call))


def of_notes(view: View) -> View:
    """Call `view(request, notes)`; notes that can no longer be read lead back to the first step."""

    def call(request: UserRequest, course: Course, notes: int) -> HttpResponseBase:
        row = get_object_or_404(course.notes.select_related("course"), pk=notes)
        try:
            return view(request, row)
        except NotesError as error:
            messages.error(request, f"{row.name} cannot be read. {error}")
            return redirect("notes", course.slug)

    return of_course(wraps(view)(call))


def page_context(course: Course, step: int, **more: Any) -> Context:
    crumbs = course_crumbs(course, ("Notes", reverse("notes", args=[course.slug])))
    if step > 1:
        crumbs.append((more["notes"].name if "notes" in more else "Import", ""))
    return {"course": course, "crumbs": crumbs, "step": step, **more}
