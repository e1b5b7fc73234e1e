"""The context of the class page: its heading, and each of its parts."""

from collections.abc import Mapping
from datetime import datetime

from django.core.paginator import Paginator
from django.utils import timezone

from lessons.models import Cohort, Enrollment
from lessons.pages.breadcrumb import Crumb, staff_crumbs
from lessons.pages.context import Context
from lessons.staffing import invitation_address
from portal.progress.class_page.heat_page import heat_context
from portal.progress.class_page.links import class_address
from portal.progress.class_page.stuck import StuckRow, complete_rows, find_stuck

MAX_SHOWN = 8  # stuck learners on the class page; the others have a page of their own
MAX_ON_PAGE = 50


def crumbs(cohort: Cohort, *steps: Crumb) -> list[Crumb]:
    return staff_crumbs(cohort.course, (cohort.title, class_address(cohort)), *steps)


def class_context(cohort: Cohort, given: Mapping[str, str]) -> Context:
    now = timezone.now()
    size = Enrollment.objects.active().filter(cohort=cohort).count()
    if not size:
        return {
            **_frame(cohort),
            "size": 0,
            "title": "Nobody has joined yet",
            "invitation": invitation_address(cohort),
        }
    rows = find_stuck(cohort, now)
    return {
        **_frame(cohort),
        "size": size,
        "title": heading(rows, size),
        **_stuck(rows, cohort, now),
        **heat_context(cohort, given),
    }


def _frame(cohort: Cohort) -> Context:
    return {
        "course": cohort.course,
        "cohort": cohort,
        "crumbs": staff_crumbs(cohort.course, (cohort.title, "")),
    }


def heading(rows: list[StuckRow], size: int) -> str:
    """Return “3 of 24 are stuck”."""
    count = len({row.learner for row in rows})
    if not count:
        return "Nobody is stuck"
    return f"{count:,} of {size:,} {'is' if count == 1 else 'are'} stuck"


def _stuck(rows: list[StuckRow], cohort: Cohort, now: datetime) -> Context:
    shown = complete_rows(rows[:MAX_SHOWN], cohort)
    return {"stuck": shown, "more_stuck": len(rows) - len(shown), "stuck_count": len(rows)}


def stuck_context(cohort: Cohort, number: str) -> Context:
    """Return a page of all findings."""
    rows = find_stuck(cohort, timezone.now())
    size = Enrollment.objects.active().filter(cohort=cohort).count()
    page = Paginator(rows, MAX_ON_PAGE).get_page(number)
    return {
        **_frame(cohort),
        "crumbs": crumbs(cohort, ("Stuck now", "")),
        "title": heading(rows, size),
        "page": page,
        "stuck": complete_rows(list(page.object_list), cohort),
    }
