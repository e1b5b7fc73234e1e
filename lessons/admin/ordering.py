"""The order of a course's sessions and lessons, edited on one page."""

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from lessons.admin.scope import get_row_to_change
from lessons.authoring import OrderChangedError, Place, order_course
from lessons.models import Course, Lesson
from portal.accounts.http import UserRequest

CHANGED = "Not saved: sessions or lessons were added or removed in the meantime. This is the current order."


def order_view(options: "ModelAdmin[Course]", request: UserRequest, object_id: str) -> HttpResponse:
    course = get_row_to_change(options, request, object_id)
    if request.method == "POST":
        return _save(request, course)
    context = {
        **options.admin_site.each_context(request),
        "title": f"Order of {course}",
        "course": course,
        "opts": options.opts,
        "sessions": course.sessions.prefetch_related(
            Prefetch("lessons", Lesson.objects.order_by("position", "pk").only("title", "status", "session"))
        ),
    }
    return TemplateResponse(request, "admin/authoring/order.html", context)


def _save(request: UserRequest, course: Course) -> HttpResponse:
    try:
        order = [_place(text) for text in request.POST.getlist("place")]
        order_course(course=course, order=order, by=request.user)
    except OrderChangedError:
        messages.error(request, CHANGED)
    else:
        messages.success(request, "You saved the order.")
    return redirect(request.path)


def _place(text: str) -> Place:
    # `lesson-12` is a kind and a key; anything else gets a key that no row has.
    kind, _, key = text.partition("-")
    return kind, int(key) if key.isdecimal() else 0
