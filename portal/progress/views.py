from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from lessons.live_queries import running_live_quizzes
from lessons.models import LiveQuiz
from lessons.pages.as_learner import View, read_view
from lessons.pages.csv_file import csv_response
from lessons.pages.limits import is_over_limit, refuse_for_a_minute
from lessons.pages.views.as_learner import in_view, stores_nothing, with_a_form
from lessons.queries import OpenCourse, get_course, get_member_course, get_taught_course_by_slug, open_courses
from lessons.release import NotOpenYetError
from portal.accounts.audit import Event, record
from portal.accounts.http import UserRequest
from portal.dev_mail import has_inbox
from portal.notices.queries import unread_notices
from portal.progress.certificates.offers import offer_certificate
from portal.progress.notes_file import write_notes
from portal.progress.pages import ProgressPage
from portal.progress.presentation import (
    add_checklists,
    keep_in_view,
    keep_record_in_view,
    keep_standing_in_view,
)
from portal.progress.queries import course_outline, course_standing, public_lessons, upcoming_start
from portal.progress.record_queries import read_record
from portal.progress.score_files import HEADS, score_file, score_rows
from portal.progress.skills import read_skills

MAX_FILES = 6  # a minute, of one person: a file has every lesson of the course


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    courses = [course_standing(reader) for reader in open_courses(request.user)]
    if courses:
        context = {"courses": courses, "course": courses[0].course}
        return render(
            request,
            "progress/home.html",
            {
                **context,
                "live_now": _live_now(request, [each.reader for each in courses]),
                "notices": unread_notices(request.user),
            },
        )
    upcoming = None if request.user.is_authenticated else upcoming_start()
    return render(request, "progress/welcome.html", {"lessons": public_lessons(), "upcoming": upcoming})


@require_safe
def course(request: HttpRequest, course: str) -> HttpResponse:
    outline = course_outline(get_course(request.user, course))
    add_checklists(request, outline)
    context = {"course": outline.course, "outline": outline, "live_now": _live_now(request, [outline.reader])}
    if enrollment := outline.reader.enrollment:
        context["certificate"] = offer_certificate(outline.reader, enrollment, is_passed=outline.is_passed)
    return render(request, "progress/course.html", context)


@with_a_form
@require_safe
def course_as_learner(request: UserRequest, course: str) -> HttpResponse:
    view = read_view(request, get_taught_course_by_slug(request.user, course))
    if not request.GET:  # the button that starts the view; its pages carry the cohort and the time
        record(
            Event.VIEW, f"views {view.course} as a learner of {view.cohort.title if view.cohort else 'none'}"
        )
    outline = course_outline(view.reader)
    keep_in_view(view, outline)
    context = {"course": view.course, "outline": outline, "view": view}
    status = 422 if view.form.errors else 200
    return render(request, "progress/course.html", context, status=status)


@stores_nothing
@in_view
def home_as_learner(request: UserRequest, view: View) -> HttpResponse:
    standing = course_standing(view.reader)
    keep_standing_in_view(view, standing)
    context = {"courses": [standing], "course": view.course, "view": view}
    return render(request, "progress/home.html", context)


@stores_nothing
@in_view
def progress_as_learner(request: UserRequest, view: View) -> HttpResponse:
    record = read_record(view.reader)
    keep_record_in_view(view, record)
    context = {"course": view.course, "record": record, "page": ProgressPage(record), "view": view}
    return render(request, "progress/progress.html", context)


def _live_now(request: HttpRequest, readers: Iterable[OpenCourse]) -> list[LiveQuiz]:
    courses = [reader.course for reader in readers if reader.has_live]
    return running_live_quizzes(request.user, courses) if courses else []


@login_required
@require_safe
def progress(request: UserRequest, course: str) -> HttpResponse:
    reader = get_member_course(request.user, course)
    context: dict[str, object] = {"course": reader.course}
    if reader.enrollment:
        record = read_record(reader)
        context |= {"record": record, "page": ProgressPage(record)}
    response = render(request, "progress/progress.html", context)
    patch_cache_control(response, no_store=True)
    return response


@login_required
@require_safe
def skills(request: UserRequest, course: str) -> HttpResponse:
    """Show the skills of a learner as a page, or as the card that the progress page loads."""
    reader = get_member_course(request.user, course)
    if reader.enrollment is None:  # staff have no results
        raise Http404
    found = read_skills(reader, reader.enrollment)
    name = "progress/_skills.html" if request.headers.get("HX-Request") else "progress/skills.html"
    response = render(request, name, {"course": reader.course, "skills": found})
    patch_vary_headers(response, ["HX-Request"])
    patch_cache_control(response, no_store=True)
    return response


@login_required
@require_safe
def course_notes(request: UserRequest, course: str) -> HttpResponse:
    """Download the lessons that the user may read, and the notes of their classes, as one file."""
    reader = get_member_course(request.user, course)
    if is_over_limit(request, "notes-file", MAX_FILES):
        return refuse_for_a_minute(request)
    response = HttpResponse(write_notes(reader))
    response["Content-Disposition"] = f'attachment; filename="{reader.course.slug}-notes.html"'
    patch_cache_control(response, no_store=True)
    return response


@login_required
@require_safe
def scores_csv(request: UserRequest, course: str) -> HttpResponse:
    record = read_record(get_member_course(request.user, course))
    rows = [list(row.values()) for row in score_rows(record, settings.PUBLIC_URL)]
    response = csv_response(f"scores-{course}.csv", HEADS, rows)
    patch_cache_control(response, no_store=True)
    return response


@login_required
@require_safe
def scores_json(request: UserRequest, course: str) -> HttpResponse:
    record = read_record(get_member_course(request.user, course))
    scores = score_file(record, settings.PUBLIC_URL)
    response = JsonResponse(scores, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="scores-{course}.json"'
    patch_cache_control(response, no_store=True)
    return response


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "help.html", {"help_email": settings.HELP_EMAIL, "has_dev_mail": has_inbox()})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, NotOpenYetError):
        page = {"course": exception.course, "title": exception.title, "opens_at": exception.opens_at}
        return render(request, "lessons/not_open.html", page, status=403)
    return render(request, "403.html", {"reason": str(exception or "")}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    # Uses neither the database nor context processors, either of which may be broken.
    return HttpResponse(get_template("500.html").render({"site_name": settings.SITE_NAME}), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403.html", {"reason": "expired"}, status=403)
