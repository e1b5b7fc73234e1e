from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from lessons.missed_queries import Missed, missed_in_course, missed_in_quiz
from lessons.pages import practise as pages
from lessons.pages.breadcrumb import Crumb
from lessons.pages.quiz_words import release_words
from lessons.quiz_queries import get_enrolled_quiz
from lessons.quizzes import read_response, refusal
from portal.accounts.http import UserRequest

private = cache_control(private=True, no_store=True)


@login_required
@require_safe
@private
def of_quiz(request: UserRequest, course: str, quiz: str) -> HttpResponse:
    found, _ = get_enrolled_quiz(request.user, course, quiz)
    above = (f"Quiz: {found.quiz.title}", found.quiz.get_absolute_url())
    context = pages.list_page(found.quiz.course, missed_in_quiz(found), "", above)
    return render(
        request,
        "lessons/practise.html",
        {**context, "not_yet": "" if found.released else release_words(found)},
    )


@login_required
@require_safe
@private
def of_course(request: UserRequest, course: str) -> HttpResponse:
    reader, missed = missed_in_course(request.user, course)
    above = ("Progress", reverse("progress", args=[course]))
    return render(
        request, "lessons/practise.html", pages.list_page(reader.course, missed, pages.COURSE, above)
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@private
def question(request: UserRequest, course: str, quiz: str, key: str) -> HttpResponse:
    around = pages.COURSE if request.GET.get("of") == pages.COURSE else ""
    missed, enrollment, above = _missed(request, course, quiz, around)
    place, this = pages.find(missed, quiz, key)
    seed = request.POST.get("seed", "")[:32] or pages.new_seed()
    layout = pages.layout_of(this, enrollment, seed)
    if request.method != "POST":
        context = pages.question_page(missed, place, around, above=above, layout=layout, seed=seed)
        return render(request, "lessons/practise_question.html", context)
    response = read_response(this.question, layout, dict(request.POST.lists()))
    refused = "Choose or type an answer first." if response is None else refusal(this.question, response)
    if response is None or refused:
        context = pages.question_page(
            missed, place, around, above=above, layout=layout, seed=seed, typed=response, refused=refused
        )
        return render(request, "lessons/practise_question.html", context, status=422)
    context = pages.feedback_page(missed, place, around, above=above, layout=layout, response=response)
    return render(request, "lessons/practise_feedback.html", context)


def _missed(request: UserRequest, course: str, quiz: str, around: str) -> tuple[list[Missed], int, Crumb]:
    if around:
        reader, missed = missed_in_course(request.user, course)
        assert reader.enrollment is not None  # noqa: S101 - `missed_in_course` raised otherwise
        return missed, reader.enrollment.pk, ("Progress", reverse("progress", args=[course]))
    found, enrollment = get_enrolled_quiz(request.user, course, quiz)
    return missed_in_quiz(found), enrollment.pk, (f"Quiz: {found.quiz.title}", found.quiz.get_absolute_url())
