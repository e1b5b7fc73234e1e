import re
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from lessons import attempt_actions, closing, quiz_queries
from lessons.models import Answer, Attempt
from lessons.pages import quiz as pages
from lessons.pages.quiz_words import late_words
from lessons.pages.review import review_page, staff_review
from lessons.quiz_text import quiz_of
from lessons.quizzes import Response, explain_reading, read_response, refusal
from portal.accounts.http import UserRequest

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@read_or_post
@cache_control(private=True, no_cache=True)
def start(request: HttpRequest, course: str, quiz: str) -> HttpResponse:
    if request.method != "POST":
        found = quiz_queries.get_quiz(request.user, course, quiz)
        if found.open_attempt and closing.close_overdue(Attempt.objects.filter(pk=found.open_attempt.pk)):
            found = quiz_queries.get_quiz(request.user, course, quiz)
        return render(request, "lessons/quiz_start.html", pages.start_page(found))
    found, enrollment = quiz_queries.get_enrolled_quiz(request.user, course, quiz)
    try:
        return redirect(attempt_actions.start_attempt(enrollment=enrollment, quiz=found.quiz))
    except (attempt_actions.NoAttemptsLeftError, attempt_actions.QuizClosedError):
        return render(request, "lessons/quiz_start.html", pages.start_page(found), status=409)


def _own_attempt(request: HttpRequest, *attempt: Any) -> quiz_queries.OpenAttempt:
    # The task that closes attempts runs once a minute; a visit does not wait for it.
    found = quiz_queries.get_attempt(request.user, *attempt)
    if found.is_over:
        closing.close_overdue(Attempt.objects.filter(pk=found.attempt.pk))
        found = quiz_queries.get_attempt(request.user, *attempt)
    return found


@login_required
@require_safe
def resume(request: HttpRequest, course: str, quiz: str, number: int) -> HttpResponse:
    found = _own_attempt(request, course, quiz, number)
    if found.attempt.submitted_at:
        return redirect("attempt_review", course, quiz, number)
    return redirect(pages.question_address(found, pages.first_empty(found)))


@read_or_post
@cache_control(private=True, no_cache=True)
def question(request: HttpRequest, course: str, quiz: str, number: int, place: int) -> HttpResponse:
    if request.method == "POST":
        return _save(request, course, quiz, number, place)
    return _ask(request, course, quiz, number, place)


@login_required
def _ask(request: HttpRequest, course: str, quiz: str, number: int, place: int) -> HttpResponse:
    found = _own_attempt(request, course, quiz, number)
    if found.attempt.submitted_at:
        return redirect("attempt_review", course, quiz, number)
    return render(request, "lessons/quiz_question.html", pages.question_page(found, place))


def _save(request: HttpRequest, course: str, quiz: str, number: int, place: int) -> HttpResponse:
    # A form submission with `go` redirects to the next page; the autosave script gets the saved time as text.
    if not request.user.is_authenticated:
        return render(request, "lessons/quiz_signed_out.html", status=403)
    attempt, source = quiz_queries.get_answer_target(request.user, course, quiz, number)
    every = quiz_of(attempt, source).questions
    asked = pages.question_in(every, place)
    data = dict(request.POST.lists())
    response = read_response(asked, attempt.layout[asked.key], data)
    change: dict[str, Any] = {"attempt": attempt, "key": asked.key, "flagged": "flagged" in data}
    refused = refusal(asked, response)
    try:
        if refused:
            attempt_actions.flag_question(**change)
            return _refuse(request, _own_attempt(request, course, quiz, number), place, response)
        answer = attempt_actions.save_answer(**change, response=response)
    except attempt_actions.AttemptSubmittedError:
        return _too_late(request, _own_attempt(request, course, quiz, number))
    read_as = explain_reading(asked, response)
    if "go" not in data:
        return _in_words(". ".join(filter(None, [_saved_at(answer), read_as])))
    if read_as:
        messages.info(request, f"Question {place}: {read_as}")
    wanted = re.fullmatch("[0-9]{1,4}", request.POST["go"])
    return redirect(pages.address_in(len(every), int(wanted[0]) if wanted else None, course, quiz, number))


@login_required
@read_or_post
@cache_control(private=True, no_cache=True)
def summary(request: HttpRequest, course: str, quiz: str, number: int) -> HttpResponse:
    found = _own_attempt(request, course, quiz, number)
    if request.method == "POST":
        attempt_actions.submit_attempt(attempt=found.attempt)
    if found.attempt.submitted_at:
        return redirect("attempt_review", course, quiz, number)
    return render(request, "lessons/quiz_summary.html", pages.summary_page(found))


@login_required
@require_safe
@cache_control(private=True, no_store=True)
def time_left(request: HttpRequest, course: str, quiz: str, number: int) -> HttpResponse:
    # Asked by an open page, because staff may give more time, or move the deadline.
    found = quiz_queries.get_attempt(request.user, course, quiz, number)
    if found.attempt.submitted_at:
        return HttpResponse(status=204)
    return render(request, "lessons/_quiz_time.html", pages.time_page(found))


@login_required
@require_safe
@cache_control(private=True, no_store=True)
def review(request: UserRequest, course: str, quiz: str, number: int) -> HttpResponse:
    if request.htmx and quiz_queries.is_being_checked(request.user, course, quiz, number):
        return HttpResponse(status=204)  # a poll: the page stays as it is until the checks are done
    found = _own_attempt(request, course, quiz, number)
    if not found.attempt.submitted_at:
        return redirect(found.attempt)
    return render(request, "lessons/quiz_review.html", review_page(found, request.GET.get("show", "")))


@login_required
@require_safe
@cache_control(private=True, no_store=True)
def review_of(request: HttpRequest, course: str, quiz: str, number: int, learner: int) -> HttpResponse:
    attempt = quiz_queries.get_attempt_of(request.user, course, quiz, number, learner)
    return render(request, "lessons/quiz_review_staff.html", staff_review(attempt))


def _refuse(
    request: HttpRequest, found: quiz_queries.OpenAttempt, place: int, response: Response | None
) -> HttpResponse:
    # The field keeps what was typed.
    if "go" in request.POST:
        context = pages.question_page(found, place, response)
        return render(request, "lessons/quiz_question.html", context, status=422)
    return _in_words(pages.refusal_words(found, pages.question_at(found, place), response), status=422)


def _in_words(words: str, status: int = 200) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")


def _too_late(request: HttpRequest, found: quiz_queries.OpenAttempt) -> HttpResponse:
    if "go" not in request.POST:
        words = f"This answer wasn’t saved. {late_words(found.attempt)} Continue to see which answers count."
        return _in_words(words, status=409)
    context = {**review_page(found, ""), "too_late": late_words(found.attempt)}
    return render(request, "lessons/quiz_review.html", context, status=409)


def _saved_at(answer: Answer) -> str:
    return f"Saved at {date_format(localtime(answer.saved_at), 'H:i')}"
