"""Notices about changed scores: one for all changes of a learner, once nothing changed for ten minutes."""

from datetime import timedelta
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from labs.grading.counting import lock_learner
from lessons.models import Enrollment
from lessons.points import show_points
from portal.notices.actions import notify
from portal.progress.gradebook.cells import get_item, read_cell
from portal.progress.models import ExternalMark, PendingGradeNotice

QUIET = timedelta(minutes=10)
BATCH = 200  # learners a minute
Seen = Decimal | None


def note_change(enrollment: Enrollment, item: str, title: str, old: Seen, new: Seen) -> None:
    """Let the learner have a notice about this item after QUIET, if they see a change. Call it in the transaction."""
    pending = PendingGradeNotice.objects.filter(enrollment=enrollment).first()
    if old == new and (pending is None or item not in pending.before):
        return
    pending = pending or PendingGradeNotice(enrollment=enrollment)
    pending.before.setdefault(item, [title, None if old is None else str(old)])
    pending.due_at = timezone.now() + QUIET
    pending.save()


def send_due_notices() -> int:
    """Send the notices whose time has come. Return their number."""
    due = PendingGradeNotice.objects.filter(due_at__lte=timezone.now()).order_by("due_at")
    return sum(_send(key) for key in due.values_list("enrollment", flat=True)[:BATCH])


@transaction.atomic
def _send(enrollment: int) -> bool:
    learner = lock_learner(enrollment)  # a change adds to the same row under this lock
    pending = PendingGradeNotice.objects.filter(enrollment=enrollment, due_at__lte=timezone.now()).first()
    if pending is None:
        return False
    lines = [words for item, before in pending.before.items() if (words := _words(learner, item, *before))]
    pending.delete()
    if not lines or not learner.is_active:
        return False
    text = f"Score changed: {lines[0]}"
    if len(lines) > 1:
        text = f"{len(lines)} scores changed: {'; '.join(lines)}"
    notify(user=learner.user, kind="grade", text=text, link=reverse("progress", args=[learner.course.slug]))
    return True


def _words(learner: Enrollment, item: str, title: str, before: str | None) -> str:
    # "" if the score is what it was
    points, out_of, reason = _read(learner, item)
    old = _decimal(before)
    if old == points:
        return ""
    was = "no score" if old is None else show_points(old)
    now = "no score" if points is None else f"{show_points(points)} of {show_points(out_of)}"
    return f"{title}, {was} → {now}" + (f" ({reason})" if reason else "")


def _read(learner: Enrollment, item: str) -> tuple[Seen, Decimal, str]:
    if item.startswith("external:"):
        _, origin, key = item.split(":", 2)
        mark = ExternalMark.objects.filter(enrollment=learner, origin=origin, origin_key=key).first()
        return (mark.points, mark.out_of, "") if mark else (None, Decimal(0), "")
    try:
        found = get_item(learner.course, item)
    except Http404:  # deleted meanwhile
        return None, Decimal(0), ""
    cell = read_cell(learner, found)
    reason = cell.public.reason if cell.public else ""
    return cell.public_points, found.max_points, reason


def _decimal(text: str | None) -> Seen:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None
