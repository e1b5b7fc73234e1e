"""The live quiz: its pages for staff and learners, and the parts of them that are polled."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from lessons import live_actions, live_queries
from lessons.analysis_queries import get_taught_quiz
from lessons.live_actions import LiveQuizError
from lessons.live_queries import LiveState, OpenLive
from lessons.models import Cohort, Enrollment, LiveQuiz, Quiz
from lessons.pages import live as pages
from lessons.pages.limits import is_over_limit, refuse_for_a_minute, refuse_poll
from lessons.pages.numbers import read_number
from lessons.pages.views.staff import staff_only
from lessons.presence import renew_presence
from lessons.quizzes import read_response, refusal
from lessons.rights import cohorts_taught, teaches_whole
from portal.accounts.http import UserRequest

read_or_post = require_http_methods(["GET", "HEAD", "POST"])
MAX_POLLS = 120  # a minute, for one person: a page polls every 2 s
MAX_ANSWERS = 60
PRESENCE_EVERY = 15  # seconds

ACTIONS: dict[str, Callable[..., object]] = {
    "close": live_actions.close_question,
    "show": partial(live_actions.show_chart, shows=True),
    "hide": partial(live_actions.show_chart, shows=False),
    "reveal": live_actions.reveal_answer,
    "end": live_actions.end_live_quiz,
}


@never_cache
@staff_only
@read_or_post
def set_up(request: UserRequest, course: str, quiz: str) -> HttpResponse:
    found = get_taught_quiz(request.user, course, quiz)
    if request.method != "POST":
        return render(request, "lessons/live_setup.html", pages.setup_page(found, request.user))
    live = live_actions.start_live_quiz(quiz=found, cohort=_cohort(request, found), by=request.user)
    return redirect("live_run", course, live.pk)


def _cohort(request: UserRequest, quiz: Quiz) -> Cohort | None:
    # None is everyone in the course.
    wanted = request.POST.get("cohort", "")
    if not wanted and teaches_whole(request.user, quiz.course_id):
        return None
    taught = cohorts_taught(request.user).filter(course=quiz.course)
    cohort = taught.filter(pk=read_number(wanted)).first()
    if cohort is None:
        raise Http404
    return cohort


@never_cache
@staff_only
@read_or_post
def run(request: UserRequest, course: str, live: int) -> HttpResponse:
    found = live_queries.get_live_to_run(request.user, course, live)
    if request.method != "POST":
        return render(request, "lessons/live_run.html", pages.run_page(found))
    try:
        _act(found, request.POST.get("action", ""), request.POST.get("key", ""))
    except LiveQuizError as error:
        messages.error(request, str(error))
    return redirect("live_run", course, live)


def _act(live: LiveQuiz, action: str, key: str) -> None:
    if action == "open":
        live_actions.open_question(live=live, key=key)
    elif action in ACTIONS:
        ACTIONS[action](live=live)


@never_cache
@read_or_post
def live(request: UserRequest, course: str, live: int) -> HttpResponse:
    if request.htmx and not request.user.is_authenticated:  # signed out meanwhile: reload the whole page
        return HttpResponseClientRefresh()
    return _live(request, course, live)


@login_required
def _live(request: UserRequest, course: str, live: int) -> HttpResponse:
    found = live_queries.get_live(request.user, course, live)
    if request.method == "POST":
        return _answer(request, found)
    if found.enrollment and found.live.is_running:
        _note_presence(request, live)
    return render(request, "lessons/live.html", pages.answer_page(found))


def _answer(request: UserRequest, found: OpenLive) -> HttpResponse:
    # The script shows what is said next to the form; without JavaScript the page comes again.
    row, key = found.question, request.POST.get("key", "")
    if found.enrollment is None:
        raise Http404
    if is_over_limit(request, "live-answer", MAX_ANSWERS):
        return refuse_for_a_minute(request)
    if row is None or row.key != key or not found.live.is_running:
        return _say(request, found, "Not saved: the question is closed.", is_saved=False)
    question = pages.question_of(found.live, row)
    response = read_response(question, row.layout, dict(request.POST.lists()))
    if response is None:
        return _say(request, found, "Not saved: choose or type an answer first.", is_saved=False)
    if refusal(question, response):
        context = pages.answer_page(found, response)
        if request.htmx:
            return _say(request, found, context["refused"], is_saved=False)
        return render(request, "lessons/live.html", context, status=422)
    try:
        answer = live_actions.save_live_answer(
            live=found.live, key=key, enrollment=Enrollment(pk=found.enrollment), response=response
        )
    except LiveQuizError as error:
        return _say(request, found, str(error), is_saved=False)
    return _say(request, found, pages.saved_words(question, answer), is_saved=True)


def _say(request: UserRequest, found: OpenLive, words: str, *, is_saved: bool) -> HttpResponse:
    if request.htmx:
        context = {"words": words, "is_saved": is_saved}
        return render(request, "lessons/_live_saved.html", context, status=200 if is_saved else 422)
    if not is_saved:
        messages.error(request, words)
    return redirect(found.live)


@never_cache
@require_safe
def poll(request: HttpRequest, course: str, live: int) -> HttpResponse:
    """Return what changed on the learner's page since `v`, or 204."""
    if refusal := refuse_poll(request, "live-poll", MAX_POLLS):
        return refusal
    state = live_queries.get_live_state(request.user, course, live)
    if state.mine:
        _note_presence(request, live)
    if _shows(request, state):
        return HttpResponse(status=204)
    part = _tally_for_learners(request, course, state)
    if _shows(request, state, only="state"):
        return HttpResponse(part)
    found = live_queries.get_live(request.user, course, live)
    context = {**pages.answer_page(found), "say": pages.announcement(found.live)}
    return HttpResponse(part + render_to_string("lessons/_live_changed.html", context, request))


