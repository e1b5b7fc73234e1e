from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from lessons import actions, queries
from lessons.presentation import reading_context


@require_safe
def lesson(request: HttpRequest, course: str, lesson: str) -> HttpResponse:
    try:
        found = queries.get_lesson(request.user, course, lesson)
    except Http404:
        if request.user.is_authenticated:
            raise
        return redirect_to_login(request.get_full_path())
    return render(request, "lessons/lesson_detail.html", reading_context(found, request))


@login_required
@require_POST
def place(request: HttpRequest, course: str, lesson: str) -> HttpResponse:
    found = queries.get_enrolled_lesson(request.user, course, lesson)
    actions.keep_place(
        enrollment=found.enrollment, lesson=found.lesson, heading=request.POST.get("heading", "")
    )
    return HttpResponse(status=204)


@login_required
@require_POST
def read(request: HttpRequest, course: str, lesson: str) -> HttpResponse:
    found = queries.get_enrolled_lesson(request.user, course, lesson)
    wanted = request.POST.get("read") != "no"
    actions.mark_read(enrollment=found.enrollment, lesson=found.lesson, read=wanted)
    _, after = queries.neighbours(found)
    return redirect(after if after and wanted else found.lesson.course if wanted else found.lesson)


@login_required
@require_POST
def tick(request: HttpRequest, course: str, lesson: str) -> HttpResponse:
    found = queries.get_enrolled_lesson(request.user, course, lesson)
    return _tick(request, of=found.lesson, enrollment=found.enrollment, back=found.lesson.get_absolute_url())


@login_required
@require_POST
def tick_prepared(request: HttpRequest, course: str, session: str) -> HttpResponse:
    found, enrollment = queries.get_enrolled_session(request.user, course, session)
    back = f"{found.course.get_absolute_url()}#prepare-{found.slug}"
    return _tick(request, of=found, enrollment=enrollment, back=back)


def _tick(request: HttpRequest, *, of, enrollment, back: str) -> HttpResponse:
    try:
        actions.tick(
            enrollment=enrollment,
            of=of,
            key=request.POST.get("key", ""),
            done=request.POST.get("done") == "yes",
        )
    except LookupError as error:
        raise Http404 from error
    if request.htmx:
        return HttpResponse(status=204)
    return redirect(back)
