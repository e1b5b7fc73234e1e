"""The calendar of the next cohort, from that of another and one start date.

Every date moves by the same number of days and keeps its hour on the clocks of the cohort. Deadlines that are rules,
such as “session 3 + 6 days”, are taken over as they are, and follow the new meetings.
"""

import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from lessons.clones import clone
from lessons.meetings import unchanged_values
from lessons.models import Cohort, Meeting, QuizDeadline
from lessons.slugs import free_slug, slug_of
from lessons.term import CannotCopyError, move
from portal.accounts.audit import Event, record
from portal.accounts.models import User

Keys = Mapping[int, int]


class SameKeys(dict[int, int]):
    """The keys of rows that are not copied: the sessions, quizzes and labs of the same course."""

    def __missing__(self, key: int) -> int:
        return key


@dataclass(frozen=True)
class Dates:
    """A move of the dates of `like` by some days, for `cohort`."""

    like: Cohort
    cohort: Cohort
    days: timedelta

    # Any: values of columns
    @property
    def keys(self) -> dict[str, Any]:
        return {"cohort_id": self.cohort.pk, "course_id": self.cohort.course_id}

    def at(self, when: datetime | None) -> datetime | None:
        return when and move(when, self.days, self.like.time_zone)


CopyDates = Callable[[Dates], None]
_parts: list[CopyDates] = []


def register(copy: CopyDates) -> None:
    """Let an app copy its own dates of a cohort within the same course."""
    _parts.append(copy)


def copy_dates(dates: Dates, sessions: Keys, quizzes: Keys) -> None:
    """Copy the meetings and the deadlines of quizzes; the keys lead to the sessions and quizzes of the copy."""
    Meeting.objects.bulk_create(
        clone(
            each,
            **dates.keys,
            session_id=sessions[each.session_id],
            starts_at=dates.at(each.starts_at),
            **unchanged_values(),
        )
        for each in dates.like.meetings.order_by("pk")
    )
    QuizDeadline.objects.bulk_create(
        clone(each, **dates.keys, quiz_id=quizzes[each.quiz_id], closes_at=dates.at(each.closes_at))
        for each in dates.like.quiz_deadlines.filter(quiz__deletion=None).order_by("pk")
    )


def make_next_cohort(*, like: Cohort, title: str, starts_on: date, by: User) -> Cohort:
    """Create a cohort of the same course, with its first meeting on a date in its zone. Raises CannotCopyError."""
    with transaction.atomic():
        cohort = write_next_cohort(like, title, starts_on)
        words = f"dates of {cohort} made from those of {like.title}, from {starts_on}"
        record(Event.DEADLINE, words, user=by)
    return cohort


@transaction.atomic
def write_next_cohort(like: Cohort, title: str, starts_on: date) -> Cohort:
    """Write the rows of `make_next_cohort`, which a preview undoes; so nothing is recorded."""
    first = like.meetings.order_by("starts_at").first()
    if first is None:
        raise CannotCopyError(f"{like.title} has no meetings. Choose a cohort that has some.")
    days = starts_on - first.starts_at.astimezone(zoneinfo.ZoneInfo(like.time_zone)).date()
    taken = set(like.course.cohorts.values_list("slug", flat=True))
    slug = free_slug(slug_of(title, "cohort"), taken)
    cohort = Cohort.objects.create(course=like.course, slug=slug, title=title, time_zone=like.time_zone)
    dates = Dates(like, cohort, days)
    copy_dates(dates, SameKeys(), SameKeys())
    for copy in _parts:
        copy(dates)
    return cohort
