"""The heading and the frame that the class pages share; the parts are in files of their own."""

from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from lessons.models import Cohort, Meeting, Thread
from lessons.pages.breadcrumb import Crumb, staff_crumbs
from lessons.pages.context import Context
from portal.progress.class_page.links import class_address
from portal.progress.class_page.stuck import StuckRow
from portal.progress.models import Inquiry

MAX_MEETING = timedelta(days=1)  # as forms and files allow
MAX_RUNNING = 5


def crumbs(cohort: Cohort, *steps: Crumb) -> list[Crumb]:
    return staff_crumbs(cohort.course, (cohort.title, class_address(cohort)), *steps)


def frame(cohort: Cohort) -> Context:
    """Return the context of the frame, with the numbers of open questions, requests and inquiries."""
    waiting = Thread.objects.filter(cohort=cohort).present().waiting()
    is_help = Q(kind=Thread.Kind.HELP)
    open_inquiries = Inquiry.objects.filter(enrollment__cohort=cohort, state=Inquiry.State.OPEN)
    meetings = Meeting.objects.planned().filter(cohort=cohort, starts_at__gt=timezone.now() - MAX_MEETING)
    coming = meetings.select_related("session").order_by("starts_at", "pk")[:MAX_RUNNING]
    return {
        "live_class": next((each.session.slug for each in coming if each.ends_at > timezone.now()), ""),
        "open_inquiries": open_inquiries.count(),
        **waiting.aggregate(
            open_questions=Count("pk", filter=~is_help), open_requests=Count("pk", filter=is_help)
        ),
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
