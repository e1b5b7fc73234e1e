"""Staff mark submissions: the queue of a lab, and one submission at a time."""

from collections.abc import Mapping

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from labs import feedback_actions as actions
from labs.feedback_actions import CannotSaveError, ChangedMeanwhileError
from labs.feedback_queries import next_to_mark
from labs.models import Feedback, Submission
from labs.pages.marking import mark_page, presence_words, queue_page, rubric_of
from labs.queries import get_submission, teaches_learner_of
from labs.staff_queries import get_lab_taught
from lessons.pages.numbers import read_number
from lessons.presence import end_presence, note_presence
from lessons.pseudonyms import name_to_mark
from portal.accounts.http import UserRequest
from portal.accounts.models import User


def get_taught_submission(user: User, public_id: str) -> Submission:
    # For learners, the page does not exist.
    submission = get_submission(user, public_id)
    if not teaches_learner_of(submission, user):
        raise Http404
    return submission


@never_cache
@login_required
@require_safe
def lab_marking(request: UserRequest, course: str, lab: str) -> HttpResponse:
    found = get_lab_taught(request.user, course, lab)
    return render(request, "labs/marking/queue.html", queue_page(found, request.user))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def submission_mark(request: UserRequest, public_id: str) -> HttpResponse:
    submission = get_taught_submission(request.user, public_id)
    if request.method == "POST":
        return _save(request, submission)
    return _show(request, submission)


@login_required
@require_POST
def submission_mark_presence(request: UserRequest, public_id: str) -> HttpResponse:
    submission = get_taught_submission(request.user, public_id)
    words = presence_words(note_presence(user=request.user, row=submission))
    return HttpResponse(words, content_type="text/plain; charset=utf-8")


def _show(
    request: UserRequest,
    submission: Submission,
    *,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
    **more: str,
) -> HttpResponse:
    others = note_presence(user=request.user, row=submission)
    page = mark_page(submission, request.user, others, typed)
    return render(request, "labs/marking/submission.html", {**page, **more}, status=status)


def _save(request: UserRequest, submission: Submission) -> HttpResponse:
    typed = {each.id: request.POST.get(f"mark-{each.id}", "")[:20] for each in rubric_of(submission)}
    seen, action = read_number(request.POST.get("seen", "")), request.POST.get("action", "")
    try:
        if typed:
            feedback = actions.save_marks(submission=submission, by=request.user, typed=typed, seen=seen)
            seen = feedback.version
        if action in ("release", "next"):
            actions.release(submission=submission, by=request.user, seen=seen)
    except CannotSaveError as error:
        return _show(request, submission, typed=typed, error=str(error), status=422)
    except ChangedMeanwhileError as error:
        return _show(request, submission, typed=typed, meanwhile=_meanwhile_words(error.theirs), status=409)
    end_presence(user=request.user, row=submission)
    name = name_to_mark(submission.enrollment)
    if action not in ("release", "next"):
        messages.success(request, f"Draft saved. {name} sees it once you release it.")
        return redirect("submission_mark", submission.public_id)
    messages.success(request, f"Released to {name}.")
    following, _ = next_to_mark(submission.lab, request.user, submission)
    if action == "next" and following:
        return redirect("submission_mark", following.public_id)
    return redirect("lab_marking", submission.lab.course.slug, submission.lab.slug)


def _meanwhile_words(theirs: object) -> str:
    who = theirs.changed_by if isinstance(theirs, Feedback) else None
    name = who.get_full_name() if who else "Somebody else"
    return (
        f"Not saved: {name} changed the marks in the meantime. What you typed is still here, with theirs beside it."
        " Save again to replace their marks, or open the page again to keep them."
    )
