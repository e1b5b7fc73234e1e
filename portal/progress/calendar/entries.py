"""The entries of calendars: meetings, and the deadlines of one learner with their extensions."""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Q

from labs.deadlines import terms_of
from labs.models import Lab
from labs.peer_review.deadlines import dues_for
from lessons.attempt_times import deadlines_in
from lessons.deadline_words import extension_words
from lessons.deadlines import Deadline
from lessons.models import Enrollment, Meeting
from lessons.queries import OpenCourse, lab_homes, open_courses
from lessons.rights import cohorts_taught
from portal.accounts.models import User
from portal.outages import is_outage
from portal.progress.calendar.ics import Entry, to_ics
from portal.progress.item_queries import addresses, known_quizzes
from portal.progress.models import CalendarDeadline

logger = logging.getLogger(__name__)
MAX_MEETINGS = 1_000  # of one calendar; the latest ones

Kind = CalendarDeadline.Kind


class Due(NamedTuple):
    """Something of a learner that has a deadline; `url` is its path."""

    kind: Kind
    target: int
    title: str
    url: str
    deadline: Deadline
    due_at: datetime


def uid(kind: str, *keys: int) -> str:
    return f"{kind}-{'-'.join(map(str, keys))}@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}"


def absolute(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}"


def feed_entries(user: User) -> list[Entry]:
    """Return the entries of a personal calendar: meetings of their cohorts and courses, and their own deadlines.

    The number of queries depends on the number of their courses only.
    """
    readers = open_courses(user)
    found = [meeting_entry(meeting) for meeting in _meetings(readers, user)]
    for reader in readers:
        if reader.enrollment:
            found += deadline_entries(reader, reader.enrollment)
    return found


def _meetings(readers: Iterable[OpenCourse], user: User) -> list[Meeting]:
    wanted = Q(pk__in=[])
    for reader in readers:
        if reader.is_staff:
            wanted |= Q(cohort__in=cohorts_taught(user), course=reader.course)
        if reader.enrollment:
            wanted |= Q(cohort=reader.enrollment.cohort_id)
    meetings = Meeting.objects.filter(wanted).select_related("cohort__course", "session")
    texts = ("session__prepare", "session__prepare_html", "session__summary", "cohort__course__summary")
    return list(meetings.defer(*texts).order_by("-starts_at")[:MAX_MEETINGS])


def meeting_entry(meeting: Meeting) -> Entry:
    """Return a meeting. Its link leads to the class page, which has the link to join for those who may."""
    course = meeting.cohort.course
    url = absolute(meeting.get_absolute_url())
    lines = [f"{course.title}, {meeting.cohort.title}"]
    if meeting.change_reason and (meeting.is_cancelled or meeting.moved_from):
        words = "Cancelled. Reason" if meeting.is_cancelled else "Moved. Reason for the last change"
        lines.append(f"{words}: {meeting.change_reason}")
    if not meeting.is_cancelled:
        words = ", with the link to join from 15 minutes before" if meeting.join_url else ""
        lines.append(f"Page of the class{words}: {url}")
    return Entry(
        uid("meeting", meeting.pk),
        f"{meeting.session.title} ({course.title})",
        meeting.starts_at,
        url,
        meeting.sequence,
        meeting.changed_at,
        ends_at=meeting.ends_at,
        description="\n".join(lines),
        is_cancelled=meeting.is_cancelled,
    )


def meeting_file(meetings: Iterable[Meeting]) -> str:
    """Return meetings as a file for the calendar of a reader of emails."""
    return to_ics(settings.SITE_NAME, map(meeting_entry, meetings)).decode()


def deadline_entries(reader: OpenCourse, enrollment: Enrollment) -> list[Entry]:
    """Return the deadlines of a learner, with their extensions, and remember which ones moved."""
    dues = [*quizzes_due(reader), *labs_due(reader, enrollment)]
    stored = _follow(enrollment, dues)
    return [_due_entry(reader, enrollment, due, stored[due.kind, due.target]) for due in dues]


def quizzes_due(reader: OpenCourse) -> Iterator[Due]:
    deadlines = deadlines_in(reader.course, reader.cohort, reader.learner)
    page = addresses("quiz", reader.course.slug)
    for key, slug, title in known_quizzes(reader).values_list("pk", "slug", "title"):
        deadline = deadlines.get(key)
        if deadline and deadline.at:
            yield Due(Kind.QUIZ, key, title, page(slug), deadline, deadline.at)


def labs_due(reader: OpenCourse, enrollment: Enrollment) -> Iterator[Due]:
    """Yield the deadlines of labs, and those of their peer reviews."""
    terms, homes = terms_of(enrollment), lab_homes([reader.course])
    page, reviews_page = addresses("lab", reader.course.slug), addresses("lab_reviews", reader.course.slug)
    rows = Lab.objects.filter(course=reader.course).counted()
    labs = list(rows.values_list("pk", "slug", "title", "current__review_works"))
    reviews = dues_for(enrollment) if any(works for *_, works in labs) else {}
    for key, slug, title, _ in labs:
        if (reader.course.pk, slug) not in homes:
            continue
        deadline = terms[key].deadline if key in terms else None
        if deadline and deadline.at:
            yield Due(Kind.LAB, key, title, page(slug), deadline, deadline.at)
        review = reviews.get(key)
        if review and review.at and review.is_open:
            at = review.at
            yield Due(Kind.REVIEW, key, f"Reviews of {title}", reviews_page(slug), Deadline(at), at)


def _follow(enrollment: Enrollment, dues: list[Due]) -> dict[tuple[str, int], CalendarDeadline]:
    # Two calendars that ask at once may both write the same step, which is harmless.
    rows = CalendarDeadline.objects.filter(enrollment=enrollment)
    stored = {(row.kind, row.target): row for row in rows}
    moved = [row for due in dues if (row := stored.get((due.kind, due.target))) and row.follow(due.due_at)]
    new = [
        CalendarDeadline(enrollment=enrollment, kind=due.kind, target=due.target, due_at=due.due_at)
        for due in dues
        if (due.kind, due.target) not in stored
    ]
    if moved or new:
        _save(moved, new)
    return stored | {(row.kind, row.target): row for row in new}


def _save(moved: list[CalendarDeadline], new: list[CalendarDeadline]) -> None:
    # While the database is read-only or full, calendars are still answered, and the next answer saves the same.
    try:
        with transaction.atomic():
            CalendarDeadline.objects.bulk_update(moved, ["due_at", "sequence", "changed_at"])
            CalendarDeadline.objects.bulk_create(new, ignore_conflicts=True)
    except DatabaseError as error:
        if not is_outage(error):
            raise
        logger.warning("the deadlines of a calendar were not saved: %s", error)


def _due_entry(reader: OpenCourse, enrollment: Enrollment, due: Due, stored: CalendarDeadline) -> Entry:
    return Entry(
        uid(f"{due.kind}-deadline", enrollment.pk, due.target),
        f"Due: {due.title} ({reader.course.title})",
        due.due_at,
        absolute(due.url),
        stored.sequence,
        stored.changed_at,
        description=extension_words(due.deadline, reader.course).strip(),
    )
