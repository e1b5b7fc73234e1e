"""Peer review: the learner's page, one review with its work, and the page of staff."""

import zoneinfo
from collections.abc import Mapping
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from labs.feedback_actions import CannotSaveError, ChangedMeanwhileError
from labs.models import Lab, PeerReview, ReviewRound
from labs.pages.peer_files import files_context, find_line, history_context, note_address
from labs.pages.peer_review import base_page, learner_page, review_page, staff_page
from labs.peer_review import reviewing, rounds
from labs.peer_review.deadlines import review_of
from labs.peer_review.queries import cohorts_of_staff, get_received, get_review, get_work, rounds_of
from labs.peer_review.reviewing import closed_words, is_author
from labs.queries import OpenLab, get_open_lab, reviews_address
from labs.staff_queries import get_lab_taught
from lessons.models import Enrollment
from lessons.models.cohort import has_local_time
from lessons.pages.numbers import read_number
from lessons.quizzes.text import clean_lines
from portal.accounts.http import UserRequest
from portal.accounts.models import User
from portal.notices.actions import mark_seen

TIME = "%Y-%m-%dT%H:%M"  # of an input of the type datetime-local


def _open_review(user: User, course: str, lab: str) -> tuple[OpenLab, Enrollment]:
    # The lab for its learners, if it has a peer review. Each member of a team has reviews of their own.
    found = get_open_lab(user, course, lab)
    if review_of(found.lab) is None or found.learner is None:
        raise Http404
    return found, found.learner


@never_cache
@login_required
@require_safe
def lab_reviews(request: UserRequest, course: str, lab: str) -> HttpResponse:
    found = get_open_lab(request.user, course, lab)
    if found.learner is None and review_of(found.lab):
        return redirect("lab_review_rounds", course, lab)
    found, learner = _open_review(request.user, course, lab)
    for link in (reviews_address(found.lab), f"{reviews_address(found.lab)}#received"):
        mark_seen(request.user, link)
    return render(request, "labs/reviews/learner.html", learner_page(found, learner))


@login_required
@require_POST
def lab_review_volunteer(request: UserRequest, course: str, lab: str) -> HttpResponse:
    found, learner = _open_review(request.user, course, lab)
    try:
        return redirect(reviewing.volunteer(lab=found.lab, learner=learner))
    except CannotSaveError as error:
        messages.error(request, str(error))
        return redirect("lab_reviews", course, lab)


# --- one review ------------------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def peer_review(request: UserRequest, public_id: str) -> HttpResponse:
    review = get_review(request.user, public_id)
    if request.method == "POST":
        return _save(request, review)
    mark_seen(request.user, review.get_absolute_url())
    return render(request, "labs/reviews/review.html", review_page(review, request.user))


def _save(request: UserRequest, review: PeerReview) -> HttpResponse:
    if not is_author(review, request.user):
        raise Http404
    block = review_of(review.work.lab)
    typed = (
        {each.id: request.POST.get(f"mark-{each.id}", "")[:20] for each in block.criteria} if block else {}
    )
    text = clean_lines(request.POST.get("text", "")).strip()
    submit, seen = request.POST.get("action") == "submit", read_number(request.POST.get("seen", ""))
    try:
        reviewing.save_review(
            review=review, by=request.user, typed=typed, text=text, seen=seen, submit=submit
        )
    except CannotSaveError as error:
        return _show_again(request, review, typed, text, 422, error=str(error))
    except ChangedMeanwhileError:
        words = "Not saved: this review was changed in the meantime. Your text is still here; save it again."
        return _show_again(
            request, get_review(request.user, review.public_id), typed, text, 409, meanwhile=words
        )
    if not submit:
        messages.success(request, "Review saved.")
        return redirect(review)
    messages.success(request, "Review submitted. Thank you.")
    lab = review.work.lab
    is_staff = review.origin == PeerReview.Origin.STAFF
    return redirect("lab_review_rounds" if is_staff else "lab_reviews", lab.course.slug, lab.slug)


def _show_again(
    request: UserRequest, review: PeerReview, typed: Mapping[str, str], text: str, status: int, **more: str
) -> HttpResponse:
    page = review_page(review, request.user, typed, text)
    return render(request, "labs/reviews/review.html", {**page, **more}, status=status)


@never_cache
@login_required
@require_safe
def peer_review_files(request: UserRequest, public_id: str) -> HttpResponse:
    review = get_review(request.user, public_id)
    line = read_number(request.GET.get("line", ""))
    may_write = is_author(review, request.user) and not closed_words(review)
    page = files_context(review, request.GET.get("at", ""), line, may_write=may_write)
    return render(request, "labs/reviews/files.html", {**base_page(review, request.user), **page})


@never_cache
@login_required
@require_safe
def peer_review_history(request: UserRequest, public_id: str) -> HttpResponse:
    review = get_review(request.user, public_id)
    page = {**base_page(review, request.user), **history_context(review)}
    return render(request, "labs/reviews/history.html", page)


