"""The class page, before, during and after the class, and attendance."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lessons import class_actions
from lessons.class_actions import ClassNotLiveError, NotesChangedError
from lessons.meeting_queries import (
    OpenMeeting,
    get_class_state,
    get_meeting,
    get_meeting_to_run,
    learners_of,
)
from lessons.models import MeetingSignal
from lessons.pages import meeting as pages
from lessons.pages.context import Context
from lessons.pages.limits import is_over_limit, refuse_for_a_minute, refuse_poll
from lessons.pages.numbers import read_number
from lessons.pages.views.staff import staff_only
from lessons.quizzes.text import clean_lines
from lessons.rendering import TooComplexError
from lessons.threads import helping
from portal.accounts.http import UserRequest

MAX_POLLS = 60  # a minute, for one person
MAX_SIGNALS = 20
MAX_URL = 200


@never_cache
@login_required
@require_safe
def meeting(request: UserRequest, course: str, cohort: str, session: str) -> HttpResponse:
    found = get_meeting(request.user, course, cohort, session)
    return _show(request, found)


def _show(request: UserRequest, found: OpenMeeting, *, status: int = 200, **more: object) -> HttpResponse:
    context: Context = {"notes": found.meeting.notes, "notes_since": found.meeting.notes_at, **more}
    context = {**pages.class_page(found, request.user), **context}
    return render(request, "lessons/meeting.html", context, status=status)


@never_cache
@require_safe
def poll(request: HttpRequest, course: str, cohort: str, session: str) -> HttpResponse:
    """Return the part of the page that changes if it differs from `v`, or 204."""
    if refusal := refuse_poll(request, "class-poll", MAX_POLLS):
        return refusal
    cursor = request.GET.get("v", "")
    state = get_class_state(request.user, course, cohort, session)
    if pages.is_up_to_date(cursor, state, timezone.now()):
        return HttpResponse(status=204)
    found = get_meeting(request.user, course, cohort, session)
    return _part(request, found, pages.announcement(cursor, found.phase))


def _part(request: HttpRequest, found: OpenMeeting, say: str) -> HttpResponse:
    context = {**pages.class_page(found, request.user), "say": say}
    return render(request, "lessons/_class_changed.html", context)


@login_required
@require_POST
def signal(request: UserRequest, course: str, cohort: str, session: str) -> HttpResponse:
    """Send or withdraw “I’m stuck” or “Slow down”, as a learner."""
    found = get_meeting(request.user, course, cohort, session)
    withdrawn = request.POST.get("withdraw", "")
    kind = withdrawn or request.POST.get("kind", "")
    if found.enrollment is None or kind not in MeetingSignal.Kind:
        raise Http404
    if is_over_limit(request, "class-signal", MAX_SIGNALS):
        return refuse_for_a_minute(request)
    act = helping.withdraw_signal if withdrawn else class_actions.send_signal
    try:
        act(meeting=found.meeting, enrollment=found.enrollment, kind=kind)
        say = "Withdrawn." if withdrawn else "Sent to your instructor."
    except ClassNotLiveError as error:
        say = str(error)
        if not request.htmx:
            messages.error(request, say)
    return _part(request, found, say) if request.htmx else redirect(found.meeting)


@login_required
@require_POST
def note_join(request: UserRequest, course: str, cohort: str, session: str) -> HttpResponse:
    """Note that a learner followed the link to join. The script of the page sends it."""
    found = get_meeting(request.user, course, cohort, session)
    if found.enrollment and not is_over_limit(request, "class-joined", MAX_SIGNALS):
        class_actions.note_join(meeting=found.meeting, enrollment=found.enrollment)
    return HttpResponse(status=204)


@never_cache
@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def attendance(request: UserRequest, course: str, cohort: str, session: str) -> HttpResponse:
    found = get_meeting_to_run(request.user, course, cohort, session)
    if request.method != "POST":
        number = request.GET.get("page", "1")
        context = pages.attendance_page(found, number, joined="joined" in request.GET)
        return render(request, "lessons/attendance.html", context)
    keys = {read_number(each) for each in request.POST.get("learners", "").split(",")}
    learners = learners_of(found.meeting).filter(pk__in=sorted(keys)[: pages.MAX_LEARNERS_ON_PAGE])
    present = {read_number(each) for each in request.POST.getlist("present")}
    class_actions.mark_attendance(
        meeting=found.meeting, learners=list(learners), present=present, by=request.user
    )
    messages.success(request, "Attendance saved. Learners see their own on the class page.")
    return redirect(request.get_full_path())


@never_cache
@staff_only
@require_POST
def run(request: UserRequest, course: str, cohort: str, session: str) -> HttpResponse:
    """Save the notes or the recording, or clear signals."""
    found = get_meeting_to_run(request.user, course, cohort, session)
    action = request.POST.get("action", "")
    if action == "notes":
        return _save_notes(request, found)
    if action == "recording":
        return _save_recording(request, found)
    if action in MeetingSignal.Kind:
        newest = read_number(request.POST.get("newest", ""))
        class_actions.clear_signals(meeting=found.meeting, kind=action, newest=newest)
    return redirect(found.meeting)


def _save_notes(request: UserRequest, found: OpenMeeting) -> HttpResponse:
    text = clean_lines(request.POST.get("notes", ""))
    error = ""
    if len(text) > pages.MAX_NOTES:
        error = f"Not saved: the notes have {len(text):,} characters. Shorten them to {pages.MAX_NOTES:,}."
    else:
        try:
            class_actions.save_notes(meeting=found.meeting, notes=text, since=_since(request))
        except NotesChangedError:
            error = (
                "Not saved: somebody else saved the notes meanwhile. Their notes are shown above. "
                "Add what is missing from them to yours, and save again."
            )
        except TooComplexError as problem:
            error = f"Not saved: {problem}"
    if not error:
        messages.success(request, "Notes saved. Learners see them within seconds.")
        return redirect(found.meeting)
    since = found.meeting.notes_at
    return _show(request, found, status=422, notes=text, notes_since=since, notes_error=error)


def _since(request: HttpRequest) -> datetime | None:
    try:
        return parse_datetime(request.POST.get("since", ""))
    except ValueError:
        return None


def _save_recording(request: UserRequest, found: OpenMeeting) -> HttpResponse:
    url = request.POST.get("recording_url", "").strip()
    url = url if not url or "://" in url else f"https://{url}"
    if url and (error := _problem_of(url)):
        return _show(request, found, status=422, recording=url, recording_error=error)
    class_actions.save_recording(meeting=found.meeting, url=url)
    messages.success(request, "Link to the recording saved." if url else "Link removed.")
    return redirect(found.meeting)


def _problem_of(url: str) -> str:
    if len(url) > MAX_URL:
        return f"This link has {len(url)} characters. Use a link of at most {MAX_URL}."
    try:
        URLValidator(["http", "https"])(url)
    except ValidationError:
        return "Enter the address of a page, such as https://video.example.org/1."
    return ""