def _tally_for_learners(request: HttpRequest, course: str, state: LiveState) -> str:
    # The same for all of them: each process renders each change once.
    key = f"live:{state.pk}:{state.shown}"
    part: str | None = caches["pages"].get(key)
    if part is None:
        live = live_queries.get_live(request.user, course, state.pk).live
        context = pages.tally_part(live, staff=False, shown=state.shown)
        part = render_to_string("lessons/_live_tally.html", context)
        caches["pages"].set(key, part)
    return part


@never_cache
@require_safe
def run_poll(request: UserRequest, course: str, live: int) -> HttpResponse:
    """Return what changed on the page of staff since `v`, or 204."""
    if refusal := refuse_poll(request, "live-poll", MAX_POLLS):
        return refusal
    state = live_queries.get_live_state(request.user, course, live, to_run=True)
    if _shows(request, state):
        return HttpResponse(status=204)
    found = live_queries.get_live_to_run(request.user, course, live)
    if _shows(request, state, only="state"):
        context = pages.tally_part(found, staff=True, shown=state.shown)
        return render(request, "lessons/_live_tally.html", context)
    if not found.is_running:  # ended, perhaps by another instructor: show the results
        return HttpResponseClientRefresh()
    return render(request, "lessons/_live_run_changed.html", pages.run_page(found, state.shown))


def _shows(request: HttpRequest, state: LiveState, *, only: str = "") -> bool:
    """Return True if the page shows the state of the live quiz, and its answers unless `only` the state matters."""
    shown, new = request.GET.get("v", ""), state.shown
    return shown.partition(".")[0] == new.partition(".")[0] if only else shown == new


def _note_presence(request: HttpRequest, live: int) -> None:
    # Of learners, for the count of those who have the page open.
    key = f"live-presence:{live}:{request.user.pk}"
    if caches["pages"].add(key, 1, PRESENCE_EVERY):
        renew_presence(user=request.user, row=LiveQuiz(pk=live))  # type: ignore[arg-type]  # signed in
