from functools import partial

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.contrib.messages import get_messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.context_processors import csrf
from django.template.loader import render_to_string
from django.utils.timezone import get_current_timezone_name
from django.views.decorators.http import require_POST, require_safe

from lessons import actions, lesson_queries, queries
from lessons.models import Enrollment, Lesson, Session
from lessons.pages.reading import reading_context
from lessons.pages.redirects import new_address
from lessons.pages.views.kept import PERSON, TOKEN, cache_by_state, cache_for_anonymous
from lessons.release import Horizon
from portal.accounts.http import UserRequest

PAGE = "lessons/lesson_detail.html"


@require_safe
@cache_for_anonymous
def lesson(request: HttpRequest, course: str, lesson: str) -> HttpResponse:
    own = lesson_queries.learner_lesson(request.user, course, lesson)
    if own and not get_messages(request):
        state = (own.told, get_current_timezone_name())
        return cache_by_state(request, state, partial(_learner_page, request, own))
    try:
        found = lesson_queries.get_lesson(request.user, course, lesson)
    except Http404:
        if request.user.is_authenticated or new_address(request):
            raise
        return redirect_to_login(request.get_full_path())
    response = render(request, PAGE, reading_context(found, csrf(request)["csrf_token"]))
    response.horizon = found.horizon  # type: ignore[attr-defined]  # for `cache_for_anonymous`
    return response


def _learner_page(request: HttpRequest, own: lesson_queries.LearnerLesson) -> tuple[str, Horizon]:
    found = own.open()
    context = {**reading_context(found, TOKEN), "person": PERSON}
    return render_to_string(PAGE, context, request), found.horizon


@login_required
@require_POST
def place(request: UserRequest, course: str, lesson: str) -> HttpResponse:
    found, _, enrollment = lesson_queries.get_enrolled_lesson(request.user, course, lesson)
    actions.keep_place(enrollment=enrollment, lesson=found, heading=request.POST.get("heading", ""))
    return HttpResponse(status=204)


@login_required
@require_POST
def read(request: UserRequest, course: str, lesson: str) -> HttpResponse:
    found, reader, enrollment = lesson_queries.get_enrolled_lesson(request.user, course, lesson)
    wanted = request.POST.get("read") != "no"
    actions.mark_read(enrollment=enrollment, lesson=found, read=wanted)
    if not wanted:
        return redirect(found)
    after = lesson_queries.lesson_after(reader, found.pk)
    return redirect(after.url if after else reader.course)


@login_required
@require_POST
def tick(request: UserRequest, course: str, lesson: str) -> HttpResponse:
    found, _, enrollment = lesson_queries.get_enrolled_lesson(request.user, course, lesson)
    return _tick(request, found, enrollment, back=found.get_absolute_url())


@login_required
@require_POST
def tick_prepared(request: UserRequest, course: str, session: str) -> HttpResponse:
    found, enrollment = queries.get_enrolled_session(request.user, course, session)
    return _tick(request, found, enrollment, back=f"{found.course.get_absolute_url()}#prepare-{found.slug}")


def _tick(request: UserRequest, of: Lesson | Session, enrollment: Enrollment, *, back: str) -> HttpResponse:
    key, done = request.POST.get("key", ""), request.POST.get("done") == "yes"
    try:
        actions.tick(enrollment=enrollment, of=of, key=key, done=done)
    except LookupError as error:
        raise Http404 from error
    return redirect(back)
