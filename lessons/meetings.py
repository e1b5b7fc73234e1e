"""Write operations on meetings: plan, move, cancel. Only they raise the sequence number that calendars compare."""

import logging
import zoneinfo
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from lessons.models import Cohort, Enrollment, Meeting
from lessons.templatetags.times import opening_time
from portal.notices.actions import notify_all

logger = logging.getLogger(__name__)

# Writes meetings as a file for calendars; `portal/progress/apps.py` registers it, because it is above lessons.
CalendarWriter = Callable[[Iterable[Meeting]], str]
_writers: list[CalendarWriter] = []
MAX_IN_FILE = 100  # meetings in one email

NEEDS_REASON = "Say why in a few words. Learners see it."


def register_calendar(writer: CalendarWriter) -> None:
    """Attach what `writer` returns to emails about meetings that changed."""
    _writers.append(writer)


# Any: values of columns
def unchanged_values() -> dict[str, Any]:
    """Return the values of a meeting that was never moved or cancelled, for copies into another cohort."""
    texts = ("join_url", "recording_url", "change_reason", "notes", "notes_html")
    times = ("cancelled_at", "moved_from", "notes_at")
    empty = dict.fromkeys(texts, "") | dict.fromkeys(times)
    return {**empty, "sequence": 0, "version": 0, "changed_at": timezone.now()}


def is_news(before: Meeting, after: Meeting, *, cancelled: bool) -> bool:
    """Return True for a change to a meeting that learners still expect: it has a reason, and they get a notice."""
    stays_cancelled = before.is_cancelled and cancelled
    return _differs(before, after, cancelled) and not stays_cancelled and before.ends_at > timezone.now()


@transaction.atomic
def save_meeting(*, meeting: Meeting, cancelled: bool = False, reason: str = "", quiet: bool = False) -> None:
    """Save a meeting. If it moves, is cancelled or takes place after all, notify the learners of its cohort.

    The caller calls `deadlines_moved`. A change to a meeting that is over notifies nobody, and so does `quiet`.
    """
    before = Meeting.objects.select_for_update(of=("self",)).filter(pk=meeting.pk).first()
    meeting.version = before.version + 1 if before else 0
    if before is None or not _differs(before, meeting, cancelled):
        meeting.save()
        return
    now = timezone.now()
    stays_cancelled = before.is_cancelled and cancelled
    if before.starts_at != meeting.starts_at:
        meeting.moved_from = before.starts_at if before.ends_at > now else None
    meeting.cancelled_at = (before.cancelled_at or now) if cancelled else None
    meeting.sequence, meeting.changed_at = before.sequence + 1, now
    meeting.change_reason = reason or (before.change_reason if stays_cancelled else "")
    meeting.save()
    logger.info("meeting %s changed, sequence %s", meeting.pk, meeting.sequence)
    if is_news(before, meeting, cancelled=cancelled) and not quiet:
        words = partial(change_words, before, meeting)
        _notify_learners(meeting.cohort, meeting.get_absolute_url(), words, [meeting])


def _differs(before: Meeting, after: Meeting, cancelled: bool) -> bool:
    return (before.starts_at, before.minutes, before.session_id, before.is_cancelled) != (
        after.starts_at,
        after.minutes,
        after.session_id,
        cancelled,
    )


def notify_of_zone(cohort: Cohort) -> None:
    """Send one notice about a new time zone of a cohort, which moved all of its meetings."""
    coming = cohort.meetings.planned().filter(starts_at__gt=timezone.now()).order_by("starts_at")
    moved = list(coming.select_related("session", "cohort__course")[:MAX_IN_FILE])
    if moved:
        meeting = moved[0]
        words = (
            f"{cohort} has another time zone, so its meetings moved. The next one is {meeting.session.title}"
        )
        link = cohort.course.get_absolute_url()
        _notify_learners(cohort, link, lambda: f"{words}: {opening_time(meeting.starts_at, cohort)}.", moved)


def _notify_learners(cohort: Cohort, link: str, words: Callable[[], str], moved: list[Meeting]) -> None:
    # `words` is called in each time zone
    learners = Enrollment.objects.active().filter(cohort=cohort, user__is_active=True)
    zones = dict(learners.order_by("user").values_list("user", "user__time_zone"))
    texts: dict[str, str] = {}
    for zone in set(zones.values()):
        with timezone.override(zoneinfo.ZoneInfo(zone)):
            texts[zone] = words()
    calendar = "".join(write(moved) for write in _writers)
    own = {user: texts[zone] for user, zone in zones.items()}
    notify_all(texts=own, kind="meeting", link=link, calendar=calendar)


def change_words(before: Meeting, meeting: Meeting) -> str:
    """Return “Containers is cancelled. It was on …. Reason: illness.” in the time zone of the reader and the class."""
    title, cohort = meeting.session.title, meeting.cohort
    old, new = opening_time(before.starts_at, cohort), opening_time(meeting.starts_at, cohort)
    if meeting.is_cancelled:
        text = f"{title} is cancelled. It was planned for {old}."
    elif before.is_cancelled:
        text = f"{title} takes place after all: {new}."
    elif before.session_id != meeting.session_id:
        text = f"{title} takes the place of {before.session.title}: {new}."
    elif before.starts_at != meeting.starts_at:
        text = f"{title} moved to {new}. It was planned for {old}."
    else:
        text = f"{title} now takes {meeting.minutes} minutes: {new}."
    reason = meeting.change_reason.rstrip(".")
    return f"{text} Reason: {reason}." if reason else text
