"""The context of the help queue."""

from django.utils import timezone

from lessons.models import Cohort, Course
from lessons.pages.breadcrumb import staff_crumbs
from lessons.pages.context import Context
from lessons.pages.durations import in_words
from lessons.pages.threads import rows_of
from lessons.rights import cohorts_taught
from lessons.threads.queue import (
    MAX_QUEUE,
    Times,
    get_queue_state,
    help_requests,
    signals_without_words,
    times_of,
)
from portal.accounts.models import User


def queue_page(course: Course, cohort: Cohort | None, user: User) -> Context:
    """Return the context of the whole page and of the part that is polled."""
    now = timezone.now()
    # first, so that what changes while the rest is read is drawn by the next poll
    state = get_queue_state(user, course.slug)
    waiting = help_requests(user, course, cohort)
    count = waiting.count()
    rows = rows_of(waiting[:MAX_QUEUE], user, now)
    return {
        "course": course,
        "crumbs": staff_crumbs(course, ("Help queue", "")),
        "cohort": cohort,
        "cohorts": list(cohorts_taught(user).filter(course=course).order_by("slug")),
        "rows": rows,
        "count": count,
        "more": count - len(rows),
        "mine": next((row for row in rows if row.thread.taken_by_id == user.pk), None),
        "signals": signals_without_words(user, course, cohort, now),
        "times": _in_words(times_of(user, course, cohort, now)),
        "cursor": state.cursor,
        "now": now,
        "user_key": user.pk,
    }


def _in_words(times: Times) -> Context:
    return {
        "to_answer": in_words(times.to_answer) if times.to_answer is not None else "",
        "to_close": in_words(times.to_close) if times.to_close is not None else "",
        "answered": times.answered,
        "closed": times.closed,
    }
