"""Pages of a course as a learner sees them, for its staff. They store nothing."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.context_processors import csrf
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lessons import lesson_queries, queries, quiz_queries
from lessons.pages import quiz as quiz_pages
from lessons.pages import quiz_as_learner as trial
from lessons.pages.as_learner import View, keep_within, read_view
from lessons.pages.reading import lesson_body, reading_context
from lessons.pages.review import review_page
from lessons.pages.views.staff import AnyView, staff_only
from lessons.queries import OpenCourse
from lessons.release import NotOpenYetError
from portal.accounts.http import UserRequest


def stores_nothing(view: AnyView) -> AnyView:
    """Serve a page to staff that may neither send a form nor make a request."""
    policy = {"form-action": [NONE], "connect-src": [NONE]}
    return never_cache(staff_only(require_safe(csp_replace(policy)(view))))


def with_a_form(view: AnyView) -> AnyView:
    """Serve a page to staff whose forms lead to the view itself."""
    policy = {"form-action": [SELF], "connect-src": [NONE]}
    allowed = require_http_methods(["GET", "HEAD", "POST"])
    return never_cache(staff_only(allowed(csp_replace(policy)(view))))


def in_view(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Call `page(request, view, …)` with the view that the URL asks for; show it if something opens later in it."""

    @wraps(page)
    def call(request: UserRequest, course: str, **kwargs: str) -> HttpResponse:
        view = read_view(request, queries.get_taught_course_by_slug(request.user, course))
        try:
            return page(request, view, **kwargs)
        except NotOpenYetError as error:
            context = {"course": view.course, "title": error.title, "opens_at": error.opens_at, "view": view}
            return render(request, "lessons/not_open.html", context)

    return call


@stores_nothing
def lesson(request: UserRequest, course: str, lesson: str) -> HttpResponse:
    # As a new learner sees it, even a draft; or as the learners of a cohort do at a time, if the address names them.
    if "at" in request.GET:
        return _lesson_in_view(request, course=course, lesson=lesson)
    found = lesson_queries.get_lesson_as_learner(request.user, course, lesson)
    context = {**reading_context(found, csrf(request)["csrf_token"]), "is_newcomer": True}
    return render(request, "lessons/lesson_detail.html", context)


@in_view
def _lesson_in_view(request: HttpRequest, view: View, lesson: str) -> HttpResponse:
    found = keep_within(view, lesson_queries.get_lesson_for(view.reader, lesson))
    course, session = (view.course.title, view.outline), (found.lesson.session.title, view.outline)
    context = {
        **reading_context(found, csrf(request)["csrf_token"]),
        "crumbs": [course, session, (found.lesson.title, "")],
        "body": lesson_body(replace(found, reader=OpenCourse(view.course)), ""),  # without forms
        "view": view,
    }
    return render(request, "lessons/lesson_detail.html", context)


@with_a_form
@require_safe
@in_view
def quiz(request: HttpRequest, view: View, quiz: str) -> HttpResponse:
    found = quiz_queries.get_quiz_for(view.reader, quiz)
    context = {**quiz_pages.start_page(found), **trial.links_of(view, found)}
    return render(request, "lessons/quiz_start.html", context)


@with_a_form
@in_view
def attempt(request: HttpRequest, view: View, quiz: str) -> HttpResponse:
    # One URL for all pages of the attempt, because each gets the answers from the form of the page before.
    of = quiz_queries.get_quiz_for(view.reader, quiz)
    found = trial.read_attempt(of, request.POST.get("answers", "")) if request.method == "POST" else None
    if found is None or of.is_closed:
        return redirect(view.page(of.quiz.get_absolute_url()))
    links = trial.links_of(view, of)
    asked = trial.place_in(found, request.POST.get("place", ""))
    if asked:
        data = dict(request.POST.lists())
        refused = trial.answer(found, asked, data)
        if refused is not None:
            context = {**quiz_pages.question_page(found, asked, refused), **links}
            return render(request, trial.QUESTION, trial.with_answers(context, found), status=422)
    go = request.POST.get("go", "1")
    if go == "submit":
        trial.submit(found)
        return render(request, "lessons/quiz_review.html", {**review_page(found, ""), **links})
    if place := trial.place_in(found, go):
        context = {**quiz_pages.question_page(found, place), **links}
        return render(request, trial.QUESTION, trial.with_answers(context, found))
    context = {**quiz_pages.summary_page(found), **links}
    return render(request, "lessons/quiz_summary.html", trial.with_answers(context, found))
