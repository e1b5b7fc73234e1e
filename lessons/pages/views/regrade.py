"""Staff change the key of a quiz, and regrade its attempts."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lessons import quiz_regrades, regrades
from lessons.analysis_queries import get_quiz_regrade, get_quiz_to_regrade
from lessons.key_changes import CannotChangeKeyError, change_key
from lessons.pages.context import Context
from lessons.pages.numbers import read_number
from lessons.pages.regrade import quiz_regrade_page
from lessons.pages.views.staff import staff_only
from lessons.quiz_regrades import WORK
from lessons.regrades import CannotRegradeError
from lessons.tasks import wake_regrades
from portal.accounts.http import UserRequest


@never_cache
@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def regrades_of(request: UserRequest, course: str, quiz: str) -> HttpResponse:
    """Rehearse a regrade; a visit leads to the latest one."""
    found = get_quiz_to_regrade(request.user, course, quiz)
    latest = found.regrades.order_by("-pk").first()
    if request.method != "POST":
        return (
            redirect("quiz_regrade", course, quiz, latest.pk)
            if latest
            else redirect("item_analysis", course, quiz)
        )
    try:
        regrade = quiz_regrades.begin(quiz=found, by=request.user, wake=wake_regrades)
    except CannotRegradeError as error:
        messages.error(request, str(error))
        return redirect("quiz_regrades", course, quiz)
    return redirect("quiz_regrade", course, quiz, regrade.pk)


@never_cache
@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def regrade(request: UserRequest, course: str, quiz: str, regrade: int) -> HttpResponse:
    found = get_quiz_regrade(request.user, course, quiz, regrade)
    return regrade_response(request, WORK, found, wake_regrades, quiz_regrade_page)


def regrade_response(
    request: UserRequest,
    work: regrades.Regrading,
    found: regrades.AnyRegrade,
    wake: regrades.Wake,
    build: Callable[[Any, str, str], Context],  # Any: either model
) -> HttpResponse:
    """Show a regrade of a quiz or a lab, or do to it what its page posts. Raises Http404."""
    error, status = "", 200
    if request.method == "POST":
        try:
            _act(request, work, found, wake)
            return redirect(found)
        except CannotRegradeError as refusal:
            error, status = str(refusal), 409
    context = build(found, request.GET.get("show", ""), request.GET.get("page", ""))
    context |= {
        "error": error,
        "typed": request.POST.get("reason", "") or found.reason,
        "policy": request.POST.get("policy", "") or found.policy,
    }
    return render(request, "lessons/regrade.html", context, status=status)


def _act(
    request: UserRequest, work: regrades.Regrading, found: regrades.AnyRegrade, wake: regrades.Wake
) -> None:
    do, by = request.POST.get("do", ""), request.user
    if do == "apply":
        policy, reason = request.POST.get("policy", ""), request.POST.get("reason", "")
        regrades.apply(work, found, by=by, policy=policy, reason=reason, wake=wake)
    elif do == "undo":
        regrades.undo(work, found, by=by, wake=wake)
    elif do == "discard":
        regrades.discard(work, found)
    else:
        raise Http404


@staff_only
@require_POST
def change(request: UserRequest, course: str, quiz: str, key: str) -> HttpResponse:
    """Accept another answer or drop a question, and rehearse the new key."""
    found = get_quiz_to_regrade(request.user, course, quiz)
    option = request.POST.get("option", "")
    try:
        before = change_key(
            quiz=found,
            seen=read_number(request.POST.get("version", "")),
            key=key,
            do=request.POST.get("do", ""),
            answer=read_number(option) if option else request.POST.get("text", ""),
        )
    except CannotChangeKeyError as error:
        messages.error(request, str(error))
        return redirect("item_analysis", course, quiz)
    if found.current == before:
        words = "Saved. A worker tries the questions of this quiz first. Then rehearse a regrade here."
        messages.success(request, words)
        return redirect("item_analysis", course, quiz)
    try:
        regrade = quiz_regrades.begin(quiz=found, by=request.user, wake=wake_regrades, before=before)
    except CannotRegradeError as error:
        messages.warning(request, f"The key was changed. {error}")
        return redirect("quiz_regrades", course, quiz)
    return redirect("quiz_regrade", course, quiz, regrade.pk)
