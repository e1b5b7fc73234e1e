"""Change scores by hand, take that back, and release what was held. Each is one transaction."""

from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from labs.grading.counting import lock_learner
from lessons.grade_changes import Kind, record_grade_change
from lessons.models import Cohort, Enrollment
from lessons.points import may_be_given, show_exactly
from portal.accounts import audit
from portal.accounts.models import User
from portal.progress.gradebook.cells import BookItem, Cell, get_item, read_cell
from portal.progress.gradebook.notices import note_change
from portal.progress.models import Override

MAX_REASON = 300
UNDO_TIME = timedelta(hours=24)


class CannotChangeError(Exception):
    """The score cannot be saved; the message says what to do. `field` is the one to correct."""

    def __init__(self, message: str, field: str = "points") -> None:
        super().__init__(message)
        self.field = field


class ChangedMeanwhileError(Exception):
    """Someone or something changed the score since the form was opened; the message says how. Nothing was saved."""


@transaction.atomic
def change_score(
    *, enrollment: Enrollment, item: BookItem, points: Decimal | None, reason: str, by: User, seen: str
) -> Override:
    """Give a score in place of the graded one. `points` are None if what was typed is no number.

    `seen` is `Cell.seen` of the form. Raises CannotChangeError, ChangedMeanwhileError.
    """
    cell = _lock_cell(enrollment, item, seen, reason)
    if points is None or not may_be_given(points, item.max_points):
        limit = show_exactly(item.max_points)
        raise CannotChangeError(f"Type points from 0 to {limit}, with at most two decimals.")
    if cell.given and (cell.given.points, cell.given.reason) == (points, reason):
        return cell.given  # sent twice
    return _store(cell, enrollment, points=points, reason=reason, by=by)


@transaction.atomic
def use_graded_score(
    *, enrollment: Enrollment, item: BookItem, reason: str, by: User, seen: str
) -> Override | None:
    """Let the graded score count again. Raises CannotChangeError, ChangedMeanwhileError."""
    cell = _lock_cell(enrollment, item, seen, reason)
    return _store(cell, enrollment, points=None, reason=reason, by=by) if cell.given else None


@transaction.atomic
def undo_change(*, enrollment: Enrollment, item: BookItem, by: User, seen: str) -> Override:
    """Put back the score before the last change by hand. Raises CannotChangeError, ChangedMeanwhileError."""
    cell = _lock_cell(enrollment, item, seen, "Undone")
    last = cell.override
    if last is None or timezone.now() >= last.at + UNDO_TIME:
        raise CannotChangeError("There is nothing to undo. Type points, or use the graded score.")
    named = {"enrollment": enrollment, item.kind: item.pk}
    earlier = Override.objects.filter(**named, pk__lt=last.pk).first()
    points = scaled_points(earlier, item) if earlier else None
    reason = earlier.reason if earlier and points is not None else f"Undone: {last.reason}"[:MAX_REASON]
    return _store(cell, enrollment, points=points, reason=reason, by=by)


def scaled_points(override: Override, item: BookItem) -> Decimal | None:
    return Cell(item, None, item.max_points, override).points


def _lock_cell(enrollment: Enrollment, item: BookItem, seen: str, reason: str) -> Cell:
    # The lock serialises two graders, and a worker that stores a result of this learner.
    lock_learner(enrollment.pk)
    cell = read_cell(enrollment, item)
    if cell.seen != seen:
        raise ChangedMeanwhileError(_describe_change(cell, seen))
    if not reason or len(reason) > MAX_REASON:
        raise CannotChangeError(
            f"Type a reason of at most {MAX_REASON} characters. The learner reads it.", "reason"
        )
    return cell


def _describe_change(cell: Cell, seen: str) -> str:
    last, (key, _, graded) = cell.override, seen.partition("-")
    now = _words(cell.points)
    if last is not None and key != str(last.pk):
        who = last.by.get_full_name() if last.by else "a former member of staff"
        at = date_format(timezone.localtime(last.at), "H:i")
        before = Override.objects.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 19 else None
        old = scaled_points(before, cell.item) if before else None
        was = show_exactly(old) if old is not None else graded or "no score"
        return f"Not saved: changed by {who} at {at}: {was} to {now}."
    return f"Not saved: the graded score changed in the meantime: {graded or 'no score'} to {_words(cell.graded)}."


def _words(points: Decimal | None) -> str:
    return "no score" if points is None else show_exactly(points)


def _store(cell: Cell, enrollment: Enrollment, *, points: Decimal | None, reason: str, by: User) -> Override:
    item = cell.item
    named = {"enrollment": enrollment, f"{item.kind}_id": item.pk}
    is_public = not enrollment.course.holds_scores
    Override.objects.filter(**named, is_current=True).update(is_current=False)
    if is_public:
        Override.objects.filter(**named, is_public=True).update(is_public=False)
    row = Override.objects.create(
        **named, points=points, out_of=item.max_points, reason=reason, by=by, is_public=is_public
    )
    after = Cell(item, cell.graded, cell.graded_out_of, row, row if is_public else cell.public)
    record_grade_change(
        kind=Kind.OVERRIDE,
        enrollment=enrollment,
        item=item.key,
        title=item.title,
        old=cell.points,
        new=after.points,
        out_of=item.max_points,
        why=reason,
        by=by,
    )
    what = f"{item.title} of {enrollment.user}: {_words(cell.points)} to {_words(after.points)}: {reason}"
    audit.record(audit.Event.GRADE, what, user=by)
    note_change(enrollment, item.key, item.title, cell.public_points, after.public_points)
    return row


@transaction.atomic
def release_scores(*, cohort: Cohort, by: User) -> int:
    """Show learners of a cohort the scores that were held back. Return their number."""
    held = Override.objects.filter(enrollment__cohort=cohort, is_current=True, is_public=False)
    count = 0
    for row in held.select_related("enrollment__course", "enrollment__user").order_by("enrollment", "pk"):
        lock_learner(row.enrollment_id)
        count += _release(row)
    if count:
        audit.record(audit.Event.GRADE, f"{count} held scores of {cohort} released", user=by)
    return count


def _release(row: Override) -> int:
    cell = read_cell(row.enrollment, get_item(row.enrollment.course, row.item))
    if cell.override is None or not cell.override.is_held:
        return 0  # changed or released meanwhile
    if cell.public:
        Override.objects.filter(pk=cell.public.pk).update(is_public=False)
    Override.objects.filter(pk=cell.override.pk).update(is_public=True)
    note_change(row.enrollment, row.item, cell.item.title, cell.public_points, cell.points)
    return 1
