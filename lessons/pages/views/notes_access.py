"""The import of notes: who may use it, and what its pages have in common."""

from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from lessons.models import Course
from lessons.notes import NotesError
from lessons.pages.breadcrumb import staff_crumbs
from lessons.pages.context import Context
from lessons.pages.views.staff import AnyView, of_course
from portal.accounts.http import UserRequest


def of_notes(view: AnyView) -> AnyView:
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
    crumbs = staff_crumbs(course, ("Notes", reverse("notes", args=[course.slug])))
    if step > 1:
        crumbs.append((more["notes"].name if "notes" in more else "Import", ""))
    return {"course": course, "crumbs": crumbs, "step": step, **more}