@login_required
@require_POST
def peer_review_note(request: UserRequest, public_id: str) -> HttpResponse:
    """Add a note on a line of a file, or remove one."""
    review = get_review(request.user, public_id)
    if not is_author(review, request.user):
        raise Http404
    text = clean_lines(request.POST.get("text", "")).strip()
    at, number = request.POST.get("at", ""), read_number(request.POST.get("line", ""))
    try:
        if "remove" in request.POST:
            key = read_number(request.POST["remove"])
            reviewing.remove_note(review=review, by=request.user, key=key)
            return redirect(f"{review.get_absolute_url()}#notes")
        line = find_line(review, at, number)
        if line is None:
            raise CannotSaveError(f"This file has no line {number}. Type the number of one of its lines.")
        reviewing.add_note(review=review, by=request.user, text=text, line=line)
    except CannotSaveError as error:
        page = {
            **base_page(review, request.user),
            "error": str(error),
            "text": text,
            "at": at,
            "line": number,
        }
        return render(request, "labs/reviews/note.html", page, status=422)
    return redirect(note_address(review, line.path, number))


@login_required
@require_POST
def peer_review_answer(request: UserRequest, public_id: str) -> HttpResponse:
    """The author of the work answers or thanks."""
    review = get_received(request.user, public_id)
    text, thanks = clean_lines(request.POST.get("text", "")).strip(), "thanks" in request.POST
    try:
        reviewing.answer_review(review=review, by=request.user, text="" if thanks else text, thanks=thanks)
        messages.success(request, "Thanks sent." if thanks else "Answer sent.")
    except CannotSaveError as error:
        lab = review.work.lab
        found, learner = _open_review(request.user, lab.course.slug, lab.slug)
        page = learner_page(found, learner, {review.public_id: text})
        return render(request, "labs/reviews/learner.html", {**page, "error": str(error)}, status=422)
    return redirect(f"{reviews_address(review.work.lab)}#review-{review.public_id}")


@login_required
@require_POST
def peer_review_set_aside(request: UserRequest, public_id: str) -> HttpResponse:
    review = get_review(request.user, public_id)
    if not reviewing.may_review_as_staff(review.work, request.user):
        raise Http404
    reason = clean_lines(request.POST.get("reason", "")).strip()
    try:
        if "restore" not in request.POST and not reason:
            raise CannotSaveError("Write a reason. The author and the reviewer read it.")
        reason = "" if "restore" in request.POST else reason
        reviewing.set_aside(review=review, by=request.user, reason=reason)
    except CannotSaveError as error:
        page = {**review_page(review, request.user), "aside_error": str(error), "reason": reason}
        return render(request, "labs/reviews/review.html", page, status=422)
    messages.success(request, "Review set aside." if reason else "The review counts again.")
    return redirect(review)


# --- staff -----------------------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lab_review_rounds(request: UserRequest, course: str, lab: str) -> HttpResponse:
    """List rounds and works; a POST draws, closes, moves a deadline, or begins a review by staff."""
    found = get_lab_taught(request.user, course, lab)
    if review_of(found) is None:
        raise Http404
    if request.method != "POST":
        mark_seen(request.user, request.path)
        return render(request, "labs/reviews/staff.html", staff_page(found, request.user))
    try:
        return _act(request, found)
    except CannotSaveError as error:
        page = {**staff_page(found, request.user), "error": str(error), "typed": request.POST.get("at", "")}
        return render(request, "labs/reviews/staff.html", page, status=422)


def _act(request: UserRequest, lab: Lab) -> HttpResponse:
    action = request.POST.get("action", "")
    if action == "review":
        work = get_work(request.user, lab, read_number(request.POST.get("work", "")))
        return redirect(reviewing.review_as_staff(work=work, by=request.user))
    if action == "draw":
        messages.success(request, _draw(request, lab))
    elif action == "close":
        rounds.close_round(round=_round(request, lab))
        messages.success(request, "The round is closed. Its reviews are shown and count.")
    elif action == "deadline":
        round = _round(request, lab)
        rounds.move_deadline(round=round, closes_at=_read_time(request, round))
        messages.success(request, "Deadline changed.")
    return redirect("lab_review_rounds", lab.course.slug, lab.slug)


def _draw(request: UserRequest, lab: Lab) -> str:
    cohorts = {each.slug: each for each in cohorts_of_staff(request.user, lab)}
    cohort = cohorts.get(request.POST.get("cohort", ""))
    if cohort is None:
        raise Http404
    round = rounds.draw_round(lab=lab, cohort=cohort, by=request.user)
    if round is None:
        raise CannotSaveError("There is no work to draw: no new submissions count yet.")
    number = round.works.count()
    return f"Drawn: {number} work{'' if number == 1 else 's'}. The reviewers get a notice."


def _round(request: UserRequest, lab: Lab) -> ReviewRound:
    own = {each.pk: each for each in rounds_of(lab, cohorts_of_staff(request.user, lab))}
    round = own.get(read_number(request.POST.get("round", "")))
    if round is None:
        raise Http404
    round.lab = lab
    return round


def _read_time(request: UserRequest, round: ReviewRound) -> datetime:
    zone = zoneinfo.ZoneInfo(round.cohort.time_zone)
    try:
        local = datetime.strptime(request.POST.get("at", "").strip()[:16], TIME)  # noqa: DTZ007 - the zone comes next
    except ValueError as error:
        raise CannotSaveError("Enter a date and time, such as 2026-12-05T20:30.") from error
    if not 2000 <= local.year < 2200 or not has_local_time(zone, local):
        raise CannotSaveError("The clocks skip this time. Choose a different one.")
    return local.replace(tzinfo=zone)
