"""Announcements of staff to a cohort: written, sent once, changed, pinned, withdrawn, read."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from lessons.models import Announcement, AnnouncementRead, Cohort, Enrollment
from lessons.models.course import MAX_TITLE
from lessons.queries import MAX_KEY, OpenCourse, Visitor, get_member_course
from lessons.quizzes.text import canonical
from lessons.rendering import render_remark
from lessons.rights import cohorts_taught
from lessons.threads.texts import CannotWriteError, clean_text, within
from portal.accounts.models import User
from portal.notices.actions import notify_all

MAX_TEXT = 10_000
MAX_AN_HOUR = 30  # in a course
MAX_AHEAD = timedelta(days=366)
MAX_SENT = 50  # in one run of the task
MAX_FRESH = 3  # on home and on the class page

logger = logging.getLogger(__name__)


# --- writing ----------------------------------------------------------------------------------------------------------


def check_announcement(*, title: str, text: str, at: datetime | None) -> tuple[str, str]:
    """Return title and text ready to store. `at` is a time in the future, None for now. Raises CannotWriteError."""
    title, text = canonical(clean_text(title)), clean_text(text).strip()
    if not title or not text:
        raise CannotWriteError("Write a title and a text.")
    within(title, MAX_TITLE, "The title")
    within(text, MAX_TEXT, "The text")
    now = timezone.now()
    if at is not None and not now < at < now + MAX_AHEAD:
        raise CannotWriteError("Choose a time within the next year, or leave it empty to send it now.")
    return title, text


@transaction.atomic
def announce(
    *, cohort: Cohort, by: User, title: str, text: str, at: datetime | None = None, is_pinned: bool = False
) -> Announcement:
    """Announce something to a cohort, now or at a time in the future. Raises CannotWriteError."""
    title, text = check_announcement(title=title, text=text, at=at)
    hour = timezone.now() - timedelta(hours=1)
    if Announcement.objects.filter(course=cohort.course_id, created_at__gt=hour).count() >= MAX_AN_HOUR:
        raise CannotWriteError(f"This course had {MAX_AN_HOUR} announcements within an hour. Wait a while.")
    made = Announcement.objects.create(
        cohort=cohort,
        author=by,
        title=title,
        text=text,
        html=render_remark(text),
        is_pinned=is_pinned,
        publish_at=at or timezone.now(),
    )
    _send(made)
    return made


@transaction.atomic
def edit_announcement(
    *, announcement: Announcement, title: str, text: str, at: datetime | None, is_pinned: bool
) -> None:
    """Change an announcement. One that learners see is marked as edited, keeps its time and is not sent again."""
    row = Announcement.objects.select_for_update().get(pk=announcement.pk)
    if row.withdrawn_at:
        raise CannotWriteError("This announcement was withdrawn.")
    now = timezone.now()
    is_published = row.publish_at <= now
    title, text = check_announcement(title=title, text=text, at=None if is_published else at)
    if is_published and (title, text) != (row.title, row.text):
        row.edited_at = now
    if not is_published:
        row.publish_at = at or now
    row.title, row.text, row.html, row.is_pinned = title, text, render_remark(text), is_pinned
    row.save(update_fields=["title", "text", "html", "is_pinned", "edited_at", "publish_at"])
    _send(row)


def pin(*, announcement: Announcement, is_pinned: bool) -> None:
    Announcement.objects.filter(pk=announcement.pk).update(is_pinned=is_pinned)


def withdraw(*, announcement: Announcement) -> None:
    """Withdraw an announcement. One that waits for its time is not sent."""
    own = Announcement.objects.filter(pk=announcement.pk, withdrawn_at=None)
    own.update(withdrawn_at=timezone.now(), is_pinned=False)


def mark_read(*, announcement: Announcement, enrollment: Enrollment) -> None:
    row = AnnouncementRead(announcement=announcement, enrollment=enrollment)
    AnnouncementRead.objects.bulk_create([row], ignore_conflicts=True)


# --- sending ----------------------------------------------------------------------------------------------------------


def send_due() -> int:
    """Send the announcements whose time has come, and return their number."""
    due = Announcement.objects.to_send(timezone.now()).select_related("cohort__course").order_by("publish_at")
    count = 0
    for announcement in due[:MAX_SENT]:
        try:
            count += _send(announcement)
        except DatabaseError:  # the others do not wait for it
            logger.exception("announcement %s was not sent", announcement.pk)
    return count


@transaction.atomic
def _send(announcement: Announcement) -> bool:
    # The notices and the mark that they were written are one transaction: after a crash there are both or none.
    now = timezone.now()
    if not Announcement.objects.to_send(now).filter(pk=announcement.pk).update(sent_at=now):
        return False
    announcement.sent_at = now
    learners = Enrollment.objects.active().filter(cohort=announcement.cohort_id, user__is_active=True)
    text = f"{announcement.cohort.course.title}: {announcement.title}"
    texts = dict.fromkeys(learners.values_list("user", flat=True), text)
    notify_all(texts=texts, kind="announcement", link=announcement.get_absolute_url())
    return True


# --- reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenAnnouncement:
    """An announcement as one visitor may see it: a learner of its cohort (`enrollment`), or staff of its cohort."""

    announcement: (
        Any  # Any: annotated with `is_read` and, for staff of a cohort, `is_taught` and `read_count`
    )
    reader: OpenCourse
    enrollment: Enrollment | None

    @property
    def is_staff(self) -> bool:
        return self.reader.is_staff and bool(self.announcement.is_taught)


def get_announcement(user: Visitor, course: str, key: int) -> OpenAnnouncement:
    """Return an announcement to the learner's cohort, or to a cohort that `user` teaches. Raises Http404."""
    reader = get_member_course(user, course)
    found = announcements_for(user, reader).filter(pk=key).first() if key <= MAX_KEY else None
    if found is None:
        raise Http404
    own = reader.enrollment if reader.enrollment and found.cohort_id == reader.cohort else None
    return OpenAnnouncement(found, reader, own)


