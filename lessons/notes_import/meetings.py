"""Meetings for the evenings of notes."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from lessons.deadline_changes import deadlines_moved
from lessons.models import Cohort, Meeting, Session
from lessons.notes import Head, Import


def add_meetings(imported: Import, sessions: Mapping[int, Session], cohort: Cohort | None) -> list[Meeting]:
    """Add a meeting for each dated day whose session has none in the cohort. Return the new ones."""
    added: list[Meeting] = []
    if cohort is None:
        return added
    for day in imported.days:
        session = sessions.get(day.session)
        starts_at = day.date and _start(imported.head, day.date, cohort)
        if session is None or not starts_at or cohort.meetings.filter(session=session).exists():
            continue
        meeting = Meeting(
            cohort=cohort, session=session, starts_at=starts_at, minutes=_minutes(imported.head)
        )
        meeting.full_clean()
        meeting.save()
        added.append(meeting)
    if added:
        deadlines_moved(cohort.course_id, cohort.pk)
    return added


def _start(head: Head, day: date, cohort: Cohort) -> datetime | None:
    if head.begins is None:
        return None
    zone = ZoneInfo(head.zone or cohort.time_zone)
    return datetime.combine(day, head.begins, zone).astimezone(UTC)


def _minutes(head: Head) -> int:
    if head.begins is None or head.ends is None:
        return 180
    start, end = (timedelta(hours=at.hour, minutes=at.minute) for at in (head.begins, head.ends))
    return int((end - start).total_seconds() // 60) % (24 * 60) or 180
