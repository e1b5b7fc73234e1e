"""The context of the class page: its parts in the order of the page."""

from collections.abc import Mapping

from django.core.paginator import Paginator
from django.utils import timezone

from lessons.models import Cohort, Enrollment
from lessons.pages.context import Context
from lessons.staffing import invitation_address
from portal.accounts.models import User
from portal.progress.class_page.checks_page import top_checks
from portal.progress.class_page.heat_page import heat_context
from portal.progress.class_page.meetings import meetings_context
from portal.progress.class_page.on_course import count_on_course
from portal.progress.class_page.page import crumbs, frame, heading
from portal.progress.class_page.questions import MAX_READ, weak_questions
from portal.progress.class_page.queue import queue_numbers
from portal.progress.class_page.stuck import complete_rows, find_stuck

MAX_SHOWN = 8  # stuck learners on the class page; the others have a page of their own
MAX_ON_PAGE = 50


def class_context(cohort: Cohort, given: Mapping[str, str], reader: User) -> Context:
    now = timezone.now()
    size = Enrollment.objects.active().filter(cohort=cohort).count()
    common = {**frame(cohort), "size": size, "queue": queue_numbers(now, cohort)}
    common |= meetings_context(cohort, now)
    if not size:
        address = invitation_address(cohort)
        return {**common, "title": "Nobody has joined yet", "invitation": address}
    found, heat = find_stuck(cohort, now), heat_context(cohort, given, reader)
    shown = complete_rows(found.rows[:MAX_SHOWN])
    return {
        **common,
        "title": heading(found.rows, size),
        "stuck": shown,
        "stuck_count": len(found.rows),
        "more_stuck": len(found.rows) - len(shown),
        "active": size - found.silent,
        "on_course": count_on_course(cohort, heat["learners"], now),
        "checks": top_checks(cohort),
        "questions": weak_questions(cohort),
        "max_read": MAX_READ,
        **heat,
    }


def stuck_context(cohort: Cohort, number: str) -> Context:
    """Return a page of all findings."""
    rows = find_stuck(cohort, timezone.now()).rows
    size = Enrollment.objects.active().filter(cohort=cohort).count()
    page = Paginator(rows, MAX_ON_PAGE).get_page(number)
    return {
        **frame(cohort),
        "crumbs": crumbs(cohort, ("Stuck now", "")),
        "title": heading(rows, size),
        "page": page,
        "stuck": complete_rows(list(page.object_list)),
    }
