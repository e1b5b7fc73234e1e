"""Announcements: read them, and for staff write, change, pin and withdraw them."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lessons import announcements as actions
from lessons.models import Announcement, Course
from lessons.models.cohort import has_local_time
from lessons.pages.breadcrumb import course_crumbs, staff_crumbs
from lessons.pages.context import Context
from lessons.pages.views.staff import of_course
from lessons.queries import get_member_course
from lessons.rendering import render_remark
from lessons.rights import cohorts_taught
from lessons.templatetags.times import reader_zone
from lessons.threads.texts import CannotWriteError
from portal.accounts.http import UserRequest

ON_PAGE = 30
TIME = "%Y-%m-%dT%H:%M"  # of an input of the type datetime-local


@never_cache
@login_required
@require_safe
def announcements(request: UserRequest, course: str) -> HttpResponse:
    reader = get_member_course(request.user, course)
    rows = actions.announcements_for(request.user, reader)
    rows = rows if reader.is_staff else rows.filter(withdrawn_at=None)
    page = Paginator(rows, ON_PAGE).get_page(request.GET.get("page", "1"))
    crumbs = staff_crumbs if reader.is_staff else course_crumbs
    context = {
        "course": reader.course,
        "crumbs": crumbs(reader.course, ("Announcements", "")),
        "is_staff": reader.is_staff,
        "page": page,
        "learners": actions.count_learners(each.cohort_id for each in page) if reader.is_staff else {},
        "now": reader.now,
    }
    return render(request, "lessons/announcements/list.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def announcement(request: UserRequest, course: str, announcement: int) -> HttpResponse:
    found = actions.get_announcement(request.user, course, announcement)
    row: Announcement = found.announcement
    if request.method == "POST":
        return _act(request, found, row)
    counts = actions.count_learners([row.cohort_id]) if found.is_staff else {}
    context = {
        "course": found.reader.course,
        "crumbs": course_crumbs(found.reader.course, ("Announcement", "")),
        "found": found,
        "row": row,
        "learners": counts.get(row.cohort_id, 0),
        "is_scheduled": row.publish_at > found.reader.now,
    }
    return render(request, "lessons/announcements/show.html", context)


def _act(request: UserRequest, found: actions.OpenAnnouncement, row: Announcement) -> HttpResponse:
    action = request.POST.get("action", "")
    if action == "withdraw" and found.is_staff:
        actions.withdraw(announcement=row)
    elif action in ("pin", "unpin") and found.is_staff:
        actions.pin(announcement=row, is_pinned=action == "pin")
    elif found.enrollment and action == "read":
        actions.mark_read(announcement=row, enrollment=found.enrollment)
        return redirect("home")
    else:
        raise Http404
    return redirect(row)


# --- writing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Typed:
    """The fields of the form as typed."""

    title: str
    text: str
    at: str
    is_pinned: bool

    @classmethod
    def of(cls, request: HttpRequest) -> "Typed":
        title, text, at = (request.POST.get(name, "") for name in ("title", "text", "at"))
        return cls(title, text, at, "is_pinned" in request.POST)

    def read_time(self) -> datetime | None:
        """Return the time in the zone of the reader, None if it is empty. Raises CannotWriteError."""
        if not self.at.strip():
            return None
        try:
            local = datetime.strptime(self.at.strip()[:16], TIME)  # noqa: DTZ007 - the zone comes next
        except ValueError as error:
            raise CannotWriteError("Enter a date and time, such as 2026-12-05T20:30.") from error
        if not 2000 <= local.year < 2200 or not has_local_time(reader_zone(), local):
            raise CannotWriteError("The clocks skip this time. Choose a different one.")
        return local.replace(tzinfo=reader_zone())


@of_course
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: UserRequest, course: Course) -> HttpResponse:
    typed = Typed.of(request)
    given = request.POST if request.method == "POST" else request.GET
    cohorts = list(cohorts_taught(request.user).filter(course=course).order_by("slug"))
    chosen = next((each for each in cohorts if each.slug == given.get("cohort")), None)
    context: Context = {"cohorts": cohorts, "cohort": chosen}
    if request.method != "POST":
        return _form(request, course, typed, context)
    try:
        if chosen is None:
            raise CannotWriteError("Choose a cohort.")
        at = typed.read_time()
        if "preview" in request.POST:
            return _preview(request, course, typed, context, at)
        made = actions.announce(
            cohort=chosen,
            by=request.user,
            title=typed.title,
            text=typed.text,
            at=at,
            is_pinned=typed.is_pinned,
        )
    except CannotWriteError as problem:
        return _form(request, course, typed, {**context, "error": str(problem)}, status=422)
    messages.success(
        request, f"Sent to {chosen.title}." if made.sent_at else f"Scheduled for {chosen.title}."
    )
    return redirect(made)


@of_course
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: UserRequest, course: Course, announcement: int) -> HttpResponse:
    found = actions.get_announcement(request.user, course.slug, announcement)
    if not found.is_staff:
        raise Http404
    row = found.announcement
    is_published = row.publish_at <= timezone.now()
    context: Context = {"row": row, "cohort": row.cohort, "is_published": is_published}
    if request.method != "POST":
        at = "" if is_published else row.publish_at.astimezone(reader_zone()).strftime(TIME)
        return _form(request, course, Typed(row.title, row.text, at, row.is_pinned), context)
    typed = Typed.of(request)
    try:
        at = None if is_published else typed.read_time()
        if "preview" in request.POST:
            return _preview(request, course, typed, context, at)
        actions.edit_announcement(
            announcement=row, title=typed.title, text=typed.text, at=at, is_pinned=typed.is_pinned
        )
    except CannotWriteError as problem:
        return _form(request, course, typed, {**context, "error": str(problem)}, status=422)
    return redirect(row)


def _preview(
    request: UserRequest, course: Course, typed: Typed, context: Context, at: datetime | None
) -> HttpResponse:
    _, text = actions.check_announcement(title=typed.title, text=typed.text, at=at)
    return _form(request, course, typed, {**context, "preview": _html(text)})


def _html(text: str) -> SafeString:
    return mark_safe(render_remark(text))  # noqa: S308 - sanitised by lessons.rendering


def _form(
    request: UserRequest, course: Course, typed: Typed, more: Context, status: int = 200
) -> HttpResponse:
    crumbs = staff_crumbs(course, ("Announcement", ""))
    context = {"course": course, "crumbs": crumbs, "typed": typed, "zone": str(reader_zone()), **more}
    return render(request, "lessons/announcements/form.html", context, status=status)