# Any: annotated
def announcements_for(user: Visitor, reader: OpenCourse) -> QuerySet[Any]:
    """Return announcements that this member sees: all to cohorts that they teach, the published ones to their own.

    A withdrawn one is among them, so that the link of its notice leads to an explanation.
    """
    rows = Announcement.objects.filter(course=reader.course).select_related("cohort", "course", "author")
    own = AnnouncementRead.objects.filter(announcement=OuterRef("pk"), enrollment=reader.enrollment)
    rows = rows.annotate(is_read=Exists(own)).order_by("-is_pinned", "-publish_at", "-pk")
    learnt = Q(cohort=reader.cohort, publish_at__lte=reader.now) if reader.enrollment else Q(pk=None)
    if not reader.is_staff:
        return rows.filter(learnt)
    rows = rows.annotate(is_taught=Exists(cohorts_taught(user).filter(pk=OuterRef("cohort"))))
    return rows.filter(learnt | Q(is_taught=True)).annotate(read_count=Count("reads"))


# Any: annotated
def fresh_announcements(enrollment: Enrollment, now: datetime) -> list[Any]:
    """Return those for home and class page: pinned ones, and those that this learner has not read. One query."""
    own = AnnouncementRead.objects.filter(announcement=OuterRef("pk"), enrollment=enrollment)
    rows = Announcement.objects.published(now).filter(cohort=enrollment.cohort_id)
    rows = rows.annotate(is_read=Exists(own)).filter(Q(is_pinned=True) | Q(is_read=False))
    return list(rows.select_related("course", "author")[:MAX_FRESH])


def count_learners(cohorts: Iterable[int]) -> dict[int, int]:
    rows = Enrollment.objects.active().filter(cohort__in=set(cohorts)).order_by().values("cohort")
    return {row["cohort"]: row["count"] for row in rows.annotate(count=Count("pk"))}
