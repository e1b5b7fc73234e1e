from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from labs import actions
from labs.presentation import Seen, lab_page, live_page, position_of, submission_page
from labs.queries import get_open_lab, get_submission
from lessons.queries import teaches
from portal.accounts.http import UserRequest


@never_cache
@login_required
@require_safe
def lab(request: UserRequest, course: str, lab: str) -> HttpResponse:
    return render(request, "labs/lab_detail.html", lab_page(get_open_lab(request.user, course, lab)))


@never_cache
@login_required
def lab_address(request: UserRequest, course: str, lab: str) -> HttpResponse:
    """Make a token and show the address with it in this answer only. A reload that asks again is sent back."""
    found = get_open_lab(request.user, course, lab)
    if request.method != "POST" or found.enrollment is None:
        return redirect(found.lab)
    token = actions.new_token(user=request.user)
    return render(request, "labs/lab_detail.html", lab_page(found, token))


@never_cache
@login_required
@require_safe
def submission(request: UserRequest, public_id: str) -> HttpResponse:
    found = get_submission(request.user, public_id)
    return render(request, "labs/submission_detail.html", submission_page(found, request.user))


@never_cache
@require_safe
def submission_live(request: HttpRequest, public_id: str) -> HttpResponse:
    """What changed since `v`; 204 where nothing did, so that the page keeps focus, selection and all."""
    if not request.user.is_authenticated:  # signed out meanwhile: the whole page has to say so
        return HttpResponseClientRefresh()
    found = get_submission(request.user, public_id)
    seen, position = Seen.parse(request.GET.get("v", "")), position_of(found)
    if seen.shows(found, position):
        return HttpResponse(status=204)
    staff = teaches(request.user, found.lab.course)
    return render(request, "labs/_submission_live.html", live_page(found, seen, position, staff=staff))


@login_required
@require_POST
def submission_grade_again(request: UserRequest, public_id: str) -> HttpResponse:
    found = get_submission(request.user, public_id)
    if not actions.grade_again(submission=found, by=request.user):
        messages.info(request, "This submission cannot be graded again: push a change instead.")
    return redirect(found)


@login_required
@require_POST
def submission_cancel(request: UserRequest, public_id: str) -> HttpResponse:
    found = get_submission(request.user, public_id)
    if not actions.cancel(submission=found):
        messages.info(request, "Grading has begun already, so this submission was not cancelled.")
    return redirect(found)
