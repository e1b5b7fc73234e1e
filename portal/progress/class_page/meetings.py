"""The next meeting of a cohort, attendance at the last ones, and questions that its learners reported."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from lessons.models import Cohort, Meeting, QuestionReport
from lessons.pages.context import Context
from portal.progress.class_page.links import class_address
from portal.progress.class_page.page import MAX_MEETING

MAX_PAST = 3
MAX_REPORTS = 5


@dataclass(frozen=True)
class PastMeeting:
    """A meeting that is over. `marked` learners have an attendance, `present` of them were there."""

    meeting: Meeting
    present: int
    marked: int
    url: str


def meetings_context(cohort: Cohort, now: datetime) -> Context:
    """Return the context of the meetings, in three queries."""
    planned = Meeting.objects.planned().filter(cohort=cohort).select_related("session")
    coming = planned.filter(starts_at__gt=now - MAX_MEETING).order_by("starts_at", "pk")[:5]
    upcoming = next((each for each in coming if each.ends_at > now), None)
    open_reports = QuestionReport.objects.filter(
        enrollment__cohort=cohort, closed_at=None, quiz__deletion=None
    )
    reports = list(open_reports.select_related("quiz").order_by("pk")[: MAX_REPORTS + 1])
    past = [_past(cohort, each) for each in _held(planned, now) if each.ends_at <= now][:MAX_PAST]
    if upcoming:
        upcoming.cohort = cohort
    return {
        "next_meeting": upcoming,
        "past_meetings": past,
        "reports": [(each, _report_address(cohort, each)) for each in reports[:MAX_REPORTS]],
        "more_reports": len(reports) > MAX_REPORTS,
    }


# Any: annotated with counts
def _held(planned: QuerySet[Meeting], now: datetime) -> QuerySet[Any]:
    active = Q(attendance__enrollment__is_active=True)
    rows: Any = planned.filter(starts_at__lt=now).annotate(
        present=Count("attendance", filter=active & Q(attendance__is_present=True)),
        marked=Count("attendance", filter=active & Q(attendance__is_present__isnull=False)),
    )
    return rows.order_by("-starts_at", "-pk")[: MAX_PAST + 2]  # type: ignore[no-any-return]  # a queryset


# Any: as above
def _past(cohort: Cohort, row: Any) -> PastMeeting:
    row.cohort = cohort
    address = class_address(cohort, "meeting_attendance", row.session.slug)
    return PastMeeting(row, row.present, row.marked, address)


def _report_address(cohort: Cohort, report: QuestionReport) -> str:
    return f"{reverse('item_analysis', args=[cohort.course.slug, report.quiz.slug])}#q-{report.key}"
