"""Write operations on a class: attendance, signals, notes and the recording. Each is one transaction."""

import logging
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from lessons.links import links_within
from lessons.models import Attendance, Enrollment, Meeting, MeetingSignal
from lessons.rendering import render_fragment
from portal.accounts.models import User

logger = logging.getLogger(__name__)


class ClassNotLiveError(Exception):
    """The class is not live. The message is for the learner."""


class NotesChangedError(Exception):
    """Somebody else saved the notes meanwhile."""


def send_signal(*, meeting: Meeting, enrollment: Enrollment, kind: str) -> None:
    """Send a signal to the instructor. Sending it again changes nothing. Raises ClassNotLiveError."""
    _require_live(meeting)
    MeetingSignal.objects.bulk_create(
        [MeetingSignal(meeting=meeting, enrollment=enrollment, kind=kind)], ignore_conflicts=True
    )


def withdraw_signal(*, meeting: Meeting, enrollment: Enrollment, kind: str) -> None:
    MeetingSignal.objects.filter(meeting=meeting, enrollment=enrollment, kind=kind).delete()


@transaction.atomic
def clear_signals(*, meeting: Meeting, kind: str, newest: int) -> None:
    """Remove the signals of a kind up to the one with the key `newest`: the instructor has answered those."""
    if MeetingSignal.objects.filter(meeting=meeting, kind=kind, pk__lte=newest).delete()[0]:
        _note_change(meeting)


@transaction.atomic
def clear_signal(*, meeting: Meeting, enrollment: Enrollment, kind: str) -> None:
    """Remove the signal of one learner: the instructor has answered it."""
    if MeetingSignal.objects.filter(meeting=meeting, enrollment=enrollment, kind=kind).delete()[0]:
        _note_change(meeting)


def _require_live(meeting: Meeting) -> None:
    if not meeting.is_live(timezone.now()):
        raise ClassNotLiveError("Not sent: this class is not live.")


@transaction.atomic
def note_join(*, meeting: Meeting, enrollment: Enrollment) -> None:
    """Store the time of the first click on the link to join, if the link is open. It marks nobody present."""
    now = timezone.now()
    if meeting.may_join(now):
        row, _ = Attendance.objects.get_or_create(meeting=meeting, enrollment=enrollment)
        Attendance.objects.filter(pk=row.pk, joined_at=None).update(joined_at=now)


@transaction.atomic
def mark_attendance(
    *, meeting: Meeting, learners: Collection[Enrollment], present: Collection[int], by: User
) -> None:
    """Mark these learners as present, if their keys are in `present`, or as absent."""
    now = timezone.now()
    rows = [
        Attendance(
            meeting=meeting, enrollment=each, is_present=each.pk in present, marked_by=by, marked_at=now
        )
        for each in learners
    ]
    Attendance.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["meeting", "enrollment"],
        update_fields=["is_present", "marked_by", "marked_at"],
    )
    _note_change(meeting)
    logger.info("attendance at meeting %s marked by user %s", meeting.pk, by.pk)


def save_notes(*, meeting: Meeting, notes: str, since: datetime | None) -> None:
    """Save the notes of a class, which were edited from those saved at `since`.

    Raises NotesChangedError, and TooComplexError of `lessons.rendering`.
    """
    # before the transaction: a long text takes seconds, in which nobody else could write
    html = render_fragment(notes, link=links_within(meeting.cohort.course)) if notes.strip() else ""
    with transaction.atomic():
        found = Meeting.objects.select_for_update(of=("self",)).defer(None).get(pk=meeting.pk)
        if found.notes == notes:
            return
        if found.notes_at != since:
            raise NotesChangedError
        now = timezone.now()
        Meeting.objects.filter(pk=found.pk).update(notes=notes, notes_html=html, notes_at=now)
        _note_change(found)


@transaction.atomic
def save_recording(*, meeting: Meeting, url: str) -> None:
    Meeting.objects.filter(pk=meeting.pk).update(recording_url=url)
    _note_change(meeting)


def _note_change(meeting: Meeting) -> None:
    # for the pages that poll
    Meeting.objects.filter(pk=meeting.pk).update(version=F("version") + 1)
