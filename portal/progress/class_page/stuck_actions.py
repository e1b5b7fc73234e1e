"""Write operations on findings of the class page. Each is one transaction, and adds rows only."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from labs.models import Lab
from lessons.models import Enrollment
from lessons.quizzes.text import clean_lines
from portal.accounts.models import User
from portal.notices.actions import MAX_TEXT, notify
from portal.progress.models import StuckMark

logger = logging.getLogger(__name__)
Kind = StuckMark.Kind
MAX_NOTE = 300
MAX_SNOOZE = timedelta(days=90)


class CannotMarkError(Exception):
    """Nothing was saved; the message says what to do."""


@dataclass(frozen=True)
class Finding:
    """The rules that fired for a learner, in a lab or in the whole course."""

    enrollment: Enrollment
    lab: Lab | None
    rules: Collection[str]


@transaction.atomic
def write_to_learner(*, finding: Finding, text: str, by: User) -> None:
    """Send a notice of kind "help" to the learner, and note it for the other staff. Raises CannotMarkError."""
    text = _clean(text, "Write a message")
    sent = f"{by.get_full_name()}: {text}"
    if len(sent) > MAX_TEXT:
        raise CannotMarkError(
            f"With your name, this message has {len(sent)} characters. Shorten it to {MAX_TEXT}."
        )
    course = finding.enrollment.course.slug
    link = (
        reverse("lab", args=[course, finding.lab.slug]) if finding.lab else reverse("course", args=[course])
    )
    notify(user=finding.enrollment.user, kind="help", text=sent, link=link)
    _add(finding, Kind.WRITTEN, text, by)


@transaction.atomic
def snooze(*, finding: Finding, until: datetime, note: str, by: User) -> None:
    """Hide a finding until a time of the next 90 days. Raises CannotMarkError."""
    now = timezone.now()
    if until <= now:
        raise CannotMarkError("Choose a day after today.")
    if until > now + MAX_SNOOZE:
        raise CannotMarkError(f"Choose a day within {MAX_SNOOZE.days} days.")
    _add(finding, Kind.SNOOZED, _shorten(note), by, until)


@transaction.atomic
def mark_handled(*, finding: Finding, note: str, by: User) -> None:
    """Hide a finding until something new makes its rule fire. Raises CannotMarkError."""
    wanted = "Write a note for the other staff, such as “Called, will push tonight”"
    _add(finding, Kind.HANDLED, _shorten(_clean(note, wanted)), by)


def _add(finding: Finding, kind: str, note: str, by: User, until: datetime | None = None) -> None:
    enrollment = finding.enrollment
    fields = {"enrollment": enrollment, "lab": finding.lab, "course_id": enrollment.course_id}
    StuckMark.objects.bulk_create(
        StuckMark(**fields, rule=rule, kind=kind, note=note, by=by, until=until)
        for rule in sorted(finding.rules)
    )
    logger.info("%s: enrollment %s, by user %s", kind, enrollment.pk, by.pk)


def _clean(text: str, wanted: str) -> str:
    text = clean_lines(text).strip()
    if not text:
        raise CannotMarkError(f"{wanted}.")
    return text


def _shorten(note: str) -> str:
    note = clean_lines(note).strip()
    if len(note) > MAX_NOTE:
        raise CannotMarkError(f"This note has {len(note)} characters. Shorten it to {MAX_NOTE}.")
    return note
