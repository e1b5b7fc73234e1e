"""The staff's start page, and the outline of a course, where its order is edited."""

from collections.abc import Callable
from functools import partial

from django.contrib import admin, messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from labs.authoring.saving import order_labs
from lessons.authoring import (
    OrderChangedError,
    Place,
    add_session,
    current_order,
    move_into,
    order_course,
    shift,
    shift_within,
)
from lessons.models import Course, CourseStaff
from lessons.models.course import MAX_TITLE
from lessons.pages.breadcrumb import staff_crumbs
from lessons.pages.numbers import read_number
from lessons.pages.views.staff import of_course
from lessons.queries import leads
from portal.accounts.http import UserRequest
from portal.progress.teaching.presentation import Card, card_of, heading
from portal.progress.teaching.queries import MAX_COURSES, facts_of, roles_of, taught_courses
from portal.progress.teaching.start import start_context

CHANGED = "Not saved: something was added or removed in the meantime. This is the current order."
INSTRUCTOR = CourseStaff.Role.INSTRUCTOR
STEPS = {"up": -1, "down": 1}
Moved = tuple[list[Place], Place | None]
MAX_PLACES = 900  # of an order in one form; Django reads 1,000 fields


@never_cache
@require_safe
def staff_home(request: UserRequest) -> HttpResponse:
    """Show the courses that the user teaches. The admin's wrapper lets only staff in."""
    now = timezone.now()
    courses = list(taught_courses(request.user)[: MAX_COURSES + 1])
    shown = courses[:MAX_COURSES]
    roles = roles_of(request.user, shown)
    cards = [
        card_of(
            facts,
            is_open=not number or not facts.outline.sessions,
            is_instructor=request.user.is_superuser or roles.get(facts.course.pk) == INSTRUCTOR,
        )
        for number, facts in enumerate(facts_of(shown, now=now, user=request.user))
    ]
    context = {
        "title": heading(cards, now),
        "cards": cards,
        "has_more": len(courses) > MAX_COURSES,
        **start_context(cards, now),
        "app_list": admin.site.get_app_list(request),
        "back": "home",
        **_rights(request),
    }
    return render(request, "teaching/home.html", context)


def _rights(request: UserRequest) -> dict[str, bool]:
    return {"may_add_course": request.user.has_perm("lessons.add_course")}


@of_course
@require_safe
def outline(request: UserRequest, course: Course) -> HttpResponse:
    now = timezone.now()
    [facts] = facts_of([course], now=now, user=request.user, whole=True)
    card: Card = card_of(facts, is_open=True, is_instructor=leads(request.user, course))
    places = len(facts.outline.sessions) + sum(len(each.lessons) for each in facts.outline.sessions)
    context = {
        "course": course,
        "crumbs": staff_crumbs(None, (course.title, "")),
        "card": card,
        "back": "outline",
        "may_order": places <= MAX_PLACES,
        **_rights(request),
    }
    return render(request, "teaching/outline.html", context)


@of_course
@require_POST
def order(request: UserRequest, course: Course) -> HttpResponse:
    """Save the order of the form, with one step or one move applied to it if a button asks for it."""
    wanted, moved = _wanted(request, course)
    return _save_order(request, course, partial(order_course, order=wanted), moved)


@of_course
@require_POST
def labs(request: UserRequest, course: Course) -> HttpResponse:
    places = [_place(text) for text in request.POST.getlist("place")]
    wanted, moved = _step(request, places, shift_within)
    keys = [key if kind == "lab" else 0 for kind, key in wanted]
    return _save_order(request, course, partial(order_labs, order=keys), moved)


def _save_order(
    request: UserRequest, course: Course, save: Callable[..., None], moved: Place | None
) -> HttpResponse:
    try:
        save(course=course, by=request.user)
    except OrderChangedError:
        if _is_script(request):
            return HttpResponse(CHANGED, status=409, content_type="text/plain; charset=utf-8")
        messages.error(request, CHANGED)
        return redirect(_back(request, course))
    if _is_script(request):
        return HttpResponse(status=204)
    return redirect(_back(request, course) + (f"#{moved[0]}-{moved[1]}" if moved else ""))


def _wanted(request: UserRequest, course: Course) -> Moved:
    if "into" in request.POST:
        moved = _place(request.POST.get("lesson", ""))
        return move_into(current_order(course), moved, _place(request.POST["into"])), moved
    return _step(request, [_place(text) for text in request.POST.getlist("place")], shift)


def _step(request: UserRequest, places: list[Place], move: Callable[..., list[Place]]) -> Moved:
    step, _, name = request.POST.get("move", "").partition(" ")
    if step not in STEPS:
        return places, None
    return move(places, _place(name), STEPS[step]), _place(name)


def _place(text: str) -> Place:
    # `lesson-12` is a kind and a key; anything else gets a key that no row has.
    kind, _, key = text.partition("-")
    return kind, read_number(key)


def _is_script(request: UserRequest) -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _back(request: UserRequest, course: Course) -> str:
    at_home = request.POST.get("back") == "home"
    return reverse("admin:index") if at_home else reverse("teach", args=[course.slug])


@of_course
@require_POST
def sessions(request: UserRequest, course: Course) -> HttpResponse:
    title = " ".join(request.POST.get("title", "").split())
    if not title or len(title) > MAX_TITLE or "\0" in title:
        words = f"Enter a title of at most {MAX_TITLE} characters for the session."
        messages.error(request, words)
        return redirect(f"{_back(request, course)}#new-session-{course.slug}")
    session = add_session(course=course, title=title)
    messages.success(request, f"You added the session {session}. Now add a lesson to it.")
    return redirect(f"{_back(request, course)}#session-{session.pk}")
