import re
from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from labs import actions, tokens
from labs.actions import BranchMovedError
from labs.models import Submission
from labs.pages.authorship import authorship_context
from labs.pages.forms import AddressForm, CommitForm
from labs.pages.lab_page import lab_page
from labs.pages.presentation import PollCursor, live_page, position_of, submission_page
from labs.pages.receipts import receipts_context
from labs.queries import OpenLab, get_lab_and_neighbours, get_open_lab, get_submission, teaches_learner_of
from labs.repositories.hosts import LookUpFailedError, Offer
from labs.team_queries import is_own_submission
from lessons.models import Enrollment
from lessons.templatetags.code import with_code
from portal.accounts.http import UserRequest
from portal.notices.actions import mark_seen


@never_cache
@login_required
@require_safe
def lab(request: UserRequest, course: str, lab: str) -> HttpResponse:
    found = get_lab_and_neighbours(request.user, course, lab)
    asked = re.fullmatch("[1-9][0-9]{0,5}", request.GET.get("before", ""))
    page = lab_page(
        found, before=int(asked[0]) if asked else None, by_address=request.GET.get("by") == "address"
    )
    return render(request, "labs/lab_detail.html", page)


@never_cache
@login_required
def lab_address(request: UserRequest, course: str, lab: str) -> HttpResponse:
    """Create a token and show the remote URL with it in this response only. A GET redirects to the lab."""
    found = get_lab_and_neighbours(request.user, course, lab)
    if request.method != "POST" or found.enrollment is None:
        return redirect(found.lab)
    try:
        token = tokens.new_token(user=request.user, name=found.lab.title[:60])
    except tokens.NoNewTokenError as error:
        messages.error(request, str(error))
        return redirect("tokens")
    return render(request, "labs/lab_detail.html", lab_page(found, token))


# --- submitting by address ------------------------------------------------------------------------------------------


def of_learner(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Call `view(request, found, enrollment)` for a POST of a learner of the course; show anyone else the lab."""

    @wraps(view)
    def call(request: UserRequest, course: str, lab: str) -> HttpResponse:
        # Signed out meanwhile: reload the whole page, not the swapped part.
        if request.htmx and not request.user.is_authenticated:
            return HttpResponseClientRefresh()
        return whole(request, course, lab)

    @login_required
    def whole(request: UserRequest, course: str, lab: str) -> HttpResponse:
        found = get_lab_and_neighbours(request.user, course, lab)
        if request.method != "POST" or found.enrollment is None:
            return redirect(found.lab)
        return view(request, found, found.enrollment)

    return never_cache(call)


@of_learner
def lab_repository(request: UserRequest, found: OpenLab, enrollment: Enrollment) -> HttpResponse:
    # stores nothing
    form = AddressForm(request.POST)
    offer = _offer(enrollment, form)
    page = lab_page(found, form=form, offer=offer)
    return render(request, "labs/lab_detail.html", page, status=200 if offer else 422)


def _offer(enrollment: Enrollment, form: AddressForm) -> Offer | None:
    if form.is_valid():
        try:
            return actions.look_up(enrollment=enrollment, address=form.cleaned_data["address"])
        except LookUpFailedError as error:
            form.refuse(error.message)
    return None


@of_learner
def lab_submit(request: UserRequest, found: OpenLab, enrollment: Enrollment) -> HttpResponse:
    # grade the commit that was shown; if the branch has moved since, show its newest commit instead
    form, offer = CommitForm(request.POST), None
    if form.is_valid():
        commit, address = form.cleaned_data["commit"], form.cleaned_data["address"]
        try:
            submitted = actions.submit_address(
                enrollment=enrollment, lab=found.lab, address=address, commit=commit, by=request.user
            )
            return _to_result(request, submitted)
        except BranchMovedError:
            offer = _offer(enrollment, form)
        except LookUpFailedError as error:
            form.refuse(error.message)
    page = lab_page(found, form=form, offer=offer, has_moved=True)
    return render(request, "labs/lab_detail.html", page, status=422)


@of_learner
def lab_latest(request: UserRequest, found: OpenLab, enrollment: Enrollment) -> HttpResponse:
    # the current state of the place that the newest submission came from
    try:
        submitted = actions.submit_latest(enrollment=enrollment, lab=found.lab, by=request.user)
    except LookUpFailedError as error:
        messages.error(request, with_code(error.message))
        return redirect(found.lab)
    return _to_result(request, submitted) if submitted else redirect(found.lab)


def _to_result(request: UserRequest, submitted: Submission) -> HttpResponse:
    if submitted.has_ended:
        messages.info(
            request,
            with_code(f"There are no new commits. This is the result of commit `{submitted.head[:7]}`."),
        )
    return redirect(submitted)


@never_cache
@require_safe
def lab_receipts(request: HttpRequest, course: str, lab: str) -> HttpResponse:
    """Return the list of receipts; 204 if it has not changed since cursor `v`."""
    if not request.user.is_authenticated:  # signed out meanwhile: reload the whole page
        return HttpResponseClientRefresh()
    found = get_open_lab(request.user, course, lab)
    if found.enrollment is None:
        raise Http404
    context = receipts_context(found.lab, found.enrollment)
    if context["receipts_cursor"] == request.GET.get("v"):
        return HttpResponse(status=204)
    return render(request, "labs/_receipts.html", context)


# --- submissions ----------------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_safe
def submission(request: UserRequest, public_id: str) -> HttpResponse:
    found = get_submission(request.user, public_id)
    if found.has_ended and is_own_submission(found, request.user):
        mark_seen(request.user, found.get_absolute_url())
    page = submission_page(found, request.user)
    page |= authorship_context(found, request.user, staff=page["is_staff_here"])
    return render(request, "labs/submission_detail.html", page)


@never_cache
@require_safe
def submission_live(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the changes since version `v`; 204 if there are none, so that the page keeps focus and selection."""
    if not request.user.is_authenticated:  # signed out meanwhile: reload the whole page
        return HttpResponseClientRefresh()
    found = get_submission(request.user, public_id)
    cursor, position = PollCursor.parse(request.GET.get("v", "")), position_of(found)
    if cursor.shows(found, position):
        return HttpResponse(status=204)
    if found.has_ended and is_own_submission(found, request.user):
        # the notice may be newer than the count of this request
        mark_seen(request.user, found.get_absolute_url(), is_new=True)
    staff = teaches_learner_of(found, request.user)
    return render(request, "labs/_submission_live.html", live_page(found, cursor, position, staff=staff))


@login_required
@require_POST
def submission_grade_again(request: UserRequest, public_id: str) -> HttpResponse:
    found = get_submission(request.user, public_id)
    if not actions.grade_again(submission=found, by=request.user):
        messages.info(request, "You can’t grade this submission again. Push a change instead.")
    return redirect(found)


@login_required
@require_POST
def submission_cancel(request: UserRequest, public_id: str) -> HttpResponse:
    found = get_submission(request.user, public_id)
    if not actions.cancel(submission=found):
        messages.info(
            request,
            "This submission was not cancelled. Grading has already started, or staff chose it to count.",
        )
    return redirect(found)
