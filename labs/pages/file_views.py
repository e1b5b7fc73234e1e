"""Pages of a pushed state, for users who may see the submission."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from labs.pages.commit_log import log_page
from labs.pages.files import changes_page, files_page
from labs.queries import get_submission
from lessons.pages.numbers import read_number
from portal.accounts.http import UserRequest


@never_cache
@login_required
@require_safe
def submission_files(request: UserRequest, public_id: str) -> HttpResponse:
    found = get_submission(request.user, public_id)
    line = read_number(request.GET.get("line", ""))
    page = files_page(found, request.user, request.GET.get("path", ""), line)
    return render(request, "labs/submission_files.html", page)


@never_cache
@login_required
@require_safe
def submission_changes(request: UserRequest, public_id: str) -> HttpResponse:
    found = get_submission(request.user, public_id)
    return render(request, "labs/submission_changes.html", changes_page(found, request.user))


@never_cache
@login_required
@require_safe
def submission_log(request: UserRequest, public_id: str) -> HttpResponse:
    found = get_submission(request.user, public_id)
    return render(request, "labs/submission_log.html", log_page(found, request.user))
