"""The pages of inquiries: one of them, the list of staff, and the list of a learner, with scores to ask about."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lessons.pages.breadcrumb import course_crumbs, staff_crumbs
from lessons.pages.context import Context
from lessons.pseudonyms import name_to_mark
from lessons.queries import OpenCourse, get_member_course
from lessons.quizzes.text import clean_lines
from portal.accounts.http import UserRequest
from portal.progress.inquiries import actions, queries
from portal.progress.inquiries.actions import CannotAskError, points_words
from portal.progress.inquiries.things import changed_scores, find_own_thing, thing_of
from portal.progress.models import Inquiry


@never_cache
@login_required
@require_safe
def inquiries(request: UserRequest, course: str) -> HttpResponse:
    """Show open inquiries to staff, and their own to learners."""
    reader = get_member_course(request.user, course)
    page = _staff_page(request, reader) if reader.is_staff else _learner_page(reader)
    if reader.is_staff and reader.enrollment:  # staff of one cohort may learn in another one
        own = _learner_page(reader)
        page |= {"own": own["rows"], "scores": own["scores"], "max_text": own["max_text"]}
    return render(request, "inquiries/list.html", {**page, "course": reader.course})


def _staff_page(request: UserRequest, reader: OpenCourse) -> Context:
    waiting = queries.open_inquiries(request.user, reader.course)
    rows = list(waiting[: queries.MAX_ROWS])
    done = list(queries.answered_inquiries(request.user, reader.course)[: queries.MAX_ROWS])
    return {
        "is_staff": True,
        "count": len(rows) if len(rows) < queries.MAX_ROWS else waiting.count(),
        "oldest": timezone.now() - rows[0].asked_at if rows else None,
        "rows": [(row, name_to_mark(row.enrollment)) for row in rows],
        "done": [(row, name_to_mark(row.enrollment)) for row in done],
        "crumbs": staff_crumbs(reader.course, ("Questions about grades", "")),
    }


def _learner_page(reader: OpenCourse) -> Context:
    if reader.enrollment is None:
        raise Http404
    return {
        "rows": [(row, "") for row in queries.inquiries_of(reader.enrollment)[: queries.MAX_ROWS]],
        "scores": changed_scores(reader.enrollment),
        "max_text": actions.MAX_TEXT,
        "crumbs": course_crumbs(reader.course, ("Questions about grades", "")),
    }


@never_cache
@login_required
@require_http_methods(["POST"])
def ask_inquiry(request: UserRequest) -> HttpResponse:
    """Ask about the posted thing. It must be the user's own."""
    thing = find_own_thing(request.POST.get("thing", ""), request.user)
    if thing is None:
        raise Http404
    reason = clean_lines(request.POST.get("reason", ""))
    try:
        found = actions.ask(thing=thing, by=request.user, reason=reason)
    except CannotAskError as error:
        page = {"error": str(error), "thing": request.POST["thing"], "title": thing.title, "text": reason}
        return render(request, "inquiries/ask.html", {**page, "back": thing.page}, status=422)
    messages.success(request, "Sent. Staff answer on this page, and you get a notice.")
    return redirect(actions.page_of(found))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def inquiry(request: UserRequest, inquiry: int) -> HttpResponse:
    """Show an inquiry; a POST of staff answers it."""
    found, is_staff = queries.get_inquiry(request.user, inquiry)
    page, status = {"text": "", "error": ""}, 200
    if request.method == "POST":
        if not is_staff or found.enrollment.user_id == request.user.pk:
            raise Http404
        text = clean_lines(request.POST.get("text", ""))
        has_changed = request.POST.get("outcome") == "changed"
        try:
            actions.answer(inquiry=found, by=request.user, text=text, has_changed=has_changed)
            return redirect("inquiry", found.pk)
        except CannotAskError as error:
            page, status = {"text": text, "error": str(error)}, 422
            found, _ = queries.get_inquiry(request.user, inquiry)
    return render(
        request, "inquiries/inquiry.html", {**_one(found, is_staff=is_staff), **page}, status=status
    )


def _one(found: Inquiry, *, is_staff: bool) -> Context:
    thing, course = thing_of(found), found.enrollment.course
    crumbs = staff_crumbs if is_staff else course_crumbs
    return {
        "inquiry": found,
        "is_staff": is_staff,
        "name": name_to_mark(found.enrollment) if is_staff else "You",
        "course": course,
        "changed": points_words(found) if found.state == Inquiry.State.CHANGED else "",
        "page": _page_for(found, is_staff=is_staff) or (thing.page if thing else ""),
        "max_text": actions.MAX_TEXT,
        "crumbs": crumbs(course, (found.title, "")),
    }


def _page_for(found: Inquiry, *, is_staff: bool) -> str:
    # staff see an attempt and a score of a learner on pages of their own
    if not is_staff or found.submission_id:
        return ""
    if found.attempt:
        quiz, key = found.attempt.quiz, found.thing.split(":", 2)[2]
        args = [quiz.course.slug, quiz.slug, found.attempt.number, found.enrollment_id]
        return f"{reverse('attempt_of', args=args)}#q-{key}"
    cohort = found.enrollment.cohort.slug
    return reverse("gradebook_learner", args=[found.enrollment.course.slug, cohort, found.enrollment_id])
