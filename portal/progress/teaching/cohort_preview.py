"""The calendar that the next cohort of a course would have."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from labs.deadlines import terms_of
from labs.models import Lab
from lessons.attempt_times import deadlines_in
from lessons.cohort_dates import write_next_cohort
from lessons.deadlines import Deadline
from lessons.models import Cohort, Enrollment, Meeting, Quiz


@dataclass(frozen=True)
class PlannedDue:
    """A deadline of the new cohort. `rule` is how it follows from a meeting, "" for a date."""

    kind: str
    title: str
    rule: str
    at: datetime | None


@dataclass(frozen=True)
class Preview:
    """The calendar that the new cohort would have, each meeting with the start of that of the other cohort."""

    cohort: Cohort
    meetings: list[tuple[Meeting, datetime | None]]
    dues: list[PlannedDue]

    @property
    def changes_weekday(self) -> bool:
        first, before = self.meetings[0]
        zone = first.zone
        return (
            before is not None
            and first.starts_at.astimezone(zone).weekday() != before.astimezone(zone).weekday()
        )


def preview_of(like: Cohort, title: str, starts_on: date) -> Preview:
    """Return the calendar of the new cohort: create it, read its dates, and roll back. Raises CannotCopyError."""
    with transaction.atomic():
        cohort = write_next_cohort(like, title, starts_on)
        before = dict(like.meetings.order_by().values_list("session", "starts_at"))
        meetings = list(cohort.meetings.select_related("session", "cohort"))
        found = Preview(cohort, [(each, before.get(each.session_id)) for each in meetings], _dues(cohort))
        transaction.set_rollback(True)
    return found


def _dues(cohort: Cohort) -> list[PlannedDue]:
    course = cohort.course
    nobody = Enrollment(pk=0, cohort=cohort, course=course)  # no learner, so no extension
    quizzes, labs = deadlines_in(course, cohort.pk), terms_of(nobody)
    found = [
        _due("Quiz", title, quizzes[key])
        for key, title in Quiz.objects.filter(course=course).values_list("pk", "title")
        if key in quizzes
    ]
    found += [
        _due("Lab", title, labs[key].deadline)
        for key, title in Lab.objects.filter(course=course).values_list("pk", "title")
        if key in labs
    ]
    return sorted(found, key=lambda due: (due.at.timestamp() if due.at else float("inf"), due.title))


def _due(kind: str, title: str, deadline: Deadline) -> PlannedDue:
    return PlannedDue(kind, title, str(deadline.rule) if deadline.rule else "", deadline.at)
