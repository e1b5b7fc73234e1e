"""The help queue, for staff of a course."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lessons import class_actions
from lessons.models import Cohort, Course, MeetingSignal
from lessons.pages import help_queue as pages
from lessons.pages.limits import refuse_poll
from lessons.pages.numbers import read_number
from lessons.pages.views.staff import of_course
from lessons.queries import get_taught_course_by_slug
from lessons.rights import cohorts_taught, of_own_learners
from lessons.threads.queue import get_queue_state
from portal.accounts.http import UserRequest
from portal.accounts.models import User

MAX_POLLS = 60  # a minute, for one person


@of_course
@require_http_methods(["GET", "HEAD", "POST"])
def help_queue(request: UserRequest, course: Course) -> HttpResponse:
    cohort = _cohort(request, course)
    if request.method == "POST":
        _clear(request.user, course, read_number(request.POST.get("signal", "")))
        address = reverse("help-queue", args=[course.slug])
        return redirect(f"{address}?cohort={cohort.slug}" if cohort else address)
    return render(request, "lessons/threads/help_queue.html", pages.queue_page(course, cohort, request.user))


def _cohort(request: UserRequest, course: Course) -> Cohort | None:
    slug = request.GET.get("cohort", "")
    found = cohorts_taught(request.user).filter(course=course, slug=slug).first() if slug else None
    if slug and found is None:
        raise Http404
    return found


def _clear(user: User, course: Course, key: int) -> None:
    own = of_own_learners(user, "meeting__cohort")
    sent = MeetingSignal.objects.filter(own, course=course, pk=key, kind=MeetingSignal.Kind.STUCK)
    for each in sent.select_related("meeting", "enrollment"):
        class_actions.clear_signal(meeting=each.meeting, enrollment=each.enrollment, kind=each.kind)


@never_cache
@require_safe
def poll(request: UserRequest, course: str) -> HttpResponse:
    """Return the part of the page that changes if it differs from `v`, or 204."""
    if refusal := refuse_poll(request, "help-poll", MAX_POLLS):
        return refusal
    if get_queue_state(request.user, course).cursor == request.GET.get("v", ""):
        return HttpResponse(status=204)
    taught = get_taught_course_by_slug(request.user, course)
    context = pages.queue_page(taught, _cohort(request, taught), request.user)
    return render(request, "lessons/threads/_queue_changed.html", context)
