"""Delete content so that it can be restored, restore it, and remove it for good when its time has passed.

Rows are hidden by `Deletable.deletion`: `objects` leaves them out, and by `release` they never open. Nothing of what
learners did is touched until `remove_old`.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from lessons.deadline_changes import deadlines_moved
from lessons.deletable import KINDS, AnyRows, Kind, in_removal_order
from lessons.models import Course, Deletion, Enrollment, Lesson, Quiz, Session
from lessons.models.course import LESSON_TEXTS, RESERVED_SLUGS
from lessons.models.deletion import KEPT_FOR, NOT_DELETED
from lessons.models.release import Status
from lessons.slugs import free_slug
from portal.accounts.audit import Event, record
from portal.accounts.models import User

logger = logging.getLogger(__name__)


class AlreadyDeletedError(Exception):
    """Somebody else deleted it in the meantime."""


class CannotRestoreError(Exception):
    """The message says what to do first."""


# --- what would be lost ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Count:
    number: int
    one: str
    many: str

    def __str__(self) -> str:
        return f"{self.number:,} {self.one if self.number == 1 else self.many}"


@dataclass(frozen=True)
class Losses:
    """Losses if a row is deleted. `learners` have worked in it; `opened` are labs that would no longer wait."""

    content: list[Count]
    work: list[Count]
    learners: int
    enrolled: int
    opened: list[str]

    @property
    def lines(self) -> list[str]:
        people = Count(self.learners, "learner’s work", "learners’ work")
        return [str(each) for each in (*self.content, *self.work, people) if each.number]


# Any: a row of lessons or labs
def losses(row: Any) -> Losses:
    """Count what hangs on a row, in a fixed number of queries."""
    name = row._meta.model_name
    touched = [kind for kind in KINDS.values() if name == kind.name or name in kind.within]
    work = [each for kind in touched for each in kind.work(_present(kind, row))]
    counts = [Count(each.rows.count(), each.one, each.many) for each in work]
    people = [each.rows.order_by().values("enrollment__user") for each in work]
    learners = people[0].union(*people[1:]).count() if people else 0
    enrolled = Enrollment.objects.active().filter(course=row.pk).count() if isinstance(row, Course) else 0
    return Losses(count_content(row), counts, learners, enrolled, list(_opened_by(row)))


# Any: a row of lessons or labs
def count_content(row: Any) -> list[Count]:
    """Count the rows of each kind that are in a row."""
    inside = [kind for kind in KINDS.values() if row._meta.model_name in kind.within]
    return [Count(_present(kind, row).count(), kind.name, kind.plural) for kind in inside]


# Any: a row of lessons or labs
def _present(kind: Kind, row: Any) -> AnyRows:
    return kind.rows_in(row._meta.model_name, row.pk).filter(NOT_DELETED)


# Any: a row of lessons or labs
def _opened_by(row: Any) -> Iterator[str]:
    # A lab opens with the lessons that name it, and by its status alone if none does.
    name = row._meta.model_name
    if name not in ("session", "lesson"):
        return
    naming = Lesson.objects.listed().filter(course=row.course_id).exclude(lab_slugs=[])
    going = set(KINDS["lesson"].rows_in(name, row.pk).values_list("pk", flat=True))
    named: dict[bool, set[str]] = {True: set(), False: set()}
    for key, slugs in naming.values_list("pk", "lab_slugs"):
        named[key in going].update(slugs)
    labs: Any = row.course.labs
    released = labs.exclude(status=Status.DRAFT).filter(slug__in=named[True] - named[False])
    yield from released.values_list("title", flat=True)


# --- deleting -------------------------------------------------------------------------------------------------------


# Any: a row of lessons or labs
@transaction.atomic
def delete(*, row: Any, by: User) -> Deletion:
    """Hide a row and everything in it. Raises AlreadyDeletedError."""
    name = row._meta.model_name
    course = row if isinstance(row, Course) else row.course
    _lock(course.pk)
    own = KINDS[name].rows_in(name, row.pk).filter(NOT_DELETED)
    if not own.exists():
        raise AlreadyDeletedError
    deletion = Deletion.objects.create(
        course=course, kind=name, target=row.pk, title=str(row)[:200], lost=losses(row).lines, by=by
    )
    for kind in in_removal_order():
        kind.rows_in(name, row.pk).filter(NOT_DELETED).update(deletion=deletion)
    if isinstance(row, Quiz):
        _vacate(row, deletion)
    if isinstance(row, Session):
        deadlines_moved(course.pk)  # the sessions after it have other numbers
    record(Event.CONTENT, f"deleted: {name} {row} of {course}, {_lost(deletion)}", user=by)
    return deletion


def _lost(deletion: Deletion) -> str:
    return "; ".join(deletion.lost) or "with nothing in it"


def _lock(course: int) -> None:
    # so that what is deleted and restored at once stays whole
    list(Course.with_deleted().select_for_update().filter(pk=course).order_by().values_list("pk"))


def _vacate(quiz: Quiz, deletion: Deletion) -> None:
    # The lesson may get a new quiz. A deleted copy without text takes its place, since each quiz belongs to a lesson.
    lesson = quiz.lesson
    deletion.lesson = lesson
    deletion.save(update_fields=["lesson"])
    same = {"course_id": lesson.course_id, "session_id": lesson.session_id, "slug": lesson.slug}
    place = Lesson(**same, title=lesson.title, deletion=deletion, updated_at=timezone.now())
    Lesson.objects.bulk_create([place])
    Quiz.with_deleted().filter(pk=quiz.pk).update(lesson=place)


# --- restoring ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Restored:
    """`row` is the restored one. `renamed` has kind, slug and new slug of those whose slug is taken by now."""

    row: Any  # Any: of each model that can be deleted
    renamed: list[tuple[str, str, str]]


def deletions_of(user: User) -> QuerySet[Deletion]:
    """Return what can still be restored in the courses that `user` teaches, newest first."""
    found = Deletion.objects.filter(at__gt=timezone.now() - KEPT_FOR).select_related("course", "by", "lesson")
    found = found.defer(*(f"lesson__{name}" for name in LESSON_TEXTS))
    return found if user.is_superuser else found.filter(course__staff__user=user)


@transaction.atomic
def restore(*, deletion: Deletion, by: User) -> Restored:
    """Bring back exactly the rows that were deleted together. Raises CannotRestoreError."""
    _lock(deletion.course_id)
    kind = KINDS[deletion.kind]
    row = kind.model.with_deleted().filter(pk=deletion.target, deletion=deletion).first()
    if row is None:
        raise CannotRestoreError("This was restored or removed in the meantime.")
    deletion = Deletion.objects.select_related("course", "lesson").get(pk=deletion.pk)
    _refuse_without_place(deletion, row)
    renamed = _free_slugs(deletion)
    if deletion.lesson_id:
        place = _place_of(deletion)
        Quiz.with_deleted().filter(pk=row.pk).update(lesson=deletion.lesson_id)
        KINDS["lesson"].remove([place])
    for each in KINDS.values():
        each.model.with_deleted().filter(deletion=deletion).update(deletion=None)
    deletion.delete()
    row.refresh_from_db()
    deadlines_moved(deletion.course_id)  # they may have moved while it was away
    record(Event.CONTENT, f"restored: {kind.name} {row} of {deletion.course}", user=by)
    return Restored(row, renamed)


# Any: a row of lessons or labs
def _refuse_without_place(deletion: Deletion, row: Any) -> None:
    course, lesson = deletion.course, deletion.lesson
    if deletion.kind != "course" and course.is_deleted:
        raise CannotRestoreError(f"Restore the course {course} first.")
    if isinstance(row, Lesson) and row.session.is_deleted:
        raise CannotRestoreError(f"Restore the session {row.session} first.")
    if not isinstance(row, Quiz):
        return
    if lesson is None:
        raise CannotRestoreError("The lesson of this quiz no longer exists.")
    if lesson.is_deleted:
        raise CannotRestoreError(f"Restore the lesson {lesson} first.")
    if Quiz.with_deleted().filter(lesson=lesson).exclude(pk=row.pk).exists():
        raise CannotRestoreError(f"The lesson {lesson} has a new quiz. Delete that one first.")


def _free_slugs(deletion: Deletion) -> list[tuple[str, str, str]]:
    renamed = []
    for kind in KINDS.values():
        # Any: each kind has a slug
        rows: Any = kind.model.with_deleted().filter(deletion=deletion).exclude(pk=_place_of(deletion))
        back: dict[str, int] = dict(rows.order_by().values_list("slug", "pk"))
        others: Any = kind.model._default_manager.all()
        others = others if kind.name == "course" else others.filter(course=deletion.course_id)
        taken = set(others.filter(slug__in=back).values_list("slug", flat=True)) if back else set()
        if not taken:
            continue
        known = {*others.values_list("slug", flat=True), *back, *RESERVED_SLUGS}
        for slug in sorted(taken):
            free = free_slug(slug, known)
            known.add(free)
            renamed.append((kind.name, slug, free))
            rows.filter(pk=back[slug]).update(slug=free)
    return renamed


def _place_of(deletion: Deletion) -> int:
    # the key of what `_vacate` put in the place of a quiz, 0 for other kinds
    if deletion.kind != "quiz":
        return 0
    found = Lesson.with_deleted().filter(deletion=deletion).values_list("pk", flat=True).first()
    return found or 0


# --- removing for good ----------------------------------------------------------------------------------------------


def remove_old() -> int:
    """Remove for good what was deleted more than 30 days ago, and return how many deletions that were."""
    old = Deletion.objects.filter(at__lte=timezone.now() - KEPT_FOR).order_by("at", "pk")
    count = 0
    for deletion in old:
        try:
            _remove(deletion)
        except DatabaseError:  # the others do not wait for it
            logger.exception("%s %s cannot be removed", deletion.kind, deletion.target)
        else:
            count += 1
    return count


def _remove(deletion: Deletion) -> None:
    target = KINDS[deletion.kind].model.with_deleted().filter(pk=deletion.target, deletion=deletion)
    is_deleted = target.exists()  # if not, what is in it is in use
    for kind in in_removal_order():
        stamped = kind.model.with_deleted().filter(deletion=deletion)
        inside = kind.rows_in(deletion.kind, deletion.target) if is_deleted else stamped
        keys = {*stamped.values_list("pk", flat=True), *inside.values_list("pk", flat=True)}
        if keys:
            kind.remove(sorted(keys))
    Deletion.objects.filter(pk=deletion.pk).delete()
    record(Event.CONTENT, f"removed for good after {KEPT_FOR.days} days: {deletion.kind} {deletion.title}")
