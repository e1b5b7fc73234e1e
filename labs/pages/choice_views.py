"""Staff make a submission the one that counts, with a reason that its learner reads."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from labs import actions
from labs.models import Lab, Receipt, Submission
from labs.queries import get_submission, teaches_learner_of
from labs.staff_queries import receipts_not_graded
from portal.accounts.http import UserRequest

MAX_DIGITS = 19  # of a key that a database can have


class ChoiceForm(forms.Form):
    reason = forms.CharField(
        max_length=500,
        error_messages={
            "required": "Enter a reason. The learner reads it.",
            "max_length": "Shorten the reason to 500 characters.",
        },
    )


def _taught(request: UserRequest, public_id: str) -> Submission:
    submission = get_submission(request.user, public_id)
    if not teaches_learner_of(submission, request.user):
        raise Http404
    return submission


@login_required
@require_POST
def choose(request: UserRequest, public_id: str) -> HttpResponse:
    submission, form = _taught(request, public_id), ChoiceForm(request.POST)
    if form.is_valid():
        actions.choose(submission=submission, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, f"Submission {submission.number} counts. The learner sees the reason.")
    else:
        messages.error(request, str(form.errors["reason"][0]))
    return redirect(submission)


def choose_received(request: UserRequest, lab: Lab) -> HttpResponse:
    """Let a received state count that the lab did not grade; for a view that has checked the rights to the lab."""
    receipt = _receipt(request, lab)
    form = ChoiceForm(request.POST)
    if form.is_valid():
        choice = actions.choose_received(receipt=receipt, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(
            request,
            f"Submission {choice.submission.number} is graded now, and counts then. The learner sees the reason.",
        )
        return redirect(choice.submission)
    messages.error(request, str(form.errors["reason"][0]))
    return redirect("lab_repositories", lab.course.slug, lab.slug)


def _receipt(request: UserRequest, lab: Lab) -> Receipt:
    key = request.POST.get("receipt", "")
    rows = receipts_not_graded(lab, request.user)
    found = rows.filter(pk=key) if key.isdecimal() and len(key) < MAX_DIGITS else None
    receipt = found.first() if found is not None else None
    if receipt is None:
        raise Http404
    return receipt


@login_required
@require_POST
def withdraw(request: UserRequest, public_id: str) -> HttpResponse:
    submission = _taught(request, public_id)
    if actions.withdraw_choice(submission=submission, by=request.user):
        messages.success(request, "The best submission counts again.")
    return redirect(submission)
