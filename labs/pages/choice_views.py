"""Staff make a submission the one that counts, with a reason that its learner reads."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from labs import actions
from labs.models import Submission
from labs.queries import get_submission
from lessons.queries import teaches
from portal.accounts.http import UserRequest


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
    if not teaches(request.user, submission.lab.course):
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


@login_required
@require_POST
def withdraw(request: UserRequest, public_id: str) -> HttpResponse:
    submission = _taught(request, public_id)
    if actions.withdraw_choice(submission=submission, by=request.user):
        messages.success(request, "The best submission counts again.")
    return redirect(submission)
