"""Likeness of the submissions of a lab, for its staff: what two learners share, in neutral words. Never a grade."""

import logging
from itertools import zip_longest

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from labs.likeness import runs
from labs.likeness.comparing import MAX_LINES
from labs.likeness.tasks import wake
from labs.models import Comparison, Lab, SimilarPair
from labs.pages.files import read_files
from labs.staff_queries import get_lab_taught
from lessons.pages.breadcrumb import course_crumbs
from lessons.pages.context import Context
from lessons.queries import MAX_KEY
from lessons.rights import cohorts_taught
from portal.accounts.http import UserRequest
from portal.accounts.models import User

logger = logging.getLogger(__name__)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lab_likeness(request: UserRequest, course: str, lab: str) -> HttpResponse:
    """List the pairs of the last comparison; the form asks for another."""
    found = get_lab_taught(request.user, course, lab)
    if request.method == "POST":
        runs.begin(lab=found, by=request.user, wake=wake)
        messages.success(request, "A worker will compare the submissions. Reload this page in a minute.")
        return redirect("lab_likeness", course, lab)
    newest = found.comparisons.first()
    done = found.comparisons.filter(state=Comparison.State.DONE).first()
    context = {
        "lab": found,
        "course": found.course,
        "newest": newest,
        "done": done,
        "pairs": list(_pairs_for(request.user, done.pairs.all())) if done else [],
        "crumbs": course_crumbs(found.course, (found.title, found.get_absolute_url()), ("Likeness", "")),
    }
    return render(request, "labs/likeness.html", context)


@never_cache
@login_required
@require_safe
def lab_pair(request: UserRequest, course: str, lab: str, pair: int) -> HttpResponse:
    """Show the files that two submissions share side by side, with the shared lines marked."""
    of_lab = get_lab_taught(request.user, course, lab)
    pairs = SimilarPair.objects.filter(comparison__lab=of_lab, comparison__state=Comparison.State.DONE)
    found = _pairs_for(request.user, pairs).filter(pk=min(pair, MAX_KEY)).first()
    if found is None:
        raise Http404
    logger.info("%s compares submissions %s and %s", request.user, found.first_id, found.second_id)
    return render(request, "labs/pair.html", {**_pair_context(of_lab, found), "course": of_lab.course})


def _pairs_for(user: User, pairs: QuerySet[SimilarPair]) -> QuerySet[SimilarPair]:
    # of the learners whom this person teaches
    cohorts = cohorts_taught(user)
    own = pairs.filter(first__enrollment__cohort__in=cohorts, second__enrollment__cohort__in=cohorts)
    return own.select_related("first__enrollment__user", "second__enrollment__user")


def _pair_context(lab: Lab, pair: SimilarPair) -> Context:
    files = pair.details.get("files", [])
    first = read_files(pair.first, [each[0] for each in files])
    second = read_files(pair.second, [each[1] for each in files])
    above = (
        (lab.title, lab.get_absolute_url()),
        ("Likeness", reverse("lab_likeness", args=[lab.course.slug, lab.slug])),
    )
    return {
        "lab": lab,
        "pair": pair,
        "files": [
            (one, two, len(lines), _rows(first[one], second[two], lines, others))
            for one, two, lines, others in files
            if one in first and two in second
        ],
        "unread": sum(each[0] not in first or each[1] not in second for each in files),
        "crumbs": course_crumbs(lab.course, *above, ("Side by side", "")),
    }


def _rows(
    first: list[str], second: list[str], lines: list[int], others: list[int]
) -> list[tuple[int, str, bool, str, bool]]:
    # Row by row as the files are: moving lines to meet each other would hide how each was written.
    marked, marked_too = set(lines), set(others)
    both = zip_longest(first[:MAX_LINES], second[:MAX_LINES], fillvalue="")
    return [
        (number, one, number in marked, two, number in marked_too)
        for number, (one, two) in enumerate(both, start=1)
    ]
