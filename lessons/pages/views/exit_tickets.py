"""The exit ticket of a meeting: learners answer it, staff set it and read the answers."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lessons import exit_tickets as actions
from lessons.meeting_queries import OpenMeeting, get_meeting
from lessons.pages.breadcrumb import course_crumbs
from lessons.pages.context import Context
from lessons.pages.numbers import read_number
from lessons.pseudonyms import Names
from lessons.threads.texts import CannotWriteError
from portal.accounts.http import UserRequest


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def exit_ticket(request: UserRequest, course: str, cohort: str, session: str) -> HttpResponse:
    found = get_meeting(request.user, course, cohort, session)
    if request.method != "POST":
        return _show(request, found)
    try:
        if found.is_staff:
            _set(request, found)
            messages.success(request, "Saved.")
            return redirect("exit_ticket", course, cohort, session)
        _answer(request, found)
    except CannotWriteError as problem:
        return _show(request, found, error=str(problem))
    messages.success(request, "Thank you. Your answer was sent.")
    return redirect(found.meeting)


def _set(request: UserRequest, found: OpenMeeting) -> None:
    posted = request.POST
    actions.set_ticket(
        meeting=found.meeting,
        question=posted.get("question", ""),
        options=posted.get("options", ""),
        is_anonymous="is_anonymous" in posted,
        is_off="is_off" in posted,
        hours=read_number(posted.get("hours", "48")),
    )


def _answer(request: UserRequest, found: OpenMeeting) -> None:
    if found.enrollment is None:
        raise CannotWriteError("Only learners of this cohort answer.")
    text, shown = (request.POST.get(name, "") for name in ("answer", "shown"))
    actions.answer_ticket(meeting=found.meeting, enrollment=found.enrollment, text=text, shown=shown)


def _show(request: UserRequest, found: OpenMeeting, error: str = "") -> HttpResponse:
    ticket = actions.ticket_of(found.meeting)
    context: Context = {
        "course": found.reader.course,
        "crumbs": course_crumbs(
            found.reader.course,
            (found.meeting.session.title, found.meeting.get_absolute_url()),
            ("Exit ticket", ""),
        ),
        "meeting": found.meeting,
        "found": found,
        "ticket": ticket,
        "is_open": ticket.is_open(found.now),
        "error": error,
        "typed": request.POST,
    }
    if found.is_staff:
        context["results"] = actions.results_of(ticket, Names(request.user))
        context["options"] = request.POST.get("options") or "\n".join(ticket.options)
        context["question"] = request.POST.get("question") or ticket.question
        context["hours"] = request.POST.get("hours") or ticket.hours
    elif found.enrollment:
        context["has_answered"] = actions.has_answered(ticket, found.enrollment)
    return render(request, "lessons/exit_ticket.html", context, status=422 if error else 200)
