"""The class page of a cohort, for the staff of its course."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from labs.models import Lab
from lessons.models import Cohort
from lessons.pages.csv_file import csv_response
from lessons.pages.numbers import read_number
from portal.accounts.http import UserRequest
from portal.progress.class_page import checks_page
from portal.progress.class_page.checks_page import checks_context
from portal.progress.class_page.heat_page import csv_heads, csv_rows
from portal.progress.class_page.heat_queries import heat_items
from portal.progress.class_page.links import class_address
from portal.progress.class_page.stuck_actions import CannotMarkError
from portal.progress.class_page.stuck_page import MarkForm, Typed, finding_context, save_mark
from portal.progress.class_page.whole_page import class_context, stuck_context
from portal.progress.cohort_access import get_active_learner, of_cohort


@of_cohort
@require_safe
def class_page(request: UserRequest, cohort: Cohort) -> HttpResponse:
    return render(request, "teaching/class/page.html", class_context(cohort, request.GET, request.user))


@of_cohort
@require_safe
def scores_csv(request: UserRequest, cohort: Cohort) -> HttpResponse:
    """Download all scores in the chosen order and state."""
    items = heat_items(cohort.course)
    name = f"scores-{cohort.course.slug}-{cohort.slug}.csv"
    return csv_response(name, csv_heads(items), csv_rows(cohort, request.GET, items, request.user))


@of_cohort
@require_safe
def checks(request: UserRequest, cohort: Cohort) -> HttpResponse:
    """Show how the checks of a lab work, or of all labs of the course."""
    return render(request, "teaching/class/checks.html", checks_context(cohort, request.GET))


@of_cohort
@require_safe
def checks_csv(request: UserRequest, cohort: Cohort) -> HttpResponse:
    found = checks_context(cohort, request.GET)["found"]
    name = f"checks-{cohort.course.slug}-{cohort.slug}.csv"
    return csv_response(name, checks_page.CSV_HEADS, checks_page.csv_rows(found))


@of_cohort
@require_safe
def all_stuck(request: UserRequest, cohort: Cohort) -> HttpResponse:
    return render(
        request, "teaching/class/all_stuck.html", stuck_context(cohort, request.GET.get("page", "1"))
    )


@of_cohort
@require_http_methods(["GET", "HEAD", "POST"])
def finding(request: UserRequest, cohort: Cohort, learner: int) -> HttpResponse:
    """Show why a learner is stuck; write to them, snooze, or mark it as handled."""
    enrollment = get_active_learner(cohort, learner)
    lab = _lab_in(request, cohort)
    typed = Typed()
    if request.method == "POST":
        try:
            messages.success(request, save_mark(enrollment, lab, MarkForm(request.POST), request.user))
            return redirect(class_address(cohort))
        except CannotMarkError as error:
            given = {name: request.POST.get(name, "") for name in ("action", "text", "note", "until")}
            typed = Typed(**given, error=str(error))
    context = finding_context(cohort, enrollment, lab, typed, request.user)
    return render(request, "teaching/class/finding.html", context, status=422 if typed.error else 200)


def _lab_in(request: UserRequest, cohort: Cohort) -> Lab | None:
    text = request.GET.get("lab", "")
    if not text:
        return None
    found: Lab | None = Lab.objects.filter(course=cohort.course, pk=read_number(text)).first()
    if found is None:
        raise Http404
    return found
