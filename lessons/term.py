"""The next term of a course: the names of its copy, and by how many days its dates move."""

import re
import zoneinfo
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from django.core.exceptions import ValidationError

from lessons.models import Cohort, Course
from lessons.models.cohort import validate_start
from lessons.models.course import MAX_TITLE
from lessons.models.release import Status
from lessons.slugs import MAX_STEM, free_slug


class CannotCopyError(Exception):
    """The message says what to change."""


@dataclass(frozen=True)
class Term:
    """The changes in the copy. Without `starts_on`, scheduled content becomes a draft.

    `starts_on` is the new date of the first meeting of `like`, or else of what is scheduled first. With
    `cohort_title`, the copy gets a cohort with the meetings of `like`. `as_drafts`: nothing is published yet.
    """

    slug: str
    title: str
    starts_on: date | None = None
    like: Cohort | None = None
    cohort_title: str = ""
    as_drafts: bool = False


def check_time(when: datetime) -> None:
    """Raise CannotCopyError for a time that the calendar of the portal does not have."""
    try:
        validate_start(when)
    except ValidationError as error:
        raise CannotCopyError(f"A date of the copy would be {when:%d %B %Y}. {error.message}") from error


def days_between(course: Course, term: Term) -> timedelta | None:
    """Return by how many days dates move, None if there is no new date."""
    if term.starts_on is None:
        return None
    first = first_date(course, term.like)
    return term.starts_on - first if first else timedelta()


def first_date(course: Course, like: Cohort | None) -> date | None:
    """Return the date of a cohort's first meeting, or else of what is scheduled first; in the local zone."""
    if like and (meeting := like.meetings.order_by("starts_at").first()):
        return meeting.starts_at.astimezone(zoneinfo.ZoneInfo(like.time_zone)).date()
    # Any: rows with a time to open
    related: list[Any] = [
        course.lessons,
        course.quizzes,
        *([labs] if (labs := getattr(course, "labs", None)) else []),
    ]
    times = [
        when
        for rows in related
        for when in rows.filter(status=Status.SCHEDULED)
        .order_by("publish_at")
        .values_list("publish_at", flat=True)[:1]
    ]
    return min(times).astimezone(zoneinfo.ZoneInfo(course.time_zone)).date() if times else None


def move(when: datetime, days: timedelta, zone: str) -> datetime:
    """Return the time as many days later, at the same hour on the clocks of a zone. Raises CannotCopyError."""
    there = zoneinfo.ZoneInfo(zone)
    moved = (when.astimezone(there).replace(tzinfo=None) + days).replace(tzinfo=there)
    check_time(moved)
    return moved


def suggested_title(course: Course) -> str:
    """Return the title with the next number that no course has: “MLOps” becomes “MLOps (2)”."""
    stem = re.sub(r"\s*\(\d{1,4}\)$", "", course.title)[: MAX_TITLE - len(" (9999)")].rstrip()
    taken = set(Course.objects.filter(title__startswith=stem).values_list("title", flat=True))
    return next(title for number in count(2) if (title := f"{stem} ({number})") not in taken)


def suggested_slug(course: Course) -> str:
    """Return a free slug for a copy."""
    stem = re.sub(r"-\d+$", "", course.slug)[:MAX_STEM].rstrip("-")
    taken = set(Course.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return free_slug(stem, {stem, *taken})
